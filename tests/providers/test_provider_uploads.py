"""Forms and files at providers of OpenAI's and Azure's kind: where they go, with what, and what refusals become."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from transport_origin import LONG

from switchgear.core.errors import (
    NotFound,
    NotSupported,
    ProviderInvalidResponse,
    ProviderModelNotFound,
    ProviderResponseTooLarge,
)
from switchgear.core.secrets import Secret
from switchgear.providers.azure import AzureProvider
from switchgear.providers.base import Operation, Outgoing
from switchgear.providers.files import KeepsFiles
from switchgear.providers.gemini import GeminiProvider
from switchgear.providers.openai import OpenAIProvider
from switchgear.providers.transport import OriginSettings
from switchgear.testing import FaultUpstream, faults

KEY = Secret("sk-test-0123456789abcdef")
Provider = OpenAIProvider | AzureProvider


class Form:
    content_type = "multipart/form-data; boundary=b0123456789"
    length = 6

    async def pieces(self) -> AsyncGenerator[bytes]:
        yield b"abc"
        yield b"def"


@asynccontextmanager
async def made(kind: type[Provider], base_url: str, **more: Any) -> AsyncIterator[Provider]:
    limit = more.pop("max_response_bytes", 1000)
    settings = OriginSettings("p", base_url, LONG, proxy="none", max_response_bytes=limit)
    provider = kind(settings, KEY, **more)
    try:
        yield provider
    finally:
        provider.close()


def outgoing(operation: Operation = Operation.TRANSCRIPTION) -> Outgoing:
    return Outgoing(operation, "", "my-whisper", b"", headers=b"x-more: 1\r\n", upload=Form())


@pytest.mark.parametrize(
    ("kind", "base", "more", "target", "credential"),
    [
        (OpenAIProvider, "/v1", {}, "/v1/audio/transcriptions", "authorization"),
        (AzureProvider, "", {}, "/openai/v1/audio/transcriptions", "api-key"),
        (
            AzureProvider,
            "",
            {"api_version": "2024-10-21"},
            "/openai/deployments/my-whisper/audio/transcriptions?api-version=2024-10-21",
            "api-key",
        ),
    ],
)
async def test_a_form_goes_to_its_operation_with_its_own_content_type(
    kind: type[Provider], base: str, more: dict[str, Any], target: str, credential: str
) -> None:
    async with FaultUpstream() as upstream, made(kind, upstream.url + base, **more) as provider:
        upstream.answer(faults.ok({"text": "a"}))
        with await provider.send(outgoing()) as answer:
            assert await answer.body() == b'{"text":"a"}'
        (request,) = upstream.requests
    assert request.target == target
    assert request.header("content-type") == Form.content_type
    assert request.header("content-length") == "6"
    assert (request.header("x-more"), request.body) == ("1", b"abcdef")
    assert KEY.reveal() in (request.header(credential) or "")
    assert [name for name, _ in request.headers].count("content-type") == 1


async def test_a_refusal_of_a_form_is_typed_like_any_other() -> None:
    async with FaultUpstream() as upstream, made(OpenAIProvider, upstream.base_url) as provider:
        upstream.answer(faults.status(404, b""))
        with pytest.raises(ProviderModelNotFound):
            await provider.send(outgoing())


@pytest.mark.parametrize(
    ("kind", "base", "more", "prefix", "suffix"),
    [
        (OpenAIProvider, "/v1", {}, "/v1/files", ""),
        (AzureProvider, "", {}, "/openai/v1/files", ""),
        (AzureProvider, "", {"api_version": "2024-10-21"}, "/openai/files", "?api-version=2024-10-21"),
    ],
)
async def test_files_are_below_the_apis_base(
    kind: type[Provider], base: str, more: dict[str, Any], prefix: str, suffix: str
) -> None:
    async with FaultUpstream() as upstream, made(kind, upstream.url + base, **more) as provider:
        assert isinstance(provider, KeepsFiles)
        upstream.always(faults.ok({"id": "file-1", "object": "file"}))
        told, document = await provider.files.upload(Form())
        assert (told.id, document) == ("file-1", b'{"id":"file-1","object":"file"}')
        await provider.files.get("file/1?x")
        await provider.files.delete("file-1")
        with await provider.files.content("file-1", 1000) as answer:
            await answer.body()
        assert [(request.method, request.target) for request in upstream.requests] == [
            ("POST", f"{prefix}{suffix}"),
            ("GET", f"{prefix}/file%2F1%3Fx{suffix}"),
            ("DELETE", f"{prefix}/file-1{suffix}"),
            ("GET", f"{prefix}/file-1/content{suffix}"),
        ]
        assert [request.header("content-type") for request in upstream.requests[1:]] == [None, None, None]


async def test_content_has_a_limit_of_its_own() -> None:
    async with (
        FaultUpstream() as upstream,
        made(OpenAIProvider, upstream.base_url, max_response_bytes=10) as provider,
    ):
        upstream.always(faults.ok(b"x" * 100))
        with await provider.files.content("file-1", 100) as answer:
            assert len(await answer.body()) == 100
        with await provider.files.content("file-1", 99) as answer, pytest.raises(ProviderResponseTooLarge):
            await answer.body()
        with pytest.raises(ProviderResponseTooLarge):
            await provider.files.get("file-1")


async def test_what_is_not_there_is_not_found_and_what_takes_none_not_supported() -> None:
    async with FaultUpstream() as upstream, made(OpenAIProvider, upstream.base_url) as provider:
        upstream.always(faults.status(404))
        for touch in (provider.files.get, provider.files.delete):
            with pytest.raises(NotFound, match="any more"):
                await touch("file-1")
        with pytest.raises(NotSupported, match="keeps no files"):
            await provider.files.upload(Form())
        upstream.always(faults.ok({"object": "file"}))
        with pytest.raises(ProviderInvalidResponse, match="under which id"):
            await provider.files.upload(Form())


def test_a_provider_of_another_kind_keeps_none() -> None:
    provider = GeminiProvider(OriginSettings("g", "http://127.0.0.1:9/v1beta", LONG, proxy="none"), KEY)
    assert not isinstance(provider, KeepsFiles)
    provider.close()
