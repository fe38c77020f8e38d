"""What one call took of the limits that hold for it."""

from __future__ import annotations

from switchgear.access.limit_notices import LimitNotices
from switchgear.access.limit_plan import TOKENS, Plan
from switchgear.access.limit_words import used
from switchgear.core.rates import Rates
from switchgear.state.base import Check, Counters, Verdict

Taken = tuple[str, list[Check], Verdict]
"""What was taken: the call's id, the checks, and the answer to them."""


class Reservation:
    """What one call took. It is settled once; whatever comes after that changes nothing."""

    __slots__ = ("_checks", "_counters", "_notices", "_open", "_plan", "_token", "_verdict")

    def __init__(self, counters: Counters, notices: LimitNotices, plan: Plan, taken: Taken) -> None:
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

    def settle(self, tokens: int, cost: int | None) -> None:
        """The call is over and used ``tokens`` and ``cost`` (nano-dollars; None where no price is known: it counts nothing)."""
        if not self._open:
            return
        self._open = False
        plan, checks, verdict = self._plan, self._checks, self._verdict
        self._counters.settle(self._token, plan.changes(checks, tokens, cost or 0, verdict.at_ms))
        for index, unit, soft in plan.amounts:
            used = verdict.standings[index].used - checks[index].amount + (tokens if unit == TOKENS else cost or 0)
            if used >= soft:
                self._notices.near(plan.parts[index], used, verdict.at_ms)

    def release(self) -> None:
        """The call is over and reached no provider: it counts as a call, and used nothing."""
        self.settle(0, 0)
