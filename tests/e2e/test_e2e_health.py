"""A provider that comes and goes: its breaker opens, traffic goes elsewhere, it gets its share back; in every process alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from observed import chat, eventually

from switchgear.testing import FaultUpstream, Plan, faults, served
from valkey_server import Valkey, valkey_server

CONFIG = """
[local]
enabled = false

[state]
url = "{state}"
timeout = 5

[retry]
attempts = 1

[health]
errors = 3
pause = {pause}
recovery = 0.5
{health}

[providers.shaky]
base_url = "{shaky}"

[providers.steady]
base_url = "{steady}"

[models.fast]
deployments = [{{ provider = "shaky", model = "a" }}, {{ provider = "steady", model = "b" }}]
{more}
"""


@pytest.fixture
def shaky() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture
def valkey_of_its_own() -> Iterator[Valkey]:
    with valkey_server() as server:
        yield server


@pytest.fixture
def steady() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


class Pair:
    """Gateways before a provider that shakes and one that does not."""

    def __init__(self, shaky: FaultUpstream, steady: FaultUpstream, stack: ExitStack) -> None:
        self.shaky = shaky
        self.steady = steady
        self._stack = stack

    def gateway(
        self, *, state: str = "memory:", pause: float = 0.3, health: str = "", more: str = ""
    ) -> tuple[served, httpx.Client]:
        """A served gateway, and a client with its admin key."""
        config = CONFIG.format(
            shaky=self.shaky.base_url, steady=self.steady.base_url, state=state, pause=pause, health=health, more=more
        )  # fmt: skip
        running = self._stack.enter_context(served(config))
        headers = {"authorization": f"Bearer {running.key}"}
        client = httpx.Client(base_url=running.url, headers=headers, timeout=30, trust_env=False)
        return running, self._stack.enter_context(client)


@pytest.fixture
def pair(shaky: FaultUpstream, steady: FaultUpstream) -> Iterator[Pair]:
    with ExitStack() as stack:
        yield Pair(shaky, steady, stack)


def health_of(http: httpx.Client, deployment: str = "shaky/a") -> dict[str, Any]:
    return next(one for one in http.get("/api/health").json()["data"] if one["deployment"] == deployment)


def state_of(http: httpx.Client) -> str:
    return str(health_of(http)["state"])


def called(http: httpx.Client, model: str = "fast") -> str:
    """The provider that answered a call."""
    answer = chat(http, model)
    assert answer.status_code == 200, answer.text
    return answer.headers["x-switchgear-provider"]


def test_a_flapping_provider_is_left_alone_and_comes_back(pair: Pair) -> None:
    running, http = pair.gateway()
    assert called(http) == "shaky"
    for _ in range(2):
        pair.shaky.always(faults.status(500))
        eventually(lambda: called(http) == "steady" and state_of(http) == "open", 20)
        pair.shaky.always(faults.ok())
        eventually(lambda: called(http) == "shaky", 20)
        eventually(lambda: called(http) and state_of(http) == "closed", 20)
        assert called(http) == "shaky"
    history = http.get("/api/health/shaky/a/history?limit=1000").json()["data"]
    after = [event["after"] for event in reversed(history)]
    assert (after[0], after[-1]) == ("open", "closed")
    assert {"open", "half_open", "recovering", "closed"} == set(after)
    assert history[-1]["reason"].startswith("3 failures in a row: provider_")
    lines = [line for line in running.logs() if "shaky/a is open" in str(line)]
    assert len(lines) == after.count("open")


def test_a_deployment_that_is_left_alone_hears_nothing_of_calls(pair: Pair) -> None:
    _, http = pair.gateway(pause=600, health="longest_pause = 600")
    pair.shaky.always(faults.status(503))
    eventually(lambda: called(http) and state_of(http) == "open", 20)
    before = len(pair.shaky.requests)
    for _ in range(20):
        assert called(http) == "steady"
    assert len(pair.shaky.requests) == before
    pair.shaky.always(faults.ok())
    assert http.post("/api/health/shaky/a/reset").json()["state"] == "closed"
    assert called(http) == "shaky"


@pytest.mark.parametrize("limited", [faults.retry_after_seconds, faults.retry_after_date])
def test_a_limit_is_honoured_to_the_second(pair: Pair, limited: Callable[[float], Plan]) -> None:
    _, http = pair.gateway()
    pair.shaky.answer(limited(3))
    began = time.monotonic()
    assert called(http) == "steady"
    assert health_of(http)["reason"] == "provider_rate_limited"
    eventually(lambda: called(http) == "shaky", 20)
    assert time.monotonic() - began > 1.0  # a date has whole seconds
    eventually(lambda: called(http) and state_of(http) == "closed", 20)


STRATEGIES = ("weighted", "least_busy", "latency", "cost")
BY_STRATEGY = """
[models.by-{strategy}]
strategy = "{strategy}"
deployments = [{{ provider = "shaky", model = "{strategy}" }}, {{ provider = "steady", model = "{strategy}" }}]
"""


def test_every_strategy_avoids_what_is_not_healthy(pair: Pair) -> None:
    more = "".join(BY_STRATEGY.format(strategy=strategy) for strategy in STRATEGIES)
    _, http = pair.gateway(pause=600, health="longest_pause = 600", more=more)
    pair.shaky.always(faults.hang_up("reset"))
    for strategy in STRATEGIES:
        name = f"by-{strategy}"
        eventually(
            lambda name=name, strategy=strategy: (
                called(http, name) and health_of(http, f"shaky/{strategy}")["state"] == "open"
            ),
            30,
        )
        before = len(pair.shaky.requests)
        for _ in range(10):
            assert called(http, name) == "steady"
        assert len(pair.shaky.requests) == before


def test_an_idle_deployment_that_is_down_is_found_by_probes_before_a_call_meets_it(pair: Pair) -> None:
    _, http = pair.gateway(pause=600, health="longest_pause = 600\nprobe = { interval = 1, ask = 'chat', timeout = 5 }")
    pair.shaky.always(faults.status(500))
    eventually(lambda: state_of(http) == "open", 30)
    assert health_of(http)["last_probe"]["error"].startswith("provider_")
    assert health_of(http, "steady/b")["state"] == "closed"
    rows = http.get("/api/usage").json()["data"]
    assert rows == []
    assert called(http) == "steady"


def test_a_breaker_that_opens_in_one_process_opens_in_all(pair: Pair, valkey: Valkey) -> None:
    shared = {"state": valkey.url, "pause": 600.0, "health": "longest_pause = 600"}
    (_, one), (_, other) = pair.gateway(**shared), pair.gateway(**shared)
    assert (called(one), called(other)) == ("shaky", "shaky")
    pair.shaky.always(faults.status(500))
    eventually(lambda: called(one) and state_of(one) == "open", 20)
    eventually(lambda: state_of(other) == "open", 20)
    before = len(pair.shaky.requests)
    assert (called(one), called(other)) == ("steady", "steady")
    assert len(pair.shaky.requests) == before
    assert health_of(other)["reason"] == health_of(one)["reason"]

    _, late = pair.gateway(**shared)
    eventually(lambda: state_of(late) == "open", 20)
    assert called(late) == "steady"

    assert len(one.get("/api/health/shaky/a/history").json()["data"]) == 1
    assert other.get("/api/health/shaky/a/history").json()["data"] == []  # it is told of where it happened

    pair.shaky.always(faults.ok())
    other.post("/api/health/shaky/a/reset")
    for http in (one, other, late):
        eventually(lambda http=http: state_of(http) == "closed", 20)
        assert called(http) == "shaky"


def test_processes_go_on_alone_while_the_shared_state_is_away(pair: Pair, valkey_of_its_own: Valkey) -> None:
    shared = {"state": valkey_of_its_own.url, "pause": 600.0, "health": "longest_pause = 600"}
    (_, one), (_, other) = pair.gateway(**shared), pair.gateway(**shared)
    valkey_of_its_own.kill()
    pair.shaky.always(faults.status(500))
    eventually(lambda: called(one) and state_of(one) == "open", 30)
    assert state_of(other) == "closed"
    valkey_of_its_own.start()
    eventually(lambda: state_of(other) == "open", 30)
    assert called(other) == "steady"
