"""Anthropic as a provider: what is sent, what passes back, and what refusals become."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from transport_origin import LONG

from switchgear.core.errors import (
    ContextLengthExceeded,
    ProviderAuthenticationFailed,
    ProviderError,
    ProviderInvalidResponse,
    ProviderModelNotFound,
    ProviderOverloaded,
    ProviderPermissionDenied,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRefused,
)
from switchgear.core.secrets import Secret
from switchgear.providers.anthropic import AnthropicProvider
from switchgear.providers.base import Operation, Outgoing
from switchgear.providers.transport import OriginSettings
from switchgear.testing import FaultUpstream, ReadBody, Send, faults, http1

KEY = Secret("sk-ant-api03-0123456789abcdef")


@asynccontextmanager
async def provider_at(
    url: str, key: Secret | None = KEY, headers: Mapping[str, Secret] | None = None, **how: Any
) -> AsyncIterator[AnthropicProvider]:
    provider = AnthropicProvider(OriginSettings("claude", url, LONG, proxy="none"), key, headers, **how)
    try:
        yield provider
    finally:
        provider.close()


async def ask(provider: AnthropicProvider, operation: Operation = Operation.MESSAGES, headers: bytes = b"") -> bytes:
    dialect = "messages" if operation is Operation.MESSAGES else ""
    outgoing = Outgoing(operation, dialect, "claude-9", b'{"model":"claude-9"}', headers=headers)
    with await provider.send(outgoing) as answer:
        return await answer.body()


async def test_bodies_pass_both_ways_to_messages_and_to_counting() -> None:
    async with FaultUpstream() as upstream, provider_at(upstream.base_url) as provider:
        upstream.always(faults.ok(b'{ "input_tokens" : 5 }'))
        for operation in (Operation.MESSAGES, Operation.COUNT_TOKENS):
            assert await ask(provider, operation) == b'{ "input_tokens" : 5 }'
        assert [request.target for request in upstream.requests] == ["/v1/messages", "/v1/messages/count_tokens"]
        assert {request.body for request in upstream.requests} == {b'{"model":"claude-9"}'}


async def test_the_head_is_what_anthropic_expects() -> None:
    async with FaultUpstream() as upstream, provider_at(upstream.base_url) as provider:
        await ask(provider, headers=b"anthropic-beta: a,b\r\n")
        fields, host = dict(upstream.requests[0].headers), f"127.0.0.1:{upstream.port}"
    assert fields == {
        "host": host,
        "accept-encoding": "identity",
        "user-agent": "switchgear",
        "x-api-key": KEY.reveal(),
        "anthropic-version": "2023-06-01",
        "anthropic-beta": "a,b",
        "content-type": "application/json",
        "content-length": "20",
    }


@pytest.mark.parametrize(
    ("key", "how", "expected"),
    [
        (KEY, {"auth": "bearer"}, {"authorization": f"Bearer {KEY.reveal()}"}),
        (
            Secret("sk-ant-oat01-abcdefgh"),
            {},
            {"authorization": "Bearer sk-ant-oat01-abcdefgh", "anthropic-beta": "oauth-2025-04-20"},
        ),
        (None, {"version": "2030-01-01"}, {"anthropic-version": "2030-01-01"}),
        (KEY, {"headers": {"Anthropic-Version": Secret("2031-01-01")}}, {"anthropic-version": "2031-01-01"}),
    ],
)
async def test_keys_may_be_of_other_kinds(key: Secret | None, how: dict[str, Any], expected: dict[str, str]) -> None:
    async with FaultUpstream() as upstream, provider_at(upstream.base_url, key, **how) as provider:
        await ask(provider)
        fields = dict(upstream.requests[0].headers)
    assert {name: fields[name] for name in expected} == expected
    assert ("x-api-key" in fields) is ("authorization" not in expected and key is not None)


async def test_models_are_listed_page_by_page() -> None:
    async with FaultUpstream() as upstream, provider_at(upstream.base_url) as provider:
        upstream.answer(faults.ok({"data": [{"type": "model", "id": "a"}], "has_more": True, "last_id": "a/1"}))
        upstream.answer(faults.ok({"data": [{"id": "b"}], "has_more": False, "first_id": "b", "last_id": "b"}))
        assert await provider.list_models() == ["a", "b"]
        assert [request.target for request in upstream.requests] == [
            "/v1/models?limit=1000", "/v1/models?limit=1000&after_id=a%2F1",
        ]  # fmt: skip
        assert dict(upstream.requests[0].headers)["x-api-key"] == KEY.reveal()


async def test_a_list_that_is_none_is_told() -> None:
    async with FaultUpstream() as upstream, provider_at(upstream.base_url) as provider:
        upstream.always(faults.ok(b'{"models": []}'))
        with pytest.raises(ProviderInvalidResponse, match="list of models"):
            await provider.list_models()


def refusal(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_011CSHoEeqs5C35K2UUqR7Fy"}


@pytest.mark.parametrize(
    ("status", "kind", "message", "expected"),
    [
        (400, "invalid_request_error", "messages: Field required", ProviderRefused),
        (400, "invalid_request_error", "prompt is too long: 214748 tokens > 200000 maximum", ContextLengthExceeded),
        (
            400,
            "invalid_request_error",
            "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade.",
            ProviderQuotaExceeded,
        ),
        (401, "authentication_error", "invalid x-api-key", ProviderAuthenticationFailed),
        (402, "billing_error", "There's an issue with your billing or payment information.", ProviderQuotaExceeded),
        (
            403,
            "permission_error",
            "Your API key does not have permission to use the resource.",
            ProviderPermissionDenied,
        ),
        (404, "not_found_error", "model: claude-9", ProviderModelNotFound),
        (413, "request_too_large", "Request exceeds the maximum size", ProviderRefused),
        (429, "rate_limit_error", "This request would exceed your organization's rate limit.", ProviderRateLimited),
        (500, "api_error", "Internal server error", ProviderError),
        (529, "overloaded_error", "Overloaded", ProviderOverloaded),
    ],
)
async def test_refusals_become_errors_of_ours(
    status: int, kind: str, message: str, expected: type[ProviderError]
) -> None:
    async with FaultUpstream() as upstream, provider_at(upstream.base_url) as provider:
        upstream.always(ReadBody(), Send(http1.response(http1.encode_body(refusal(kind, message)), status)))
        with pytest.raises(ProviderError) as caught:
            await ask(provider)
    assert type(caught.value) is expected
    assert caught.value.upstream_status == status
    if expected is ProviderRefused and status == 400:
        assert caught.value.param == "messages"


async def test_a_rate_limit_says_when_to_come_back() -> None:
    moment = (datetime.now(UTC) + timedelta(seconds=50)).strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = {
        "content-type": "application/json",
        "anthropic-ratelimit-requests-remaining": "12",
        "anthropic-ratelimit-requests-reset": "2020-01-01T00:00:00Z",
        "anthropic-ratelimit-input-tokens-remaining": "0",
        "anthropic-ratelimit-input-tokens-reset": moment,
    }
    async with FaultUpstream() as upstream, provider_at(upstream.base_url) as provider:
        body = http1.encode_body(refusal("rate_limit_error", "Slow down."))
        upstream.always(ReadBody(), Send(http1.response(body, 429, fields)))
        with pytest.raises(ProviderRateLimited) as caught:
            await ask(provider)
    assert caught.value.retry_after is not None
    assert 30 < caught.value.retry_after <= 50


async def test_what_it_says_is_shown_without_the_key_and_with_the_version() -> None:
    said = f"anthropic-version: 2023-06-01 does not go with {KEY.reveal()}"
    async with FaultUpstream() as upstream, provider_at(upstream.base_url) as provider:
        body = http1.encode_body(refusal("invalid_request_error", said))
        upstream.always(ReadBody(), Send(http1.response(body, 400)))
        with pytest.raises(ProviderRefused) as caught:
            await ask(provider)
    assert "2023-06-01" in caught.value.message
    assert KEY.reveal() not in caught.value.message
