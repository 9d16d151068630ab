"""Against a running gateway: what it is told, a line each.

    python3 real_gateway.py events <url> <since>            every event's id
    python3 real_gateway.py replay <url> <gameId>           every replayed tick's price, then the end and the place
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


if __name__ == "__main__":
    asyncio.run({"events": events, "replay": replay}[sys.argv[1]](*sys.argv[2:]))
