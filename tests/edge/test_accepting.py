"""One listening socket shared by several: evenly, and nobody is left waiting."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Iterator

import pytest

from switchgear.edge.accepting import Counted, Loads, SharedListener


class Held(asyncio.Protocol):
    """A connection that is kept."""

    def __init__(self, connections: Counted) -> None:
        self._connections = connections
        self.transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)


class Taker:
    """One that listens."""

    def __init__(self, listener: socket.socket, descriptor: int, number: int) -> None:
        self.loads = Loads(descriptor, number)
        self.connections = Counted(self.loads)
        self.loads.set(0)
        own = listener.dup()
        self.shared = SharedListener(own, lambda: Held(self.connections), self.loads, context=None, handshake_seconds=5)
        self._own = own

    def close(self) -> None:
        self.shared.close()
        for each in list(self.connections):
            each.transport.close()
        self._own.close()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        made.listen(512)
        yield made


@pytest.fixture
def loads() -> Iterator[int]:
    descriptor = Loads.make(3)
    yield descriptor
    os.close(descriptor)


async def until(look: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not look():
            await asyncio.sleep(0.005)


def connected(listener: socket.socket, count: int) -> list[socket.socket]:
    return [socket.create_connection(listener.getsockname()) for _ in range(count)]


async def test_a_burst_is_shared_evenly(listener: socket.socket, loads: int) -> None:
    takers = [Taker(listener, loads, number) for number in (1, 2, 3)]
    clients = connected(listener, 60)
    await until(lambda: sum(len(each.connections) for each in takers) == 60)
    counts = [len(each.connections) for each in takers]
    assert max(counts) - min(counts) <= 6, counts
    for each in takers:
        each.close()
    for client in clients:
        client.close()


async def test_who_has_many_takes_more_when_nobody_else_does(listener: socket.socket, loads: int) -> None:
    only = Taker(listener, loads, 1)
    idle = Loads(loads, 2)
    idle.set(0)  # another one with less to do that does not come to it
    clients = connected(listener, 20)
    await until(lambda: len(only.connections) == 20)
    only.close()
    for client in clients:
        client.close()


async def test_who_leaves_is_not_waited_for(listener: socket.socket, loads: int) -> None:
    one, other = Taker(listener, loads, 1), Taker(listener, loads, 2)
    other.close()
    clients = connected(listener, 10)
    await until(lambda: len(one.connections) == 10)
    assert not one.loads.above_others
    one.close()
    for client in clients:
        client.close()


async def test_those_who_wait_already_are_taken_at_the_close(listener: socket.socket, loads: int) -> None:
    taker = Taker(listener, loads, 1)
    clients = connected(listener, 10)
    taker.shared.close()
    await until(lambda: len(taker.connections) == 10)
    taker.close()
    for client in clients:
        client.close()


async def test_connections_that_end_count_no_more(listener: socket.socket, loads: int) -> None:
    taker = Taker(listener, loads, 1)
    Loads(loads, 2).set(0)
    clients = connected(listener, 5)
    await until(lambda: len(taker.connections) == 5)
    assert taker.loads.above_others
    for client in clients:
        client.close()
    await until(lambda: not taker.connections)
    assert not taker.loads.above_others
    taker.close()
