"""A circuit breaker: when a deployment is left alone, when it is tried again, and how it comes back.

::

    closed ──(failures in a row, or too many of the last)──▶ open ──(its pause is over)──▶ half_open
       ▲                                                      ▲ ▲                             │  │
       └──(its share has grown to all)── recovering ◀─────────┼─┴─────(the probe fails)───────┘  │
                                              ▲ └──(fails)────┘                                  │
                                              └──────────────(the probe is answered)─────────────┘

A limit with a time at which it resets opens it until then, from any state; afterwards no probe is needed. Pauses grow with
every opening that follows another, with jitter (AWS Architecture Blog, "Exponential Backoff And Jitter").
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from switchgear.core.health import BreakerState
from switchgear.core.structs import Frozen
from switchgear.routing.window import Window

Told = Callable[[BreakerState, float], None]
"""Is told of a change: the state before it, and the clock's seconds."""

_FIRST_SHARE: Final = 0.1
_LEAST_OF_PAUSE: Final = 0.1
_SHORTEST_LIMIT: Final = 1.0
"""Limits reset to the second: a shorter wait is not worth a change of state."""
LONGEST_LIMIT: Final = 86_400.0
"""Whatever a provider says, it is tried again after a day."""
_DOUBLINGS: Final = 16
_CLAIM_SECONDS: Final = 5.0
"""How long a call that was admitted as the probe may take to be prepared and queued before another one is."""


class BreakerRules(Frozen, frozen=True):
    """When a breaker opens and how it closes; times are seconds.

    It opens after ``errors`` failures in a row, or when of at least ``calls`` calls within ``window`` a share of ``rate`` failed.
    The first pause is at most ``pause``, every next one up to twice as long, none longer than ``longest_pause``. Coming back
    takes ``recovery``. A wait that a provider asks for is kept up to ``longest_limit``.
    """

    errors: int = 5
    rate: float = 0.5
    calls: int = 10
    window: float = 30.0
    pause: float = 5.0
    longest_pause: float = 30.0
    recovery: float = 10.0
    longest_limit: float = LONGEST_LIMIT


class Breaker:
    """One deployment's breaker. Times are seconds of one clock that never goes back, given by the caller.

    Whoever starts a call gets a ticket and hands it in with the outcome: an outcome counts only where nothing decisive happened
    since its call began, so that stragglers neither open nor close anything. Ticket 0 is taken for a call of now.
    """

    __slots__ = (
        "_calls_back", "_claimed_until", "_epoch", "_failures_back", "_held_until", "_in_a_row", "_openings", "_probe", "_random", "_rules",
        "_since", "_told", "_window", "limited_by_provider", "reason", "retry_at", "state",
    )  # fmt: skip

    def __init__(self, rules: BreakerRules, random: Random, told: Told) -> None:
        self._rules = rules
        self._random = random
        self._told = told
        self._window = Window(rules.window)
        self.state: BreakerState = "closed"
        self.reason = ""
        self.retry_at = 0.0
        self._since = float("-inf")
        self._epoch = 1
        self._probe = 0
        self._held_until = 0.0
        self._claimed_until = 0.0
        self.limited_by_provider = False
        self._in_a_row = 0
        self._openings = 0
        self._calls_back = 0
        self._failures_back = 0

    @property
    def rules(self) -> BreakerRules:
        """When it opens; what was counted stays when that changes, except where the window has another length."""
        return self._rules

    @rules.setter
    def rules(self, rules: BreakerRules) -> None:
        if rules.window != self._rules.window:
            self._window = Window(rules.window)
        self._rules = rules

    # ------------------------------------------------------------ asking

    def available(self, now: float) -> bool:
        """Whether a call can go there at all: nothing is open, and no other call is probing."""
        return self._free(now) and (now >= self._claimed_until or self.state in {"closed", "recovering"})

    def admits(self, now: float) -> bool:
        """Whether this call may go there. While it comes back, chance decides, in its favour ever more often.

        A call that is admitted as the probe has its place kept for some seconds, until it starts.
        """
        if not self.available(now):
            return False
        if self.state == "recovering":
            return self._random.random() < self.share(now)
        if self.state != "closed":
            self._claimed_until = now + _CLAIM_SECONDS
        return True

    def share(self, now: float) -> float:
        """The part of its calls that it gets, 0 to 1."""
        if self.state == "recovering":
            return max(_FIRST_SHARE, min(1.0, (now - self._since) / self._rules.recovery))
        return 1.0 if self.state == "closed" else 0.0

    def totals(self, now: float) -> tuple[int, int]:
        """Calls of the window, and failures among them."""
        return self._window.totals(now)

    # ------------------------------------------------------------ calls

    def started(self, now: float) -> int:
        """A call goes there: its ticket. The first that may go to an open one is the probe."""
        if self.state == "closed":
            return self._epoch
        if not self._free(now):
            return -self._epoch  # it was sent all the same, for want of another
        if self.state in {"open", "half_open"}:
            self._claimed_until = 0.0
            self._epoch += 1
            self._probe = self._epoch
            if self.state == "open":
                self._change("half_open", self.reason, now)
        return self._epoch

    def succeeded(self, now: float, ticket: int = 0) -> None:
        """The call was answered. One sent to an open deployment proves that it is back."""
        if ticket and abs(ticket) != self._epoch:
            return
        self._window.add(now, 0)
        self._in_a_row = 0
        if self.state != "closed":
            self._answered(now)

    def failed(self, now: float, reason: str, ticket: int = 0) -> None:
        """The call failed for a reason that is the deployment's own."""
        if ticket and abs(ticket) != self._epoch:
            return
        self.settle(now)
        self._window.add(now, 1)
        self._in_a_row += 1
        match self.state:
            case "closed":
                why = self._too_much(now)
                if why:
                    self._open(now, f"{why}: {reason}")
            case "half_open":
                self._open(now, f"a probe failed: {reason}")
            case "recovering":
                self._calls_back += 1
                self._failures_back += 1
                if self._failures_back >= self._rules.rate * self._calls_back:
                    self._open(now, f"failed while it came back: {reason}")
            case _:
                pass  # nothing new, and its pause is not made longer by calls that had no other choice

    def limited(self, now: float, wait: float, reason: str) -> None:
        """The deployment said for how many seconds it wants to be left alone. Holds whenever its call began."""
        until = now + min(max(wait, _SHORTEST_LIMIT), self.rules.longest_limit)
        self._window.add(now, 1)
        if self.state == "open":
            if until > self.retry_at:
                self.retry_at, self.reason, self.limited_by_provider = until, reason, True
            return
        self._shut(until, limited=True)
        self._change("open", reason, now)

    def abandoned(self, ticket: int = 0) -> None:
        """The call ended without telling anything; a probe's place is free again."""
        if self._probe and ticket in {0, self._probe}:
            self._probe = 0

    # ------------------------------------------------------------ changes

    def settle(self, now: float) -> None:
        """Make the changes that time alone brings."""
        if self.state == "open" and self.limited_by_provider and now >= self.retry_at:
            self._come_back(now)
        if self.state == "recovering" and now - self._since >= self._rules.recovery:
            self._change("closed", "", now)

    def reset(self, now: float, reason: str) -> None:
        """Close it, whatever was; what was counted is forgotten."""
        self._openings = 0
        self._close(now, reason)

    def may_be_tried(self, now: float) -> None:
        """There is a sign that it is back: the next call is the probe. A time that the provider named still holds."""
        if self.state == "open" and not self.limited_by_provider:
            self.retry_at = min(self.retry_at, now)

    def take(self, state: BreakerState, now: float, wait: float, reason: str, *, limited: bool = False) -> None:
        """Stand as another process's breaker does, which has seen more. ``wait`` is how long it is open, or how long a probe
        there may take.
        """
        match state:
            case "open":
                self._openings += not limited
                self._shut(now + min(wait, LONGEST_LIMIT), limited=limited)
                self._change("open", reason, now)
            case "half_open":
                self._probe = 0
                self._held_until = now + min(wait, LONGEST_LIMIT)
                self._change("half_open", reason, now)
            case "recovering":
                self._come_back(now)
            case _:
                self._close(now, reason)

    def _free(self, now: float) -> bool:
        """Whether a call may start there, whoever it is."""
        self.settle(now)
        match self.state:
            case "open":
                return now >= self.retry_at
            case "half_open":
                return not self._probe and now >= self._held_until
            case _:
                return True

    def _too_much(self, now: float) -> str:
        rules = self._rules
        if self._in_a_row >= rules.errors:
            return f"{self._in_a_row} failures in a row"
        calls, failures = self._window.totals(now)
        if calls >= rules.calls and failures >= rules.rate * calls:
            return f"{failures} of {calls} calls failed within {rules.window:g} s"
        return ""

    def _answered(self, now: float) -> None:
        if self.state == "recovering":
            self._calls_back += 1
            self.settle(now)
        else:
            self._come_back(now)
            self._calls_back = 1

    def _open(self, now: float, reason: str) -> None:
        rules = self._rules
        if self.state == "closed" and now - self._since > rules.longest_pause:
            self._openings = 0  # it was well for long enough
        most = min(rules.longest_pause, rules.pause * 2 ** min(self._openings, _DOUBLINGS))
        self._openings += 1
        self._shut(now + most * self._random.uniform(_LEAST_OF_PAUSE, 1.0), limited=False)
        self._change("open", reason, now)

    def _shut(self, until: float, *, limited: bool) -> None:
        self._epoch += 1
        self._probe = 0
        self._in_a_row = 0
        self.retry_at = until
        self.limited_by_provider = limited

    def _close(self, now: float, reason: str) -> None:
        self._epoch += 1
        self._forget()
        self._change("closed", reason, now)

    def _come_back(self, now: float) -> None:
        self._forget()
        self._change("recovering", self.reason, now)

    def _forget(self) -> None:
        self._window.clear()
        self._in_a_row = self._probe = self._calls_back = self._failures_back = 0
        self._held_until = self.retry_at = 0.0
        self.limited_by_provider = False

    def _change(self, state: BreakerState, reason: str, now: float) -> None:
        before, self.state = self.state, state
        self.reason = reason
        self._since = now
        if state == "recovering" and self._rules.recovery <= 0:
            self.state, self.reason = "closed", ""
        if before != self.state:
            self._told(before, now)
