"""A process that keeps calls and rolls them up, to be killed: `rollup_child.py URL FOLDER`. It prints a line after each round."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

from calls_made import call

from switchgear.observe.rollups import Rollups
from switchgear.store.store import Store

T0 = 20_000 * 86_400_000


async def main(url: str, folder: str) -> None:
    store = await Store.open(url, Path(folder), secret=b"s" * 32)
    rollups = Rollups(store.rollups)
    draw = random.Random(1)
    number = 0

    async def write() -> None:
        nonlocal number
        while True:
            for _ in range(3):
                store.writer.add(call(draw, number, T0 + draw.randrange(240_000)))
                number += 1
            await store.writer.committed()
            await asyncio.sleep(0.005)

    async def compute() -> None:
        while True:
            if await rollups.catch_up(share=1):
                print("round", flush=True)
            await asyncio.sleep(0.001)

    await asyncio.gather(write(), compute())


asyncio.run(main(*sys.argv[1:]))
