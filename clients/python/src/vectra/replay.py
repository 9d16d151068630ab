"""Recorded games as events, as they would come live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Awaitable, Callable, Dict, Literal, Optional, Tuple, Union

from .errors import GatewayError
from .inbox import Inbox
from .events import Event

Ask = Callable[[Dict[str, Any], Tuple[str, ...]], Awaitable[Dict[str, Any]]]


@dataclass(frozen=True)
class ReplayStatus:
    """Where a replay is: `tick` of `ticks`, in game `index` (from 0) of `games`."""

    state: Literal["playing", "paused", "ended", "stopped"]
    game_id: Optional[str]
    tick: int
    ticks: int
    index: int
    games: int
    speed: Union[float, str]


def status_of(reply: Dict[str, Any]) -> ReplayStatus:
    names = {"state": "state", "game_id": "gameId", "tick": "tick", "ticks": "ticks", "index": "index"}
    fields = {field: reply[name] for field, name in names.items()}
    return ReplayStatus(**fields, games=reply["games"], speed=reply["speed"])


class Replay:
    """Iterating gets every event (`source` is `replay`) since it began, for one reader.

    The iteration ends with the replay, and raises `GatewayError` when the connection is lost: a replay is not taken up
    again. Commands return where the replay is after them.
    """

    def __init__(self, ask: Ask, begun: Dict[str, Any]) -> None:
        self._ask = ask
        self._inbox: Inbox[Event] = Inbox()
        self._over = False
        #: As it was told last.
        self.status = status_of(begun)

    def __aiter__(self) -> Replay:
        return self

    async def __anext__(self) -> Event:
        return await self._inbox.get()

    async def pause(self) -> ReplayStatus:
        return await self._command({"action": "pause"})

    async def resume(self) -> ReplayStatus:
        return await self._command({"action": "resume"})

    async def step(self, ticks: int = 1) -> ReplayStatus:
        """Pauses, and plays so many ticks."""
        return await self._command({"action": "step", "ticks": ticks})

    async def seek(self, tick: int) -> ReplayStatus:
        """Goes to a tick of the game, forwards or backwards."""
        return await self._command({"action": "seek", "tick": tick})

    async def speed(self, speed: Union[float, Literal["max"]]) -> ReplayStatus:
        return await self._command({"action": "speed", "speed": speed})

    async def next(self) -> ReplayStatus:
        return await self._command({"action": "next"})

    async def previous(self) -> ReplayStatus:
        return await self._command({"action": "previous"})

    async def stop(self, skip: bool = False) -> ReplayStatus:
        """Ends it. Live events go on where it began, or with `skip` at the present."""
        return await self._command({"action": "stop", "skip": skip})

    def _take(self, event: Event) -> None:
        self._inbox.put(event)

    def _update(self, reply: Dict[str, Any]) -> bool:
        """Whether it is over."""
        self.status = status_of(reply)
        if self.status.state in ("ended", "stopped"):
            self._end(None)
        return self._over

    def _end(self, error: Optional[Exception]) -> None:
        self._over = True
        self._inbox.end(error)

    async def _command(self, command: Dict[str, Any]) -> ReplayStatus:
        if self._over:
            raise GatewayError("no_replay", "the replay is over")
        reply = await self._ask(command, ("replay", "paused", "resumed"))
        return status_of(reply) if reply["type"] == "replay" else self.status
