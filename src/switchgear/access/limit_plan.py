"""The checks that calls of one key and model have to pass: made once, and used until a period ends or something changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from switchgear.access.limit_book import Holder
from switchgear.access.limit_words import limit as words
from switchgear.core.periods import Period, period
from switchgear.core.rates import Rate, Rates
from switchgear.core.structs import Frozen
from switchgear.events.limits import What
from switchgear.state.base import Change, Check, Kind, Standing

MINUTE_MS: Final = 60_000
LEASE_MS: Final = 15_000
"""How long a call of a process that died is still counted as under way."""

ONE, TOKENS, MONEY = 0, 1, 2
"""What is taken: the call itself, its tokens, its cost."""

_UNITS: Final[dict[What, int]] = {"usd": MONEY, "tokens": TOKENS, "rpm": ONE, "tpm": TOKENS, "concurrency": ONE}
_KINDS: Final[dict[What, Kind]] = {
    "usd": "period", "tokens": "period", "rpm": "window", "tpm": "window", "concurrency": "lease"
}  # fmt: skip


class Part(Frozen, frozen=True):
    """One limit of one holder. ``check`` takes 1 where calls are counted, else as much as the call may use.

    ``soft`` is the amount from which the limit is near, ``told`` the limit in words; ``period`` is set for budgets.
    """

    holder: Holder
    what: What
    check: Check
    unit: int
    soft: float
    told: str
    period: Period | None = None

    @property
    def counter(self) -> tuple[str, str]:
        """The scope and name of its counter."""
        return self.check.scope, self.check.name


class Plan:
    """Every limit that holds for a call, those that a wait helps least first.

    ``until_ms`` is when it must be made anew. ``output_tokens`` are assumed where a call names no max_tokens. ``money`` and
    ``tokens`` tell whether those are counted, ``refuses_unpriced`` whether a call must have a price. ``ones`` are the limits of
    calls (index, soft amount), ``amounts`` those of tokens and money (index, unit, soft amount), ``periods`` the budgets.
    """

    __slots__ = (
        "_checks", "_leases", "amounts", "money", "ones", "output_tokens", "parts", "periods", "refuses_unpriced", "requests", "tokens", "until_ms", "windows",
    )  # fmt: skip

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)
        self._checks = tuple(part.check for part in parts)
        self._leases = tuple(index for index, part in enumerate(parts) if part.what == "concurrency")
        self.periods = tuple(index for index, part in enumerate(parts) if part.period is not None)
        self.until_ms = min((parts[index].check.span_ms for index in self.periods), default=1 << 62)
        holders = [part.holder for part in parts if part.unit != ONE]
        self.output_tokens = max((holder.limits.output_tokens for holder in holders), default=0)
        self.money = any(part.unit == MONEY for part in parts)
        self.tokens = any(part.unit == TOKENS for part in parts)
        self.refuses_unpriced = any(part.what == "usd" and part.holder.limits.refuse_unpriced for part in parts)
        self.requests = tuple(index for index, part in enumerate(parts) if part.what == "rpm")
        self.windows = tuple(index for index, part in enumerate(parts) if part.what == "tpm")
        self.ones = tuple((index, part.soft) for index, part in enumerate(parts) if part.unit == ONE)
        self.amounts = tuple((index, part.unit, part.soft) for index, part in enumerate(parts) if part.unit != ONE)

    def checks(self, tokens: int, cost: int) -> list[Check]:
        """What a call that may use ``tokens`` and ``cost`` (nano-dollars) has to take."""
        checks = [*self._checks]
        for index, unit, _ in self.amounts:
            one = checks[index]
            amount = tokens if unit == TOKENS else cost
            checks[index] = Check(one.scope, one.name, one.kind, one.limit, amount, one.span_ms)
        return checks

    def looks(self) -> list[Check]:
        """Checks that take nothing."""
        return [msgspec.structs.replace(part.check, amount=0) for part in self.parts]

    def changes(self, checks: Sequence[Check], tokens: int, cost: int, at_ms: int) -> list[Change]:
        """What corrects ``checks``, taken at ``at_ms``, of a call that used ``tokens`` and ``cost``."""
        changes = []
        for index, unit, _ in self.amounts:
            check = checks[index]
            delta = (tokens if unit == TOKENS else cost) - check.amount
            if delta or check.kind == "period":  # of which nothing is held any more, whatever was used
                changes.append(Change(check.scope, check.name, check.kind, delta, at_ms, check.span_ms))
        for index in self._leases:
            check = checks[index]
            changes.append(Change(check.scope, check.name, check.kind, -1, at_ms, check.span_ms))
        return changes

    def undoing(self, checks: Sequence[Check], at_ms: int) -> list[Change]:
        """What gives back all of ``checks``."""
        return [Change(check.scope, check.name, check.kind, -check.amount, at_ms, check.span_ms) for check in checks]

    def rates(self, standings: Sequence[Standing], at_ms: int) -> Rates | None:
        """What a client is told: of calls and of tokens the rate that has the least left; None without rates."""
        if not self.requests and not self.windows:
            return None
        return Rates(at_ms, self._tightest(self.requests, standings), self._tightest(self.windows, standings))

    def _tightest(self, indices: tuple[int, ...], standings: Sequence[Standing]) -> Rate | None:
        tightest: Rate | None = None
        for index in indices:
            standing, limit = standings[index], self.parts[index].check.limit
            left = limit - standing.used if standing.used < limit else 0
            if tightest is None or left < tightest.remaining:
                tightest = Rate(limit, left, standing.reset_ms)
        return tightest


def plan(holders: Iterable[Holder], at_ms: int) -> Plan | None:
    """The plan of ``holders`` at ``at_ms`` (ms since 1970); None where nothing is limited."""
    parts = [part for holder in holders for part in parts_of(holder, at_ms)]
    order: list[What] = ["usd", "tokens", "rpm", "concurrency", "tpm"]
    parts.sort(key=lambda part: order.index(part.what))
    return Plan(parts) if parts else None


def parts_of(holder: Holder, at_ms: int) -> Iterator[Part]:
    """Each limit of ``holder``, with the period that ``at_ms`` lies in."""
    limits = holder.limits
    current = period(limits.per, at_ms)
    amounts: list[tuple[What, int | None]] = [
        ("usd", limits.usd),
        ("tokens", limits.tokens),
        ("rpm", limits.rpm),
        ("tpm", limits.tpm),
        ("concurrency", limits.concurrency),
    ]
    for what, limit in amounts:
        if limit is None:
            continue
        kind = _KINDS[what]
        budget = kind == "period"
        span = current.until if budget else LEASE_MS if kind == "lease" else MINUTE_MS
        yield Part(
            holder=holder,
            what=what,
            check=Check(holder.scope, counter_name(what, current) if budget else what, kind, limit, 1, span),
            unit=_UNITS[what],
            soft=limit * limits.soft,
            told=words(what, limit, current if budget else None),
            period=current if budget else None,
        )


def counter_name(what: What, current: Period) -> str:
    """The name of a budget's counter in its holder's scope."""
    return f"{what}:{current.name}"
