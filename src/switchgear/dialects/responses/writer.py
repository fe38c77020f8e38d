"""A streamed answer as the events of this dialect, in the order of the reference ("Streaming events").

The response is created, items follow one after the other, each opened, filled and closed before the next, and the whole response
ends it. What belongs to an item that cannot begin yet is held. Every event has a number, counted from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast, get_args

from switchgear.core.calls import Usage
from switchgear.core.canonical import (
    Begin,
    Call,
    Cited,
    Event,
    Finish,
    Finished,
    PartEnd,
    ReasoningDelta,
    ReasoningSigned,
    RefusalDelta,
    TextDelta,
    ToolCallBegin,
    ToolCallDelta,
)
from switchgear.core.errors import SwitchgearError
from switchgear.dialects.responses.document import Document, Names, summarised
from switchgear.dialects.responses.errors import error_members, error_object
from switchgear.dialects.responses.opened import (
    COMPLETED,
    INCOMPLETE,
    Items,
    MessageItem,
    OpenItem,
    Stream,
    ThoughtItem,
)

_Part = TextDelta | ReasoningDelta | RefusalDelta | ToolCallBegin | ToolCallDelta | ReasoningSigned | Cited | PartEnd
_PARTS = frozenset(get_args(_Part))


class ResponseWriter:
    """One streamed answer to ``call``. ``document`` is the response as JSON once ``finish`` or ``fail`` was called."""

    __slots__ = (
        "_begun", "_finish", "_held", "_index", "_item", "_items", "_kind", "_response", "_stream", "_summarised", "document",
    )  # fmt: skip

    def __init__(self, call: Call, answer_id: str) -> None:
        self._response = Document(call, answer_id)
        self._stream = Stream()
        self._items = Items(self._response, self._stream, Names(call))
        self._summarised = summarised(call)
        self._begun = False
        self._item: OpenItem | None = None
        self._index = -1  # the part whose pieces go into the open item
        self._kind: type | None = None  # the event that brings such pieces; None when the part is whole
        self._held: dict[int, list[_Part]] = {}
        self._finish: Finish = "stop"
        self.document = b""

    def write(self, events: Sequence[Event]) -> bytes:
        """The events in this dialect; ``Counted`` and ``Finished`` are kept for ``finish``."""
        if not self._begun and events:
            first = events[0]
            self._begin(first if isinstance(first, Begin) else Begin())
        for event in events:
            if type(event) in _PARTS:
                self._take(cast("_Part", event))
            elif isinstance(event, Finished):
                self._finish = event.finish
        return self._stream.taken()

    def beside(self) -> Items:
        """Where items of another origin are written, now that what was open is closed; ``taken`` gives their events."""
        if not self._begun:
            self._begin(Begin())
        self._close_all(COMPLETED)
        return self._items

    def taken(self) -> bytes:
        """The events that were written beside."""
        return self._stream.taken()

    def finish(self, usage: Usage, incomplete: str = "", more: bytes = b"") -> bytes:
        """What is open is closed, and the whole response ends the stream.

        ``incomplete`` is why it ends before the model did, ``more`` are members of our own in the response.
        """
        if not self._begun:
            self._begin(Begin())
        self._close_all(INCOMPLETE if self._finish == "length" else COMPLETED)
        status, self.document = self._response.ended(self._finish, usage, incomplete)
        if more:
            self.document = b"%b,%b}" % (self.document[:-1], more)
        self._stream.emit(b"response." + status.encode(), b'"response":' + self.document)
        return self._stream.taken()

    def fail(self, error: SwitchgearError) -> bytes:
        """The end of an answer that broke off: ``error`` and ``response.failed``, which holds the items that were whole."""
        if not self._begun:
            self._begin(Begin())
        self._stream.emit(b"error", error_members(error))
        self.document = self._response.encode("failed", error=error_object(error))
        self._stream.emit(b"response.failed", b'"response":' + self.document)
        return self._stream.taken()

    def _begin(self, begin: Begin) -> None:
        self._begun = True
        self._response.model = begin.model or self._response.model
        self._response.created = begin.created or self._response.created
        response = b'"response":' + self._response.encode("in_progress")
        self._stream.emit(b"response.created", response)
        self._stream.emit(b"response.in_progress", response)

    # ------------------------------------------------------------ parts, one at a time

    def _take(self, event: _Part) -> None:
        if event.index == self._index:
            self._feed(event)
            if self._held and self._kind is None:
                self._release()
        elif self._kind is ToolCallDelta:  # its other pieces may still come
            self._held.setdefault(event.index, []).append(event)
        else:
            self._open(event)

    def _release(self) -> None:
        """Write what was held, up to a call that may not be whole."""
        while self._held and self._kind is not ToolCallDelta:
            for event in self._held.pop(next(iter(self._held))):
                if event.index == self._index:
                    self._feed(event)
                else:
                    self._open(event)

    def _feed(self, event: _Part) -> None:
        """Take an event of the part that was begun last."""
        item = self._item
        if type(event) is self._kind and item is not None:
            item.more(event.arguments if isinstance(event, ToolCallDelta) else cast("TextDelta", event).text)
        elif isinstance(event, PartEnd):
            self._kind = None
        elif isinstance(event, ReasoningSigned) and isinstance(item, ThoughtItem) and not item.signed:
            item.sign(event.signature, redacted=event.redacted)
            self._kind = None
        elif isinstance(event, Cited) and isinstance(item, MessageItem):
            item.cite(event.citation)
        elif not isinstance(event, ToolCallBegin):
            self._open(event)

    def _open(self, event: _Part) -> None:
        """Begin the part that an event is the first of; one that says nothing begins none."""
        if isinstance(event, TextDelta | RefusalDelta | Cited):
            if isinstance(event, Cited) or event.text:
                self._open_content(event)
        elif isinstance(event, ReasoningDelta):
            if event.text:
                thought = self._thought()
                thought.begin(summary=event.summary or self._summarised)
                thought.more(event.text)
                self._index, self._kind = event.index, ReasoningDelta
        elif isinstance(event, ReasoningSigned):
            self._close()
            thought = self._thought()
            thought.sign(event.signature, redacted=event.redacted)
            self._index, self._kind = event.index, None
        elif isinstance(event, ToolCallBegin):
            self._close()
            self._item = self._items.called(event.id, event.name, custom=event.custom)
            self._index, self._kind = event.index, ToolCallDelta

    def _open_content(self, event: TextDelta | RefusalDelta | Cited) -> None:
        item = self._item
        if not isinstance(item, MessageItem):
            self._close()
            item = self._item = self._items.message()
        self._index = event.index
        if isinstance(event, RefusalDelta):
            item.begin("refusal")
            item.more(event.text)
            self._kind = RefusalDelta
            return
        item.begin("text")
        self._kind = TextDelta
        if isinstance(event, TextDelta):
            item.more(event.text)
        else:
            item.cite(event.citation)

    def _thought(self) -> ThoughtItem:
        """The reasoning item that is open, or a new one."""
        item = self._item
        if not isinstance(item, ThoughtItem) or item.signed:
            self._close()
            item = self._item = self._items.thought()
        return item

    def _close_all(self, status: bytes) -> None:
        while self._held:
            self._kind = None
            self._release()
        self._close(status)

    def _close(self, status: bytes = COMPLETED) -> None:
        if self._item is not None:
            self._item.close(status)
            self._item = None
            self._kind = None
            self._index = -1
