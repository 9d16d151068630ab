"""A test with a fake gateway of its own."""

from __future__ import annotations

import asyncio
import unittest
from typing import Any, Dict, List

import vectra
from fake_gateway import FakeGateway, eventually


class GatewayTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.gateway = FakeGateway()
        self.statuses: List[vectra.Status] = []
        await self.gateway.__aenter__()
        self.addAsyncCleanup(self.gateway.__aexit__)

    async def connect(self, **options: Any) -> vectra.Connection:
        """A connection that has begun."""
        given: Dict[str, Any] = {"channels": ["game.*"], "on_status": self.statuses.append, **options}
        connection = vectra.connect(self.gateway.url, **given)
        await connection.__aenter__()
        self.addAsyncCleanup(connection.close)
        return connection

    async def live(self, **options: Any) -> vectra.Connection:
        """A connection whose subscription stands."""
        connection = await self.connect(**options)
        await eventually("the subscription stands", lambda: connection.status.state == "live")
        return connection

    async def again(self, connection: vectra.Connection, count: int = 2) -> None:
        """Waits until it has come back: so many connections were made by then, at least."""

        def is_back() -> bool:
            return len(self.gateway.peers) >= count and connection.status.state == "live"

        await eventually("it came back", is_back)


async def seqs(connection: vectra.Connection, count: int) -> List[int]:
    return [(await asyncio.wait_for(connection.__anext__(), 30))["seq"] for _ in range(count)]
