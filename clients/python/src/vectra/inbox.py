"""What has come and was not read yet."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Deque, Generic, Optional, TypeVar

T = TypeVar("T")


class Inbox(Generic[T]):
    """Waits in memory, in order, for a reader."""

    def __init__(self) -> None:
        self._items: Deque[T] = deque()
        self._wake = asyncio.Event()
        self._ended = False
        self._error: Optional[Exception] = None

    def put(self, item: T) -> None:
        if self._ended:
            return
        self._items.append(item)
        self._wake.set()

    def end(self, error: Optional[Exception] = None) -> None:
        """Nothing comes any more: what waits is still read, then the reader gets the error, or the end."""
        if not self._ended:
            self._ended, self._error = True, error
            self._wake.set()

    async def get(self) -> T:
        while not self._items:
            if self._ended:
                raise self._error or StopAsyncIteration()
            self._wake.clear()
            await self._wake.wait()
        return self._items.popleft()
