"""What is known of one call: its usage and the record that is kept of it."""

from __future__ import annotations

from typing import Literal

import msgspec

Outcome = Literal["ok", "failed", "cut", "abandoned", "refused"]
"""How a call ended.

``ok``: answered whole. ``failed``: an error before the first byte of an answer. ``cut``: the provider broke off
mid-answer. ``abandoned``: the client left. ``refused``: the gateway said no (key, scope, model, body).
"""


class Usage(msgspec.Struct, frozen=True, gc=False):
    """Tokens of one call. ``cached_tokens`` and ``cache_write_tokens`` are part of the prompt, ``reasoning_tokens`` of the completion.

    Cached tokens were read from a provider's prompt cache; those of ``cache_write_tokens`` were put into it, where that is billed.

    ``estimated`` marks numbers the gateway counted itself because the provider gave none.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cache_write_tokens: int = 0
    estimated: bool = False


class CallRecord(msgspec.Struct, frozen=True, gc=False):
    """One finished call, as published by ``record`` and kept in the store.

    ``at`` is the start in milliseconds since the Unix epoch; durations are milliseconds; ``cost`` is in
    nano-dollars (1e-9 USD, exact in sums) and ``None`` where the price is not known.
    """

    id: str
    at: int
    key_id: str
    endpoint: str
    model: str
    provider: str
    deployment: str
    streamed: bool
    outcome: Outcome
    status: int
    error: str
    usage: Usage
    cost: int | None
    latency_ms: float
    first_token_ms: float | None
    attempts: int = 1
    trace: str = ""
