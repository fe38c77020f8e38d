"""The attempts of a call as they count: for providers' numbers, for metrics, and for what a person is told."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import msgspec

from switchgear.core.calls import Attempt, CallRecord

FROM_CACHE: Final = frozenset({"hit", "shared", "semantic", "stale"})
"""What the cache says of a call that it answered."""

FAILED: Final = frozenset({"failed", "cut"})
"""How an attempt or a call ends that a provider failed."""


FALLBACK: Final = "fallback after "
"""How the reason (``why``) of the first attempt at another model begins."""


HEDGE: Final = "hedge after "
"""How that of an attempt begins which was made because the one before was silent."""


def attempts_of(record: CallRecord) -> tuple[Attempt, ...]:
    """The attempts of a call, skipped ones among them; for a record without a route, one made up of the call itself.

    Where a single attempt was made and says nothing of its usage, that is the call's.
    """
    if record.route is None:
        return (_whole(record),) if _reached(record) else ()
    kept = record.route.attempts
    tried = [number for number, attempt in enumerate(kept) if attempt.outcome != "skipped"]
    if len(tried) == 1 and kept[tried[0]].usage is None:
        at = tried[0]
        told = msgspec.structs.replace(kept[at], usage=record.usage, cost=record.cost)
        return (*kept[:at], told, *kept[at + 1 :])
    return kept


def fallbacks_in(attempts: tuple[Attempt, ...]) -> int:
    """How often a call went on at another deployment because one had failed; trying the same one again is none."""
    tried = [attempt for attempt in attempts if attempt.outcome != "skipped"]
    return sum(
        before.outcome in FAILED and (before.provider, before.deployment) != (after.provider, after.deployment)
        for before, after in pairwise(tried)
    )


def fallbacks_used(attempts: tuple[Attempt, ...]) -> int:
    """How many models a call fell back to; where it stayed with one model, at how many other deployments it went on after errors."""
    tried = [attempt for attempt in attempts if attempt.outcome != "skipped"]
    models = sum(attempt.why.startswith(FALLBACK) for attempt in tried)
    if models or not fallbacks_in(attempts):
        return models
    asked = {(attempt.provider, attempt.deployment) for attempt in tried if not attempt.why.startswith(HEDGE)}
    return max(0, len(asked) - 1)


def _reached(record: CallRecord) -> bool:
    return bool(record.provider) and record.outcome != "refused" and record.cache not in FROM_CACHE


def _whole(record: CallRecord) -> Attempt:
    return Attempt(
        record.provider,
        record.deployment,
        0.0,
        record.latency_ms,
        record.first_token_ms,
        "ok" if record.outcome == "refused" else record.outcome,
        record.status,
        record.error,
        record.message,
        record.usage,
        record.cost,
    )
