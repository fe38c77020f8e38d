"""A whole answer of an OpenAI-compatible provider, however carelessly it was written.

Source: https://platform.openai.com/docs/api-reference/chat/object.
"""

from __future__ import annotations

from typing import Any

import msgspec

from switchgear.core.canonical import (
    Answer,
    Audio,
    Part,
    Reasoning,
    Refusal,
    Signature,
    Text,
    ToolCall,
)
from switchgear.core.capabilities import Target
from switchgear.core.ids import new_id
from switchgear.dialects.base import NotThisDialectError
from switchgear.dialects.chat import thoughts
from switchgear.dialects.chat.answer import (
    Call,
    Choice,
    Document,
    Function,
    Said,
    citations_in,
    decoder,
    details_in,
    number_of,
    pages_in,
    text_of,
    thoughts_in,
)
from switchgear.dialects.chat.finish import BROKEN, read_finish
from switchgear.dialects.chat.usage import read_usage

_encode = msgspec.json.Encoder().encode


def read_answer(body: bytes, target: Target) -> Answer:
    """The answer in ``body``: its first choice. Raises NotThisDialectError."""
    document = decode_document(body)
    choice = _first(document)
    said = choice.message or choice.delta
    if said is None:
        raise NotThisDialectError("its choice holds no message")
    reason = text_of(choice.finish_reason)
    if reason in BROKEN:
        raise NotThisDialectError("its answer broke off with an error")
    parts = _parts(said, target)
    if pages := pages_in(document.citations):
        _cite(parts, pages)
    calls = any(isinstance(part, ToolCall) for part in parts)
    return Answer(
        text_of(document.id),
        text_of(document.model),
        parts,
        read_finish(reason, calls=calls),
        read_usage(document.usage),
        text_of(choice.stop_reason) if reason == "stop" else "",
        number_of(document.created),
        text_of(document.service_tier),
    )


def decode_document(body: bytes) -> Document:
    """The document in ``body``. Raises NotThisDialectError."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise NotThisDialectError(f"it has not the form of a completion: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotThisDialectError("it is not JSON") from error


def _first(document: Document) -> Choice:
    choices = document.choices
    if not choices:
        raise NotThisDialectError("it is an error" if document.error else "it holds no choices")
    return next((choice for choice in choices if not choice.index), choices[0])


def _parts(said: Said, target: Target) -> list[Part]:
    parts: list[Part] = []
    inner, text = thoughts_in(said.content) if isinstance(said.content, list) else ("", text_of(said.content))
    calls = _calls(said)
    attached = _recall(said, inner, calls, parts, target)
    if (signature := attached.pop("", None)) is not None:
        parts.append(Reasoning(signature=signature))
    if text:
        parts.append(Text(text))
        if said.annotations:
            _cite(parts, citations_in(said.annotations))
    if refusal := text_of(said.refusal):
        parts.append(Refusal(refusal))
    if isinstance(said.audio, dict):
        parts.append(_audio(said.audio))
    for call in calls:
        if attached and (signature := attached.get(call.id)) is not None:
            parts.append(Reasoning(signature=signature))
        parts.append(call)
    return parts


def _recall(said: Said, inner: str, calls: list[ToolCall], parts: list[Part], target: Target) -> dict[str, Signature]:
    """Put the reasoning before the rest; the signatures that belong to calls or text are given back."""
    attached: dict[str, Signature] = {}
    told = False
    if said.reasoning_details:
        found = thoughts.read_details(
            details_in(said.reasoning_details),
            {call.id for call in calls},
            lambda value: Signature(target.provider, value),
        )
        attached, told = found.attached, found.told
        for thought in found.thoughts:
            thought.signature = thought.signature or Signature(target.provider, thoughts.DETAILS)
        parts += found.thoughts
    if not told:
        for field, text in (
            (thoughts.PARTS, inner),
            (thoughts.CONTENT, text_of(said.reasoning_content)),
            (thoughts.PLAIN, text_of(said.reasoning)),
        ):
            if text:
                parts.insert(0, Reasoning(text, Signature(target.provider, field)))
                break
    for wire, call in zip((one for one in said.tool_calls or () if _called(one)), calls, strict=False):
        if wire.extra_content is not None and (value := thoughts.google_signature(wire.extra_content)):
            attached[call.id] = Signature(target.provider, value)
    return attached


def _called(call: Call) -> bool:
    named = call.custom or call.function
    return named is not None and isinstance(named.name, str) and named.name != ""


def _calls(said: Said) -> list[ToolCall]:
    """The tool calls, each with an id of its own."""
    calls: list[ToolCall] = []
    taken: set[str] = set()
    for wire in said.tool_calls or ():
        if _called(wire):
            name = wire.id if isinstance(wire.id, str) and wire.id and wire.id not in taken else new_id("call")
            taken.add(name)
            calls.append(_call(wire, name))
    if said.function_call is not None and (named := text_of(said.function_call.name)):
        calls.append(ToolCall(new_id("call"), named, arguments_of(said.function_call.arguments)))
    return calls


def _call(wire: Call, name: str) -> ToolCall:
    if wire.custom is not None:
        return ToolCall(name, text_of(wire.custom.name), text_of(wire.custom.input), custom=True)
    function = wire.function or Function()
    return ToolCall(name, text_of(function.name), arguments_of(function.arguments))


def arguments_of(told: object) -> str:
    """Arguments as JSON text; none are an empty object."""
    if isinstance(told, str):
        return told if told and not told.isspace() else "{}"
    return "{}" if told is None else _encode(told).decode()


def _audio(told: dict[str, Any]) -> Audio:
    return Audio(
        text_of(told.get("data")), text_of(told.get("format")), text_of(told.get("id")), text_of(told.get("transcript"))
    )


def _cite(parts: list[Part], citations: list[Any]) -> None:
    text = next((part for part in parts if isinstance(part, Text)), None)
    if text is not None and not text.citations:
        text.citations = citations
