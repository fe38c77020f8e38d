"""A streamed answer as ``chat.completion.chunk`` events.

Source: https://platform.openai.com/docs/api-reference/chat-streaming. The first chunk names the role; each further one adds a piece;
then come one with the finish reason, one with usage and no choices where the client asked for it, and the end marker.
Fragments of several tool calls may come in turns, told apart by their index, which counts the calls alone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import msgspec

from switchgear.core.calls import Usage
from switchgear.core.canonical import (
    Begin,
    Call,
    Citation,
    Cited,
    Event,
    Finish,
    Finished,
    PartEnd,
    Reasoning,
    ReasoningDelta,
    ReasoningSigned,
    RefusalDelta,
    TextDelta,
    ToolCallBegin,
    ToolCallDelta,
)
from switchgear.dialects.chat import thoughts
from switchgear.dialects.chat.finish import WRITTEN
from switchgear.dialects.chat.usage import write_usage
from switchgear.dialects.chat.write_answer import annotations_of, fitting_id, is_legacy, is_shown
from switchgear.dialects.custom_tools import names_of, unwrapped

Json = dict[str, Any]

_encode = msgspec.json.Encoder().encode
_TEXT = b'"choices":[{"index":0,"delta":{"content":'
_THOUGHT = b'"choices":[{"index":0,"delta":{"reasoning_content":'
_DELTA = b'"choices":[{"index":0,"delta":'
_MORE = b'},"logprobs":null,"finish_reason":null}]'
_DONE = b"data: [DONE]\n\n"


class _WrittenCall:
    """One tool call of the answer; ``held`` are the arguments of a custom tool's stand-in, which are read once whole."""

    __slots__ = ("any", "custom", "held", "number")

    def __init__(self, number: int, *, custom: bool, held: bool) -> None:
        self.number = number
        self.custom = custom
        self.held: list[str] | None = [] if held else None
        self.any = False


class StreamWriter:
    """Writes one streamed answer to ``call``."""

    __slots__ = (
        "_answer_id",
        "_attached",
        "_call",
        "_calls",
        "_cited",
        "_customs",
        "_finish",
        "_legacy",
        "_length",
        "_rest",
        "_start",
        "_starts",
        "_summaries",
        "_thought_of",
        "_thoughts",
        "_told",
        "_whole",
    )  # fmt: skip

    def __init__(self, call: Call, answer_id: str) -> None:
        self._call = call
        self._answer_id = fitting_id(answer_id)
        self._customs = names_of(call)
        self._legacy = is_legacy(call)
        self._start = b""
        self._rest = b',"usage":null}\n\n' if call.wants_usage else b"}\n\n"
        self._finish: Finish = "stop"
        self._calls: dict[int, _WrittenCall] = {}
        self._length = 0
        self._starts: dict[int, int] = {}
        self._cited: list[tuple[int, Citation]] = []
        self._thoughts: dict[int, list[str]] = {}
        self._summaries: set[int] = set()
        self._thought_of = -1
        self._whole = False
        self._told = 0
        self._attached: list[Reasoning] = []

    def write(self, events: Sequence[Event]) -> bytes:
        """The events as chunks, possibly none yet."""
        out: list[bytes] = []
        for event in events:
            if isinstance(event, TextDelta):
                out.append(self._text(event))
            elif isinstance(event, ReasoningDelta):
                out.append(self._thought(event))
            elif isinstance(event, ToolCallDelta):
                out.append(self._arguments(event))
            elif isinstance(event, Finished):
                self._finish = event.finish
            else:
                out.append(self._other(event))
        return b"".join(out)

    def beside(self, member: bytes) -> bytes:
        """A chunk that says nothing but has one more member, ``"name": value``, which plain clients pass over."""
        return self._opening() + self._start + _DELTA + b"{" + _MORE + b"," + member + self._rest

    def finish(self, usage: Usage) -> bytes:
        """The end: what was held back, the finish reason, ``usage`` where it was asked for, and the end marker."""
        out = [self._opening()]
        out += [self._close(call) for call in self._calls.values()]
        if self._attached or (self._whole and self._thoughts):
            rest = self._unsigned() if self._whole else []
            out.append(self._details([*rest, *self._attached]))
        if self._cited:
            out.append(self._chunk({"annotations": self._annotations()}))
        finish = WRITTEN[self._finish]
        if self._legacy and finish == "tool_calls":
            finish = "function_call"
        ended = b'"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":%b}]' % _encode(finish)
        out.append(self._start + ended + self._rest)
        if self._call.wants_usage:
            out.append(self._start + b'"choices":[],"usage":' + _encode(write_usage(usage)) + b"}\n\n")
        out.append(_DONE)
        return b"".join(out)

    # ------------------------------------------------------------ chunks

    def _chunk(self, delta: Json) -> bytes:
        return self._start + _DELTA + _encode(delta) + _MORE[1:] + self._rest

    def _opening(self, begin: Begin | None = None) -> bytes:
        """The first chunk, unless it was written."""
        if self._start:
            return b""
        head = {
            "id": begin.id if begin is not None and begin.id.startswith("chatcmpl") else self._answer_id,
            "object": "chat.completion.chunk",
            "created": (begin.created if begin is not None else 0) or int(time.time()),
            "model": (begin.model if begin is not None else "") or self._call.model,
        }
        self._start = b"data: " + _encode(head)[:-1] + b","
        return self._chunk({"role": "assistant", "content": "", "refusal": None})

    def _text(self, event: TextDelta) -> bytes:
        opening = b"" if self._start else self._opening()
        text = event.text
        if event.index not in self._starts:
            self._starts[event.index] = self._length
            if self._attached:
                opening += self._attach()
        self._length += len(text)
        return opening + self._start + _TEXT + _encode(text) + _MORE + self._rest

    def _other(self, event: Event) -> bytes:
        if isinstance(event, Begin):
            return self._opening(event)
        if isinstance(event, ToolCallBegin):
            return self._begin_call(event)
        if isinstance(event, ReasoningSigned):
            return self._sign(event)
        if isinstance(event, RefusalDelta):
            return self._opening() + self._chunk({"refusal": event.text})
        if isinstance(event, Cited):
            self._cited.append((event.index, event.citation))
        elif isinstance(event, PartEnd) and (call := self._calls.get(event.index)) is not None:
            return self._close(call)
        return b""  # usage is given to finish, and of an answer that broke off the caller tells

    # ------------------------------------------------------------ tool calls

    def _begin_call(self, event: ToolCallBegin) -> bytes:
        opening = self._opening() + (self._attach(event.id) if self._attached else b"")
        stands_in = not event.custom and event.name in self._customs
        call = _WrittenCall(len(self._calls), custom=event.custom or stands_in, held=stands_in)
        self._calls[event.index] = call
        if self._legacy:
            return opening + (
                b"" if call.number else self._chunk({"function_call": {"name": event.name, "arguments": ""}})
            )
        if call.custom:
            begun: Json = {"type": "custom", "custom": {"name": event.name, "input": ""}}
        else:
            begun = {"type": "function", "function": {"name": event.name, "arguments": ""}}
        return opening + self._chunk({"tool_calls": [{"index": call.number, "id": event.id, **begun}]})

    def _arguments(self, event: ToolCallDelta) -> bytes:
        call = self._calls.get(event.index)
        if call is None or not event.arguments:
            return b""
        if call.held is not None:
            call.held.append(event.arguments)
            return b""
        call.any = True
        return self._fragment(call, event.arguments)

    def _fragment(self, call: _WrittenCall, arguments: str) -> bytes:
        if self._legacy:
            return b"" if call.number else self._chunk({"function_call": {"arguments": arguments}})
        named, field = ("custom", "input") if call.custom else ("function", "arguments")
        return self._chunk({"tool_calls": [{"index": call.number, named: {field: arguments}}]})

    def _close(self, call: _WrittenCall) -> bytes:
        """What a call whose arguments are whole still lacks."""
        if call.held is not None:
            told, call.held = unwrapped("".join(call.held)), None
            call.any = True
            return self._fragment(call, told) if told else b""
        if call.any or call.custom:
            return b""
        call.any = True
        return self._fragment(call, "{}")

    # ------------------------------------------------------------ reasoning and citations

    def _thought(self, event: ReasoningDelta) -> bytes:
        opening = b"" if self._start else self._opening()
        index, text = event.index, event.text
        self._thoughts.setdefault(index, []).append(text)
        if index != self._thought_of:
            if event.summary:
                self._summaries.add(index)
            if self._thought_of >= 0:
                text = thoughts.BETWEEN + text
            self._thought_of = index
        return opening + self._start + _THOUGHT + _encode(text) + _MORE + self._rest

    def _sign(self, event: ReasoningSigned) -> bytes:
        thought = Reasoning("", event.signature, event.redacted, event.index in self._summaries, event.id)
        if not is_shown(thought):
            return b""
        thought.text = "".join(self._thoughts.pop(event.index, ()))
        if thoughts.is_attached(thought):
            self._attached.append(thought)
            return b""
        told = [thought]
        if (
            thought.text
        ):  # once one has a signature all are told in details, because a client gives either these back or the text
            self._whole = True
            told = [*self._unsigned(), thought]
        return self._opening() + self._details(told)

    def _unsigned(self) -> list[Reasoning]:
        told = [Reasoning("".join(text), summary=index in self._summaries) for index, text in self._thoughts.items()]
        self._thoughts = {}
        return told

    def _attach(self, call_id: str = "") -> bytes:
        """The signatures that belong to the part which begins."""
        told, self._attached = self._attached, []
        return self._details(told, call_id)

    def _details(self, told: list[Reasoning], call_id: str = "") -> bytes:
        details: list[Json] = []
        for thought in told:
            value = thought.signature.marked() if thought.signature is not None else ""
            details += thoughts.details_of(thought, self._told, value, call_id)
            self._told += 1
        return self._chunk({"reasoning_details": details})

    def _annotations(self) -> list[Json]:
        ends = [*sorted(self._starts.values()), self._length]
        found: list[Json] = []
        for index, citation in self._cited:
            start = self._starts.get(index, 0)
            end = next((place for place in ends if place > start), self._length)
            found += annotations_of([citation], start, end - start)
        return found
