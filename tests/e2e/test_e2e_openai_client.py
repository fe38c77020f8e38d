"""The unmodified ``openai`` client against a served gateway."""

from __future__ import annotations

import asyncio
import base64
import struct
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import openai
import pytest
from observed import HI, usage_row
from openai import AsyncOpenAI, OpenAI

from switchgear.testing import FaultUpstream, Gate, ScriptedProvider, faults, served, tool_call

WEATHER: list[Any] = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "Weather at a place",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]


@pytest.fixture
def client(gateway: served) -> Iterator[OpenAI]:
    with OpenAI(base_url=gateway.base_url, api_key=gateway.key, max_retries=0) as one:
        yield one


def ask(client: OpenAI, model: str) -> Any:
    return client.chat.completions.create(model=model, messages=HI)


# ---------------------------------------------------------------- chat


def test_a_chat_is_answered_with_its_usage_and_request_id(client: OpenAI, gateway: served) -> None:
    answer = client.chat.completions.create(model="fast", messages=[{"role": "user", "content": "Three small words"}])
    assert answer.choices[0].message.content == "Three small words"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (3, 3, 6)
    assert answer._request_id is not None
    row = usage_row(gateway.data_dir, answer._request_id)
    assert (row["outcome"], row["model"], row["provider"], row["deployment"]) == ("ok", "fast", "test", "alpha")
    assert (row["prompt_tokens"], row["completion_tokens"], row["estimated"], row["streamed"]) == (3, 3, 0, 0)
    assert row["first_token_ms"] is None
    assert row["latency_ms"] > 0


def test_a_stream_without_include_usage_shows_none_and_is_counted_all_the_same(
    client: OpenAI, gateway: served, provider: ScriptedProvider
) -> None:
    with client.chat.completions.create(
        model="fast", messages=[{"role": "user", "content": "one two three four"}], stream=True
    ) as stream:
        chunks = list(stream)
        request_id = stream.response.headers["x-request-id"]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "one two three four"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert not any("usage" in chunk.model_fields_set for chunk in chunks)
    assert provider.requests[-1].json["stream_options"] == {"include_usage": True}
    row = usage_row(gateway.data_dir, request_id)
    assert (row["prompt_tokens"], row["completion_tokens"], row["estimated"], row["streamed"]) == (4, 4, 0, 1)


def test_a_stream_with_include_usage_ends_with_it(client: OpenAI) -> None:
    with client.chat.completions.create(
        model="fast",
        messages=[{"role": "user", "content": "one two"}],
        stream=True,
        stream_options={"include_usage": True},
    ) as stream:
        chunks = list(stream)
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == 4
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_stream_options_of_the_client_are_kept_beside_ours(client: OpenAI, provider: ScriptedProvider) -> None:
    options: Any = {"include_usage": False, "include_obfuscation": False}
    with client.chat.completions.create(model="fast", messages=HI, stream=True, stream_options=options) as stream:
        assert not any("usage" in chunk.model_fields_set for chunk in stream)
    assert provider.requests[-1].json["stream_options"] == {"include_usage": True, "include_obfuscation": False}


def test_tools_pass_through_both_ways(client: OpenAI, provider: ScriptedProvider) -> None:
    provider.reply(tool_calls=[tool_call("weather", {"city": "Oslo"})], model="tools")
    answer = client.chat.completions.create(
        model="test/tools",
        messages=[{"role": "user", "content": "Weather in Oslo?"}],
        tools=WEATHER,
        tool_choice={"type": "function", "function": {"name": "weather"}},
    )
    assert provider.requests[-1].json["tools"] == WEATHER
    assert provider.requests[-1].json["tool_choice"] == {"type": "function", "function": {"name": "weather"}}
    calls: Any = answer.choices[0].message.tool_calls
    assert answer.choices[0].finish_reason == "tool_calls"
    assert (calls[0].id, calls[0].function.name, calls[0].function.arguments) == (
        "call_1",
        "weather",
        '{"city":"Oslo"}',
    )


def test_streamed_tool_calls_come_in_their_fragments(client: OpenAI, provider: ScriptedProvider) -> None:
    provider.reply(tool_calls=[tool_call("weather", {"city": "Bergen"})], model="tools")
    arguments, names = "", []
    with client.chat.completions.create(model="test/tools", messages=HI, tools=WEATHER, stream=True) as stream:
        for chunk in stream:
            for call in chunk.choices[0].delta.tool_calls or []:
                assert call.function is not None
                arguments += call.function.arguments or ""
                names += [call.function.name] if call.function.name else []
    assert (names, arguments) == (["weather"], '{"city":"Bergen"}')


# ---------------------------------------------------------------- completions, embeddings, models


def test_a_completion_is_answered(client: OpenAI) -> None:
    answer = client.completions.create(model="fast", prompt="Once upon a time")
    assert answer.choices[0].text == "Once upon a time"
    assert answer.usage is not None
    assert answer.usage.total_tokens == 8


def test_a_completion_streams(client: OpenAI, gateway: served) -> None:
    with client.completions.create(model="fast", prompt="Once upon a time", stream=True) as stream:
        assert "".join(chunk.choices[0].text for chunk in stream) == "Once upon a time"
        request_id = stream.response.headers["x-request-id"]
    row = usage_row(gateway.data_dir, request_id)
    assert (row["endpoint"], row["completion_tokens"], row["estimated"]) == ("completions", 4, 0)


def test_embeddings_are_the_same_as_base64_and_as_floats(client: OpenAI, gateway: served) -> None:
    texts = ["a red fox", "a blue whale"]
    default = client.embeddings.create(model="fast", input=texts)  # this client asks for base64
    floats = client.embeddings.create(model="fast", input=texts, encoding_format="float")
    coded: Any = client.embeddings.create(model="fast", input=texts, encoding_format="base64")
    assert [len(entry.embedding) for entry in default.data] == [8, 8]
    assert [entry.index for entry in default.data] == [0, 1]
    for one, other, third in zip(default.data, floats.data, coded.data, strict=True):
        assert one.embedding == pytest.approx(other.embedding, rel=1e-6)
        assert list(struct.unpack("<8f", base64.b64decode(third.embedding))) == pytest.approx(one.embedding)
    assert default.usage.prompt_tokens == 6


def test_embeddings_of_token_ids_are_taken(client: OpenAI) -> None:
    assert len(client.embeddings.create(model="fast", input=[[1, 2, 3], [4]]).data) == 2
    assert len(client.embeddings.create(model="fast", input=[1, 2, 3]).data) == 1


def test_models_are_listed_aliases_first(client: OpenAI) -> None:
    models = list(client.models.list())
    names = [model.id for model in models]
    assert names[:2] == ["fast", "cheap"]
    assert {"test/alpha", "test/beta", "priced/gpt-4o-mini"} <= set(names)
    assert all(model.object == "model" and model.created > 0 for model in models)


@pytest.mark.parametrize(("name", "owner"), [("fast", "test"), ("cheap", "priced"), ("test/alpha", "test")])
def test_a_model_is_retrieved_by_its_name(client: OpenAI, name: str, owner: str) -> None:
    model = client.models.retrieve(name)
    assert (model.id, model.owned_by) == (name, owner)


def test_a_model_that_is_not_there_is_not_found(client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as raised:
        client.models.retrieve("fats")
    assert (raised.value.code, raised.value.param) == ("model_not_found", "model")
    assert 'Nearest: "fast"' in raised.value.message


# ---------------------------------------------------------------- async


async def test_many_async_calls_at_once_each_get_their_own_answer(gateway: served) -> None:
    async with AsyncOpenAI(base_url=gateway.base_url, api_key=gateway.key, max_retries=0) as client:

        async def whole(number: int) -> str | None:
            answer = await client.chat.completions.create(
                model="fast", messages=[{"role": "user", "content": f"whole {number}"}]
            )
            return answer.choices[0].message.content

        async def streamed(number: int) -> str:
            text = ""
            async with await client.chat.completions.create(
                model="fast", messages=[{"role": "user", "content": f"streamed {number}"}], stream=True
            ) as stream:
                async for chunk in stream:
                    text += chunk.choices[0].delta.content or ""
            return text

        answers = await asyncio.gather(*map(whole, range(20)), *map(streamed, range(20)))
        assert answers == [*(f"whole {n}" for n in range(20)), *(f"streamed {n}" for n in range(20))]
        embedded = await client.embeddings.create(model="fast", input="one text")
        assert len(embedded.data) == 1
        assert "fast" in [model.id async for model in client.models.list()]
        with pytest.raises(openai.NotFoundError):
            await client.chat.completions.create(model="nothing-like-it", messages=[{"role": "user", "content": "Hi"}])


# ---------------------------------------------------------------- errors


def test_no_such_key_is_an_authentication_error(gateway: served) -> None:
    with (
        OpenAI(base_url=gateway.base_url, api_key="sk-sg-" + "0" * 40, max_retries=0) as client,
        pytest.raises(openai.AuthenticationError) as raised,
    ):
        ask(client, "fast")
    assert (raised.value.status_code, raised.value.code) == (401, "invalid_api_key")
    assert raised.value.type == "authentication_error"
    assert raised.value.request_id is not None
    assert raised.value.request_id.startswith("req_")


def test_an_unknown_model_is_a_not_found_error_that_names_the_nearest(client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as raised:
        ask(client, "fsat")
    assert (raised.value.code, raised.value.param) == ("model_not_found", "model")
    assert 'No model "fsat". Nearest: "fast".' in raised.value.message
    assert raised.value.body["request_id"] == raised.value.request_id


def test_a_wrong_field_is_a_bad_request_error_that_names_it(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(model="fast", messages="Hi")
    assert (raised.value.code, raised.value.param) == ("invalid_request", "messages")
    assert raised.value.type == "invalid_request_error"


def test_a_rate_limit_of_the_provider_is_a_rate_limit_error(client: OpenAI, upstream: FaultUpstream) -> None:
    upstream.answer(faults.retry_after_seconds(7))
    with pytest.raises(openai.RateLimitError) as raised:
        ask(client, f"faulty/{uuid4()}")
    assert raised.value.code == "provider_rate_limited"
    assert raised.value.response.headers["retry-after"] == "7"


@pytest.mark.parametrize(
    ("status", "code", "param", "kind", "ours"),
    [
        (400, "context_length_exceeded", "messages", openai.BadRequestError, "context_length_exceeded"),
        (400, "content_policy_violation", None, openai.BadRequestError, "content_policy_violation"),
        (400, None, "temperature", openai.BadRequestError, "provider_rejected_request"),
        (404, "model_not_found", "model", openai.NotFoundError, "provider_model_not_found"),
        (429, "insufficient_quota", None, openai.RateLimitError, "provider_quota_exceeded"),
        (401, "invalid_api_key", None, openai.InternalServerError, "provider_authentication_failed"),
        (500, None, None, openai.InternalServerError, "provider_failed"),
        (503, None, None, openai.InternalServerError, "provider_overloaded"),
    ],
)
def test_errors_of_the_provider_come_as_the_class_that_fits(
    client: OpenAI, provider: ScriptedProvider, status: int, code: str | None, param: str | None, kind: Any, ours: str
) -> None:
    body = {"error": {"message": "As the provider says.", "type": "x", "param": param, "code": code}}
    provider.fail(status, body, model="failing")
    with pytest.raises(kind) as raised:
        ask(client, "test/failing")
    assert (raised.value.code, raised.value.param) == (ours, param)
    assert raised.value.request_id.startswith("req_")
    assert ("As the provider says." in raised.value.message) == (status != 401)  # that may quote credentials


def test_an_unreachable_provider_is_an_internal_server_error(client: OpenAI) -> None:
    with pytest.raises(openai.InternalServerError) as raised:
        ask(client, "gone/any")
    assert (raised.value.status_code, raised.value.code) == (502, "provider_unreachable")


def test_a_stream_that_breaks_off_raises_in_the_client(client: OpenAI, upstream: FaultUpstream) -> None:
    gate = Gate()
    *begun, end = faults.cut_mid_stream()
    upstream.answer(begun, gate, end)
    texts: list[str] = []

    def read_on() -> None:
        for chunk in stream:
            texts.append(chunk.choices[0].delta.content or "")
            gate.open()

    with (
        client.chat.completions.create(model="faulty/any", messages=HI, stream=True) as stream,
        pytest.raises(openai.APIError) as raised,
    ):
        read_on()
    assert "".join(texts) == "Hello"
    assert raised.value.code == "provider_disconnected"
    assert raised.value.body["request_id"] == stream.response.headers["x-request-id"]


def test_errors_that_a_retry_cannot_mend_provoke_none(gateway: served, provider: ScriptedProvider) -> None:
    with OpenAI(base_url=gateway.base_url, api_key=gateway.key, max_retries=3) as client:
        for status in (401, 402, 429):
            provider.fail(status, {"error": {"message": "no", "code": "insufficient_quota"}}, model="broke")
            before = len(provider.requests)
            with pytest.raises(openai.APIStatusError) as raised:
                ask(client, "test/broke")
            assert raised.value.response.headers["x-should-retry"] == "false"
            assert len(provider.requests) == before + 1


def test_errors_that_a_retry_can_mend_are_retried_by_the_client(gateway: served, provider: ScriptedProvider) -> None:
    with OpenAI(base_url=gateway.base_url, api_key=gateway.key, max_retries=1) as client:
        provider.fail(503, model="shaky")
        before = len(provider.requests)
        assert ask(client, "test/shaky").choices[0].message.content == "Hi"
    assert len(provider.requests) == before + 2
