"""What a request of this dialect says to whoever keeps the conversation, which here is the gateway."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from switchgear.core.canonical import Call

TO_THE_GATEWAY: Final = frozenset(
    {
        "instructions", "store", "background", "background_options", "previous_response_id", "include", "stream_options",
        "safety_identifier",
    }
)  # fmt: skip
"""Fields that the gateway sees to itself, or that have their place in the call besides."""


class Asked(Call):
    """A call of a client of this dialect. ``said`` are the fields of TO_THE_GATEWAY: nothing of them is lost with a provider that
    has no words for them, and the response repeats them."""

    said: dict[str, Any] = msgspec.field(default_factory=dict)


def said_in(call: Call) -> dict[str, Any]:
    """What a call said to the gateway."""
    return call.said if isinstance(call, Asked) else {}
