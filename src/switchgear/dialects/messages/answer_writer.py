"""A whole canonical answer as a Messages one.

Source: https://platform.claude.com/docs/en/api/messages ("Response").
"""

from __future__ import annotations

from typing import Any

import msgspec

from switchgear.core.calls import Usage
from switchgear.core.canonical import Answer, Audio, Call, Native, Part, Reasoning, Refusal, Text, ToolCall
from switchgear.dialects.messages.citations import write_citation
from switchgear.dialects.messages.finishing import stop_reason
from switchgear.dialects.messages.ids import message_id, tool_id
from switchgear.dialects.messages.turns import tool_input
from switchgear.dialects.messages.usage import write_usage

_encode = msgspec.json.Encoder().encode
_DIRECT = {"type": "direct"}


def write_answer(answer: Answer, call: Call) -> bytes:
    """The answer to ``call``."""
    hidden = hides_thinking(call)
    content: list[dict[str, Any]] = []
    for place, part in enumerate(answer.parts):
        block = _block(part, hidden=hidden)
        if block is None:
            continue
        if block.get("id") == "":
            block["id"] = f"toolu_{message_id(answer.id)[4:]}_{place}"
        content.append(block)
    return _encode(
        {
            "id": message_id(answer.id),
            "type": "message",
            "role": "assistant",
            "model": answer.model or call.model,
            "content": content,
            "stop_reason": stop_reason(
                answer.finish,
                stop_sequence=answer.stop_sequence,
                called=any(isinstance(part, ToolCall) for part in answer.parts),
                refused=any(isinstance(part, Refusal) for part in answer.parts),
            ),
            "stop_sequence": answer.stop_sequence or None,
            "stop_details": None,
            "container": None,
            "usage": write_usage(answer.usage or Usage(), answer.service_tier),
        }
    )


def hides_thinking(call: Call) -> bool:
    """Whether the caller asked for signatures only (``display: omitted``)."""
    return call.reasoning is not None and call.reasoning.show is False


def text_block(text: str, citations: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """A text in an answer."""
    return {"type": "text", "text": text, "citations": citations}


def tool_block(call_id: str, name: str, arguments: Any) -> dict[str, Any]:
    """A tool call in an answer, made by the model itself."""
    return {"type": "tool_use", "id": call_id, "name": name, "input": arguments, "caller": _DIRECT}


def _block(part: Part, *, hidden: bool) -> dict[str, Any] | None:
    if isinstance(part, Text):
        cited = [write_citation(one) for one in part.citations] if part.citations else None
        return text_block(part.text, cited)
    if isinstance(part, ToolCall):
        return tool_block(tool_id(part.id) if part.id else "", part.name, tool_input(part))
    if isinstance(part, Reasoning):
        return _thinking(part, hidden=hidden)
    if isinstance(part, Refusal):
        return text_block(part.text)
    if isinstance(part, Native):
        return part.raw if part.dialect == "messages" else None
    return text_block(part.transcript) if isinstance(part, Audio) and part.transcript else None


def _thinking(part: Reasoning, *, hidden: bool) -> dict[str, Any] | None:
    """Thinking; a signature without text is shown as what ``display: omitted`` shows."""
    signature = part.signature.marked() if part.signature else ""
    if part.redacted:
        return {"type": "redacted_thinking", "data": signature}
    text = "" if hidden else part.text
    return {"type": "thinking", "thinking": text, "signature": signature} if text or signature else None
