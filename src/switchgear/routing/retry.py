"""What an error means for the next attempt, how long to wait for it, and how many of them a provider is spared.

Pauses have full jitter: a random time up to a bound that doubles (Exponential Backoff and Jitter, AWS Architecture Blog, 2015).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Final

from switchgear.core.errors import (
    ContentPolicyViolation,
    ContextLengthExceeded,
    DeploymentsResting,
    InvalidAnswer,
    ModelUnavailable,
    NotSupported,
    Overloaded,
    ProviderError,
    ProviderRefused,
    ProviderResponseTooLarge,
    SwitchgearError,
)
from switchgear.routing.rules import RouteRules


class Remedy(Enum):
    """What can help after an error."""

    NONE = "none"
    """The client caused it: nobody else would answer otherwise."""
    OTHER = "other"
    """Another deployment."""
    AGAIN = "again"
    """Another deployment, or the same one later."""
    LARGER = "larger"
    """A deployment or a model with a larger context."""
    MILDER = "milder"
    """A model with another content policy."""


def remedy_for(error: SwitchgearError) -> Remedy:
    """What can help after ``error``."""
    match error:
        case ContextLengthExceeded():
            return Remedy.LARGER
        case ContentPolicyViolation():
            return Remedy.MILDER
        case ProviderRefused() | ProviderResponseTooLarge():
            return Remedy.NONE
        case InvalidAnswer() | ModelUnavailable() | Overloaded() | DeploymentsResting():
            return Remedy.OTHER
        case ProviderError():
            return Remedy.AGAIN if error.retryable else Remedy.OTHER
        case NotSupported():
            return Remedy.OTHER
        case _:
            return Remedy.NONE


def fallbacks_after(error: SwitchgearError, rules: RouteRules) -> tuple[str, ...]:
    """The models to ask once every deployment ended with ``error``."""
    match remedy_for(error):
        case Remedy.LARGER:
            return rules.context_fallbacks
        case Remedy.MILDER:
            return rules.content_fallbacks
        case Remedy.NONE:
            return ()
        case _:
            return rules.fallbacks


def pause_before(attempt: int, rules: RouteRules, random: Callable[[], float]) -> float:
    """Seconds to wait before round ``attempt`` (2 is the first that waits), drawn by ``random`` from 0 to 1."""
    return random() * min(rules.longest_pause, rules.backoff * 2.0 ** (attempt - 2))


_MOST_SAVED: Final = 10.0


class RetryBudget:
    """Retries a provider may be sent: a share of its first attempts, and a few to begin with, so that a failing one is spared a storm.

    ``share`` is between 0 and 1.
    """

    __slots__ = ("_saved", "share")

    def __init__(self, share: float = 0.2) -> None:
        self.share = share
        self._saved = _MOST_SAVED

    def called(self) -> None:
        """A first attempt was sent."""
        saved = self._saved + self.share
        self._saved = min(_MOST_SAVED, saved)

    def take(self) -> bool:
        """Whether one more retry may be sent."""
        if self._saved < 1:
            return False
        self._saved -= 1
        return True
