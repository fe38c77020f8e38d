"""The route of a call as the store keeps it: JSON text, compact and of bounded size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, TypeVar

import msgspec

from switchgear.core.calls import Attempt, Route, Step, Tried, Usage

LARGEST_ROUTE: Final = 32 << 10
"""Bytes of a kept route. One that takes more is shortened: its texts first, then its middle."""

_SHORT: Final = 100
_ENDS: Final = 10
_Kept = TypeVar("_Kept")


class _Tokens(msgspec.Struct, array_like=True, gc=False):
    prompt: int
    completion: int
    cached: int
    reasoning: int
    cache_write: int
    estimated: bool


class _Step(msgspec.Struct, array_like=True, gc=False):
    at: int
    stage: str
    told: str


class _Attempt(msgspec.Struct, array_like=True, gc=False):
    provider: str
    deployment: str
    at: int
    took: int
    first_token: int | None
    outcome: Tried
    status: int
    error: str
    message: str
    usage: _Tokens | None
    cost: int | None
    why: str
    waited: int


class _Route(msgspec.Struct, array_like=True, gc=False):
    """A route as it is kept, times in microseconds. Arrays may grow at their ends: what is missing there needs a default."""

    steps: list[_Step] = []
    attempts: list[_Attempt] = []


_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(_Route).decode


def written(route: Route | None) -> str | None:
    """``route`` as it is kept: at most LARGEST_ROUTE bytes, times to the microsecond. None for none."""
    if route is None:
        return None
    # Tuples of what the structs have, in their order: this is done for every call.
    text = _encode(
        (
            [(int(step.at_ms * 1000 + 0.5), step.stage, step.told) for step in route.steps],
            [_row(attempt) for attempt in route.attempts],
        )
    )
    if len(text) > LARGEST_ROUTE:
        text = _encode(_shortened(_decode(text)))
    return text.decode() if len(text) <= LARGEST_ROUTE else None


def read(text: str | None) -> Route | None:
    """The route that was kept as ``text``; None for none, and for one that this version cannot read."""
    if text is None:
        return None
    try:
        kept = _decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return Route(
        tuple([Step(step.stage, step.at / 1000, step.told) for step in kept.steps]),
        tuple([_attempt(attempt) for attempt in kept.attempts]),
    )


def scrubbed(route: Route | None) -> Route | None:
    """``route`` with what cannot be written replaced: lone surrogates, and times that are no numbers."""
    if route is None:
        return None
    return Route(
        tuple([Step(_sound(step.stage), _finite(step.at_ms), _sound(step.told)) for step in route.steps]),
        tuple(
            msgspec.structs.replace(
                attempt,
                **{name: _sound(getattr(attempt, name)) for name in _TEXTS},
                **{name: _finite(getattr(attempt, name)) for name in _TIMES if getattr(attempt, name) is not None},
            )
            for attempt in route.attempts
        ),
    )


_TEXTS: Final = ("provider", "deployment", "error", "message", "why")
_TIMES: Final = ("at_ms", "ms", "first_token_ms", "waited_ms")


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _finite(ms: float) -> float:
    return ms if math.isfinite(ms) else 0.0


def _row(attempt: Attempt) -> tuple[Any, ...]:
    usage, first = attempt.usage, attempt.first_token_ms
    return (
        attempt.provider,
        attempt.deployment,
        int(attempt.at_ms * 1000 + 0.5),
        int(attempt.ms * 1000 + 0.5),
        None if first is None else int(first * 1000 + 0.5),
        attempt.outcome,
        attempt.status,
        attempt.error,
        attempt.message,
        None
        if usage is None
        else (
            usage.prompt_tokens,
            usage.completion_tokens,
            usage.cached_tokens,
            usage.reasoning_tokens,
            usage.cache_write_tokens,
            usage.estimated,
        ),
        attempt.cost,
        attempt.why,
        int(attempt.waited_ms * 1000 + 0.5),
    )


def _attempt(kept: _Attempt) -> Attempt:
    told, first = kept.usage, kept.first_token
    usage = None
    if told is not None:
        usage = Usage(told.prompt, told.completion, told.cached, told.reasoning, told.cache_write, told.estimated)
    return Attempt(
        kept.provider,
        kept.deployment,
        kept.at / 1000,
        kept.took / 1000,
        None if first is None else first / 1000,
        kept.outcome,
        kept.status,
        kept.error,
        kept.message,
        usage,
        kept.cost,
        kept.why,
        kept.waited / 1000,
    )


def _shortened(route: _Route) -> _Route:
    """The route with its texts cut, without its middle."""
    steps, attempts = _both_ends(route.steps), _both_ends(route.attempts)
    for step in steps:
        step.stage, step.told = step.stage[:_SHORT], step.told[:_SHORT]
    for attempt in attempts:
        for name in _TEXTS:
            setattr(attempt, name, getattr(attempt, name)[:_SHORT])
    return _Route(steps, attempts)


def _both_ends(items: Sequence[_Kept]) -> list[_Kept]:
    return list(items) if len(items) <= 2 * _ENDS else [*items[:_ENDS], *items[-_ENDS:]]
