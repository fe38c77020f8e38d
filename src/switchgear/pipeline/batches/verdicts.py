"""What an error of a line means for it, and for its batch."""

from __future__ import annotations

from typing import Final, Literal

from switchgear.core.errors import (
    AuthenticationError,
    CallTooLarge,
    GatewayError,
    LimitReached,
    ModelNotAllowed,
    ModelUnpriced,
    ProviderError,
    ProviderQuotaExceeded,
    SwitchgearError,
)

Verdict = Literal["wait", "again", "stop", "failed"]
"""``wait``: no line can be sent now, as the key or the account at the provider has used up what it may, or the gateway or all
deployments are not ready; the batch goes on when they are. ``again``: the line is tried again. ``stop``: no line of the batch can
succeed any more. ``failed``: the line cannot succeed.
"""

GIVEN_UP_AFTER: Final = 5
"""Tries of a line that fails while others of its batch succeed."""
AN_OUTAGE: Final = 5
"""So many lines that fail one after the other, and none that succeeds in between, are the provider's doing."""
_LONGEST_REASON: Final = 500


def verdict(error: SwitchgearError) -> Verdict:
    """What is to be done about a line that came to ``error``."""
    if isinstance(error, AuthenticationError | ModelNotAllowed | ModelUnpriced):
        return "stop"
    if isinstance(error, GatewayError | ProviderQuotaExceeded):
        return "wait"
    if isinstance(error, LimitReached) and not isinstance(error, CallTooLarge):
        return "wait"
    return "again" if isinstance(error, ProviderError) and error.retryable else "failed"


def storable(text: str) -> str:
    """A sentence in a form that a store takes, and not too long."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:_LONGEST_REASON]
