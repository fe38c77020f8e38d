"""One limit for many processes: workers of a host, and gateways that share a database and a Valkey, or a cluster of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import httpx
import openai
import pytest
from observed import HI, eventually
from openai import AsyncOpenAI

from switchgear.testing import Gate, ScriptedProvider, faults, served
from valkey_server import Valkey, ValkeyCluster

CONFIG = """
[server]
secret = "env:SHARED_SECRET"
workers = {workers}

[local]
enabled = false

[retry]
attempts = 1

[health]
errors = 10000
calls = 1000000

[store]
url = "{store}"
durability = "strict"

[state]
url = "{state}"
timeout = 5

[providers.test]
base_url = "{url}"

[models.priced]
deployments = [{{ provider = "test", model = "alpha", price = {{ input = 1000, output = 1000 }} }}]
"""
SECRET = {"SHARED_SECRET": "5e" * 32}


class Shared:
    """Gateways that share everything, and an admin at the first of them."""

    def __init__(self, provider: ScriptedProvider, gateways: Sequence[served]) -> None:
        self.provider = provider
        self.gateways = gateways
        headers = {"authorization": f"Bearer {gateways[0].key}"}
        self.admin = httpx.Client(base_url=gateways[0].url, headers=headers, timeout=20, trust_env=False)

    def key(self, *, team: dict[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
        """A key with limits, and a team with others, that every process knows."""
        name = f"l{uuid4().hex[:12]}"
        body = {"name": f"k{name}"}
        for noun, limits in (("limits", settings), ("team", team)):
            if limits:
                body[noun] = f"{name}{noun}"
                self._sent("PUT", f"/api/limits/{name}{noun}", limits)
        if team:
            self._sent("PUT", f"/api/teams/{name}team", {"limits": f"{name}team"})
        made = self._sent("POST", "/api/keys", body)
        for gateway in self.gateways:
            for _ in range(8):  # each on a connection of its own, so that every worker is asked
                eventually(lambda gateway=gateway: self._known(gateway, made["key"]))
        return made

    def _known(self, gateway: served, key: str) -> bool:
        headers = {"authorization": f"Bearer {key}", "connection": "close"}
        return httpx.get(f"{gateway.base_url}/models", headers=headers, trust_env=False).status_code == 200

    def _sent(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.admin.request(method, path, json=body)
        assert answer.status_code in {200, 201}, answer.text
        return dict(answer.json())

    def standing(self, key: dict[str, Any]) -> dict[str, str]:
        answer = self.admin.get("/api/limits/standing", params={"key": key["id"]})
        return {f"{one['of']} {use['what']}": use["used"] for one in answer.json()["data"] for use in one["uses"]}

    async def at_once(self, key: dict[str, Any], calls: int = 64, **fields: Any) -> list[int]:
        """The statuses of so many calls at once, at all gateways in turn."""
        clients = [
            AsyncOpenAI(base_url=gateway.base_url, api_key=key["key"], max_retries=0, timeout=60)
            for gateway in self.gateways
        ]

        async def ask(client: AsyncOpenAI) -> int:
            try:
                await client.chat.completions.create(**({"model": "priced", "messages": HI, "max_tokens": 10} | fields))
            except openai.APIStatusError as error:
                return error.status_code
            return 200

        try:
            return sorted(await asyncio.gather(*(ask(clients[number % len(clients)]) for number in range(calls))))
        finally:
            for client in clients:
                await client.close()


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider.in_thread() as running:
        yield running


@pytest.fixture(params=["workers", "gateways", "cluster"])
def shared(request: pytest.FixtureRequest, provider: ScriptedProvider) -> Iterator[Shared]:
    """Four workers of one gateway; two gateways on a Valkey, and on a cluster."""
    server: Valkey | ValkeyCluster = request.getfixturevalue("cluster" if request.param == "cluster" else "valkey")
    with ExitStack() as stack:
        if request.param == "workers":
            config = CONFIG.format(workers=4, store="sqlite:", state=server.url, url=provider.base_url)
            gateways = [stack.enter_context(served(config, env=SECRET))]
        else:
            store = request.getfixturevalue("postgres_url")
            config = CONFIG.format(workers=1, store="env:DATABASE_URL", state=server.url, url=provider.base_url)
            gateways = [stack.enter_context(served(config, env=SECRET | {"DATABASE_URL": store})) for _ in range(2)]
        made = Shared(provider, gateways)
        stack.callback(made.admin.close)
        yield made


async def test_a_limit_lets_through_what_it_says_over_all_processes(shared: Shared) -> None:
    rare = await asyncio.to_thread(shared.key, rpm=23)
    assert await shared.at_once(rare) == [200] * 23 + [429] * 41
    spent = await asyncio.to_thread(shared.key, team={"budget": {"tokens": 1000, "per": "day"}}, rpm=1000)
    for _ in range(64):
        usage = {"prompt_tokens": 60, "completion_tokens": 40, "total_tokens": 100}
        shared.provider.reply("x", usage=usage)
    statuses = await shared.at_once(spent, max_tokens=85)
    let_through = statuses.count(200)
    standing = await asyncio.to_thread(shared.standing, spent)
    assert standing["team tokens"] == str(100 * let_through)
    assert 100 * let_through <= 1000 + 64 * 10, "an answer may be longer than was reserved, by what it is"
    assert standing["key rpm"] == str(let_through), "what the team refused is not counted for the key"
    shared.provider.forget()


async def test_calls_at_once_are_those_of_all_processes(shared: Shared) -> None:
    key = await asyncio.to_thread(shared.key, concurrency=5)
    gate = Gate()
    for _ in range(5):
        shared.provider.plan(gate, faults.ok(), model="alpha")
    late = asyncio.create_task(shared.at_once(key, 5))
    await asyncio.to_thread(eventually, lambda: gate.reached == 5)
    assert await shared.at_once(key, 8) == [429] * 8
    gate.open()
    assert await late == [200] * 5
    assert await shared.at_once(key, 5) == [200] * 5


async def test_what_is_spent_at_one_is_spent_at_all(shared: Shared) -> None:
    key = await asyncio.to_thread(shared.key, budget={"usd": 1, "per": "month"})
    usage = {"prompt_tokens": 900, "completion_tokens": 100, "total_tokens": 1000}
    shared.provider.reply("x", usage=usage)
    assert await shared.at_once(key, 1) == [200]
    assert await shared.at_once(key, 16) == [429] * 16
    assert await asyncio.to_thread(shared.standing, key) == {"key usd": "1"}
