"""Google's Gemini API as a provider: what is sent where, embeddings, models, refusals."""

from __future__ import annotations

import base64
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from transport_origin import LONG

from switchgear.core.errors import (
    ContextLengthExceeded,
    InvalidJSON,
    ProviderAuthenticationFailed,
    ProviderError,
    ProviderInvalidResponse,
    ProviderModelNotFound,
    ProviderOverloaded,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    RequestError,
)
from switchgear.core.secrets import Secret
from switchgear.providers.base import Operation, Outgoing
from switchgear.providers.gemini import GeminiProvider
from switchgear.providers.transport import OriginSettings
from switchgear.testing import FaultUpstream, faults

KEY = Secret("AIzaSyTest-0123456789abcdef")


@asynccontextmanager
async def gemini_at(upstream: FaultUpstream, **more: Any) -> AsyncIterator[GeminiProvider]:
    provider = GeminiProvider(OriginSettings("g", upstream.url + "/v1beta", LONG, proxy="none"), KEY, **more)
    try:
        yield provider
    finally:
        provider.close()


async def chat(provider: GeminiProvider, model: str = "gemini-3.6-flash", *, stream: bool = False) -> bytes:
    with await provider.send(Outgoing(Operation.CHAT, "gemini", model, b'{"contents":[]}', stream)) as answer:
        return await answer.body()


async def embed(provider: GeminiProvider, model: str = "gemini-embedding-001", **body: Any) -> dict[str, Any]:
    sent = msgspec.json.encode({"model": model} | body)
    with await provider.send(Outgoing(Operation.EMBEDDING, "", model, sent)) as answer:
        assert (answer.status, answer.header(b"content-type")) == (200, b"application/json")
        assert answer.header(b"etag") == b""
        found: dict[str, Any] = msgspec.json.decode(await answer.body())
        return found


def vectors(*rows: list[float], **more: Any) -> dict[str, Any]:
    return {"embeddings": [{"values": row} for row in rows]} | more


async def test_a_call_goes_to_its_models_method_with_the_key() -> None:
    async with FaultUpstream() as upstream, gemini_at(upstream) as provider:
        upstream.always(faults.ok(b'{"candidates":[]}'))
        assert await chat(provider) == b'{"candidates":[]}'
        await chat(provider, stream=True)
        first, second = upstream.requests
    assert (first.method, first.target) == ("POST", "/v1beta/models/gemini-3.6-flash:generateContent")
    assert second.target == "/v1beta/models/gemini-3.6-flash:streamGenerateContent?alt=sse"
    assert first.header("x-goog-api-key") == KEY.reveal()
    assert first.header("authorization") is None
    assert first.body == b'{"contents":[]}'


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("models/gemini-2.5-pro", "models/gemini-2.5-pro"),
        ("tunedModels/mine-1", "tunedModels/mine-1"),
        ("../../v1/files", "models/..%2F..%2Fv1%2Ffiles"),
        ("a b?key=x#y", "models/a%20b%3Fkey%3Dx%23y"),
        ("m\r\nx-evil: 1", "models/m%0D%0Ax-evil%3A%201"),
        ("ü", "models/%C3%BC"),
    ],
)
async def test_a_models_name_stays_a_name_in_the_path(model: str, path: str) -> None:
    async with FaultUpstream() as upstream, gemini_at(upstream) as provider:
        await chat(provider, model)
        assert upstream.requests[0].target == f"/v1beta/{path}:generateContent"


async def test_many_models_are_called_one_after_another() -> None:
    async with FaultUpstream() as upstream, gemini_at(upstream) as provider:
        for number in range(300):
            await chat(provider, f"m{number}")
        await chat(provider, "m0")
        assert upstream.requests[-1].target.endswith("/m0:generateContent")
        assert len(provider._heads) <= 256


async def test_a_streamed_answer_passes_as_it_comes() -> None:
    events = [{"candidates": [{"content": {"parts": [{"text": text}]}}]} for text in ("a", "b")]
    async with FaultUpstream() as upstream, gemini_at(upstream) as provider:
        upstream.answer(faults.stream(events, done=False))
        got: list[bytes] = []
        with await provider.send(Outgoing(Operation.CHAT, "gemini", "m", b"{}", True)) as answer:
            await answer.pipe(got.append)
        assert b"".join(got).count(b"data: ") == 2


# ---------------------------------------------------------------- refusals


def google(code: int, message: str, status: str, *details: dict[str, Any]) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


@pytest.mark.parametrize(
    ("status", "body", "kind", "wait"),
    [
        (400, google(400, "API key not valid.", "INVALID_ARGUMENT", {"reason": "API_KEY_INVALID"}),
         ProviderAuthenticationFailed, None),
        (400, google(400, "The input token count (9) exceeds the maximum number of tokens allowed (8).", "INVALID_ARGUMENT"),
         ContextLengthExceeded, None),
        (404, google(404, "models/x is not found for API version v1beta", "NOT_FOUND"), ProviderModelNotFound, None),
        (429, google(429, "Quota.", "RESOURCE_EXHAUSTED", {
            "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.074824224s"}), ProviderRateLimited, 34.07),
        (429, google(429, "Quota.", "RESOURCE_EXHAUSTED", {
            "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}), ProviderQuotaExceeded, None),
        (503, google(503, "The model is overloaded.", "UNAVAILABLE"), ProviderOverloaded, None),
    ],
)  # fmt: skip
async def test_refusals_are_known(status: int, body: Any, kind: type[ProviderError], wait: float | None) -> None:
    async with FaultUpstream() as upstream, gemini_at(upstream) as provider:
        upstream.answer(faults.status(status, body))
        with pytest.raises(ProviderError) as caught:
            await chat(provider)
    assert type(caught.value) is kind
    assert caught.value.retry_after == (wait if wait is None else pytest.approx(wait, abs=0.1))


def test_what_google_says_is_shown_without_the_key() -> None:
    provider = GeminiProvider(OriginSettings("g", "http://127.0.0.1:1"), KEY)
    assert KEY.reveal() not in provider.redact(f"API key {KEY.reveal()} not valid")


# ---------------------------------------------------------------- embeddings


async def test_embeddings_are_translated_both_ways() -> None:
    async with FaultUpstream() as upstream, gemini_at(upstream) as provider:
        upstream.answer(faults.ok(vectors([0.5, -1.0], [2.0, 3.0], usageMetadata={"promptTokenCount": 4})))
        answer = await embed(provider, input=["a", "ü"], dimensions=2, user="u")
        request = upstream.requests[0]
    assert request.target == "/v1beta/models/gemini-embedding-001:batchEmbedContents"
    assert msgspec.json.decode(request.body) == {
        "requests": [
            {"model": "models/gemini-embedding-001", "content": {"parts": [{"text": text}]}, "outputDimensionality": 2}
            for text in ("a", "ü")
        ]
    }
    assert answer == {
        "object": "list",
        "data": [
            {"object": "embedding", "index": 0, "embedding": [0.5, -1.0]},
            {"object": "embedding", "index": 1, "embedding": [2.0, 3.0]},
        ],
        "model": "gemini-embedding-001",
        "usage": {"prompt_tokens": 4, "total_tokens": 4},
    }


async def test_embeddings_may_be_packed() -> None:
    async with FaultUpstream() as upstream, gemini_at(upstream) as provider:
        upstream.answer(faults.ok(vectors([0.5, -1.25])))
        answer = await embed(provider, input="a", encoding_format="base64")
    assert struct.unpack("<2f", base64.b64decode(answer["data"][0]["embedding"])) == (0.5, -1.25)
    assert "usage" not in answer


async def test_many_texts_go_in_batches_of_a_hundred() -> None:
    async with FaultUpstream() as upstream, gemini_at(upstream) as provider:
        for first, count in ((0, 100), (100, 100), (200, 50)):
            rows = [[float(first + place)] for place in range(count)]
            upstream.answer(faults.ok(vectors(*rows, usageMetadata={"promptTokenCount": count})))
        answer = await embed(provider, input=["x"] * 250)
        assert [len(msgspec.json.decode(request.body)["requests"]) for request in upstream.requests] == [100, 100, 50]
        assert len(upstream.connections) == 1
    assert [entry["embedding"] for entry in answer["data"]] == [[float(place)] for place in range(250)]
    assert answer["usage"]["prompt_tokens"] == 250


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"input": []}, "input"),
        ({"input": ""}, "input"),
        ({"input": ["a", ""]}, "input"),
        ({"input": [1, 2]}, "input"),
        ({"input": [[1, 2]]}, "input"),
        ({"input": 3}, "input"),
        ({}, "input"),
        ({"input": "a", "dimensions": 0}, "dimensions"),
        ({"input": "a", "encoding_format": "int8"}, "encoding_format"),
        ({"input": ["a"] * 2049}, "input"),
    ],
)
async def test_what_cannot_be_embedded_is_refused_unsent(body: dict[str, Any], param: str) -> None:
    async with FaultUpstream() as upstream, gemini_at(upstream) as provider:
        with pytest.raises(RequestError) as caught:
            await embed(provider, **body)
        assert caught.value.param == param
        assert not upstream.requests


async def test_a_body_that_is_no_json_is_refused() -> None:
    provider = GeminiProvider(OriginSettings("g", "http://127.0.0.1:1"), KEY)
    with pytest.raises(InvalidJSON):
        await provider.send(Outgoing(Operation.EMBEDDING, "", "m", b"{"))


@pytest.mark.parametrize(
    "told", [b"", b"{}", b'{"embeddings":3}', b'{"embeddings":[]}', b'{"embeddings":[{"values":["x"]}]}', b"\xff"]
)
async def test_embeddings_that_are_none_are_an_invalid_response(told: bytes) -> None:
    async with FaultUpstream() as upstream, gemini_at(upstream) as provider:
        upstream.answer(faults.ok(told))
        with pytest.raises(ProviderInvalidResponse, match="embeddings"):
            await embed(provider, input="a", encoding_format="base64")


# ---------------------------------------------------------------- models


async def test_models_are_listed_page_by_page() -> None:
    pages = [
        {"models": [{"name": "models/a", "supportedGenerationMethods": ["generateContent", "countTokens"]},
                    {"name": "models/veo", "supportedGenerationMethods": ["predictLongRunning"]}],
         "nextPageToken": "p/2="},
        {"models": [{"name": "models/e", "supportedGenerationMethods": ["embedContent"]}, {"name": "models/z"}]},
    ]  # fmt: skip
    async with FaultUpstream() as upstream, gemini_at(upstream) as provider:
        for page in pages:
            upstream.answer(faults.ok(page))
        assert await provider.list_models() == ["a", "e", "z"]
        assert [request.target for request in upstream.requests] == [
            "/v1beta/models?pageSize=1000", "/v1beta/models?pageSize=1000&pageToken=p%2F2%3D",
        ]  # fmt: skip


async def test_a_list_that_never_ends_ends() -> None:
    async with FaultUpstream() as upstream, gemini_at(upstream) as provider:
        upstream.always(faults.ok({"models": [{"name": "models/a"}], "nextPageToken": "again"}))
        assert len(await provider.list_models()) == 50


@pytest.mark.parametrize("told", [b"", b"<html>", b"[]", b'{"models":3}', b'{"models":[{"id":"a"}]}'])
async def test_a_list_in_another_form_is_an_invalid_response(told: bytes) -> None:
    async with FaultUpstream() as upstream, gemini_at(upstream) as provider:
        upstream.answer(faults.ok(told))
        with pytest.raises(ProviderInvalidResponse, match="list of models"):
            await provider.list_models()
