"""Quantiles of the last minutes in a fixed, small room."""

from __future__ import annotations

from math import log
from typing import Final

_SMALLEST: Final = 0.001
_LARGEST: Final = 600.0
_GROWTH: Final = 1.15
_PER_LOG: Final = 1 / log(_GROWTH)
_BUCKETS: Final = int(log(_LARGEST / _SMALLEST) * _PER_LOG) + 2
_STALE_AFTER: Final = 16
"""Observations after which a quantile is worked out anew."""


class Quantiles:
    """A histogram of seconds whose bucket bounds grow by 15 %: a quantile is off by at most 7.5 %.

    That is DDSketch's rule (Masson, Rim and Lee, 2019) between 1 ms and 10 minutes. It knows the last ``minutes`` to twice that:
    every so often the older half is dropped.
    """

    __slots__ = ("_asked", "_counts", "_known", "_older", "_period", "_turn", "count")

    def __init__(self, period: float = 300.0) -> None:
        self._period = period
        self._turn = 0.0
        self._counts = [0] * _BUCKETS
        self._older = [0] * _BUCKETS
        self.count = 0
        self._known: dict[float, float] = {}
        self._asked = 0

    def add(self, now: float, seconds: float) -> None:
        """Count an observation at ``now``, in seconds of a clock that never goes back."""
        if now >= self._turn:
            self._drop(now)
        place = int(log(seconds / _SMALLEST) * _PER_LOG) + 1 if seconds > _SMALLEST else 0
        self._counts[place if place < _BUCKETS else _BUCKETS - 1] += 1
        self.count += 1

    def at(self, share: float) -> float | None:
        """The seconds that ``share`` (0 to 1) of the observations were at or below; None where there are none."""
        if not self.count:
            return None
        if self.count - self._asked >= _STALE_AFTER or self.count < _STALE_AFTER:
            self._known.clear()
            self._asked = self.count
        known = self._known.get(share)
        if known is None:
            known = self._known[share] = self._find(share)
        return known

    def _find(self, share: float) -> float:
        below = 0
        wanted = share * self.count
        for place in range(_BUCKETS):
            below += self._counts[place] + self._older[place]
            if below >= wanted and below:
                return _SMALLEST * _GROWTH ** (place - 0.5) if place else _SMALLEST
        return _LARGEST

    def _drop(self, now: float) -> None:
        idle = now >= self._turn + self._period
        self._older = [0] * _BUCKETS if idle else self._counts
        self._counts = [0] * _BUCKETS
        self.count = sum(self._older)
        self._turn = now + self._period
        self._known.clear()
        self._asked = self.count
