"""Twelve deployments, a third of them failing, each time others and in other ways: clients hardly notice, and the books are right.

Ten minutes of such a life, compressed: pauses of breakers and limits on waiting are a hundredth of the usual ones.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

import httpx
import pytest
from observed import eventually, usage_rows

from switchgear.core.calls import Attempt
from switchgear.store import routes
from switchgear.testing import (
    Close,
    Plan,
    Request,
    Send,
    Stall,
    chat_chunk,
    chat_completion,
    chat_stream,
    faults,
    http1,
    served,
    sse,
    tokens,
)  # fmt: skip
from switchgear.testing.connection import Connection
from switchgear.testing.listener import Listener

DEPLOYMENTS = 12
CALLS = 1200
CLIENTS = 24
TURNS = 15
"""How often the ill get well and others fall ill."""
SHARE = 0.2
FREE_RETRIES = 10
"""What a provider is sent in retries: a share of the calls it gets, and so many to begin with."""
CONFIG = """
[local]
enabled = false

[retry]
backoff = 0.01
longest_pause = 2

[health]
errors = 3
window = 2
pause = 0.1
longest_pause = 0.5
recovery = 0.3
"""


class Ward(Listener):
    """Twelve providers, told apart by the model they are asked for: ``d0`` to ``d11``. Those that are ``ill`` fail in their way."""

    def __init__(self) -> None:
        super().__init__()
        self.ill: dict[str, str] = {}
        self.asked: Counter[str] = Counter()

    def plan_for(self, request: Request) -> Plan:
        return (_Answer(self),)

    def answer(self, body: dict[str, Any]) -> Plan:
        """What to do about a request: the words of its question, and what was said of them already left out."""
        model = body["model"]
        self.asked[model] += 1
        question = next(one["content"] for one in body["messages"] if one["role"] == "user")
        said = "".join(one["content"] for one in body["messages"] if one["role"] == "assistant")
        words = reply_to(question).removeprefix(said)
        stream = bool(body.get("stream"))
        match self.ill.get(model, ""):
            case "500":
                return faults.status(500)
            case "flaps" if self.asked[model] % 2:
                return faults.status(503)
            case "429":
                return faults.retry_after_seconds(1)
            case "hangs":
                return (Stall(),)
            case "cuts":
                return _cut(words, stream=stream)
            case "stalls":
                return (*_cut(words, stream=stream)[:-1], Stall())
            case _ if stream:
                return faults.stream(chat_stream([words[:10], words[10:]], usage=tokens(9, 7)))
            case _:
                return faults.ok(chat_completion(words, usage=tokens(9, 7)))


class _Answer(NamedTuple):
    ward: Ward

    async def run(self, connection: Connection) -> None:
        await connection.read_body()
        for step in self.ward.answer(json.loads(connection.requests[-1].body)):
            await step.run(connection)


WAYS = ("500", "hangs", "cuts", "429", "flaps", "stalls")


def reply_to(question: str) -> str:
    return f"You asked for {question}, and here it is, whole and once: {question}."


def _cut(words: str, *, stream: bool) -> Plan:
    """The first words of an answer, then the end of the connection."""
    if not stream:
        return faults.truncated(chat_completion(words), keep=60)
    begun = [chat_chunk({"role": "assistant", "content": ""}), chat_chunk(words[: len(words) // 2])]
    head = http1.head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"})
    return (Send(head + http1.chunk(sse(begun, done=False))), Close())


def config_of(url: str) -> str:
    providers = [
        f'[providers.p{number}]\nbase_url = "{url}"\ntimeouts = {{ first_byte = 0.5, between_bytes = 0.5 }}'
        for number in range(DEPLOYMENTS)
    ]
    twelve = ", ".join(f'{{ provider = "p{number}", model = "d{number}" }}' for number in range(DEPLOYMENTS))
    models = [
        f'[models.{strategy}]\nstrategy = "{strategy}"\nstream_recovery = "{recovery}"\ndeployments = [{twelve}]'
        for strategy, recovery in (("latency", "continue"), ("weighted", "hold"))
    ]
    storm = (
        '[models.storm]\ndeployments = [{ provider = "p0", model = "d0" }]\nretry = { attempts = 5, backoff = 0.001 }'
    )
    return "\n\n".join([CONFIG, *providers, *models, storm])


class Told(NamedTuple):
    """One call as its client saw it: its id, and what was wrong with the answer."""

    id: str
    wrong: str


async def ask(http: httpx.AsyncClient, model: str, number: int) -> Told:
    """One call, every second one streamed."""
    question, stream = f"number {number}", bool(number % 2)
    body = {"model": model, "messages": [{"role": "user", "content": question}], "stream": stream}
    answer = await http.post("/v1/chat/completions", json=body)
    call = answer.headers["x-request-id"]
    if answer.status_code != 200:
        return Told(call, answer.text)
    if not stream:
        heard = answer.json()["choices"][0]["message"]["content"]
    else:
        events = [event.removeprefix("data: ") for event in answer.text.split("\n\n") if event]
        if events.pop() != "[DONE]":
            return Told(call, answer.text[-300:])
        chunks = [json.loads(event) for event in events]
        heard = "".join(one["delta"].get("content") or "" for chunk in chunks for one in chunk["choices"])
    return Told(call, "" if heard == reply_to(question) else f"heard {heard!r}")


async def everybody_asks(http: httpx.AsyncClient, model: str, count: int, before: Callable[[int], None]) -> list[Told]:
    """So many calls from all clients at once; ``before`` is told the number of each."""
    numbers = iter(range(count))
    told: list[Told] = []

    async def client() -> None:
        for number in numbers:
            before(number)
            told.append(await ask(http, model, number))

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return told


@pytest.fixture
async def ward() -> AsyncIterator[Ward]:
    async with Ward() as running:
        yield running


@pytest.fixture
async def gateway(ward: Ward) -> AsyncIterator[served]:
    async with served(config_of(ward.base_url)) as running:
        yield running


@pytest.fixture
async def http(gateway: served) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {gateway.key}"}
    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(
        base_url=gateway.url, headers=headers, timeout=60, trust_env=False, limits=limits
    ) as client:
        yield client


async def recorded(gateway: served, told: list[Told]) -> dict[str, dict[str, Any]]:
    """The usage rows, once there are as many as calls: each call's, and no other."""
    rows = await asyncio.to_thread(
        eventually, lambda: found if len(found := usage_rows(gateway.data_dir)) >= len(told) else None, 30
    )
    assert rows is not None
    assert sorted(rows) == sorted(one.id for one in told)
    return rows


def attempts_of(row: dict[str, Any]) -> list[Attempt]:
    """The attempts that reached for a provider."""
    route = routes.read(row["route"])
    assert route is not None
    return [one for one in route.attempts if one.outcome != "skipped"]


def no_more_retries_than_allowed(rows: dict[str, dict[str, Any]]) -> Counter[str]:
    """How many retries each provider was sent, none more than its share."""
    first, again = Counter[str](), Counter[str]()
    for row in rows.values():
        seen: set[str] = set()
        for attempt in attempts_of(row):
            (again if attempt.provider in seen else first)[attempt.provider] += 1
            seen.add(attempt.provider)
    for provider, retries in again.items():
        assert retries <= FREE_RETRIES + SHARE * first[provider], provider
    return again


@pytest.mark.parametrize("model", ["latency", "weighted"])
async def test_clients_hardly_notice_that_a_third_of_all_deployments_fails(
    ward: Ward, gateway: served, http: httpx.AsyncClient, model: str
) -> None:
    ways = itertools.cycle(WAYS)

    def fall_ill(number: int) -> None:
        turn, rest = divmod(number, CALLS // TURNS)
        if not rest:
            ward.ill = {f"d{(4 * turn + place) % DEPLOYMENTS}": next(ways) for place in range(DEPLOYMENTS // 3)}

    began = time.monotonic()
    told = await everybody_asks(http, model, CALLS, fall_ill)
    wrong = [one.wrong for one in told if one.wrong]
    assert len(wrong) <= CALLS // 1000, wrong[:3]

    rows = await recorded(gateway, told)
    failed = [row for row in rows.values() if row["outcome"] != "ok"]
    assert len(failed) == len(wrong)
    assert len(failed) < CALLS / 100
    attempts = [attempt for row in rows.values() for attempt in attempts_of(row)]
    assert len(attempts) == sum(ward.asked.values()) == sum(row["attempts"] for row in rows.values())
    assert sum(attempt.outcome == "ok" for attempt in attempts) == CALLS - len(wrong)
    assert {attempt.error for attempt in attempts} >= {"provider_failed", "provider_timeout", "provider_disconnected"}
    no_more_retries_than_allowed(rows)

    ward.ill = {}
    answered = set(ward.asked)
    assert answered == {f"d{number}" for number in range(DEPLOYMENTS)}
    assert time.monotonic() - began < 300, "it hung somewhere"


async def test_the_ill_are_spared_and_come_back_when_they_are_well(
    ward: Ward, gateway: served, http: httpx.AsyncClient
) -> None:
    async def states() -> dict[str, str]:
        found = (await http.get("/api/health")).json()["data"]
        return {one["model"]: one["state"] for one in found}

    ward.ill = dict.fromkeys(("d1", "d4", "d7", "d10"), "500")
    told = await everybody_asks(http, "weighted", 300, lambda _: None)
    assert not [one.wrong for one in told if one.wrong]
    spared = max(ward.asked[model] for model in ward.ill)
    assert spared < min(ward.asked[f"d{number}"] for number in (0, 2, 3, 5, 6, 8, 9, 11))
    assert {model for model, state in (await states()).items() if state != "closed"} == set(ward.ill)

    ward.ill = {}
    deadline = time.monotonic() + 30
    while set((await states()).values()) != {"closed"}:
        assert time.monotonic() < deadline, await states()
        told += await everybody_asks(http, "weighted", 50, lambda _: None)
    assert not [one.wrong for one in told if one.wrong]
    await recorded(gateway, told)


async def test_a_provider_that_fails_every_call_gets_no_storm_of_retries(
    ward: Ward, gateway: served, http: httpx.AsyncClient
) -> None:
    """Five attempts a call would be five times the calls."""
    ward.ill = {"d0": "flaps"}  # which keeps its breaker from opening for good
    told = await everybody_asks(http, "storm", 200, lambda _: None)
    rows = await recorded(gateway, told)
    again = no_more_retries_than_allowed(rows)
    assert again["p0"] > 0
    assert ward.asked["d0"] <= len(told) + FREE_RETRIES + SHARE * len(told)
