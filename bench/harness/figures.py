"""Percentiles, medians and their spread."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least ``percent`` % of ``values`` do not exceed (nearest rank).

    No interpolation: the result is always a value that was measured. Raises ``ValueError`` on an empty sequence.
    """
    if not values:
        raise ValueError("no values, no percentile")
    ordered = sorted(values)
    rank = math.ceil(percent / 100 * len(ordered))
    return ordered[max(rank, 1) - 1]


@dataclass(frozen=True)
class Spread:
    """Repeated measurements of one figure: their median and the lowest and highest of them."""

    median: float
    low: float
    high: float
    count: int

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread | None:
        """``None`` when nothing was measured."""
        measured = list(values)
        if not measured:
            return None
        return cls(statistics.median(measured), min(measured), max(measured), len(measured))


def significant(value: float, digits: int = 3) -> str:
    """``value`` with about ``digits`` significant digits, thousands separated, never in exponent form."""
    if value == 0:
        return "0"
    before_point = math.floor(math.log10(abs(value))) + 1
    return f"{value:,.{max(digits - before_point, 0)}f}"
