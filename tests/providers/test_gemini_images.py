"""Images of Google's models in OpenAI's form."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from transport_origin import LONG

from switchgear.core.errors import (
    ContentPolicyViolation,
    NotSupported,
    ProviderInvalidResponse,
    RequestError,
    SwitchgearError,
)
from switchgear.core.secrets import Secret
from switchgear.providers.base import Operation, Outgoing
from switchgear.providers.gemini import GeminiProvider
from switchgear.providers.gemini_images import method_of, read_answer, write_request
from switchgear.providers.transport import OriginSettings
from switchgear.testing import FaultUpstream, faults


def asked(method: Any, **fields: Any) -> Any:
    return json.loads(write_request(method, json.dumps({"model": "m", "prompt": "A cat"} | fields).encode()))


def drawn(answer: Any) -> Any:
    return json.loads(read_answer("g", json.dumps(answer).encode()))


def candidate(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"role": "model", "parts": list(parts)}} | more]}


INLINE = {"inlineData": {"mimeType": "image/png", "data": "aGk="}}


@pytest.mark.parametrize(
    ("model", "method"),
    [
        ("imagen-4.0-generate-001", "predict"),
        ("models/imagen-4.0-ultra-generate-001", "predict"),
        ("gemini-2.5-flash-image", "generateContent"),
        ("models/gemini-3-pro-image-preview", "generateContent"),
    ],
)
def test_each_model_is_asked_in_its_way(model: str, method: str) -> None:
    assert method_of(model) == method


def test_imagen_predicts_as_many_as_are_wanted() -> None:
    assert asked("predict", n=3, size="1792x1024") == {
        "instances": [{"prompt": "A cat"}],
        "parameters": {"sampleCount": 3, "aspectRatio": "16:9"},
    }
    assert asked("predict")["parameters"] == {"sampleCount": 1}


def test_gemini_is_asked_for_an_image_alone() -> None:
    assert asked("generateContent", size="1024x1536", quality="high", user="u") == {
        "contents": [{"role": "user", "parts": [{"text": "A cat"}]}],
        "generationConfig": {"responseModalities": ["IMAGE"], "imageConfig": {"aspectRatio": "2:3"}},
    }
    assert asked("generateContent", size="auto")["generationConfig"] == {"responseModalities": ["IMAGE"]}


@pytest.mark.parametrize(
    ("size", "ratio"),
    [("1024x1024", "1:1"), ("1536x1024", "4:3"), ("1024x1536", "3:4"), ("1x9", "9:16"), ("99999x1", "16:9")],
)
def test_a_size_becomes_the_nearest_ratio(size: str, ratio: str) -> None:
    assert asked("predict", size=size)["parameters"]["aspectRatio"] == ratio


@pytest.mark.parametrize(
    ("method", "fields", "kind", "param"),
    [
        ("predict", {"n": 5}, RequestError, "n"),
        ("predict", {"n": 0}, RequestError, "n"),
        ("generateContent", {"n": 2}, RequestError, "n"),
        ("predict", {"size": "big"}, RequestError, "size"),
        ("predict", {"size": "0x10"}, RequestError, "size"),
        ("predict", {"stream": True}, NotSupported, "stream"),
        ("predict", {"response_format": "url"}, NotSupported, "response_format"),
        ("predict", {"prompt": 5}, RequestError, "prompt"),
    ],
)
def test_what_cannot_be_asked_of_it_is_refused(
    method: Any, fields: dict[str, Any], kind: type[SwitchgearError], param: str
) -> None:
    with pytest.raises(kind) as caught:
        asked(method, **fields)
    assert caught.value.param == param


def test_predictions_become_images() -> None:
    told = drawn(
        {"predictions": [{"mimeType": "image/png", "bytesBase64Encoded": "aGk="}, {"raiFilteredReason": "no"}]}
    )
    assert told["data"] == [{"b64_json": "aGk="}]
    assert "usage" not in told
    assert isinstance(told["created"], int)


def test_inline_data_become_images_and_what_was_thought_does_not() -> None:
    usage = {"promptTokenCount": 5, "candidatesTokenCount": 1290, "totalTokenCount": 1295}
    told = drawn(
        candidate({"text": "Here:"}, INLINE | {"thought": True}, INLINE, finishReason="STOP") | {"usageMetadata": usage}
    )
    assert told["data"] == [{"b64_json": "aGk="}]
    assert told["usage"] == {
        "input_tokens": 5,
        "output_tokens": 1290,
        "total_tokens": 1295,
        "input_tokens_details": {"text_tokens": 5, "image_tokens": 0},
    }


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        ({"predictions": [{"raiFilteredReason": "It shows a child"}]}, ContentPolicyViolation, "It shows a child"),
        ({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}, ContentPolicyViolation, "PROHIBITED_CONTENT"),
        (candidate(finishReason="IMAGE_SAFETY", finishMessage="Unsafe"), ContentPolicyViolation, "Unsafe"),
        (candidate({"text": "I cannot"}, finishReason="STOP"), ProviderInvalidResponse, "made no image"),
        ({}, ProviderInvalidResponse, "made no image"),
        ({"predictions": "no"}, ProviderInvalidResponse, "not Gemini's"),
        ([], ProviderInvalidResponse, "not Gemini's"),
    ],
)
def test_an_answer_without_an_image_says_why(answer: Any, kind: type[SwitchgearError], said: str) -> None:
    with pytest.raises(kind, match=said):
        drawn(answer)


@pytest.mark.parametrize(
    ("model", "target", "answer"),
    [
        (
            "imagen-4.0-generate-001",
            "imagen-4.0-generate-001:predict",
            {"predictions": [{"bytesBase64Encoded": "aGk="}]},
        ),
        ("gemini-2.5-flash-image", "gemini-2.5-flash-image:generateContent", candidate(INLINE)),
    ],
)
async def test_the_provider_makes_images(model: str, target: str, answer: Any) -> None:
    async with FaultUpstream() as upstream:
        upstream.answer(faults.ok(answer))
        settings = OriginSettings("g", upstream.url + "/v1beta", LONG, proxy="none")
        provider = GeminiProvider(settings, Secret("AIzaSyTest-0123456789abcdef"))
        body = msgspec.json.encode({"model": model, "prompt": "A cat"})
        with await provider.send(Outgoing(Operation.IMAGE, "", model, body)) as told:
            assert json.loads(await told.body())["data"] == [{"b64_json": "aGk="}]
        assert upstream.requests[0].target == f"/v1beta/models/{target}"
        provider.close()
