"""Both engines of the state, under a clock that the test turns."""

from __future__ import annotations

from collections.abc import Sequence

from switchgear.state.base import Check, Counters, Standing, Verdict

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
