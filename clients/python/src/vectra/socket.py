"""The WebSocket, through whichever version of `websockets` is installed (10.4, as in Debian 12, or newer)."""

from __future__ import annotations

import asyncio
import importlib
from typing import Any, Callable, Dict, Optional, Tuple

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from .errors import RefusedError

OPEN_TIMEOUT_S = 10.0
CLOSE_TIMEOUT_S = 1.0
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
#: The gateway knows no such token, or does not let it in.
REFUSED_STATUS = (400, 401, 403, 404)


class Lost(Exception):
    """There is no connection, or not any more. `code` is 0 where the other side said nothing."""

    def __init__(self, reason: str, code: int = 0) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def connector() -> Tuple[Callable[..., Any], str]:
    """The function that connects, and the name of its parameter for headers."""
    try:
        return importlib.import_module("websockets.asyncio.client").connect, "additional_headers"
    except ModuleNotFoundError:
        return importlib.import_module("websockets.legacy.client").connect, "extra_headers"


class Socket:
    """One connection."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    @staticmethod
    async def open(url: str, token: Optional[str]) -> Socket:
        """Raises `Lost`; `RefusedError` when the gateway says that this client may not connect."""
        connect, headers = connector()
        options: Dict[str, Any] = {
            "open_timeout": OPEN_TIMEOUT_S,
            "close_timeout": CLOSE_TIMEOUT_S,
            "max_size": MAX_MESSAGE_BYTES,
            "ping_interval": None,  # it is asked for signs of life in the protocol's own way
            "compression": None,
        }
        if token is not None:
            options[headers] = {"Authorization": f"Bearer {token}"}
        try:
            return Socket(await connect(url, **options))
        except InvalidURI as error:
            raise ValueError(f"expected ws://<host>:<port>/ws, was {url}") from error
        except InvalidHandshake as error:
            status = _status_of(error)
            if status in REFUSED_STATUS:
                raise RefusedError(f"the gateway answered {status} to the connection") from error
            raise Lost(str(error)) from error
        except (OSError, EOFError, asyncio.TimeoutError) as error:
            raise Lost(str(error) or type(error).__name__) from error

    async def send(self, text: str) -> None:
        try:
            await self._raw.send(text)
        except ConnectionClosed as error:
            raise _lost(error) from error

    async def receive(self) -> object:
        """The next message: text, or bytes."""
        try:
            message: object = await self._raw.recv()
        except ConnectionClosed as error:
            raise _lost(error) from error
        return message

    async def close(self) -> None:
        await self._raw.close()

    def abort(self) -> None:
        """Gives the connection up without waiting for the other side, which a dead link may delay for minutes."""
        self._raw.transport.abort()


def _lost(error: ConnectionClosed) -> Lost:
    said = error.rcvd
    return Lost("the connection broke") if said is None else Lost(said.reason, said.code)


def _status_of(error: InvalidHandshake) -> Optional[int]:
    """10.4 says it itself, newer versions in the response."""
    status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None
