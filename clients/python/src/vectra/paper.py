"""Paper trading: sessions with virtual balances. Nothing here can place a real order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Dict, Literal, Optional, Union, cast

from .errors import GatewayError
from .inbox import Inbox
from .replay import Ask
from .replies import LiveBetReply, LiveGameEndReply, LiveGameStartReply, LiveJoinedReply, LiveTickReply
from .shapes import PaperHappening, PaperSession

#: What a session is told. Narrow it by its "type".
PaperMessage = Union[LiveJoinedReply, LiveTickReply, LiveGameStartReply, LiveBetReply, LiveGameEndReply]
PAPER_TYPES = ("live_joined", "live_tick", "live_game_start", "live_bet", "live_game_end")
#: How long after a `join_live` that found paper trading away it is sent again.
REJOIN_S = 2.0


@dataclass(frozen=True)
class Order:
    """What came of an order, and the session after it."""

    bet: PaperHappening
    session: PaperSession


class LiveSession:
    """A session that this connection is told of. Iterating gets what it is told since it was joined, for one reader.

    After a lost connection it is joined again, and told `live_joined` with how it is then. The iteration ends with
    `leave()`, and raises `GatewayError` when it can't be joined again.
    """

    def __init__(self, ask: Ask, joined: Dict[str, Any]) -> None:
        self._ask = ask
        self._inbox: Inbox[PaperMessage] = Inbox()
        #: As it was told last.
        self.session: PaperSession = joined["session"]
        self.id: str = self.session["session_id"]

    def __aiter__(self) -> LiveSession:
        return self

    async def __anext__(self) -> PaperMessage:
        return await self._inbox.get()

    async def order(self, side: Literal["buy", "sell", "sidebet"], amount: Union[str, Decimal, None] = None) -> Order:
        """Orders at the price of the newest tick: SOL for a buy or sidebet; for a sale the quantity, all without one.

        Raises `GatewayError` when it is refused, or when its answer was lost with the connection (`disconnected`):
        then the session's history says whether it was carried out.
        """
        size = {} if amount is None else {"amount": format(amount, "f") if isinstance(amount, Decimal) else amount}
        command = {"action": "order", "session_id": self.id, "side": side, **size}
        reply = await self._ask(command, ("live_bet",))
        bet = reply["bet"]
        if bet["kind"] == "refused":
            raise GatewayError(bet["code"], bet["message"])
        return Order(bet, reply["session"])

    async def leave(self) -> None:
        """Stops the session's strategy; what is open is still settled."""
        await self._ask({"action": "leave_live", "session_id": self.id}, ("live_left",))
        self._end(None)

    def _take(self, message: Dict[str, Any]) -> None:
        if "session" in message:
            self.session = message["session"]
        self._inbox.put(cast(PaperMessage, message))

    def _end(self, error: Optional[Exception]) -> None:
        self._inbox.end(error)


class LiveSessions:
    """The sessions that a connection has joined."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._joined: Dict[str, LiveSession] = {}
        self._rejoining: Optional[asyncio.Task[None]] = None

    def get(self, session_id: str) -> LiveSession:
        return self._joined[session_id]

    def take(self, message: Dict[str, Any]) -> None:
        if message["type"] == "live_left":
            self._joined.pop(message["session_id"], None)
        if message["type"] not in PAPER_TYPES:
            return
        session_id = message["session"]["session_id"] if "session" in message else message["session_id"]
        if session_id in self._joined:
            self._joined[session_id]._take(message)
        elif message["type"] == "live_joined":
            self._joined[session_id] = LiveSession(self._ask, message)

    def join_again(self) -> None:
        """A new connection knows nothing of the sessions that were joined on the one before."""
        if self._rejoining is not None:
            self._rejoining.cancel()
        if self._joined:
            self._rejoining = asyncio.get_running_loop().create_task(self._join_again())

    async def _join_again(self) -> None:
        waiting = list(self._joined)
        while waiting:
            try:
                await self._ask({"action": "join_live", "session_id": waiting[0]}, ("live_joined",))
            except GatewayError as error:
                if error.code in ("disconnected", "closed"):
                    return  # the next connection does it again
                if error.code == "unavailable":
                    await asyncio.sleep(REJOIN_S)
                    continue
                self._joined.pop(waiting[0])._end(error)
            waiting.pop(0)

    def end(self, error: Optional[Exception]) -> None:
        if self._rejoining is not None:
            self._rejoining.cancel()
        for session in self._joined.values():
            session._end(error)
