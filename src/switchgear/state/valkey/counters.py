"""Counters in Valkey. One take is one script and one round trip; in a cluster one script a slot, sent at once.

While the server is lost the counters go on in this process, with its part of each limit, or refuse. What was taken and
settled meanwhile is told to the server when it is back.

A command that the server finds in its socket after this process gave it up must not be done: its take was decided
elsewhere. So each carries the last moment, by the server's clock, at which it may be done. That clock is known from
every answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Final

import msgspec

from switchgear.core.errors import StateUnavailable
from switchgear.state.base import Change, Check, OnLoss, Standing, Verdict
from switchgear.state.counters import MemoryCounters, epoch_ms
from switchgear.state.valkey.command import Argument, Scripts, call
from switchgear.state.valkey.failures import Lost
from switchgear.state.valkey.keys import Keys
from switchgear.state.valkey.link import Link
from switchgear.state.valkey.owed import Owed, Told
from switchgear.state.valkey.servers import Servers

_CHUNK: Final = 200
"""Changes or leases in one command: what follows it waits for so many at most."""
_KNOWN: Final = 10_000
_HOLD_EVERY: Final = 5
"""In which of the rounds that renew leases what is held of periods is renewed too; they are a second apart."""
_OPEN: Final = 100_000
_RETRY_AFTER: Final = 1.0


class ValkeyCounters:
    """``parts`` tells among how many processes limits are divided while the server is lost.

    ``clock`` (ms since 1970) takes the place of the server's time, for tests that turn it.
    """

    def __init__(
        self,
        servers: Servers,
        keys: Keys,
        scripts: Scripts,
        timeout: float,
        on_loss: OnLoss,
        parts: Callable[[], int],
        clock: Callable[[], int] | None = None,
    ) -> None:
        self._servers = servers
        self._keys = keys
        self._timeout_ms = timeout * 1000
        self._on_loss = on_loss
        self._parts = parts
        self._clock = clock
        self._scripts = scripts
        self._held: dict[str, list[Check]] = {}
        self._open: dict[str, list[Check]] = {}
        self._periods: dict[tuple[str, str], tuple[int, int]] = {}
        self._lost_at = 0.0
        self._owed = Owed()
        self._settled: list[Told] = []
        self._rounds = 0
        self._alone: MemoryCounters | None = None
        self._taken_alone: set[str] = set()

    # ------------------------------------------------------------ taking

    def take(self, token: str, checks: Sequence[Check], now_ms: int) -> Verdict | Awaitable[Verdict]:
        """Take of every counter, or of none where one has no room. Raises StateUnavailable."""
        if self._alone is not None:
            return self._take_alone(self._alone, token, checks, now_ms)
        return self._take(token, checks, now_ms)

    async def _take(self, token: str, checks: Sequence[Check], now_ms: int) -> Verdict:
        try:
            verdict = await self._ask(token, checks, now_ms)
        except Lost as reason:
            if self._alone is None:
                raise _unavailable(reason) from reason
            return self._take_alone(self._alone, token, checks, now_ms)
        if verdict.allowed:
            self._note(token, checks)
        for check, standing in zip(checks, verdict.standings, strict=True):
            if check.kind == "period":
                if len(self._periods) >= _KNOWN:
                    self._periods.clear()
                self._periods[check.scope, check.name] = (standing.used, check.span_ms)
        return verdict

    def _note(self, token: str, checks: Sequence[Check]) -> None:
        """Keep what a server that forgets everything has to be told again: leases, and what open calls took of periods."""
        leases = [check for check in checks if check.kind == "lease" and check.amount]
        if leases:
            self._held[token] = leases
        periods = [check for check in checks if check.kind == "period" and check.amount]
        if periods:
            if len(self._open) >= _OPEN:  # somebody does not settle
                del self._open[next(iter(self._open))]
            self._open[token] = periods

    async def _ask(self, token: str, checks: Sequence[Check], now_ms: int) -> Verdict:
        groups: dict[int, list[int]] = {}
        for index, check in enumerate(checks):
            groups.setdefault(self._keys.slot(check.scope), []).append(index)
        if len(groups) == 1:
            return await self._ask_slot(next(iter(groups)), token, checks, now_ms)
        asked = [
            asyncio.ensure_future(self._ask_slot(slot, token, [checks[index] for index in group], now_ms))
            for slot, group in groups.items()
        ]
        try:
            answers = await asyncio.gather(*asked, return_exceptions=True)
        except asyncio.CancelledError:
            for task, group in zip(asked, groups.values(), strict=True):
                self._undo_done(task, token, [checks[index] for index in group])
            raise
        verdicts = [one for one in answers if isinstance(one, Verdict)]
        if len(verdicts) == len(asked) and all(one.allowed for one in verdicts):
            return _joined(checks, list(groups.values()), verdicts)
        for one, group in zip(answers, groups.values(), strict=True):
            if isinstance(one, Verdict) and one.allowed:
                self._undo(token, [checks[index] for index in group], one)
        for one in answers:
            if isinstance(one, BaseException):
                raise one
        return _joined(checks, list(groups.values()), verdicts)

    async def _ask_slot(self, slot: int, token: str, checks: Sequence[Check], now_ms: int) -> Verdict:
        """One round trip, or two where the server's clock was set meanwhile. Raises Lost."""
        script = self._scripts.take
        keys = [self._keys.counter(check) for check in checks]
        spec = "".join([f"{one.kind[0]} {one.limit} {one.amount} {one.span_ms} " for one in checks])
        now = now_ms if self._clock is not None else 0
        for _ in range(2):
            link = self._servers.link(slot)
            future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
            late = partial(self._undo_reply, token, checks)
            deadline = self._deadline(link)
            self._servers.send(call(script, slot, keys, (token, now, deadline, spec), future=future, late=late))
            try:
                reply = await future
            except asyncio.CancelledError:
                if future.done() and not future.cancelled() and future.exception() is None:
                    self._undo_reply(token, checks, future.result())
                raise
            if link is not None:
                _learn(link, reply)
            if not reply.startswith(b"late"):
                return _verdict(reply)
        raise Lost("it answers too late")

    def _undo_done(self, task: asyncio.Future[Verdict], token: str, checks: Sequence[Check]) -> None:
        if task.done() and not task.cancelled() and task.exception() is None and task.result().allowed:
            self._undo(token, checks, task.result())

    def _undo_reply(self, token: str, checks: Sequence[Check], reply: bytes) -> None:
        """Give back what was taken for a call that is no longer there."""
        if reply.startswith(b"1 "):
            self._undo(token, checks, _verdict(reply))

    def _undo(self, token: str, checks: Sequence[Check], verdict: Verdict) -> None:
        at_ms = verdict.at_ms
        self._tell(
            [
                (token, Change(one.scope, one.name, one.kind, -one.amount, at_ms, one.span_ms))
                for one in checks
                if one.amount
            ]
        )

    # ------------------------------------------------------------ afterwards

    def settle(self, token: str, changes: Sequence[Change]) -> None:
        """Correct what ``token`` took, in the background."""
        settled = {(change.scope, change.name) for change in changes}
        held = [
            Change(one.scope, one.name, "period", 0, 0, one.span_ms)
            for one in self._open.pop(token, ())
            if (one.scope, one.name) not in settled
        ]
        if any(change.kind == "lease" for change in changes):
            self._held.pop(token, None)
        told = [(token, change) for change in (*changes, *held) if change.delta or change.kind == "period"]
        if self._alone is None:
            self._tell(told)
            return
        if token in self._taken_alone:
            self._taken_alone.discard(token)
            self._alone.settle(token, changes)
            return
        self._alone.settle(token, [change for change in changes if change.kind == "lease"])
        self._owe(told)

    def _owe(self, told: Sequence[Told]) -> None:
        """Keep what the server could not be told, and that it is to hold nothing for those calls any more."""
        self._owed.add(told)
        for token, change in told:
            if token and change.kind == "period":
                self._settled.append((token, Change(change.scope, change.name, "period", 0, 0, change.span_ms)))

    def _tell(self, told: Iterable[Told]) -> None:
        """Send changes to where each counter is; those that do not arrive are owed."""
        slots: dict[int, list[Told]] = {}
        for one in told:
            slots.setdefault(self._keys.slot(one[1].scope), []).append(one)
        for slot, group in slots.items():
            for start in range(0, len(group), _CHUNK):
                self._tell_slot(slot, group[start : start + _CHUNK], self._deadline(self._servers.link(slot)))

    def _tell_slot(self, slot: int, told: list[Told], deadline: int) -> None:
        keys = [self._keys.counter(change) for _, change in told]
        spec = "".join([f"{one.kind[0]} {one.delta} {one.at_ms} {one.span_ms} " for _, one in told])
        args: tuple[Argument, ...] = (self._now(), deadline, spec, *(token for token, _ in told))

        def answered(reply: bytes) -> None:
            if reply.startswith(b"late"):
                link = self._servers.link(slot)
                if link is not None:
                    _learn(link, reply)
                self._tell_slot(slot, told, 0)

        lost = partial(self._owe, told)
        self._servers.send(call(self._scripts.settle, slot, keys, args, late=answered, lost=lost))

    def renew(self, token: str, checks: Sequence[Check]) -> None:
        """Let the leases among ``checks`` live for their span from now."""
        leases = [check for check in checks if check.kind == "lease"]
        if self._alone is not None:
            self._alone.renew(token, leases)
        else:
            self._renew((token, check) for check in leases)

    def renew_all(self) -> None:
        """Let every lease that this process holds live for its span from now, and hold what open calls took of periods."""
        if self._alone is not None:
            self._alone.renew_all()
            return
        if self._held:
            self._renew((token, check) for token, checks in self._held.items() for check in checks)
        self._rounds += 1
        if self._open and self._rounds % _HOLD_EVERY == 0:
            self._hold()

    def _hold(self) -> None:
        """Tell the server that the calls which took of periods go on."""
        counters: dict[tuple[int, str, int], list[Argument]] = {}
        for token, checks in self._open.items():
            for check in checks:
                where = (self._keys.slot(check.scope), self._keys.counter(check), check.span_ms)
                counters.setdefault(where, []).extend((token, check.amount))
        for (slot, key, ends), calls in counters.items():
            for start in range(0, len(calls), 2 * _CHUNK):
                some = calls[start : start + 2 * _CHUNK]
                args: tuple[Argument, ...] = (self._now(), ends, len(some) // 2, *some)
                self._servers.send(call(self._scripts.hold, slot, [key], args))

    def _renew(self, leases: Iterable[tuple[str, Check]]) -> None:
        counters: dict[tuple[int, str, int], list[str]] = {}
        for token, check in leases:
            slot = self._keys.slot(check.scope)
            counters.setdefault((slot, self._keys.counter(check), check.span_ms), []).append(token)
        for (slot, key, span), tokens in counters.items():
            for start in range(0, len(tokens), _CHUNK):
                some = tokens[start : start + _CHUNK]
                args: tuple[Argument, ...] = (self._now(), span, len(some), *some)
                self._servers.send(call(self._scripts.renew, slot, [key], args))

    def seed(self, scope: str, name: str, amount: int, until_ms: int) -> None:
        """Tell a period counter what was used before it was made; the first to tell counts."""
        if self._alone is not None:
            self._alone.seed(scope, name, amount, until_ms)
            self._periods.setdefault((scope, name), (amount, until_ms))
            return
        key = self._keys.counter(Change(scope, name, "period", 0, 0, until_ms))
        args = (self._now(), amount, until_ms)
        self._servers.send(call(self._scripts.seed, self._keys.slot(scope), [key], args))

    # ------------------------------------------------------------ alone

    def lose(self) -> None:
        """The server is lost: go on here, with the leases that are held and with what is known of the periods."""
        if self._alone is not None:
            return
        self._lost_at = self._clock() if self._clock is not None else asyncio.get_running_loop().time() * 1000
        self._alone = MemoryCounters(self._clock or epoch_ms)
        for token, leases in self._held.items():
            self._alone.renew(token, leases)
        for (scope, name), (used, until_ms) in self._periods.items():
            self._alone.seed(scope, name, used, until_ms)

    def find(self) -> None:
        """The server is back: tell it what it missed, before anything else."""
        alone, self._alone = self._alone, None
        self._taken_alone.clear()
        if alone is None:
            return
        told: list[Told] = [*(("", change) for change in alone.kept()), *self._owed.drain()]
        self._tell([one for one in told if one[1].kind != "period"])
        settled, self._settled = self._settled, []
        self._tell(settled)
        self._restore([change for _, change in told if change.kind == "period"])
        self.renew_all()
        self._hold()

    def _restore(self, missed: Iterable[Change]) -> None:
        """Tell periods what they missed, or what open calls took of those that the server forgot."""
        sums: dict[tuple[str, str, int], list[int]] = {}
        for change in missed:
            sums.setdefault((change.scope, change.name, change.span_ms), [0, 0])[0] += change.delta
        for checks in self._open.values():
            for check in checks:
                sums.setdefault((check.scope, check.name, check.span_ms), [0, 0])[1] += check.amount
        slots: dict[int, list[tuple[Change, int]]] = {}
        for (scope, name, ends), (delta, amount) in sums.items():
            change = Change(scope, name, "period", delta, 0, ends)
            slots.setdefault(self._keys.slot(scope), []).append((change, amount))
        for slot, group in slots.items():
            link = self._servers.link(slot)
            ahead = 0.0 if link is None or link.offset is None or self._clock is not None else link.offset
            for start in range(0, len(group), _CHUNK):
                some = group[start : start + _CHUNK]
                keys = [self._keys.counter(change) for change, _ in some]
                spec = "".join([f"{change.delta} {amount} {change.span_ms} " for change, amount in some])
                lost = partial(self._owed.add, [("", change) for change, _ in some])
                args = (self._now(), int(self._lost_at + ahead), spec)
                self._servers.send(call(self._scripts.restore, slot, keys, args, lost=lost))

    def release(self) -> None:
        """Give back every lease, for this process ends."""
        for token, leases in list(self._held.items()):
            self.settle(token, [Change(one.scope, one.name, "lease", -1, 0, one.span_ms) for one in leases])

    def _take_alone(self, alone: MemoryCounters, token: str, checks: Sequence[Check], now_ms: int) -> Verdict:
        if self._on_loss == "refuse":
            raise _unavailable(self._servers.reason)
        verdict = alone.take(token, [self._part(check) for check in checks], now_ms)
        if verdict.allowed:
            self._taken_alone.add(token)
            self._note(token, checks)
        return verdict

    def _part(self, check: Check) -> Check:
        """This process's part of a limit: of a period, its part of what was left when the server was lost."""
        parts = self._parts()
        if parts <= 1 or check.limit <= 0:
            return check
        gone = 0
        if check.kind == "period":
            used, until_ms = self._periods.get((check.scope, check.name), (0, 0))
            gone = min(used, check.limit) if until_ms == check.span_ms else 0
        part = gone + max(1, (check.limit - gone) // parts)
        return msgspec.structs.replace(check, limit=min(part, check.limit))

    # ------------------------------------------------------------ time

    def _now(self) -> int:
        return self._clock() if self._clock is not None else 0

    def _deadline(self, link: Link | None) -> int:
        """The server's time at which nobody waits for an answer any more; 0 where its clock is not known."""
        if link is None or link.offset is None or self._clock is not None:
            return 0
        return int(asyncio.get_running_loop().time() * 1000 + link.offset + self._timeout_ms)


def _learn(link: Link, reply: bytes) -> None:
    """Takes the server's time from an answer. It was given a little before, so the latest guess is the best one."""
    numbers = reply.split(b" ", 4)
    at_ms = int(numbers[1] if numbers[0] == b"late" else numbers[3])
    offset = at_ms - asyncio.get_running_loop().time() * 1000
    known = link.offset
    if known is not None and offset < known and numbers[0] != b"late":
        offset = known + (offset - known) * 0.05
    link.offset = offset


def _verdict(reply: bytes) -> Verdict:
    numbers = list(map(int, reply.split()))
    standings = [
        Standing(used, reset, seeded == 1, held)
        for used, reset, seeded, held in zip(numbers[4::4], numbers[5::4], numbers[6::4], numbers[7::4], strict=True)
    ]
    return Verdict(numbers[0] == 1, numbers[1], tuple(standings), numbers[2], numbers[3])


def _joined(checks: Sequence[Check], groups: list[list[int]], verdicts: list[Verdict]) -> Verdict:
    """The verdict of several slots; where one refused, the others are shown without what they had taken."""
    allowed = all(one.allowed for one in verdicts)
    standings: list[Standing | None] = [None] * len(checks)
    refused = -1
    for group, verdict in zip(groups, verdicts, strict=True):
        for index, standing in zip(group, verdict.standings, strict=True):
            given_back = 0 if allowed or not verdict.allowed else checks[index].amount
            held = max(0, standing.held - given_back)
            standings[index] = msgspec.structs.replace(standing, used=standing.used - given_back, held=held)
        if not verdict.allowed:
            here = group[verdict.refused]
            refused = here if refused < 0 else min(refused, here)
    retry = max(one.retry_after_ms for one in verdicts)
    at_ms = max(one.at_ms for one in verdicts)
    return Verdict(allowed, refused, tuple(one for one in standings if one is not None), retry, at_ms)


def _unavailable(reason: Lost) -> StateUnavailable:
    return StateUnavailable(f"The shared state cannot be asked: {reason}.", retry_after=_RETRY_AFTER)
