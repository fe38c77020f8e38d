"""Answers of ``POST /api/chat``: one JSON object, or one a line while it is made.

Every object holds more of the message; the last is ``done`` and says why and what was counted. A tool call comes whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from switchgear.core.calls import MOST_TOKENS, Usage
from switchgear.core.canonical import (
    Answer,
    Begin,
    Broken,
    Counted,
    Event,
    Finish,
    Finished,
    PartEnd,
    ReasoningDelta,
    TextDelta,
    ToolCallBegin,
    ToolCallDelta,
)
from switchgear.core.ids import new_id
from switchgear.dialects.assembly import Assembly
from switchgear.dialects.base import NotThisDialectError

_Number = int | float | None


class _Function(msgspec.Struct, gc=False):
    name: str | None = None
    arguments: msgspec.Raw = msgspec.Raw()


class _Call(msgspec.Struct, gc=False):
    function: _Function | None = None
    id: str | None = None


class _Message(msgspec.Struct):
    content: str | None = None
    thinking: str | None = None
    tool_calls: list[_Call] | None = None


class _Response(msgspec.Struct):
    message: _Message | None = None
    model: str | None = None
    done: bool | None = None
    done_reason: str | None = None
    prompt_eval_count: _Number = None
    eval_count: _Number = None
    error: msgspec.Raw = msgspec.Raw()


_response = msgspec.json.Decoder(_Response)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Reader:
    """Reads one streamed answer; ``complete`` once a line was ``done``."""

    __slots__ = ("_begun", "_called", "_index", "_kind", "complete")

    def __init__(self) -> None:
        self._begun = False
        self._called = False
        self._index = -1
        self._kind = ""
        self.complete = False

    def read(self, data: bytes) -> Sequence[Event]:
        """What one line says. Raises NotThisDialectError."""
        if not data.strip():
            return ()
        try:
            said = _response.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise NotThisDialectError(str(error)) from error
        if _given(said.error):
            return (Broken(data),)
        events: list[Event] = []
        if not self._begun:
            self._begun = True
            events.append(Begin(model=said.model or ""))
        if said.message is not None:
            self._add(said.message, events)
        if said.done:
            self.complete = True
            if (usage := _usage(said)) is not None:
                events.append(Counted(usage))
            events.append(Finished(self._finish(said.done_reason)))
        return events

    def _finish(self, reason: str | None) -> Finish:
        if reason == "length":
            return "length"
        return "tool_calls" if self._called else "stop"

    def _add(self, message: _Message, events: list[Event]) -> None:
        if message.thinking:
            events.append(ReasoningDelta(self._part("thinking", events), message.thinking))
        if message.content:
            events.append(TextDelta(self._part("text", events), message.content))
        for call in message.tool_calls or ():
            if call.function is None or not call.function.name:
                continue
            index = self._part("", events)
            self._called = True
            events.append(ToolCallBegin(index, call.id or new_id("call"), call.function.name))
            events.append(ToolCallDelta(index, _arguments(call.function.arguments)))
            events.append(PartEnd(index))

    def _part(self, kind: str, events: list[Event]) -> int:
        """The index of the part that is open if it is of that kind, else of a new one; a call is always new."""
        if not kind or self._kind != kind:
            if self._kind:
                events.append(PartEnd(self._index))
            self._kind = kind
            self._index += 1
        return self._index


def read_answer(body: bytes) -> Answer:
    """A whole answer. Raises NotThisDialectError."""
    reader = Reader()
    events = reader.read(body)
    if any(isinstance(event, Broken) for event in events):
        raise NotThisDialectError("an error")
    if not reader.complete:
        raise NotThisDialectError("it is not done")
    whole = Assembly()
    whole.add(events)
    return whole.answer()


def _usage(said: _Response) -> Usage | None:
    """What was counted; None where nothing was, or nothing but zeros."""
    prompt, completion = _tokens(said.prompt_eval_count), _tokens(said.eval_count)
    return Usage(prompt, completion) if prompt or completion else None


def _tokens(number: float | None) -> int:
    return int(min(max(number or 0, 0), MOST_TOKENS))


def _arguments(raw: msgspec.Raw) -> str:
    """The arguments as the text of one line. Some models' templates give them as text already."""
    if not _given(raw):
        return "{}"
    data = bytes(raw)
    if data[:1] == b'"':
        return str(_decode(data)) or "{}"
    return (_encode(_decode(data)) if b"\n" in data else data).decode()


def _given(field: msgspec.Raw) -> bool:
    return bytes(field) not in (b"", b"null")
