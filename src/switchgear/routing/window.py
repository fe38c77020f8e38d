"""Calls and failures of the last seconds."""

from __future__ import annotations

from typing import Final

_BUCKETS: Final = 10


class Window:
    """Counts calls and how many of them failed over the last ``seconds``, in ten buckets.

    What is counted leaves after nine to ten tenths of that time.
    """

    __slots__ = ("_calls", "_failures", "_per_second", "_slot")

    def __init__(self, seconds: float) -> None:
        self._per_second = _BUCKETS / seconds
        self._slot = 0
        self._calls = [0] * _BUCKETS
        self._failures = [0] * _BUCKETS

    def add(self, now: float, failed: int) -> None:
        """Count a call; ``failed`` is 1 for one that did, 0 for one that did not."""
        slot = int(now * self._per_second)
        if slot != self._slot:
            self._turn(slot)
        place = slot % _BUCKETS
        self._calls[place] += 1
        if failed:
            self._failures[place] += 1

    def totals(self, now: float) -> tuple[int, int]:
        """Calls, and failures among them."""
        self._turn(int(now * self._per_second))
        return sum(self._calls), sum(self._failures)

    def clear(self) -> None:
        """Forget everything."""
        self._calls = [0] * _BUCKETS
        self._failures = [0] * _BUCKETS

    def _turn(self, slot: int) -> None:
        """Empty the buckets between the newest and ``slot``; a clock that went back changes nothing."""
        gone = slot - self._slot
        if gone <= 0:
            return
        for offset in range(1, min(gone, _BUCKETS) + 1):
            place = (self._slot + offset) % _BUCKETS
            self._calls[place] = self._failures[place] = 0
        self._slot = slot
