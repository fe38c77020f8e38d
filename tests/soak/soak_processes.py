"""The processes of the gateway under soak: killed at random, measured, and looked for at the end."""

from __future__ import annotations

import asyncio
import random
import signal
from dataclasses import dataclass, field

import httpx
import psutil

MIB = 1 << 20
ROUND = 2.0
"""Seconds between two looks at memory."""


@dataclass
class Life:
    """One process: what it is, and its memory in MiB at first, at most and at last."""

    name: str
    process: psutil.Process
    sizes: list[float] = field(default_factory=list)


@dataclass
class Watch:
    """Every process that the gateway ever had, by its id and the time it was made."""

    supervisor: psutil.Process
    lives: dict[tuple[int, float], Life] = field(default_factory=dict)
    kills: int = 0

    def look(self, numbers: dict[int, int]) -> None:
        """Take note of who runs. ``numbers`` are those of the workers, by process id."""
        try:
            running = [self.supervisor, *self.supervisor.children(recursive=True)]
        except psutil.NoSuchProcess:
            return
        for process in running:
            try:
                made, size = process.create_time(), process.memory_info().rss / MIB
            except (psutil.NoSuchProcess, psutil.ZombieProcess):
                continue
            number = numbers.get(process.pid)
            life = self.lives.setdefault((process.pid, made), Life("", process))
            life.name = life.name or (
                "supervisor" if process == self.supervisor else f"worker {number}" if number else ""
            )
            life.sizes.append(size)

    def left(self, seconds: float = 20.0) -> list[psutil.Process]:
        """Those that still run so long after they should have ended."""
        _, alive = psutil.wait_procs([life.process for life in self.lives.values()], timeout=seconds)
        return [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


async def workers(http: httpx.AsyncClient) -> dict[int, int]:
    """The numbers of the workers that are ready, by process id; nothing while nobody can say."""
    try:
        told = (await http.get("/api/status")).json()
    except (httpx.TransportError, ValueError):
        return {}
    return {one["pid"]: one["number"] for one in told.get("workers", ()) if one["state"] == "ready" and one["pid"]}


async def measure(http: httpx.AsyncClient, watch: Watch, done: asyncio.Event) -> None:
    """Look at every process again and again."""
    while not done.is_set():
        watch.look(await workers(http))
        await _rest(done, ROUND)


async def kill(http: httpx.AsyncClient, watch: Watch, done: asyncio.Event, every: float, rng: random.Random) -> None:
    """Kill a worker, whichever, about every so many seconds, while another one serves."""
    while not done.is_set():
        await _rest(done, rng.uniform(0.5, 1.5) * every)
        ready = await workers(http)
        if len(ready) < 2 or done.is_set():
            continue
        pid = rng.choice(sorted(ready))
        try:
            psutil.Process(pid).send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
        watch.kills += 1


async def _rest(done: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await done.wait()
    except TimeoutError:
        pass
