"""Reading an OpenAI stream while it passes: its usage, its end, and the errors inside it.

Bytes go on as they came, in whole events. JSON is decoded for the few events that carry usage, an error or
the end; every other event costs three searches in its bytes.
"""

from __future__ import annotations

import msgspec

from switchgear.core.calls import Usage
from switchgear.core.errors import ProviderDisconnected, ProviderInvalidResponse
from switchgear.providers.openai_errors import error_in_body
from switchgear.providers.sse import EventCutter, event_data, split_events

_SHORT = 24
"""Shorter events may be the end marker, ``data: [DONE]``."""

CHARACTERS_PER_TOKEN = 4
"""The usual rule of thumb for English text, used where no provider counted."""


class _Details(msgspec.Struct):
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


class _WireUsage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Details | None = None


class _Function(msgspec.Struct):
    arguments: str | None = None


class _ToolCall(msgspec.Struct):
    function: _Function | None = None


class _Delta(msgspec.Struct):
    content: str | None = None
    reasoning_content: str | None = None
    refusal: str | None = None
    tool_calls: list[_ToolCall] | None = None


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    text: str | None = None
    finish_reason: str | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] = []
    usage: _WireUsage | None = None


class _Tail(msgspec.Struct):
    usage: _WireUsage | None = None


_chunk = msgspec.json.Decoder(_Chunk)
_tail = msgspec.json.Decoder(_Tail)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encoder = msgspec.json.Encoder()
_UNDECODABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


def _usage(wire: _WireUsage) -> Usage:
    prompt = wire.prompt_tokens or 0
    completion = wire.completion_tokens
    if completion is None:
        completion = max((wire.total_tokens or prompt) - prompt, 0)
    given, made = wire.prompt_tokens_details, wire.completion_tokens_details
    return Usage(
        max(prompt, 0),
        max(completion, 0),
        (given.cached_tokens or 0) if given else 0,
        (made.reasoning_tokens or 0) if made else 0,
    )


def usage_of(provider: str, body: bytes) -> Usage | None:
    """The usage in a whole answer, or None if the provider gave none.

    Raises ProviderInvalidResponse when the body is not a JSON object, ProviderError when it is an error
    that came with a good status.
    """
    try:
        wire = _tail.decode(body).usage
    except _UNDECODABLE as error:
        if (told := error_in_body(provider, body)) is not None:
            raise told from error
        raise ProviderInvalidResponse(
            f"Provider {provider} answered with something that is not the JSON it should be.",
            provider=provider,
            cause=str(error),
        ) from error
    if wire is not None:
        return _usage(wire)
    if b'"error"' in body and (told := error_in_body(provider, body)) is not None:
        raise told
    return None


class StreamReader:
    """One stream on its way through. ``feed`` takes what arrives and gives back what the client gets.

    With ``show_usage`` false the usage that the gateway asked for is taken out again. The end marker
    (``data: [DONE]``) is never given back by ``feed``: the caller sends it when the call is settled.
    """

    __slots__ = (
        "_aligned",
        "_cutter",
        "_events",
        "_last",
        "_provider",
        "_received",
        "_show_usage",
        "done",
        "usage",
    )

    def __init__(self, provider: str, *, show_usage: bool) -> None:
        self._provider = provider
        self._show_usage = show_usage
        self._cutter = EventCutter(provider)
        self._events = 0
        self._received = 0
        self._aligned = True
        self._last = b""
        self.done = False
        self.usage: Usage | None = None

    def feed(self, data: bytes) -> bytes:
        """Whole events for the client, possibly none. Raises ProviderError for an error sent as an event."""
        size = len(data)
        if (
            self._aligned
            and size > _SHORT
            and data.find(10) == size - 2
            and data[-1] == 10
            and 13 not in data
            and data.startswith(b"data:")
            and b'"usage"' not in data
            and b'"error"' not in data
        ):  # one event on one line that holds nothing for us: nearly all are, and each test is a scan in C
            self._events += 1
            self._received += size
            self._last = data
            return data
        events = self._cutter.feed(data)
        self._aligned = self._cutter.empty
        if not events:
            return b""
        if b'"usage"' in events or b"[DONE]" in events or b'"error"' in events:
            return self._inspect(events)
        self._count(events)
        return events

    def _count(self, events: bytes) -> None:
        self._events += events.count(b"\n\n") or events.count(b"\r\n\r\n")
        self._received += len(events)
        if b"data:" in events:
            self._last = events

    def _inspect(self, events: bytes) -> bytes:
        """Look into events that may carry usage, an error or the end."""
        if not self._show_usage:
            # OpenAI marks every event with a null once usage was asked for; inside a JSON string the quotes
            # would be escaped, so these bytes are always the field itself
            events = events.replace(b',"usage":null', b"")
            if b'"usage"' not in events and b"[DONE]" not in events and b'"error"' not in events:
                self._count(events)
                return events
        kept = [self._look(event) for event in split_events(events)]
        return b"".join(kept)

    def _look(self, event: bytes) -> bytes:
        data = event_data(event)
        if data.strip() == b"[DONE]":
            self.done = True
            return b""
        if b'"usage"' not in data and b'"error"' not in data:
            self._count(event)
            return event
        try:
            chunk = _chunk.decode(data)
        except _UNDECODABLE:
            chunk = None
        if b'"error"' in data and (chunk is None or not chunk.choices):
            told = error_in_body(self._provider, data)
            if told is not None:
                raise told
        if chunk is None or chunk.usage is None:
            self._count(event)
            return event
        self.usage = _usage(chunk.usage)
        if self._show_usage:
            self._last = event if chunk.choices else self._last
            return event
        if not chunk.choices:
            return b""
        fields = _fields.decode(data)
        fields.pop("usage", None)
        event = b"data: %b\n\n" % _encoder.encode(fields)
        self._count(event)
        return event

    def finish(self) -> bytes:
        """What was held back, once the provider's answer ended.

        Raises ProviderDisconnected if the stream neither said it was done nor gave a finish reason, and
        ProviderInvalidResponse if it held no event at all.
        """
        rest = self._cutter.finish()
        kept = self._inspect(rest) if rest else b""
        if self.done:
            return kept
        if not self._events and self.usage is None:
            raise ProviderInvalidResponse(
                f"Provider {self._provider} answered with an empty stream.", provider=self._provider
            )
        last = self._sample(self._last)
        if last is None or not any(choice.finish_reason for choice in last.choices):
            raise ProviderDisconnected(
                f"Provider {self._provider} ended the stream before its answer was complete.", provider=self._provider
            )
        self.done = True
        return kept

    def _sample(self, events: bytes) -> _Chunk | None:
        """The last event of a batch, decoded."""
        for event in reversed(split_events(events)):
            try:
                return _chunk.decode(event_data(event))
            except _UNDECODABLE:
                continue
        return None

    def estimate(self, prompt_characters: int) -> Usage:
        """Usage of a stream that told none: counted from the events and the text that passed.

        The envelope of an event hardly differs within a stream, so the text's length is what was received
        less one envelope an event; a token is an event, or four characters if events carry more.
        """
        completion = 0
        sample = self._sample(self._last)
        if self._events and sample is not None:
            text = sum(len(_text(choice)) for choice in sample.choices)
            size = len(split_events(self._last)[-1]) if self._last else 0
            characters = self._received - self._events * max(size - text, 0)
            completion = max(self._events - 1, characters // CHARACTERS_PER_TOKEN, 0)
        return Usage(tokens_of(prompt_characters), completion, estimated=True)


def tokens_of(characters: int) -> int:
    """About how many tokens a text of this length is."""
    return -(-characters // CHARACTERS_PER_TOKEN)


def _text(choice: _Choice) -> str:
    delta = choice.delta
    if delta is None:
        return choice.text or ""
    calls = "".join(call.function.arguments or "" for call in delta.tool_calls or () if call.function)
    return (delta.content or "") + (delta.reasoning_content or "") + (delta.refusal or "") + calls


END_OF_STREAM = b"data: [DONE]\n\n"
