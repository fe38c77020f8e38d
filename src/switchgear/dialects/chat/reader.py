"""A streamed answer of an OpenAI-compatible provider, chunk by chunk, however carelessly it was cut.

Source: https://platform.openai.com/docs/api-reference/chat-streaming. Chunks of further choices (``n`` over 1) are left out: an
answer has one. Chat has no parts, so another one begins where a chunk goes on with something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from switchgear.core.canonical import (
    Begin,
    Broken,
    Citation,
    Cited,
    Counted,
    Event,
    Finished,
    ReasoningDelta,
    ReasoningSigned,
    RefusalDelta,
    Signature,
    TextDelta,
)
from switchgear.core.capabilities import Target
from switchgear.dialects.base import NotThisDialectError
from switchgear.dialects.chat import thoughts
from switchgear.dialects.chat.answer import (
    Call,
    Choice,
    Document,
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
from switchgear.dialects.chat.request import WireDetail
from switchgear.dialects.chat.tool_stream import ToolStream
from switchgear.dialects.chat.usage import read_usage

_decode = decoder.decode
_DONE = b"[DONE]"
_ERRORS = (b'"message"', b'"detail"', b'"msg"')
Kind = Literal["", "text", "reasoning", "refusal"]


class StreamReader:
    """Reads one streamed answer of ``target``."""

    __slots__ = (
        "_begun", "_field", "_index", "_kind", "_pages", "_plainly", "_provider", "_summary", "_text_index", "_tools",
        "complete",
    )  # fmt: skip

    def __init__(self, target: Target) -> None:
        self._provider = target.provider
        self._tools = ToolStream(target.provider)
        self._begun = False
        self._kind: Kind = ""
        self._index = 0
        self._text_index = -1
        self._field = ""
        self._plainly = False
        self._summary: WireDetail | None = None
        self._pages: list[Citation] = []
        self.complete = False

    def read(self, data: bytes) -> Sequence[Event]:
        """The events in the data of one server-sent event; the end marker has none but what was held back.

        Raises NotThisDialectError.
        """
        try:
            document = _decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            if data.strip() == _DONE:
                return self._done()
            raise NotThisDialectError("an event is not a chunk of a completion") from error
        events: list[Event] = []
        choices = document.choices
        if not self._begun and (choices or document.id):
            self._begun = True
            events.append(Begin(text_of(document.id), text_of(document.model), number_of(document.created)))
        if document.error is not None and document.error != "":
            events.append(Broken(data))
            return events
        if choices:
            choice = choices[0] if not choices[0].index else _numbered_0(choices)
            if choice is not None:
                self._choose(choice, data, events)
        elif choices is None and document.usage is None and _is_error(document, data):
            events.append(Broken(data))
            return events
        if document.usage is not None or document.x_groq is not None or document.citations is not None:
            self._settle(document, events)
        return events

    # ------------------------------------------------------------ one choice

    def _choose(self, choice: Choice, data: bytes, events: list[Event]) -> None:
        said = choice.delta or choice.message
        if said is not None:
            content = said.content
            if said.reasoning_content or said.reasoning or said.reasoning_details or type(content) is list:
                content = self._think(said, events)
            if content:
                self._say(content, events)
            if said.tool_calls:
                self._call(said.tool_calls, events)
            if said.refusal or said.annotations or said.function_call is not None:
                self._rare(said, events)
        if choice.usage is not None and (usage := read_usage(choice.usage)) is not None:
            events.append(Counted(usage))
        if choice.finish_reason:
            self._finish(choice, data, events)

    def _say(self, text: object, events: list[Event]) -> None:
        if type(text) is not str:
            return
        if self._kind != "text":
            self._open("text", events)
            self._text_index = self._index
        events.append(TextDelta(self._index, text))

    def _call(self, fragments: list[Call], events: list[Event]) -> None:
        if self._kind:
            self._close(events)
            self._kind = ""
        self._tools.feed(fragments, events)

    def _rare(self, said: Said, events: list[Event]) -> None:
        if (refusal := text_of(said.refusal)) != "":
            if self._kind != "refusal":
                self._open("refusal", events)
            events.append(RefusalDelta(self._index, refusal))
        if said.annotations and self._text_index >= 0:
            events += [Cited(self._text_index, citation) for citation in citations_in(said.annotations)]
            self._pages = []
        if said.function_call is not None:
            self._call([Call(index=0, function=said.function_call)], events)

    def _open(self, kind: Kind, events: list[Event]) -> None:
        """Begin a part."""
        self._close(events)
        self._tools.settle(events)
        self._kind = kind
        self._index = self._tools.next_index
        self._tools.next_index += 1

    def _close(self, events: list[Event]) -> None:
        """End what is open: of thoughts that nobody signed, the field they came in tells whose they are."""
        if self._kind == "reasoning" and self._field:
            events.append(ReasoningSigned(self._index, Signature(self._provider, self._field)))
        self._field = ""

    # ------------------------------------------------------------ reasoning

    def _think(self, said: Said, events: list[Event]) -> object:
        """Take the reasoning of a chunk, in whichever field it is; its content is given back."""
        field, text, content = _plain(said)
        details = details_in(said.reasoning_details) if said.reasoning_details else []
        summaries = [detail for detail in details if detail.type == "reasoning.summary"]
        if summaries:
            self._summary = summaries[-1]
        if text:
            if self._plainly and self._kind != "reasoning" and not details:
                text = text.removeprefix(thoughts.BETWEEN)  # parts the thoughts of one text, and is in none of them
            self._plainly = True
            self._thought(text, field, events, summary=bool(summaries))
        elif not self._plainly:  # otherwise the details repeat what came in a field of its own
            for detail in details:
                if more := detail.text or detail.summary:
                    self._thought(more, thoughts.DETAILS, events, summary=detail.summary is not None)
        for detail in details:
            if detail.type == "reasoning.encrypted" and detail.data:
                self._encrypted(detail, detail.data, events)
            elif detail.type == "reasoning.text" and detail.signature:
                self._sign(Signature(self._provider, detail.signature), events)
        return content

    def _thought(self, text: str, field: str, events: list[Event], *, summary: bool) -> None:
        if self._kind != "reasoning":
            self._open("reasoning", events)
            self._field = field
        events.append(ReasoningDelta(self._index, text, summary))

    def _sign(self, signature: Signature, events: list[Event], name: str = "") -> None:
        """The signature of the thought that is open, or else of the part that follows."""
        if self._kind != "reasoning":
            self._open("reasoning", events)
        events.append(ReasoningSigned(self._index, signature, id=name))
        self._field = ""
        self._kind = ""

    def _encrypted(self, detail: WireDetail, data: str, events: list[Event]) -> None:
        """What is encrypted stands for itself, or for the summary before it, or belongs to a call or text."""
        signature, name = Signature(self._provider, data), detail.id or ""
        summary = self._summary
        if (
            self._kind == "reasoning"
            and summary is not None
            and summary.index == detail.index
            and summary.id in (None, name)
        ):
            self._sign(signature, events, name)
            self._summary = None
            return
        if detail.format == thoughts.GOOGLE:
            if not name:
                self._open("", events)
                events.append(ReasoningSigned(self._index, signature))
                return
            if self._tools.sign(name, signature):
                return
        self._open("", events)
        events.append(ReasoningSigned(self._index, signature, redacted=True, id=name))

    # ------------------------------------------------------------ the end

    def _finish(self, choice: Choice, data: bytes, events: list[Event]) -> None:
        reason = text_of(choice.finish_reason)
        if reason in BROKEN:
            events.append(Broken(data))
            return
        self._end(events)
        stop = text_of(choice.stop_reason) if reason == "stop" else ""
        events.append(Finished(read_finish(reason, calls=self._tools.any), stop))
        self.complete = True

    def _end(self, events: list[Event]) -> None:
        """Tell what was held back."""
        self._close(events)
        if self._kind != "text":  # some give a reason with every chunk
            self._kind = ""
        self._tools.finish(events)
        if self._pages and self._text_index >= 0:
            events += [Cited(self._text_index, page) for page in self._pages]
            self._pages = []

    def _done(self) -> Sequence[Event]:
        """The end marker: the end of an answer for which no reason was given."""
        if self.complete:
            return ()
        self.complete = self._begun
        events: list[Event] = []
        self._end(events)
        if self.complete:
            events.append(Finished("unsaid"))
        return events

    def _settle(self, document: Document, events: list[Event]) -> None:
        """Usage, wherever it is, and the pages that Perplexity names in every chunk."""
        told = document.usage
        if told is None and isinstance(document.x_groq, dict):
            told = document.x_groq.get("usage")
        if told is not None and (usage := read_usage(told)) is not None:
            events.append(Counted(usage))
        if document.citations and not self.complete:
            self._pages = pages_in(document.citations)


def _numbered_0(choices: list[Choice]) -> Choice | None:
    """The choice that is read, among several."""
    return next((choice for choice in choices if not choice.index), None)


def _plain(said: Said) -> tuple[str, str, object]:
    """The field that reasoning is in and its text, neither where there is none, and the content without it."""
    content: object = said.content
    inner = ""
    if isinstance(content, list):
        inner, content = thoughts_in(content)
    for field, told in (
        (thoughts.CONTENT, said.reasoning_content),
        (thoughts.PLAIN, said.reasoning),
        (thoughts.PARTS, inner),
    ):
        if told and isinstance(told, str):
            return field, told, content
    return "", "", content


def _is_error(document: Document, data: bytes) -> bool:
    """Whether a document without choices is an error in a form of its own."""
    return document.object == "error" or (document.id is None and any(word in data for word in _ERRORS))
