"""Usage as chat tells it, and as the many who speak chat do.

Source: https://platform.openai.com/docs/api-reference/chat/object (``usage``). DeepSeek counts what its cache gave as
``prompt_cache_hit_tokens``, Moonshot as ``cached_tokens``; LiteLLM names what was written into a cache
``cache_creation_input_tokens``.
"""

from __future__ import annotations

from typing import Any

from switchgear.core.calls import MOST_TOKENS, Usage

Json = dict[str, Any]


def read_usage(told: object) -> Usage | None:
    """The usage that was told, in numbers that make sense together; None where nothing was counted, or nothing but zeros."""
    if not isinstance(told, dict):
        return None
    prompt, completion, total = (
        _number(told.get(name)) for name in ("prompt_tokens", "completion_tokens", "total_tokens")
    )
    if prompt is None and completion is None and total is None:
        return None
    prompt = prompt or 0
    if completion is None:
        completion = max((total or prompt) - prompt, 0)
    if not (prompt or completion):
        return None  # no answer is made of nothing
    given = told.get("prompt_tokens_details")
    given = given if isinstance(given, dict) else {}
    made = told.get("completion_tokens_details")
    cached = _first(
        given.get("cached_tokens"), told.get("cached_tokens"), told.get("prompt_cache_hit_tokens"),
        told.get("cache_read_input_tokens"),
    )  # fmt: skip
    written = _first(
        given.get("cache_write_tokens"), given.get("cache_creation_tokens"), told.get("cache_creation_input_tokens")
    )
    reasoning = _number(made.get("reasoning_tokens")) if isinstance(made, dict) else None
    return Usage(
        prompt,
        completion,
        min(cached, prompt),
        reasoning or 0,
        cache_write_tokens=min(written, prompt),
    )


def write_usage(usage: Usage) -> Json:
    """Usage with the details that OpenAI gives; tokens put into a cache only where there were any."""
    given: Json = {"cached_tokens": usage.cached_tokens, "audio_tokens": 0}
    if usage.cache_write_tokens:
        given["cache_write_tokens"] = usage.cache_write_tokens
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": given,
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _number(told: object) -> int | None:
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    return int(min(max(told, 0), MOST_TOKENS)) if told == told else None  # noqa: PLR0124 - a NaN is no number


def _first(*told: object) -> int:
    for one in told:
        if number := _number(one):
            return number
    return 0
