"""What a kept answer may hold so that it can be told in another form without losing a word.

A canonical answer has no place for everything that providers put into theirs (log probabilities, sound, the steps of tools that ran at
the provider). Whatever is not listed here, and says something, stands in the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from switchgear.dialects.base import DialectName

_Spec = Mapping[str, Any]
ANY: Final = "any"
"""Whatever it holds: the gateway writes it itself, or it says nothing of the answer."""
PLAIN: Final = "plain"
"""Text, a number, true or false."""

_CHAT_CITED: Final[_Spec] = {
    "type": PLAIN,
    "url_citation": {"start_index": PLAIN, "end_index": PLAIN, "title": PLAIN, "url": PLAIN},
}
_CHAT_SAID: Final[_Spec] = {
    "role": PLAIN,
    "content": PLAIN,
    "refusal": PLAIN,
    "reasoning_content": PLAIN,
    "reasoning_details": ANY,
    "annotations": _CHAT_CITED,
    "tool_calls": {
        "index": PLAIN,
        "id": PLAIN,
        "type": PLAIN,
        "function": {"name": PLAIN, "arguments": PLAIN},
        "custom": {"name": PLAIN, "input": PLAIN},
    },
}
_CHAT: Final[_Spec] = {
    "id": PLAIN,
    "object": PLAIN,
    "created": PLAIN,
    "model": PLAIN,
    "choices": {"index": PLAIN, "message": _CHAT_SAID, "delta": _CHAT_SAID, "finish_reason": PLAIN},
    "usage": ANY,
    "system_fingerprint": ANY,  # of the machine, not of the answer
    "service_tier": ANY,
    "obfuscation": ANY,  # padding
}
_BLOCK: Final[_Spec] = {
    "type": PLAIN,
    "text": PLAIN,
    "thinking": PLAIN,
    "signature": PLAIN,
    "data": PLAIN,
    "id": PLAIN,
    "name": PLAIN,
    "input": ANY,
    "caller": {"type": PLAIN},
}
_MESSAGE: Final[_Spec] = {
    "id": PLAIN,
    "type": PLAIN,
    "role": PLAIN,
    "model": PLAIN,
    "content": _BLOCK,
    "stop_reason": PLAIN,
    "stop_sequence": PLAIN,
    "usage": ANY,
}
_MESSAGES: Final[_Spec] = {
    **_MESSAGE,
    "message": _MESSAGE,
    "index": PLAIN,
    "content_block": _BLOCK,
    "delta": {
        "type": PLAIN,
        "text": PLAIN,
        "thinking": PLAIN,
        "signature": PLAIN,
        "partial_json": PLAIN,
        "stop_reason": PLAIN,
        "stop_sequence": PLAIN,
    },
}
_RESPONSE_PART: Final[_Spec] = {
    "type": PLAIN,
    "text": PLAIN,
    "refusal": PLAIN,
    "annotations": {"type": PLAIN, "url": PLAIN, "title": PLAIN, "start_index": PLAIN, "end_index": PLAIN},
}
_RESPONSE_ITEM: Final[_Spec] = {
    "id": ANY,
    "type": PLAIN,
    "status": PLAIN,
    "role": PLAIN,
    "content": _RESPONSE_PART,
    "summary": _RESPONSE_PART,
    "encrypted_content": PLAIN,
    "call_id": PLAIN,
    "name": PLAIN,
    "namespace": PLAIN,
    "arguments": PLAIN,
    "input": PLAIN,
}
_SPECS: Final[Mapping[DialectName, _Spec]] = {"chat": _CHAT, "messages": _MESSAGES}
_TYPES: Final[Mapping[DialectName, frozenset[str]]] = {
    "chat": frozenset({"url_citation", "function", "custom"}),
    "messages": frozenset(
        {
            "message", "text", "tool_use", "thinking", "redacted_thinking", "direct",
            "message_start", "message_delta", "message_stop", "content_block_start", "content_block_delta", "content_block_stop",
            "ping", "text_delta", "thinking_delta", "signature_delta", "input_json_delta",
        }
    ),
    "responses": frozenset(
        {
            "message", "output_text", "refusal", "reasoning", "summary_text", "reasoning_text", "function_call", "custom_tool_call",
            "url_citation",
        }
    ),
}  # fmt: skip


def tellable(dialect: DialectName, document: Any) -> bool:
    """Whether a decoded answer, or a decoded event of one, holds nothing that another form has no place for."""
    if not isinstance(document, dict):
        return False
    types = _TYPES[dialect]
    if dialect == "responses":  # all but its items repeats the request, or is the gateway's to say
        return _within(document.get("output"), _RESPONSE_ITEM, types)
    if dialect == "chat" and not _single(document.get("choices")):
        return False
    return _within(document, _SPECS[dialect], types)


def _single(choices: Any) -> bool:
    """Whether there is one choice, or in an event none."""
    if not choices:
        return True
    return (
        isinstance(choices, list) and len(choices) == 1 and isinstance(choices[0], dict) and not choices[0].get("index")
    )


def _within(value: Any, spec: Any, types: frozenset[str]) -> bool:
    if not value or spec is ANY:  # null, false, 0 and what is empty say nothing
        return True
    if spec is PLAIN:
        return not isinstance(value, dict | list)
    if isinstance(value, list):
        return all(isinstance(one, dict) and _within(one, spec, types) for one in value)
    if not isinstance(value, dict):
        return False
    kind = value.get("type")
    if kind is not None and kind not in types:
        return False
    return all(_within(one, spec.get(name), types) if spec.get(name) else not one for name, one in value.items())
