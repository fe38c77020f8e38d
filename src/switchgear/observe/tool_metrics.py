"""What is counted of calls of plugins, for Prometheus. No client can make series: plugins are installed, methods and codes are known sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from switchgear.core.errors import every_error
from switchgear.core.tool_calls import ToolRecord

_BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Seconds."""


class Times:
    """How long calls of one plugin took: counts by bucket, and the sum."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(_BOUNDS) + 1)
        self.total = 0.0

    def observe(self, seconds: float) -> None:
        """Count one."""
        place = 0
        while place < len(_BOUNDS) and seconds > _BOUNDS[place]:
            place += 1
        self.counts[place] += 1
        self.total += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """Upper bounds as text, and how many took as long at most."""
        below, found = 0, []
        for bound, count in zip((*map(str, _BOUNDS), "+Inf"), self.counts, strict=True):
            below += count
            found.append((bound, float(below)))
        return found


class ToolMetrics:
    """``calls`` are by (plugin, method, outcome), where ``isError`` is an outcome of its own: ``error``; ``errors`` by (plugin, code), ``bytes``
    by (plugin, in or out), ``times`` by plugin.
    """

    def __init__(self) -> None:
        self.calls: dict[tuple[str, str, str], int] = {}
        self.errors: dict[tuple[str, str], int] = {}
        self.bytes: dict[tuple[str, str], int] = {}
        self.times: dict[str, Times] = {}
        self._codes = frozenset(kind.code for kind in every_error())
        self.in_flight: Callable[[], int] = int
        self.waiting: Callable[[], int] = int

    def watch_in_flight(self, read: Callable[[], int]) -> None:
        """Show how many calls are under way."""
        self.in_flight = read

    def watch_waiting(self, read: Callable[[], int]) -> None:
        """Show how many calls wait for a person."""
        self.waiting = read

    def on_call(self, record: ToolRecord) -> None:
        """Count a finished call. About a microsecond."""
        plugin = record.plugin
        outcome = "error" if record.is_error else record.outcome
        which = plugin, record.method, outcome
        self.calls[which] = self.calls.get(which, 0) + 1
        if record.error in self._codes:
            self.errors[plugin, record.error] = self.errors.get((plugin, record.error), 0) + 1
        for way, size in (("in", record.bytes_in), ("out", record.bytes_out)):
            self.bytes[plugin, way] = self.bytes.get((plugin, way), 0) + size
        if record.outcome != "refused":
            times = self.times.get(plugin)
            if times is None:
                times = self.times[plugin] = Times()
            times.observe(record.ms * 0.001)
