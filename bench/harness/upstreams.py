"""Runs the two upstreams, and a gateway in front of them until its first answer."""

from __future__ import annotations

import contextlib
import http.client
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness import nginx
from harness.gateways import Endpoint, Gateway, Upstreams
from harness.processes import BenchError, Child, Cores, free_port, wait_for_port
from harness.traffic import UNARY_MODEL, StreamShape, request_body

REST = 0.25
IDLE_SHARE = 0.1
PATIENCE = 30
"""A gateway is at rest when it takes less than a tenth of a CPU for a quarter of a second; it has so many seconds to come to that."""


@contextlib.contextmanager
def running_upstreams(folder: Path, cores: Cores) -> Iterator[Upstreams]:
    """Both upstreams on the load's CPUs, ended on the way out."""
    folder.mkdir(parents=True, exist_ok=True)
    ports = Upstreams(free_port(), free_port())
    serve = [sys.executable, "-m", "harness.stream_server", str(ports.stream_port)]
    home = Path(__file__).resolve().parents[1]
    unary = nginx.upstream_command(folder / "unary", ports.unary_port)
    with (
        Child(unary, cpus=cores.load, log=folder / "unary.log", env={}) as first,
        Child(serve, cpus=cores.load, log=folder / "stream.log", env={}, cwd=home) as second,
    ):
        wait_for_port(ports.unary_port, first)
        wait_for_port(ports.stream_port, second)
        yield ports


def direct_unary(upstreams: Upstreams) -> Endpoint:
    """The upstream itself, for what a call takes without a gateway."""
    return Endpoint(upstreams.unary_port, "/v1/chat/completions", request_body(UNARY_MODEL, stream=False))


@dataclass
class Running:
    """A gateway that has answered; ``start_seconds`` is from spawn to the end of the first successful answer."""

    gateway: Gateway
    child: Child
    port: int
    unary: Endpoint
    start_seconds: float

    def stream(self, shape: StreamShape) -> Endpoint:
        """The endpoint for streamed calls of a shape."""
        return self.gateway.stream(self.port, shape)

    def cpu_at_rest(self) -> float:
        """CPU seconds spent so far, once what was put off is done: the work of one load is not counted as another's."""
        patience = time.monotonic() + PATIENCE
        self.gateway.catch_up(self.port)
        before = self.child.cpu_seconds()
        while time.monotonic() < patience:
            time.sleep(REST)
            now = self.child.cpu_seconds()
            if now - before < REST * IDLE_SHARE:
                return now
            before = now
        raise BenchError(f"{self.gateway.label} was still at work {PATIENCE} s after its load")


@contextlib.contextmanager
def running(gateway: Gateway, cores: Cores, patience: float = 120) -> Iterator[Running]:
    """Start the gateway on its CPU, wait for its first answer, end it with all it started on the way out."""
    gateway.folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command, env = gateway.command(port)
    log = gateway.folder / "output.log"
    with Child(command, cpus=cores.gateway, log=log, env=env, cwd=gateway.folder) as child:
        unary = _first_answer(gateway, child, port, patience)
        yield Running(gateway, child, port, unary, time.perf_counter() - child.spawned_at)


def _first_answer(gateway: Gateway, child: Child, port: int, patience: float) -> Endpoint:
    """Try every 5 ms until a chat completion succeeds."""
    last = "it never listened"
    while time.perf_counter() - child.spawned_at < patience:
        child.check_alive()
        try:
            endpoint = gateway.unary(port)
            if endpoint is not None:
                status, body = _ask(endpoint)
                if status == 200 and b'"choices"' in body:
                    return endpoint
                last = f"status {status}: {body[:200].decode(errors='replace')}"
        except (OSError, http.client.HTTPException) as error:
            last = str(error) or type(error).__name__
        time.sleep(0.005)
    raise BenchError(f"no answer in {patience:.0f} s ({last}): {child.last_words()}")


def _ask(endpoint: Endpoint) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=30)
    with contextlib.closing(connection):
        headers = {"content-type": "application/json", **endpoint.headers}
        connection.request("POST", endpoint.path, endpoint.body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
