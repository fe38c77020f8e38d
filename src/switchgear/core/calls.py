"""What is known of one call: its usage, the route it took, and the record that is kept of it."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Literal

import msgspec

Outcome = Literal["ok", "failed", "cut", "abandoned", "refused"]
"""How a call ended.

``ok``: answered whole. ``failed``: an error before the first byte of an answer. ``cut``: the provider broke off
mid-answer. ``abandoned``: the client left. ``refused``: the gateway said no (key, scope, model, body).
"""


MOST_TOKENS: Final = 10**8
"""More of one kind than any call has: a provider that tells of more is mistaken, and is not believed."""


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

    def __add__(self, other: Usage) -> Usage:
        """The usage of two attempts together."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            estimated=self.estimated or other.estimated,
        )


class Priority(IntEnum):
    """How urgent a call is; written in lower case. Batch work is done when nothing else waits."""

    BATCH = 0
    LOW = 1
    NORMAL = 2
    HIGH = 3


Tried = Literal["ok", "failed", "cut", "lost", "skipped", "abandoned"]
"""How an attempt ended.

``ok``, ``failed``, ``cut`` and ``abandoned`` as for a call. ``lost``: another attempt of the same call was faster. ``skipped``: the
deployment was passed over and not called.
"""


class Attempt(msgspec.Struct, frozen=True, gc=False):
    """One try of a call at one deployment.

    ``at_ms`` is the time from the call's start; ``waited_ms`` the part of ``ms`` that it stood in the deployment's queue. ``why`` says
    in a few words why this deployment, or why it was skipped; ``message`` is the error's, safe to show.
    """

    provider: str
    deployment: str
    at_ms: float
    ms: float = 0.0
    first_token_ms: float | None = None
    outcome: Tried = "ok"
    status: int = 200
    error: str = ""
    message: str = ""
    usage: Usage | None = None
    cost: int | None = None
    why: str = ""
    waited_ms: float = 0.0


class Step(msgspec.Struct, frozen=True, gc=False):
    """What one stage said of a call. ``at_ms`` is the time from the call's start."""

    stage: str
    at_ms: float
    told: str


class Route(msgspec.Struct, frozen=True, gc=False):
    """The way a call went: what the stages said, and the attempts in the order in which they began."""

    steps: tuple[Step, ...] = ()
    attempts: tuple[Attempt, ...] = ()


CacheResult = Literal["", "miss", "hit", "shared", "semantic", "stale", "bypass"]
"""What the cache did for a call: nothing, or as the names say; ``shared`` answers came from an identical call under way."""


class CallRecord(msgspec.Struct, frozen=True, gc=False):
    """One finished call, as published by ``record`` and kept in the store.

    ``at`` is the start in milliseconds since the Unix epoch; durations are milliseconds; ``cost`` is in
    nano-dollars (1e-9 USD, exact in sums) and ``None`` where the price is not known. ``usage`` and ``cost`` are those of all
    attempts together; ``provider`` and ``deployment`` those of the attempt that answered, or of the last one. ``message`` is the
    error's, safe to show. ``saved`` is what an answer from the cache would have cost, in nano-dollars.
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
    team: str = ""
    user: str = ""
    cache: CacheResult = ""
    message: str = ""
    route: Route | None = None
    saved: int | None = None
