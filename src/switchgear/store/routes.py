"""The route of a call as the store keeps it: JSON text, compact and of bounded size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

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
    cached: int = 0
    reasoning: int = 0
    cache_write: int = 0
    estimated: bool = False


class _Step(msgspec.Struct, array_like=True, gc=False):
    at_ms: float
    stage: str
    told: str


class _Attempt(msgspec.Struct, omit_defaults=True, gc=False):
    provider: str
    deployment: str
    at_ms: float
    ms: float | None = None
    first_token_ms: float | None = None
    outcome: Tried = "ok"
    status: int = 200
    error: str = ""
    message: str = ""
    usage: _Tokens | None = None
    cost: int | None = None
    why: str = ""
    waited_ms: float | None = None


class _Route(msgspec.Struct, omit_defaults=True, gc=False):
    steps: list[_Step] = []
    attempts: list[_Attempt] = []


_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(_Route).decode


def written(route: Route | None) -> str | None:
    """``route`` as it is kept: at most LARGEST_ROUTE bytes, times to the microsecond. None for none."""
    if route is None:
        return None
    kept = _Route(
        [_Step(round(step.at_ms, 3), step.stage, step.told) for step in route.steps],
        [_kept_attempt(attempt) for attempt in route.attempts],
    )
    text = _encode(kept)
    if len(text) > LARGEST_ROUTE:
        text = _encode(_shortened(kept))
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
        tuple(Step(step.stage, step.at_ms, step.told) for step in kept.steps),
        tuple(_attempt(attempt) for attempt in kept.attempts),
    )


def scrubbed(route: Route | None) -> Route | None:
    """``route`` with what JSON has no way to say replaced: lone surrogates."""
    if route is None:
        return None
    return Route(
        tuple(msgspec.structs.replace(step, stage=_sound(step.stage), told=_sound(step.told)) for step in route.steps),
        tuple(
            msgspec.structs.replace(attempt, **{name: _sound(getattr(attempt, name)) for name in _TEXTS})
            for attempt in route.attempts
        ),
    )


_TEXTS: Final = ("provider", "deployment", "error", "message", "why")


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _kept_attempt(attempt: Attempt) -> _Attempt:
    usage, first = attempt.usage, attempt.first_token_ms
    return _Attempt(
        attempt.provider,
        attempt.deployment,
        round(attempt.at_ms, 3),
        round(attempt.ms, 3) or None,
        None if first is None else round(first, 3),
        attempt.outcome,
        attempt.status,
        attempt.error,
        attempt.message,
        None
        if usage is None
        else _Tokens(
            usage.prompt_tokens,
            usage.completion_tokens,
            usage.cached_tokens,
            usage.reasoning_tokens,
            usage.cache_write_tokens,
            usage.estimated,
        ),
        attempt.cost,
        attempt.why,
        round(attempt.waited_ms, 3) or None,
    )


def _attempt(kept: _Attempt) -> Attempt:
    told = kept.usage
    usage = None
    if told is not None:
        usage = Usage(
            told.prompt, told.completion, told.cached, told.reasoning, told.cache_write, estimated=told.estimated
        )
    return Attempt(
        kept.provider,
        kept.deployment,
        kept.at_ms,
        kept.ms or 0.0,
        kept.first_token_ms,
        kept.outcome,
        kept.status,
        kept.error,
        kept.message,
        usage,
        kept.cost,
        kept.why,
        kept.waited_ms or 0.0,
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
