"""What is known of a deployment's health, as it is published."""

from __future__ import annotations

from typing import Final, Literal, get_args

import msgspec

BreakerState = Literal["closed", "open", "half_open", "recovering"]
"""Where a deployment's circuit breaker stands.

``closed``: calls pass. ``open``: none does until a moment that is known. ``half_open``: one call tries it. ``recovering``: it
answered, and gets a growing share of its calls.
"""

BREAKER_STATES: Final[tuple[BreakerState, ...]] = get_args(BreakerState)


class BreakerChanged(msgspec.Struct, frozen=True):
    """A breaker went from one state to another.

    ``at`` is milliseconds since the epoch, ``deployment`` its id (``provider/model``), ``wait`` the seconds until it is tried
    again, 0 where it may be at once. ``limited`` says that the provider named that time itself. ``here`` is False for what
    another process told.
    """

    at: int
    deployment: str
    before: BreakerState
    after: BreakerState
    reason: str
    wait: float = 0.0
    limited: bool = False
    here: bool = True


class Probed(msgspec.Struct, frozen=True):
    """A deployment was asked how it is, in no client's name.

    ``at`` is milliseconds since the epoch, ``ms`` how long it took, ``error`` the code of what went wrong, or nothing.
    """

    at: int
    deployment: str
    ms: float
    error: str
