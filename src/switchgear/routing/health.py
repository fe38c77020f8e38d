"""How a deployment is doing: whether it may be called, how much it has to do, how fast it answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from typing import Final

from switchgear.core.errors import (
    InvalidAnswer,
    ModelUnavailable,
    ProviderAuthenticationFailed,
    ProviderError,
    ProviderMisconfigured,
    ProviderModelNotFound,
    ProviderPermissionDenied,
    ProviderQuotaExceeded,
    ProviderRefused,
    SwitchgearError,
)
from switchgear.core.health import BreakerState, Probed
from switchgear.routing.breaker import Breaker, BreakerRules
from switchgear.routing.calibration import TokenRatio
from switchgear.routing.pace import Pace

Clock = Callable[[], float]
"""Seconds that never go back."""
Listener = Callable[["DeploymentHealth", BreakerState, float], None]
"""Is told that a deployment's breaker changed: its health, the state before, and the clock's seconds."""

_ITS_OWN: Final = (
    ProviderAuthenticationFailed,
    ProviderPermissionDenied,
    ProviderQuotaExceeded,
    ProviderMisconfigured,
    ProviderModelNotFound,
    ModelUnavailable,
)
"""What no other call of the deployment would escape either, although it is no use to try the same one again."""
_THE_CALLS: Final = (ProviderRefused, InvalidAnswer)
"""What another call may not meet: the request was refused, or asked for more than the model can do."""
_PROBE_LOOK: Final = 0.1
"""Seconds between looks at how a probe goes on, for those who wait for it."""


def counts(error: SwitchgearError) -> bool:
    """Whether an error speaks against the deployment that it came from, and not against the call."""
    if isinstance(error, _THE_CALLS):
        return False
    return isinstance(error, _ITS_OWN) or (isinstance(error, ProviderError) and error.retryable)


def _nobody(_health: DeploymentHealth, _before: BreakerState, _now: float) -> None:
    """Where nobody listens."""


class DeploymentHealth:
    """The live health of one deployment, kept over reloads. ``now`` and the clock are seconds that never go back.

    A call is told as it goes: ``ticket = started(now)``, then ``first_token``, then one of ``succeeded``, ``failed``,
    ``abandoned``, each with the ticket. Nothing waits, and nothing raises. ``noted`` is whether its changes are worth telling:
    an alias has it, or it answered once. ``ended`` is when a call of it ended last, ``probed`` its last probe. ``tokens`` is how
    many bytes of a request it counts as one.
    """

    __slots__ = ("_clock", "breaker", "ended", "id", "in_flight", "noted", "pace", "probed", "tokens")

    def __init__(
        self,
        deployment_id: str,
        rules: BreakerRules | None = None,
        clock: Clock = time.perf_counter,
        random: Random | None = None,
        listener: Listener = _nobody,
    ) -> None:
        self.id = deployment_id
        self._clock = clock
        self.in_flight = 0
        self.noted = False
        self.ended = float("-inf")
        self.probed: Probed | None = None
        self.pace = Pace()
        self.tokens = TokenRatio()
        self.breaker = Breaker(
            rules or BreakerRules(), random or Random(), lambda before, now: listener(self, before, now)
        )

    @property
    def state(self) -> BreakerState:
        """Where its breaker stands."""
        return self.breaker.state

    @property
    def reason(self) -> str:
        """Why it stands there; empty when it is closed."""
        return self.breaker.reason

    @property
    def retry_at(self) -> float:
        """When it is worth asking again whether it takes a call, in the clock's seconds; 0 when nothing is open."""
        breaker = self.breaker
        if breaker.state == "half_open":
            return self._clock() + _PROBE_LOOK
        return breaker.retry_at

    @property
    def ttft(self) -> float:
        """Peak-EWMA of the time to first token in seconds; 0 where it was never measured."""
        return self.pace.first

    @property
    def speed(self) -> float:
        """Tokens a second of its answers, as a moving average; 0 where it was never measured."""
        return self.pace.speed

    def p95_first_token(self) -> float | None:
        """Seconds in which 95 % of the first tokens of the last minutes came; None where too few were seen."""
        return self.pace.percentile(0.95)

    # ------------------------------------------------------------ asking

    def available(self, now: float) -> bool:
        """Whether a call can go there: it is not open, and no other call is probing it. Asking takes no place."""
        breaker = self.breaker
        return breaker.state == "closed" or breaker.available(now)

    def admits(self, now: float) -> bool:
        """Whether this call may go there; a deployment that comes back takes a growing share. Follow it with ``started``."""
        breaker = self.breaker
        return breaker.state == "closed" or breaker.admits(now)

    def refusal(self, now: float) -> str:
        """Why it does not take a call, as in ``breaker open for 12 s (5 failures in a row)``; empty when it does."""
        breaker = self.breaker
        match breaker.state:
            case "open" if breaker.retry_at > now:
                return f"breaker open for {_seconds(breaker.retry_at - now)} ({breaker.reason})"
            case "open" | "half_open":
                return f"breaker half-open, a probe is under way ({breaker.reason})"
            case "recovering":
                return f"coming back, takes {breaker.share(now):.0%} of its calls"
            case _:
                return ""

    # ------------------------------------------------------------ calls

    def started(self, now: float) -> int:
        """A call goes there. The ticket is for what is told of it later."""
        self.in_flight += 1
        return self.breaker.started(now)

    def first_token(self, seconds: float, ticket: int = 0) -> None:
        """A streamed answer begins, ``seconds`` after the attempt was sent. A probe has succeeded with that."""
        now = self._clock()
        self.pace.began(now, seconds)
        if self.breaker.state != "closed":
            self.breaker.succeeded(now, ticket)

    def succeeded(self, now: float, seconds: float, completion_tokens: int, ticket: int = 0) -> None:
        """The call was answered. Its tokens came in ``seconds``: since the first token where it was streamed, since the
        attempt was sent where it came whole.
        """
        self.in_flight -= 1
        self.noted = True
        self.ended = now
        self.pace.ended(now, seconds, completion_tokens)
        self.breaker.succeeded(now, ticket)

    def failed(self, now: float, error: SwitchgearError, ticket: int = 0) -> None:
        """The call failed, before or during its answer. What the call itself caused counts for nothing."""
        self.in_flight -= 1
        self.ended = now
        if not counts(error):
            self.breaker.abandoned(ticket)
        elif error.retry_after:
            self.breaker.limited(now, error.retry_after, error.code)
        else:
            self.breaker.failed(now, error.code, ticket)

    def abandoned(self, now: float, ticket: int = 0) -> None:  # noqa: ARG002 - the same form as the other outcomes
        """The client left, or another attempt was faster."""
        self.in_flight -= 1
        self.breaker.abandoned(ticket)


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
