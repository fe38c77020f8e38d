"""The auto policy end to end: cheap models for simple requests, good ones for hard ones, and what people say of answers."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from observed import eventually

from switchgear.providers.local.models import MINILM
from switchgear.testing import ScriptedProvider, served

CONFIG = """
[local]
enabled = false

[providers.cheap]
kind = "openai"
base_url = "{url}"
models = ["little"]

[providers.dear]
kind = "openai"
base_url = "{url}"
models = ["great"]

[models.any]
strategy = "auto"
auto = {{ quality = 0.7 }}
deployments = [
  {{ provider = "dear", model = "great", quality = 0.95, price = {{ input = 5, output = 25 }} }},
  {{ provider = "cheap", model = "little", quality = 0.3, price = {{ input = 0.1, output = 0.4 }} }},
]

[models.judged]
strategy = "auto"
deployments = [
  {{ provider = "dear", model = "greater", quality = 0.95, price = {{ input = 5, output = 25 }} }},
  {{ provider = "cheap", model = "less", quality = 0.3, price = {{ input = 0.1, output = 0.4 }} }},
]

[models.unknown]
strategy = "auto"
deployments = [{{ provider = "dear", model = "great" }}, {{ provider = "cheap", model = "little" }}]
"""
SIMPLE = "What is the capital of France?"
HARD = (
    "Prove the correctness of this lock-free algorithm under the C++ memory model, derive its complexity, find the race condition and "
    "design a distributed protocol that tolerates every fault, with a formal proof of each theorem."
)


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider.in_thread(models=("little", "great")) as running:
        yield running


@pytest.fixture(scope="module")
def gateway(provider: ScriptedProvider) -> Iterator[served]:
    with served(CONFIG.format(url=provider.base_url)) as running:
        yield running


@pytest.fixture
def client(gateway: served) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=gateway.url, headers={"authorization": f"Bearer {gateway.key}"}, timeout=30, trust_env=False
    ) as http:
        yield http


def ask(client: httpx.Client, text: str, model: str = "any") -> httpx.Response:
    answer = client.post("/v1/chat/completions", json={"model": model, "messages": [{"role": "user", "content": text}]})
    assert answer.status_code == 200, answer.text
    return answer


def test_a_simple_request_goes_to_the_cheap_one_and_a_hard_one_to_the_good_one(client: httpx.Client) -> None:
    assert ask(client, SIMPLE).headers["x-switchgear-provider"] == "cheap"
    assert ask(client, HARD).headers["x-switchgear-provider"] == "dear"


def test_the_choice_is_explained_to_who_asks(client: httpx.Client) -> None:
    told = client.post(
        "/v1/chat/completions",
        json={"model": "any", "messages": [{"role": "user", "content": SIMPLE}]},
        headers={"x-switchgear-explain": "1"},
    ).headers["x-switchgear-route"]
    assert "(auto: simple (0." in told
    assert "by features), needs 0.70: cheap 0." in told
    assert "-> cheap" in told


def test_without_known_qualities_the_sooner_one_is_taken(client: httpx.Client) -> None:
    assert ask(client, SIMPLE, "unknown").headers["x-switchgear-provider"] in ("cheap", "dear")


def test_feedback_moves_the_choice(client: httpx.Client) -> None:
    taken = []
    for number in range(60):
        answer = ask(client, f"What is the capital of the country number {number * 7919}?", "judged")
        taken.append(answer.headers["x-switchgear-provider"])
        bad = taken[-1] == "cheap"
        told = client.post(
            "/v1/feedback",
            json={"request_id": answer.headers["x-request-id"], "thumbs": "down" if bad else "up"},
        )
        assert told.status_code == 200, told.text
        assert told.json()["learned"] is True
    assert taken[0] == "cheap"
    assert taken[-10:].count("dear") >= 8


def test_the_same_word_again_changes_nothing_and_another_one_replaces_it(client: httpx.Client) -> None:
    answer = ask(client, HARD + " Again.")
    call = answer.headers["x-request-id"]
    for score, learned in ((1.0, True), (1.0, False), (0.2, True), (0.2, False)):
        told = client.post("/v1/feedback", json={"request_id": call, "score": score}).json()
        assert (told["score"], told["learned"], told["deployment"]) == (score, learned, "dear/great")


def test_only_the_key_that_made_a_call_has_a_say(client: httpx.Client, gateway: served) -> None:
    made = client.post("/api/keys", json={"name": "another", "models": ["*"]})
    other = made.json()["key"]
    call = ask(client, SIMPLE).headers["x-request-id"]
    headers = {"authorization": f"Bearer {other}"}
    refused = client.post("/v1/feedback", json={"request_id": call, "score": 1}, headers=headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "not_found")
    unknown = client.post("/v1/feedback", json={"request_id": "req_nothing", "score": 1})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "not_found")
    assert httpx.post(f"{gateway.url}/v1/feedback", json={}, trust_env=False).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"request_id": "req_1"},
        {"request_id": "req_1", "score": 1.5},
        {"request_id": "req_1", "score": 1, "thumbs": "up"},
        {"request_id": "req_1", "thumbs": "sideways"},
        {"request_id": 5, "score": 1},
        {"request_id": "x" * 200, "score": 1},
        {"score": 1},
        [],
    ],
)
def test_an_opinion_that_is_none_is_refused(client: httpx.Client, body: object) -> None:
    assert client.post("/v1/feedback", json=body).status_code == 400


def test_an_opinion_is_posted(client: httpx.Client) -> None:
    answer = client.get("/v1/feedback")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.skipif(bool(MINILM.missing()), reason='needs the extra "local"')
def test_the_embedded_model_has_its_say_once_it_is_ready(provider: ScriptedProvider) -> None:
    """The first calls go by features, while the embedding model starts; then its vectors decide too."""
    config = CONFIG.format(url=provider.base_url).replace("enabled = false", "enabled = true\nthreads = 1")
    with served(config, stop_timeout=20) as running:
        headers = {"authorization": f"Bearer {running.key}", "x-switchgear-explain": "1"}
        with httpx.Client(base_url=running.url, headers=headers, timeout=30, trust_env=False) as http:
            numbers = iter(range(100_000))

            def by_vector() -> bool:
                told = ask(http, f"What is {next(numbers)} plus 4?").headers["x-switchgear-route"]
                return "auto: simple" in told and "by features" not in told

            assert not by_vector()
            eventually(by_vector, 60)
