"""The cache of several workers: one call for all, answers everywhere, purges everywhere, and on without the state."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from observed import chat, eventually

from switchgear.testing import FaultUpstream, Gate, chat_stream, faults, served
from valkey_server import Valkey, valkey_server

CONFIG = """
[local]
enabled = false

[server]
workers = 4

[state]
url = "env:STATE"

[cache]
enabled = true
ttl = 600

[providers.test]
base_url = "{url}/v1"

[models.fast]
deployments = [{{ provider = "test", model = "alpha" }}]
"""


@pytest.fixture(scope="module")
def upstream() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def server() -> Iterator[Valkey]:
    with valkey_server() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(upstream: FaultUpstream, server: Valkey) -> Iterator[served]:
    with served(CONFIG.format(url=upstream.url), env={"STATE": server.url}) as running:
        with connection(running) as http:
            eventually(
                lambda: [each["state"] for each in http.get("/api/status").json()["workers"]] == ["ready"] * 4, 30
            )
        yield running


def connection(gateway: served) -> httpx.Client:
    """A connection of its own, to whichever worker takes it."""
    headers = {"authorization": f"Bearer {gateway.key}"}
    return httpx.Client(base_url=gateway.url, headers=headers, timeout=60, trust_env=False)


def ask(gateway: served, **fields: object) -> httpx.Response:
    with connection(gateway) as http:
        answer = chat(http, "fast", **fields)
        assert answer.status_code == 200, answer.text
        return answer


def how(answers: list[httpx.Response]) -> set[str]:
    return {each.headers["x-switchgear-cache"] for each in answers}


@pytest.mark.parametrize("stream", [False, True])
def test_a_stampede_over_all_workers_is_one_call(gateway: served, upstream: FaultUpstream, stream: bool) -> None:
    gate = Gate()
    upstream.always(gate, faults.stream(chat_stream(["Par", "is"])) if stream else faults.ok())
    before = len(upstream.requests)
    with ThreadPoolExecutor(48) as pool, connection(gateway) as http:
        waiting = [pool.submit(ask, gateway, stream=stream, seed=int(stream)) for _ in range(48)]
        eventually(lambda: http.get("/api/status").json()["calls_in_flight"] == 48, 30)
        gate.open()
        told = [each.result() for each in waiting]
    assert len(upstream.requests) == before + 1
    assert len({each.text for each in told}) == 1
    assert how(told) == {"miss", "shared", "hit"}


def test_what_one_worker_keeps_all_give_until_it_is_purged(gateway: served, upstream: FaultUpstream) -> None:
    upstream.always(faults.ok())
    before = len(upstream.requests)
    ask(gateway, seed=7)
    eventually(lambda: how([ask(gateway, seed=7)]) == {"hit"})
    assert how([ask(gateway, seed=7) for _ in range(24)]) == {"hit"}
    with connection(gateway) as http:
        assert http.delete("/api/cache", params={"model": "fast"}).status_code == 200
    told = [ask(gateway, seed=7) for _ in range(12)]
    assert how(told[:1]) == {"miss"}
    assert len(upstream.requests) - before in (2, 3)
    with connection(gateway) as http:
        status = http.get("/api/cache").json()
    assert status["shared"]
    assert status["max_bytes"] == 4 * 64 * 1024 * 1024
    assert status["answered"]["hit"] >= 24


def test_without_the_state_every_worker_goes_on(gateway: served, upstream: FaultUpstream, server: Valkey) -> None:
    upstream.always(faults.ok())
    ask(gateway, seed=8)
    server.kill()
    before = len(upstream.requests)
    told = [ask(gateway, seed=9) for _ in range(30)]
    assert how(told) == {"miss", "hit"}
    assert len(upstream.requests) - before <= 4
    server.start()
    eventually(lambda: ask(gateway, seed=10).headers["x-switchgear-cache"] == "hit", 30)
