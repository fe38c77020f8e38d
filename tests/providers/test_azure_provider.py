"""Azure OpenAI as a provider: what is sent where, in both forms of the API, and refusals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from transport_origin import LONG

from switchgear.core.errors import (
    ContentPolicyViolation,
    ProviderAuthenticationFailed,
    ProviderError,
    ProviderModelNotFound,
    ProviderPermissionDenied,
    ProviderRateLimited,
)
from switchgear.core.secrets import Secret
from switchgear.providers.azure import AzureProvider
from switchgear.providers.base import Operation, Outgoing
from switchgear.providers.transport import OriginSettings
from switchgear.testing import FaultUpstream, faults

KEY = Secret("4f9a8b7c6d5e4f9a8b7c6d5e01234567")
DATED = "2024-10-21"


@asynccontextmanager
async def azure_at(url: str, key: Secret | None = KEY, **more: Any) -> AsyncIterator[AzureProvider]:
    provider = AzureProvider(OriginSettings("a", url, LONG, proxy="none"), key, **more)
    try:
        yield provider
    finally:
        provider.close()


async def ask(
    provider: AzureProvider, operation: Operation = Operation.CHAT, dialect: Any = "chat", model: str = "my gpt"
) -> bytes:
    with await provider.send(Outgoing(operation, dialect, model, b'{"model":"my gpt"}')) as answer:
        return await answer.body()


async def test_the_v1_form_has_neither_version_nor_deployment() -> None:
    async with FaultUpstream() as upstream, azure_at(upstream.url) as provider:
        await ask(provider)
        await ask(provider, Operation.RESPONSES, "responses")
        await ask(provider, Operation.EMBEDDING, "")
        assert [request.target for request in upstream.requests] == [
            "/openai/v1/chat/completions", "/openai/v1/responses", "/openai/v1/embeddings",
        ]  # fmt: skip
        assert upstream.requests[0].body == b'{"model":"my gpt"}'
        assert upstream.requests[0].header("api-key") == KEY.reveal()
        assert upstream.requests[0].header("authorization") is None
    assert provider.dialects == ("responses", "chat")


async def test_the_dated_form_names_the_deployment_in_the_path() -> None:
    async with FaultUpstream() as upstream, azure_at(upstream.url, api_version=DATED) as provider:
        await ask(provider)
        await ask(provider, Operation.EMBEDDING, "", "../../x?y")
        assert [request.target for request in upstream.requests] == [
            "/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21",
            "/openai/deployments/..%2F..%2Fx%3Fy/embeddings?api-version=2024-10-21",
        ]
    assert provider.dialects == ("chat",)


async def test_a_dated_form_with_responses_has_them_beside_the_deployments() -> None:
    async with FaultUpstream() as upstream, azure_at(upstream.url, api_version="2025-04-01-preview") as provider:
        await ask(provider, Operation.RESPONSES, "responses")
        assert upstream.requests[0].target == "/openai/responses?api-version=2025-04-01-preview"
    assert provider.dialects == ("chat", "responses")


@pytest.mark.parametrize("dialect", ["chat", "responses"])
async def test_a_call_that_crosses_goes_where_its_form_belongs(dialect: str) -> None:
    async with FaultUpstream() as upstream, azure_at(upstream.url) as provider:
        await ask(provider, Operation.MESSAGES, dialect)
        path = {"chat": "chat/completions", "responses": "responses"}[dialect]
        assert upstream.requests[0].target == f"/openai/v1/{path}"


async def test_the_preferred_dialect_may_be_told() -> None:
    provider = AzureProvider(OriginSettings("a", "http://127.0.0.1:1"), KEY, dialects=("chat",))
    assert provider.dialects == ("chat",)


@pytest.mark.parametrize("below", ["", "/", "/openai", "/openai/v1", "/openai/v1/"])
async def test_an_endpoint_may_be_given_with_its_path(below: str) -> None:
    async with FaultUpstream() as upstream, azure_at(upstream.url + below) as provider:
        await ask(provider)
        assert upstream.requests[0].target == "/openai/v1/chat/completions"


async def test_a_token_is_a_bearer_token() -> None:
    token = Secret("eyJ0eXAi.abcdefgh.ijkl")
    async with FaultUpstream() as upstream, azure_at(upstream.url, None, token=token) as provider:
        await ask(provider)
        request = upstream.requests[0]
        assert (request.header("authorization"), request.header("api-key")) == (f"Bearer {token.reveal()}", None)
    assert token.reveal() not in provider.redact(f"token {token.reveal()} has expired")


async def test_models_are_those_that_may_be_deployed() -> None:
    async with FaultUpstream() as upstream:
        upstream.always(faults.ok({"data": [{"id": "gpt-5-mini"}]}))
        async with azure_at(upstream.url) as provider:
            assert await provider.list_models() == ["gpt-5-mini"]
        async with azure_at(upstream.url, api_version=DATED) as provider:
            await provider.list_models()
        assert [request.target for request in upstream.requests] == [
            "/openai/v1/models", "/openai/models?api-version=2024-10-21",
        ]  # fmt: skip


FILTERED = {
    "error": {
        "message": "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
        "type": None, "param": "prompt", "code": "content_filter", "status": 400,
        "innererror": {
            "code": "ResponsibleAIPolicyViolation",
            "content_filter_result": {"jailbreak": {"filtered": True, "detected": True}},
        },
    }
}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind", "wait"),
    [
        (404, {"error": {"code": "DeploymentNotFound", "message": "The API deployment does not exist."}}, {},
         ProviderModelNotFound, None),
        (400, FILTERED, {}, ContentPolicyViolation, None),
        (401, {"error": {"code": "PermissionDenied", "message": "The principal lacks the required data action."}}, {},
         ProviderPermissionDenied, None),
        (401, {"error": {"code": "401", "message": "Access denied due to invalid subscription key."}}, {},
         ProviderAuthenticationFailed, None),
        (429, {"error": {"code": "429", "message": "Rate limit."}}, {"retry-after": "6", "retry-after-ms": "5600"},
         ProviderRateLimited, 5.6),
    ],
)  # fmt: skip
async def test_refusals_are_known(
    status: int, body: Any, headers: dict[str, str], kind: type[ProviderError], wait: float | None
) -> None:
    async with FaultUpstream() as upstream, azure_at(upstream.url) as provider:
        upstream.answer(faults.status(status, body, headers))
        with pytest.raises(ProviderError) as caught:
            await ask(provider)
    assert type(caught.value) is kind
    assert caught.value.retry_after == wait


async def test_many_deployments_are_called_one_after_another() -> None:
    async with FaultUpstream() as upstream, azure_at(upstream.url, api_version=DATED) as provider:
        for number in range(300):
            await ask(provider, model=f"d{number}")
        assert len(provider._heads) <= 256
