"""Counters in this process: those of a gateway that shares with nobody, or that lost what it shared."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from switchgear.state.base import BUCKETS, Change, Check, Kind, Standing, Verdict

_SLOTS = BUCKETS + 1
_SWEEP_AT = 4096


def epoch_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def bucket_ms(span_ms: int) -> int:
    """The width of a window's buckets: a sixtieth of the span, rounded up, so that 60 cover it."""
    return max(1, -(-span_ms // BUCKETS))


class _Window:
    """A sliding window as a ring of buckets with a running total; ``head`` is the newest bucket's number."""

    __slots__ = ("head", "ring", "span", "total", "width")

    def __init__(self, span_ms: int, now_ms: int) -> None:
        self.span = span_ms
        self.width = bucket_ms(span_ms)
        self.ring = [0] * _SLOTS
        self.head = now_ms // self.width
        self.total = 0

    def used(self, _token: str, now_ms: int) -> int:
        index = now_ms // self.width
        if index > self.head:
            self._advance(index)
        return self.total

    def _advance(self, index: int) -> None:
        if not self.total or index - self.head >= _SLOTS:
            if self.total:
                self.ring = [0] * _SLOTS
                self.total = 0
            self.head = index
            return
        ring = self.ring
        for number in range(self.head + 1, index + 1):
            slot = number % _SLOTS
            if ring[slot]:
                self.total -= ring[slot]
                ring[slot] = 0
        self.head = index

    def take(self, _token: str, check: Check, now_ms: int) -> Standing:
        amount = check.amount
        head = self.head
        if not amount:
            return Standing(self.total, self.reset(check, now_ms, refused=False))
        self.ring[head % _SLOTS] += amount
        self.total = total = self.total + amount
        return Standing(total, (head + _SLOTS) * self.width - now_ms)

    def change(self, _token: str, change: Change, now_ms: int) -> None:
        self.used("", now_ms)
        index = change.at_ms // self.width
        if index <= self.head - _SLOTS:
            if change.delta < 0:
                return  # what was taken is forgotten already
            index = self.head
        slot = min(index, self.head) % _SLOTS
        before = self.ring[slot]
        self.ring[slot] = max(0, before + change.delta)
        self.total += self.ring[slot] - before

    def reset(self, check: Check, now_ms: int, *, refused: bool) -> int:
        if not self.total:
            return 0
        over = self.total + check.amount - check.limit if refused else self.total
        last = self.head
        for number in range(self.head - BUCKETS, self.head + 1):
            here = self.ring[number % _SLOTS]
            over -= here
            if here:
                last = number
                if over <= 0:
                    break
        return (last + _SLOTS) * self.width - now_ms

    def idle(self, now_ms: int) -> bool:
        return not self.total or now_ms // self.width - self.head >= _SLOTS

    def kept(self) -> Iterator[tuple[int, int]]:
        for number in range(self.head - BUCKETS, self.head + 1):
            if self.ring[number % _SLOTS]:
                yield number * self.width, self.ring[number % _SLOTS]


class _Leases:
    """Tokens with the moment at which each lapses; ``first`` is not after the earliest of them."""

    __slots__ = ("ends", "first", "span")

    def __init__(self, span_ms: int, _now_ms: int) -> None:
        self.span = span_ms
        self.ends: dict[str, int] = {}
        self.first = 0

    def used(self, token: str, now_ms: int) -> int:
        if now_ms >= self.first and self.ends:
            self.ends = {one: end for one, end in self.ends.items() if end > now_ms}
            self.first = min(self.ends.values(), default=0)
        return len(self.ends) - (token in self.ends)

    def take(self, token: str, check: Check, now_ms: int) -> Standing:
        if check.amount > 0:
            self.hold(token, check.span_ms, now_ms)
        return Standing(len(self.ends), 0)

    def hold(self, token: str, span_ms: int, now_ms: int) -> None:
        self.span = span_ms
        end = now_ms + span_ms
        if end < self.first or not self.ends:
            self.first = end
        self.ends[token] = end

    def renew(self, now_ms: int) -> None:
        self.ends = dict.fromkeys(self.ends, now_ms + self.span)
        self.first = now_ms + self.span

    def change(self, token: str, change: Change, _now_ms: int) -> None:
        if change.delta < 0:
            self.ends.pop(token, None)

    def reset(self, _check: Check, _now_ms: int, *, refused: bool) -> int:  # noqa: ARG002 - as the other kinds
        return 0

    def idle(self, now_ms: int) -> bool:
        return not self.used("", now_ms)

    def kept(self) -> Iterator[tuple[int, int]]:
        return iter(())


class _Period:
    """What was used until ``span``, the moment at which it ends; ``told`` is what it was seeded with.

    ``open`` has what each call took that is not settled, ``held`` is their sum.
    """

    __slots__ = ("held", "open", "seeded", "span", "told", "total")

    def __init__(self, span_ms: int, _now_ms: int) -> None:
        self.span = span_ms
        self.open: dict[str, int] = {}
        self.held = 0
        self.total = 0
        self.told = 0
        self.seeded = False

    def used(self, _token: str, now_ms: int) -> int:
        return self.total if now_ms < self.span else 0

    def take(self, token: str, check: Check, now_ms: int) -> Standing:
        amount = check.amount
        self.total = total = self.total + amount
        if amount > 0:
            self.open[token] = self.open.get(token, 0) + amount
            self.held += amount
        return Standing(total, max(0, self.span - now_ms), self.seeded, self.held)

    def change(self, token: str, change: Change, _now_ms: int) -> None:
        self.held -= self.open.pop(token, 0)
        self.total = max(0, self.total + change.delta)

    def reset(self, _check: Check, now_ms: int, *, refused: bool) -> int:  # noqa: ARG002 - as the other kinds
        return max(0, self.span - now_ms)

    def idle(self, now_ms: int) -> bool:
        return now_ms >= self.span

    def kept(self) -> Iterator[tuple[int, int]]:
        if self.total != self.told:
            yield 0, self.total - self.told


_Counter = _Window | _Leases | _Period
_KINDS: dict[Kind, type[_Counter]] = {"window": _Window, "lease": _Leases, "period": _Period}


class MemoryCounters:
    """Counters of this process. ``take`` looks at the time it is given, everything else at ``clock`` (ms since 1970)."""

    def __init__(self, clock: Callable[[], int] = epoch_ms) -> None:
        self._clock = clock
        self._counters: dict[tuple[Kind, str, str], _Counter] = {}
        self._sweep_at = _SWEEP_AT

    def take(self, token: str, checks: Sequence[Check], now_ms: int) -> Verdict:
        """Take of every counter, or of none where one has no room."""
        known = self._counters.get
        found: list[_Counter] = []
        for check in checks:
            counter = known((check.kind, check.scope, check.name))
            if counter is None or counter.span != check.span_ms:
                counter = self._counter(check, now_ms)
            if counter.used(token, now_ms) + check.amount > check.limit:
                return self._refused(token, checks, now_ms)
            found.append(counter)
        standings = [counter.take(token, check, now_ms) for counter, check in zip(found, checks, strict=True)]
        return Verdict(True, -1, tuple(standings), 0, now_ms)

    def _refused(self, token: str, checks: Sequence[Check], now_ms: int) -> Verdict:
        standings: list[Standing] = []
        refused, retry = -1, 0
        for index, check in enumerate(checks):
            counter = self._counter(check, now_ms)
            used = counter.used(token, now_ms)
            over = used + check.amount > check.limit
            reset = counter.reset(check, now_ms, refused=over)
            if isinstance(counter, _Period):
                standings.append(Standing(used, reset, counter.seeded, counter.held))
            else:
                standings.append(Standing(used, reset))
            if over:
                refused = index if refused < 0 else refused
                retry = max(retry, reset)
        return Verdict(False, refused, tuple(standings), retry, now_ms)

    def _counter(self, wanted: Check | Change, now_ms: int) -> _Counter:
        """The counter of that span; one of another span is begun anew, but for leases, whose calls go on."""
        counter = self._counters.get((wanted.kind, wanted.scope, wanted.name))
        if counter is None or (counter.span != wanted.span_ms and not isinstance(counter, _Leases)):
            return self._made(wanted, now_ms)
        return counter

    def _made(self, check: Check | Change, now_ms: int) -> _Counter:
        if len(self._counters) >= self._sweep_at:
            self._counters = {key: one for key, one in self._counters.items() if not one.idle(now_ms)}
            self._sweep_at = max(_SWEEP_AT, 2 * len(self._counters))
        counter = self._counters[check.kind, check.scope, check.name] = _KINDS[check.kind](check.span_ms, now_ms)
        return counter

    def settle(self, token: str, changes: Sequence[Change]) -> None:
        """Correct what ``token`` took."""
        now_ms = self._clock()
        for change in changes:
            counter = self._counters.get((change.kind, change.scope, change.name))
            if counter is None or counter.span != change.span_ms:
                if change.delta > 0:
                    counter = self._counter(change, now_ms)
                elif not isinstance(counter, _Leases):
                    continue
            counter.change(token, change, now_ms)

    def renew(self, token: str, checks: Sequence[Check]) -> None:
        """Let the leases among ``checks`` live for their span from now."""
        now_ms = self._clock()
        for check in checks:
            if check.kind == "lease":
                counter = self._counter(check, now_ms)
                if isinstance(counter, _Leases):
                    counter.hold(token, check.span_ms, now_ms)

    def renew_all(self) -> None:
        """Let every lease live for its span from now."""
        now_ms = self._clock()
        for counter in self._counters.values():
            if isinstance(counter, _Leases) and counter.used("", now_ms):
                counter.renew(now_ms)

    def seed(self, scope: str, name: str, amount: int, until_ms: int) -> None:
        """Tell a period counter what was used before it was made; the first to tell counts."""
        counter = self._counter(Change(scope, name, "period", 0, 0, until_ms), self._clock())
        if isinstance(counter, _Period) and not counter.seeded:
            counter.seeded = True
            counter.told += amount
            counter.total += amount

    def kept(self) -> Iterator[Change]:
        """What was taken here, as changes to tell other counters; leases and seeds are not among them."""
        now_ms = self._clock()
        for (kind, scope, name), counter in self._counters.items():
            if not counter.idle(now_ms):
                for at_ms, amount in counter.kept():
                    yield Change(scope, name, kind, amount, at_ms, counter.span)
