"""Keeps the roll-ups of usage up to date: minutes from calls, hours from minutes, days from hours.

Every period is computed whole from what it is made of, as often as it is marked stale. That makes it right whatever happened before:
records that came late or twice, a process killed half-way, two processes at the same work.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing, suppress
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


class Pace:
    """Rests after each piece of work, so that ``share`` of the time is worked and calls go on in between; not while ``hurry`` is set."""

    def __init__(self, clock: Callable[[], float], share: float, hurry: asyncio.Event) -> None:
        self._clock = clock
        self._rests = 1 / share - 1
        self._hurry = hurry
        self._began = clock()

    async def rest(self) -> None:
        """After a piece of work."""
        seconds = (self._clock() - self._began) * self._rests
        if seconds <= 0 or self._hurry.is_set():
            await asyncio.sleep(0)
        else:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), seconds)
        self._began = self._clock()


class Rollups:
    """Computes what is stale. ``clock`` gives seconds; nothing but pauses depends on it."""

    def __init__(self, store: RollupStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._hurry = asyncio.Event()
        self._looking = 0
        self._not_before = 0.0

    async def catch_up(self, seconds: float = _TURN_SECONDS, *, share: float = _SHARE) -> int:
        """Compute the periods that are stale, newest first, for about ``seconds``; how many there were. Raises StoreUnavailable.

        It takes ``share`` of that time to itself and rests for the others. Periods that grow stale meanwhile are left for
        the next time.
        """
        async with self._one_at_a_time:
            return await self._pass(seconds, share)

    async def freshen(self) -> None:
        """The same at once, for somebody who wants to look and waits for it a moment at most. Raises StoreUnavailable."""
        self._looking += 1
        self._hurry.set()
        try:
            await asyncio.wait_for(self._one_at_a_time.acquire(), _LOOK_SECONDS)
        except TimeoutError:
            return
        finally:
            self._looking -= 1
            if not self._looking:
                self._hurry.clear()
        try:
            await self._look()
        finally:
            self._one_at_a_time.release()

    async def _look(self) -> None:
        wait = self._not_before - self._clock()
        if wait > _LOOK_SECONDS:
            return
        await asyncio.sleep(wait)
        began = self._clock()
        await self._pass(_LOOK_SECONDS, 1.0)
        now = self._clock()
        self._not_before = now + (now - began)  # whoever looks again and again gets half of the time

    async def _pass(self, seconds: float, share: float) -> int:
        began = self._clock()
        pace = Pace(self._clock, share, self._hurry)
        return sum(
            [
                await self._catch_up(granularity, began + seconds * part, pace)
                for granularity, part in zip(get_args(Granularity), (0.6, 0.8, 1.0), strict=True)
            ]
        )

    async def _catch_up(self, granularity: Granularity, until: float, pace: Pace) -> int:
        count = 0
        before: int | None = None
        while waiting := await self._store.waiting(granularity, _AT_ONCE, before):
            kept_since = await self._store.kept_since()
            for period in waiting:
                rows, errors = await self._computed(period, kept_since, pace)
                await self._store.write(period, rows, kept_since, errors)
                count += 1
                if self._clock() > until:
                    return count
                await pace.rest()
            before = waiting[-1].start
        return count

    async def _computed(self, period: Stale, kept_since: Mapping[str, int], pace: Pace) -> _Computed:
        """What the period's roll-ups are; None where they are not kept any more, or what they are made of is not."""
        granularity, start = period.granularity, period.start
        end = start + LENGTHS[granularity]
        if start < kept_since.get(granularity, 0):
            return None, ()
        finer = FINER.get(granularity)
        if finer is not None and start >= kept_since.get(finer, 0):
            return await self._merged(finer, start, end, pace)
        if start >= kept_since.get("usage", 0):
            return await self._tallied(start, end, pace)
        return None, ()

    async def _tallied(self, start: int, end: int, pace: Pace) -> _Computed:
        tally = Tally()
        async with aclosing(self._store.records(start, end)) as parts:
            async for records in parts:
                for record in records:
                    tally.add(record)
                await pace.rest()
        # On a thread: it takes long for many keys, and calls must not wait for it.
        return await asyncio.to_thread(lambda: encoded(tally.cells())), tally.groups()

    async def _merged(self, finer: Granularity, start: int, end: int, pace: Pace) -> _Computed:
        merger = Merger()
        async with aclosing(self._store.parts(finer, start, end)) as parts:
            async for rolled in parts:
                merger.add(rolled)
                await pace.rest()
        return await asyncio.to_thread(lambda: encoded(merger.cells())), ()
