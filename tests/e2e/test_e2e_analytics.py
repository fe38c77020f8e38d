"""What calls add up to, seen from outside: with providers that fail, gateways that share a store, and one that is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from observed import chat

from switchgear.testing import FaultUpstream, ScriptedProvider, faults, served, tokens

CONFIG = """
[local]
enabled = false

[store]
durability = "strict"
{store}

[retry]
backoff = 0.01

[health]
errors = 10000
calls = 1000000

[providers.good]
base_url = "{good}/v1"
models = ["test-model"]

[providers.bad]
base_url = "{bad}/v1"
models = ["large"]

[models.fast]
deployments = [{{ provider = "bad", model = "large" }}, {{ provider = "good", model = "test-model" }}]
retry = {{ attempts = 1 }}

[models.lost]
deployments = [{{ provider = "bad", model = "large" }}]
retry = {{ attempts = 1 }}
"""
SHARED = """
url = "env:DATABASE_URL"

[server]
secret = "env:SHARED_SECRET"
"""


@pytest.fixture(scope="module")
def upstreams() -> Iterator[tuple[ScriptedProvider, FaultUpstream]]:
    """One that answers, and one that fails in whatever way it is told."""
    with ScriptedProvider.in_thread() as good, FaultUpstream.in_thread() as bad:
        bad.always(said(503, "No slot 17 is free."))
        yield good, bad


def said(status: int, message: Any) -> Any:
    return faults.status(status, {"error": {"message": message, "type": "server_error"}})


def config(upstreams: tuple[ScriptedProvider, FaultUpstream], store: str = "") -> str:
    good, bad = upstreams
    return CONFIG.format(good=good.url, bad=bad.url, store=store)


def client(gateway: Any) -> httpx.Client:
    headers = {"authorization": f"Bearer {gateway.key}"}
    return httpx.Client(base_url=gateway.url, headers=headers, timeout=30, trust_env=False)


def numbers(http: httpx.Client, **query: Any) -> dict[str, dict[str, Any]]:
    """The sums of every group, by the first value it is grouped by."""
    told = http.get("/api/analytics", params={"since": "1h"} | query)
    assert told.status_code == 200, told.text
    return {next(iter(one["group"].values())): one["total"] for one in told.json()["groups"]}


def test_providers_that_fail_are_told_from_calls_that_fail(upstreams: Any) -> None:
    good = upstreams[0]
    with served(config(upstreams)) as gateway, client(gateway) as http:
        for _ in range(3):
            good.reply("Paris.", usage=tokens(10, 3))
            assert chat(http, "fast").status_code == 200
        assert chat(http, "lost").status_code >= 500
        assert chat(http, "none").status_code == 404
        models, providers = numbers(http, group_by="model"), numbers(http, group_by="provider")
        assert (models["fast"]["count"], models["fast"]["errors"], models["fast"]["fallbacks"]) == (3, 0, 3)
        assert (models["lost"]["count"], models["lost"]["errors"]) == (1, 1)
        assert models[""]["refused"] == 1
        assert (providers["bad"]["count"], providers["bad"]["errors"]) == (4, 4)
        assert (providers["good"]["count"], providers["good"]["completion_tokens"]) == (3, 9)
        assert providers["good"]["latency_p95_ms"] > 0
        (error,) = http.get("/api/errors", params={"provider": "bad"}).json()["data"]
        assert (error["count"], error["saved"]) == (4, 3)
        assert "No slot # is free" in error["pattern"]
        call = http.get(f"/api/usage/{error['example_id']}").json()
        assert call["route"]["attempts"][0]["message"] == error["message"]
        metrics = http.get("/metrics").text
        assert 'switchgear_attempts_total{outcome="failed",provider="bad"} 4.0' in metrics
        assert 'switchgear_fallbacks_total{provider="bad"} 3.0' in metrics


@pytest.mark.parametrize(
    "message",
    [
        "\x1b]0;owned\x07\x1b[2J\u202egnp.exe",
        "\0\x01\x02\x7f",
        "x" * 2_000_000,
        '"a" ' * 5_000,
        "\ufeff\U0001f600" * 300,
        {"a": [1]},
    ],
    ids=["escapes", "controls", "huge", "quotes", "wide", "no text"],
)
def test_what_hostile_providers_say_is_bounded_everywhere(shaky: Any, upstreams: Any, message: Any) -> None:
    gateway, http = shaky
    upstreams[1].answer(said(500, message))
    failed = chat(http, "lost")
    call = http.get(f"/api/usage/{failed.headers['x-request-id']}")
    assert call.status_code == 200
    assert len(call.content) < 20_000
    for path in ("/api/errors", "/api/analytics?group_by=deployment", "/api/usage"):
        told = http.get(path)
        assert told.status_code == 200, told.text
        assert len(told.content) < 200_000
    assert all(
        len(one["message"]) <= 500 and len(one["pattern"]) <= 200 for one in http.get("/api/errors").json()["data"]
    )
    assert gateway.process.poll() is None


@pytest.fixture(scope="module")
def shaky(upstreams: Any) -> Iterator[tuple[Any, httpx.Client]]:
    with served(config(upstreams)) as gateway, client(gateway) as http:
        yield gateway, http


def test_a_gateway_that_is_killed_has_counted_every_call_it_answered(upstreams: Any, tmp_path: Path) -> None:
    with served(config(upstreams), data_dir=tmp_path) as gateway:
        for _ in range(3):
            with client(gateway) as http:
                for _ in range(5):
                    assert chat(http, "fast").status_code == 200
                numbers(http)  # half of what follows is computed already when it dies
                for _ in range(5):
                    assert chat(http, "fast").status_code == 200
            os.kill(gateway.process.pid, signal.SIGKILL)
            gateway.process.wait()
            gateway.start()
        with client(gateway) as http:
            assert numbers(http, group_by="model")["fast"]["count"] == 30
            assert numbers(http, group_by="provider")["bad"]["errors"] == 30


def test_gateways_that_share_a_store_add_up_together(upstreams: Any, postgres_url: str) -> None:
    environment = {"DATABASE_URL": postgres_url, "SHARED_SECRET": "5e" * 32}
    with ExitStack() as stack:
        one, other = [stack.enter_context(served(config(upstreams, SHARED), env=environment)) for _ in range(2)]
        here = stack.enter_context(client(one))
        there = httpx.Client(base_url=other.url, headers=here.headers, timeout=30, trust_env=False)
        stack.enter_context(there)
        for number in range(1, 7):
            for http in (here, there):
                assert chat(http, "fast").status_code == 200
            for http in (there, here):
                assert numbers(http, group_by="model")["fast"]["count"] == number * 2
        assert numbers(there, group_by="provider")["bad"]["errors"] == 12
        assert http.get("/api/errors").json()["data"][0]["count"] == 12
