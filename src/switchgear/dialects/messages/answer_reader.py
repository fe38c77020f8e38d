"""A whole Messages answer as a canonical one.

Source: https://platform.claude.com/docs/en/api/messages ("Response"). Blocks of tools that the provider ran are left out; what the
model says of their results follows as text, with citations.
"""

from __future__ import annotations

import msgspec

from switchgear.core.canonical import Answer, Part, Reasoning, Refusal, Signature, Text, ToolCall
from switchgear.core.capabilities import Target
from switchgear.dialects.base import NotThisDialectError
from switchgear.dialects.messages.citations import WireCitation, read_citation
from switchgear.dialects.messages.finishing import read_finish
from switchgear.dialects.messages.usage import WireUsage, read_tier


class _Block(msgspec.Struct):
    """A block of any kind, as far as it is read."""

    type: str = ""
    text: str | None = None
    citations: list[WireCitation] | None = None
    thinking: str | None = None
    signature: str | None = None
    data: str | None = None
    id: str | None = None
    name: str | None = None
    input: msgspec.Raw = msgspec.Raw(b"")


class StopDetails(msgspec.Struct):
    """More on why an answer ended."""

    explanation: str | None = None


class _Answer(msgspec.Struct):
    content: list[_Block]
    id: str | None = None
    model: str | None = None
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: StopDetails | None = None
    usage: WireUsage | None = None


_answer = msgspec.json.Decoder(_Answer)


def read_answer(body: bytes, target: Target) -> Answer:
    """The answer in ``body``. Raises NotThisDialectError."""
    try:
        wire = _answer.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise NotThisDialectError(f"a Messages answer: {error}") from error
    parts: list[Part] = []
    for block in wire.content:
        part = _part(block, target.provider)
        if part is not None:
            parts.append(part)
    if wire.stop_details is not None and wire.stop_details.explanation:
        parts.append(Refusal(wire.stop_details.explanation))
    usage = wire.usage
    return Answer(
        wire.id or "",
        wire.model or target.model,
        parts,
        read_finish(wire.stop_reason or ""),
        usage.usage() if usage is not None else None,
        stop_sequence=wire.stop_sequence or "",
        service_tier=read_tier(usage.service_tier) if usage is not None else "",
    )


def _part(block: _Block, provider: str) -> Part | None:
    kind = block.type
    if kind == "text":
        if not block.text:
            return None
        if block.citations:
            return Text(block.text, citations=[read_citation(one) for one in block.citations])
        return Text(block.text)
    if kind == "tool_use":
        return ToolCall(block.id or "", block.name or "", arguments_of(block.input))
    if kind == "thinking":
        signature = Signature(provider, block.signature) if block.signature else None
        return Reasoning(block.thinking or "", signature) if block.thinking or signature else None
    if kind == "redacted_thinking" and block.data:
        return Reasoning(signature=Signature(provider, block.data), redacted=True)
    return None


def arguments_of(told: msgspec.Raw) -> str:
    """The input of a tool as the JSON text it came as; ``{}`` where there is none."""
    text = str(told, "utf-8").strip()
    return text if text.startswith("{") else "{}"
