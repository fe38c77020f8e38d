"""Tokens before a call: what fits is known, what does not goes where it fits, answers are asked for no longer than they can be."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from switchgear.testing import ScriptedProvider, served

CONFIG = """
[local]
enabled = false

[providers.one]
kind = "openai"
base_url = "{url}"
models = ["small", "gpt-4o-mini"]

[providers.two]
kind = "openai"
base_url = "{url}"
models = ["large"]

[models.small]
deployments = [{{ provider = "one", model = "gpt-4o-mini", context = 300, max_output = 50, price = {{ input = 1, output = 2 }} }}]
context_fallbacks = ["large"]

[models.strict]
deployments = [{{ provider = "one", model = "gpt-4o-mini", context = 300, max_output = 50 }}]

[models.either]
deployments = [
  {{ provider = "one", model = "gpt-4o-mini", context = 300 }},
  {{ provider = "two", model = "large", context = 100000 }},
]

[models.large]
deployments = [{{ provider = "two", model = "large", context = 100000 }}]
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider.in_thread(models=("small", "large")) as running:
        yield running


@pytest.fixture(scope="module")
def client(provider: ScriptedProvider) -> Iterator[httpx.Client]:
    with served(CONFIG.format(url=provider.base_url)) as running:
        headers = {"authorization": f"Bearer {running.key}", "anthropic-version": "2023-06-01"}
        with httpx.Client(base_url=running.url, headers=headers, timeout=30, trust_env=False) as http:
            yield http


def words(count: int) -> str:
    return "word " * count


def chat(
    client: httpx.Client, model: str, count: int, headers: dict[str, str] | None = None, **fields: object
) -> httpx.Response:
    body = {"model": model, "messages": [{"role": "user", "content": words(count)}], **fields}
    return client.post("/v1/chat/completions", json=body, headers=headers)


def test_a_prompt_that_is_too_long_goes_to_the_fallback_and_to_nobody_else(
    client: httpx.Client, provider: ScriptedProvider
) -> None:
    asked = len(provider.requests)
    answer = chat(client, "small", 400)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-switchgear-provider"] == "two"
    assert len(provider.requests) == asked + 1


def test_a_prompt_that_fits_nowhere_is_refused_with_both_numbers(
    client: httpx.Client, provider: ScriptedProvider
) -> None:
    asked = len(provider.requests)
    answer = chat(client, "strict", 400)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "context_length_exceeded")
    assert 'tokens; the longest context of "strict" is 300 (one/gpt-4o-mini)' in error["message"]
    assert "407" in error["message"] or "408" in error["message"]
    assert len(provider.requests) == asked


def test_of_several_deployments_those_that_are_too_small_are_passed_over(client: httpx.Client) -> None:
    assert chat(client, "either", 400).headers["x-switchgear-provider"] == "two"
    assert chat(client, "either", 40).headers["x-switchgear-provider"] == "one"


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_an_answer_is_asked_for_no_longer_than_it_can_be(
    client: httpx.Client, provider: ScriptedProvider, name: str
) -> None:
    answer = chat(client, "strict", 10, temperature=0.5, **{name: 4000})
    assert answer.headers["x-switchgear-clamped"] == f"{name}=50"
    sent = json.loads(provider.requests[-1].body)
    assert (sent[name], sent["temperature"]) == (50, 0.5)


def test_an_answer_is_shortened_to_what_the_prompt_leaves(client: httpx.Client, provider: ScriptedProvider) -> None:
    answer = chat(client, "strict", 270, max_tokens=40)
    left = json.loads(provider.requests[-1].body)["max_tokens"]
    assert 15 <= left <= 25
    assert answer.headers["x-switchgear-clamped"] == f"max_tokens={left}"


def test_what_fits_is_sent_as_it_came(client: httpx.Client, provider: ScriptedProvider) -> None:
    answer = chat(client, "strict", 10, max_tokens=50)
    assert "x-switchgear-clamped" not in answer.headers
    assert json.loads(provider.requests[-1].body)["max_tokens"] == 50
    chat(client, "strict", 10)
    assert "max_tokens" not in json.loads(provider.requests[-1].body)


def test_a_call_that_crosses_is_shortened_too(client: httpx.Client, provider: ScriptedProvider) -> None:
    body = {"model": "strict", "max_tokens": 9000, "messages": [{"role": "user", "content": "Hi"}]}
    answer = client.post("/v1/messages", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-switchgear-clamped"] == "max_tokens=50"
    sent = json.loads(provider.requests[-1].body)
    assert 50 in (sent.get("max_tokens"), sent.get("max_completion_tokens"))
    answer = client.post("/v1/responses", json={"model": "strict", "input": "Hi", "max_output_tokens": 9000})
    assert answer.headers["x-switchgear-clamped"] == "max_output_tokens=50"


def test_a_forecast_is_told_on_request(client: httpx.Client) -> None:
    answer = chat(client, "small", 10, {"x-switchgear-forecast": "1"}, max_tokens=30)
    tokens, cost = answer.headers["x-switchgear-forecast-tokens"], answer.headers["x-switchgear-forecast-cost"]
    assert tokens == "prompt=18, max-output=30"
    assert cost == "min=0.000018, max=0.000078"
    assert "x-switchgear-forecast-tokens" not in chat(client, "small", 10).headers


def test_a_forecast_without_price_or_vocabulary_says_what_it_can(client: httpx.Client) -> None:
    answer = chat(client, "large", 10, {"x-switchgear-forecast": "1"}, stream=True)
    assert answer.headers["x-switchgear-forecast-tokens"] == "prompt=18, max-output=99982, estimated"
    assert "x-switchgear-forecast-cost" not in answer.headers


def test_a_request_that_makes_no_sense_is_still_the_provider_s_to_judge(client: httpx.Client) -> None:
    """What the gateway cannot read it does not count, and passes on as it came."""
    body = {"model": "strict", "messages": [{"role": "user", "content": [{"type": "odd", "odd": words(300)}]}]}
    assert client.post("/v1/chat/completions", json=body).status_code == 200
