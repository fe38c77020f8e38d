"""What an error of a line means for it, and for its batch."""

from __future__ import annotations

from typing import Final, Literal

from switchgear.core.errors import (
    AuthenticationError,
    GatewayError,
    ModelNotAllowed,
    ProviderError,
    ProviderQuotaExceeded,
    SwitchgearError,
    TooManyAtOnce,
)

Verdict = Literal["ok", "wait", "again", "stop", "failed"]
"""``wait``: the key, or the account at the provider, has used up what it may; the batch goes on when it has not. ``again``: the line
is tried again. ``stop``: no line of the batch can succeed any more. ``failed``: the line cannot succeed.
"""

GIVEN_UP_AFTER: Final = 5
"""Tries of a line that fails while others of its batch succeed."""
AN_OUTAGE: Final = 5
"""So many lines that fail one after the other, and none that succeeds in between, are the provider's doing."""
_LONGEST_REASON: Final = 500


def verdict(error: SwitchgearError | None) -> Verdict:
    """What is to be done about a line that came to ``error``."""
    if error is None:
        return "ok"
    if isinstance(error, AuthenticationError | ModelNotAllowed):
        return "stop"
    if isinstance(error, ProviderQuotaExceeded | TooManyAtOnce):
        return "wait"
    if isinstance(error, ProviderError):
        return "again" if error.retryable else "failed"
    return "again" if isinstance(error, GatewayError) else "failed"


def storable(text: str) -> str:
    """A sentence in a form that a store takes, and not too long."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:_LONGEST_REASON]
