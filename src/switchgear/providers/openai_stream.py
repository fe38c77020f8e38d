"""Reading an OpenAI stream while it passes: its usage, its end, and the errors inside it.

Bytes go on as they came, in whole events. JSON is decoded for the few events that carry usage, an error or
the end; every other event costs three searches in its bytes.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from switchgear.core.calls import MOST_TOKENS, Usage
from switchgear.core.canonical import SIGNATURE_MARK, Signature
from switchgear.core.errors import ProviderInvalidResponse
from switchgear.providers.base import Redact
from switchgear.providers.errors import error_in_body
from switchgear.providers.openai_wire import TAIL, WIRE_USAGE, WireUsage
from switchgear.providers.passing_stream import PassingStream
from switchgear.providers.sse import event_data, split_events

END_OF_STREAM = b"data: [DONE]\n\n"

_SHORT = 24
"""Shorter events may be the end marker, ``data: [DONE]``."""

CHARACTERS_PER_TOKEN = 4
"""The usual rule of thumb for English text, used where no provider counted."""


LONGEST_TOKEN = 8
"""Characters an event may carry on average and still be taken for one token."""

_NULL_FIELD = b',"usage":null'
"""How OpenAI marks every event once usage was asked for; inside a JSON string the quotes would be escaped, so these
bytes are always the field itself."""
_NULL_USAGE = re.compile(rb',\s*"usage"\s*:\s*null|"usage"\s*:\s*null\s*,')


_DETAILS = b'"reasoning_details"'
"""How OpenRouter and others give signed reasoning in chat; OpenAI's own has no field for it."""


_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encoder = msgspec.json.Encoder()
_UNDECODABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


def _whole(number: float | None) -> int:
    return int(min(max(number or 0, 0), MOST_TOKENS))


def _usage(wire: WireUsage) -> Usage | None:
    """The usage as we keep it: whole numbers that make sense together, or None where nothing was counted, or nothing but zeros."""
    if wire.prompt_tokens is None and wire.completion_tokens is None and wire.total_tokens is None:
        return None
    prompt = _whole(wire.prompt_tokens)
    completion = wire.completion_tokens
    if completion is None:
        completion = (wire.total_tokens or prompt) - prompt
    if not (prompt or _whole(completion)):
        return None  # no answer is made of nothing
    given, made = wire.prompt_tokens_details, wire.completion_tokens_details
    return Usage(
        prompt,
        _whole(completion),
        min(_whole(given.cached_tokens), prompt) if given else 0,
        _whole(made.reasoning_tokens) if made else 0,
    )


def usage_of(provider: str, body: bytes, redact: Redact) -> Usage | None:
    """The usage in a whole answer, or None if the provider gave none that can be read.

    Raises ProviderInvalidResponse when the body is not a JSON object or has no answer in it, ProviderError when it is an
    error that came with a good status; what is shown of that went through ``redact``.
    """
    try:
        tail = TAIL.decode(body)
    except _UNDECODABLE as error:
        if (told := error_in_body(provider, body, redact)) is not None:
            raise told from error
        if isinstance(error, msgspec.ValidationError) and _object(body) is not None:
            return None  # an answer all the same, only its usage has a form we do not know
        raise ProviderInvalidResponse(
            f"Provider {provider} answered with something that is not the JSON it should be.",
            provider=provider,
            cause=str(error),
        ) from error
    usage = _usage(tail.usage) if tail.usage is not None else None
    failed = _given(tail.error) or (usage is None and b'"error"' in body)
    if failed and (told := error_in_body(provider, body, redact)) is not None:
        raise told
    if not tail.answers:
        raise ProviderInvalidResponse(f"Provider {provider} answered with nothing in it.", provider=provider)
    return usage


def estimate_of(body: bytes, prompt_characters: int) -> Usage:
    """Usage of a whole answer that told none, counted from the text in it; an embedding has none."""
    text = sum(_text_size(choice) for choice in _choices(body))
    return Usage(tokens_of(prompt_characters), tokens_of(text), estimated=True)


class StreamReader(PassingStream):
    """A stream whose last event is the end marker (``data: [DONE]``).

    With ``show_usage`` false the usage that the gateway asked for is taken out again.
    """

    __slots__ = ("_events", "_last", "_opening", "_received", "_show_usage", "_typical")

    _reads_on = True

    def __init__(self, provider: str, redact: Redact, *, show_usage: bool) -> None:
        super().__init__(provider, redact, end=END_OF_STREAM)
        self._show_usage = show_usage
        self._events = 0
        self._received = 0
        self._last = b""
        self._opening = 0
        self._typical = b""

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
            and b'"error"' not in data
            and _DETAILS not in data
        ):  # one event on one line that holds nothing for us: nearly all are, and each test is a scan in C
            usage = b'"usage"' in data
            if usage and not self._show_usage:
                data = data.replace(_NULL_FIELD, b"")
                usage = b'"usage"' in data
            if not usage:
                self._events += 1
                self._received += len(data)
                self._last = data
                return data
        return self._cut(data)

    def _pass(self, events: bytes) -> bytes:
        if self.done or b'"usage"' in events or b"[DONE]" in events or b'"error"' in events or _DETAILS in events:
            return self._inspect(events)
        self._count(events)
        return events

    def _count(self, events: bytes) -> None:
        if b"data:" not in events:
            return
        self._last = events
        self._seen = True
        if not self._typical or events.startswith(b":") or b"\n:" in events:
            for event in split_events(events):
                self._count_one(event)
            return
        self._events += events.startswith(b"data:") + (
            events.count(b"\ndata:") if b"\n" in events else events.count(b"\rdata:")
        )
        self._received += len(events)

    def _count_one(self, event: bytes) -> None:
        """Count an event unless it is a comment, and note the first two: the opening and one like those to come."""
        if not event_data(event):
            return
        self._events += 1
        self._received += len(event)
        if not self._opening:
            self._opening = len(event)
        elif not self._typical:
            self._typical = event
            self._regular = True

    def _inspect(self, events: bytes) -> bytes:
        """Look into events that may carry usage, an error or the end."""
        if not self._show_usage:
            events = events.replace(_NULL_FIELD, b"")
            if b'"usage"' in events:
                events = _NULL_USAGE.sub(b"", events)
            if not self.done and not any(mark in events for mark in (b'"usage"', b"[DONE]", b'"error"', _DETAILS)):
                self._count(events)
                return events
        return super()._inspect(events)

    def _look(self, event: bytes) -> bytes:
        if self.done:
            return self._after_end(event)
        if _DETAILS in event:
            event = _marked(event, self._provider)
        data = event_data(event)
        if data.strip() == b"[DONE]":
            self.done = True
            return b""
        return self._look_into(event, data)

    def _look_into(self, event: bytes, data: bytes) -> bytes:
        """The same for one that is not the end marker."""
        fields = _object(data) if b'"usage"' in data or b'"error"' in data else None
        if fields is None:
            self._count(event)
            return event
        answers = b"{" in bytes(fields.get("choices", b""))
        if b'"error"' in data and (_given(fields.get("error")) or not answers):
            told = error_in_body(self._provider, data, self._redact)
            if told is not None:
                raise told
        if not _given(fields.get("usage")):
            self._count(event)
            return event
        self.usage = _usage_in(fields["usage"]) or self.usage
        self._seen = self._seen or self.usage is not None
        if not self._show_usage:
            if not answers:
                return b""
            del fields["usage"]
            event = b"data: %b\n\n" % _encoder.encode(fields).replace(b"\n", b"\ndata: ")
        if answers:
            self._count(event)
        return event

    def _after_end(self, event: bytes) -> bytes:
        """Of what comes after the end marker usage alone is read, and nothing passes: clients take the marker for the last event."""
        fields = _object(event_data(event)) if b'"usage"' in event else None
        if fields is not None and _given(fields.get("usage")):
            self.usage = _usage_in(fields["usage"]) or self.usage
        return b""

    def _ends_whole(self, data: bytes) -> bool:
        return data == b"[DONE]"

    def _complete(self) -> bool:
        return any(choice.get("finish_reason") for choice in _choices(event_data(self._last_event())))

    def _last_event(self) -> bytes:
        """The last event that carried data."""
        return next((event for event in reversed(split_events(self._last)) if event_data(event)), b"")

    def estimate(self, prompt_characters: int) -> Usage:
        """Usage of a stream that told none: counted from the events and the text that passed.

        The first event opens the answer. Each other one is taken for a token, as most providers send them, unless
        events carry more than a token has: then a token is four characters. The envelope of an event hardly differs
        within a stream, so the text's length is what was received less one envelope an event.
        """
        completion = max(self._events - 1, 0)
        envelopes = [
            len(event) - text
            for event in (self._typical, self._last_event())
            if (text := sum(_text_size(choice) for choice in _choices(event_data(event))))
        ]
        if envelopes:
            characters = self._received - self._opening - completion * min(envelopes)
            if characters > LONGEST_TOKEN * completion:
                completion = characters // CHARACTERS_PER_TOKEN
        return Usage(tokens_of(prompt_characters), completion, estimated=True)


def tokens_of(characters: int) -> int:
    """About how many tokens a text of this length is."""
    return -(-characters // CHARACTERS_PER_TOKEN)


def _object(data: bytes) -> dict[str, msgspec.Raw] | None:
    """The fields of a JSON object, still encoded; None for anything else."""
    try:
        fields: dict[str, msgspec.Raw] = _fields.decode(data)
    except _UNDECODABLE:
        return None
    return fields


def _given(field: msgspec.Raw | None) -> bool:
    return field is not None and bytes(field) != b"null"


def _usage_in(field: msgspec.Raw) -> Usage | None:
    try:
        return _usage(WIRE_USAGE.decode(field))
    except _UNDECODABLE:
        return None


def _choices(data: bytes) -> list[dict[str, Any]]:
    """The choices in an event's data or in a whole answer, whatever else it holds."""
    try:
        document = msgspec.json.decode(data)
    except _UNDECODABLE:
        return []
    choices = document.get("choices") if isinstance(document, dict) else None
    return [choice for choice in choices if isinstance(choice, dict)] if isinstance(choices, list) else []


def _text_size(choice: dict[str, Any]) -> int:
    """Bytes of text, as encoded, that one choice of an event adds to an answer, or that one of a whole answer holds."""
    delta = choice.get("delta") or choice.get("message")
    if not isinstance(delta, dict):
        delta = {"content": choice.get("text")}
    texts = [delta.get(name) for name in ("content", "reasoning_content", "reasoning", "refusal")]
    calls = delta.get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        function = call.get("function") if isinstance(call, dict) else None
        texts.append(function.get("arguments") if isinstance(function, dict) else None)
    return sum(len(_encoder.encode(text)) - 2 for text in texts if isinstance(text, str))


def mark_details(document: bytes, provider: str) -> bytes:
    """A chunk or a whole answer with the signatures of its ``reasoning_details`` marked as the provider's.

    The same object where there are none.
    """
    changed = False
    try:
        told = msgspec.json.decode(document)
    except _UNDECODABLE:
        return document
    choices = told.get("choices") if isinstance(told, dict) else None
    for choice in choices if isinstance(choices, list) else ():
        message = (choice.get("delta") or choice.get("message")) if isinstance(choice, dict) else None
        details = message.get("reasoning_details") if isinstance(message, dict) else None
        for detail in details if isinstance(details, list) else ():
            for name in ("signature", "data"):
                signed = detail.get(name) if isinstance(detail, dict) else None
                if isinstance(signed, str) and signed and not signed.startswith(SIGNATURE_MARK):
                    detail[name] = Signature(provider, signed).marked()
                    changed = True
    return _encoder.encode(told) if changed else document


def _marked(event: bytes, provider: str) -> bytes:
    data = event_data(event)
    marked = mark_details(data, provider)
    return event if marked is data else b"data: %b\n\n" % marked
