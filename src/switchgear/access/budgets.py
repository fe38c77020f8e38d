"""Budgets are measured by the books: what was spent before a counter came to be is told to it, once."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Protocol

from switchgear.access.limit_book import Holder
from switchgear.access.limit_plan import Part, counter_name
from switchgear.core.errors import StoreUnavailable
from switchgear.core.periods import Period, period
from switchgear.events.limits import Of
from switchgear.state.base import Counters
from switchgear.store.spending import Spent

_log = logging.getLogger(__name__)
_AGAIN_SECONDS: Final = 10.0
"""How long the books are left alone after they could not be read."""

_AT_ONCE: Final = 500
"""Counters that are told between two looks at other work."""

_NOTHING: Final = Spent()


class Books(Protocol):
    """Where it is written what calls cost."""

    async def since(self, by: Of, since: int, until: int | None = None) -> Mapping[str, Spent]:
        """What each of a kind spent in calls that began in that time (ms since 1970). Raises StoreUnavailable."""
        ...


class _Reading:
    """Who reads the books of one kind and period: one at a time, and what is read serves all who came before it began."""

    __slots__ = ("began", "failed_ms", "lock", "spent", "until_ms", "waiting")

    def __init__(self, until_ms: int) -> None:
        self.lock = asyncio.Lock()
        self.until_ms = until_ms
        self.waiting = 0
        self.began = -1
        self.spent: Mapping[str, Spent] = {}
        self.failed_ms: int | None = None


class Budgets:
    """Tells counters of periods what was spent before they were made.

    One look at the books tells all counters of a kind and period, those that nobody asked for yet too: calls that wait for it wait
    once. ``holders`` gives everybody of a kind who has limits. While the books cannot be read, calls go on with what is counted.
    """

    def __init__(
        self,
        counters: Counters,
        books: Books,
        holders: Callable[[Of], Iterator[Holder]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._counters = counters
        self._books = books
        self._holders = holders
        self._clock = clock
        self._order = itertools.count()
        self._readings: dict[tuple[Of, Period], _Reading] = {}
        self._not_before = 0.0

    async def tell(self, parts: Sequence[Part], now_ms: int) -> bool:
        """Tell the counters of ``parts``, which nobody told yet, what was spent; whether that is known."""
        wanted: dict[tuple[Of, Period], list[Part]] = {}
        for part in parts:
            if part.period is not None:
                wanted.setdefault((part.holder.of, part.period), []).append(part)
        known = True
        for (of, current), here in wanted.items():
            spent = await self._read(of, current, now_ms)
            if spent is None:
                known = False
                continue
            for part in here:
                one = spent.get(part.holder.id, _NOTHING)
                amount = one.cost if part.what == "usd" else one.tokens
                self._counters.seed(part.check.scope, part.check.name, amount, current.until)
        return known

    async def prepare(self, now_ms: int) -> None:
        """Tell the counters of everybody who has a budget now, before they are asked for."""
        kinds: tuple[Of, ...] = ("key", "user", "team", "model")
        wanted: dict[tuple[Of, Period], None] = {}
        for of in kinds:
            for holder in self._holders(of):
                if holder.limits.usd is not None or holder.limits.tokens is not None:
                    wanted[of, period(holder.limits.per, now_ms)] = None
        for of, current in wanted:
            await self._read(of, current, now_ms)

    async def _read(self, of: Of, current: Period, now_ms: int) -> Mapping[str, Spent] | None:
        """What the books say, read after this was asked; None where they cannot be read."""
        reading = self._readings.get((of, current))
        if reading is None:
            self._readings = {key: one for key, one in self._readings.items() if one.until_ms > now_ms}
            reading = self._readings[of, current] = _Reading(current.until)
        asked = next(self._order)
        reading.waiting += 1
        try:
            async with reading.lock:
                if reading.began < asked and not await self._read_now(reading, of, current, now_ms):
                    return None
                return reading.spent
        finally:
            reading.waiting -= 1
            if not reading.waiting:
                reading.spent = {}

    async def _read_now(self, reading: _Reading, of: Of, current: Period, now_ms: int) -> bool:
        if self._clock() < self._not_before:
            return False
        began = next(self._order)
        try:
            # What was counted here since the books could first not be read is not told once more.
            spent = await self._books.since(of, current.since, reading.failed_ms)
        except StoreUnavailable as error:
            _log.warning("Budgets: what was spent cannot be read, and calls go on with what is counted. %s", error)
            self._not_before = self._clock() + _AGAIN_SECONDS
            reading.failed_ms = reading.failed_ms or now_ms
            return False
        await self._tell_all(of, current, spent)
        reading.began, reading.spent, reading.failed_ms = began, spent, None
        return True

    async def _tell_all(self, of: Of, current: Period, spent: Mapping[str, Spent]) -> None:
        seed = self._counters.seed
        for number, holder in enumerate(self._holders(of)):
            limits = holder.limits
            if limits.per != current.per:
                continue
            one = spent.get(holder.id, _NOTHING)
            if limits.usd is not None:
                seed(holder.scope, counter_name("usd", current), one.cost, current.until)
            if limits.tokens is not None:
                seed(holder.scope, counter_name("tokens", current), one.tokens, current.until)
            if number % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)
