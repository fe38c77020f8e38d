"""Quantiles of many durations in little space: a sketch with a relative error of 1 %, merged without loss.

DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees", VLDB 2019): values fall into
buckets whose bounds grow by one factor, so that the middle of a bucket is within the error of every value in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import sub
from typing import Final

import msgspec

ERROR: Final = 0.01
"""How far a quantile may be from the value that has its rank, relative to that value."""

SMALLEST: Final = 1e-3
"""Values up to this, and what is no positive number, count as zero. In milliseconds: a microsecond."""

LARGEST: Final = 1e10
"""Values beyond this count as this. In milliseconds: four months."""

_GROWTH: Final = (1 + ERROR) / (1 - ERROR)
_PER_LOG: Final = 1 / math.log(_GROWTH)
_MIDDLE: Final = 2 / (1 + _GROWTH)
_TOP: Final = math.ceil(math.log(LARGEST) * _PER_LOG)
_BOTTOM: Final = math.floor(math.log(SMALLEST) * _PER_LOG)
_MOST: Final = 2**63 - 1


class _Form(msgspec.Struct, array_like=True, gc=False):
    """A sketch as bytes: the buckets in order, each as its distance from the one before."""

    zeros: int
    steps: list[int]
    counts: list[int]


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(_Form).decode


class Sketch:
    """Counts values by bucket; at most some 1,500 buckets whatever the values. The same values make the same sketch in any order."""

    __slots__ = ("_buckets", "_zeros")

    def __init__(self, values: Iterable[float] = ()) -> None:
        self._buckets: dict[int, int] = {}
        self._zeros = 0
        for value in values:
            self.add(value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sketch) and (self._zeros, self._buckets) == (other._zeros, other._buckets)

    __hash__ = None  # type: ignore[assignment]  # it changes

    @property
    def count(self) -> int:
        """How many values it has seen."""
        return self._zeros + sum(self._buckets.values())

    def add(self, value: float) -> None:
        """Count a value; not-a-number counts as zero."""
        if not value > SMALLEST:
            self._zeros += 1
            return
        bucket = math.ceil(math.log(value) * _PER_LOG) if value < LARGEST else _TOP
        self._buckets[bucket] = self._buckets.get(bucket, 0) + 1

    def merge(self, other: Sketch) -> None:
        """Count all that ``other`` has counted."""
        self._zeros += other._zeros
        buckets = self._buckets
        for bucket, count in other._buckets.items():
            buckets[bucket] = buckets.get(bucket, 0) + count

    def quantile(self, share: float) -> float | None:
        """The value below or at which ``share`` (0 to 1) of all values are, within ERROR; None when there are none."""
        return self.quantiles((share,))[0]

    def quantiles(self, shares: Sequence[float]) -> list[float | None]:
        """The same for several, which must ascend, at once."""
        count = self.count
        if not count:
            return [None] * len(shares)
        found: list[float | None] = []
        buckets = iter(sorted(self._buckets))
        seen, value = self._zeros, 0.0
        for share in shares:
            rank = max(1, math.ceil(share * count))
            while seen < rank:
                bucket = next(buckets)
                seen += self._buckets[bucket]
                value = _MIDDLE * _GROWTH**bucket
            found.append(value)
        return found

    def encode(self) -> bytes:
        """The sketch as bytes, some two for each bucket; none for an empty one."""
        if not self._buckets and not self._zeros:
            return b""
        order = sorted(self._buckets)
        steps = [*order[:1], *map(sub, order[1:], order)]
        return _encode(_Form(self._zeros, steps, [self._buckets[bucket] for bucket in order]))

    @classmethod
    def decode(cls, data: bytes) -> Sketch:
        """The sketch that ``encode`` made ``data`` of. Raises msgspec.DecodeError for anything else."""
        made = cls()
        if not data:
            return made
        form = _decode(data)
        buckets = list(accumulate(form.steps))
        sound = (
            len(form.steps) == len(form.counts)
            and min(form.steps[1:], default=1) > 0
            and min(form.counts, default=1) > 0
            and max(form.counts, default=1) <= _MOST
            and (not buckets or (buckets[0] >= _BOTTOM and buckets[-1] <= _TOP))
            and form.zeros >= 0
        )
        if not sound:
            raise msgspec.DecodeError("not a sketch")
        made._zeros = form.zeros
        made._buckets = dict(zip(buckets, form.counts, strict=True))
        return made
