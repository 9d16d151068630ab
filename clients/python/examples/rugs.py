"""Says of each game how it ended: python3 examples/rugs.py [ws://127.0.0.1:8080/ws]"""

import asyncio
import sys

import vectra


async def main(url: str = "ws://127.0.0.1:8080/ws") -> None:
    async for event in vectra.connect(url, channels=["game.end"]):
        if event["type"] == "game.end":
            end = event["data"]
            print(f"{event['gameId']}: {end['reason']} at {end['rugTick']}, peak {end['peakMultiplier']}", flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
