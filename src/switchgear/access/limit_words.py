"""Limits and amounts as people read them."""

from __future__ import annotations

from switchgear.core.money import shown
from switchgear.core.periods import Period
from switchgear.events.limits import What


def amount(what: What, value: int) -> str:
    """An amount of what is limited, in its unit."""
    if what == "usd":
        return shown(value)
    return f"{value:,} {'tokens' if what in {'tokens', 'tpm'} else 'calls'}"


def limit(what: What, value: int, period: Period | None) -> str:
    """A limit in words: ``$50.00 a month``, ``600 calls a minute``, ``20 calls at once``."""
    if what == "concurrency":
        return f"{value:,} calls at once"
    return f"{amount(what, value)} a {period.per if period is not None else 'minute'}"


def used(what: What, value: int) -> str:
    """How much of a limit is used, without the unit where that is plain."""
    return shown(value) if what == "usd" else f"{value:,}"
