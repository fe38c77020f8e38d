"""What a client is told of the rates that hold for it."""

from __future__ import annotations

import msgspec


class Rate(msgspec.Struct, frozen=True, gc=False):
    """One rate: how much there is, what is left of it, and the milliseconds until all of it is free again."""

    limit: int
    remaining: int
    reset_ms: int


class Rates(msgspec.Struct, frozen=True, gc=False):
    """The tightest of the rates of calls and of tokens that hold for a call, at ``at_ms`` (ms since 1970); None where there is none."""

    at_ms: int
    requests: Rate | None = None
    tokens: Rate | None = None
