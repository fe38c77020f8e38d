"""Valkey goes away while several workers serve, and comes back: what clients meet meanwhile is what ``state.on_loss`` says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from observed import HI, chat, eventually

from switchgear.testing import ScriptedProvider, served
from valkey_server import Valkey, valkey_server

CONFIG = """
[local]
enabled = false
[server]
workers = 2
[state]
url = "{state}"
on_loss = "{on_loss}"
[providers.test]
base_url = "{url}"
[limits.few]
rpm = 6
[limits.many]
rpm = 100000
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider.in_thread() as running:
        yield running


@pytest.fixture
def server() -> Iterator[Valkey]:
    with valkey_server() as running:
        yield running


def gateway_on(server: Valkey, provider: ScriptedProvider, on_loss: str) -> served:
    return served(CONFIG.format(state=server.url, on_loss=on_loss, url=provider.base_url))


def admin(gateway: served) -> httpx.Client:
    headers = {"authorization": f"Bearer {gateway.key}"}
    return httpx.Client(base_url=gateway.url, headers=headers, timeout=30, trust_env=False)


def ask(gateway: served, key: str) -> httpx.Response:
    """A call on a connection of its own: whichever worker gets it."""
    headers = {"authorization": f"Bearer {key}"}
    body = {"model": "test/m", "messages": HI}
    return httpx.post(f"{gateway.base_url}/chat/completions", json=body, headers=headers, timeout=30, trust_env=False)


def key_with(gateway: served, limits: str) -> str:
    """A new key that every worker knows."""
    with admin(gateway) as http:
        made = http.post("/api/keys", json={"name": limits, "limits": limits})
    assert made.status_code == 201, made.text
    headers = {"authorization": f"Bearer {made.json()['key']}"}
    url = f"{gateway.base_url}/models"
    eventually(
        lambda: {httpx.get(url, headers=headers, trust_env=False, timeout=30).status_code for _ in range(12)} == {200}
    )
    return str(made.json()["key"])


def both_ready(gateway: served) -> None:
    def look() -> bool:
        with admin(gateway) as http:
            return [each["state"] for each in http.get("/api/status").json()["workers"]] == ["ready", "ready"]

    eventually(look, 60)


def states(gateway: served) -> set[str]:
    """What the workers say of the shared state, as whichever is asked tells of its own."""
    answers = [httpx.get(f"{gateway.url}/readyz", timeout=30, trust_env=False).json() for _ in range(8)]
    return {part["state"] for answer in answers for name, part in answer["parts"].items() if name.endswith("state")}


def told(gateway: served, words: str) -> list[dict[str, Any]]:
    return [line for line in gateway.logs() if words in line["event"]]


def test_with_local_calls_go_on_and_each_worker_has_its_part_of_the_limits(
    server: Valkey, provider: ScriptedProvider
) -> None:
    with gateway_on(server, provider, "local") as gateway:
        both_ready(gateway)
        few, many = key_with(gateway, "few"), key_with(gateway, "many")
        assert ask(gateway, many).status_code == 200
        server.kill()
        eventually(lambda: states(gateway) == {"degraded"} and ask(gateway, many).status_code == 200, 30)
        assert {ask(gateway, many).status_code for _ in range(12)} == {200}
        statuses = [ask(gateway, few).status_code for _ in range(40)]
        assert set(statuses) == {200, 429}
        assert statuses.count(200) <= 6
        assert httpx.get(f"{gateway.url}/readyz", trust_env=False).status_code == 200
        assert "limits hold in each process alone" in told(gateway, "is lost")[0]["event"]
        server.start()
        eventually(lambda: states(gateway) == {"ready"}, 30)
        eventually(lambda: len(told(gateway, "is back after")) == 2, 30)
        assert ask(gateway, many).status_code == 200


def test_with_refuse_calls_under_a_limit_are_told_to_come_back(server: Valkey, provider: ScriptedProvider) -> None:
    with gateway_on(server, provider, "refuse") as gateway, admin(gateway) as http:
        both_ready(gateway)
        many = key_with(gateway, "many")
        assert ask(gateway, many).status_code == 200
        server.kill()
        eventually(lambda: states(gateway) == {"degraded"}, 30)
        for _ in range(12):
            answer = ask(gateway, many)
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "state_unavailable")
        assert httpx.get(f"{gateway.url}/readyz", trust_env=False).status_code == 503
        assert chat(http, "test/m").status_code == 200  # of a key without limits there is nothing to know
        server.start()
        eventually(lambda: states(gateway) == {"ready"}, 30)
        assert {ask(gateway, many).status_code for _ in range(12)} == {200}
