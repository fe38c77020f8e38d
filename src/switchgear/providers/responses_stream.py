"""Reading a stream of the Responses API while it passes: its usage, its end, the errors inside it, and whose the signatures are.

Bytes go on as they came, in whole events. JSON is decoded for the few events that carry a response, an error or a signature; every
other event costs a few searches in its bytes. What the gateway says of a response itself (its id, whether it is kept) is written
over the provider's by the edge, which knows what the client asked. Source: the reference's "Streaming events".
"""

from __future__ import annotations

from typing import Final

import msgspec

from switchgear.core.calls import Usage
from switchgear.core.errors import ProviderDisconnected, ProviderError, ProviderInvalidResponse
from switchgear.dialects.responses.answers import UNDECODABLE, usage_of
from switchgear.dialects.responses.event_reader import failure_document
from switchgear.providers.base import Redact
from switchgear.providers.errors import error_in_body
from switchgear.providers.openai_stream import CHARACTERS_PER_TOKEN, LONGEST_TOKEN, tokens_of
from switchgear.providers.responses_bodies import (
    Told,
    estimate_of_response,
    mark_items,
    mark_response,
    unmark,
    usage_of_response,
)
from switchgear.providers.sse import EventCutter, event_data, split_events

_EVENT: Final = b"event: response."
_TELLING: Final = (b'"response"', b'"encrypted_content"', b'"error"')
"""What only events that are looked into hold, but for texts that are one of these words; inside a text quotes are escaped."""
_ENDS: Final = frozenset({"response.completed", "response.incomplete"})
_FAILURES: Final = frozenset({"response.failed", "response.cancelled", "error"})


class _Event(msgspec.Struct):
    type: str | None = None
    response: Told | None = None
    error: msgspec.Raw = msgspec.Raw()


class _Delta(msgspec.Struct):
    delta: str = ""


_event = msgspec.json.Decoder(_Event)
_delta = msgspec.json.Decoder(_Delta)


class ResponsesStream:
    """One stream on its way through. ``feed`` takes what arrives and gives back what the client gets.

    The last event, which holds the whole response, is given by ``ending``, once the call is settled. Signatures are marked as the
    provider's. What an error inside shows went through ``redact``.
    """

    __slots__ = (
        "_aligned",
        "_cutter",
        "_end",
        "_failure",
        "_last",
        "_pieces",
        "_provider",
        "_received",
        "_redact",
        "_seen",
        "done",
        "usage",
    )

    def __init__(self, provider: str, redact: Redact) -> None:
        self._provider = provider
        self._redact = redact
        self._cutter = EventCutter(provider)
        self._aligned = False
        self._seen = False
        self._pieces = 0
        self._received = 0
        self._last = b""
        self._end = b""
        self._failure: ProviderError | None = None
        self.done = False
        self.usage: Usage | None = None

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
        if self._failure is not None:
            raise self._failure
        events = self._cutter.feed(data)
        if not events:
            self._aligned = False
            return b""
        given = self._inspect(events) if self.done or any(word in events for word in _TELLING) else self._count(events)
        self._aligned = self._cutter.empty and not self.done
        return given

    def _count(self, events: bytes) -> bytes:
        """Events that say nothing to us, of which the deltas are counted."""
        self._seen = self._seen or b"data:" in events
        if pieces := events.count(b'.delta"'):
            self._pieces += pieces
            self._received += len(events)
            self._last = events
        return events

    def _inspect(self, events: bytes) -> bytes:
        kept: list[bytes] = []
        for event in split_events(events):
            if self.done:
                break  # nothing counts after the end
            try:
                kept.append(self._look(event))
            except ProviderError as error:
                self.done = True
                self._failure = error  # finish raises it too
                if not any(kept):
                    raise
                # what came before it still goes to the client; the next feed raises it
        return b"".join(kept)

    def _look(self, event: bytes) -> bytes:
        """One event as the client gets it."""
        data = event_data(event)
        if not data or data.strip() == b"[DONE]":
            return b"" if data else event
        try:
            told = _event.decode(data)
        except UNDECODABLE:
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

    def _failed(self, told: _Event, data: bytes) -> ProviderError:
        """The error that an event tells of, which may be in its response, an object of its own, or its own fields."""
        if told.response is not None:
            document = failure_document(told.response.error)
        else:
            document = failure_document(told.error, data)
        failure = error_in_body(self._provider, document, self._redact)
        return failure or ProviderError(f"Provider {self._provider} told of an error.", provider=self._provider)

    def finish(self) -> bytes:
        """What was held back, once the provider's answer ended.

        Raises the error that came as an event after others, ProviderDisconnected if the response was not said to be whole, and
        ProviderInvalidResponse if there was no event at all.
        """
        rest, unfinished = self._cutter.finish()
        kept = b"" if self.done else self._inspect(rest)
        if self._failure is not None:
            raise self._failure
        if not self.done and event_data(unfinished).strip().endswith(b"}"):
            kept += self._inspect(
                unfinished.rstrip() + b"\n\n"
            )  # some servers leave out the empty line after the last event
        if self.done:
            return kept
        if not self._seen:
            raise ProviderInvalidResponse(
                f"Provider {self._provider} answered with an empty stream.", provider=self._provider
            )
        raise ProviderDisconnected(
            f"Provider {self._provider} ended the stream before its answer was complete.", provider=self._provider
        )

    def ending(self, usage: Usage) -> bytes:  # noqa: ARG002 - it is in the event already
        """The last event, with the whole response."""
        return self._end

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
        return len(msgspec.json.encode(_delta.decode(data).delta)) - 2
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
