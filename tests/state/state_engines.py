"""Both engines of the state, under a clock that the test turns."""

from __future__ import annotations

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from switchgear.state.base import Check, Counters, Standing, State, Verdict

T = TypeVar("T")

PATIENT = 5.0
"""Seconds to wait for a server on a loaded machine before it counts as lost."""

MINUTE = 60_000
START = 1_700_000_040_000
"""A moment at which a bucket of a minute's window begins."""


class Engine:
    """Counters and their time, ``now`` in ms since 1970."""

    def __init__(self) -> None:
        self.now = START
        self.counters: Counters

    def clock(self) -> int:
        return self.now

    async def take(self, token: str, checks: Sequence[Check]) -> Verdict:
        verdict = self.counters.take(token, checks, self.now)
        return verdict if isinstance(verdict, Verdict) else await verdict

    async def look(self, checks: Sequence[Check]) -> tuple[Standing, ...]:
        """Where counters stand; the checks take nothing."""
        return (await self.take("look", checks)).standings


async def ask(state: State, token: str, checks: Sequence[Check]) -> Verdict:
    """A take by the real time."""
    verdict = state.counters.take(token, checks, time.time_ns() // 1_000_000)
    return verdict if isinstance(verdict, Verdict) else await verdict


async def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until ``condition`` holds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def answered(found: T | Awaitable[T]) -> T:
    """What an engine answers, at once or later."""
    return await found if isinstance(found, Awaitable) else found


class Child:
    """A process of its own that plays a part of ``state_child``."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, **part: object) -> Child:
        script = Path(__file__).with_name("state_child.py")
        process = await asyncio.create_subprocess_exec(
            sys.executable, script, msgspec.json.encode(part).decode(), stdin=PIPE, stdout=PIPE
        )
        return cls(process)

    async def says(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            told: dict[str, Any] = msgspec.json.decode(await self.process.stdout.readline())
        return told

    def go_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")

    async def end(self) -> None:
        if self.process.returncode is None:
            self.go_on()
        async with asyncio.timeout(60):
            await self.process.communicate()

    async def kill(self) -> None:
        self.process.kill()
        await self.process.communicate()
