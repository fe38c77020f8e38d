"""The embedded embedding model for real: MiniLM on onnxruntime in its child process, through OpenAI's own client."""

from __future__ import annotations

import asyncio
import base64
import itertools
import struct
from collections.abc import AsyncIterator

import httpx
import numpy as np
import openai
import pytest
import pytest_asyncio
from local_scripted import Until

from switchgear.providers.local.embedded import EmbeddedModels, EmbeddedSettings
from switchgear.providers.local.embedding_api import MAX_TEXTS
from switchgear.providers.local.models import MINILM

MODEL = "all-minilm-l6-v2"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def models() -> AsyncIterator[EmbeddedModels]:
    embedded = EmbeddedModels(EmbeddedSettings())
    await embedded.restart(MODEL)
    yield embedded
    await embedded.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def client(models: EmbeddedModels) -> AsyncIterator[openai.AsyncOpenAI]:
    endpoint = await models.ready(MODEL)
    async with openai.AsyncOpenAI(
        base_url=endpoint.base_url, api_key=endpoint.key.reveal(), max_retries=0, timeout=60
    ) as made:
        yield made


async def vectors(client: openai.AsyncOpenAI, *texts: str) -> np.ndarray:
    answer = await client.embeddings.create(model=MODEL, input=list(texts))
    assert [entry.index for entry in answer.data] == list(range(len(texts)))
    return np.array([entry.embedding for entry in answer.data], dtype=np.float32)


async def test_related_texts_are_nearer_than_unrelated_ones(client: openai.AsyncOpenAI) -> None:
    cat, kitten, tax = await vectors(
        client, "The cat sleeps on the sofa", "A kitten naps on the couch", "Quarterly tax filings are due on Monday"
    )
    assert cat @ kitten > 0.6
    assert abs(cat @ tax) < 0.2


async def test_vectors_have_384_dimensions_and_length_one(client: openai.AsyncOpenAI) -> None:
    found = await vectors(client, "hello", "a much longer sentence about something else entirely")
    assert found.shape == (2, 384)
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-5)


async def test_floats_and_base64_are_the_same_vector(models: EmbeddedModels) -> None:
    endpoint = await models.ready(MODEL)
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {endpoint.key.reveal()}"}) as raw:
        url = endpoint.base_url + "/embeddings"
        as_float = (await raw.post(url, json={"model": MODEL, "input": "one text"})).json()
        as_base64 = (
            await raw.post(url, json={"model": MODEL, "input": "one text", "encoding_format": "base64"})
        ).json()
    packed = base64.b64decode(as_base64["data"][0]["embedding"])
    assert np.allclose(struct.unpack("<384f", packed), as_float["data"][0]["embedding"], atol=1e-7)


async def test_a_text_gets_the_same_vector_alone_and_among_many_of_other_lengths(client: openai.AsyncOpenAI) -> None:
    texts = [f"Number {n} " + "and so on " * (n % 23) for n in range(70)]
    together = await vectors(client, *texts)
    for place in (0, 22, 45, 69):
        alone = (await vectors(client, texts[place]))[0]
        assert together[place] @ alone > 0.9999


async def test_usage_counts_the_tokens_the_model_sees(client: openai.AsyncOpenAI) -> None:
    # [CLS] hello world [SEP], and [CLS] hello [SEP]
    answer = await client.embeddings.create(model=MODEL, input=["hello world", "hello"])
    assert answer.usage.prompt_tokens == answer.usage.total_tokens == 7


async def test_a_text_over_256_tokens_is_truncated(client: openai.AsyncOpenAI) -> None:
    long = "word " * 254
    answer = await client.embeddings.create(model=MODEL, input=long + "and what is not seen")
    assert answer.usage.prompt_tokens == 256
    whole, cut = await vectors(client, long + "and what is not seen", long)
    assert whole @ cut > 0.99999


async def test_many_requests_at_once_each_get_their_own_answer(client: openai.AsyncOpenAI) -> None:
    words = ["river", "tax", "piano", "volcano", "bread", "satellite"]
    alone = {word: (await vectors(client, word))[0] for word in words}
    asked = list(itertools.islice(itertools.cycle(words), 30))
    answers = await asyncio.gather(*(vectors(client, word) for word in asked))
    assert all(answer[0] @ alone[word] > 0.9999 for word, answer in zip(asked, answers, strict=True))


@pytest.mark.parametrize(
    ("body", "param", "says"),
    [
        ({"input": [1, 2, 3]}, "input", "token numbers"),
        ({"input": [[1, 2], [3]]}, "input", "token numbers"),
        ({"input": []}, "input", "not empty"),
        ({"input": ""}, "input", "not empty"),
        ({"input": ["fine", ""]}, "input", r"input\[1\]"),
        ({"input": ["fine", None]}, "input", r"input\[1\]"),
        ({"input": {"text": "x"}}, "input", "a text or a list"),
        ({"input": ["x"] * (MAX_TEXTS + 1)}, "input", "at most 2,048"),
        ({"input": "x", "dimensions": 256}, "dimensions", "must be 384"),
        ({"input": "x", "encoding_format": "hex"}, None, "encoding_format"),
    ],
)
async def test_a_request_that_cannot_be_served_is_told_why(
    client: openai.AsyncOpenAI, body: dict[str, object], param: str | None, says: str
) -> None:
    with pytest.raises(openai.BadRequestError, match=says) as raised:
        await client.post("/embeddings", body={"model": MODEL, **body}, cast_to=object)
    assert raised.value.param == param
    assert raised.value.type == "invalid_request_error"


async def test_dimensions_of_384_are_fine(client: openai.AsyncOpenAI) -> None:
    answer = await client.embeddings.create(model=MODEL, input="x", dimensions=384)
    assert len(answer.data[0].embedding) == 384


async def test_wrong_key_model_path_method_and_size_have_openai_shaped_errors(models: EmbeddedModels) -> None:
    endpoint = await models.ready(MODEL)
    url = endpoint.base_url + "/embeddings"
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {endpoint.key.reveal()}"}, timeout=30) as raw:
        asked = {
            (401, "missing_api_key"): httpx.Request("POST", url, json={}),
            (401, "invalid_api_key"): httpx.Request("POST", url, json={}, headers={"authorization": "Bearer x"}),
            (404, "model_not_found"): raw.build_request("POST", url, json={"model": "gpt-5", "input": "x"}),
            (404, "not_found"): raw.build_request("GET", endpoint.base_url + "/nothing"),
            (405, "method_not_allowed"): raw.build_request("GET", url),
            (400, "invalid_json"): raw.build_request("POST", url, content=b"{"),
            (413, "request_too_large"): raw.build_request("POST", url, content=b" " * (9 << 20)),
        }
        for (status, code), request in asked.items():
            answer = await raw.send(request)
            assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        listed = (await raw.get(endpoint.base_url + "/models")).json()
    assert [entry["id"] for entry in listed["data"]] == [MODEL]


async def test_it_starts_when_it_is_first_used(until: Until) -> None:
    script = ["/nowhere/chat"]  # the chat model is not wanted here
    models = EmbeddedModels(EmbeddedSettings(), commands={"smollm2": script})
    models.start()
    assert models.states()[MODEL]["state"] == "stopped"
    assert models.states()[MODEL]["reason"] == "starts when it is first used"
    assert models.endpoint(MODEL) is None
    endpoint = await models.ready(MODEL)
    assert models.endpoint(MODEL) == endpoint
    await models.stop()
    assert models.states()[MODEL]["reason"] == "stopped by the gateway"


async def test_the_model_is_complete_and_its_check_reports_progress() -> None:
    seen: list[tuple[int, int]] = []
    MINILM.verify(lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1] == sum(file.size for file in MINILM.files)
