"""Images, audio, moderations and rankings through a served gateway, with the unmodified ``openai`` client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import httpx
import openai
import pytest
from observed import usage_row
from openai import OpenAI

from switchgear.testing import Delay, FaultUpstream, Gate, ReadBody, Request, Send, Stall, faults, http1, served, sse

CONFIG = """
[local]
enabled = true
[retry]
attempts = 1
[health]
errors = 10000
calls = 1000000
longest_limit = 1
recovery = 0

[providers.media]
kind = "openai"
base_url = "{media}"
api_key = "env:MEDIA_KEY"

[providers.priced]
kind = "openai"
base_url = "{media}"
prices = "openai"

[models.ear]
deployments = [{{ provider = "media", model = "whisper-large-v3" }}]

[models.omni-moderation-latest]
deployments = [{{ provider = "media", model = "omni-moderation-2024-09-26" }}]
"""
AUDIO = bytes(range(256)) * 2000
TOKENS = {
    "type": "tokens",
    "input_tokens": 14,
    "output_tokens": 3,
    "total_tokens": 17,
    "input_token_details": {"text_tokens": 0, "audio_tokens": 14},
}
IMAGE_TOKENS = {
    "input_tokens": 50,
    "output_tokens": 272,
    "total_tokens": 322,
    "input_tokens_details": {"text_tokens": 50, "image_tokens": 0},
}


@pytest.fixture(scope="module")
def media() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(media: FaultUpstream) -> Iterator[served]:
    with served(CONFIG.format(media=media.base_url), env={"MEDIA_KEY": "sk-media-0123456789"}) as running:
        yield running


@pytest.fixture
def client(gateway: served) -> Iterator[OpenAI]:
    with OpenAI(base_url=gateway.base_url, api_key=gateway.key, max_retries=0) as one:
        yield one


def answered(media: FaultUpstream, body: Any, content_type: str = "application/json") -> None:
    media.answer(ReadBody(), Send(http1.response(body, 200, {"content-type": content_type})))


def parts(request: Request) -> list[tuple[str, str | None, bytes]]:
    """The form in a request: name, file name and content of each part."""
    kind = request.header("content-type")
    whole = BytesParser(policy=HTTP).parsebytes(f"content-type: {kind}\r\n\r\n".encode() + request.body)
    assert not whole.defects
    return [
        (str(part.get_param("name", header="content-disposition")), part.get_filename(), part.get_payload(decode=True))
        for part in whole.iter_parts()
    ]


# ---------------------------------------------------------------- transcriptions


def test_a_transcription_goes_to_the_deployments_model_and_is_counted(
    client: OpenAI, gateway: served, media: FaultUpstream
) -> None:
    answered(media, {"text": "Hello.", "usage": TOKENS})
    told = client.audio.transcriptions.with_raw_response.create(
        model="ear", file=("speech.mp3", AUDIO), language="en", timestamp_granularities=["word", "segment"]
    )
    assert told.parse().text == "Hello."
    assert told.headers["x-switchgear-model"] == "whisper-large-v3"
    request = media.requests[-1]
    assert request.path == "/v1/audio/transcriptions"
    assert request.header("authorization") == "Bearer sk-media-0123456789"
    assert request.header("content-length") == str(len(request.body))
    found = parts(request)
    assert found[-1] == ("file", "speech.mp3", AUDIO)
    assert sorted(found[:-1]) == [
        ("language", None, b"en"),
        ("model", None, b"whisper-large-v3"),
        ("timestamp_granularities[]", None, b"segment"),
        ("timestamp_granularities[]", None, b"word"),
    ]
    row = usage_row(gateway.data_dir, told.headers["x-request-id"])
    assert (row["endpoint"], row["model"], row["deployment"]) == ("audio/transcriptions", "ear", "whisper-large-v3")
    assert (row["outcome"], row["prompt_tokens"], row["completion_tokens"], row["estimated"]) == ("ok", 14, 3, 0)


@pytest.mark.parametrize(
    ("response_format", "content_type", "body"),
    [
        ("text", "text/plain; charset=utf-8", "Grüße\n"),
        ("vtt", "text/vtt", "WEBVTT\n"),
        ("srt", "text/plain", "1\n00:0"),
    ],
)
def test_a_transcript_in_another_format_passes_as_it_is(
    client: OpenAI, media: FaultUpstream, response_format: Any, content_type: str, body: str
) -> None:
    answered(media, body.encode(), content_type)
    told = client.audio.transcriptions.with_raw_response.create(
        model="ear", file=("a.wav", AUDIO), response_format=response_format
    )
    assert told.headers["content-type"] == content_type
    assert told.content == body.encode()


def test_a_transcript_streams_and_its_usage_is_read_on_the_way(
    client: OpenAI, gateway: served, media: FaultUpstream
) -> None:
    gate = Gate()
    first = {"type": "transcript.text.delta", "delta": "Hel"}
    last = {"type": "transcript.text.done", "text": "Hello", "usage": TOKENS}
    top = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
    media.answer(
        ReadBody(), Send(http1.head(200, top) + http1.chunk(sse([first], done=False))),
        gate, Send(http1.chunk(sse([last], done=False)) + http1.LAST_CHUNK),
    )  # fmt: skip
    with client.audio.transcriptions.create(model="ear", file=("a.wav", AUDIO), stream=True) as stream:
        events = iter(stream)
        assert next(events).type == "transcript.text.delta"
        gate.open()
        assert [event.type for event in events] == ["transcript.text.done"]
        call = stream.response.headers["x-request-id"]
    row = usage_row(gateway.data_dir, call)
    assert (row["streamed"], row["prompt_tokens"], row["completion_tokens"]) == (1, 14, 3)
    assert row["first_token_ms"] is not None


def test_a_stream_that_turns_into_an_error_ends_as_one(client: OpenAI, gateway: served, media: FaultUpstream) -> None:
    media.answer(
        faults.stream(
            [{"type": "transcript.text.delta", "delta": "a"}, {"error": {"message": "no", "code": "overloaded"}}],
            done=False,
        )
    )
    with client.audio.transcriptions.create(model="ear", file=("a.wav", AUDIO), stream=True) as stream:
        with pytest.raises(openai.APIError):
            list(stream)
        call = stream.response.headers["x-request-id"]
    assert usage_row(gateway.data_dir, call)["outcome"] == "cut"


def test_a_translation_passes(client: OpenAI, gateway: served, media: FaultUpstream) -> None:
    answered(media, {"text": "Good day."})
    told = client.audio.translations.with_raw_response.create(model="media/whisper-1", file=("a.m4a", AUDIO))
    assert told.parse().text == "Good day."
    assert media.requests[-1].path == "/v1/audio/translations"
    assert ("model", None, b"whisper-1") in parts(media.requests[-1])
    assert usage_row(gateway.data_dir, told.headers["x-request-id"])["prompt_tokens"] == 0


# ---------------------------------------------------------------- speech


def test_speech_streams_as_bytes_under_its_own_content_type(
    client: OpenAI, gateway: served, media: FaultUpstream
) -> None:
    gate = Gate()
    top = {"content-type": "audio/mpeg", "transfer-encoding": "chunked"}
    media.answer(
        ReadBody(), Send(http1.head(200, top) + http1.chunk(b"ID3" + b"a" * 1000)),
        gate, Send(http1.chunk(b"b" * 1000) + http1.LAST_CHUNK),
    )  # fmt: skip
    with client.audio.speech.with_streaming_response.create(
        model="media/tts-1", input="Hello there", voice="alloy"
    ) as answer:
        assert answer.headers["content-type"] == "audio/mpeg"
        pieces = answer.iter_bytes(1003)
        assert next(pieces).startswith(b"ID3")
        gate.open()
        assert b"".join(pieces) == b"b" * 1000
        call = answer.headers["x-request-id"]
    assert media.requests[-1].json == {"model": "tts-1", "input": "Hello there", "voice": "alloy"}
    row = usage_row(gateway.data_dir, call)
    assert (row["endpoint"], row["outcome"], row["streamed"]) == ("audio/speech", "ok", 1)
    assert row["first_token_ms"] is not None


def test_speech_that_breaks_off_does_not_end_as_if_it_were_whole(
    client: OpenAI, gateway: served, media: FaultUpstream
) -> None:
    media.answer(
        ReadBody(),
        Send(http1.head(200, {"content-type": "audio/mpeg", "content-length": "5000"}) + b"x" * 1000),
        Delay(0.2),
        faults.hang_up()[1:],
    )
    with client.audio.speech.with_streaming_response.create(
        model="media/tts-1", input="Hello", voice="alloy"
    ) as answer:
        call = answer.headers["x-request-id"]
        with pytest.raises(httpx.RemoteProtocolError):
            b"".join(answer.iter_bytes())
    row = usage_row(gateway.data_dir, call)
    assert (row["outcome"], row["error"]) == ("cut", "provider_disconnected")


def test_speech_as_events_passes_with_its_usage(client: OpenAI, gateway: served, media: FaultUpstream) -> None:
    usage = {"input_tokens": 5, "output_tokens": 60, "total_tokens": 65}
    events = [{"type": "speech.audio.delta", "audio": "AAAA"}, {"type": "speech.audio.done", "usage": usage}]
    media.answer(faults.stream(events, done=False))
    with client.audio.speech.with_streaming_response.create(
        model="media/gpt-4o-mini-tts", input="Hello", voice="alloy", stream_format="sse"
    ) as answer:
        text = b"".join(answer.iter_bytes())
        call = answer.headers["x-request-id"]
    assert [json.loads(line[6:]) for line in text.decode().split("\n\n") if line] == events
    assert usage_row(gateway.data_dir, call)["completion_tokens"] == 60


# ---------------------------------------------------------------- images


def test_images_are_made_and_counted(client: OpenAI, gateway: served, media: FaultUpstream) -> None:
    answered(media, {"created": 1, "data": [{"b64_json": "aGk=" * 100_000}], "usage": IMAGE_TOKENS})
    told = client.images.with_raw_response.generate(model="media/gpt-image-1", prompt="A cat", size="1024x1024")
    data = told.parse().data
    assert data is not None
    assert data[0].b64_json == "aGk=" * 100_000
    assert media.requests[-1].json == {"model": "gpt-image-1", "prompt": "A cat", "size": "1024x1024"}
    row = usage_row(gateway.data_dir, told.headers["x-request-id"])
    assert (row["endpoint"], row["prompt_tokens"], row["completion_tokens"]) == ("images/generations", 50, 272)


def test_partial_images_stream(client: OpenAI, gateway: served, media: FaultUpstream) -> None:
    events = [
        {"type": "image_generation.partial_image", "b64_json": "QUJD" * 300_000, "partial_image_index": 0},
        {"type": "image_generation.completed", "b64_json": "QUJD" * 300_000, "usage": IMAGE_TOKENS},
    ]
    media.answer(faults.stream(events, done=False))
    with client.images.generate(model="media/gpt-image-1", prompt="A cat", stream=True, partial_images=1) as stream:
        got = list(stream)
        call = stream.response.headers["x-request-id"]
    assert [(event.type, len(event.b64_json)) for event in got] == [
        ("image_generation.partial_image", 1_200_000),
        ("image_generation.completed", 1_200_000),
    ]
    assert "stream_options" not in media.requests[-1].json
    assert usage_row(gateway.data_dir, call)["completion_tokens"] == 272


def test_images_are_edited_with_a_mask(client: OpenAI, gateway: served, media: FaultUpstream) -> None:
    answered(media, {"created": 1, "data": [{"b64_json": "aGk="}], "usage": IMAGE_TOKENS})
    told = client.images.with_raw_response.edit(
        model="media/gpt-image-1",
        image=[("a.png", b"first"), ("b.png", b"second")],
        mask=("m.png", b"mask"),
        prompt="Hat",
    )
    assert told.parse().data
    found = parts(media.requests[-1])
    assert sorted(found) == [
        ("image[]", "a.png", b"first"),
        ("image[]", "b.png", b"second"),
        ("mask", "m.png", b"mask"),
        ("model", None, b"gpt-image-1"),
        ("prompt", None, b"Hat"),
    ]
    assert usage_row(gateway.data_dir, told.headers["x-request-id"])["endpoint"] == "images/edits"


def test_an_edit_may_be_json_that_names_its_images(gateway: served, media: FaultUpstream, http: httpx.Client) -> None:
    answered(media, {"created": 1, "data": [{"b64_json": "aGk="}]})
    asked = {"model": "media/gpt-image-1", "prompt": "Hat", "images": [{"file_id": "file-1"}]}
    assert http.post(f"{gateway.base_url}/images/edits", json=asked).status_code == 200
    assert media.requests[-1].json == asked | {"model": "gpt-image-1"}


def test_a_variation_passes(client: OpenAI, media: FaultUpstream) -> None:
    answered(media, {"created": 1, "data": [{"url": "https://images.example/1"}]})
    told = client.images.create_variation(model="media/dall-e-2", image=("a.png", b"pixels"), n=1)
    assert told.data
    assert media.requests[-1].path == "/v1/images/variations"


# ---------------------------------------------------------------- moderations and rerank


def test_a_moderation_without_a_model_goes_to_openais_default(
    client: OpenAI, gateway: served, media: FaultUpstream
) -> None:
    result = {"flagged": False, "categories": {}, "category_scores": {}, "category_applied_input_types": {}}
    answered(media, {"id": "modr-1", "model": "omni", "results": [result]})
    told = client.moderations.with_raw_response.create(input=["one", "two"])
    assert told.parse().results[0].flagged is False
    assert media.requests[-1].json == {"input": ["one", "two"], "model": "omni-moderation-2024-09-26"}
    assert usage_row(gateway.data_dir, told.headers["x-request-id"])["endpoint"] == "moderations"


@pytest.mark.parametrize("path", ["/v1/rerank", "/v2/rerank"])
def test_a_ranking_passes_in_coheres_form(gateway: served, media: FaultUpstream, http: httpx.Client, path: str) -> None:
    results = [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]
    answered(media, {"id": "r", "results": results, "usage": {"total_tokens": 12}})
    asked = {"model": "media/bge-reranker", "query": "q", "documents": ["a", "b"], "top_n": 2}
    told = http.post(f"{gateway.url}{path}", json=asked)
    assert told.json()["results"] == results
    assert media.requests[-1].path == "/v1/rerank"
    assert media.requests[-1].json == asked | {"model": "bge-reranker"}
    row = usage_row(gateway.data_dir, told.headers["x-request-id"])
    assert (row["endpoint"], row["prompt_tokens"]) == ("rerank", 12)


@pytest.fixture
def http(gateway: served) -> Iterator[httpx.Client]:
    with httpx.Client(headers={"authorization": f"Bearer {gateway.key}"}, timeout=20, trust_env=False) as one:
        yield one


# ---------------------------------------------------------------- what it costs


def test_what_is_not_billed_by_token_is_priced_by_its_unit(
    client: OpenAI, gateway: served, media: FaultUpstream
) -> None:
    answered(media, {"text": "Hello.", "usage": {"type": "duration", "seconds": 90}})
    heard = client.audio.transcriptions.with_raw_response.create(model="priced/whisper-1", file=("a.wav", AUDIO))
    assert heard.headers["x-switchgear-cost"] == "0.009"  # 90 seconds at 0.006 dollars a minute
    answered(media, b"ID3", "audio/mpeg")
    with client.audio.speech.with_streaming_response.create(
        model="priced/tts-1", input="x" * 1000, voice="alloy"
    ) as spoken:
        spoken.read()
    row = usage_row(gateway.data_dir, spoken.headers["x-request-id"])
    assert row["cost"] == 15_000_000  # a thousand characters at 15 dollars a million
    answered(media, {"created": 1, "data": [{"b64_json": "aGk="}], "usage": IMAGE_TOKENS})
    drawn = client.images.with_raw_response.generate(model="priced/gpt-image-1", prompt="A cat")
    assert drawn.headers["x-switchgear-cost"] == "0.01113"  # 50 tokens at 5 dollars a million and 272 at 40


# ---------------------------------------------------------------- refusals


def test_an_operation_the_models_provider_does_not_have_is_refused_in_words(client: OpenAI) -> None:
    for ask in (
        lambda: client.audio.transcriptions.create(model="smollm2", file=("a.wav", AUDIO)),
        lambda: client.images.generate(model="smollm2", prompt="A cat"),
    ):
        with pytest.raises(openai.BadRequestError) as caught:
            ask()
        assert caught.value.code == "not_supported"


def test_a_key_may_use_the_models_of_its_scope_only(gateway: served, media: FaultUpstream, http: httpx.Client) -> None:
    made = http.post(f"{gateway.url}/api/keys", json={"name": "ears", "models": ["ear"]}).json()
    before = len(media.requests)
    with OpenAI(base_url=gateway.base_url, api_key=made["key"], max_retries=0) as client:
        answered(media, {"text": "Hello."})
        assert client.audio.transcriptions.create(model="ear", file=("a.wav", AUDIO)).text == "Hello."
        with pytest.raises(openai.PermissionDeniedError):
            client.audio.transcriptions.create(model="media/whisper-1", file=("a.wav", AUDIO))
        with pytest.raises(openai.PermissionDeniedError):
            client.audio.speech.create(model="media/tts-1", input="x", voice="alloy")
    assert len(media.requests) == before + 1


@pytest.mark.parametrize(
    ("plan", "status", "code"),
    [
        (
            faults.status(400, {"error": {"message": "Invalid file format.", "param": "file"}}),
            400,
            "provider_rejected_request",
        ),
        (faults.retry_after_seconds(3), 429, "provider_rate_limited"),
        (faults.wrong_content_type(), 502, "provider_invalid_response"),
        (faults.ok({"error": {"message": "not today", "type": "overloaded_error"}}), 503, "provider_overloaded"),
    ],
)
def test_what_the_provider_says_no_to_is_our_typed_error(
    client: OpenAI, media: FaultUpstream, plan: Any, status: int, code: str
) -> None:
    media.answer(plan)
    with pytest.raises(openai.APIStatusError) as caught:
        client.audio.transcriptions.create(model="ear", file=("a.wav", AUDIO))
    assert (caught.value.status_code, caught.value.code) == (status, code)


def test_a_provider_that_refuses_in_the_middle_of_an_upload_is_heard(client: OpenAI, media: FaultUpstream) -> None:
    media.answer(
        ReadBody(limit=1000), Send(http1.response({"error": {"message": "Too large.", "code": None}}, 413)), Stall()
    )
    with pytest.raises(openai.APIStatusError) as caught:
        client.audio.transcriptions.create(model="ear", file=("a.wav", AUDIO * 8))
    assert caught.value.code == "provider_rejected_request"
    assert "Too large." in str(caught.value)
