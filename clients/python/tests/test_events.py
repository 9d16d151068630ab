"""Events in order, each once, whatever happens to the connection."""

from __future__ import annotations

import asyncio
import random
import unittest
from typing import Any, Dict, List
from unittest.mock import patch

import vectra
from fake_gateway import Peer, event, eventually
from gateway_test import GatewayTest, seqs
from vectra.backoff import backoff


class Events(GatewayTest):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.missed: List[vectra.Unrecovered] = []

    async def connect(self, **options: Any) -> vectra.Connection:
        return await super().connect(**{"on_unrecovered": self.missed.append, **options})

    async def test_come_in_the_ten_lines_of_the_readme(self) -> None:
        await self.gateway.publish(3)
        got = []
        async for one in vectra.connect(self.gateway.url, channels=["game.*"], since="aaaa:0"):
            got.append(one["seq"])
            if len(got) == 3:
                break
        self.assertEqual(got, [1, 2, 3])

    async def test_come_each_once_and_in_order_across_any_number_of_lost_connections(self) -> None:
        chance = random.Random(7)
        total = 400

        async def publish() -> None:
            while len(self.gateway.log) < total:
                await self.gateway.publish(chance.randint(1, 20))
                if chance.random() < 0.5:
                    self.gateway.peer.cut()
                await asyncio.sleep(chance.random() * 0.02)

        async def drop_some_subscriptions(peer: Peer, command: Dict[str, Any]) -> bool:
            if command["action"] == "subscribe" and chance.random() < 0.3:
                peer.cut()
                return True
            return False

        with patch("vectra.link.backoff", lambda attempt: backoff(attempt) / 20):
            connection = await self.live(channels=["*"], since="aaaa:0")
            self.gateway.on_command = drop_some_subscriptions
            publishing = asyncio.create_task(publish())
            got = await seqs(connection, total)
            await publishing
        self.assertEqual(got, list(range(1, total + 1)))
        self.assertEqual(self.missed, [])
        self.assertGreater(len(self.gateway.peers), 5)
        self.assertEqual(connection.position, f"aaaa:{len(self.gateway.log)}")

    async def test_that_come_twice_are_told_once(self) -> None:
        connection = await self.live()
        await self.gateway.publish(2)
        await self.gateway.peer.say(**event(1))
        await self.gateway.publish(1)
        self.assertEqual(await seqs(connection, 3), [1, 2, 3])

    async def test_that_can_not_be_recovered_are_told_of_between_those_before_and_after(self) -> None:
        connection = await self.live(since="aaaa:0")
        await self.gateway.publish(2)
        await eventually("they came", lambda: connection.position == "aaaa:2")
        self.gateway.epoch, self.gateway.log = "bbbb", [event(seq, "bbbb") for seq in range(1, 8)]
        self.gateway.peer.cut()
        await eventually("it came back", lambda: connection.position == "bbbb:7")
        await self.gateway.publish(1)
        self.assertEqual(await seqs(connection, 2), [1, 2])
        self.assertEqual(self.missed, [])
        self.assertEqual(await seqs(connection, 1), [8])
        self.assertEqual(self.missed, [vectra.Unrecovered("epoch_changed", "aaaa:2")])

    async def test_passed_over_are_told_of_when_all_channels_are_subscribed(self) -> None:
        connection = await self.live(channels=["*"], since="aaaa:0")
        await self.gateway.publish(1)
        await self.gateway.peer.say(**event(5))
        self.assertEqual(await seqs(connection, 2), [1, 5])
        self.assertEqual(self.missed, [vectra.Unrecovered("hole", "aaaa:1")])

    async def test_missed_since_an_empty_log_are_told_of(self) -> None:
        connection = await self.live()
        self.gateway.log = [event(1), event(2)]
        self.gateway.peer.cut()
        await eventually("it came back", lambda: connection.position == "aaaa:2")
        await self.gateway.publish(1)
        self.assertEqual(await seqs(connection, 1), [3])
        self.assertEqual(self.missed, [vectra.Unrecovered("unknown_place", None)])

    async def test_without_a_listener_missed_ones_are_logged(self) -> None:
        connection = await self.live(channels=["*"], since="aaaa:0", on_unrecovered=None)
        await self.gateway.publish(1)
        await self.gateway.peer.say(**event(5))
        with self.assertLogs("vectra", "WARNING") as logs:
            await seqs(connection, 2)
        self.assertEqual(len(logs.output), 1)

    async def test_of_a_snapshot_are_told_apart_and_do_not_move_the_place(self) -> None:
        snapshots: List[vectra.Snapshot] = []
        connection = await self.live(on_snapshot=snapshots.append)
        await self.gateway.peer.say(type="snapshot", id="aaaa:0", events=[event(9)])
        await self.gateway.publish(1)
        self.assertEqual(await seqs(connection, 1), [1])
        self.assertEqual([(told.id, told.events) for told in snapshots], [("aaaa:0", [event(9)])])

    async def test_of_other_channels_keep_the_place_young(self) -> None:
        with patch("vectra.link.PING_S", 0.05):
            connection = await self.live(since="aaaa:0")
            self.gateway.log = [event(seq) for seq in range(1, 51)]
            self.gateway.peer.next = 50
            await eventually("a pong moved the place", lambda: connection.position == "aaaa:50")

    async def test_go_on_after_a_pause_where_they_were_held(self) -> None:
        connection = await self.live(since="aaaa:0")
        await self.gateway.publish(1)
        self.assertEqual(await seqs(connection, 1), [1])
        await connection.pause()
        await self.gateway.publish(2)
        self.gateway.peer.cut()
        await eventually("it came back", lambda: len(self.gateway.peers) == 2 and self.gateway.peer.live)
        self.assertTrue(self.gateway.peer.held)
        await self.gateway.publish(1)
        self.assertEqual(connection.position, "aaaa:1")
        await connection.resume()
        self.assertEqual(await seqs(connection, 3), [2, 3, 4])
        self.assertEqual(self.missed, [])

    async def test_of_an_added_channel_come_from_now_on(self) -> None:
        connection = await self.live()
        await connection.subscribe("player.trade")
        self.assertEqual(self.gateway.peer.sent[-1]["channels"], ["player.trade"])
        self.gateway.peer.cut()
        await eventually("it came back", lambda: len(self.gateway.peers) == 2 and self.gateway.peer.live)
        subscription = next(sent for sent in self.gateway.peer.sent if sent["action"] == "subscribe")
        self.assertEqual(subscription["channels"], ["game.*", "player.trade"])


if __name__ == "__main__":
    unittest.main()
