"""The words for a call that a limit has no room for: which limit, whose, how much of it is used, and when there is room."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from switchgear.access.limit_plan import Plan
from switchgear.access.limit_words import amount
from switchgear.core.errors import (
    BudgetExceeded,
    BudgetReserved,
    CallTooLarge,
    LimitReached,
    RateLimited,
    TooManyAtOnce,
)
from switchgear.state.base import Check, Verdict

_LEASE_SECONDS = 1.0
"""When to try again where a call has to end first."""


def refusal(plan: Plan, checks: Sequence[Check], verdict: Verdict, at_ms: int) -> LimitReached:
    """The error for a verdict that refuses ``checks``."""
    part, check = plan.parts[verdict.refused], checks[verdict.refused]
    used = verdict.standings[verdict.refused].used
    rates = plan.rates(verdict.standings, at_ms)
    wait = verdict.retry_after_ms / 1000
    whose = f'{part.holder.of} "{part.holder.name}"'
    limits = f'limits "{part.holder.limits.name}"'
    if part.what == "concurrency":
        told = f"The {whose} has {used:,} of {check.limit:,} calls under way at once ({limits})."
        return TooManyAtOnce(told, retry_after=_LEASE_SECONDS, rates=rates)
    if check.amount > check.limit:
        told = (
            f"This call may take {amount(part.what, check.amount)}, and the {limits} of the {whose} allow {part.told}."
        )
        return CallTooLarge(told, rates=rates)
    if part.period is not None:
        held = verdict.standings[verdict.refused].held
        used -= held
        if used + check.amount <= check.limit:
            told = (
                f"The {whose} has used {amount(part.what, used)} of {part.told} ({limits}), calls under way hold "
                f"{amount(part.what, held)} of the rest, and this call may take {amount(part.what, check.amount)}."
            )
            return BudgetReserved(told, retry_after=_LEASE_SECONDS, rates=rates)
        asked = "" if used >= check.limit else f", and this call may take {amount(part.what, check.amount)}"
        day = datetime.fromtimestamp(part.period.until / 1000, UTC)
        told = (
            f"The {whose} has used {amount(part.what, used)} of {part.told} ({limits}){asked}. "
            f"The budget begins anew on {day:%Y-%m-%d} at 00:00 UTC."
        )
        return BudgetExceeded(told, retry_after=max(0, part.period.until - at_ms) / 1000, rates=rates)
    asked = f", and this call may take {check.amount:,}" if part.what == "tpm" else ""
    told = f"The {whose} has used {used:,} of {part.told} ({limits}){asked}. There is room in {math.ceil(wait)} s."
    return RateLimited(told, retry_after=wait, rates=rates)
