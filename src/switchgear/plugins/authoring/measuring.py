"""How fast a plugin is: its start, a warm call, and how many at once."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence

from switchgear.core.errors import ToolServerError
from switchgear.core.structs import Frozen
from switchgear.plugins.mcp.session import Session


class Measured(Frozen, frozen=True):
    """Seconds of starts and of calls one after the other, sorted; calls a second with ``at_once`` under way; ``memory`` in bytes after them.

    ``starts`` is empty, and ``memory`` 0, for what was not started here.
    """

    starts: tuple[float, ...]
    calls: tuple[float, ...]
    a_second: float
    at_once: int
    memory: int


class Load(Frozen, frozen=True):
    """What is asked: a method with its params (JSON), how many times, and how many at once."""

    method: str
    params: bytes
    calls: int
    at_once: int


def percentile(sorted_seconds: Sequence[float], share: float) -> float:
    """The value that ``share`` (0 to 1) of them do not exceed; 0 where there are none."""
    if not sorted_seconds:
        return 0.0
    return sorted_seconds[min(len(sorted_seconds) - 1, int(share * len(sorted_seconds)))]


async def measure_starts(open_session: Callable[[], Awaitable[Session]], times: int) -> tuple[float, ...]:
    """Seconds until a new process has introduced itself, sorted. Raises PluginError."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        session = await open_session()
        found.append(time.perf_counter() - began)
        await session.close(2.0)
    return tuple(sorted(found))


async def measure_calls(session: Session, load: Load) -> tuple[tuple[float, ...], float]:
    """Seconds of calls one after the other, sorted, and calls a second with many under way. Errors of the tool count as answers.

    Raises PluginFailed.
    """
    for _ in range(min(10, load.calls)):  # what is loaded late is loaded now
        await _called(session, load)
    found = [await _called(session, load) for _ in range(load.calls)]
    began = time.perf_counter()
    left = iter(range(load.calls))

    async def caller() -> None:
        for _ in left:
            await _called(session, load)

    await asyncio.gather(*(caller() for _ in range(load.at_once)))
    return tuple(sorted(found)), load.calls / (time.perf_counter() - began)


async def _called(session: Session, load: Load) -> float:
    began = time.perf_counter()
    with contextlib.suppress(ToolServerError):
        await session.request(load.method, load.params)
    return time.perf_counter() - began
