"""A gateway's worth of finished calls, to be killed: `load_child.py URL FOLDER DURABILITY`.

Prints a line for each call: its id and the monotonic time in nanoseconds. In strict the line comes after the
commit, as the last byte of an answer does; in batched, as soon as the record is handed over.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from switchgear.core.calls import CallRecord, Usage
from switchgear.core.ids import RequestIds
from switchgear.store.store import Store


async def main(url: str, folder: str, durability: str) -> None:
    store = await Store.open(url, Path(folder), secret=b"s" * 32, durability=durability)  # type: ignore[arg-type]
    ids = RequestIds()

    async def caller() -> None:
        while True:
            made = ids.next()
            store.writer.add(
                CallRecord(
                    id=made,
                    at=time.time_ns() // 1_000_000,
                    key_id="key_a",
                    endpoint="/v1/chat/completions",
                    model="fast",
                    provider="openai",
                    deployment="openai/gpt-5-mini",
                    streamed=False,
                    outcome="ok",
                    status=200,
                    error="",
                    usage=Usage(10, 5),
                    cost=1,
                    latency_ms=1.0,
                    first_token_ms=None,
                )
            )
            now = time.monotonic_ns()
            if durability == "strict":
                await store.writer.committed()
            else:
                await asyncio.sleep(0.01)
            os.write(1, f"{made} {now}\n".encode())

    await asyncio.gather(*[caller() for _ in range(20)])


asyncio.run(main(*sys.argv[1:]))
