"""Answers as they are written, by anyone: whole (``chat.completion``) and in chunks (``chat.completion.chunk``).

Only what is looked at is named, and nothing is demanded of its type that a careless server may get wrong.
"""

from __future__ import annotations

from typing import Any

import msgspec

from switchgear.core.canonical import Citation
from switchgear.dialects.chat.request import WireDetail

Json = dict[str, Any]


class Function(msgspec.Struct):
    """A function that is called; ``arguments`` may be an object."""

    name: Any = None
    arguments: Any = None


class Custom(msgspec.Struct):
    """A custom tool that is called."""

    name: Any = None
    input: Any = None


class Call(msgspec.Struct):
    """A tool call, or a fragment of one."""

    index: Any = None
    id: Any = None
    type: Any = None
    function: Function | None = None
    custom: Custom | None = None
    extra_content: Any = None


class Said(msgspec.Struct, gc=False):
    """A message, or what a chunk adds to it."""

    content: Any = None
    refusal: Any = None
    tool_calls: list[Call] | None = None
    function_call: Function | None = None
    reasoning_content: Any = None
    reasoning: Any = None
    reasoning_details: Any = None
    annotations: Any = None
    audio: Any = None


class Choice(msgspec.Struct, gc=False):
    """One of the answers. Some servers stream a ``message`` where a ``delta`` should be."""

    index: Any = 0
    delta: Said | None = None
    message: Said | None = None
    finish_reason: Any = None
    stop_reason: Any = None
    usage: Any = None


class Document(msgspec.Struct, gc=False):
    """A completion, or a chunk of one; ``x_groq`` is where Groq put usage."""

    id: Any = None
    model: Any = None
    created: Any = None
    choices: list[Choice] | None = None
    usage: Any = None
    error: Any = None
    service_tier: Any = None
    citations: Any = None
    x_groq: Any = None
    object: Any = None


decoder = msgspec.json.Decoder(Document)


def details_in(told: object) -> list[WireDetail]:
    """Those of ``reasoning_details`` that can be read."""
    details = []
    for one in told if isinstance(told, list) else ():
        try:
            details.append(msgspec.convert(one, WireDetail))
        except msgspec.ValidationError:  # one more of a server's own making
            continue
    return details


def citations_in(told: object) -> list[Citation]:
    """The web pages that ``annotations`` name."""
    found = []
    for one in told if isinstance(told, list) else ():
        fields = one.get("url_citation") if isinstance(one, dict) else None
        if isinstance(fields, dict) and isinstance(url := fields.get("url"), str):
            start, end = fields.get("start_index"), fields.get("end_index")
            found.append(
                Citation(
                    url,
                    text_of(fields.get("title")),
                    text_of(fields.get("content")),
                    start if isinstance(start, int) else None,
                    end if isinstance(end, int) else None,
                )
            )
    return found


def pages_in(told: object) -> list[Citation]:
    """The bare URLs that Perplexity's ``citations`` are."""
    return [Citation(url) for url in told if isinstance(url, str)] if isinstance(told, list) else []


def text_of(told: object) -> str:
    """A string, or nothing."""
    return told if isinstance(told, str) else ""


def number_of(told: object) -> int:
    """A time in seconds, or 0."""
    return int(told) if isinstance(told, int | float) and not isinstance(told, bool) and 0 <= told < 10**12 else 0


def thoughts_in(told: list[Any]) -> tuple[str, str]:
    """The thoughts and the text in a content that is a list of parts (Mistral's ``thinking`` and ``text``)."""
    thought: list[str] = []
    text: list[str] = []
    for part in told:
        if isinstance(part, str):
            text.append(part)
        elif isinstance(part, dict):
            kind = part.get("type")
            if kind == "thinking":
                inner = part.get("thinking")
                thought.append(
                    inner if isinstance(inner, str) else thoughts_in(inner)[1] if isinstance(inner, list) else ""
                )
            elif kind in ("text", "output_text", None):
                text.append(text_of(part.get("text")))
    return "".join(thought), "".join(text)
