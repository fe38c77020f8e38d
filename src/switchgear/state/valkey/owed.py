"""Changes that a lost server could not be told: they are told when it is back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from switchgear.state.base import Change
from switchgear.state.counters import bucket_ms

_MOST: Final = 100_000

Told = tuple[str, Change]
"""A change with the token of its call."""


class Owed:
    """Changes added up by counter and bucket. Of windows and leases, which heal by themselves, only so many are kept."""

    def __init__(self) -> None:
        self._sums: dict[tuple[object, ...], Told] = {}

    def add(self, told: Sequence[Told]) -> None:
        """Keep ``told`` until it is drained."""
        for token, change in told:
            at_ms = change.at_ms
            if change.kind == "window":
                at_ms -= at_ms % bucket_ms(change.span_ms)
            elif change.kind == "period":
                at_ms = 0
            call = token if change.kind == "lease" else ""
            key = (change.kind, change.scope, change.name, change.span_ms, at_ms, call)
            before = self._sums.get(key)
            if before is None and len(self._sums) >= _MOST and change.kind != "period":
                continue
            delta = change.delta + (before[1].delta if before is not None else 0)
            self._sums[key] = call, Change(change.scope, change.name, change.kind, delta, at_ms, change.span_ms)

    def drain(self) -> Iterator[Told]:
        """All of it, once."""
        sums, self._sums = self._sums, {}
        yield from sums.values()
