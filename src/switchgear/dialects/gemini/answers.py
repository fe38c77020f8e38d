"""Answers of ``generateContent`` and ``streamGenerateContent?alt=sse``, whole and streamed.

An event holds more of one candidate; a function call comes whole in one. A whole answer is read as a stream of one event.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from switchgear.core.canonical import (
    Answer,
    Begin,
    Broken,
    Citation,
    Cited,
    Counted,
    Event,
    Finish,
    Finished,
    PartEnd,
    ReasoningDelta,
    ReasoningSigned,
    Signature,
    TextDelta,
    ToolCallBegin,
    ToolCallDelta,
)
from switchgear.core.capabilities import Target
from switchgear.core.ids import new_id
from switchgear.dialects.assembly import Assembly
from switchgear.dialects.base import NotThisDialectError
from switchgear.dialects.gemini import signatures
from switchgear.dialects.gemini.wire import Candidate, FunctionCall, Grounding, Number, Part, read_response, usage_of

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode

_FINISH: dict[str, Finish] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    "TOO_MANY_TOOL_CALLS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "LANGUAGE": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "MODEL_ARMOR": "content_filter",
    "ESCALATION": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
}
"""Every other reason that is no failure (``OTHER``, ``NO_IMAGE``, those still to come) is a plain end."""

_FAILED = {
    "MALFORMED_FUNCTION_CALL": "the model wrote a tool call that cannot be read",
    "UNEXPECTED_TOOL_CALL": "the model called a tool that it was not given",
    "MALFORMED_RESPONSE": "the model wrote an answer that cannot be read",
    "MISSING_THOUGHT_SIGNATURE": "the request lacks a thought signature",
    "PUP_LIMITED_DISABLED": "the account is limited or disabled",
}
"""Reasons that say that what there is of the answer is none."""


class Reader:
    """Reads one streamed answer. ``complete`` once a finish reason, or why the prompt was blocked, was told."""

    __slots__ = ("_begun", "_called", "_index", "_kind", "_signature", "_target", "_text_index", "_texts", "complete")

    def __init__(self, target: Target) -> None:
        self._target = target
        self._begun = False
        self._called = False
        self._index = -1
        self._kind = ""
        self._signature = ""
        self._text_index = 0
        self._texts: list[str] = []
        self.complete = False

    def read(self, data: bytes) -> Sequence[Event]:
        """What one event says. Raises NotThisDialectError."""
        said = read_response(data)
        if _given(said.error):
            return (Broken(data),)
        events: list[Event] = []
        usage = usage_of(said.usage_metadata) if said.usage_metadata is not None else None
        if not self._begun:
            self._begun = True
            events.append(Begin(said.response_id or "", said.model_version or "", usage=usage))
        for candidate in said.candidates or ():
            if not candidate.index:  # one answer was asked for, the first
                self._add(candidate, events)
        if usage is not None:
            events.append(Counted(usage))
        if said.prompt_feedback is not None and said.prompt_feedback.block_reason and not said.candidates:
            self.complete = True
            events.append(Finished("content_filter"))
        return events

    def _add(self, candidate: Candidate, events: list[Event]) -> None:
        if candidate.content is not None and candidate.content.parts is not None:
            for part in candidate.content.parts:
                self._add_part(part, events)
        if candidate.grounding_metadata is not None:
            events += [Cited(self._text_index, found) for found in self._citations(candidate.grounding_metadata)]
        reason = candidate.finish_reason
        if reason is None or reason == "FINISH_REASON_UNSPECIFIED":
            return
        if self._signature:
            self._end_part(events)
        self.complete = True
        if reason in _FAILED:
            events.append(Broken(_failure(reason, candidate.finish_message)))
            return
        finish = _FINISH.get(reason, "stop")
        events.append(Finished("tool_calls" if finish == "stop" and self._called else finish))

    def _add_part(self, part: Part, events: list[Event]) -> None:
        text = part.text
        if part.function_call is not None:
            self._add_call(part.function_call, part.thought_signature, events)
        elif part.tool_call is not None or part.tool_response is not None:
            kept = signatures.ServerPart(part.tool_call, part.tool_response, part.thought_signature or "")
            self._sign(signatures.of_server_part(self._target, kept), events)
        elif part.thought:
            if text:
                events.append(ReasoningDelta(self._part("thought", events), text))
            if part.thought_signature:
                signature = signatures.of_thought(self._target, part.thought_signature)
                events.append(ReasoningSigned(self._part("thought", events), signature))
                self._end_part(events)
        elif part.thought_signature:
            self._add_signed_text(text, part.thought_signature, events)
        elif text:
            self._add_text(text, events)

    def _add_text(self, text: str, events: list[Event]) -> None:
        if self._kind != "text":
            self._text_index = self._part("text", events)
            self._texts = []
        self._texts.append(text)
        events.append(TextDelta(self._index, text))

    def _add_signed_text(self, text: str | None, signature: str, events: list[Event]) -> None:
        """A signature goes before its text; where that has begun already, after it, as a part of its own."""
        if text and self._kind != "text":
            self._sign(signatures.of_next(self._target, signature), events)
            self._add_text(text, events)
            return
        if text:
            self._add_text(text, events)
        self._signature = signature
        if self._kind != "text":
            self._end_part(events)

    def _add_call(self, call: FunctionCall, signature: str | None, events: list[Event]) -> None:
        if signature:
            self._sign(signatures.of_next(self._target, signature), events)
        index = self._part("call", events)
        self._called = True
        events.append(ToolCallBegin(index, call.id or new_id("call"), call.name or ""))
        events.append(ToolCallDelta(index, _arguments(call)))
        self._end_part(events)

    def _sign(self, signature: Signature, events: list[Event]) -> None:
        """A signature as a part of its own."""
        index = self._part("signature", events)
        events.append(ReasoningSigned(index, signature))
        self._end_part(events)

    def _part(self, kind: str, events: list[Event]) -> int:
        """The index of the part that is open if it is of that kind, else of a new one."""
        if self._kind != kind:
            self._end_part(events)
            self._kind = kind
            self._index += 1
        return self._index

    def _end_part(self, events: list[Event]) -> None:
        if self._kind:
            events.append(PartEnd(self._index))
            self._kind = ""
        if self._signature:
            signature, self._signature = self._signature, ""
            self._index += 1
            events.append(ReasoningSigned(self._index, signatures.of_text(self._target, signature)))
            events.append(PartEnd(self._index))

    def _citations(self, grounding: Grounding) -> Iterator[Citation]:
        """The sources of the text so far, each with the stretch that rests on it where that is told."""
        pages = [chunk.web for chunk in grounding.grounding_chunks or ()]
        if not grounding.grounding_supports:
            yield from (Citation(page.uri or "", page.title or "") for page in pages if page is not None)
            return
        text = "".join(self._texts)
        data = text.encode(errors="surrogatepass")
        for support in grounding.grounding_supports:
            segment = support.segment
            start = _characters(data, segment.start_index or 0, plain=len(data) == len(text)) if segment else None
            end = _characters(data, segment.end_index, plain=len(data) == len(text)) if segment else None
            for number in support.grounding_chunk_indices or ():
                page = pages[int(number)] if number is not None and 0 <= number < len(pages) else None
                if page is not None:
                    yield Citation(page.uri or "", page.title or "", start=start, end=end)


def read_answer(body: bytes, target: Target) -> Answer:
    """A whole answer. Raises NotThisDialectError, also for an answer that the model failed to make."""
    reader = Reader(target)
    events = reader.read(body)
    for event in events:
        if isinstance(event, Broken):
            raise NotThisDialectError(_told(event.document))
    if not reader.complete and not any(isinstance(event, TextDelta | ToolCallBegin) for event in events):
        raise NotThisDialectError("it holds no answer")
    whole = Assembly()
    whole.add(events)
    return whole.answer()


def _arguments(call: FunctionCall) -> str:
    """The arguments as the text of one line."""
    if not _given(call.args):
        return "{}"
    raw = bytes(call.args)
    if b"\n" in raw:
        raw = _encode(_decode(raw))
    return raw.decode()


def _given(field: msgspec.Raw) -> bool:
    return bytes(field) not in (b"", b"null")


def _characters(data: bytes, offset: Number, *, plain: bool) -> int | None:
    """An offset in bytes of UTF-8 as one in characters."""
    if offset is None or not 0 <= offset <= len(data):
        return None
    return int(offset) if plain else len(data[: int(offset)].decode(errors="ignore"))


def _failure(reason: str, message: str | None) -> bytes:
    """An answer that failed as a document in the form of Google's errors."""
    said = f"{_FAILED[reason]} ({reason})" + (f": {message}" if message else "")
    return _encode({"error": {"code": 500, "message": said, "status": reason}})


def _told(document: bytes) -> str:
    """What kind of error a document tells of; its message is not quoted."""
    error = _decode(document)
    if isinstance(error, list):
        error = error[0]
    inner = error.get("error")
    reason = inner.get("status") if isinstance(inner, dict) else None
    return _FAILED.get(reason, "an error") if isinstance(reason, str) else "an error"
