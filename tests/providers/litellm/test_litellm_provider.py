"""A provider that LiteLLM translates for, over real sockets: what is sent, what comes back, and what errors become."""

from __future__ import annotations

import asyncio
import json

import litellm_shapes as shapes
import pytest
from litellm_provider import KEY, ask, asking, events, provider_at

from switchgear.core.errors import (
    NotSupported,
    ProviderAuthenticationFailed,
    ProviderDisconnected,
    ProviderError,
    ProviderInvalidResponse,
    ProviderRateLimited,
    ProviderTimeout,
    RequestError,
)
from switchgear.core.secrets import Secret
from switchgear.providers.base import Operation
from switchgear.providers.connection import Timeouts
from switchgear.providers.litellm.answers import DROPPED
from switchgear.providers.litellm.engine import Engine
from switchgear.providers.openai_stream import StreamReader
from switchgear.testing import FaultUpstream, Gate, ReadBody, Send, Stall, http1

AMAZON = {
    "aws_access_key_id": "AKIDEXAMPLE",
    "aws_secret_access_key": Secret("wJalrXUtnFEMI/K7MDENG"),
    "aws_region_name": "us-east-1",
}
CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"


def stream(content: bytes, kind: str = "text/event-stream") -> tuple[ReadBody, Send]:
    return ReadBody(), Send(http1.response(content, headers={"content-type": kind}))


async def test_a_chat_is_put_into_the_providers_form_and_its_answer_back_into_openais(engine: Engine) -> None:
    async with FaultUpstream() as upstream, provider_at(engine, "anthropic", upstream.url) as provider:
        upstream.answer(ReadBody(), Send(http1.response(shapes.ANTHROPIC_TOOL)))
        told = await ask(provider, asking("claude-sonnet-4-5", max_tokens=10))
    (request,) = upstream.requests
    assert request.target == "/v1/messages"
    assert dict(request.headers)["x-api-key"] == KEY.reveal()
    assert request.json["messages"] == [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]
    assert told["object"] == "chat.completion"
    assert told["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "weather"
    assert told["choices"][0]["finish_reason"] == "tool_calls"


async def test_an_answer_in_openais_form_passes_byte_by_byte(engine: Engine) -> None:
    told = b'{ "id":1,\n "unknown" : {"a":[ ]} }\n'
    async with FaultUpstream() as upstream, provider_at(engine, "together_ai", upstream.url + "/v1") as provider:
        upstream.answer(ReadBody(), Send(http1.response(told)))
        with await provider.send(asking()) as answer:
            assert await answer.body() == told
        upstream.answer(*stream(shapes.OPENAI_STREAM))
        with await provider.send(asking(stream=True)) as answer:
            parts: list[bytes] = []
            await answer.pipe(parts.append)
    assert b"".join(parts) == shapes.OPENAI_STREAM


async def test_a_stream_is_translated_as_it_arrives(engine: Engine) -> None:
    gate = Gate()
    first, rest = (
        shapes.sse(*shapes.ANTHROPIC_EVENTS[:8], named=True),
        shapes.sse(*shapes.ANTHROPIC_EVENTS[8:], named=True),
    )
    arrived = asyncio.Event()
    async with FaultUpstream() as upstream, provider_at(engine, "anthropic", upstream.url) as provider:
        head = http1.head(200, {"content-type": "text/event-stream", "content-length": str(len(first + rest))})
        upstream.answer(ReadBody(), Send(head + first), gate, Send(rest))
        parts: list[bytes] = []

        def take(part: bytes) -> None:
            parts.append(part)
            arrived.set()

        with await provider.send(asking("claude-sonnet-4-5", stream=True)) as answer:
            assert answer.header(b"content-type") == b"text/event-stream"
            piping = asyncio.create_task(answer.pipe(take))
            await arrived.wait()
            assert b"I look." in b"".join(parts)
            gate.open()
            await piping
    assert b"".join(parts).endswith(b"data: [DONE]\n\n")


async def test_a_stream_satisfies_the_reader_that_counts_what_passes(engine: Engine) -> None:
    async with FaultUpstream() as upstream, provider_at(engine, "anthropic", upstream.url) as provider:
        upstream.answer(*stream(shapes.sse(*shapes.ANTHROPIC_EVENTS, named=True)))
        reader = StreamReader("p", str, show_usage=False)
        passed: list[bytes] = []
        with await provider.send(asking("claude-sonnet-4-5", stream=True)) as answer:
            await answer.pipe(lambda part: passed.append(reader.feed(part)))
        reader.finish()
    assert reader.done
    assert reader.usage is not None
    assert (reader.usage.prompt_tokens, reader.usage.completion_tokens, reader.usage.cached_tokens) == (24, 8, 4)
    assert b'"usage"' not in b"".join(passed)


async def test_amazons_requests_are_signed_and_its_binary_streams_read(engine: Engine) -> None:
    async with (
        FaultUpstream() as upstream,
        provider_at(engine, "bedrock", upstream.url, key=None, params=AMAZON) as provider,
    ):
        upstream.answer(*stream(shapes.amazon(*shapes.CONVERSE_EVENTS), "application/vnd.amazon.eventstream"))
        with await provider.send(asking(CLAUDE, stream=True)) as answer:
            told = await events(answer)
    (request,) = upstream.requests
    assert request.target == "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream"
    assert dict(request.headers)["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert AMAZON["aws_secret_access_key"].reveal() not in request.raw_head.decode() + request.body.decode()  # type: ignore[attr-defined]
    assert told[-1] == "[DONE]"
    assert "".join(event["choices"][0]["delta"].get("content") or "" for event in told[:-2]) == "I look."


async def test_an_exception_inside_amazons_stream_is_the_error_that_it_would_be_alone(engine: Engine) -> None:
    refused = shapes.message(
        b'{"message":"Too many requests."}', message_type="exception", exception_type="throttlingException"
    )
    content = shapes.amazon(*shapes.CONVERSE_EVENTS[4:5]) + refused
    async with (
        FaultUpstream() as upstream,
        provider_at(engine, "bedrock", upstream.url, key=None, params=AMAZON) as provider,
    ):
        upstream.answer(*stream(content, "application/vnd.amazon.eventstream"))
        reader = StreamReader("p", str, show_usage=True)
        with await provider.send(asking(CLAUDE, stream=True)) as answer:
            await answer.pipe(reader.feed)
    with pytest.raises(ProviderRateLimited):
        reader.finish()


async def test_fields_that_a_model_does_not_take_are_left_out_and_named(engine: Engine) -> None:
    async with FaultUpstream() as upstream, provider_at(engine, "anthropic", upstream.url) as provider:
        upstream.answer(ReadBody(), Send(http1.response(shapes.ANTHROPIC_TEXT)))
        odd = {"a\r\nb": 1, "ä": 1}
        with await provider.send(asking("claude-sonnet-4-5", seed=7, logit_bias={"1": 1}, n=1, **odd)) as answer:
            assert answer.header(DROPPED) == b"seed, logit_bias"
            await answer.body()
    assert "seed" not in upstream.requests[0].json


@pytest.mark.parametrize(
    ("provider_name", "model", "call", "param"),
    [
        ("anthropic", "claude-sonnet-4-5", {"n": 2}, "n"),
        ("ollama_chat", "qwen3", {"tools": [{"type": "function", "function": {"name": "a"}}], "tool_choice": "required"}, "tool_choice"),
        ("together_ai", "m", {"messages": "Hello"}, "messages"),
        ("anthropic", "claude-sonnet-4-5", {"messages": [{"role": "user", "content": [{"type": "smell"}]}]}, "messages[0].content[0]"),
    ],
)  # fmt: skip
async def test_what_cannot_be_asked_without_another_meaning_is_refused(
    engine: Engine, provider_name: str, model: str, call: dict[str, object], param: str
) -> None:
    async with provider_at(engine, provider_name, "http://127.0.0.1:9") as provider:
        with pytest.raises(RequestError) as refused:
            await provider.send(asking(model, **call))
    assert refused.value.param == param


async def test_a_message_that_cannot_be_translated_is_the_callers_error_and_quotes_nothing(engine: Engine) -> None:
    secret = "a private thing"
    async with provider_at(engine, "bedrock", "http://127.0.0.1:9", key=None, params=AMAZON) as provider:
        with pytest.raises(RequestError) as refused:
            await provider.send(asking(CLAUDE, messages=[secret]))
    told = f"{refused.value.message} {refused.value.advice} {refused.value.cause}"
    assert secret not in told
    assert refused.value.__cause__ is None


async def test_an_image_by_address_is_never_fetched_by_litellm(engine: Engine) -> None:
    async with FaultUpstream() as upstream, provider_at(engine, "gemini", upstream.url) as provider:
        content = [{"type": "image_url", "image_url": {"url": f"{upstream.url}/cat.png"}}]
        with pytest.raises(RequestError):
            await provider.send(asking("gemini-2.5-flash", messages=[{"role": "user", "content": content}]))
        assert upstream.requests == []
        assert not provider.capabilities.image_urls


async def test_a_refusal_is_what_its_status_and_body_say(engine: Engine) -> None:
    async with FaultUpstream() as upstream, provider_at(engine, "anthropic", upstream.url) as provider:
        body = {"type": "error", "error": {"type": "rate_limit_error", "message": "Slow down."}}
        upstream.answer(ReadBody(), Send(http1.response(body, 429, {"retry-after": "7"})))
        with pytest.raises(ProviderRateLimited) as limited:
            await provider.send(asking("claude-sonnet-4-5"))
        assert limited.value.retry_after == 7
        body = {
            "type": "error",
            "error": {"type": "authentication_error", "message": f"invalid x-api-key {KEY.reveal()}"},
        }
        upstream.answer(ReadBody(), Send(http1.response(body, 401)))
        with pytest.raises(ProviderAuthenticationFailed) as refused:
            await provider.send(asking("claude-sonnet-4-5"))
    assert KEY.reveal() not in f"{refused.value.message}{refused.value.cause}"


async def test_an_error_event_in_a_stream_is_raised_by_the_reader_after_what_came_before(engine: Engine) -> None:
    broken = [
        *shapes.ANTHROPIC_EVENTS[:8],
        {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
    ]
    async with FaultUpstream() as upstream, provider_at(engine, "anthropic", upstream.url) as provider:
        upstream.answer(*stream(shapes.sse(*broken, named=True)))
        with await provider.send(asking("claude-sonnet-4-5", stream=True)) as answer:
            told = await events(answer)
    assert told[-1]["error"]["type"] == "overloaded_error"
    assert "I look." in json.dumps(told)


async def test_an_answer_that_litellm_cannot_read_is_the_providers_fault(engine: Engine) -> None:
    async with FaultUpstream() as upstream, provider_at(engine, "anthropic", upstream.url) as provider:
        for body in ({"surprise": 1}, b"no JSON", [1]):
            upstream.answer(ReadBody(), Send(http1.response(body)))
            with await provider.send(asking("claude-sonnet-4-5")) as answer, pytest.raises(ProviderInvalidResponse):
                await answer.body()


async def test_a_stream_that_ends_early_has_no_end(engine: Engine) -> None:
    async with FaultUpstream() as upstream, provider_at(engine, "anthropic", upstream.url) as provider:
        upstream.answer(*stream(shapes.sse(*shapes.ANTHROPIC_EVENTS[:8], named=True)))
        reader = StreamReader("p", str, show_usage=True)
        with await provider.send(asking("claude-sonnet-4-5", stream=True)) as answer:
            await answer.pipe(reader.feed)
        with pytest.raises(ProviderDisconnected):
            reader.finish()


async def test_limits_in_time_hold_as_for_every_provider(engine: Engine) -> None:
    timeouts = Timeouts(connect=20, first_byte=0.05, between_bytes=20, total=20)
    async with (
        FaultUpstream() as upstream,
        provider_at(engine, "anthropic", upstream.url, timeouts=timeouts) as provider,
    ):
        upstream.answer(ReadBody(), Stall())
        with pytest.raises(ProviderTimeout, match="first_byte"):
            await provider.send(asking("claude-sonnet-4-5"))


async def test_embeddings_and_rerank_are_translated_too(engine: Engine) -> None:
    async with FaultUpstream() as upstream, provider_at(engine, "voyage", upstream.url + "/v1") as provider:
        assert provider.operations == {Operation.EMBEDDING, Operation.RERANK}
        upstream.answer(ReadBody(), Send(http1.response(shapes.VOYAGE_EMBEDDING)))
        listed = await ask(provider, asking(operation=Operation.EMBEDDING, input="Hello"))
        upstream.answer(ReadBody(), Send(http1.response(shapes.VOYAGE_RERANK)))
        ranked = await ask(provider, asking(operation=Operation.RERANK, query="Hello?", documents=["a", "b"]))
    assert listed["data"][0]["embedding"] == [0.25, -0.5]
    assert [one["index"] for one in ranked["results"]] == [1, 0]


async def test_models_are_listed_where_the_api_has_openais_form(engine: Engine) -> None:
    async with FaultUpstream() as upstream, provider_at(engine, "groq", upstream.url + "/v1") as provider:
        upstream.answer(Send(http1.response({"data": [{"id": "a"}, {"id": "b"}]})))
        assert await provider.list_models() == ["a", "b"]
        assert upstream.requests[0].target == "/v1/models"
        assert dict(upstream.requests[0].headers)["authorization"] == f"Bearer {KEY.reveal()}"
    async with provider_at(engine, "anthropic", "http://127.0.0.1:9") as provider:
        with pytest.raises(NotSupported):
            await provider.list_models()


async def test_headers_of_the_settings_replace_those_of_litellm_and_it_does_not_name_itself(engine: Engine) -> None:
    headers = {"X-Api-Key": Secret("another-secret-key"), "x-team": Secret("search")}
    async with FaultUpstream() as upstream, provider_at(engine, "anthropic", upstream.url, headers=headers) as provider:
        upstream.answer(ReadBody(), Send(http1.response(shapes.ANTHROPIC_TEXT)))
        await ask(provider, asking("claude-sonnet-4-5"))
    fields = upstream.requests[0].headers
    assert [value for name, value in fields if name == "x-api-key"] == ["another-secret-key"]
    assert ("x-team", "search") in fields
    assert "litellm" not in upstream.requests[0].raw_head.decode().lower()


async def test_what_a_model_cannot_be_called_without_is_named(engine: Engine) -> None:
    async with provider_at(engine, "vertex_ai", None, params={"vertex_location": "us-east5"}) as provider:
        with pytest.raises(ProviderError, match="vertex_project"):
            await provider.send(asking("gemini-2.5-flash"))


@pytest.mark.parametrize("name", ["ai21", "hosted_vllm", "lm_studio", "custom_openai", "litellm_proxy"])
async def test_a_key_never_goes_to_openai_for_want_of_an_address(engine: Engine, name: str) -> None:
    async with provider_at(engine, name, None) as provider:
        with pytest.raises(ProviderError, match="base_url"):
            await provider.send(asking())


def test_a_provider_that_litellm_does_not_have_is_refused_with_the_nearest_name(engine: Engine) -> None:
    from switchgear.providers.litellm.known import find

    with pytest.raises(ValueError, match='did you mean "bedrock"'):
        find("bedrok")


HOSTILE = {
    "api_base": "http://127.0.0.1:9", "base_url": "http://127.0.0.1:9", "api_key": "sk-other", "model_id": "other-model",
    "custom_llm_provider": "openai", "extra_headers": {"x-evil": "1"}, "aws_region_name": "evil-1",
    "aws_bedrock_runtime_endpoint": "http://127.0.0.1:9", "mock_response": "Hello!", "fallbacks": ["other"],
}  # fmt: skip


async def test_a_caller_cannot_choose_another_address_account_or_model_by_litellms_names(engine: Engine) -> None:
    for model in (CLAUDE, f"invoke/{CLAUDE}"):
        async with (
            FaultUpstream() as upstream,
            provider_at(engine, "bedrock", upstream.url, key=None, params=AMAZON) as one,
        ):
            told = shapes.ANTHROPIC_TEXT if "invoke" in model else shapes.CONVERSE_TEXT
            upstream.answer(ReadBody(), Send(http1.response(told)))
            with await one.send(asking(model, top_k=5, **HOSTILE)) as answer:
                assert set(answer.header(DROPPED).decode().split(", ")) == set(HOSTILE)
                await answer.body()
        (request,) = upstream.requests
        assert request.path.startswith("/model/anthropic.claude")
        assert "evil" not in request.raw_head.decode() + request.body.decode()
        assert "other" not in request.raw_head.decode() + request.body.decode()
        assert b'"top_k":5' in request.body


@pytest.mark.parametrize("name", ["a b", "a\r\nx-evil: 1", "a?key=1", "a#b", "ä", "a%0d%0ab"])
async def test_a_models_name_cannot_leave_its_place_in_the_path(engine: Engine, name: str) -> None:
    async with FaultUpstream() as upstream, provider_at(engine, "gemini", upstream.url) as provider:
        upstream.answer(ReadBody(), Send(http1.response(shapes.GEMINI_TEXT)))
        await ask(provider, asking(name))
        assert upstream.requests[0].target.startswith("/models/")
        assert upstream.requests[0].target.endswith(":generateContent")
        assert "?" not in upstream.requests[0].target
        assert "x-evil" not in dict(upstream.requests[0].headers)
