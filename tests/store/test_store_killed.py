"""What survives a process that is killed under load, with a real process and a real kill -9."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import text

from switchgear.store.store import Store

LAST_NS = 250_000_000


async def killed_under_load(url: str, folder: Path, durability: str) -> tuple[list[tuple[str, int]], int, set[str]]:
    """The calls that the child reported (id, time), the time it was killed, and the ids in the database."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("load_child.py")),
        url,
        str(folder),
        durability,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    lines: list[bytes] = []
    try:
        async with asyncio.timeout(60):
            begun = None
            while len(lines) < 400 or begun is None or time.monotonic() < begun + 0.8:
                line = await child.stdout.readline()
                assert line, "the child ended by itself"
                begun = begun or time.monotonic()
                lines.append(line)
    finally:
        killed_at = time.monotonic_ns()
        child.kill()
    lines += (await child.stdout.read()).splitlines(keepends=True)
    await child.wait()
    store = await Store.open(url, folder, secret=b"s" * 32)
    async with store._database.read() as connection:
        kept = set((await connection.execute(text("SELECT id FROM usage"))).scalars())
    await store.close()
    reported = [line.split() for line in lines if line.endswith(b"\n")]
    return [(call.decode(), int(at)) for call, at in reported], killed_at, kept


async def test_strict_loses_no_record_of_a_finished_call(url: str, tmp_path: Path) -> None:
    reported, _, kept = await killed_under_load(url, tmp_path, "strict")
    assert len(reported) >= 400
    assert {call for call, _ in reported} <= kept


async def test_batched_loses_at_most_the_last_250_ms(url: str, tmp_path: Path) -> None:
    lost: list[str] = []
    for _ in range(3):  # a machine that stalls the child for longer proves nothing; it does not do so three times
        reported, killed_at, kept = await killed_under_load(url, tmp_path, "batched")
        old = [call for call, at in reported if at < killed_at - LAST_NS]
        assert len(old) >= 200
        lost = [call for call in old if call not in kept]
        if not lost:
            return
    assert lost == []
