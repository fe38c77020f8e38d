"""Blobs, locks, channels and members within one process, alike on every engine."""

from __future__ import annotations

import asyncio
import logging

import pytest
from state_engines import answered, until

from switchgear.state.base import State
from switchgear.state.memory import MemoryBlobs, MemoryLocks


async def ready(state: State) -> None:
    """Blobs have a connection of their own, made when the first is wanted."""
    async with asyncio.timeout(20):
        while await answered(state.blobs.get("ready")) is None:
            state.blobs.set("ready", b"yes", 60)
            await asyncio.sleep(0.005)
    await answered(state.blobs.delete(["ready"]))


async def test_a_blob_is_kept_until_it_is_forgotten(state: State) -> None:
    await ready(state)
    value = bytes(range(256)) * 4096
    state.blobs.set("a", value, 60)
    state.blobs.set("b", b"", 60)
    assert await answered(state.blobs.get("a")) == value
    assert await answered(state.blobs.get("b")) == b""
    assert await answered(state.blobs.delete(["a", "b", "c"])) == 2
    assert await answered(state.blobs.get("a")) is None


async def test_a_blob_is_gone_after_its_time(state: State) -> None:
    await ready(state)
    state.blobs.set("a", b"x", 0.05)
    state.blobs.set("b", b"x", 0)
    assert await answered(state.blobs.get("b")) is None
    async with asyncio.timeout(20):
        while await answered(state.blobs.get("a")) is not None:
            await asyncio.sleep(0.005)


async def test_clearing_forgets_what_begins_so_and_nothing_else(state: State) -> None:
    await ready(state)
    names = [f"team:a*[{number}]" for number in range(300)]
    for name in (*names, "team:ab", "team:b"):
        state.blobs.set(name, b"x", 60)
    assert await answered(state.blobs.clear("team:a*[")) == 300
    assert await answered(state.blobs.get(names[7])) is None
    assert await answered(state.blobs.get("team:ab")) == b"x"
    assert await answered(state.blobs.clear("")) == 2


async def test_a_blob_that_is_too_large_is_not_kept(state: State) -> None:
    await ready(state)
    state.blobs.set("a", bytes(9 * 1024 * 1024), 60)
    assert await answered(state.blobs.get("a")) is None


def test_blobs_in_process_stay_within_their_bytes_and_keep_what_is_used() -> None:
    blobs = MemoryBlobs(max_bytes=1000)
    for number in range(8):
        blobs.set(str(number), bytes(120), 60)
        blobs.get("0")
    blobs.set("8", bytes(120), 60)
    assert [name for name in map(str, range(9)) if blobs.get(name)] == ["0", "2", "3", "4", "5", "6", "7", "8"]
    blobs.set("9", bytes(1001), 60)
    assert blobs.get("9") is None
    assert blobs.get("8") is not None


async def test_a_lock_is_held_by_one_and_kept_by_asking_again(state: State) -> None:
    assert await answered(state.locks.try_acquire("batches", "a", 60))
    assert await answered(state.locks.try_acquire("batches", "a", 60))
    assert not await answered(state.locks.try_acquire("batches", "b", 60))
    assert await answered(state.locks.try_acquire("other", "b", 60))
    state.locks.release("batches", "b")
    assert not await answered(state.locks.try_acquire("batches", "b", 60))
    state.locks.release("batches", "a")
    assert await answered(state.locks.try_acquire("batches", "b", 60))


def test_a_lock_in_process_lapses() -> None:
    now = 0.0
    locks = MemoryLocks(lambda: now)
    assert locks.try_acquire("batches", "a", 10)
    now = 9.9
    assert not locks.try_acquire("batches", "b", 10)
    now = 10.0
    assert locks.try_acquire("batches", "b", 10)


async def test_a_listener_hears_its_channel_until_it_no_longer_wants_to(state: State) -> None:
    first: list[bytes] = []
    second: list[bytes] = []
    other: list[bytes] = []
    stop = state.channels.subscribe("keys", first.append)
    state.channels.subscribe("keys", second.append)
    state.channels.subscribe("cache", other.append)
    async with asyncio.timeout(20):
        while not first:
            state.channels.publish("keys", b"ready")
            await asyncio.sleep(0.005)
    state.channels.publish("keys", b"\x00\xff")
    assert b"\x00\xff" not in first, "a handler was called from within publish"
    await until(lambda: b"\x00\xff" in first)
    await until(lambda: first == second)
    assert not other
    stop()
    stop()
    state.channels.publish("keys", b"last")
    await until(lambda: second[-1] == b"last")
    assert b"last" not in first


async def test_a_listener_that_fails_is_logged_and_costs_the_others_nothing(
    state: State, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[bytes] = []

    def broken(_message: bytes) -> None:
        raise ValueError("broken")

    state.channels.subscribe("keys", broken)
    state.channels.subscribe("keys", heard.append)
    with caplog.at_level(logging.ERROR):
        async with asyncio.timeout(20):
            while not heard:
                state.channels.publish("keys", b"x")
                await asyncio.sleep(0.005)
    assert 'A listener to the channel "keys" failed' in caplog.text
    assert "x" not in [record.getMessage() for record in caplog.records]


async def test_alone_a_member_is_the_first_and_only_one(state: State) -> None:
    assert (state.members.rank, state.members.count) == (0, 1)
    state.members.join("node-a", {"host": "here"})
    assert state.members.nodes() == ("node-a",)
    assert (state.members.rank, state.members.count) == (0, 1)
    assert state.members.facts("node-a") == {"host": "here"}
    assert state.members.facts("node-b") == {}
