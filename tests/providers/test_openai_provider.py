"""An OpenAI-compatible API as a provider: what is sent, what passes back, and what refusals become."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from transport_origin import LONG

from switchgear.core.errors import (
    ProviderAuthenticationFailed,
    ProviderError,
    ProviderInvalidResponse,
    ProviderModelNotFound,
    ProviderRateLimited,
    ProviderRefused,
)
from switchgear.core.secrets import Secret
from switchgear.providers import account
from switchgear.providers.base import Operation, Outgoing
from switchgear.providers.openai import OpenAIProvider
from switchgear.providers.transport import OriginSettings
from switchgear.testing import FaultUpstream, ReadBody, ScriptedProvider, Send, Stall, error_body, faults, http1

BOTH_LOOPS = True
KEY = Secret("sk-test-0123456789abcdef")


@asynccontextmanager
async def provider_at(
    url: str, key: Secret | None = KEY, headers: Mapping[str, Secret] | None = None
) -> AsyncIterator[OpenAIProvider]:
    provider = OpenAIProvider(OriginSettings("p", url, LONG, proxy="none"), key, headers)
    try:
        yield provider
    finally:
        provider.close()


async def ask(provider: OpenAIProvider, body: bytes = b'{"model":"m"}', operation: Operation = Operation.CHAT) -> bytes:
    with await provider.send(Outgoing(operation, "chat" if operation is Operation.CHAT else "", "m", body)) as answer:
        return await answer.body()


async def test_bodies_pass_both_ways_byte_by_byte() -> None:
    body = '{"model": "m",\t"nonsense": [1e400, "\u00e9\\u0000"], "x":  {}}'.encode()
    told = b'{ "id":1,\n "unknown" : {"a":[ ]} }\n'
    async with FaultUpstream() as upstream, provider_at(upstream.base_url) as provider:
        upstream.always(faults.ok(told))
        for operation in (Operation.CHAT, Operation.COMPLETION, Operation.EMBEDDING):
            assert await ask(provider, body, operation) == told
        assert [request.body for request in upstream.requests] == [body] * 3
        assert [request.target for request in upstream.requests] == [
            "/v1/chat/completions", "/v1/completions", "/v1/embeddings",
        ]  # fmt: skip


async def test_the_head_is_what_a_provider_expects_and_nothing_twice() -> None:
    async with FaultUpstream() as upstream, provider_at(upstream.base_url, Secret(f" {KEY.reveal()}\n")) as provider:
        await ask(provider)
        request, host = upstream.requests[0], f"127.0.0.1:{upstream.port}"
    assert (request.method, request.version) == ("POST", "1.1")
    assert dict(request.headers) == {
        "host": host,
        "accept-encoding": "identity",
        "user-agent": "switchgear",
        "authorization": f"Bearer {KEY.reveal()}",
        "content-type": "application/json",
        "content-length": "13",
    }
    assert len(request.headers) == 6


@pytest.mark.parametrize(
    ("base", "target"),
    [
        ("", "/chat/completions"),
        ("/", "/chat/completions"),
        ("/v1/", "/v1/chat/completions"),
        ("/a%20b/ü", "/a%20b/%C3%BC/chat/completions"),
        ("/a b", "/a%20b/chat/completions"),
    ],
)
async def test_paths_are_below_the_base_url(base: str, target: str) -> None:
    async with FaultUpstream() as upstream, provider_at(upstream.url + base) as provider:
        await ask(provider)
        assert upstream.requests[0].target == target


async def test_headers_of_the_provider_are_sent_and_replace_ours() -> None:
    headers = {
        "X-Team": Secret("blue"),
        "Authorization": Secret("Basic abc"),
        "api-key": Secret("k"),
        "user-agent": Secret("é"),
    }
    async with FaultUpstream() as upstream, provider_at(upstream.base_url, headers=headers) as provider:
        await ask(provider)
        fields = upstream.requests[0].headers
    found = {name: [value for key, value in fields if key == name] for name, _ in fields}
    assert (found["x-team"], found["authorization"], found["api-key"]) == (["blue"], ["Basic abc"], ["k"])
    assert (found["user-agent"], found["content-type"]) == (["é"], ["application/json"])


@pytest.mark.parametrize(
    ("key", "headers"),
    [
        ("a\r\nx-evil: 1", {}),
        ("a\nb", {}),
        ("a\0b", {}),
        ("a\u2028b", {}),
        ("“quoted”", {}),
        ("a", {"x-a": "b\r\nx-evil: 1"}),
        ("a", {"x-a\r\nx-evil": "b"}),
        ("a", {"x a": "b"}),
        ("a", {"x:a": "b"}),
        ("a", {"": "b"}),
        ("a", {"x-\u00e9": "b"}),
        ("a", {"Content-Length": "5"}),
        ("a", {"transfer-encoding": "chunked"}),
        ("a", {"host": "other"}),
    ],
)
def test_keys_and_headers_that_would_change_the_request_are_refused(key: str, headers: dict[str, str]) -> None:
    hidden = "tail-of-the-secret"
    values = {name: Secret(value + hidden) for name, value in headers.items()}
    with pytest.raises(ValueError, match="header") as caught:
        OpenAIProvider(OriginSettings("p", "http://127.0.0.1:1/v1"), Secret(key + hidden), values)
    assert hidden not in str(caught.value)


async def test_streams_of_a_real_dialect_pass_byte_by_byte() -> None:
    async with ScriptedProvider(api_key=KEY.reveal()) as upstream, provider_at(upstream.base_url) as provider:
        got: list[bytes] = []
        body = b'{"model":"m","stream":true,"messages":[{"role":"user","content":"one two three"}]}'
        with await provider.send(Outgoing(Operation.CHAT, "chat", "m", body)) as answer:
            assert answer.header(b"content-type").startswith(b"text/event-stream")
            await answer.pipe(got.append)
        assert b"".join(got).endswith(b"data: [DONE]\n\n")
        assert b"".join(got).count(b"data: ") == 6


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("plan", "kind"),
    [
        (faults.status(401), ProviderAuthenticationFailed),
        (faults.status(404, b""), ProviderModelNotFound),
        (faults.status(400, error_body("No.", param="n")), ProviderRefused),
        (faults.retry_after_seconds(3), ProviderRateLimited),
        (faults.status(500), ProviderError),
        (faults.redirect("https://other.example/"), ProviderInvalidResponse),
    ],
)
async def test_a_refusal_is_raised_and_its_connection_kept(plan: Any, kind: type[ProviderError]) -> None:
    async with FaultUpstream() as upstream, provider_at(upstream.base_url) as provider:
        upstream.answer(plan)
        with pytest.raises(ProviderError) as caught:
            await ask(provider)
        assert type(caught.value) is kind
        assert caught.value.provider == "p"
        await ask(provider)
        assert len(upstream.connections) == 1


async def test_a_refusal_that_quotes_the_key_does_not_give_it_away() -> None:
    headers = {"x-account": Secret("account-secret-77")}
    async with (
        FaultUpstream() as upstream,
        provider_at(upstream.base_url, Secret("corporate key 1"), headers) as provider,
    ):
        for status in (400, 401, 404, 500):
            upstream.answer(faults.status(status, error_body("No: Bearer corporate key 1 account-secret-77")))
            with pytest.raises(ProviderError) as caught:
                await ask(provider)
            told = f"{caught.value.message} {caught.value.cause}"
            assert "corporate key 1" not in told
            assert "account-secret-77" not in told


HEX_KEY = "4f9a8b7c6d5e4f9a8b7c6d5e01234567"


@pytest.mark.parametrize(
    ("key", "headers"),
    [
        (HEX_KEY, {}),
        (None, {"api-key": HEX_KEY}),
        (None, {"authorization": f"Bearer {HEX_KEY}"}),
        (HEX_KEY[:16], {"x-key": HEX_KEY}),
    ],
    ids=["key", "header", "header with a scheme", "one within another"],
)
async def test_what_a_provider_says_is_shown_without_the_credentials(key: str | None, headers: dict[str, str]) -> None:
    values = {name: Secret(value) for name, value in headers.items()}
    provider = OpenAIProvider(OriginSettings("p", "http://127.0.0.1:1"), Secret(key) if key else None, values)
    assert provider.redact(f"Key {HEX_KEY} is over quota") == "Key [redacted] is over quota"
    assert provider.redact("sk-proj-AbCdEf0123456789xyz") == "sk-[redacted]"


@pytest.mark.parametrize(
    "rest",
    [
        (Send(http1.head(429, {"retry-after": "7", "content-length": "100"}) + b'{"error'), *faults.hang_up()[1:]),
        (Send(http1.head(429, {"retry-after": "7", "transfer-encoding": "chunked"}) + b"zz\r\n"),),
        (Send(http1.head(429, {"retry-after": "7", "content-length": "100"})), Stall()),
        faults.status(429, b" " * 3_000_000, {"retry-after": "7"})[1:],
        (Send(http1.head(429, {"retry-after": "7", "content-length": "99999999999"})), Stall()),
    ],
    ids=["cut", "garbage", "stalled", "long", "longer than may be"],
)
async def test_a_refusal_whose_body_fails_is_told_by_its_status(rest: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "_ERROR_BODY_SECONDS", 0.2)
    async with FaultUpstream() as upstream, provider_at(upstream.base_url) as provider:
        upstream.answer(ReadBody(), *rest)
        with pytest.raises(ProviderRateLimited) as caught:
            await asyncio.wait_for(ask(provider), 5)
        assert caught.value.retry_after == 7
        await ask(provider)


# ---------------------------------------------------------------- models


async def test_models_are_listed_with_the_key() -> None:
    names = ("a", "vendor/b:c", "ü")
    async with (
        ScriptedProvider(api_key=KEY.reveal(), models=names) as upstream,
        provider_at(upstream.base_url) as provider,
    ):
        assert await provider.list_models() == list(names)
        request = upstream.requests[0]
        assert (request.method, request.target, request.header("content-length")) == ("GET", "/v1/models", None)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"data": []}, []),
        ({}, []),
        ({"object": "list", "data": [{"id": "a", "created": "yesterday", "more": {}}]}, ["a"]),
        ([{"id": "a", "type": "chat"}], ["a"]),
    ],
)
async def test_lists_of_models_are_read_as_they_come(body: Any, names: list[str]) -> None:
    async with FaultUpstream() as upstream, provider_at(upstream.base_url) as provider:
        upstream.answer(faults.ok(body))
        assert await provider.list_models() == names


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"data":[{"name":"a"}]}', b'{"data":3}', b"3", b"[" * 100_000])
async def test_a_list_of_models_in_another_form_is_an_invalid_response(body: bytes) -> None:
    async with FaultUpstream() as upstream, provider_at(upstream.base_url) as provider:
        upstream.answer(faults.ok(body))
        with pytest.raises(ProviderInvalidResponse, match="list of models"):
            await provider.list_models()


async def test_a_refused_list_of_models_is_a_refusal() -> None:
    async with ScriptedProvider(api_key="other") as upstream, provider_at(upstream.base_url) as provider:
        with pytest.raises(ProviderAuthenticationFailed):
            await provider.list_models()
