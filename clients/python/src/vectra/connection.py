"""Events of the gateway in the log's order, each once, across any number of lost connections."""

from __future__ import annotations

import asyncio
import logging
from types import TracebackType
from typing import Any, Callable, Dict, Iterable, List, Literal, Optional, Tuple, Type, Union, cast

from .errors import GatewayError, RefusedError
from .events import Event
from .inbox import Inbox
from .link import Link
from .paper import LiveSession, LiveSessions
from .place import Place
from .replay import Replay
from .requests import Requests
from .shapes import GamesFilter, Strategy
from .socket import Lost
from .told import Snapshot, Status, Unrecovered

#: What is wrong with a subscription or a token that would be wrong the next time as well.
LASTING = ("bad_command", "no_token", "unknown_token", "not_allowed")

log = logging.getLogger("vectra")


def connect(
    url: str,
    *,
    channels: Iterable[str] = (),
    since: Optional[str] = None,
    token: Optional[str] = None,
    mode: Optional[Literal["lossless", "latest"]] = None,
    on_status: Optional[Callable[[Status], None]] = None,
    on_unrecovered: Optional[Callable[[Unrecovered], None]] = None,
    on_snapshot: Optional[Callable[[Snapshot], None]] = None,
) -> Connection:
    """Connects with the first use, and keeps connected until closed.

    `url`: `ws://host:port/ws`. `channels`: event types (`game.tick`), families (`game.*`) or `*`. `since`: a resume
    token (`epoch:seq`), after which every event comes first. `token` goes with the header Authorization. `mode`: what
    a client slower than the events gets, `lossless` every one, `latest` of each game's ticks the newest.
    `on_unrecovered` and `on_snapshot` are called from the iteration, between the events where they belong; without
    the first a warning is logged.
    """
    connection = Connection(url, list(channels), since, token, mode)
    connection.on_status = on_status
    connection.on_unrecovered = on_unrecovered or _warn
    connection.on_snapshot = on_snapshot
    return connection


def _warn(missed: Unrecovered) -> None:
    log.warning("events after %s were missed: %s", missed.since, missed.reason)


class Connection:
    """Iterating gets every event, for one reader; what it has not read yet waits in memory.

    The iteration ends with `close()`, and raises `RefusedError` when the gateway will not have this client. Use
    `async with` where the iteration is left before its end.
    """

    def __init__(
        self, url: str, channels: List[str], since: Optional[str], token: Optional[str], mode: Optional[str]
    ) -> None:
        self.on_status: Optional[Callable[[Status], None]] = None
        self.on_unrecovered: Callable[[Unrecovered], None] = _warn
        self.on_snapshot: Optional[Callable[[Snapshot], None]] = None
        self._channels = channels
        self._mode = mode
        self._place = Place(since)
        self._inbox: Inbox[Union[Event, Unrecovered, Snapshot]] = Inbox()
        self._requests = Requests()
        self._sessions = LiveSessions(self._ask)
        self._replay: Optional[Replay] = None
        self._status = Status("connecting")
        self._changed = asyncio.Event()
        self._link = Link(url, token, self)
        #: Live events were paused; a new connection is as well.
        self._held = False
        #: The gateway accepted a subscription before, so a lack of place means that its log was empty.
        self._was_accepted = False
        #: On this socket the subscription was accepted.
        self._accepted = False

    @property
    def status(self) -> Status:
        return self._status

    @property
    def position(self) -> Optional[str]:
        """The resume token from which a later connection would go on; None before the first event of an empty log.

        Events that were not read yet are before it: keep the `id` of the last event that was processed instead.
        """
        return self._place.token

    async def __aenter__(self) -> Connection:
        self._start()
        return self

    async def __aexit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        await self.close()

    def __aiter__(self) -> Connection:
        self._start()
        return self

    async def __anext__(self) -> Event:
        self._start()
        while True:
            told = await self._inbox.get()
            if isinstance(told, Unrecovered):
                self.on_unrecovered(told)
            elif isinstance(told, Snapshot):
                if self.on_snapshot is not None:
                    self.on_snapshot(told)
            else:
                return told

    async def close(self) -> None:
        """For good. What was not read yet can still be read."""
        self.ended(None)
        await self._link.close()

    async def subscribe(self, *channels: str) -> None:
        """Adds channels, from now on."""
        fresh = [channel for channel in channels if channel not in self._channels]
        if not fresh:
            return
        first = not self._channels
        self._channels += fresh
        self._start()
        if self._status.state != "live":
            await self._until_live()  # the subscription of the next connection has them
            return
        try:
            await self._ask(self._subscription(fresh, with_place=first), ("subscribed",))
        except GatewayError as error:
            if error.code == "disconnected":
                await self._until_live()
                return
            self._channels = [channel for channel in self._channels if channel not in fresh]
            raise

    async def unsubscribe(self, *channels: str) -> None:
        self._channels = [channel for channel in self._channels if channel not in channels]
        if "*" in channels:
            self._place.expect_all(False)
        if self._status.state == "live":
            await self._ask({"action": "unsubscribe", "channels": list(channels)}, ("unsubscribed",))

    async def pause(self) -> None:
        """Holds live events: they wait in the log, and none is lost."""
        await self._ask({"action": "pause"}, ("paused",))

    async def resume(self, skip: bool = False) -> int:
        """Goes on where it was paused, or with `skip` at the present. Returns how many events were left out."""
        reply = await self._ask({"action": "resume", "skip": skip}, ("resumed",))
        return int(reply["skipped"])

    async def replay(
        self,
        game_id: Optional[str] = None,
        *,
        games: Optional[List[str]] = None,
        query: Optional[GamesFilter] = None,
        speed: Union[float, Literal["max"], None] = None,
        continuous: Optional[bool] = None,
    ) -> Replay:
        """Replays one game, a list, or those that a filter finds; unless `continuous` is False, then the games after it.

        Live events are held meanwhile. Only events that the channels match are replayed.
        """
        what = {"gameId": game_id, "games": games, "query": query, "speed": speed, "continuous": continuous}
        given = {name: value for name, value in what.items() if value is not None}
        await self._ask({"action": "replay", **given}, ("replay",))
        if self._replay is None:
            raise GatewayError("disconnected", "the replay ended before it was taken up")
        return self._replay

    async def join_live(self, session_id: str, strategy: Optional[Strategy] = None) -> LiveSession:
        """Makes a session of paper trading, or goes on with the one that there is."""
        given = {} if strategy is None else {"strategy": strategy}
        await self._ask({"action": "join_live", "session_id": session_id, **given}, ("live_joined",))
        return self._sessions.get(session_id)

    def _start(self) -> None:
        if self._status.state != "closed":
            self._link.start()

    def _subscription(self, channels: List[str], with_place: bool) -> Dict[str, Any]:
        command: Dict[str, Any] = {"action": "subscribe", "channels": channels}
        if with_place and self._place.token is not None:
            command["since"] = self._place.token
        if self._mode is not None:
            command["mode"] = self._mode
        return command

    async def _ask(self, command: Dict[str, Any], types: Tuple[str, ...]) -> Dict[str, Any]:
        self._start()
        while self._status.state != "live":
            if command["action"] == "order" and self._status.state != "closed":
                raise GatewayError("disconnected", "there is no connection to the gateway: the order was not sent")
            await self._until_live()
        ref, answer = self._requests.open(types)
        try:
            await self._link.send({**command, "ref": ref})
        except Lost:
            self._requests.fail("disconnected", "the connection was lost")
        return await answer

    async def _until_live(self) -> None:
        while self._status.state != "live":
            if self._status.state == "closed":
                raise GatewayError("closed", self._status.reason or "the connection was closed")
            self._changed.clear()
            await self._changed.wait()

    async def opened(self) -> None:
        self._accepted = False
        if self._held:
            await self._link.send({"action": "pause"})
        if self._channels:
            await self._link.send(self._subscription(self._channels, with_place=True))
        else:
            self._settle()

    def received(self, message: Dict[str, Any]) -> None:
        if "v" not in message:
            self._answer(message)
        elif message["source"] != "replay":
            self._deliver(cast(Event, message))
        elif self._replay is not None:
            self._replay._take(cast(Event, message))

    def _deliver(self, event: Event) -> None:
        since = self._place.token
        is_new, missed = self._place.take(event["id"])
        if missed is not None:
            self._inbox.put(Unrecovered(missed, since))
        if is_new:
            self._inbox.put(event)

    def _answer(self, reply: Dict[str, Any]) -> None:
        kind = reply["type"]
        if kind == "subscribed":
            self._subscribed(reply)
        elif kind == "pong":
            self._cover(reply["id"])
        elif kind == "snapshot":
            self._inbox.put(Snapshot(reply["id"], reply["events"]))
        elif kind == "replay":
            self._replayed(reply)
        elif kind == "paused":
            self._held = self._held or reply["what"] == "live"
        elif kind == "resumed":
            self._held = self._held and reply["what"] != "live"
            if reply["skipped"] > 0:
                self._place.token = reply["id"]
        elif kind == "goaway":
            self._cover(reply["id"])
            self._link.leave(reply["reconnectInMs"] / 1000)
        elif kind == "error" and self._status.state != "live":
            if reply["code"] in LASTING:
                raise RefusedError(reply["message"])
            raise Lost(reply["message"])
        else:
            self._sessions.take(reply)
        self._requests.settle(reply)

    def _subscribed(self, reply: Dict[str, Any]) -> None:
        if not self._accepted:
            since, place = self._place.token, reply["id"]
            missed = None if reply["recovered"] else reply.get("reason") or self._unknown_place(place)
            if not reply["recovered"]:
                self._place.token = place
            self._accepted = self._was_accepted = True
            if missed is not None:
                self._inbox.put(Unrecovered(missed, since))
        # The log's numbers have no gaps: whoever gets every event sees at once when one is missing.
        is_whole = "*" in self._channels and self._mode != "latest" and "partial" not in reply
        self._place.expect_all(is_whole)
        if self._status.state != "live":
            self._settle()

    def _unknown_place(self, place: Optional[str]) -> Optional[str]:
        was_known = self._place.token is not None
        return "unknown_place" if was_known or (self._was_accepted and place is not None) else None

    def _cover(self, place: Optional[str]) -> None:
        is_held = self._held or self._replay is not None
        if self._accepted and not is_held:
            self._place.cover(place)

    def _replayed(self, reply: Dict[str, Any]) -> None:
        if self._replay is None and reply["state"] in ("playing", "paused"):
            self._replay = Replay(self._ask, reply)
        elif self._replay is not None and self._replay._update(reply):
            self._replay = None

    def _settle(self) -> None:
        self._link.settled()
        self._set_status(Status("live"))
        self._sessions.join_again()

    def lost(self, attempt: int, reason: str) -> None:
        if self._replay is not None:
            self._replay._end(GatewayError("disconnected", "the connection was lost during the replay"))
            self._replay = None
        self._set_status(Status("reconnecting", attempt, reason or None))
        self._requests.fail("disconnected", "the connection was lost")

    def ended(self, error: Optional[Exception]) -> None:
        if self._status.state == "closed":
            return
        self._set_status(Status("closed", reason=None if error is None else str(error)))
        self._inbox.end(error)
        if self._replay is not None:
            self._replay._end(error)
        self._sessions.end(error)
        self._requests.fail("closed", "the connection was closed" if error is None else str(error))

    def _set_status(self, status: Status) -> None:
        self._status = status
        self._changed.set()
        if self.on_status is not None:
            self.on_status(status)
