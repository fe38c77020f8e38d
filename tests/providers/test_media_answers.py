"""What is read of answers beside chat while they pass: usage, units, errors, ends."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.calls import Usage
from switchgear.core.errors import ProviderError, ProviderInvalidResponse, ProviderRateLimited
from switchgear.providers.base import Operation
from switchgear.providers.catalogue import Units
from switchgear.providers.media import BytesPassage, EventPassage, measured, passage_of

JSON = b"application/json"


def read(operation: Operation, answer: Any, content_type: bytes = JSON) -> tuple[Usage, Units]:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    told = measured("p", operation, content_type, body, str)
    return told.usage, told.units


# ---------------------------------------------------------------- whole answers


@pytest.mark.parametrize(
    ("operation", "answer", "usage", "units"),
    [
        (Operation.IMAGE, {"data": [{}, {}]}, Usage(), Units(images=2)),
        (
            Operation.IMAGE_EDIT,
            {
                "data": [{}],
                "usage": {"input_tokens": 5, "output_tokens": 7, "input_tokens_details": {"cached_tokens": 3}},
            },
            Usage(5, 7, 3),
            Units(images=1),
        ),
        (
            Operation.TRANSCRIPTION,
            {"text": "a", "usage": {"type": "duration", "seconds": 9.5}},
            Usage(),
            Units(seconds=9.5),
        ),
        (Operation.TRANSCRIPTION, {"text": "a", "duration": "9.5"}, Usage(), Units(seconds=9.5)),
        (
            Operation.TRANSCRIPTION,
            {"text": "a", "usage": {"input_tokens": 1, "output_tokens": 2}},
            Usage(1, 2),
            Units(),
        ),
        (Operation.TRANSCRIPTION, {"text": "a", "usage": None, "error": None}, Usage(), Units()),
        (Operation.RERANK, {"results": [], "usage": {"total_tokens": 12}}, Usage(12), Units(queries=1)),
        (Operation.RERANK, {"results": [], "meta": {"billed_units": {"search_units": 3}}}, Usage(), Units(queries=3)),
        (Operation.RERANK, {"results": [], "meta": "odd", "usage": 7}, Usage(), Units(queries=1)),
        (Operation.MODERATION, {"results": []}, Usage(), Units()),
        (Operation.IMAGE, {"data": "odd", "usage": {"input_tokens": "odd"}}, Usage(), Units()),
        (
            Operation.IMAGE,
            {"data": [], "usage": {"input_tokens": -5, "output_tokens": 1e40}},
            Usage(0, 10**8),
            Units(),
        ),
        (Operation.RERANK, {"usage": {"prompt_tokens": 5, "completion_tokens": 1}}, Usage(5, 1), Units(queries=1)),
        (Operation.RERANK, {"usage": {"prompt_tokens": 5, "total_tokens": 9}}, Usage(5, 4), Units(queries=1)),
        (Operation.RERANK, {"usage": {"completion_tokens": 2, "total_tokens": 9}}, Usage(7, 2), Units(queries=1)),
    ],
)
def test_usage_is_read_whatever_it_is_counted_in(operation: Operation, answer: Any, usage: Usage, units: Units) -> None:
    assert read(operation, answer) == (usage, units)


@pytest.mark.parametrize("kind", [b"text/plain; charset=utf-8", b"text/vtt", b"application/x-subrip"])
def test_a_transcript_may_be_no_json(kind: bytes) -> None:
    assert read(Operation.TRANSCRIPTION, b"WEBVTT", kind) == (Usage(), Units())


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        (Operation.TRANSCRIPTION, b"text/html"),
        (Operation.TRANSCRIPTION, JSON),
        (Operation.TRANSCRIPTION, b""),
        (Operation.IMAGE, b"text/plain"),
        (Operation.SPEECH, JSON),
        (Operation.RERANK, b"text/html"),
    ],
)
def test_what_should_be_json_and_is_not_is_the_providers_mistake(operation: Operation, kind: bytes) -> None:
    with pytest.raises(ProviderInvalidResponse, match=r"not the JSON it should be"):
        read(operation, b"<html>Welcome!", kind)


def test_an_error_with_a_good_status_is_an_error() -> None:
    with pytest.raises(ProviderRateLimited):
        read(Operation.IMAGE, {"error": {"message": "slow down", "code": "rate_limit_exceeded"}})


# ---------------------------------------------------------------- which way


@pytest.mark.parametrize(
    ("operation", "kind", "passage"),
    [
        (Operation.IMAGE, b"Text/Event-Stream; charset=utf-8", EventPassage),
        (Operation.SPEECH, b"text/event-stream", EventPassage),
        (Operation.SPEECH, b"audio/mpeg", BytesPassage),
        (Operation.SPEECH, b"application/octet-stream", BytesPassage),
        (Operation.SPEECH, b"", BytesPassage),
        (Operation.SPEECH, JSON, type(None)),
        (Operation.SPEECH, b"text/html", type(None)),
        (Operation.IMAGE, JSON, type(None)),
        (Operation.TRANSCRIPTION, b"text/plain", type(None)),
    ],
)
def test_the_content_type_says_how_an_answer_passes(operation: Operation, kind: bytes, passage: type) -> None:
    assert isinstance(passage_of("p", operation, kind, str), passage)


# ---------------------------------------------------------------- streams


def event(data: Any, name: str = "") -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()


DONE = {
    "type": "transcript.text.done",
    "text": "a",
    "usage": {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7},
}
STREAM = event({"type": "transcript.text.delta", "delta": "a"}) + event(DONE, "transcript.text.done")


def passed(pieces: list[bytes], passage: EventPassage | None = None) -> bytes:
    one = passage or EventPassage("p", str, 0)
    return b"".join(one.feed(piece) for piece in pieces) + one.finish()


@given(st.data())
def test_a_stream_cut_anywhere_passes_unchanged(data: st.DataObject) -> None:
    stream = STREAM + event("[DONE]")
    cuts = sorted(data.draw(st.sets(st.integers(1, len(stream) - 1), max_size=8)))
    one = EventPassage("p", str, 0)
    assert passed([stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)], one) == stream
    assert (one.usage, one.done) == (Usage(3, 4), True)


def test_images_that_are_complete_are_counted_and_partial_ones_are_not() -> None:
    one = EventPassage("p", str, 0)
    usage = {"input_tokens": 1, "output_tokens": 2}
    partial = event({"type": "image_generation.partial_image", "b64_json": "aaaa"})
    whole = event({"type": "image_generation.completed", "b64_json": "aaaa", "usage": usage})
    passed([partial, whole, whole], one)
    assert one.units == Units(images=2)


def test_what_is_spoken_is_counted_in_events_too() -> None:
    one = EventPassage("p", str, 120)
    passed([event({"type": "speech.audio.done", "usage": {"input_tokens": 1, "output_tokens": 2}})], one)
    assert (one.usage, one.units) == (Usage(1, 2), Units(characters=120))


@pytest.mark.parametrize(
    "error",
    [
        {"error": {"message": "no", "code": "rate_limit_exceeded"}},
        {"type": "error", "error": {"message": "no", "code": "rate_limit_exceeded"}},
    ],
)
def test_an_error_in_a_stream_is_raised_after_what_came_before_it(error: Any) -> None:
    one = EventPassage("p", str, 0)
    first = event({"type": "transcript.text.delta", "delta": "a"})
    assert one.feed(first + event(error, "error")) == first
    with pytest.raises(ProviderRateLimited):
        one.feed(b"")
    with pytest.raises(ProviderRateLimited):
        one.finish()
    with pytest.raises(ProviderRateLimited):
        EventPassage("p", str, 0).feed(event(error))


def test_an_empty_stream_is_no_answer() -> None:
    with pytest.raises(ProviderError, match="empty stream"):
        passed([b"", b"\n"])
    with pytest.raises(ProviderError, match="no sound at all"):
        BytesPassage("p", 0).finish()


def test_a_last_event_without_its_empty_line_is_one_all_the_same() -> None:
    one = EventPassage("p", str, 0)
    assert passed([STREAM.rstrip(b"\n")], one) == STREAM
    assert one.usage == Usage(3, 4)


def test_half_an_event_at_the_end_is_left_out() -> None:
    assert passed([STREAM, b'data: {"type":"trans']) == STREAM


def test_words_like_those_looked_for_change_nothing() -> None:
    stream = event({"delta": 'say "error" and "usage" and [DONE]'}) + event('not json "error"')
    one = EventPassage("p", str, 0)
    assert passed([stream], one) == stream
    assert (one.usage, one.done) == (None, False)


def test_sound_passes_as_it_is() -> None:
    one = BytesPassage("p", 5)
    assert one.feed(b"ID3\x00") == b"ID3\x00"
    assert one.finish() == b""
    assert (one.units, one.estimate(100), one.ending(Usage())) == (Units(characters=5), Usage(), b"")
