"""How fast a deployment answers."""

from __future__ import annotations

from math import exp
from typing import Final

from switchgear.routing.quantiles import Quantiles

_MEMORY_SECONDS: Final = 10.0
"""Time in which what was measured loses most of its weight against what is measured now; Finagle's default."""
_MEMORY_TOKENS: Final = 300.0
"""Tokens after which a speed that was measured weighs half."""
_MOST_TOKENS: Final = 1_000_000
_LEAST_SECONDS: Final = 0.001
_ENOUGH: Final = 20
"""Observations that a 95th percentile needs, to be one."""


class Pace:
    """Time to first token, tokens a second, and tokens an answer has, each as a moving average. 0 where nothing is known.

    ``first`` is a peak-EWMA: a slower answer counts at once and whole, a faster one by the time since the last (Finagle's
    ``p2c peak ewma``, twitter.github.io/finagle/guide/Clients.html). ``at`` is when it was measured last.
    """

    __slots__ = ("at", "first", "firsts", "speed", "tokens")

    def __init__(self) -> None:
        self.first = 0.0
        self.speed = 0.0
        self.tokens = 0.0
        self.at = float("-inf")
        self.firsts = Quantiles()

    def began(self, now: float, seconds: float) -> None:
        """The first token came, ``seconds`` after the attempt began."""
        first = self.first
        if seconds >= first:
            self.first = seconds
        else:
            kept = exp((self.at - now) / _MEMORY_SECONDS)
            self.first = first * kept + seconds * (1.0 - kept)
        self.at = now
        self.firsts.add(now, seconds)

    def ended(self, now: float, seconds: float, tokens: int) -> None:
        """The answer's ``tokens`` took ``seconds``: from the first token on, or from the start where it came whole."""
        if tokens <= 0:
            return
        tokens = min(tokens, _MOST_TOKENS)  # as the provider says
        weight = tokens / (tokens + _MEMORY_TOKENS)
        speed = tokens / max(seconds, _LEAST_SECONDS)
        self.speed = self.speed + (speed - self.speed) * weight if self.speed else speed
        self.tokens = self.tokens + (tokens - self.tokens) * 0.1 if self.tokens else float(tokens)
        self.at = now

    def percentile(self, share: float) -> float | None:
        """Seconds in which that share of the last minutes' first tokens came; None where too few were seen."""
        return self.firsts.at(share) if self.firsts.count >= _ENOUGH else None
