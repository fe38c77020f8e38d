"""A real cluster of three: limits in several slots, slots that move, a node that is gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from redis.crc import key_slot
from state_engines import MINUTE, PATIENT, ask, until

from switchgear.state.base import Change, Check, State
from switchgear.state.state import StateOptions, open_state
from valkey_server import Valkey, ValkeyCluster, cluster_node, valkey_cluster


def rpm(scope: str, limit: int, amount: int = 1) -> Check:
    return Check(scope, "rpm", "window", limit, amount, MINUTE)


def lease(scope: str, limit: int) -> Check:
    return Check(scope, "concurrency", "lease", limit, 1, MINUTE)


def slot(scope: str) -> int:
    return key_slot(f"switchgear:{{{scope}}}:".encode())


def on_node(index: int) -> str:
    """A scope whose slot is on that node."""
    return next(name for name in (f"key:k_{n}" for n in range(1000)) if slot(name) * 3 // 16384 == index)


async def used(state: State, *scopes: str) -> list[int]:
    return [one.used for one in (await ask(state, "look", [rpm(scope, 10**6, 0) for scope in scopes])).standings]


@pytest.fixture
def own_cluster() -> Iterator[ValkeyCluster]:
    """One to break."""
    with valkey_cluster() as cluster:
        yield cluster


async def test_limits_of_several_slots_are_taken_together_or_not_at_all(cluster: ValkeyCluster) -> None:
    scopes = [on_node(index) for index in range(3)]
    state = await open_state(cluster.url, StateOptions(timeout=PATIENT))
    checks = [rpm(scopes[0], 10), rpm(scopes[1], 2), lease(scopes[2], 10), rpm(scopes[2], 10)]
    first = await ask(state, "a", checks)
    assert first.allowed
    assert [one.used for one in first.standings] == [1, 1, 1, 1]
    assert (await ask(state, "b", checks)).allowed
    refused = await ask(state, "c", checks)
    assert (refused.allowed, refused.refused) == (False, 1)
    assert 0 < refused.retry_after_ms <= 61_000
    assert [one.used for one in refused.standings] == [2, 2, 2, 2], "what was given back is not shown"
    assert await used(state, *scopes) == [2, 2, 2]
    state.counters.settle("a", [Change(scopes[2], "concurrency", "lease", -1, first.at_ms, MINUTE)])
    look = Check(scopes[2], "concurrency", "lease", 10, 0, MINUTE)
    assert (await ask(state, "look", [look])).standings[0].used == 1
    await state.close()


async def test_the_first_check_that_refuses_is_named_whatever_its_slot(cluster: ValkeyCluster) -> None:
    state = await open_state(cluster.url, StateOptions(timeout=PATIENT))
    checks = [rpm(on_node(2), 0), rpm(on_node(0), 0), rpm(on_node(1), 1)]
    assert (await ask(state, "t", checks)).refused == 0
    assert (await ask(state, "t", checks[::-1])).refused == 1
    await state.close()


def move(cluster: ValkeyCluster, number: int, source: Valkey, target: Valkey) -> Iterator[str]:
    """Moves a slot, one step at a time (Redis cluster specification, "Live resharding")."""
    with source.client() as giving, target.client() as taking:
        ids = [each.execute_command("CLUSTER", "MYID").decode() for each in (giving, taking)]
        taking.execute_command("CLUSTER", "SETSLOT", number, "IMPORTING", ids[0])
        giving.execute_command("CLUSTER", "SETSLOT", number, "MIGRATING", ids[1])
        yield "both have it"
        keys = giving.execute_command("CLUSTER", "GETKEYSINSLOT", number, 100)
        giving.execute_command("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", *keys)
        yield "its keys have moved"
        for node in (target, source, *cluster.nodes):
            with node.client() as client:
                client.execute_command("CLUSTER", "SETSLOT", number, "NODE", ids[1])
        yield "it has moved"


async def test_counters_go_on_while_their_slot_moves_to_another_node(own_cluster: ValkeyCluster) -> None:
    scope = on_node(0)
    state = await open_state(own_cluster.url, StateOptions(timeout=PATIENT))
    for number in range(3):
        assert (await ask(state, f"before{number}", [rpm(scope, 100)])).allowed
    counted = 3
    for step in move(own_cluster, slot(scope), own_cluster.nodes[0], own_cluster.nodes[1]):
        for number in range(3):
            assert (await ask(state, f"{step}{number}", [rpm(scope, 100)])).allowed
        counted += 3
        assert await used(state, scope) == [counted], step
    assert state.health.state == "ok"
    with own_cluster.nodes[1].client() as client:
        assert client.execute_command("CLUSTER", "COUNTKEYSINSLOT", slot(scope)) == 1
    await state.close()


async def test_counters_go_on_when_their_slot_moves_to_a_node_that_is_new(own_cluster: ValkeyCluster) -> None:
    scope, source = on_node(0), own_cluster.nodes[0]
    state = await open_state(own_cluster.url, StateOptions(timeout=PATIENT))
    assert (await ask(state, "before", [rpm(scope, 100)])).allowed
    with cluster_node() as target:
        own_cluster.meet(target)
        counted = 1
        for step in move(own_cluster, slot(scope), source, target):
            verdicts = await asyncio.gather(*(ask(state, f"{step}{n}", [rpm(scope, 100)]) for n in range(5)))
            assert all(one.allowed for one in verdicts)
            counted += 5
            assert await used(state, scope) == [counted], step
        assert state.health.state == "ok"
        await state.close()


async def test_scripts_that_a_node_forgot_are_sent_again(cluster: ValkeyCluster) -> None:
    scopes = [on_node(index) for index in range(3)]
    state = await open_state(cluster.url, StateOptions(timeout=PATIENT))
    for node in cluster.nodes[1:]:
        with node.client() as client:
            client.script_flush()
    assert (await ask(state, "t", [rpm(scope, 10) for scope in scopes])).allowed
    assert await used(state, *scopes) == [1, 1, 1]
    await state.close()


async def test_a_node_that_freezes_leaves_nothing_taken_twice(own_cluster: ValkeyCluster) -> None:
    scopes = [on_node(0), on_node(1)]
    state = await open_state(own_cluster.url, StateOptions(timeout=0.5))
    state.start()
    own_cluster.nodes[1].freeze()
    began = time.monotonic()
    assert (await ask(state, "t", [rpm(scope, 100) for scope in scopes])).allowed
    assert time.monotonic() - began < 10
    assert state.health.state == "degraded"
    own_cluster.nodes[1].thaw()
    await until(lambda: state.health.state == "ok")
    assert await used(state, *scopes) == [1, 1]
    await state.close()


async def test_a_state_finds_the_cluster_by_any_node_that_answers(own_cluster: ValkeyCluster) -> None:
    url = "valkey+cluster://127.0.0.1:1," + own_cluster.url.removeprefix("valkey+cluster://")
    state = await open_state(url, StateOptions("refuse", timeout=PATIENT))
    assert (await ask(state, "t", [rpm("key:k_1", 1)])).allowed
    await state.close()
    own_cluster.nodes[1].kill()
    state = await open_state(url, StateOptions(timeout=0.5))
    assert state.health.state == "degraded"
    await state.close()
