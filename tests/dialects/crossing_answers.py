"""Answers of providers, made of what both sides of a crossing can say, and what an answer means whatever it is written in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec
from crossing_calls import arguments, names, spoken
from hypothesis import strategies as st

from switchgear.core.calls import Usage
from switchgear.core.canonical import (
    Answer,
    Call,
    Citation,
    Event,
    Finish,
    Message,
    Part,
    PartEnd,
    Reasoning,
    ReasoningDelta,
    Refusal,
    RefusalDelta,
    Signature,
    Text,
    TextDelta,
    Tool,
    ToolCall,
    ToolCallBegin,
    ToolCallDelta,
)
from switchgear.dialects.assembly import told
from switchgear.dialects.base import DialectName
from switchgear.dialects.custom_tools import wrapped

CUSTOM = "patch"
"""The custom tool of every call here."""

_FRONTS = {"chat", "responses", "messages"}
_FINISHES: dict[str, list[Finish]] = {
    "chat": ["stop", "length", "content_filter"],
    "responses": ["stop", "length", "content_filter"],
    "messages": ["stop", "length", "refusal", "pause"],
    "gemini": ["stop", "length", "content_filter"],
    "ollama": ["stop", "length"],
}
_FILTERED = ("refusal", "content_filter")


def asked(client: DialectName) -> Call:
    """What a client asked, with a custom tool if it has such."""
    kind: Any = "function" if client == "messages" else "custom"
    tools = [Tool("weather", parameters={"type": "object", "properties": {}}), Tool(CUSTOM, kind)]
    return Call("m", [Message("user", [Text("Hi")])], tools=tools, wants_usage=True, dialect=client)


@st.composite
def answers(draw: st.DrawFn, client: DialectName, provider: DialectName) -> Answer:
    """An answer of ``provider`` that ``client`` has words for."""
    pair = {client, provider}
    parts: list[Part] = []
    if provider in _FRONTS:
        signed = st.builds(Signature, st.just(""), names.map("s{}".format))
        whole = st.builds(Reasoning, spoken, signed)
        hidden = st.builds(Reasoning, st.just(""), signed, st.just(True))
        parts += draw(st.lists(whole | hidden, max_size=2))
    if not parts and provider != "messages" and draw(st.booleans()):  # which signs every thought
        parts.append(Reasoning(draw(spoken)))
    cited = st.builds(Citation, names.map("https://x.test/{}".format), spoken)
    texts = st.builds(Text, spoken, citations=st.lists(cited, max_size=2) if provider in _FRONTS else st.just([]))
    parts += draw(st.lists(texts, max_size=1 if "chat" in pair or provider not in _FRONTS else 2))
    if pair <= {"chat", "responses"} and draw(st.booleans()):
        parts.append(Refusal(draw(spoken)))
    called: list[ToolCall] = []
    for number in range(draw(st.integers(0, 3))):
        name = f"call_{number}"
        if draw(st.booleans()) and client != "messages":
            text = draw(spoken)
            custom = provider in ("chat", "responses")
            called.append(ToolCall(name, CUSTOM, text if custom else wrapped(text), custom))
        else:
            called.append(ToolCall(name, draw(names.filter(lambda one: one != CUSTOM)), draw(arguments())))
    parts += called
    if "chat" not in pair and provider in _FRONTS:
        parts = draw(st.permutations(parts))
    finish: Finish = draw(st.sampled_from(_FINISHES[provider]))
    finish = "tool_calls" if called and finish == "stop" else finish
    return Answer("id", "m", parts or [Text("So.")], finish, draw(usages(provider)))


def usages(provider: DialectName) -> st.SearchStrategy[Usage]:
    """What a provider can count."""
    number = st.integers(0, 10**6)
    if provider == "ollama":
        return st.builds(Usage, st.integers(1, 10**6), number)
    written = number if provider in _FRONTS else st.just(0)
    return st.builds(
        lambda plain, read, kept, made, thought: Usage(plain + read + kept, made + thought, read, thought, kept),
        number, number, written, number.map(lambda one: one + 1), number,
    )  # fmt: skip


# ---------------------------------------------------------------- what an answer means


def meaning(answer: Answer, client: DialectName) -> dict[str, Any]:
    """What an answer says to a client, the same for every way to say it.

    Not told apart are: JSON in another spelling; whose mark a signature bears, and the field that stands for one; a refusal by the
    model and by a filter; a pause and an end where the client knows no pause; a citation told with its text and one that came when
    the text had ended, which is a text without words to clients of Messages. What the client calls a custom tool is called as one.
    """
    finish: Any = "filtered" if answer.finish in _FILTERED else answer.finish
    if finish == "pause" and client != "messages":
        finish = "stop"
    called = any(isinstance(part, ToolCall) for part in answer.parts)
    if called and finish == "stop":
        finish = "tool_calls"
    parts = [_part(part, client) for part in answer.parts]
    late = [citation for part in parts if part[:2] == ("text", "") for citation in part[2]]
    parts = [part for part in parts if part[:2] != ("text", "")]
    next((part[2].extend(late) for part in parts if part[0] == "text"), None)
    return {"parts": parts, "finish": finish, "usage": answer.usage}


def _part(part: Part, client: DialectName) -> tuple[Any, ...]:
    if isinstance(part, Text):
        return ("text", part.text, [(one.url, one.title) for one in part.citations])
    if isinstance(part, Refusal):
        return ("refusal", part.text)
    if isinstance(part, ToolCall):
        if part.name == CUSTOM and client != "messages":
            text = part.arguments if part.custom else json.loads(part.arguments)["input"]
            return ("custom call", part.id, text)
        return ("call", part.id, part.name, json.loads(part.arguments))
    assert isinstance(part, Reasoning)
    value = Signature.read(part.signature.value.removesuffix("~r")).value if part.signature else ""
    return ("thought", part.text, "" if value in ("reasoning_content", "reasoning", "reasoning_details") else value)


# ---------------------------------------------------------------- streams


def cut(draw: st.DrawFn, data: bytes, *, everywhere: bool = False) -> list[bytes]:
    """``data`` in pieces: cut anywhere, or between any two bytes."""
    if everywhere:
        return [data[place : place + 1] for place in range(len(data))]
    places = sorted(draw(st.lists(st.integers(0, len(data)), max_size=12)))
    return [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True)]


@st.composite
def streams(draw: st.DrawFn, answer: Answer) -> list[Event]:
    """The events of an answer: its texts in pieces cut anywhere, the fragments of its tool calls in turns.

    Each call is begun before its first fragment, but not each before the next one's.
    """
    found: list[Event] = []
    calls: list[list[Event]] = []
    ends = draw(st.booleans())
    for event in told(answer):
        if isinstance(event, ToolCallBegin):
            calls.append([event])
        elif isinstance(event, ToolCallDelta):
            calls[-1] += _in_pieces(draw, event, event.arguments, "arguments")
            calls[-1] += [PartEnd(event.index)] if ends else []
        else:
            found += _in_turns(draw, calls)
            calls = []
            if isinstance(event, TextDelta | ReasoningDelta | RefusalDelta):
                found += _in_pieces(draw, event, event.text, "text")
            else:
                found.append(event)
    return found


def _in_pieces(draw: st.DrawFn, event: Event, text: str, field: str) -> Sequence[Event]:
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)))
    pieces = [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]
    return [msgspec.structs.replace(event, **{field: piece}) for piece in pieces if piece]


def _in_turns(draw: st.DrawFn, queues: list[list[Event]]) -> list[Event]:
    """The events of each queue in order, the queues in turns, each begun in its place."""
    found: list[Event] = []
    left = [queue[:] for queue in queues]
    begun = 0
    while any(left):
        ready = [number for number, queue in enumerate(left) if queue and number <= begun]
        number = draw(st.sampled_from(ready))
        found.append(left[number].pop(0))
        begun = max(begun, number + 1)
    return found
