"""Keeps the roll-ups of usage up to date: minutes from calls, hours from minutes, days from hours.

Every period is computed whole from what it is made of, as often as it is marked stale. That makes it right whatever happened before:
records that came late or twice, a process killed half-way, two processes at the same work.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, get_args

from switchgear.observe.tally import Merger, Tally
from switchgear.store.error_groups import ErrorGroup
from switchgear.store.rollups import FINER, RollupStore, Rows, encoded
from switchgear.store.stale import LENGTHS, Granularity, Stale

EVERY_SECONDS: Final = 10.0
_AT_ONCE: Final = 200
_TURN_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 2.0
_SHARE: Final = 0.1
"""The part of the time that it may take: a busy gateway's roll-ups come a little later."""

_Computed = tuple[Rows | None, Sequence[ErrorGroup]]


class Rollups:
    """Computes what is stale. ``clock`` gives seconds; nothing but pauses depends on it."""

    def __init__(self, store: RollupStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._not_before = 0.0

    async def catch_up(self, seconds: float = _TURN_SECONDS, *, share: float = _SHARE) -> int:
        """Compute the periods that are stale, newest first, for about ``seconds``; how many there were. Raises StoreUnavailable.

        It takes ``share`` of that time to itself and rests for the others. Periods that grow stale meanwhile are left for
        the next time.
        """
        async with self._one_at_a_time:
            began = self._clock()
            counts = [
                await self._catch_up(granularity, began + seconds * part, share)
                for granularity, part in zip(get_args(Granularity), (0.6, 0.8, 1.0), strict=True)
            ]
            self._not_before = self._clock() + min((self._clock() - began) / _SHARE, _TURN_SECONDS)
            return sum(counts)

    async def freshen(self) -> None:
        """The same at once, for somebody who wants to look, unless it is under way or was done a moment ago.

        Raises StoreUnavailable.
        """
        if self._clock() >= self._not_before and not self._one_at_a_time.locked():
            await self.catch_up(_LOOK_SECONDS, share=1.0)

    async def _catch_up(self, granularity: Granularity, until: float, share: float) -> int:
        count = 0
        before: int | None = None
        while waiting := await self._store.waiting(granularity, _AT_ONCE, before):
            kept_since = await self._store.kept_since()
            for period in waiting:
                began = self._clock()
                rows, errors = await self._computed(period, kept_since)
                await self._store.write(period, rows, kept_since, errors)
                count += 1
                if self._clock() > until:
                    return count
                await asyncio.sleep((self._clock() - began) * (1 / share - 1))
            before = waiting[-1].start
        return count

    async def _computed(self, period: Stale, kept_since: Mapping[str, int]) -> _Computed:
        """What the period's roll-ups are; None where they are not kept any more, or what they are made of is not."""
        granularity, start = period.granularity, period.start
        if start < kept_since.get(granularity, 0):
            return None, ()
        finer = FINER.get(granularity)
        if finer is not None and start >= kept_since.get(finer, 0):
            return await self._merged(finer, start, start + LENGTHS[granularity])
        if start >= kept_since.get("usage", 0):
            return await self._tallied(start, start + LENGTHS[granularity])
        return None, ()

    async def _tallied(self, start: int, end: int) -> _Computed:
        tally = Tally()
        async for records in self._store.records(start, end):
            for record in records:
                tally.add(record)
        rows = await asyncio.to_thread(
            lambda: encoded(tally.cells())
        )  # long for many keys, and calls must not wait for it
        return rows, tally.groups()

    async def _merged(self, finer: Granularity, start: int, end: int) -> _Computed:
        merger = Merger()
        async for parts in self._store.parts(finer, start, end):
            merger.add(parts)
        return await asyncio.to_thread(lambda: encoded(merger.cells())), ()
