"""Tokens as Anthropic counts them.

Source: https://platform.claude.com/docs/en/api/messages (``usage``) and ``/build-with-claude/prompt-caching``: ``input_tokens`` are
those that were neither read from the cache nor written to it; here the prompt is all three.
"""

from __future__ import annotations

from typing import Any

import msgspec

from switchgear.core.calls import MOST_TOKENS, Usage

_TIERS = {"default": "standard", "standard": "standard", "priority": "priority", "batch": "batch"}
_Number = int | float | None


class OutputDetails(msgspec.Struct):
    """What the output was."""

    thinking_tokens: _Number = None


class WireUsage(msgspec.Struct):
    """The usage of an answer, or of as much of it as has been streamed."""

    input_tokens: _Number = None
    output_tokens: _Number = None
    cache_read_input_tokens: _Number = None
    cache_creation_input_tokens: _Number = None
    output_tokens_details: OutputDetails | None = None
    service_tier: str | None = None

    def update(self, later: WireUsage) -> None:
        """Take over what ``later`` says; streams count up, and leave out what has not changed."""
        for name in ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"):
            number = getattr(later, name)
            if number is not None:
                setattr(self, name, number)
        self.output_tokens_details = later.output_tokens_details or self.output_tokens_details
        self.service_tier = later.service_tier or self.service_tier

    def usage(self) -> Usage | None:
        """The usage as we keep it, or None where nothing was counted, or nothing but zeros."""
        read, written = _whole(self.cache_read_input_tokens), _whole(self.cache_creation_input_tokens)
        prompt = min(_whole(self.input_tokens) + read + written, MOST_TOKENS)
        output, details = _whole(self.output_tokens), self.output_tokens_details
        if not (prompt or output):
            return None
        return Usage(
            prompt,
            output,
            read,
            min(_whole(details.thinking_tokens), output) if details else 0,
            written,
        )


def _whole(number: float | None) -> int:
    if number is None:
        return 0
    return int(min(max(number, 0), MOST_TOKENS)) if number == number else 0  # noqa: PLR0124 - not a number is not itself


def write_usage(usage: Usage, service_tier: str = "") -> dict[str, Any]:
    """The usage of an answer in Anthropic's words, with every field that an answer has."""
    return {
        **write_counts(usage),
        "cache_creation": None,
        "inference_geo": None,
        "service_tier": _TIERS.get(service_tier),
    }


def write_counts(usage: Usage) -> dict[str, Any]:
    """As much of it as the end of a stream has."""
    return {
        "input_tokens": max(usage.prompt_tokens - usage.cached_tokens - usage.cache_write_tokens, 0),
        "cache_creation_input_tokens": usage.cache_write_tokens,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"thinking_tokens": usage.reasoning_tokens} if usage.reasoning_tokens else None,
        "server_tool_use": None,
    }


def read_tier(told: str | None) -> str:
    """The tier that served an answer, in the words of a call's ``service_tier``."""
    return "default" if told == "standard" else told or ""
