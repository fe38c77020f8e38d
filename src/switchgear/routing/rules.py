"""How a model's calls are routed: how often and how long is tried, and what stands behind it."""

from __future__ import annotations

from typing import Literal

import msgspec

Recovery = Literal["error", "continue", "hold"]
"""What becomes of a stream whose provider breaks off after its first token.

``error``: the client is told. ``continue``: another attempt goes on from what was said. ``hold``: nothing is sent before the answer
is whole, so that another attempt can answer from the start.
"""


class RouteRules(msgspec.Struct, frozen=True):
    """The rules of one model. Durations are seconds.

    ``attempts`` is how often each deployment is tried. Pauses between rounds grow from ``backoff`` to ``longest_pause``, drawn at
    random up to that (full jitter). ``total`` bounds the whole call over all attempts, ``first_token`` and ``between_tokens`` bound
    the silences of a stream, whatever bytes a provider sends to keep the connection alive. ``hedge`` is after how long without a first
    token a second deployment is asked too: 0 for the 95th percentile of what the first one takes, None for never.

    ``fallbacks`` name the models that are asked when every deployment failed; ``context_fallbacks`` those for what is too long,
    ``content_fallbacks`` those for what a content policy refused.
    """

    attempts: int = 2
    backoff: float = 0.25
    longest_pause: float = 8.0
    total: float | None = None
    first_token: float | None = None
    between_tokens: float | None = None
    recovery: Recovery = "error"
    hedge: float | None = None
    fallbacks: tuple[str, ...] = ()
    context_fallbacks: tuple[str, ...] = ()
    content_fallbacks: tuple[str, ...] = ()

    @property
    def falls_back(self) -> bool:
        """Whether any model stands behind this one."""
        return bool(self.fallbacks or self.context_fallbacks or self.content_fallbacks)
