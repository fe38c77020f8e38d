"""Requests that mean to reach another address, account or model than the one that the operator set."""

from __future__ import annotations

from typing import Any

import litellm_shapes as shapes
import pytest
from litellm_provider import KEY, ask, asking, provider_at

from switchgear.core.errors import RequestError
from switchgear.core.secrets import Secret
from switchgear.providers.litellm.answers import DROPPED
from switchgear.providers.litellm.chat import ConfigChat
from switchgear.providers.litellm.engine import Engine
from switchgear.providers.litellm.fields import callers_may
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
