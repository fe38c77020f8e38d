"""Items of a streamed answer while they are open: what begins them, what fills them, what ends them."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from switchgear.core.canonical import Citation, Signature
from switchgear.dialects.custom_tools import unwrapped
from switchgear.dialects.responses.document import (
    Document,
    Names,
    custom_item,
    encode_citation,
    encode_refusal,
    encode_text,
    encode_thought,
    function_item,
    message_item,
    reasoning_item,
)
from switchgear.dialects.responses.items import sealed

COMPLETED: Final = b"completed"
INCOMPLETE: Final = b"incomplete"
_UNDER_WAY: Final = b"in_progress"
_encode = msgspec.json.Encoder().encode


class Stream:
    """Numbers events and collects them. ``number`` is the next one's."""

    __slots__ = ("_events", "number")

    def __init__(self) -> None:
        self.number = 0
        self._events: list[bytes] = []

    def emit(self, kind: bytes, members: bytes) -> None:
        """Add an event; ``members`` are those of its data beside type and number."""
        self._events.append(
            b'event: %b\ndata: {"type":"%b",%b,"sequence_number":%d}\n\n' % (kind, kind, members, self.number)
        )
        self.number += 1

    def delta(self, head: bytes, text: str) -> None:
        """Add a delta; ``head`` is the event up to its text, as ``head_of`` makes it."""
        self._events.append(b'%b%b,"sequence_number":%d}\n\n' % (head, _encode(text), self.number))
        self.number += 1

    def taken(self) -> bytes:
        """What was added since the last time."""
        events = self._events
        if len(events) == 1:
            return events.pop()
        taken = b"".join(events)
        events.clear()
        return taken


def head_of(kind: bytes, place: bytes) -> bytes:
    """A delta's event up to its text; ``place`` are the members that say what it adds to."""
    return b'event: %b\ndata: {"type":"%b",%b,"delta":' % (kind, kind, place)


class Items:
    """Opens items. The document gets them when they are closed."""

    def __init__(self, document: Document, stream: Stream, names: Names) -> None:
        self.document = document
        self.stream = stream
        self.names = names

    def message(self) -> MessageItem:
        """A message of the assistant."""
        return MessageItem(self, self._id("msg"))

    def thought(self) -> ThoughtItem:
        """A reasoning item."""
        return ThoughtItem(self, self._id("rs"))

    def called(self, call_id: str, name: str, *, custom: bool) -> CalledItem:
        """A call of a tool; ``custom`` is whether its input comes as plain text."""
        if custom:
            return CalledItem(self, self._id("ctc"), call_id, name, "custom")
        if self.names.custom(name):
            return CalledItem(self, self._id("ctc"), call_id, name, "wrapped")
        return CalledItem(self, self._id("fc"), call_id, name, "function")

    def _id(self, prefix: str) -> str:
        return self.document.item_id(prefix, len(self.document.items))


class OpenItem:
    """An item that was begun. ``place`` are the members of its events that name it."""

    __slots__ = ("_head", "_item_id", "_items", "_pieces", "_place", "_stream")

    def __init__(self, items: Items, item_id: str, begun: bytes) -> None:
        self._items = items
        self._stream = items.stream
        self._item_id = item_id
        self._place = b'"item_id":"%b","output_index":%d' % (item_id.encode(), self._number)
        self._head = b""
        self._pieces: list[str] = []
        self._stream.emit(b"response.output_item.added", b'"output_index":%d,"item":%b' % (self._number, begun))

    @property
    def _number(self) -> int:
        return len(self._items.document.items)

    def more(self, text: str) -> None:
        """More of the part that is open in it."""
        self._pieces.append(text)
        self._stream.delta(self._head, text)

    def close(self, status: bytes = COMPLETED) -> None:
        """The item is whole, or cut off."""
        raise NotImplementedError

    def _text(self) -> bytes:
        """What the open part holds, encoded; the next one begins empty."""
        text = _encode("".join(self._pieces))
        self._pieces.clear()
        return text

    def _done(self, item: bytes) -> None:
        self._stream.emit(b"response.output_item.done", b'"output_index":%d,"item":%b' % (self._number, item))
        self._items.document.items.append(item)


class MessageItem(OpenItem):
    """A message: texts and refusals."""

    __slots__ = ("_annotations", "_contents", "_late", "_part", "_where")

    def __init__(self, items: Items, item_id: str) -> None:
        super().__init__(items, item_id, message_item(item_id, (), _UNDER_WAY))
        self._contents: list[bytes] = []
        self._annotations: list[bytes] = []
        self._late: list[Citation] = []
        self._part: Literal["", "text", "refusal"] = ""
        self._where = b""

    def begin(self, part: Literal["text", "refusal"]) -> None:
        """A text or a refusal begins; what was open before is whole."""
        self._end_part()
        self._part = part
        where = self._where = b'%b,"content_index":%d' % (self._place, len(self._contents))
        if part == "text":
            added, self._head = encode_text(b'""'), head_of(b"response.output_text.delta", where + b',"logprobs":[]')
        else:
            added, self._head = encode_refusal(b'""'), head_of(b"response.refusal.delta", where)
        self._stream.emit(b"response.content_part.added", b'%b,"part":%b' % (where, added))

    def cite(self, citation: Citation) -> None:
        """The text that is open cites something; where it does is told at once if it is known, else at the text's end."""
        if citation.end is None:
            self._late.append(citation)
        else:
            self._annotate(citation, 0)

    def _annotate(self, citation: Citation, length: int) -> None:
        annotation = encode_citation(citation, length)
        if annotation is not None and self._part == "text":
            self._stream.emit(
                b"response.output_text.annotation.added",
                b'%b,"annotation_index":%d,"annotation":%b' % (self._where, len(self._annotations), annotation),
            )
            self._annotations.append(annotation)

    def _end_part(self) -> None:
        if not self._part:
            return
        for citation in self._late:
            self._annotate(citation, sum(map(len, self._pieces)))
        self._late.clear()
        text = self._text()
        if self._part == "text":
            done = encode_text(text, self._annotations)
            self._stream.emit(b"response.output_text.done", b'%b,"logprobs":[],"text":%b' % (self._where, text))
        else:
            done = encode_refusal(text)
            self._stream.emit(b"response.refusal.done", b'%b,"refusal":%b' % (self._where, text))
        self._annotations.clear()
        self._stream.emit(b"response.content_part.done", b'%b,"part":%b' % (self._where, done))
        self._contents.append(done)
        self._part = ""

    def close(self, status: bytes = COMPLETED) -> None:
        """The message is whole, or cut off."""
        self._end_part()
        self._done(message_item(self._item_id, self._contents, status))


class ThoughtItem(OpenItem):
    """A reasoning item: summaries and thoughts, then a signature."""

    __slots__ = ("_content", "_encrypted", "_part", "_summary", "_where")

    def __init__(self, items: Items, item_id: str) -> None:
        super().__init__(items, item_id, reasoning_item(item_id, (), (), ""))
        self._summary: list[bytes] = []
        self._content: list[bytes] = []
        self._encrypted = ""
        self._part: Literal["", "summary", "content"] = ""
        self._where = b""

    @property
    def signed(self) -> bool:
        """Whether its signature came, after which nothing more belongs to it."""
        return bool(self._encrypted)

    def begin(self, *, summary: bool) -> None:
        """A part of the summary or of the thought itself begins; what was open before is whole."""
        self._end_part()
        added = encode_thought(b'""', summary=summary)
        if summary:
            self._part = "summary"
            where = self._where = b'%b,"summary_index":%d' % (self._place, len(self._summary))
            self._head = head_of(b"response.reasoning_summary_text.delta", where)
            self._stream.emit(b"response.reasoning_summary_part.added", b'%b,"part":%b' % (where, added))
        else:
            self._part = "content"
            where = self._where = b'%b,"content_index":%d' % (self._place, len(self._content))
            self._head = head_of(b"response.reasoning_text.delta", where)
            self._stream.emit(b"response.content_part.added", b'%b,"part":%b' % (where, added))

    def sign(self, signature: Signature, *, redacted: bool) -> None:
        """What it was signed with."""
        self._encrypted = sealed(signature, redacted=redacted)

    def _end_part(self) -> None:
        if not self._part:
            return
        summary = self._part == "summary"
        text = self._text()
        done = encode_thought(text, summary=summary)
        said, part = b'%b,"text":%b' % (self._where, text), b'%b,"part":%b' % (self._where, done)
        if summary:
            self._stream.emit(b"response.reasoning_summary_text.done", said)
            self._stream.emit(b"response.reasoning_summary_part.done", part)
            self._summary.append(done)
        else:
            self._stream.emit(b"response.reasoning_text.done", said)
            self._stream.emit(b"response.content_part.done", part)
            self._content.append(done)
        self._part = ""

    def close(self, status: bytes = COMPLETED) -> None:  # noqa: ARG002 - a reasoning item has no status
        """The thought is whole."""
        self._end_part()
        self._done(reasoning_item(self._item_id, self._summary, self._content, self._encrypted))


class CalledItem(OpenItem):
    """A call of a function, of a custom tool, or of one that the provider took for a function (``wrapped``)."""

    __slots__ = ("_call_id", "_kind", "_name")

    def __init__(
        self, items: Items, item_id: str, call_id: str, name: str, kind: Literal["function", "custom", "wrapped"]
    ) -> None:
        self._call_id = call_id
        self._name = items.names.fields(name)
        self._kind = kind
        encode = function_item if kind == "function" else custom_item
        super().__init__(items, item_id, encode(item_id, call_id, self._name, b'""', _UNDER_WAY))
        event = b"response.function_call_arguments" if kind == "function" else b"response.custom_tool_call_input"
        self._head = head_of(event + b".delta", self._place)

    def more(self, text: str) -> None:
        """More arguments; wrapped ones can be read only when they are whole."""
        if self._kind == "wrapped":
            self._pieces.append(text)
        elif text:
            super().more(text)

    def close(self, status: bytes = COMPLETED) -> None:
        """The arguments are whole, or cut off."""
        if self._kind == "wrapped":
            text = unwrapped("".join(self._pieces))
            self._pieces.clear()
            OpenItem.more(self, text)
        elif self._kind == "function" and not self._pieces:
            OpenItem.more(self, "{}")
        text_json = self._text()
        if self._kind == "function":
            self._stream.emit(
                b"response.function_call_arguments.done", b'%b,%b,"arguments":%b' % (self._place, self._name, text_json)
            )
            self._done(function_item(self._item_id, self._call_id, self._name, text_json, status))
        else:
            self._stream.emit(b"response.custom_tool_call_input.done", b'%b,"input":%b' % (self._place, text_json))
            self._done(custom_item(self._item_id, self._call_id, self._name, text_json, status))
