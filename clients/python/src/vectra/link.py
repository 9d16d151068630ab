"""One connection after the other: each lost one is replaced, until the link ends."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Dict, Optional, Protocol

from .backoff import backoff
from .errors import RefusedError
from .socket import Lost, Socket

#: How often a connection is asked for a sign of life; one that gives none until the next time is replaced.
PING_S = 10.0
#: A connection that lived this long was a success: the next attempt is the first again.
STABLE_S = 5.0
#: From here on the server says that coming back is of no use.
FIRST_TERMINAL_CODE = 4500


class Owner(Protocol):
    """Who is told. What these raise ends the connection: `Lost` for another one, anything else for good."""

    async def opened(self) -> None: ...

    def received(self, message: Dict[str, Any]) -> None: ...

    def lost(self, attempt: int, reason: str) -> None: ...

    def ended(self, error: Optional[Exception]) -> None: ...


class Link:
    def __init__(self, url: str, token: Optional[str], owner: Owner) -> None:
        self._url = url
        self._token = token
        self._owner = owner
        self._task: Optional[asyncio.Task[None]] = None
        self._socket: Optional[Socket] = None
        self._heard = False
        self._live_since: Optional[float] = None
        #: When the gateway that stops wishes this client back, seconds.
        self._away: Optional[float] = None

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        if self._task is None or self._task is asyncio.current_task():
            return
        if self._socket is not None:
            await self._socket.close()
        self._task.cancel()
        await asyncio.wait([self._task])

    async def send(self, command: Dict[str, Any]) -> None:
        """Raises `Lost`."""
        if self._socket is None:
            raise Lost("there is no connection")
        await self._socket.send(json.dumps(command))

    def settled(self) -> None:
        """The gateway accepted what was asked of it."""
        self._live_since = _now()

    def leave(self, wait_s: float) -> None:
        """The gateway stops, and wishes this client back after so many seconds."""
        self._away = wait_s
        raise Lost("the gateway stops")

    async def _run(self) -> None:
        attempt = 0
        while True:
            try:
                await self._one_connection()
            except Lost as lost:
                if lost.code >= FIRST_TERMINAL_CODE:
                    reason = lost.reason or f"closed by the gateway with code {lost.code}"
                    return self._owner.ended(RefusedError(reason))
                stable = self._live_since is not None and _now() - self._live_since >= STABLE_S
                attempt = 1 if stable else attempt + 1
                self._owner.lost(attempt, lost.reason)
                away, self._away = self._away, None
                await asyncio.sleep(backoff(attempt) if away is None else away)
            except Exception as error:
                return self._owner.ended(error)

    async def _one_connection(self) -> None:
        self._live_since = None
        self._heard = True
        socket = await Socket.open(self._url, self._token)
        self._socket = socket
        watch = asyncio.get_running_loop().create_task(self._watch(socket))
        try:
            await self._owner.opened()
            while True:
                text = await socket.receive()
                self._heard = True
                self._owner.received(_read(text))
        finally:
            self._socket = None
            watch.cancel()
            socket.abort()

    async def _watch(self, socket: Socket) -> None:
        """Gives up a connection that gives no sign of life."""
        while self._heard:
            self._heard = False
            try:
                await asyncio.wait_for(self.send({"action": "ping"}), PING_S)
            except (Lost, asyncio.TimeoutError):
                break
            await asyncio.sleep(PING_S)
        socket.abort()


def _read(text: object) -> Dict[str, Any]:
    """A message; another connection is tried where it is none, as from a server that is no gateway."""
    try:
        message = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        message = None
    if not isinstance(message, dict) or "type" not in message:
        raise Lost("expected JSON messages of the gateway, was something else")
    return message


def _now() -> float:
    return asyncio.get_running_loop().time()
