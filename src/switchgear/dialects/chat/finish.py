"""Why an answer ended, in chat's words and in those of the many who speak it.

Source: https://platform.openai.com/docs/api-reference/chat/object (``finish_reason``). ``eos`` and ``model_length`` are TGI's and
Mistral's, ``sensitive`` and ``network_error`` are Z.ai's, ``insufficient_system_resource`` is DeepSeek's, ``abort`` is SGLang's.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from switchgear.core.canonical import Finish

_READ: Mapping[str, Finish] = MappingProxyType(
    {
        "stop": "stop",
        "length": "length",
        "max_tokens": "length",
        "max_output_tokens": "length",
        "model_length": "length",
        "model_context_window_exceeded": "length",
        "tool_calls": "tool_calls",
        "tool_call": "tool_calls",
        "tool_use": "tool_calls",
        "function_call": "tool_calls",
        "content_filter": "content_filter",
        "safety": "content_filter",
        "sensitive": "content_filter",
        "recitation": "content_filter",
        "refusal": "refusal",
    }
)

BROKEN: Final = frozenset({"error", "insufficient_system_resource", "network_error", "abort"})
"""What servers say in place of a reason when the answer is not whole."""

WRITTEN: Mapping[Finish, str | None] = MappingProxyType(
    {
        "stop": "stop",
        "length": "length",
        "tool_calls": "tool_calls",
        "content_filter": "content_filter",
        "refusal": "content_filter",
        "pause": "stop",
        "unsaid": None,
    }
)


def read_finish(told: str, *, calls: bool) -> Finish:
    """The reason; a word nobody knows is the end all the same, none is ``unsaid``. Some say ``stop`` of an answer that calls tools."""
    if not told:
        return "unsaid"
    finish = _READ.get(told) or _READ.get(told.lower(), "stop")
    return "tool_calls" if calls and finish == "stop" else finish
