"""A provider's streamed response as canonical events.

Servers leave out one or another of the events that the reference has, so a part begins with whatever comes first of it, and what
only the item or the response at the end holds is taken from there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from switchgear.core.canonical import (
    Begin,
    Broken,
    Cited,
    Counted,
    Event,
    Finished,
    PartEnd,
    ReasoningDelta,
    ReasoningSigned,
    RefusalDelta,
    Signature,
    TextDelta,
    ToolCallBegin,
    ToolCallDelta,
)
from switchgear.core.capabilities import Target
from switchgear.dialects.base import NotThisDialectError
from switchgear.dialects.responses.answers import UNDECODABLE, finish_of, usage_of
from switchgear.dialects.responses.content import citation_of, citations_of
from switchgear.dialects.responses.tools import qualified
from switchgear.dialects.responses.wire import Content, Item, Response, StreamEvent

_TOOL: Final = 0
_SUMMARY: Final = -1
_event = msgspec.json.Decoder(StreamEvent)
_kind = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.Encoder().encode
_OURS: Final = frozenset(
    {
        "response.created", "response.completed", "response.incomplete", "response.failed", "response.cancelled", "error",
        "response.output_text.delta", "response.refusal.delta", "response.reasoning_summary_text.delta",
        "response.reasoning_text.delta", "response.function_call_arguments.delta", "response.custom_tool_call_input.delta",
        "response.output_item.added", "response.output_item.done",
    }
)  # fmt: skip
"""Events that must be as the reference says; what others hold may be anything."""

_READERS: Final = {
    "response.created": "_created",
    "response.in_progress": "_created",
    "response.refusal.delta": "_refusal",
    "response.reasoning_summary_text.delta": "_summary",
    "response.reasoning_text.delta": "_thought",
    "response.reasoning.delta": "_thought",
    "response.function_call_arguments.delta": "_arguments",
    "response.custom_tool_call_input.delta": "_arguments",
    "response.output_text.annotation.added": "_annotation",
    "response.output_item.added": "_added",
    "response.output_item.done": "_done",
    "response.completed": "_end",
    "response.incomplete": "_end",
    "response.failed": "_failed",
    "response.cancelled": "_failed",
    "error": "_error",
}
"""The method for each event but the most frequent, by name: a table of methods would be made for every stream."""

_Key = tuple[int, int]
"""The item's place in the output, and the part's in it: summaries count down from -1, everything else up from 0."""


class ResponseReader:
    """Reads one stream. ``complete`` once the response was said to be whole, or cut for its length."""

    __slots__ = ("_begun", "_called", "_ended", "_given", "_indexes", "_parts", "_target", "complete")

    def __init__(self, target: Target) -> None:
        self._target = target
        self._indexes: dict[_Key, int] = {}
        self._given: set[int] = set()  # parts of which something was given already
        self._parts = 0
        self._begun = False
        self._called = False
        self._ended = False
        self.complete = False

    def read(self, data: bytes) -> Sequence[Event]:
        """What one event says. Raises NotThisDialectError."""
        if self._ended:
            return ()
        try:
            event = _event.decode(data)
        except UNDECODABLE as error:
            if isinstance(error, msgspec.ValidationError) and not _is_ours(data):
                return ()
            raise NotThisDialectError(f"an event of a stream of the Responses API: {error}") from error
        kind = event.type
        if kind == "response.output_text.delta":
            return self._text(event)
        name = _READERS.get(kind or "")
        if name is None:
            return ()
        reader: Callable[[StreamEvent], Sequence[Event]] = getattr(self, name)
        return reader(event)

    # ------------------------------------------------------------ pieces

    def _index(self, key: _Key) -> int:
        """The part that a piece belongs to, which may begin with it."""
        index = self._indexes.get(key)
        if index is None:
            index = self._indexes[key] = self._parts
            self._parts += 1
        self._given.add(index)
        return index

    def _text(self, event: StreamEvent) -> Sequence[Event]:
        return (TextDelta(self._index(_content(event)), event.delta),) if event.delta else ()

    def _refusal(self, event: StreamEvent) -> Sequence[Event]:
        return (RefusalDelta(self._index(_content(event)), event.delta),) if event.delta else ()

    def _thought(self, event: StreamEvent) -> Sequence[Event]:
        return (ReasoningDelta(self._index(_content(event)), event.delta),) if event.delta else ()

    def _summary(self, event: StreamEvent) -> Sequence[Event]:
        if not event.delta:
            return ()
        key = (event.output_index or 0, _SUMMARY - (event.summary_index or 0))
        return (ReasoningDelta(self._index(key), event.delta, summary=True),)

    def _arguments(self, event: StreamEvent) -> Sequence[Event]:
        index = self._indexes.get((event.output_index or 0, _TOOL))
        if index is None or not event.delta:  # what comes before its item is in the item too
            return ()
        self._given.add(index)
        return (ToolCallDelta(index, event.delta),)

    def _annotation(self, event: StreamEvent) -> Sequence[Event]:
        if event.annotation is None or event.annotation.type != "url_citation":
            return ()
        index = self._index(_content(event))
        return (Cited(index, citation_of(event.annotation)),)

    # ------------------------------------------------------------ items

    def _added(self, event: StreamEvent) -> Sequence[Event]:
        item, place = event.item, event.output_index or 0
        if item is None:
            return ()
        for key in [key for key in self._indexes if key[0] == place]:  # a server that numbers none of its items
            del self._indexes[key]
        return self._call(item, place)

    def _call(self, item: Item, place: int) -> Sequence[Event]:
        if item.type not in ("function_call", "custom_tool_call"):
            return ()
        index = self._indexes[place, _TOOL] = self._parts
        self._parts += 1
        self._called = True
        name = qualified(item.namespace, item.name or "")
        return (ToolCallBegin(index, item.call_id or item.id or "", name, custom=item.type == "custom_tool_call"),)

    def _done(self, event: StreamEvent) -> Sequence[Event]:
        return self._finished(event.item, event.output_index or 0) if event.item is not None else ()

    def _finished(self, item: Item, place: int) -> list[Event]:
        """What a whole item holds that was not given before, and its end."""
        if item.type in ("function_call", "custom_tool_call"):
            return self._whole_call(item, place)
        events: list[Event] = []
        content = item.content if isinstance(item.content, list) else ()
        if item.type == "message":
            for number, part in enumerate(content):
                events += self._whole_text(part, (place, number))
        elif item.type == "reasoning":
            for number, part in enumerate(item.summary or ()):
                events += self._whole_thought(part.text, (place, _SUMMARY - number))
            for number, part in enumerate(content):
                events += self._whole_thought(part.text, (place, number))
            if item.encrypted_content:
                events.append(self._signed(item, place))
        return events + [PartEnd(index) for key, index in self._indexes.items() if key[0] == place]

    def _whole_call(self, item: Item, place: int) -> list[Event]:
        key = (place, _TOOL)
        events: list[Event] = [] if key in self._indexes else [*self._call(item, place)]
        index = self._indexes[key]
        arguments = item.input if item.type == "custom_tool_call" else item.arguments
        if index not in self._given and isinstance(arguments, str) and arguments:
            events.append(ToolCallDelta(index, arguments))
        return [*events, PartEnd(index)]

    def _whole_text(self, part: Content, key: _Key) -> list[Event]:
        if key in self._indexes:
            return []
        if part.refusal:
            return [RefusalDelta(self._index(key), part.refusal)]
        if not part.text:
            return []
        index = self._index(key)
        return [TextDelta(index, part.text), *(Cited(index, one) for one in citations_of(part.annotations))]

    def _whole_thought(self, text: str | None, key: _Key) -> list[Event]:
        if not text or key in self._indexes:
            return []
        return [ReasoningDelta(self._index(key), text, summary=key[1] < 0)]

    def _signed(self, item: Item, place: int) -> Event:
        """The signature of an item belongs to the last of its parts; alone it stands for the whole thought."""
        last = max((index for key, index in self._indexes.items() if key[0] == place), default=None)
        signature = Signature(self._target.provider, item.encrypted_content or "")
        if last is not None:
            return ReasoningSigned(last, signature, redacted=False, id=item.id or "")
        return ReasoningSigned(self._index((place, 0)), signature, redacted=True, id=item.id or "")

    # ------------------------------------------------------------ the response

    def _created(self, event: StreamEvent) -> Sequence[Event]:
        response = event.response
        if response is None or self._begun:
            return ()
        self._begun = True
        return (Begin(response.id or "", response.model or "", int(response.created_at or 0)),)

    def _end(self, event: StreamEvent) -> Sequence[Event]:
        response = event.response or Response()
        self._ended = self.complete = True
        events: list[Event] = [*self._created(event)]
        if not self._parts:
            for place, item in enumerate(response.output or ()):
                events += self._finished(item, place)
        usage = usage_of(response.usage)
        if usage is not None:
            events.append(Counted(usage))
        if response.status is None and event.type == "response.incomplete":
            response.status = "incomplete"
        return [*events, Finished(finish_of(response, called=self._called))]

    def _failed(self, event: StreamEvent) -> Sequence[Event]:
        self._ended = True
        return (Broken(failure_document(event.response.error if event.response is not None else msgspec.Raw())),)

    def _error(self, event: StreamEvent) -> Sequence[Event]:
        self._ended = True
        said = _encode({"code": event.code, "message": event.message, "param": event.param})
        return (Broken(failure_document(event.error, said)),)


def _content(event: StreamEvent) -> _Key:
    return (event.output_index or 0, event.content_index or 0)


def failure_document(error: msgspec.Raw, instead: bytes = b'{"message":"The response failed."}') -> bytes:
    """An error inside a stream in the form of an error's body; ``instead`` is what there is without an object for it."""
    told = bytes(error)
    return b'{"error":%b}' % (instead if told in (b"", b"null", b"{}") else told)


def _is_ours(data: bytes) -> bool:
    try:
        kind = _kind.decode(data).get("type")
        return kind is not None and msgspec.json.decode(kind) in _OURS
    except (*UNDECODABLE, TypeError):
        return True
