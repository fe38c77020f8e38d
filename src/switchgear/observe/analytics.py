"""Questions about usage, answered from its roll-ups: sums, percentiles and how they went over time, by what was asked for."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Final, Literal

import msgspec

from switchgear.core.errors import RequestError
from switchgear.observe.tally import DIMENSIONS, OF_CALLS
from switchgear.store.rollups import Asked, Dimension, Numbers, Rolled, RollupStore, View
from switchgear.store.stale import LENGTHS, Granularity

MOST_PERIODS: Final = 2_000
"""Periods of one answer. Any span can be asked about: longer ones in longer periods."""

_MINUTES_UP_TO: Final = 6 * 3_600_000
_HOURS_UP_TO: Final = 16 * 86_400_000


class Span(msgspec.Struct, frozen=True):
    """Whole periods from ``since`` to before ``until`` (milliseconds)."""

    granularity: Granularity
    since: int
    until: int

    @property
    def periods(self) -> range:
        """The first milliseconds of all of them."""
        return range(self.since, self.until, LENGTHS[self.granularity])


class Question(msgspec.Struct, frozen=True):
    """What is asked: numbers over a span, of what has these values, and for the ``most`` largest groups by dimensions."""

    span: Span
    by: tuple[Dimension, ...] = ()
    where: Mapping[Dimension, str] = {}
    most: int = 20


class Course(msgspec.Struct):
    """Numbers in all, and in every period that had any."""

    total: Numbers = msgspec.field(default_factory=Numbers)
    periods: dict[int, Numbers] = msgspec.field(default_factory=dict)

    def add(self, part: Rolled) -> None:
        """Count a roll-up."""
        self.total.merge(part.numbers)
        numbers = self.periods.get(part.start)
        if numbers is None:
            numbers = self.periods[part.start] = Numbers()
        numbers.merge(part.numbers)


class Told(msgspec.Struct, frozen=True):
    """The answer. ``groups`` have the values of what was asked by, largest first; ``left_out`` are the groups beyond."""

    counts: Literal["calls", "attempts"]
    whole: Course
    groups: list[tuple[tuple[str, ...], Course]]
    left_out: int


class Analytics:
    """Answers questions. Every method raises StoreUnavailable."""

    def __init__(self, store: RollupStore) -> None:
        self._store = store

    async def span(self, since: int, until: int, granularity: Granularity | None) -> Span:
        """Whole periods around ``[since, until)``, of a length that suits and is still kept. Raises RequestError."""
        if until <= since:
            raise RequestError("until is not after since.", param="until", hint="Give the earlier one to since.")
        chosen = granularity or _suitable(since, until, await self._store.kept_since())
        length = LENGTHS[chosen]
        span = Span(chosen, since - since % length, until + -until % length)
        if len(span.periods) > MOST_PERIODS:
            raise RequestError(
                f"That are {len(span.periods):,} periods of a {chosen}; {MOST_PERIODS:,} are the most.",
                param="granularity" if granularity else "since",
                hint="Ask for longer periods, or a shorter span.",
            )
        return span

    async def answer(self, question: Question) -> Told:
        """The numbers. Raises RequestError for what is not kept together."""
        view = view_for({*question.by, *question.where}, question.by)
        of_calls = view in OF_CALLS
        smaller = view_for(set(question.where) if of_calls else {"provider", *question.where}, ())
        whole = Course()
        await _sort_in(self._store.rolled(_asked(question, smaller)), (), {(): whole})
        groups: dict[tuple[str, ...], Course] = {}
        count = 0
        if question.by:
            asked = _asked(question, view)
            largest, count = await self._store.largest(asked, question.by, question.most)
            groups = {values: Course() for values in largest}
            if largest:
                await _sort_in(self._store.rolled(asked, question.by, largest), question.by, groups)
        return Told("calls" if of_calls else "attempts", whole, list(groups.items()), count - len(groups))

    async def failures(self, span: Span) -> dict[str, tuple[int, int]]:
        """How often errors of each fingerprint came in a span, and to how many calls that were answered all the same."""
        asked = Asked(view="error", granularity=span.granularity, since=span.since, until=span.until)
        return {values[0]: counts for values, counts in (await self._store.totals(asked, ("error",))).items()}

    async def failure(self, span: Span, fingerprint: str) -> Course:
        """How often errors of one fingerprint came, and when."""
        course = Course()
        where: Mapping[Dimension, str] = {"error": fingerprint}
        asked = Asked(view="error", granularity=span.granularity, since=span.since, until=span.until, where=where)
        await _sort_in(self._store.rolled(asked), (), {(): course})
        return course


async def _sort_in(
    parts: AsyncGenerator[list[Rolled], None], by: Sequence[Dimension], groups: Mapping[tuple[str, ...], Course]
) -> None:
    async with aclosing(parts) as open_parts:
        async for part in open_parts:
            for rolled in part:
                groups[tuple(getattr(rolled.cell, name) for name in by)].add(rolled)


def view_for(needed: Iterable[Dimension], by: Sequence[Dimension]) -> View:
    """The smallest view that is by all that is ``needed``. Raises RequestError when there is none."""
    wanted = set(needed)
    for view, names in DIMENSIONS.items():
        if view != "error" and wanted <= set(names):
            return view
    raise RequestError(
        "What providers and deployments did is not kept by key or team.",
        param="group_by" if by else "provider",
        hint="Ask for providers, deployments and models together, or for models, keys and teams.",
    )


def _suitable(since: int, until: int, kept_since: Mapping[str, int]) -> Granularity:
    if until - since <= _MINUTES_UP_TO and since >= kept_since.get("minute", 0):
        return "minute"
    if until - since <= _HOURS_UP_TO and since >= kept_since.get("hour", 0):
        return "hour"
    return "day"


def _asked(question: Question, view: View) -> Asked:
    span = question.span
    return Asked(view=view, granularity=span.granularity, since=span.since, until=span.until, where=question.where)
