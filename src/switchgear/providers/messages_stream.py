"""Reading a Messages stream while it passes: its usage, its end, the errors inside it, and whose the signatures are.

Bytes go on as they came, in whole events. JSON is decoded for the few events that carry usage, an error, the end or a signature;
every other event costs a few searches in its bytes. Source: https://platform.claude.com/docs/en/build-with-claude/streaming.
"""

from __future__ import annotations

import msgspec

from switchgear.core.calls import Usage
from switchgear.dialects.messages.usage import WireUsage
from switchgear.providers.base import Redact
from switchgear.providers.errors import error_in_body
from switchgear.providers.messages_bodies import (
    UNDECODABLE,
    Fields,
    estimate_of_message,
    mark_signatures,
    marked_field,
    text_size,
    unmark,
    usage_of_message,
)
from switchgear.providers.messages_wire import EVENT, Event
from switchgear.providers.openai_stream import tokens_of
from switchgear.providers.passing_stream import PassingStream
from switchgear.providers.sse import event_data

_PIECE = b"event: content_block_delta\n"
_TELLING = (b"message_", b"signature", b'"error"', b'"redacted_')
"""What only events that are looked into hold, but for texts that speak of them."""
END_OF_MESSAGE = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'


_fields = msgspec.json.Decoder(Fields)
_encode = msgspec.json.Encoder().encode


class MessagesStream(PassingStream):
    """A stream whose last event is ``message_stop``. Signatures are marked as the provider's."""

    __slots__ = ("_events", "_marked", "_received", "_stopped", "_told", "_typical")

    def __init__(self, provider: str, redact: Redact) -> None:
        super().__init__(provider, redact, end=END_OF_MESSAGE)
        self._events = 0
        self._received = 0
        self._typical = b""
        self._marked: set[int | None] = set()
        self._told = WireUsage()
        self._stopped = False

    def feed(self, data: bytes) -> bytes:
        """Whole events for the client, possibly none. Raises ProviderError for an error sent as an event."""
        if (
            self._aligned
            and data.startswith(_PIECE)
            and data.find(b"\n\n") == len(data) - 2
            and b"signature" not in data
            and 13 not in data
        ):  # one piece of a block: nearly all events are, and each test is a scan in C
            self._events += 1
            self._received += len(data)
            return data
        return self._cut(data)

    def _pass(self, events: bytes) -> bytes:
        return events if self._typical and self._are_pieces(events) else self._inspect(events)

    def _are_pieces(self, events: bytes) -> bool:
        """Whether several events are all pieces of blocks, which are then counted."""
        pieces = events.count(_PIECE)
        if self.done or pieces != events.count(b"\n\n") or any(word in events for word in _TELLING):
            return False
        self._events += pieces
        self._received += len(events)
        return True

    def _look(self, event: bytes) -> bytes:
        """One event as the client gets it."""
        data = event_data(event)
        if not data:
            return event
        self._seen = True
        try:
            told = EVENT.decode(data)
        except UNDECODABLE:
            if b'"error"' in data and (failure := error_in_body(self._provider, data, self._redact)) is not None:
                raise failure from None
            return event
        kind = told.type
        if kind == "content_block_delta":
            self._events += 1
            self._received += len(event)
            self._typical = self._typical or event
            self._regular = True
            return self._signed(event, data, told.index) if b"signature_delta" in data else event
        if kind == "content_block_start":
            return self._signed(event, data, told.index) if b"thinking" in data else event
        return self._look_at_message(event, data, told)

    def _look_at_message(self, event: bytes, data: bytes, told: Event) -> bytes:
        if told.type == "message_start":
            if told.message is not None and told.message.usage is not None:
                self._told.update(told.message.usage)
        elif told.type == "message_delta":
            self._stopped = self._stopped or (told.delta is not None and told.delta.stop_reason is not None)
            if told.usage is not None:
                self._told.update(told.usage)
                self.usage = self._told.usage()
        elif told.type == "message_stop":
            self.done = True
            self._end = event
            return b""
        elif told.type in ("error", "") and (failure := error_in_body(self._provider, data, self._redact)) is not None:
            raise failure
        return event

    def _signed(self, event: bytes, data: bytes, index: int | None) -> bytes:
        """The event with its signature marked. One that comes in pieces is marked in the first."""
        fields: Fields = _fields.decode(data)
        place = "delta" if "delta" in fields else "content_block"
        try:
            inner: Fields = _fields.decode(fields[place])
        except (KeyError, *UNDECODABLE):
            return event
        if index in self._marked or not marked_field(inner, self._provider):
            return event
        self._marked.add(index)
        fields[place] = msgspec.Raw(_encode(inner))
        name = bytes(fields["type"]).strip(b'"')
        return b"event: %b\ndata: %b\n\n" % (name, _encode(fields))

    def _ends_whole(self, data: bytes) -> bool:
        return bool(data)

    def _complete(self) -> bool:
        return self._stopped

    def estimate(self, prompt_characters: int) -> Usage:
        """Usage of a stream that broke off before it told any: what it began with, and its text at four characters a token.

        The envelope of an event hardly differs within a stream, so the text's length is what was received less one envelope
        an event.
        """
        told = self._told.usage()
        envelope = len(self._typical) - text_size(event_data(self._typical)) if self._typical else 0
        completion = tokens_of(max(self._received - self._events * envelope, 0))
        if told is None or not told.prompt_tokens:
            return Usage(tokens_of(prompt_characters), completion, estimated=True)
        return msgspec.structs.replace(told, completion_tokens=max(completion, told.completion_tokens), estimated=True)


class MessagesPassing:
    """Anthropic's Messages where both sides speak it."""

    def reader(self, provider: str, redact: Redact, *, show_usage: bool) -> MessagesStream:  # noqa: ARG002 - always shown
        """A reader for one stream."""
        return MessagesStream(provider, redact)

    def usage_of(self, provider: str, body: bytes, redact: Redact) -> Usage | None:
        """The usage in a whole answer. Raises ProviderError for one that is an error or is not one."""
        return usage_of_message(provider, body, redact)

    def estimate_of(self, body: bytes, prompt_characters: int) -> Usage:
        """Usage of a whole answer that told none."""
        return estimate_of_message(body, prompt_characters)

    def mark(self, body: bytes, provider: str) -> bytes:
        """A whole answer with its signatures marked as the provider's."""
        return mark_signatures(body, provider)

    def unmark(self, body: bytes, provider: str) -> tuple[bytes, bool]:
        """A request with the provider's own marks taken off, and whether signatures of others are in it."""
        return unmark(body, provider)
