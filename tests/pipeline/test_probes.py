"""Probes, over real sockets: who is asked, by whom, and what becomes of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from random import Random

import pytest

from switchgear.config.health import ProbeSettings
from switchgear.core.errors import ProviderRateLimited, ProviderTimeout
from switchgear.core.health import Probed
from switchgear.core.secrets import Secret
from switchgear.pipeline.probes import Prober
from switchgear.providers.catalogue import Catalog
from switchgear.providers.connection import Timeouts
from switchgear.providers.openai import OpenAIProvider
from switchgear.providers.transport import OriginSettings
from switchgear.routing.board import Board
from switchgear.routing.directory import Directory, Model
from switchgear.state.memory import MemoryLocks
from switchgear.testing import ScriptedProvider

MODELS = ProbeSettings(interval=5)
CHAT = ProbeSettings(interval=5, ask="chat", timeout=5)


class World:
    """A provider, an alias of it, and what probes told."""

    def __init__(self, upstream: ScriptedProvider, key: str) -> None:
        self.upstream = upstream
        self.now = 1000.0
        self.told: list[Probed] = []
        self.board = Board(clock=lambda: self.now, random=Random(1))
        settings = OriginSettings(provider="test", base_url=upstream.base_url, timeouts=Timeouts())
        self.provider = OpenAIProvider(settings, Secret(key), {})
        self.directory = Directory({"test": self.provider}, Catalog.load(), {}, {"test": "openai"}, self.board)
        self.deployment = self.directory.deployment(self.provider, "test-model")
        self.directory.define(Model("fast", (self.deployment,)))
        self.health = self.deployment.health
        self.locks = MemoryLocks()
        self.prober = self.another("node_a")

    def another(self, node: str) -> Prober:
        return Prober(lambda: self.directory, self.locks, node, self.told.append, lambda: self.now)

    def open(self) -> None:
        for _ in range(5):
            self.health.failed(self.now, ProviderTimeout("No."), self.health.started(self.now))
        self.now += 6.0  # idle for long enough to be probed
        self.health.breaker.retry_at = self.now + 100.0


@pytest.fixture
async def upstream() -> AsyncIterator[ScriptedProvider]:
    async with ScriptedProvider(api_key="sk-right", models=("test-model",)) as upstream:
        yield upstream


@pytest.fixture
async def world(upstream: ScriptedProvider) -> AsyncIterator[World]:
    world = World(upstream, "sk-right")
    yield world
    await world.prober.close()
    world.provider.close()


async def test_a_list_of_models_lets_the_next_call_try_what_is_open(world: World) -> None:
    world.open()
    assert not world.health.admits(world.now)
    await world.prober.round(MODELS)
    assert world.upstream.requests[-1].path.endswith("/models")
    assert world.health.state == "open"
    assert world.health.admits(world.now)
    (told,) = world.told
    assert (told.deployment, told.error) == ("test/test-model", "")
    assert world.health.probed is told


async def test_a_time_that_the_provider_named_holds_whatever_a_probe_finds(world: World) -> None:
    world.health.failed(world.now, ProviderRateLimited("No.", retry_after=60), world.health.started(world.now))
    world.now += 6.0
    await world.prober.round(MODELS)
    await world.prober.round(CHAT)
    assert world.health.retry_at == 1060.0
    assert not world.health.admits(world.now)


async def test_lists_that_fail_open_the_breaker(upstream: ScriptedProvider) -> None:
    world = World(upstream, "sk-wrong")
    for _ in range(5):
        assert world.health.state == "closed"
        await world.prober.round(MODELS)
    assert world.health.state == "open"
    assert world.health.reason == "5 failures in a row: provider_authentication_failed to a probe"
    assert {told.error for told in world.told} == {"provider_authentication_failed"}
    world.provider.close()


async def test_one_token_brings_a_deployment_back_when_its_pause_is_over(world: World) -> None:
    world.open()
    await world.prober.round(CHAT)
    assert world.upstream.requests == []  # not before its pause is over
    world.now = world.health.retry_at
    await world.prober.round(CHAT)
    asked = world.upstream.requests[-1].json
    assert (asked["model"], asked["max_tokens"]) == ("test-model", 1)
    assert world.health.state == "recovering"
    assert world.health.in_flight == 0


async def test_a_chat_that_fails_counts_as_a_call_that_failed(world: World) -> None:
    world.open()
    world.now = world.health.retry_at
    world.upstream.fail(500)
    await world.prober.round(CHAT)
    assert world.health.state == "open"
    assert world.health.retry_at > world.now
    assert world.told[-1].error == "provider_failed"


async def test_an_error_in_an_answer_that_looks_good_is_one(world: World) -> None:
    world.open()
    world.now = world.health.retry_at
    world.upstream.fail(200, body={"error": {"message": "Overloaded.", "type": "overloaded_error"}})
    await world.prober.round(CHAT)
    assert world.health.state == "open"


async def test_a_provider_that_refuses_so_short_an_answer_is_there(world: World) -> None:
    world.open()
    world.now = world.health.retry_at
    world.upstream.fail(400)
    await world.prober.round(CHAT)
    assert world.health.state == "recovering"


async def test_deployments_that_calls_go_to_are_left_in_peace(world: World) -> None:
    world.health.succeeded(world.now, 1.0, 10, world.health.started(world.now))
    world.now += 4.0
    await world.prober.round(MODELS)
    assert world.upstream.requests == []
    world.now += 2.0
    await world.prober.round(MODELS)
    assert len(world.upstream.requests) == 1


@pytest.mark.parametrize(
    ("only", "asked"),
    [((), True), (("test",), True), (("test/test-model",), True), (("other",), False), (("test/other",), True)],
)
async def test_only_those_are_asked_that_are_named(world: World, only: tuple[str, ...], asked: bool) -> None:
    await world.prober.round(ProbeSettings(interval=5, ask="chat", only=only))
    names = [request.json["model"] for request in world.upstream.requests]
    assert bool(names) is asked
    if only == ("test/other",):
        assert names == ["other"]


async def test_the_embedded_provider_is_never_asked(world: World) -> None:
    world.provider.embedded = True
    await world.prober.round(MODELS)
    assert world.upstream.requests == []


async def test_one_process_of_several_asks(world: World) -> None:
    often = ProbeSettings(interval=1)
    provers = [world.another(name) for name in ("node_b", "node_c", "node_d")]
    for each in provers:
        each.configure(often)
        each.start()
    async with asyncio.timeout(20):
        while len(world.told) < 2:
            await asyncio.sleep(0.02)
            world.now += 1.0
    holders = [each for each in provers if world.locks.try_acquire("health probes", each._node, 1.0)]
    assert len(holders) == 1
    for each in provers:
        await each.close()


async def test_without_settings_nobody_asks_and_a_reload_begins_and_ends_it(world: World) -> None:
    world.prober.start()
    assert world.prober._task is None
    world.prober.configure(MODELS)
    task = world.prober._task
    assert task is not None
    world.prober.configure(MODELS)
    assert world.prober._task is task
    world.prober.configure(None)
    assert world.prober._task is None
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()


async def test_a_probe_that_is_cancelled_leaves_its_place(world: World) -> None:
    world.open()
    world.now = world.health.retry_at
    world.upstream.reply("Late.", delay=30.0)
    round_ = asyncio.create_task(world.prober.round(CHAT))
    async with asyncio.timeout(10):
        while not world.upstream.requests:
            await asyncio.sleep(0.01)
    assert world.health.in_flight == 1
    round_.cancel()
    await asyncio.gather(round_, return_exceptions=True)
    assert world.health.in_flight == 0
    assert world.health.admits(world.now)


async def test_a_model_that_does_not_chat_is_not_asked_to(world: World) -> None:
    embedding = world.directory.deployment(world.provider, "text-embedding-3-small")
    world.directory.define(Model("vectors", (embedding,)))
    await world.prober.round(CHAT)
    assert [request.json["model"] for request in world.upstream.requests] == ["test-model"]
