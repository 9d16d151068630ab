"""Against a running gateway: what it is told, a line each.

    python3 real_gateway.py events <url> <since>            every event's id
    python3 real_gateway.py replay <url> <gameId>           every replayed tick's price, then the end and the place
    python3 real_gateway.py paper <url> <session>           trades on paper by hand: each order's outcome, then the wallet
"""

from __future__ import annotations

import asyncio
import sys

import vectra


async def events(url: str, since: str) -> None:
    def missed(told: vectra.Unrecovered) -> None:
        print("missed", told.reason, told.since, flush=True)

    async for event in vectra.connect(url, channels=["*"], since=since, on_unrecovered=missed):
        print(event["id"], flush=True)


async def replay(url: str, game_id: str) -> None:
    async with vectra.connect(url, channels=["game.*"]) as connection:
        live = await connection.__anext__()
        epoch = live["id"].split(":")[0]
        async for event in await connection.replay(game_id, speed="max", continuous=False):
            if event["type"] == "game.tick":
                print(event["data"]["price"], flush=True)
        is_kept = connection.position is not None and connection.position.startswith(epoch)
        print("live", live["source"], "place kept" if is_kept else "place moved", flush=True)


async def paper(url: str, session_id: str) -> None:
    async with vectra.connect(url, channels=["game.*"]) as connection:
        by_hand = {"kind": "observer", "name": "by hand", "initial_balance": "1"}
        session = await connection.join_live(session_id, by_hand)
        bought = await taken(session, "buy", "0.1")
        print(bought.bet["kind"], bought.bet["amount"], flush=True)
        async for message in session:
            if message["type"] == "live_tick":
                print(message["type"], flush=True)
                break
        try:
            print((await session.order("sell")).bet["kind"], flush=True)
        except vectra.GatewayError as error:
            # The rug was faster, and has sold it.
            print("sold" if error.code in ("nothing_to_sell", "no_game") else error.code, flush=True)
        try:
            await session.order("buy", "1000")
        except vectra.GatewayError as error:
            print(error.code, flush=True)
        await session.leave()
        print(session.session["wallet"], flush=True)


async def taken(session: vectra.LiveSession, side: str, amount: str) -> vectra.Order:
    """Orders are refused between games: tried again until one is taken."""
    while True:
        try:
            return await session.order(side, amount)
        except vectra.GatewayError:
            await asyncio.sleep(0.2)


if __name__ == "__main__":
    asyncio.run({"events": events, "paper": paper, "replay": replay}[sys.argv[1]](*sys.argv[2:]))
