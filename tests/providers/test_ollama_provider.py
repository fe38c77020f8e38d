"""Ollama as a provider: what is sent where, embeddings, models, refusals."""

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
    ProviderError,
    ProviderInvalidResponse,
    ProviderModelNotFound,
    ProviderOverloaded,
    ProviderRefused,
    RequestError,
)
from switchgear.core.secrets import Secret
from switchgear.providers.base import Operation, Outgoing
from switchgear.providers.ollama import OllamaProvider
from switchgear.providers.transport import OriginSettings
from switchgear.testing import FaultUpstream, faults


@asynccontextmanager
async def ollama_at(upstream: FaultUpstream, key: Secret | None = None) -> AsyncIterator[OllamaProvider]:
    provider = OllamaProvider(OriginSettings("o", upstream.url, LONG, proxy="none"), key)
    try:
        yield provider
    finally:
        provider.close()


async def chat(provider: OllamaProvider) -> bytes:
    with await provider.send(Outgoing(Operation.CHAT, "ollama", "qwen3", b'{"model":"qwen3"}')) as answer:
        return await answer.body()


async def embed(provider: OllamaProvider, **body: Any) -> dict[str, Any]:
    sent = msgspec.json.encode({"model": "alias"} | body)
    with await provider.send(Outgoing(Operation.EMBEDDING, "", "all-minilm", sent)) as answer:
        found: dict[str, Any] = msgspec.json.decode(await answer.body())
        return found


async def test_a_call_goes_to_the_chat_api_without_a_key() -> None:
    async with FaultUpstream() as upstream, ollama_at(upstream) as provider:
        upstream.always(faults.ok(b'{"done":true}'))
        assert await chat(provider) == b'{"done":true}'
        request = upstream.requests[0]
    assert (request.method, request.target, request.body) == ("POST", "/api/chat", b'{"model":"qwen3"}')
    assert request.header("authorization") is None


async def test_a_key_is_a_bearer_token() -> None:
    async with FaultUpstream() as upstream, ollama_at(upstream, Secret("abc")) as provider:
        await chat(provider)
        assert upstream.requests[0].header("authorization") == "Bearer abc"


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (404, "model 'qwen3' not found", ProviderModelNotFound),
        (400, 'registry.ollama.ai/library/qwen3 does not support tools', ProviderRefused),
        (400, "the input length exceeds the context length", ContextLengthExceeded),
        (500, "model runner has unexpectedly stopped", ProviderError),
        (503, "server busy, please try again. maximum pending requests exceeded", ProviderOverloaded),
    ],
)  # fmt: skip
async def test_refusals_are_known(status: int, said: str, kind: type[ProviderError]) -> None:
    async with FaultUpstream() as upstream, ollama_at(upstream) as provider:
        upstream.answer(faults.status(status, {"error": said}))
        with pytest.raises(ProviderError) as caught:
            await chat(provider)
    assert type(caught.value) is kind
    assert said in caught.value.message


async def test_embeddings_are_translated_both_ways() -> None:
    async with FaultUpstream() as upstream, ollama_at(upstream) as provider:
        upstream.answer(
            faults.ok(
                {"model": "all-minilm", "embeddings": [[0.5, 1], [2, 3]], "prompt_eval_count": 7, "load_duration": 1}
            )
        )
        answer = await embed(provider, input=["a", "b"], dimensions=2)
        request = upstream.requests[0]
    assert request.target == "/api/embed"
    assert msgspec.json.decode(request.body) == {"model": "all-minilm", "input": ["a", "b"], "dimensions": 2}
    assert [entry["embedding"] for entry in answer["data"]] == [[0.5, 1], [2, 3]]
    assert answer["model"] == "all-minilm"
    assert answer["usage"] == {"prompt_tokens": 7, "total_tokens": 7}


async def test_embeddings_may_be_packed() -> None:
    async with FaultUpstream() as upstream, ollama_at(upstream) as provider:
        upstream.answer(faults.ok({"embeddings": [[0.5, -1.25]]}))
        answer = await embed(provider, input="a", encoding_format="base64")
    assert struct.unpack("<2f", base64.b64decode(answer["data"][0]["embedding"])) == (0.5, -1.25)


async def test_tokens_cannot_be_embedded() -> None:
    async with FaultUpstream() as upstream, ollama_at(upstream) as provider:
        with pytest.raises(RequestError, match="token"):
            await embed(provider, input=[[1, 2]])
        assert not upstream.requests


@pytest.mark.parametrize("told", [b"", b"{}", b'{"embeddings":[]}', b'{"embeddings":{}}'])
async def test_embeddings_that_are_none_are_an_invalid_response(told: bytes) -> None:
    async with FaultUpstream() as upstream, ollama_at(upstream) as provider:
        upstream.answer(faults.ok(told))
        with pytest.raises(ProviderInvalidResponse, match="embeddings"):
            await embed(provider, input="a")


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ({"models": [{"name": "qwen3:8b", "model": "qwen3:8b", "size": 5}, {"name": "llama3:latest"}]},
         ["qwen3:8b", "llama3:latest"]),
        ({"models": None}, []),
        ({"models": []}, []),
    ],
)  # fmt: skip
async def test_models_are_those_that_are_there(told: Any, names: list[str]) -> None:
    async with FaultUpstream() as upstream, ollama_at(upstream) as provider:
        upstream.answer(faults.ok(told))
        assert await provider.list_models() == names
        assert upstream.requests[0].target == "/api/tags"


@pytest.mark.parametrize("told", [b"", b"Ollama is running", b'{"models":[{}]}'])
async def test_a_list_in_another_form_is_an_invalid_response(told: bytes) -> None:
    async with FaultUpstream() as upstream, ollama_at(upstream) as provider:
        upstream.answer(faults.ok(told))
        with pytest.raises(ProviderInvalidResponse, match="list of models"):
            await provider.list_models()
