"""The embedded chat model for real: SmolLM2 on llama.cpp in its child process, through OpenAI's own client."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator

import httpx
import openai
import pytest
import pytest_asyncio
from local_scripted import QUICK, Until

from switchgear.core.errors import ModelNotFound
from switchgear.providers.local.chat_server import slots_for
from switchgear.providers.local.embedded import EmbeddedModels, EmbeddedSettings
from switchgear.providers.local.liveness import answers

MODEL = "smollm2"
QUESTION = [{"role": "user", "content": "What is the capital of France?"}]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def models() -> AsyncIterator[EmbeddedModels]:
    # The usual intervals for health: a busy machine must not make a working model look hung.
    embedded = EmbeddedModels(EmbeddedSettings(context=1024))
    embedded.start()
    yield embedded
    await embedded.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def client(models: EmbeddedModels) -> AsyncIterator[openai.AsyncOpenAI]:
    endpoint = await models.ready(MODEL)
    async with openai.AsyncOpenAI(
        base_url=endpoint.base_url, api_key=endpoint.key.reveal(), max_retries=0, timeout=60
    ) as made:
        yield made


async def test_it_knows_the_capital_of_france(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0, max_tokens=32)
    assert answer.choices[0].message.content == "The capital of France is Paris."
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == MODEL
    assert answer.usage is not None
    assert answer.usage.prompt_tokens > 0
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


async def test_a_stream_gives_the_same_answer_in_pieces_and_its_usage_last(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model=MODEL,
        messages=QUESTION,
        temperature=0,
        max_tokens=32,
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    pieces = [choice.delta.content for chunk in chunks for choice in chunk.choices if choice.delta.content]
    assert "".join(pieces) == "The capital of France is Paris."
    assert len(pieces) > 3
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens >= len(pieces)


async def test_max_tokens_stop_and_a_json_schema_are_obeyed(client: openai.AsyncOpenAI) -> None:
    cut = await client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0, max_tokens=3)
    assert cut.choices[0].finish_reason == "length"
    assert cut.usage is not None
    assert cut.usage.completion_tokens == 3

    stopped = await client.chat.completions.create(
        model=MODEL, messages=QUESTION, temperature=0, max_tokens=32, stop=[" of"]
    )
    assert stopped.choices[0].message.content == "The capital"

    schema = {
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 20}},
        "required": ["city"],
        "additionalProperties": False,
    }
    shaped = await client.chat.completions.create(
        model=MODEL,
        messages=QUESTION,
        temperature=0,
        max_tokens=64,
        response_format={"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}},
    )
    assert list(json.loads(shaped.choices[0].message.content or "")) == ["city"]


async def test_a_text_completion_goes_on_with_the_text(client: openai.AsyncOpenAI) -> None:
    answer = await client.completions.create(
        model=MODEL, prompt="The capital of France is", temperature=0, max_tokens=2
    )
    assert "Paris" in answer.choices[0].text


async def test_more_chats_than_slots_are_all_answered(client: openai.AsyncOpenAI, models: EmbeddedModels) -> None:
    async def ask() -> str | None:
        answer = await client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0, max_tokens=8)
        return answer.choices[0].message.content

    said = await asyncio.gather(*(ask() for _ in range(12)))
    assert all(text and "Paris" in text for text in said)
    assert models.status(MODEL).restarts == 0


async def test_the_server_is_seen_to_live_while_every_slot_is_busy(
    client: openai.AsyncOpenAI, models: EmbeddedModels
) -> None:
    async def talk() -> None:
        await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "Write about rivers."}], max_tokens=20
        )

    busy = [asyncio.ensure_future(talk()) for _ in range(8)]
    endpoint = await models.ready(MODEL)
    assert await answers(endpoint.base_url.removesuffix("/v1") + "/metrics", endpoint.key, 10)
    await asyncio.gather(*busy)


async def test_it_stops_writing_when_the_client_leaves(models: EmbeddedModels) -> None:
    endpoint = await models.ready(MODEL)
    asked = {
        "model": MODEL,
        "messages": [{"role": "user", "content": "Count from one to one thousand in words."}],
        "stream": True,
        "max_tokens": 900,
        "ignore_eos": True,  # or a short answer would be over before the client leaves
    }
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {endpoint.key.reveal()}"}, timeout=60) as raw:

        async def writing() -> bool:
            metrics = (await raw.get(endpoint.base_url.removesuffix("/v1") + "/metrics")).text
            return "llamacpp:requests_processing 0" not in metrics

        async with raw.stream("POST", endpoint.base_url + "/chat/completions", json=asked) as stream:
            await anext(stream.aiter_bytes())
            deadline = time.monotonic() + 10
            while not await writing():  # its first event comes before it counts itself
                assert time.monotonic() < deadline, "it never wrote"
        deadline = time.monotonic() + 10
        while await writing():
            assert time.monotonic() < deadline, "it went on writing for nobody"


async def test_without_the_key_nothing_is_answered(models: EmbeddedModels) -> None:
    endpoint = await models.ready(MODEL)
    async with openai.AsyncOpenAI(base_url=endpoint.base_url, api_key="wrong", max_retries=0) as stranger:
        with pytest.raises(openai.AuthenticationError):
            await stranger.chat.completions.create(model=MODEL, messages=QUESTION, max_tokens=1)
        with pytest.raises(openai.AuthenticationError):
            await stranger.completions.create(model=MODEL, prompt="x", max_tokens=1)


async def test_a_prompt_over_the_context_is_refused_with_a_reason(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="context"):
        await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "word " * 1500}], max_tokens=1
        )


async def test_killed_it_is_ready_again_and_answers(models: EmbeddedModels, until: Until) -> None:
    before = await models.ready(MODEL)
    pid = models.status(MODEL).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await until(lambda: models.endpoint(MODEL) != before)
    assert models.states()[MODEL]["state"] == "restarting"
    after = await models.ready(MODEL)
    assert models.states()[MODEL] == {
        "state": "ready",
        "reason": "",
        "since": models.status(MODEL).since,
        "restarts": 1,
    }
    async with openai.AsyncOpenAI(base_url=after.base_url, api_key=after.key.reveal(), max_retries=0) as client:
        answer = await client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0, max_tokens=16)
    assert "Paris" in (answer.choices[0].message.content or "")


async def test_under_too_low_a_ceiling_it_fails_and_says_why(until: Until) -> None:
    models = EmbeddedModels(EmbeddedSettings(memory_mb=200), policy=QUICK)
    models.start()
    await until(lambda: models.states()[MODEL]["state"] == "failed", 60)
    assert "out of memory: its ceiling is 200 MiB (local.memory_mb)" in models.states()[MODEL]["reason"]
    await models.stop()


async def test_a_model_that_does_not_exist_is_not_found() -> None:
    models = EmbeddedModels(EmbeddedSettings())
    with pytest.raises(ModelNotFound, match="smollm2"):
        models.endpoint("gpt-5")
    with pytest.raises(ModelNotFound):
        await models.ready("gpt-5")


async def test_as_many_slots_are_made_as_fit_under_the_ceiling() -> None:
    assert slots_for(context=4096, memory_mb=1024) == 4
    assert slots_for(context=8192, memory_mb=1024) == 4
    assert slots_for(context=4096, memory_mb=400) == 3
    assert slots_for(context=8192, memory_mb=256) == 1
