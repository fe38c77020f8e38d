"""How long a deployment will take for a call, from how it did lately."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import Final

from switchgear.routing.deployment import Deployment

_FRESH_SECONDS: Final = 60.0
"""After this time without a measurement a deployment is taken to be half as slow again as the fastest, and so on: it is tried."""
TYPICAL_TOKENS: Final = 256.0
_UNKNOWN_SECONDS: Final = 1.0


def answer_tokens(candidates: Sequence[Deployment], most: int | None) -> float:
    """Tokens that an answer will have: as those of late, and at most as many as it may."""
    total, known = 0.0, 0
    for one in candidates:
        tokens = one.health.pace.tokens
        if tokens:
            total += tokens
            known += 1
    typical = total / known if known else TYPICAL_TOKENS
    return min(typical, most) if most is not None else typical


def waits(candidates: Sequence[Deployment], tokens: float, now: float) -> list[float]:
    """Seconds until each would have answered with ``tokens``, times the calls it would have under way.

    One that was never measured is taken to be as fast as the fastest, but squared by what it has to do: it gets calls at once,
    and few until it has answered. What was measured long ago gives way to the same assumption.
    """
    fastest = 0.0
    alone: list[float] = []  # seconds with nothing else to do, 0 where nothing is known
    for one in candidates:
        pace = one.health.pace
        seconds = pace.first
        if pace.speed:
            seconds += tokens / pace.speed
        if seconds and (seconds < fastest or not fastest):
            fastest = seconds
        alone.append(seconds)
    fastest = fastest or _UNKNOWN_SECONDS
    for place, one in enumerate(candidates):
        health = one.health
        load = health.in_flight + 1
        seconds = alone[place]
        if not seconds:
            alone[place] = fastest * load * load
            continue
        idle = now - health.pace.at
        if idle > 1.0:
            seconds = fastest + (seconds - fastest) * exp(-idle / _FRESH_SECONDS)
        alone[place] = seconds * load
    return alone
