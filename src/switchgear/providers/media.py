"""Answers of the endpoints beside chat: images, sound, transcripts, moderations, rankings. They pass as bytes.

What is read of them on the way is their usage, and whether they are errors that came with a good status. Sources: the answers
and events of OpenAI's Images and Audio APIs (https://platform.openai.com/docs/api-reference); Cohere's and Jina's of rerank.
"""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec

from switchgear.core.calls import MOST_TOKENS, Usage
from switchgear.core.errors import ProviderError, ProviderInvalidResponse
from switchgear.providers.base import Operation, Redact
from switchgear.providers.catalogue.prices import Units
from switchgear.providers.errors import error_in_body
from switchgear.providers.sse import EventCutter, event_data, split_events

MEDIA: Final = frozenset(
    {
        Operation.IMAGE,
        Operation.IMAGE_EDIT,
        Operation.IMAGE_VARIATION,
        Operation.SPEECH,
        Operation.TRANSCRIPTION,
        Operation.TRANSLATION,
        Operation.MODERATION,
        Operation.RERANK,
    }
)
"""The operations whose answers are read here."""

EVENT_STREAM: Final = b"text/event-stream"
T = TypeVar("T")
_IMAGES = frozenset({Operation.IMAGE, Operation.IMAGE_EDIT, Operation.IMAGE_VARIATION})
_TEXTS = frozenset({Operation.TRANSCRIPTION, Operation.TRANSLATION})
_MOST_SECONDS: Final = 10**6
"""More than any sound that is taken lasts."""
_Number = int | float | None


class Measured(msgspec.Struct, frozen=True):
    """What an answer tells of its size: tokens, and what is counted where tokens are not."""

    usage: Usage = Usage()
    units: Units = Units()


class _Details(msgspec.Struct):
    cached_tokens: _Number = None
    reasoning_tokens: _Number = None


class _Usage(msgspec.Struct):
    input_tokens: _Number = None
    output_tokens: _Number = None
    prompt_tokens: _Number = None
    completion_tokens: _Number = None
    total_tokens: _Number = None
    seconds: _Number = None
    input_tokens_details: _Details | None = None


class _Billed(msgspec.Struct):
    search_units: _Number = None


class _Meta(msgspec.Struct):
    billed_units: _Billed | None = None


_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_usage = msgspec.json.Decoder(_Usage)
_meta = msgspec.json.Decoder(_Meta)
_list = msgspec.json.Decoder(list[msgspec.Raw])
_number = msgspec.json.Decoder(float, strict=False)
_UNDECODABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


def measured(provider: str, operation: Operation, content_type: bytes, body: bytes, redact: Redact) -> Measured:
    """What a whole answer tells of its size.

    Raises ProviderInvalidResponse for what is no answer to ``operation``, ProviderError for an error that came with a good status.
    """
    kind = content_type.partition(b";")[0].strip().lower()
    if operation in _TEXTS and b"json" not in kind and kind not in (b"", b"text/html"):
        return Measured()  # plain text or subtitles
    try:
        fields = _fields.decode(body)
    except _UNDECODABLE as error:
        shown = redact(kind.decode("latin-1"))[:80] or "no content type"
        raise ProviderInvalidResponse(
            f"Provider {provider} answered {operation.value} with {shown} that is not the JSON it should be.",
            provider=provider,
            cause=str(error),
        ) from error
    if "error" in fields and (told := error_in_body(provider, body, redact)) is not None:
        raise told
    images = _length(fields.get("data")) if operation in _IMAGES else 0
    meta = _read(_meta, fields.get("meta"))
    searches = meta.billed_units.search_units if meta is not None and meta.billed_units is not None else None
    queries = (1 if searches is None else _whole(searches)) if operation is Operation.RERANK else 0
    return _measured(fields, images, queries)


def _measured(fields: dict[str, msgspec.Raw], images: int, queries: int = 0) -> Measured:
    """The usage in an answer or event, as far as it is there and can be read."""
    wire = _read(_usage, fields.get("usage")) or _Usage()
    seconds = wire.seconds if wire.seconds is not None else _read(_number, fields.get("duration"))
    units = Units(images=images, seconds=float(min(max(seconds or 0, 0), _MOST_SECONDS)), queries=queries)
    return Measured(_tokens(wire), units)


def _tokens(wire: _Usage) -> Usage:
    prompt = wire.input_tokens if wire.input_tokens is not None else wire.prompt_tokens
    made = wire.output_tokens if wire.output_tokens is not None else wire.completion_tokens
    if prompt is None:
        prompt = max((wire.total_tokens or 0) - (made or 0), 0)
    if made is None:
        made = max((wire.total_tokens or prompt) - prompt, 0)
    cached = _whole(wire.input_tokens_details.cached_tokens) if wire.input_tokens_details is not None else 0
    return Usage(_whole(prompt), _whole(made), min(cached, _whole(prompt)))


def _whole(number: float | None) -> int:
    return int(min(max(number or 0, 0), MOST_TOKENS))


def _length(raw: msgspec.Raw | None) -> int:
    found = _read(_list, raw)
    return len(found) if found is not None else 0


def _read(decoder: msgspec.json.Decoder[T], raw: msgspec.Raw | None) -> T | None:
    """What ``raw`` says, None where it says nothing or says it in a form we do not know."""
    if raw is None:
        return None
    try:
        return decoder.decode(raw)
    except _UNDECODABLE:
        return None


class EventPassage:
    """A stream of events on its way through, whole events only. ``units`` are what was counted of it so far."""

    __slots__ = ("_cutter", "_failure", "_provider", "_redact", "_seen", "done", "units", "usage")

    def __init__(self, provider: str, redact: Redact, characters: int) -> None:
        self._cutter = EventCutter(provider)
        self._provider = provider
        self._redact = redact
        self._failure: ProviderError | None = None
        self._seen = False
        self.done = False
        self.usage: Usage | None = None
        self.units = Units(characters=characters)

    def feed(self, data: bytes) -> bytes:
        """Whole events for the client, possibly none. Raises ProviderError for an error in their place."""
        if self._failure is not None:
            raise self._failure
        events = self._cutter.feed(data)
        if not events:
            return b""
        if b'"usage"' in events or b'"error"' in events or b"[DONE]" in events:
            events = self._looked_at(events)
        self._seen = self._seen or bool(events)
        return events

    def _looked_at(self, events: bytes) -> bytes:
        passed: list[bytes] = []
        for event in split_events(events):
            data = event_data(event)
            if data.strip() == b"[DONE]":
                self.done = True
            elif b'"usage"' in data or b'"error"' in data:
                self._read(data)
            if self._failure is not None:
                self.done = True
                if not passed:
                    raise self._failure
                break
            passed.append(event)
        return b"".join(passed)

    def _read(self, data: bytes) -> None:
        try:
            fields = _fields.decode(data)
        except _UNDECODABLE:
            return
        if "error" in fields or bytes(fields.get("type", b"")) == b'"error"':
            self._failure = error_in_body(self._provider, data, self._redact)
        if "usage" in fields:
            images = self.units.images + (b".completed" in bytes(fields.get("type", b"")))
            told = _measured(fields, images)
            self.usage = told.usage
            self.units = msgspec.structs.replace(told.units, characters=self.units.characters)

    def finish(self) -> bytes:
        """What was held back, once the provider's answer ended. Raises ProviderError for an error and an empty stream."""
        if self._failure is not None:
            raise self._failure
        rest, unfinished = self._cutter.finish()
        if unfinished.strip() and (unfinished.rstrip().endswith((b"}", b"[DONE]"))):
            rest += unfinished.rstrip() + b"\n\n"  # some servers leave out the empty line after the last event
        rest = self._looked_at(rest) if rest else rest
        if not self._seen and not rest:
            name = self._provider
            raise ProviderInvalidResponse(f"Provider {name} answered with an empty stream.", provider=name)
        return rest

    def ending(self, usage: Usage) -> bytes:  # noqa: ARG002 - the protocol's
        """Nothing: the provider's own end marker passed."""
        return b""

    def estimate(self, prompt_characters: int) -> Usage:  # noqa: ARG002 - the protocol's
        """Nothing is estimated: what passed is no text."""
        return Usage()


class BytesPassage:
    """Sound on its way through, as it comes; it is counted by the ``characters`` that are spoken."""

    __slots__ = ("_provider", "_seen", "done", "units", "usage")

    def __init__(self, provider: str, characters: int) -> None:
        self.units = Units(characters=characters)
        self._provider = provider
        self._seen = False
        self.done = False
        self.usage: Usage | None = None

    def feed(self, data: bytes) -> bytes:
        """The same."""
        self._seen = True
        return data

    def finish(self) -> bytes:
        """Nothing is held back. Raises ProviderInvalidResponse when there was nothing."""
        if not self._seen:
            name = self._provider
            raise ProviderInvalidResponse(f"Provider {name} answered with no sound at all.", provider=name)
        return b""

    def ending(self, usage: Usage) -> bytes:  # noqa: ARG002 - the protocol's
        """Nothing follows."""
        return b""

    def estimate(self, prompt_characters: int) -> Usage:  # noqa: ARG002 - the protocol's
        """Nothing is estimated: what passed is no text."""
        return Usage()


def passage_of(
    provider: str, operation: Operation, content_type: bytes, redact: Redact, characters: int = 0
) -> EventPassage | BytesPassage | None:
    """How an answer of this content type passes while it comes; None for one that is to be read whole.

    ``characters`` is how many are to be spoken.
    """
    kind = content_type.partition(b";")[0].strip().lower()
    if kind == EVENT_STREAM:
        return EventPassage(provider, redact, characters)
    if operation is Operation.SPEECH and b"json" not in kind and not kind.startswith(b"text/"):
        return BytesPassage(provider, characters)
    return None
