"""Requests that mean to reach another address, account or model than the one that the operator set."""

from __future__ import annotations

from typing import Any

import litellm_shapes as shapes
import pytest
from litellm_provider import KEY, ask, asking, provider_at

from switchgear.core.errors import ProviderMisconfigured, RequestError
from switchgear.core.secrets import Secret
from switchgear.providers.base import Operation
from switchgear.providers.litellm.answers import DROPPED
from switchgear.providers.litellm.chat import ConfigChat
from switchgear.providers.litellm.engine import Engine
from switchgear.providers.litellm.fields import callers_may
from switchgear.providers.litellm.places import check_model_name
from switchgear.testing import FaultUpstream, ReadBody, Send, http1

EVIL = "http://127.0.0.1:9/EVIL"
BEARER = {"aws_region_name": "us-east-1"}
WATSONX = {"project_id": "ours", "token": Secret("ready-token-0123456789")}
SNOWFLAKE = {"account_id": "ours"}
ELSEWHERE: dict[str, Any] = {
    "account_id": "EVIL", "api_base": EVIL, "api_key": "EVIL", "api_version": "EVIL", "aws_bedrock_runtime_endpoint": EVIL,
    "aws_region_name": "EVIL", "azure_ad_token": "EVIL", "base_url": EVIL, "deployment_id": "EVIL", "extra_body": {"model": "EVIL"},
    "extra_headers": {"x": "EVIL"}, "extra_query": {"x": "EVIL"}, "fake_stream": True, "model_id": "EVIL", "models": ["EVIL"],
    "oci_region": "EVIL", "project_id": "EVIL", "region_name": "EVIL", "sagemaker_base_url": EVIL, "space_id": "EVIL",
    "timeout": 1, "token": "EVIL", "vertex_location": "EVIL", "vertex_project": "EVIL",
}  # fmt: skip
FAMILIES = [
    ("bedrock", "converse/anthropic.claude-3-haiku-20240307-v1:0", BEARER, shapes.CONVERSE_TEXT),
    ("bedrock", "invoke/anthropic.claude-3-haiku-20240307-v1:0", BEARER, shapes.ANTHROPIC_TEXT),
    ("bedrock", "chat_completions/openai.gpt-oss-20b-1:0", BEARER, shapes.OPENAI_TEXT),
    ("watsonx", "ibm/granite-3-8b-instruct", WATSONX, shapes.OPENAI_TEXT),
    ("snowflake", "llama3.1-70b", SNOWFLAKE, shapes.OPENAI_TEXT),
    ("openrouter", "meta-llama/llama-3-8b", {}, shapes.OPENAI_TEXT),
    ("cohere", "command-r", {}, None),
    ("together_ai", "m", {}, shapes.OPENAI_TEXT),
]


@pytest.mark.parametrize(("kind", "model", "params", "told"), FAMILIES, ids=[f"{one[0]}-{one[1]}" for one in FAMILIES])
async def test_what_names_an_address_an_account_or_a_model_is_dropped_and_named(
    engine: Engine, kind: str, model: str, params: Any, told: Any
) -> None:
    async with FaultUpstream() as upstream, provider_at(engine, kind, upstream.url, params=params) as provider:
        upstream.answer(ReadBody(), Send(http1.response(told or {})))
        with await provider.send(asking(model, **ELSEWHERE)) as answer:
            assert set(answer.header(DROPPED).decode().split(", ")) == set(ELSEWHERE)
    (request,) = upstream.requests
    assert b"EVIL" not in request.raw_head + request.body


@pytest.mark.parametrize(
    "name",
    [
        "AWS_region_name", "api_foo", "client_secret", "hf_token", "hosted_url", "my_endpoint", "region", "regions",
        "vertex_credentials", "watsonx_url", "x_api_key", "tenant_id", "password",
    ],
)  # fmt: skip
def test_even_in_the_body_alone_a_caller_names_no_account(name: str) -> None:
    assert not callers_may(name, frozenset({"temperature", "prompt_cache_key"}), in_body=True)


def test_fields_of_chat_completions_and_harmless_extras_pass() -> None:
    known = frozenset({"temperature", "prompt_cache_key"})
    for name in (*known, "top_k", "min_p", "repetition_penalty", "safety_settings", "reasoning"):
        assert callers_may(name, known, in_body=False)


async def test_the_operators_own_fields_stay_when_a_caller_sends_null(engine: Engine) -> None:
    async with (
        FaultUpstream() as upstream,
        provider_at(engine, "together_ai", upstream.url, params={"safety_model": "guard", "top_k": 5}) as provider,
    ):
        upstream.answer(ReadBody(), Send(http1.response(shapes.OPENAI_TEXT)))
        await ask(provider, asking(safety_model=None, top_k=None))
        assert upstream.requests[0].json["safety_model"] == "guard"
        assert upstream.requests[0].json["top_k"] == 5


async def test_a_field_that_would_change_the_address_is_refused_before_anything_is_sent(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = ConfigChat.url

    def moved(self: ConfigChat, optional: Any, *, key: str, stream: bool) -> str:
        return optional.get("top_k") or plain(self, optional, key=key, stream=stream)

    monkeypatch.setattr(ConfigChat, "url", moved)
    async with FaultUpstream() as upstream, provider_at(engine, "mistral", upstream.url) as provider:
        monkeypatch.setattr(ConfigChat, "_optional", lambda *_, **__: ({"top_k": EVIL}, ()))
        with pytest.raises(RequestError) as raised:
            await provider.send(asking())
    assert raised.value.param == "top_k"
    assert upstream.requests == []


async def test_a_body_that_names_another_model_is_refused(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    async with FaultUpstream() as upstream, provider_at(engine, "together_ai", upstream.url) as provider:
        monkeypatch.setattr(ConfigChat, "_optional", lambda *_, **__: ({"extra_body": {"model": "other"}}, ()))
        with pytest.raises(RequestError) as raised:
            await provider.send(asking("cheap"))
    assert raised.value.param == "model"
    assert upstream.requests == []
    assert KEY.reveal() not in str(raised.value)


@pytest.mark.parametrize(
    ("kind", "model"),
    [
        ("bedrock", "arn:aws:bedrock:evil.example#:1:inference-profile/anthropic.claude"),
        ("bedrock", "converse/arn:aws:bedrock:x.localhost/:1:y/anthropic.claude-3"),
        ("bedrock", "arn:aws:bedrock:us-east-1.evil:1:y/anthropic.claude-3"),
        ("gemini", "../../x"),
        ("gemini", "a/%2E%2e/x"),
        ("gemini", "..%2F..%2fx"),
        ("anthropic", "https://evil.example"),
        ("azure", "../../evil?x="),
        ("azure", "deployment?x="),
        ("azure", "a\r\nx: y"),
    ],
)
async def test_a_models_name_leads_to_no_other_place(engine: Engine, kind: str, model: str) -> None:
    async with FaultUpstream() as upstream:
        for base in (upstream.url, None):
            async with provider_at(engine, kind, base) as provider:
                with pytest.raises(RequestError) as raised:
                    await provider.send(asking(model))
            assert raised.value.param == "model"
    assert upstream.requests == []


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("anthropic.claude-3-haiku-20240307-v1:0", True),
        ("arn:aws-us-gov:bedrock:us-gov-west-1:1:inference-profile/us.anthropic.claude-3", True),
        ("converse/arn:aws:bedrock:eu-central-1:123456789012:inference-profile/x", True),
        ("accounts/fireworks/models/llama-v3p1-8b-instruct", False),
        ("@cf/meta/llama-3.1-8b-instruct", True),
        ("llama3.1:8b-instruct-q4_K_M", False),
        ("a b#c?d", True),
    ],
)
def test_names_that_models_have_are_taken(name: str, quoted: bool) -> None:
    check_model_name(name, quoted=quoted)


@pytest.mark.parametrize(
    ("kind", "params", "field"),
    [
        ("bedrock", {}, "aws_region_name"),
        ("bedrock", {"aws_region_name": "evil.example#"}, "aws_region_name"),
        ("sagemaker_chat", {"aws_region_name": "us-east-1/x"}, "aws_region_name"),
        ("vertex_ai", {}, "vertex_project"),
        ("vertex_ai", {"vertex_project": "p", "vertex_location": "evil.example/"}, "vertex_location"),
        ("vertex_ai", {"vertex_project": "p/../q"}, "vertex_project"),
        ("watsonx", {"region_name": "evil.example/"}, "region_name"),
        ("snowflake", {"account_id": "evil.example/"}, "account_id"),
        ("cloudflare", {"account_id": "../x"}, "account_id"),
        ("cloudflare", {}, "account_id"),
    ],
)
async def test_settings_that_make_no_address_are_the_operators_to_correct(
    engine: Engine, kind: str, params: Any, field: str
) -> None:
    model = "gemini-2.5-flash" if kind == "vertex_ai" else "anthropic.claude-3-haiku-20240307-v1:0"
    async with provider_at(engine, kind, None, params=params) as provider:
        with pytest.raises(ProviderMisconfigured, match=field) as raised:
            await provider.send(asking(model))
    assert (raised.value.status, raised.value.retryable, raised.value.reached) == (502, False, False)
    assert "settings" in raised.value.hint


@pytest.mark.parametrize("kind", ["together_ai", "mistral", "voyage"])
async def test_embeddings_go_nowhere_else_either(engine: Engine, kind: str) -> None:
    told = {"object": "list", "data": [], "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    async with FaultUpstream() as upstream, provider_at(engine, kind, upstream.url) as provider:
        upstream.answer(ReadBody(), Send(http1.response(told)))
        with await provider.send(asking("m", operation=Operation.EMBEDDING, input="a", **ELSEWHERE)) as answer:
            assert set(answer.header(DROPPED).decode().split(", ")) == set(ELSEWHERE)
    (request,) = upstream.requests
    assert b"EVIL" not in request.raw_head + request.body
    assert request.json["input"] in ("a", ["a"])
