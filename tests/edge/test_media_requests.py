"""Requests beside chat as JSON: what is read of them, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.errors import InvalidJSON, RequestError
from switchgear.edge.openai.media import decode_media
from switchgear.providers.base import Operation

IMAGE = {"model": "m", "prompt": "A cat"}
SPEECH = {"model": "m", "input": "Grüße", "voice": "alloy"}
RERANK = {"model": "m", "query": "q", "documents": ["a", {"text": "b"}]}


def read(operation: Operation, **fields: Any) -> Any:
    return decode_media(operation, json.dumps(fields).encode())


def test_an_image_may_be_streamed() -> None:
    assert (read(Operation.IMAGE, **IMAGE).model, read(Operation.IMAGE, **IMAGE).stream) == ("m", False)
    assert read(Operation.IMAGE, **IMAGE, stream=True).stream
    assert not read(Operation.SPEECH, **SPEECH, stream_format="sse").stream  # the answer's content type tells


def test_what_is_spoken_is_counted_in_characters() -> None:
    assert read(Operation.SPEECH, **SPEECH).prompt_characters == 5
    assert read(Operation.IMAGE, **IMAGE).prompt_characters == 0


@pytest.mark.parametrize("fields", [{"input": "x"}, {"input": ["x", "y"], "model": None}])
def test_a_moderation_that_names_no_model_gets_openais_default(fields: dict[str, Any]) -> None:
    assert read(Operation.MODERATION, **fields).model == "omni-moderation-latest"


def test_a_moderation_of_text_and_images_is_one() -> None:
    parts = [{"type": "text", "text": "x"}, {"type": "image_url", "image_url": {"url": "https://e.example/a.png"}}]
    assert read(Operation.MODERATION, input=parts, model="m").model == "m"


@pytest.mark.parametrize(
    ("operation", "fields", "param"),
    [
        (Operation.IMAGE, {"prompt": "A cat"}, "model"),
        (Operation.IMAGE, {"model": "m"}, "prompt"),
        (Operation.IMAGE, IMAGE | {"stream": "yes"}, "stream"),
        (Operation.IMAGE, IMAGE | {"n": 1.5}, "n"),
        (Operation.IMAGE, IMAGE | {"Model": "other"}, "Model"),
        (Operation.IMAGE_EDIT, IMAGE, "images"),
        (Operation.IMAGE_EDIT, IMAGE | {"images": ["a"]}, "images[0]"),
        (Operation.SPEECH, {"model": "m"}, "input"),
        (Operation.SPEECH, {"model": "m", "input": ["x"]}, "input"),
        (Operation.MODERATION, {"model": "m"}, "input"),
        (Operation.RERANK, {"model": "m", "query": "q"}, "documents"),
        (Operation.RERANK, RERANK | {"documents": [5]}, "documents[0]"),
        (Operation.RERANK, RERANK | {"top_n": "2"}, "top_n"),
    ],
)
def test_a_field_of_the_wrong_kind_is_named(operation: Operation, fields: dict[str, Any], param: str) -> None:
    with pytest.raises(RequestError) as caught:
        read(operation, **fields)
    assert caught.value.param == param


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"x"', b"\xff", b"[" * 5000])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises((InvalidJSON, RequestError)):
        decode_media(Operation.IMAGE, body)
