"""When the connection is tried again, and when it is given up."""

from __future__ import annotations

import asyncio
import json
import sys
import types
import unittest
from typing import Any, Dict
from unittest.mock import patch

import vectra
from fake_gateway import Peer, event, eventually
from gateway_test import GatewayTest, seqs
from vectra.backoff import backoff
from vectra.socket import connector


class Connection(GatewayTest):
    async def test_is_given_up_when_the_gateway_closes_for_good(self) -> None:
        connection = await self.live()
        await self.gateway.publish(1)
        await self.gateway.peer.raw.close(4500, "no more of this")
        self.assertEqual(await seqs(connection, 1), [1])
        with self.assertRaisesRegex(vectra.RefusedError, "no more of this"):
            await seqs(connection, 1)
        with self.assertRaises(vectra.GatewayError) as refused:
            await connection.pause()
        self.assertEqual(refused.exception.code, "closed")
        self.assertEqual(len(self.gateway.peers), 1)

    async def test_is_tried_again_after_every_close_code_below_4500(self) -> None:
        connection = await self.live(since="aaaa:0")
        for count, code in enumerate((1001, 4008, 4029, 4030, 4499), start=1):
            await self.gateway.publish(1)
            await self.gateway.peer.raw.close(code, "")
            self.assertEqual(await seqs(connection, 1), [count])
            await self.again(connection, count + 1)

    async def test_is_given_up_when_the_subscription_would_be_refused_again(self) -> None:
        for code in ("bad_command", "unknown_token", "no_token", "not_allowed"):
            self.gateway.on_command = refusing(code)
            connection = await self.connect()
            with self.assertRaisesRegex(vectra.RefusedError, "no"):
                await seqs(connection, 1)

    async def test_is_tried_again_when_the_subscription_is_refused_for_now(self) -> None:
        self.gateway.on_command = refusing("unavailable")
        connection = await self.connect()
        await eventually("it is tried again", lambda: len(self.gateway.peers) > 1)
        self.gateway.on_command = None
        await self.again(connection)

    async def test_brings_the_token_in_a_header_and_nowhere_else(self) -> None:
        await self.live(token="secret")
        self.assertEqual(self.gateway.headers[0]["Authorization"], "Bearer secret")
        self.assertNotIn("secret", json.dumps(self.gateway.peer.sent))

    async def test_comes_back_when_a_gateway_that_stops_wishes_it(self) -> None:
        connection = await self.live(since="aaaa:0")
        await self.gateway.publish(2)
        self.assertEqual(await seqs(connection, 2), [1, 2])
        before = asyncio.get_running_loop().time()
        await self.gateway.peer.say(type="goaway", id="aaaa:2", reconnectInMs=700)
        await self.again(connection)
        self.assertGreaterEqual(asyncio.get_running_loop().time() - before, 0.69)
        self.assertEqual(since_of(self.gateway.peer), "aaaa:2")

    async def test_that_gives_no_sign_of_life_is_replaced(self) -> None:
        async def say_nothing(_peer: Peer, command: Dict[str, Any]) -> bool:
            return bool(command["action"] == "ping")

        with patch("vectra.link.PING_S", 0.1):
            self.gateway.on_command = say_nothing
            connection = await self.live(since="aaaa:0")
            await eventually("it is replaced", lambda: len(self.gateway.peers) >= 2)
            self.gateway.on_command = None
            await self.again(connection)
            await self.gateway.publish(1)
            self.assertEqual(await seqs(connection, 1), [1])

    async def test_to_a_server_that_is_no_gateway_is_replaced(self) -> None:
        connection = await self.live()
        for count, nonsense in enumerate(("no JSON", "3", "null", '{"no":"type"}', b"\0\1"), start=2):
            await self.gateway.peer.raw.send(nonsense)
            await self.again(connection, count)

    async def test_counts_its_attempts(self) -> None:
        connection = vectra.connect("ws://127.0.0.1:1/ws", channels=["*"], on_status=self.statuses.append)
        async with connection:
            await eventually("three attempts", lambda: len(self.statuses) >= 3)
        attempts = [status.attempt for status in self.statuses if status.state == "reconnecting"]
        self.assertEqual(attempts[:3], [1, 2, 3])
        self.assertEqual(connection.status.state, "closed")

    async def test_to_an_address_that_is_none_fails_at_once(self) -> None:
        with self.assertRaisesRegex(ValueError, "expected ws://"):
            async for _ in vectra.connect("http://127.0.0.1/", channels=["*"]):
                pass

    async def test_ends_the_iteration_when_it_is_closed_and_what_came_is_still_read(self) -> None:
        connection = await self.live()
        await self.gateway.publish(2)
        await eventually("they came", lambda: connection.position == "aaaa:2")
        await connection.close()
        self.assertEqual([one["seq"] async for one in connection], [1, 2])
        await connection.close()

    async def test_that_is_refused_with_401_is_given_up(self) -> None:
        async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(refuse, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            connection = vectra.connect(f"ws://127.0.0.1:{port}/ws", channels=["*"], token="wrong")
            with self.assertRaisesRegex(vectra.RefusedError, "401"):
                await asyncio.wait_for(connection.__anext__(), 30)


class Command(GatewayTest):
    async def test_that_is_refused_raises_what_the_gateway_says(self) -> None:
        connection = await self.live()
        self.gateway.on_command = refusing("not_paused")
        with self.assertRaises(vectra.GatewayError) as refused:
            await connection.resume()
        self.assertEqual((refused.exception.code, refused.exception.message), ("not_paused", "no"))
        await self.gateway.publish(1)
        self.assertEqual(await seqs(connection, 1), [1])

    async def test_whose_answer_was_lost_with_the_connection_raises(self) -> None:
        async def cut(peer: Peer, command: Dict[str, Any]) -> bool:
            if command["action"] == "pause":
                peer.cut()
            return bool(command["action"] == "pause")

        connection = await self.live()
        self.gateway.on_command = cut
        with self.assertRaises(vectra.GatewayError) as lost:
            await connection.pause()
        self.assertEqual(lost.exception.code, "disconnected")


class Parts(unittest.TestCase):
    def test_waits_are_spread_up_to_a_ceiling_that_doubles_to_ten_seconds(self) -> None:
        self.assertEqual([backoff(attempt, 1) for attempt in (1, 2, 3, 6, 7, 9999)], [0.25, 0.5, 1, 8, 10, 10])
        self.assertEqual(backoff(5, 0), 0)
        self.assertTrue(all(0 <= backoff(3) <= 1 for _ in range(100)))

    def test_headers_are_named_as_the_installed_version_of_websockets_names_them(self) -> None:
        newer = types.ModuleType("websockets.asyncio.client")
        setattr(newer, "connect", object())
        older = types.ModuleType("websockets.legacy.client")
        setattr(older, "connect", object())
        with patch.dict(sys.modules, {"websockets.asyncio": newer, "websockets.asyncio.client": newer}):
            self.assertEqual(connector(), (newer.connect, "additional_headers"))
        missing: Dict[str, Any] = {"websockets.asyncio.client": None, "websockets.legacy.client": older}
        with patch.dict(sys.modules, missing):
            self.assertEqual(connector(), (older.connect, "extra_headers"))


def refusing(code: str) -> Any:
    async def refuse(peer: Peer, command: Dict[str, Any]) -> bool:
        if command["action"] == "ping":
            return False
        ref = {"ref": command["ref"]} if "ref" in command else {}
        await peer.say(type="error", code=code, message="no", action=command["action"], **ref)
        return True

    return refuse


def since_of(peer: Peer) -> Any:
    return next(sent["since"] for sent in peer.sent if sent["action"] == "subscribe")


if __name__ == "__main__":
    unittest.main()
