"""Commands that wait for their answer, which has the same `ref`."""

from __future__ import annotations

import asyncio
from typing import Any, Dict, Tuple

from .errors import GatewayError


class Requests:
    def __init__(self) -> None:
        self._count = 0
        self._waiting: Dict[str, Tuple[Tuple[str, ...], "asyncio.Future[Dict[str, Any]]"]] = {}

    def open(self, types: Tuple[str, ...]) -> Tuple[str, "asyncio.Future[Dict[str, Any]]"]:
        """A new `ref`, and what its answer, of one of these types, will be."""
        self._count += 1
        ref = str(self._count)
        future: "asyncio.Future[Dict[str, Any]]" = asyncio.get_running_loop().create_future()
        self._waiting[ref] = (types, future)
        future.add_done_callback(lambda _: self._waiting.pop(ref, None))
        return ref, future

    def settle(self, reply: Dict[str, Any]) -> bool:
        """Whether the reply answers a command that waits."""
        types, future = self._waiting.get(str(reply.get("ref")), ((), None))
        if future is None or future.done():
            return False
        if reply["type"] == "error":
            future.set_exception(GatewayError(reply["code"], reply["message"]))
        elif reply["type"] in types:
            future.set_result(reply)
        else:
            return False
        return True

    def fail(self, code: str, message: str) -> None:
        """None of them will be answered."""
        for _, future in list(self._waiting.values()):
            if not future.done():
                future.set_exception(GatewayError(code, message))
