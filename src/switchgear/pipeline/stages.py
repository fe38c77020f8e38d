"""The stages a call may pass before it is routed, as the pipeline knows them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.reply import Reply
from switchgear.routing.directory import Model

Go = Callable[[Reply], Awaitable[None]]
"""Asks a provider, and has the answer written to the reply it is given. Raises SwitchgearError."""


class Reserved(Protocol):
    """What a call has taken of its limits."""

    def settle(self, tokens: int, cost: int | None) -> None:
        """The call is over, and used that much: tokens of prompt and answer, and nano-dollars, None where no price is known."""
        ...


class Limits(Protocol):
    """Takes what a call may use at most, before it is sent."""

    def reserve(self, call: ModelCall, request: ModelRequest, model: Model) -> Reserved | Awaitable[Reserved] | None:
        """What was taken; None where no limit holds. Raises LimitReached, ModelUnpriced, LimitsUndefined."""
        ...

    def bound(self, call: ModelCall, request: ModelRequest) -> None:
        """Hold a call that is sent in another way to the answer that is reserved for it. Raises LimitsUndefined."""
        ...


class Cache(Protocol):
    """Answers calls from answers that were given before."""

    async def serve(self, call: ModelCall, request: ModelRequest, model: Model, reply: Reply, go: Go) -> None:
        """Answer a call, by ``go`` where nothing is kept for it. Raises SwitchgearError."""
        ...


class Stages:
    """What stands between authorising a call and routing it. What is None is not there."""

    __slots__ = ("cache", "limits")

    def __init__(self, limits: Limits | None = None, cache: Cache | None = None) -> None:
        self.limits = limits
        self.cache = cache
