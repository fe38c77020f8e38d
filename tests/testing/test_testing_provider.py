"""The scripted provider, as the real ``openai`` client sees it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator

import openai
import pytest

from switchgear.testing import ScriptedProvider, faults, tokens, tool_call


@pytest.fixture
async def provider() -> AsyncIterator[ScriptedProvider]:
    async with ScriptedProvider() as provider:
        yield provider


@pytest.fixture
async def client(provider: ScriptedProvider) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=provider.base_url, api_key="k", max_retries=0) as client:
        yield client


def user(text: str) -> list:
    return [{"role": "user", "content": text}]


async def test_chat_is_echoed_with_counted_usage(client: openai.AsyncOpenAI) -> None:
    messages = [{"role": "system", "content": "Be brief."}, *user("one two  three")]
    answer = await client.chat.completions.create(model="m", messages=messages)
    assert answer.choices[0].message.content == "one two  three"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == "m"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (5, 3, 8)


async def test_what_was_scripted_and_not_asked_for_can_be_forgotten(
    provider: ScriptedProvider, client: openai.AsyncOpenAI
) -> None:
    provider.reply("for somebody else")
    provider.forget()
    answer = await client.chat.completions.create(model="m", messages=user("mine"))
    assert answer.choices[0].message.content == "mine"


async def test_a_token_limit_ends_the_echo_with_length(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="m", messages=user("one two three"), max_tokens=2)
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("one two", "length")


async def test_a_stream_gives_a_word_an_event_and_no_usage_unasked(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(model="m", messages=user("one two"), stream=True)
    chunks = [chunk async for chunk in stream]
    assert [chunk.choices[0].delta.content for chunk in chunks] == ["", "one", " two", None]
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert all("usage" not in chunk.model_fields_set for chunk in chunks)


async def test_include_usage_gives_null_on_each_event_and_one_more_without_choices(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model="m", messages=user("one two"), stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    assert all("usage" in chunk.model_fields_set and chunk.usage is None for chunk in chunks[:-1])
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == 4


async def test_scripted_replies_are_used_once_in_order_then_it_echoes(
    provider: ScriptedProvider, client: openai.AsyncOpenAI
) -> None:
    provider.reply("first")
    provider.reply("second", usage=tokens(10, 20))
    answers = [await client.chat.completions.create(model="m", messages=user("echo")) for _ in range(3)]
    assert [answer.choices[0].message.content for answer in answers] == ["first", "second", "echo"]
    assert answers[1].usage is not None
    assert answers[1].usage.total_tokens == 30


async def test_a_reply_for_a_model_waits_for_that_model(provider: ScriptedProvider, client: openai.AsyncOpenAI) -> None:
    provider.reply("for b", model="b")
    provider.reply("for any")
    answers = [await client.chat.completions.create(model=model, messages=user("echo")) for model in "aba"]
    assert [answer.choices[0].message.content for answer in answers] == ["for any", "for b", "echo"]


async def test_chunks_are_the_events_of_a_stream_and_join_when_not_streamed(
    provider: ScriptedProvider, client: openai.AsyncOpenAI
) -> None:
    for _ in range(2):
        provider.reply(chunks=["Hel", "lo", {"reasoning": "because"}], delay=0.001)
    whole = await client.chat.completions.create(model="m", messages=user("x"))
    assert whole.choices[0].message.content == "Hello"
    assert whole.choices[0].message.model_extra == {"reasoning": "because"}
    stream = await client.chat.completions.create(model="m", messages=user("x"), stream=True)
    assert [c.choices[0].delta.content async for c in stream] == ["", "Hel", "lo", None, None]


async def test_usage_can_be_left_out(provider: ScriptedProvider, client: openai.AsyncOpenAI) -> None:
    provider.reply("x", usage=None)
    assert (await client.chat.completions.create(model="m", messages=user("x"))).usage is None
    provider.reply("x", usage=None)
    options = {"include_usage": True}
    stream = await client.chat.completions.create(model="m", messages=user("x"), stream=True, stream_options=options)
    assert [chunk.usage async for chunk in stream] == [None] * 3


async def test_tool_calls_come_whole_and_in_fragments(provider: ScriptedProvider, client: openai.AsyncOpenAI) -> None:
    calls = [tool_call("weather", {"city": "Oslo"}), tool_call("time", {"zone": "UTC"}, id="call_2")]
    provider.reply(tool_calls=calls)
    answer = await client.chat.completions.create(model="m", messages=user("x"))
    assert answer.choices[0].finish_reason == "tool_calls"
    assert answer.choices[0].message.content is None
    assert [call.model_dump() for call in answer.choices[0].message.tool_calls or []] == calls

    provider.reply("Let me see.", tool_calls=calls)
    async with client.chat.completions.stream(model="m", messages=user("x")) as stream:
        kinds = [event.type async for event in stream]
        final = await stream.get_final_completion()
    assert kinds.count("tool_calls.function.arguments.done") == 2
    assert kinds.count("tool_calls.function.arguments.delta") > 4
    message = final.choices[0].message
    assert message.content == "Let me see."
    assert [call.function.arguments for call in message.tool_calls or []] == ['{"city":"Oslo"}', '{"zone":"UTC"}']


async def test_completions_whole_and_streamed(client: openai.AsyncOpenAI) -> None:
    whole = await client.completions.create(model="m", prompt="one two")
    assert (whole.choices[0].text, whole.choices[0].finish_reason) == ("one two", "stop")
    options = {"include_usage": True}
    stream = await client.completions.create(model="m", prompt="one two", stream=True, stream_options=options)
    chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].text for chunk in chunks[:-1]) == "one two"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == 4


async def test_embeddings_are_unit_vectors_that_depend_on_the_text_alone(client: openai.AsyncOpenAI) -> None:
    default = await client.embeddings.create(model="m", input=["a b", "c"])
    floats = await client.embeddings.create(model="m", input="a b", encoding_format="float")
    longer = await client.embeddings.create(model="m", input="a b", dimensions=20)
    vectors = [entry.embedding for entry in default.data]
    assert default.usage.prompt_tokens == 3
    assert floats.data[0].embedding == vectors[0] != vectors[1]
    assert len(vectors[0]) == 8
    assert len(longer.data[0].embedding) == 20
    assert math.isclose(sum(x * x for x in vectors[0]), 1.0, rel_tol=1e-6)


async def test_models_are_listed() -> None:
    async with (
        ScriptedProvider(models=["a", "b"]) as provider,
        openai.AsyncOpenAI(base_url=provider.base_url, api_key="k") as client,
    ):
        assert [model.id async for model in client.models.list()] == ["a", "b"]


async def test_failures_reach_the_client_as_its_errors(provider: ScriptedProvider, client: openai.AsyncOpenAI) -> None:
    provider.fail(429, headers={"retry-after": "7"})
    with pytest.raises(openai.RateLimitError) as limited:
        await client.chat.completions.create(model="m", messages=user("x"))
    assert limited.value.response.headers["retry-after"] == "7"
    provider.fail(503, {"error": {"message": "Down.", "code": "overloaded"}})
    with pytest.raises(openai.InternalServerError) as down:
        await client.embeddings.create(model="m", input="x")
    assert down.value.code == "overloaded"
    provider.fail(500, path="/models")
    assert (await client.embeddings.create(model="m", input="x")).data
    with pytest.raises(openai.InternalServerError):
        await client.models.list()


async def test_replies_are_not_spent_on_embeddings(provider: ScriptedProvider, client: openai.AsyncOpenAI) -> None:
    provider.reply("kept")
    await client.embeddings.create(model="m", input="x")
    answer = await client.chat.completions.create(model="m", messages=user("x"))
    assert answer.choices[0].message.content == "kept"


async def test_a_plan_can_stand_among_the_replies(provider: ScriptedProvider, client: openai.AsyncOpenAI) -> None:
    provider.plan(faults.hang_up())
    with pytest.raises(openai.APIConnectionError):
        await client.chat.completions.create(model="m", messages=user("x"))
    answer = await client.chat.completions.create(model="m", messages=user("back"))
    assert answer.choices[0].message.content == "back"


async def test_only_its_key_opens_it() -> None:
    async with ScriptedProvider(api_key="right") as provider:
        async with openai.AsyncOpenAI(base_url=provider.base_url, api_key="right") as client:
            assert (await client.embeddings.create(model="m", input="x")).data
        async with openai.AsyncOpenAI(base_url=provider.base_url, api_key="wrong") as client:
            with pytest.raises(openai.AuthenticationError):
                await client.embeddings.create(model="m", input="x")


@pytest.mark.parametrize(
    ("raw", "status"),
    [(b"{", 400), (b"[]", 400), (b'{"messages": 3}', 400), (b'{"messages": [3]}', 400)],
)
async def test_bodies_that_make_no_sense_get_400(
    client: openai.AsyncOpenAI, provider: ScriptedProvider, raw: bytes, status: int
) -> None:
    with pytest.raises(openai.BadRequestError):
        await client.post("/chat/completions", cast_to=object, content=raw)
    assert provider.requests[0].body == raw


async def test_unknown_paths_get_404(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        await client.post("/nothing", cast_to=object, body={})


async def test_requests_are_recorded(provider: ScriptedProvider, client: openai.AsyncOpenAI) -> None:
    await client.chat.completions.create(model="m", messages=user("a"), extra_headers={"X-Mine": "1"})
    await client.embeddings.create(model="m", input="b", extra_query={"q": "1"})
    chat, embeddings = provider.requests
    assert (chat.method, chat.path, chat.header("x-mine"), chat.complete) == ("POST", "/v1/chat/completions", "1", True)
    assert chat.json["messages"] == user("a")
    assert chat.at < embeddings.at
    assert (embeddings.target, embeddings.path) == ("/v1/embeddings?q=1", "/v1/embeddings")
    assert len(provider.connections) == 1


async def test_many_clients_at_once_get_their_own_answers(client: openai.AsyncOpenAI) -> None:
    async def ask(number: int) -> str | None:
        answer = await client.chat.completions.create(model="m", messages=user(f"n {number}"))
        return answer.choices[0].message.content

    assert await asyncio.gather(*map(ask, range(50))) == [f"n {number}" for number in range(50)]


def test_it_runs_in_a_thread_for_code_without_an_event_loop() -> None:
    with ScriptedProvider.in_thread() as provider:
        provider.reply("hello")
        with openai.OpenAI(base_url=provider.base_url, api_key="k", max_retries=0) as client:
            answer = client.chat.completions.create(model="m", messages=user("x"))
            streamed = client.chat.completions.create(model="m", messages=user("a b"), stream=True)
            words = [chunk.choices[0].delta.content or "" for chunk in streamed]
            with pytest.raises(openai.NotFoundError):
                client.post("/nothing", cast_to=object, body={})
        provider.wait_until(lambda: provider.connections[0].closed_at)
    assert answer.choices[0].message.content == "hello"
    assert "".join(words) == "a b"
