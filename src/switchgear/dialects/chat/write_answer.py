"""A whole answer as ``chat.completion``.

Source: https://platform.openai.com/docs/api-reference/chat/object. Reasoning is in ``reasoning_content``, and in
``reasoning_details`` where a provider signed it (see ``thoughts``); clients of OpenAI's own overlook both.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import msgspec

from switchgear.core.canonical import (
    Answer,
    Audio,
    Call,
    Citation,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
)
from switchgear.core.ids import new_id
from switchgear.dialects.chat import thoughts
from switchgear.dialects.chat.finish import WRITTEN
from switchgear.dialects.chat.request import LEGACY
from switchgear.dialects.chat.usage import write_usage
from switchgear.dialects.custom_tools import names_of, unwrapped

Json = dict[str, Any]

ID_PREFIX = "chatcmpl-"
_encode = msgspec.json.Encoder().encode


def write_answer(answer: Answer, call: Call) -> bytes:
    """The answer to ``call``. Its id is the provider's, in the form that ids have here; without one it gets a new one."""
    legacy = is_legacy(call)
    message = _message(answer.parts, names_of(call), legacy=legacy)
    finish = WRITTEN[answer.finish]
    if legacy and finish == "tool_calls":
        finish = "function_call"
    document: Json = {
        "id": fitting_id(answer.id) or fitting_id(new_id("sg")),
        "object": "chat.completion",
        "created": answer.created or int(time.time()),
        "model": answer.model or call.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
    }
    if answer.usage is not None:
        document["usage"] = write_usage(answer.usage)
    if answer.service_tier:
        document["service_tier"] = answer.service_tier
    return _encode(document)


def fitting_id(given: str) -> str:
    """An answer's id with the prefix it has in Chat Completions; empty for none."""
    return given if not given or given.startswith("chatcmpl") else ID_PREFIX + given


def is_legacy(call: Call) -> bool:
    """Whether the client wants tool calls in the form that ``tools`` replaced."""
    return bool(call.tools) and call.tools[0].dialect == LEGACY


def annotations_of(citations: Sequence[Citation], start: int, length: int) -> list[Json]:
    """Citations of web pages in a text that begins at ``start`` of the content.

    One that tells no place holds for the whole text; one of something else than a page has no form here.
    """
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": start + (citation.start or 0),
                "end_index": start + (length if citation.end is None else citation.end),
                "title": citation.title,
                "url": citation.url,
            },
        }
        for citation in citations
        if citation.url
    ]


def is_shown(thought: Reasoning) -> bool:
    """Whether a thought's signature is given to clients; one that only tells a field is not (see ``thoughts``)."""
    return thought.signature is not None and thought.signature.value not in thoughts.FIELDS


def _message(parts: list[Part], customs: frozenset[str], *, legacy: bool) -> Json:
    texts = [part for part in parts if isinstance(part, Text)]
    calls = [part for part in parts if isinstance(part, ToolCall)]
    message: Json = {"role": "assistant", "content": None, "refusal": None, "annotations": _annotations(texts)}
    if texts:
        message["content"] = texts[0].text if len(texts) == 1 else "".join([part.text for part in texts])
    if len(texts) + len(calls) < len(parts):
        _tell_rest(message, parts)
    if calls and legacy:
        message["function_call"] = {"name": calls[0].name, "arguments": calls[0].arguments or "{}"}
    elif calls:
        message["tool_calls"] = [_tool_call(call, customs) for call in calls]
    if message["content"] is None and not calls and message["refusal"] is None and "audio" not in message:
        message["content"] = ""
    return message


def _annotations(texts: list[Text]) -> list[Json]:
    found: list[Json] = []
    start = 0
    for part in texts:
        if part.citations:
            found += annotations_of(part.citations, start, len(part.text))
        start += len(part.text)
    return found


def _tell_rest(message: Json, parts: list[Part]) -> None:
    """What is neither text nor a tool call."""
    thought = False
    for part in parts:
        if isinstance(part, Reasoning):
            thought = True
        elif isinstance(part, Refusal):
            message["refusal"] = (message["refusal"] or "") + part.text
        elif isinstance(part, Audio):
            message["audio"] = _audio(part)
    if thought:
        _think(message, parts)


def _think(message: Json, parts: list[Part]) -> None:
    told = [part for part in parts if isinstance(part, Reasoning)]
    words = [thought.text for thought in told if thought.text]
    if words:
        message["reasoning_content"] = thoughts.BETWEEN.join(words)
    if not any(is_shown(thought) for thought in told):
        return
    details: list[Json] = []
    # once one has a signature all are told in details, because a client gives either these back or the text
    whole = any(is_shown(thought) and thought.text for thought in told)
    for place, part in enumerate(parts):
        if isinstance(part, Reasoning) and (is_shown(part) or (whole and part.text)):
            value = part.signature.marked() if part.signature is not None and is_shown(part) else ""
            call_id = thoughts.call_after(parts, place) if thoughts.is_attached(part) else ""
            details += thoughts.details_of(part, len(details), value, call_id)
    message["reasoning_details"] = details


def _tool_call(call: ToolCall, customs: frozenset[str]) -> Json:
    if call.custom or call.name in customs:
        told = call.arguments if call.custom else unwrapped(call.arguments)
        return {"id": call.id, "type": "custom", "custom": {"name": call.name, "input": told}}
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments or "{}"}}


def _audio(part: Audio) -> Json:
    return {
        "id": part.id,
        "data": part.data,
        "expires_at": int(time.time()) + 3600,
        "transcript": part.transcript,
    }
