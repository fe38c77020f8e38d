"""The supervisor with workers that do as they are told: real processes, short pauses."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from switchgear.app.orders import Plan
from switchgear.app.supervisor import Supervisor
from switchgear.core.errors import WorkersFailed
from switchgear.providers.local.restarts import RestartPolicy

QUICK = RestartPolicy(first_delay=0.01, max_delay=0.05, crash_limit=3)


def plan(folder: Path, listener: int, part: str, workers: int) -> Plan:
    child = str(Path(__file__).with_name("worker_child.py"))
    return Plan(
        workers=workers,
        listener=listener,
        lock=-1,
        options={"data_dir": str(folder), "config": None, "overrides": {}},
        text=None,
        local=None,
        drain=5.0,
        url="http://127.0.0.1:1",
        key=None,
        log=("info", "json"),
        dev=False,
        worker=[sys.executable, child, part],
    )


@asynccontextmanager
async def supervised(folder: Path, part: str, workers: int = 2) -> AsyncIterator[tuple[Supervisor, asyncio.Task[None]]]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen()
        descriptor = os.dup(bound.fileno())
    supervisor = Supervisor(plan(folder, descriptor, part, workers), QUICK)
    running = asyncio.create_task(supervisor.run())
    try:
        yield supervisor, running
    finally:
        supervisor.stop()
        await asyncio.gather(running, return_exceptions=True)


async def until(look: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not look():
            await asyncio.sleep(0.01)


async def test_it_ends_when_told_and_takes_its_notice_down(tmp_path: Path) -> None:
    async with supervised(tmp_path, "serves") as (supervisor, running):
        await until(lambda: all(slot.state == "ready" for slot in supervisor.slots))
        assert (tmp_path / "server.json").exists()
        supervisor.stop()
        await asyncio.wait_for(running, 30)
    assert not (tmp_path / "server.json").exists()


async def test_a_crash_loop_of_all_ends_it_with_the_reason(tmp_path: Path) -> None:
    async with supervised(tmp_path, "dies") as (_, running):
        with pytest.raises(WorkersFailed, match="3 times in a row, and no other serves: exited with status 7"):
            await asyncio.wait_for(running, 30)


async def test_once_it_has_served_it_never_gives_up(tmp_path: Path) -> None:
    async with supervised(tmp_path, "all-killed") as (supervisor, running):
        await until(lambda: all(slot.restarts > QUICK.crash_limit + 1 for slot in supervisor.slots))
        assert not running.done()


async def test_a_worker_that_cannot_be_had_does_not_end_the_others(tmp_path: Path) -> None:
    async with supervised(tmp_path, "one-dies") as (supervisor, running):
        await until(lambda: supervisor.slots[0].restarts > QUICK.crash_limit + 1)
        assert supervisor.slots[1].state == "ready"
        assert not running.done()


async def test_a_start_that_is_refused_is_told_at_once(tmp_path: Path) -> None:
    async with supervised(tmp_path, "refuses") as (supervisor, running):
        with pytest.raises(WorkersFailed, match="There is no such thing") as raised:
            await asyncio.wait_for(running, 30)
    assert raised.value.advice == "Look elsewhere."
    assert sum(slot.restarts for slot in supervisor.slots) <= 2


async def test_one_that_is_killed_is_replaced_and_the_signal_is_told(tmp_path: Path) -> None:
    async with supervised(tmp_path, "killed") as (supervisor, running):
        await until(lambda: supervisor.slots[1].restarts >= 2)
        assert "killed by signal 9" in supervisor.slots[1].reason
        assert supervisor.slots[0].restarts == 0
        assert not running.done()
