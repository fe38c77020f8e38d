"""Reading a stream of the Responses API while it passes: its usage, its end, the errors inside it, and whose the signatures are.

Bytes go on as they came, in whole events. JSON is decoded for the few events that carry a response, an error or a signature; every
other event costs a few searches in its bytes. What the gateway says of a response itself (its id, whether it is kept) is written
over the provider's by the edge, which knows what the client asked. Source: the reference's "Streaming events".
"""

from __future__ import annotations

from typing import Final

import msgspec

from switchgear.core.calls import Usage
from switchgear.core.errors import ProviderError
from switchgear.dialects.responses.answers import UNDECODABLE, usage_of
from switchgear.dialects.responses.event_reader import failure_document
from switchgear.dialects.surrogates import Halves
from switchgear.providers.base import Redact
from switchgear.providers.errors import error_in_body
from switchgear.providers.openai_stream import CHARACTERS_PER_TOKEN, LONGEST_TOKEN, tokens_of
from switchgear.providers.passing_stream import PassingStream
from switchgear.providers.responses_bodies import (
    estimate_of_response,
    mark_items,
    mark_response,
    unmark,
    usage_of_response,
)
from switchgear.providers.responses_wire import DELTA, EVENT, Event
from switchgear.providers.sse import event_data, split_events

_EVENT: Final = b"event: response."
_TELLING: Final = (b'"response"', b'"encrypted_content"', b'"error"')
"""What only events that are looked into hold, but for texts that are one of these words; inside a text quotes are escaped."""
_ENDS: Final = frozenset({"response.completed", "response.incomplete"})
_FAILURES: Final = frozenset({"response.failed", "response.cancelled", "error"})


class ResponsesStream(PassingStream):
    """A stream whose last event holds the whole response. Signatures are marked as the provider's."""

    __slots__ = ("_last", "_pieces", "_received")

    def __init__(self, provider: str, redact: Redact) -> None:
        super().__init__(provider, redact, regular=True)
        self._pieces = 0
        self._received = 0
        self._last = b""

    def feed(self, data: bytes) -> bytes:
        """Whole events for the client, possibly none. Raises ProviderError for an error sent as an event."""
        if (
            self._aligned
            and data.startswith(_EVENT)
            and data.find(b".delta\n", 16, 80) > 0
            and data.find(b"\n\n") == len(data) - 2
            and 13 not in data
        ):  # one delta: nearly all events are, and each test is a scan in C
            self._pieces += 1
            self._received += len(data)
            self._last = data
            return data
        return self._cut(data)

    def _pass(self, events: bytes) -> bytes:
        if self.done or any(word in events for word in _TELLING):
            return self._inspect(events)
        return self._count(events)

    def _count(self, events: bytes) -> bytes:
        """Events that say nothing to us, of which the deltas are counted."""
        self._seen = self._seen or b"data:" in events
        if pieces := events.count(b'.delta"'):
            self._pieces += pieces
            self._received += len(events)
            self._last = events
        return events

    def _look(self, event: bytes) -> bytes:
        """One event as the client gets it."""
        data = event_data(event)
        if not data or data.strip() == b"[DONE]":
            return b"" if data else event
        try:
            told = EVENT.decode(data)
        except UNDECODABLE:
            mended = Halves().mended(data) if b'"response"' in data else data
            if mended != data:  # texts of a response are whole, so what stands alone in them stays alone
                return self._look(b"data: %b\n\n" % mended)
            if (failure := error_in_body(self._provider, data, self._redact)) is not None:
                raise failure from None
            return self._count(event)
        self._seen = True
        if told.type in _FAILURES or (told.type is None and bytes(told.error)):
            raise self._failed(told, data)
        if told.type in _ENDS:
            self.done = True
            self.usage = usage_of(told.response.usage) if told.response is not None else None
            self._end = mark_response(event, data, self._provider)
            return b""
        if told.response is None:
            self._count(event)
        return mark_items(event, self._provider)

    def _failed(self, told: Event, data: bytes) -> ProviderError:
        """The error that an event tells of, which may be in its response, an object of its own, or its own fields."""
        if told.response is not None:
            document = failure_document(told.response.error)
        else:
            document = failure_document(told.error, data)
        failure = error_in_body(self._provider, document, self._redact)
        return failure or ProviderError(f"Provider {self._provider} told of an error.", provider=self._provider)

    def _ends_whole(self, data: bytes) -> bool:
        return data.endswith(b"}")

    def estimate(self, prompt_characters: int) -> Usage:
        """Usage of a stream that told none: a token for each delta, as most providers send them, unless they carry more than a
        token has. The envelope of a delta hardly differs within a stream, so the text's length is what was received less one
        envelope a delta."""
        completion = self._pieces
        last = next((event for event in reversed(split_events(self._last)) if b'.delta"' in event), b"")
        if last:
            envelope = len(last) - _text_size(event_data(last))
            characters = self._received - self._pieces * envelope
            if characters > LONGEST_TOKEN * completion:
                completion = characters // CHARACTERS_PER_TOKEN
        return Usage(tokens_of(prompt_characters), completion, estimated=True)


def _text_size(data: bytes) -> int:
    try:
        return len(msgspec.json.encode(DELTA.decode(data).delta)) - 2
    except UNDECODABLE:
        return 0


class ResponsesPassing:
    """OpenAI's Responses where both sides speak it."""

    def reader(self, provider: str, redact: Redact, *, show_usage: bool) -> ResponsesStream:  # noqa: ARG002 - always shown
        """A reader for one stream."""
        return ResponsesStream(provider, redact)

    def usage_of(self, provider: str, body: bytes, redact: Redact) -> Usage | None:
        """The usage in a whole answer. Raises ProviderError for one that is an error or is not one."""
        return usage_of_response(provider, body, redact)

    def estimate_of(self, body: bytes, prompt_characters: int) -> Usage:
        """Usage of a whole answer that told none."""
        return estimate_of_response(body, prompt_characters)

    def mark(self, body: bytes, provider: str) -> bytes:
        """A whole answer with its signatures marked as the provider's."""
        return mark_response(body, body, provider)

    def unmark(self, body: bytes, provider: str) -> tuple[bytes, bool]:
        """A request with the provider's own marks taken off, and whether signatures of others are in it."""
        return unmark(body, provider)
