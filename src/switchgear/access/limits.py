"""Limits and budgets: what a call may use is taken before it is sent, and what it used is settled when it is over.

Everything that holds for a call (its key's limits, its user's, its team's and the model's) is taken at once or not at all, and a
call that is refused counts nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from typing import Final, ParamSpec

import msgspec
from msgspec.structs import replace

from switchgear.access.budgets import Books, Budgets
from switchgear.access.keys import Key
from switchgear.access.limit_book import NOTHING_DEFINED, Holder, LimitBook, Stored
from switchgear.access.limit_notices import LimitNotices
from switchgear.access.limit_plan import Part, Plan
from switchgear.access.limit_plan import plan as plan_of
from switchgear.access.refusals import refusal
from switchgear.access.reservation import Reservation, Taken
from switchgear.core.errors import BudgetExceeded, LimitReached, LimitsUndefined, ModelUnpriced
from switchgear.events.limits import LimitRefused, Of
from switchgear.state.base import Check, State, Verdict
from switchgear.state.counters import epoch_ms

REMEMBERED: Final = 100_000
"""Plans that are kept: more pairs of keys and limited models are planned for anew."""

_TRIES: Final = 3
"""How often a state that goes on losing what it is told is told again for one call."""

_BOUNDLESS: Final = 1 << 53

UNPLANNED: Final = Plan(())
_PLUGIN: Final = "\0"
"""Before the name of a plugin among names of models."""
P = ParamSpec("P")


class Use(msgspec.Struct, frozen=True):
    """How much of one limit is used now. ``reset_ms`` is the time until all of it is free again, 0 for calls at once."""

    part: Part
    used: int
    reset_ms: int


class Limiter:
    """Takes of every limit that holds for a call. One object serves every call; ``load`` gives it what is defined.

    ``keys`` gives every key there is, ``publish`` takes events (``events.limits``). Times are ms since 1970.
    """

    def __init__(
        self,
        state: State,
        books: Books,
        keys: Callable[[], Iterable[Key]],
        publish: Callable[[object], None],
        clock: Callable[[], int] = epoch_ms,
    ) -> None:
        self._counters = state.counters
        self._notices = LimitNotices(state, publish)
        self._budgets = Budgets(state.counters, books, self.holders)
        self._keys = keys
        self._publish = publish
        self._clock = clock
        self._book = LimitBook(NOTHING_DEFINED, Stored())
        self._plans: dict[tuple[str, str], Plan | None] = {}
        self._preparing: asyncio.Task[None] | None = None

    @property
    def book(self) -> LimitBook:
        """Who has which limits."""
        return self._book

    def load(self, book: LimitBook) -> None:
        """Let ``book`` hold from the next call on."""
        self._book = book
        self.forget()

    def forget(self) -> None:
        """Forget what is known of keys: they changed."""
        self._plans = {}

    def start(self) -> None:
        """Begin to tell budgets what was spent, before calls ask for them."""
        self._preparing = asyncio.create_task(self._budgets.prepare(self._clock()), name="budgets")

    async def close(self) -> None:
        """End what ``start`` began."""
        if self._preparing is not None:
            self._preparing.cancel()
            await asyncio.gather(self._preparing, return_exceptions=True)

    def plan(self, key: Key, model: str) -> Plan | None:
        """The limits that hold for a call of ``model`` (by the name that the client uses) with ``key``; None for none.

        Raises LimitsUndefined.
        """
        which = (key.id, model if model in self._book.limited else "")
        plans = self._plans
        found = plans.get(which, UNPLANNED)
        now = self._clock()
        if found is UNPLANNED or (found is not None and now >= found.until_ms):
            if len(plans) >= REMEMBERED:
                plans.clear()
            found = plans[which] = plan_of(self._book.holders(key, model), now)
        return found

    def plan_of_plugin(self, key: Key, plugin: str, calls_per_minute: int | None) -> Plan | None:
        """The limits that hold for a call of ``plugin`` with ``key``; None for none. Raises LimitsUndefined."""
        which = (key.id, f"{_PLUGIN}{plugin}:{calls_per_minute}")
        plans = self._plans
        found = plans.get(which, UNPLANNED)
        now = self._clock()
        if found is UNPLANNED or (found is not None and now >= found.until_ms):
            if len(plans) >= REMEMBERED:
                plans.clear()
            found = plans[which] = plan_of(self._book.holders_of_plugin(key, plugin, calls_per_minute), now)
        return found

    def reserve(
        self, key: Key, model: str, tokens: int, cost: int | None, call_id: str
    ) -> Reservation | Awaitable[Reservation] | None:
        """``plan`` and ``take`` in one."""
        found = self.plan(key, model)
        return None if found is None else self.take(found, tokens, cost, call_id)

    def take(self, plan: Plan, tokens: int, cost: int | None, call_id: str) -> Reservation | Awaitable[Reservation]:
        """Take what a call may use at most: ``tokens`` of prompt and answer, ``cost`` in nano-dollars, None when it has no price.

        Raises LimitReached, ModelUnpriced; StateUnavailable where a lost state lets nothing through.
        """
        if cost is None:
            if plan.refuses_unpriced:
                raise ModelUnpriced(
                    "The price of this model is not known, and a budget that holds for it must know it."
                )
            cost = 0
        checks = plan.checks(tokens, cost)
        found = self._counters.take(call_id, checks, self._clock())
        if found.__class__ is Verdict:
            standings = found.standings
            if found.allowed and all([standings[index].seeded for index in plan.periods]):  # noqa: C419 - a list is faster
                return self._granted(plan, (call_id, checks, found))
            if not found.allowed:
                raise self._refused(plan, checks, found)
        return self._later(plan, checks, call_id, found)

    async def hold(
        self, plan: Plan, tokens: int, cost: int | None, call_id: str, *, anyway: bool = False
    ) -> Reservation:
        """Take of the budgets of ``plan`` alone, for work that a provider does in its own time.

        ``anyway`` for work that is under way already: there need not be room. Raises as ``take`` does.
        """
        taken = self.take(_budgets_of(plan, boundless=anyway), tokens, cost, call_id)
        return taken if isinstance(taken, Reservation) else await taken

    def charge(self, key: Key, model: str, tokens: int, cost: int) -> None:
        """Count towards budgets what was used without having been taken, by work that a provider did in its own time."""
        with suppress(LimitsUndefined):
            plan = self.plan(key, model)
            if plan is not None and plan.periods:
                budgets = _budgets_of(plan)
                self._counters.settle("", budgets.changes(budgets.looks(), tokens, cost, self._clock()))

    async def _later(
        self, plan: Plan, checks: list[Check], call_id: str, found: Verdict | Awaitable[Verdict]
    ) -> Reservation:
        """The same where the state is asked, or where budgets have to be told first what was spent."""
        verdict = await self._verdict(plan, checks, call_id, found)
        for _ in range(_TRIES):
            untold = _untold(plan, verdict)
            if not verdict.allowed or not untold:
                break
            self._counters.settle(call_id, plan.undoing(checks, verdict.at_ms))
            known = await self._budgets.tell(untold, verdict.at_ms)
            again = self._counters.take(call_id, checks, self._clock())
            verdict = await self._verdict(plan, checks, call_id, again)
            if not known:
                break
        if not verdict.allowed:
            raise self._refused(plan, checks, verdict)
        return self._granted(plan, (call_id, checks, verdict))

    async def _verdict(
        self, plan: Plan, checks: list[Check], call_id: str, found: Verdict | Awaitable[Verdict]
    ) -> Verdict:
        """The verdict; what it took is given back if the call is given up while it is on its way."""
        if isinstance(found, Verdict):
            return found
        coming = asyncio.ensure_future(found)
        try:
            return await asyncio.shield(coming)
        except asyncio.CancelledError:
            coming.add_done_callback(lambda done: self._give_back(plan, checks, call_id, done))
            raise

    def _give_back(self, plan: Plan, checks: list[Check], call_id: str, done: asyncio.Future[Verdict]) -> None:
        if done.cancelled() or done.exception() is not None:
            return
        verdict = done.result()
        if verdict.allowed:
            self._counters.settle(call_id, plan.undoing(checks, verdict.at_ms))

    def _granted(self, plan: Plan, taken: Taken) -> Reservation:
        verdict = taken[2]
        for index, soft in plan.ones:
            used = verdict.standings[index].used
            if used >= soft:
                self._notices.near(plan.parts[index], used, verdict.at_ms)
        return Reservation(self._counters, self._notices, plan, taken, self._clock)

    def _refused(self, plan: Plan, checks: list[Check], verdict: Verdict) -> LimitReached:
        part = plan.parts[verdict.refused]
        error = refusal(plan, checks, verdict, verdict.at_ms)
        self._publish(LimitRefused(part.holder.of, part.what))
        if isinstance(error, BudgetExceeded):
            standing = verdict.standings[verdict.refused]
            self._notices.spent(part, standing.used - standing.held, verdict.at_ms)
        return error

    # ------------------------------------------------------------ for who looks

    async def standing(self, holder: Holder) -> list[Use]:
        """How much of its limits ``holder`` has used now. Raises StateUnavailable."""
        now = self._clock()
        found = plan_of([holder], now)
        if found is None:
            return []
        looks = found.looks()
        verdict = await self._verdict(found, looks, "", self._counters.take("", looks, now))
        untold = _untold(found, verdict)
        if untold:
            await self._budgets.tell(untold, now)
            verdict = await self._verdict(found, looks, "", self._counters.take("", looks, now))
        return [Use(part, one.used, one.reset_ms) for part, one in zip(found.parts, verdict.standings, strict=True)]

    def holders(self, of: Of) -> Iterator[Holder]:
        """Everybody of a kind who has limits."""
        book = self._book
        found: Iterator[Holder | None]
        if of == "model":
            found = (_known(book.of_model, name) for name in book.models)
        elif of == "key":
            found = (_known(book.of_key, key) for key in self._keys() if not key.revoked)
        elif of == "team":
            teams = {key.team for key in self._keys() if not key.revoked}
            found = (_known(book.of_owner, "team", name) for name in teams)
        elif of == "user":
            users = {key.user for key in self._keys() if not key.revoked}
            found = (_known(book.of_owner, "user", name) for name in users)
        else:
            found = iter(())  # what holds for plugins has no budgets
        return (holder for holder in found if holder is not None)


def _budgets_of(plan: Plan, *, boundless: bool = False) -> Plan:
    """The part of a plan that is about budgets; where they are ``boundless``, they are counted and refuse nothing."""
    parts = [plan.parts[index] for index in plan.periods]
    if boundless:
        parts = [replace(part, check=replace(part.check, limit=_BOUNDLESS), soft=_BOUNDLESS) for part in parts]
    return Plan(parts)


def _untold(plan: Plan, verdict: Verdict) -> list[Part]:
    """Budgets whose counters nobody told yet what was spent."""
    return [plan.parts[index] for index in plan.periods if not verdict.standings[index].seeded]


def _known(look: Callable[P, Holder | None], *asked: P.args, **more: P.kwargs) -> Holder | None:
    """The holder, or nothing where its limits are not defined: calls are told of that."""
    with suppress(LimitsUndefined):
        return look(*asked, **more)
    return None
