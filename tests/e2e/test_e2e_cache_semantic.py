"""Questions of the same meaning, with the embedded embedding model itself."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from observed import eventually

from switchgear.testing import FaultUpstream, ServeFailed, faults, served

CONFIG = """
[local]
enabled = {local}

[providers.test]
base_url = "{url}/v1"

[models.fast]
deployments = [{{ provider = "test", model = "alpha" }}]
cache = {{ ttl = 600, semantic = true, threshold = 0.95 }}
"""


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with FaultUpstream.in_thread() as upstream, served(CONFIG.format(url=upstream.url, local="true")) as gateway:
        upstream.always(faults.ok())
        headers = {"authorization": f"Bearer {gateway.key}"}
        with httpx.Client(base_url=gateway.url, headers=headers, timeout=60, trust_env=False) as client:
            keep(client, "Is anybody there?")  # the model starts at the first question
            yield client


def ask(http: httpx.Client, text: str, system: str = "", **headers: str) -> str:
    before = [{"role": "system", "content": system}] if system else []
    messages = [*before, {"role": "user", "content": text}]
    answer = http.post("/v1/chat/completions", json={"model": "fast", "messages": messages}, headers=headers)
    assert answer.status_code == 200, answer.text
    return str(answer.headers["x-switchgear-cache"])


def keep(http: httpx.Client, text: str) -> None:
    """Have the answer to a question kept, and the question with it: a call does not wait long for its vector."""

    def kept() -> bool:
        before = http.get("/api/cache").json()["questions"]
        assert ask(http, text, **{"cache-control": "no-cache"}) == "miss"
        return bool(http.get("/api/cache").json()["questions"] > before)

    eventually(kept, 60)


def found(http: httpx.Client, text: str) -> bool:
    """Whether a question gets the answer to another one. It is not kept itself, so that it can be asked again."""
    return ask(http, text, **{"cache-control": "no-store"}) == "semantic"


def test_another_wording_gets_the_answer(http: httpx.Client) -> None:
    keep(http, "How do I change the email address on my account?")
    eventually(lambda: found(http, "how do i change the email address on my account"))
    eventually(lambda: found(http, "Hi, how do I change the email address on my account? Thanks!"))
    assert ask(http, "how do i change the email address on my account", system="Be brief.") == "miss"


@pytest.mark.parametrize(
    ("kept", "alike", "asked"),
    [
        (
            "Transfer 50 pounds from my savings to my current account",
            "transfer 50 pounds from my savings to my current account please",
            "Transfer 50 pounds from my current account to my savings",
        ),
        ("Track order 48213", "track order 48213!", "Track order 48231"),
        ("Is ibuprofen safe with alcohol?", "is ibuprofen safe with alcohol", "Is ibuprofen unsafe with alcohol?"),
        ("Reset the password of Ann", "reset the password of ann", "Reset the password of Bob"),
    ],
)
def test_what_only_looks_alike_does_not(http: httpx.Client, kept: str, alike: str, asked: str) -> None:
    keep(http, kept)
    eventually(lambda: found(http, alike))
    assert not found(http, asked)


def test_without_the_embedded_models_it_does_not_start() -> None:
    config = CONFIG.format(url="http://127.0.0.1:9", local="false")
    with pytest.raises(ServeFailed, match=r"models\.fast\.cache\.semantic needs the embedded models"), served(config):
        pass
