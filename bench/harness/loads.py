"""The loads: wrk for plain calls, our own raw clients for streams, for a fixed rate and for an exact count."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import cast

import httptools
import uvloop

from harness.gateways import Endpoint
from harness.install import program
from harness.processes import BenchError
from harness.traffic import StreamShape, judge_stream

# ---------------------------------------------------------------- wrk

_SCRIPT = """\
wrk.method = "POST"
wrk.body = {body}
{headers}
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\\nRESULT {{"requests":%d,"us":%d,"p50":%.1f,"p99":%.1f,"status":%d,"broken":%d}}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), e.status,
    e.connect + e.read + e.write + e.timeout))
end
"""


@dataclass(frozen=True)
class WrkResult:
    """One run of wrk. Latencies in ms; ``refused`` answers are not 2xx, ``broken`` calls got none in time."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    refused: int
    broken: int

    @property
    def good(self) -> int:
        """Requests answered with success."""
        return self.requests - self.refused

    @property
    def errors(self) -> int:
        """All others."""
        return self.refused + self.broken

    @property
    def per_second(self) -> float:
        """Successful answers a second."""
        return self.good / self.seconds if self.seconds else 0.0


def run_wrk(endpoint: Endpoint, script: Path, *, connections: int, seconds: float) -> WrkResult:
    """Keep ``connections`` requests in flight for whole ``seconds`` (at least 1) from one thread."""
    headers = {"content-type": "application/json", **endpoint.headers}
    lines = [f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers.items()]
    script.write_text(_SCRIPT.format(body=f"[==[{endpoint.body.decode()}]==]", headers="\n".join(lines)))
    url = f"http://127.0.0.1:{endpoint.port}{endpoint.path}"
    command = [program("wrk"), "-t1", f"-c{connections}", f"-d{max(round(seconds), 1)}s", "--timeout", "30s"]
    done = subprocess.run([*command, "-s", str(script), url], capture_output=True, text=True, check=False)
    return parse_wrk(done.stdout + done.stderr)


def parse_wrk(output: str) -> WrkResult:
    """Read the line that the script's ``done`` wrote."""
    _, found, rest = output.partition("RESULT ")
    if not found:
        raise BenchError(f"wrk gave no result: {output.strip()[-300:]}")
    said = json.loads(rest.splitlines()[0])
    p50_ms, p99_ms = said["p50"] / 1e3, said["p99"] / 1e3
    return WrkResult(said["requests"], said["us"] / 1e6, p50_ms, p99_ms, said["status"], said["broken"])


# ---------------------------------------------------------------- raw clients


class Call(asyncio.Protocol):
    """One kept-alive connection that makes one call at a time and reports each to ``finished``."""

    def __init__(self, finished: Callable[[Call], None], *, keep_body: bool) -> None:
        self._finished = finished
        self._keep_body = keep_body
        self._transport: asyncio.Transport
        self.busy = False
        self.reset()

    def reset(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self.status = 0
        self.problem = ""
        self.body: list[bytes] = []
        self.sent_at = self.first_at = self.ended_at = 0.0

    def send(self, request: bytes) -> None:
        """Write ``request`` now and start its clock."""
        self.reset()
        self.busy = True
        self.sent_at = perf_counter()
        self._transport.write(request)

    @property
    def usable(self) -> bool:
        return not self.busy and not self._transport.is_closing()

    @property
    def started(self) -> bool:
        """Whether the call in flight has been answered in part."""
        return self.busy and self.first_at > 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but its class

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.fail(f"not HTTP: {error}")
            self._transport.abort()

    def connection_lost(self, _exc: Exception | None) -> None:
        if self.busy:
            self.fail("the connection closed before the answer was complete")

    def close(self) -> None:
        self._transport.abort()

    def on_body(self, part: bytes) -> None:
        if not self.first_at:
            self.first_at = perf_counter()
        if self._keep_body:
            self.body.append(part)

    def on_message_complete(self) -> None:
        self.status = self._parser.get_status_code()
        if not 200 <= self.status < 300:
            self.problem = f"status {self.status}"
        self._end()

    def fail(self, problem: str) -> None:
        if self.busy:
            self.problem = problem
            self._end()

    def _end(self) -> None:
        self.ended_at = perf_counter()
        self.busy = False
        self._finished(self)


async def _connect(port: int, finished: Callable[[Call], None], *, keep_body: bool = False) -> Call:
    loop = asyncio.get_running_loop()
    _, call = await loop.create_connection(lambda: Call(finished, keep_body=keep_body), "127.0.0.1", port)
    return call


# ---------------------------------------------------------------- streams


@dataclass
class StreamsResult:
    """Many streams at once. ``problems`` counts what was wrong with the incomplete ones."""

    asked: int
    complete: int = 0
    chunks: int = 0
    most_open: int = 0
    first_byte_ms: list[float] = field(default_factory=list)
    problems: Counter[str] = field(default_factory=Counter)


def run_streams(endpoint: Endpoint, shape: StreamShape, count: int, *, ramp: float, patience: float) -> StreamsResult:
    """Open ``count`` streams evenly over ``ramp`` seconds, read each to its end, then judge what each one held.

    Streams that have not ended ``patience`` seconds after the ramp are cut and count as incomplete.
    """
    return uvloop.run(_streams(endpoint, shape, count, ramp, patience))


async def _streams(endpoint: Endpoint, shape: StreamShape, count: int, ramp: float, patience: float) -> StreamsResult:
    loop, result, calls = asyncio.get_running_loop(), StreamsResult(count), list[Call]()
    ended, left, began = asyncio.Event(), count, loop.time()

    def finished(_: Call) -> None:
        nonlocal left
        left -= 1
        if not left:
            ended.set()

    request = endpoint.request()
    for number in range(count):
        await asyncio.sleep(max(began + ramp * number / count - loop.time(), 0))
        try:
            calls.append(call := await _connect(endpoint.port, finished, keep_body=True))
            call.send(request)
        except OSError as error:
            result.problems[f"cannot connect: {error}"] += 1
            left -= 1
    watch = asyncio.create_task(_watch_open(calls, result))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience):
            await ended.wait()
    watch.cancel()
    for call in calls:
        call.fail(f"still open after {patience:.0f} s")
        call.close()
        _judge(call, shape, result)
    return result


async def _watch_open(calls: Sequence[Call], result: StreamsResult) -> None:
    while True:
        result.most_open = max(result.most_open, sum(call.started for call in calls))
        await asyncio.sleep(0.25)


def _judge(call: Call, shape: StreamShape, result: StreamsResult) -> None:
    verdict = judge_stream(b"".join(call.body), shape)
    result.chunks += verdict.chunks
    if problem := call.problem or verdict.problem:
        result.problems[problem] += 1
        return
    result.complete += 1
    result.first_byte_ms.append((call.first_at - call.sent_at) * 1e3)


# ---------------------------------------------------------------- a fixed rate, an exact count


@dataclass
class PacedResult:
    """Latencies in ms of the successful calls of one side, and the number of failed ones."""

    latencies_ms: list[float] = field(default_factory=list)
    errors: int = 0


class _Side:
    """One target of the paced load, with its own connections; grows as many as the load needs."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.result = PacedResult()
        self._port = endpoint.port
        self._request = endpoint.request()
        self._calls: list[Call] = []
        self._pending: set[asyncio.Task[None]] = set()

    def _finished(self, call: Call) -> None:
        if call.problem:
            self.result.errors += 1
        else:
            self.result.latencies_ms.append((call.ended_at - call.sent_at) * 1e3)

    def send(self) -> None:
        """Send one request now on a free connection, or on a new one as soon as it stands."""
        for call in self._calls:
            if call.usable:
                call.send(self._request)
                return
        task = asyncio.create_task(self._grow())
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def _grow(self) -> None:
        try:
            call = await _connect(self._port, self._finished)
        except OSError:
            self.result.errors += 1
            return
        self._calls.append(call)
        call.send(self._request)

    async def settle(self, seconds: float) -> None:
        """Wait for the calls still in flight; what has not come by then is an error."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._pending or any(call.busy for call in self._calls):
                    await asyncio.sleep(0.01)
        for call in self._calls:
            call.fail("no answer in time")
            call.close()


def run_paced(sides: Sequence[Endpoint], *, rate: float, seconds: float) -> list[PacedResult]:
    """Send to each side at ``rate`` a second, whether or not earlier calls have been answered (an open loop).

    The sides take turns: with two of them the second is sent half a period after the first, so both meet the same
    machine. Each call's clock starts when it is written to its socket.
    """
    return uvloop.run(_paced(sides, rate, seconds))


async def _paced(endpoints: Sequence[Endpoint], rate: float, seconds: float) -> list[PacedResult]:
    loop, sides = asyncio.get_running_loop(), [_Side(endpoint) for endpoint in endpoints]
    period, start = 1 / (rate * len(sides)), loop.time()
    for number in range(int(rate * seconds) * len(sides)):
        await asyncio.sleep(max(start + number * period - loop.time(), 0))
        sides[number % len(sides)].send()
    for side in sides:
        await side.settle(30)
    return [side.result for side in sides]


def run_count(endpoint: Endpoint, count: int, *, connections: int = 32) -> int:
    """Make exactly ``count`` calls, ``connections`` at a time, each connection one after the other.

    Returns how many succeeded.
    """
    return uvloop.run(_count(endpoint, count, connections))


async def _count(endpoint: Endpoint, count: int, connections: int) -> int:
    succeeded, tickets, ended = 0, iter(range(count)), asyncio.Event()
    request, open_calls = endpoint.request(), set[Call]()

    def finished(call: Call) -> None:
        nonlocal succeeded
        succeeded += not call.problem
        _next(call, request, tickets, open_calls)
        if not open_calls:
            ended.set()

    calls = [await _connect(endpoint.port, finished) for _ in range(min(connections, count))]
    open_calls.update(calls)
    for call in calls:
        _next(call, request, tickets, open_calls)
    await ended.wait()
    for call in calls:
        call.close()
    return succeeded


def _next(call: Call, request: bytes, tickets: Iterator[int], open_calls: set[Call]) -> None:
    if call.usable and next(tickets, None) is not None:
        call.send(request)
    else:
        open_calls.discard(call)
