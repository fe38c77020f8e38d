"""Responses on their way to a client: what the gateway says of them itself is written over what a provider said.

A response has an id of the gateway's own, and whether it is kept, made in the background and goes on from another one is known
here alone. Events that carry no response pass as they came. Source: the reference's "Streaming events".
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

import msgspec

from switchgear.core.errors import ProviderInvalidResponse, SwitchgearError
from switchgear.dialects.responses.answers import UNDECODABLE
from switchgear.dialects.responses.conversation import array
from switchgear.dialects.responses.errors import error_members, error_object
from switchgear.providers.sse import event_data, split_events

_RESPONSE: Final = b'"response"'
_NUMBER: Final = b'"sequence_number"'
_ITEM_DONE: Final = b'"response.output_item.done"'
_NULL: Final = msgspec.Raw(b"null")
_encode = msgspec.json.Encoder().encode
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


class _Event(msgspec.Struct):
    type: str = ""
    sequence_number: int = -1
    response: msgspec.Raw = msgspec.Raw()
    item: msgspec.Raw = msgspec.Raw()


class _Status(msgspec.Struct):
    status: str = "completed"
    background: bool = False
    output: list[msgspec.Raw] = []


_event = msgspec.json.Decoder(_Event)
_status = msgspec.json.Decoder(_Status)
_anything = msgspec.json.Decoder()


def status_of(document: bytes) -> str:
    """The status that a response says it has."""
    return _status.decode(document).status


def readable(document: bytes) -> bool:
    """Whether a response of a provider has the form that a conversation can go on from, and can be read to its depths."""
    try:
        _status.decode(document)
        _anything.decode(document)
    except UNDECODABLE:
        return False
    return True


def in_background(document: bytes) -> bool:
    """Whether a response says it was made in the background."""
    return _status.decode(document).background


def ended(document: bytes, status: str, *, error: bytes | None = None, items: list[bytes] | None = None) -> bytes:
    """A response that ended before it was whole. ``error`` is JSON; ``items`` is what there is of its output."""
    fields = _fields.decode(document)
    fields |= {"status": msgspec.Raw(_encode(status)), "completed_at": _NULL, "incomplete_details": _NULL}
    fields["error"] = msgspec.Raw(error) if error is not None else _NULL
    if items or "output" not in fields:
        fields["output"] = msgspec.Raw(array(items or ()))
    return _encode(fields)


class Overlay:
    """What the gateway says of one response."""

    __slots__ = ("_members", "id")

    def __init__(self, response_id: str, *, store: bool, background: bool, previous_id: str | None) -> None:
        self.id = response_id
        said = {"id": response_id, "store": store, "background": background, "previous_response_id": previous_id}
        self._members = {name: msgspec.Raw(_encode(value)) for name, value in said.items()}

    def say(self, members: Mapping[str, object]) -> None:
        """Say these members otherwise from now on."""
        self._members |= {name: msgspec.Raw(_encode(value)) for name, value in members.items()}

    def over(self, document: bytes | msgspec.Raw) -> bytes:
        """The response with it. Raises ProviderInvalidResponse for what is no JSON object."""
        try:
            raw = bytes(document)
            raw.decode()  # members are not decoded, and need not be UTF-8 otherwise
            return _encode(_fields.decode(raw) | self._members)
        except UNDECODABLE as error:
            raise ProviderInvalidResponse("The provider's response is not a JSON object.") from error

    def bare(self, model: str) -> bytes:
        """A response of which nothing else is known."""
        fields = {"object": "response", "created_at": int(time.time()), "status": "in_progress", "model": model}
        return self.over(_encode(fields | {"output": [], "usage": None, "error": None}))


class ResponseEvents:
    """The events of one streamed response. ``document`` is the response as the last of them that carried it said.

    It is always a JSON object. A stream with a response that is none is over: taking of it raises ProviderInvalidResponse ever after.
    """

    __slots__ = ("_begun", "_items", "_last", "_unnumbered", "_wrong", "document", "overlay")

    def __init__(self, overlay: Overlay, document: bytes) -> None:
        self.overlay = overlay
        self.document = document
        self._items: list[bytes] = []
        self._last = b""
        self._begun = False
        self._unnumbered = 0  # how many got a number here
        self._wrong: ProviderInvalidResponse | None = None  # raised where errors after the end marker do not count

    def take(self, events: bytes) -> bytes:
        """Whole events as the client gets them. Raises ProviderInvalidResponse."""
        if self._wrong is not None:
            raise self._wrong
        if self._unnumbered or (not self._last and events and _NUMBER not in events):
            events = self._numbered(events)
        try:
            events = self.restated(events)
        except ProviderInvalidResponse as error:
            self._wrong = error
            raise
        self._last = events or self._last
        return events

    def restated(self, events: bytes) -> bytes:
        """The events with what the overlay says now."""
        if _RESPONSE in events or _ITEM_DONE in events:
            return b"".join([self._look(event) for event in split_events(events)])
        return events

    def _numbered(self, events: bytes) -> bytes:
        """The events with numbers, which some providers leave out."""
        numbered = []
        for event in split_events(events):
            head, brace, tail = event.rpartition(b"}")
            if brace:
                event = b'%b,"sequence_number":%d}%b' % (head, self._unnumbered, tail)  # noqa: PLW2901 - it is the same one
                self._unnumbered += 1
            numbered.append(event)
        return b"".join(numbered)

    def _look(self, event: bytes) -> bytes:
        data = event_data(event)
        try:
            told = _event.decode(data)
            if not bytes(told.response):
                if told.type == "response.output_item.done" and bytes(told.item).startswith(b"{"):
                    self._items.append(bytes(told.item))
                return event
            fields = _fields.decode(data)
        except UNDECODABLE as error:
            if _RESPONSE not in data:
                return event
            raise ProviderInvalidResponse("The provider sent an event with a response that cannot be read.") from error
        if not told.type.isprintable():  # it is written as a line
            raise ProviderInvalidResponse("The provider sent an event of a type that cannot be read.")
        self.document = self.overlay.over(told.response)
        self._begun = True
        fields["response"] = msgspec.Raw(self.document)
        return b"event: %b\ndata: %b\n\n" % (told.type.encode(), _encode(fields))

    def fail(self, error: SwitchgearError) -> bytes:
        """The end of a stream that broke off: ``error`` and ``response.failed``, with the items that were whole."""
        return self._end("failed", error)

    def cancel(self) -> bytes:
        """The end of a stream that was broken off by whom it was for."""
        return self._end("cancelled", None)

    def forget(self, document: bytes) -> None:
        """Go back to ``document``, without the items that were whole."""
        self.document = document
        self._items.clear()

    def _end(self, status: str, error: SwitchgearError | None) -> bytes:
        number = self._next_number()
        written = [] if self._begun else [(b"response.created", b'"response":' + self.document)]
        if error is not None:
            written.append((b"error", error_members(error)))
        problem = error_object(error) if error is not None else None
        self.document = ended(self.document, status, error=problem, items=self._items)
        written.append((b"response." + status.encode(), b'"response":' + self.document))
        return b"".join([_written(kind, members, number + place) for place, (kind, members) in enumerate(written)])

    def _next_number(self) -> int:
        return max((number_of(event) for event in split_events(self._last)), default=-1) + 1


def number_of(event: bytes) -> int:
    """The number of an event; -1 for one that has none."""
    try:
        return _event.decode(event_data(event)).sequence_number
    except UNDECODABLE:
        return -1


def _written(kind: bytes, members: bytes, number: int) -> bytes:
    return b'event: %b\ndata: {"type":"%b",%b,"sequence_number":%d}\n\n' % (kind, kind, members, number)
