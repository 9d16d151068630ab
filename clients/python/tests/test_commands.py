"""Replay and paper trading."""

from __future__ import annotations

import asyncio
import unittest
from decimal import Decimal
from typing import Any, Dict, List

import vectra
from fake_gateway import Peer, event, eventually
from gateway_test import GatewayTest, seqs

WHERE = {"type": "replay", "gameId": "game-1", "tick": 0, "ticks": 9, "index": 0, "games": 1, "speed": 4}


async def replaying(peer: Peer, command: Dict[str, Any]) -> bool:
    states = {"replay": "playing", "seek": "playing", "step": "paused", "stop": "stopped"}
    if command["action"] not in states:
        return False
    tick = command.get("tick", command.get("ticks", 0))
    await peer.say(**{**WHERE, "state": states[command["action"]], "tick": tick}, ref=command["ref"])
    return True


def replayed(seq: int) -> Dict[str, Any]:
    return event(seq, "cccc", source="replay")


class Replay(GatewayTest):
    async def begun(self) -> "tuple[vectra.Connection, vectra.Replay]":
        connection = await self.live(since="aaaa:0")
        self.gateway.on_command = replaying
        replay = await connection.replay("game-1", speed=4)
        return connection, replay

    async def test_gives_its_events_apart_from_live_ones_and_does_not_move_the_place(self) -> None:
        connection, replay = await self.begun()
        self.assertEqual(self.gateway.peer.sent[-1]["gameId"], "game-1")
        for seq in (1, 2):
            await self.gateway.peer.say(**replayed(seq))
        self.assertEqual([(await replay.__anext__())["source"] for _ in range(2)], ["replay", "replay"])
        self.assertEqual(connection.position, "aaaa:0")
        await self.gateway.publish(1)
        self.assertEqual(await seqs(connection, 1), [1])

    async def test_ends_its_iteration_when_it_is_stopped(self) -> None:
        _, replay = await self.begun()
        await self.gateway.peer.say(**replayed(1))
        self.assertEqual((await replay.stop()).state, "stopped")
        self.assertEqual([one["seq"] async for one in replay], [1])
        with self.assertRaises(vectra.GatewayError) as over:
            await replay.seek(3)
        self.assertEqual(over.exception.code, "no_replay")

    async def test_says_where_it_is_after_each_command(self) -> None:
        _, replay = await self.begun()
        self.assertEqual((await replay.seek(7)).tick, 7)
        self.assertEqual(await replay.step(3), vectra.ReplayStatus("paused", "game-1", 3, 9, 0, 1, 4))
        self.assertEqual(replay.status.state, "paused")

    async def test_is_over_when_the_connection_is_lost_and_no_live_event_is(self) -> None:
        connection, replay = await self.begun()
        await self.gateway.peer.say(**replayed(50))
        self.gateway.peer.live = False  # held, while the replay runs
        await self.gateway.publish(2)
        self.gateway.peer.cut()
        with self.assertRaises(vectra.GatewayError) as lost:
            async for _ in replay:
                pass
        self.assertEqual(lost.exception.code, "disconnected")
        self.assertEqual(await seqs(connection, 2), [1, 2])


def session(**fields: Any) -> Dict[str, Any]:
    return {"session_id": "mine", "cash": "1", **fields}


async def trading(peer: Peer, command: Dict[str, Any]) -> bool:
    ref = command.get("ref")
    if command["action"] == "join_live":
        await peer.say(type="live_joined", session=session(), created="strategy" in command, ref=ref)
    elif command["action"] == "leave_live":
        await peer.say(type="live_left", session_id="mine", ref=ref)
    elif command["action"] == "order" and command.get("amount") == "9":
        bet = {"kind": "refused", "order": {}, "code": "above_maximum", "message": "at most 5"}
        await peer.say(type="live_bet", session_id="mine", bet=bet, session=session(), ref=ref)
    elif command["action"] == "order":
        bet = {"kind": "bought", "amount": command["amount"]}
        await peer.say(type="live_bet", session_id="mine", bet=bet, session=session(cash="0.5"), ref=ref)
    else:
        return False
    return True


class Paper(GatewayTest):
    async def joined(self) -> "tuple[vectra.Connection, vectra.LiveSession]":
        connection = await self.live()
        self.gateway.on_command = trading
        strategy: vectra.Strategy = {"kind": "observer", "name": "by hand", "initial_balance": "1"}
        return connection, await connection.join_live("mine", strategy)

    async def told(self, live: vectra.LiveSession, count: int) -> List[str]:
        return [(await asyncio.wait_for(live.__anext__(), 30))["type"] for _ in range(count)]

    async def test_orders_tell_what_came_of_them(self) -> None:
        _, live = await self.joined()
        order = await live.order("buy", Decimal("0.00000001"))
        self.assertEqual(order.bet, {"kind": "bought", "amount": "0.00000001"})
        self.assertEqual(live.session["cash"], "0.5")
        self.assertEqual(await self.told(live, 1), ["live_bet"])

    async def test_orders_that_are_refused_raise(self) -> None:
        _, live = await self.joined()
        with self.assertRaises(vectra.GatewayError) as refused:
            await live.order("buy", "9")
        self.assertEqual(refused.exception.code, "above_maximum")

    async def test_sessions_are_joined_again_after_a_lost_connection(self) -> None:
        connection, live = await self.joined()
        self.gateway.peer.cut()
        await self.again(connection)
        self.assertEqual(await self.told(live, 1), ["live_joined"])
        self.assertNotIn("strategy", self.gateway.peer.sent[-1])
        self.assertEqual(self.gateway.peer.sent[-1]["action"], "join_live")

    async def test_orders_are_not_sent_later_when_there_is_no_connection(self) -> None:
        connection, live = await self.joined()
        self.gateway.peer.cut()
        await eventually("it is lost", lambda: connection.status.state != "live")
        with self.assertRaises(vectra.GatewayError) as lost:
            await live.order("buy", "0.1")
        self.assertEqual(lost.exception.code, "disconnected")
        await self.again(connection)
        self.assertNotIn("order", [sent["action"] for sent in self.gateway.peer.sent])

    async def test_a_session_that_was_left_tells_nothing_more_and_is_not_joined_again(self) -> None:
        connection, live = await self.joined()
        await live.leave()
        self.assertEqual([message async for message in live], [])
        self.gateway.peer.cut()
        await self.again(connection)
        await connection.pause()
        self.assertNotIn("join_live", [sent["action"] for sent in self.gateway.peer.sent])


if __name__ == "__main__":
    unittest.main()
