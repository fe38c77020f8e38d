"""Whether an answer is one to keep: it says that it ended because it was done, or at the length that its client set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from switchgear.providers.base import Operation

_CHAT: Final = re.compile(rb'"finish_reason"\s*:\s*"([^"]+)"')
_MESSAGES: Final = re.compile(rb'"stop_reason"\s*:\s*"([^"]+)"')
_INCOMPLETE: Final = re.compile(rb'"incomplete_details"\s*:\s*\{[^{}]*"reason"\s*:\s*"([^"]*)"')
_PATTERNS: Final = {
    Operation.CHAT: _CHAT,
    Operation.COMPLETION: _CHAT,
    Operation.MESSAGES: _MESSAGES,
    Operation.RESPONSES: _INCOMPLETE,
}
"""What is looked for cannot stand in a JSON string: its quotes would be escaped there."""
_EARLY: Final = frozenset({b"length", b"content_filter", b"error", b"max_tokens", b"model_context_window_exceeded"})
"""Reasons that are not those of an answer that was done."""
_LENGTH: Final = frozenset({b"length", b"max_tokens", b"max_output_tokens"})
_LIMITS: Final = ("max_tokens", "max_completion_tokens", "max_output_tokens")


def ended(operation: Operation, data: bytes, fields: Mapping[str, msgspec.Raw]) -> bool:
    """Whether a whole answer, or all events of a streamed one, ended as its client meant it to. ``fields`` are the request's."""
    pattern = _PATTERNS.get(operation)
    if pattern is None:
        return True
    why = set(pattern.findall(data))
    if pattern is not _INCOMPLETE:
        if not why:
            return False  # nobody said that it is whole
        why &= _EARLY
    if not why:
        return True
    return why <= _LENGTH and any(name in fields for name in _LIMITS)
