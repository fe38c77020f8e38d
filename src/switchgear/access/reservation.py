"""What one call took of the limits that hold for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from switchgear.access.later import kept
from switchgear.access.limit_notices import LimitNotices
from switchgear.access.limit_plan import TOKENS, Plan
from switchgear.access.limit_words import used
from switchgear.core.errors import StateUnavailable
from switchgear.core.rates import Rates
from switchgear.state.base import Check, Counters, Verdict

Taken = tuple[str, list[Check], Verdict]
"""What was taken: the call's id, the checks, and the answer to them."""


class Reservation:
    """What one call took. It is settled once; whatever comes after that changes nothing.

    ``clock`` tells the time in ms since 1970.
    """

    __slots__ = ("_checks", "_clock", "_counters", "_more", "_notices", "_open", "_plan", "_token", "_verdict")

    def __init__(
        self, counters: Counters, notices: LimitNotices, plan: Plan, taken: Taken, clock: Callable[[], int]
    ) -> None:
        self._clock = clock
        self._more: tuple[Taken, ...] = ()
        self._counters = counters
        self._notices = notices
        self._plan = plan
        self._token, self._checks, self._verdict = taken
        self._open = True

    @property
    def rates(self) -> Rates | None:
        """What the client is told; None where no rate holds."""
        return self._plan.rates(self._verdict.standings, self._verdict.at_ms)

    @property
    def told(self) -> str:
        """The tightest of the limits, for who asks why a call went as it did: ``600 calls a minute, 14 used``."""
        plan, most, where = self._plan, -1.0, 0
        for index, standing in enumerate(self._verdict.standings):
            share = standing.used / plan.parts[index].check.limit
            if share > most:
                most, where = share, index
        part = plan.parts[where]
        return f"{part.told}, {used(part.what, self._verdict.standings[where].used)} used"

    def covers(self, tokens: int, cost: int, attempts: int) -> bool | Awaitable[bool]:
        """Whether there is room for ``attempts`` that may each use all that was taken at first, after as much was used already.

        What is missing is taken, at once or not at all.
        """
        if not self._open:
            return False
        checks: list[Check] = []
        missing = False
        for index, unit, _ in self._plan.amounts:
            one = self._checks[index]
            short = (tokens if unit == TOKENS else cost) + (attempts - 1) * one.amount
            for _, taken, _ in self._more:
                short -= taken[len(checks)].amount
            missing = missing or short > 0
            checks.append(Check(one.scope, one.name, one.kind, one.limit, max(short, 0), one.span_ms))
        return not missing or self._take(checks)

    def _take(self, checks: list[Check]) -> bool | Awaitable[bool]:
        token = f"{self._token}+{len(self._more) + 1}"
        try:
            found = self._counters.take(token, checks, self._clock())
        except StateUnavailable:
            return False
        if isinstance(found, Verdict):
            return self._keep(token, checks, found)
        return kept(found, partial(self._keep, token, checks))

    def _keep(self, token: str, checks: list[Check], verdict: Verdict) -> bool:
        """What more was taken is the call's, if it goes on."""
        if not verdict.allowed:
            return False
        self._more += ((token, checks, verdict),)
        if not self._open:  # settled while the state was asked
            self._give_back()
        return self._open

    def _give_back(self) -> None:
        """What was taken for further attempts; what all of them used is settled with the first."""
        for token, checks, verdict in self._more:
            self._counters.settle(token, self._plan.undoing(checks, verdict.at_ms))
        self._more = ()

    def settle(self, tokens: int, cost: int | None) -> None:
        """The call is over and used ``tokens`` and ``cost`` (nano-dollars; None where no price is known: it counts nothing)."""
        if not self._open:
            return
        self._open = False
        plan, checks, verdict = self._plan, self._checks, self._verdict
        self._counters.settle(self._token, plan.changes(checks, tokens, cost or 0, verdict.at_ms))
        if self._more:
            self._give_back()
        for index, unit, soft in plan.amounts:
            standing = verdict.standings[index]
            # What other calls hold of a budget is not spent, and what they took of a minute counts for it.
            used = standing.used - max(standing.held, checks[index].amount) + (tokens if unit == TOKENS else cost or 0)
            if used >= soft:
                self._notices.near(plan.parts[index], used, verdict.at_ms)

    def release(self) -> None:
        """The call is over and reached no provider: it counts as a call, and used nothing."""
        self.settle(0, 0)
