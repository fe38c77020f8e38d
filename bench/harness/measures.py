"""One function a measure: put a load on a running gateway, return figures by name.

Names are ``group.figure_unit``; a figure is one number a repeat. CPU time is the gateway's whole process tree's, read
before the load and a third of a second after it, so that work put off (writing usage records) is in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.figures import percentile
from harness.gateways import Endpoint
from harness.loads import StreamsResult, run_count, run_paced, run_streams, run_wrk
from harness.processes import BenchError, BusyMeter, Child, Cores
from harness.traffic import SLOW, STEADY, StreamShape
from harness.upstreams import Running

AFTERMATH = 0.3
"""Seconds after a load in which put-off work still counts."""

Figures = dict[str, float]


@dataclass(frozen=True)
class Plan:
    """How much of everything. Seconds, unless the name says otherwise."""

    repeats: int = 3
    warm: float = 12
    warm_requests: int = 6000
    idle: float = 1.5
    requests: float = 4
    connections: int = 32
    latency: float = 4
    slow_latency: float = 8
    probe: float = 2
    probe_connections: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64, 128, 256)
    p99_limits_ms: tuple[float, ...] = (5, 10, 50)
    streams: int = 200
    stream_shape: StreamShape = STEADY
    open_streams: int = 2000
    open_shape: StreamShape = SLOW


QUICK = Plan(repeats=1, warm=3, requests=3, latency=3, slow_latency=3, probe=1)


@dataclass(frozen=True)
class Setting:
    """What every measure needs beside the gateway."""

    plan: Plan
    cores: Cores
    folder: Path
    direct: Endpoint


def warm_up(run: Running, setting: Setting) -> Figures:
    """Load before anything is measured, so that just-in-time compilers, pools and caches settle.

    Ends after so many requests or so many seconds, whichever comes first.
    """
    plan, script = setting.plan, setting.folder / "warm.lua"
    done, deadline = 0, time.monotonic() + plan.warm
    while done < plan.warm_requests and time.monotonic() < deadline:
        done += run_wrk(run.unary, script, connections=plan.connections, seconds=1).requests
    return {}


def requests(run: Running, setting: Setting) -> Figures:
    """Plain calls, a fixed number in flight: CPU a request and what gets through."""
    plan = setting.plan
    before = run.cpu_at_rest()
    gateway, load = BusyMeter(setting.cores.gateway), BusyMeter(setting.cores.load)
    script = setting.folder / "requests.lua"
    result = run_wrk(run.unary, script, connections=plan.connections, seconds=plan.requests)
    own_core, load_core = gateway.share(), load.share()
    at_end = run.child.cpu_seconds() - before
    time.sleep(AFTERMATH)
    if not result.good:
        raise BenchError(f"no plain call succeeded, {result.errors} failed: {run.child.last_words()}")
    spent = run.child.cpu_seconds() - before
    put_off = run.cpu_at_rest() - before - spent
    return {
        "cpu.put_off_us_per_request": put_off / result.good * 1e6,
        "cpu.us_per_request": spent / result.good * 1e6,
        "cpu.requests_per_s": result.per_second,
        "cpu.p99_ms": result.p99_ms,
        "cpu.errors": result.errors,
        "cpu.gateway_core_busy": own_core,
        "cpu.load_core_busy": load_core,
        "cpu.taken_by_others": max(own_core - at_end / result.seconds, 0),
    }


def streams(run: Running, setting: Setting) -> Figures:
    """Many streams at once: CPU a chunk, with the requests that opened them."""
    plan = setting.plan
    before = run.cpu_at_rest()
    began = time.perf_counter()
    result = run_streams(run.stream(plan.stream_shape), plan.stream_shape, plan.streams, ramp=0.2, patience=90)
    took = time.perf_counter() - began
    time.sleep(AFTERMATH)
    spent = run.child.cpu_seconds() - before
    _some_complete(result, run.child)
    return {
        "stream.us_per_chunk": spent / result.chunks * 1e6,
        "stream.complete": result.complete,
        "stream.incomplete": result.asked - result.complete,
        "stream.first_byte_p50_ms": percentile(result.first_byte_ms, 50),
        "stream.first_byte_p99_ms": percentile(result.first_byte_ms, 99),
        "stream.wall_s": took,
    }


def _some_complete(result: StreamsResult, child: Child) -> None:
    if not result.complete:
        worst = result.problems.most_common(1)[0][0] if result.problems else "nothing came"
        raise BenchError(f"no stream was complete: {worst}; {child.last_words()}")


def latency(run: Running, setting: Setting) -> Figures:
    """What the gateway adds at a fixed rate: through it minus direct, the two taking turns in one run."""
    figures: Figures = {}
    for rate in run.gateway.latency_rates:
        seconds = setting.plan.latency if rate > 100 else setting.plan.slow_latency
        direct, through = run_paced([setting.direct, run.unary], rate=rate, seconds=seconds)
        if not direct.latencies_ms or not through.latencies_ms:
            raise BenchError(f"no call succeeded at {rate} a second, {through.errors} failed")
        for percent in (50, 99):
            own, base = percentile(through.latencies_ms, percent), percentile(direct.latencies_ms, percent)
            figures[f"latency_{rate}.p{percent}_added_ms"] = own - base
            figures[f"latency_{rate}.p{percent}_direct_ms"] = base
        figures[f"latency_{rate}.errors"] = through.errors
    return figures


def throughput(run: Running, setting: Setting) -> Figures:
    """Successful requests a second by number in flight, and the most with a p99 within each limit.

    The number in flight doubles from 1 until the p99 is over the widest limit. A limit that one connection already
    exceeds has throughput 0.
    """
    plan = setting.plan
    best = dict.fromkeys(plan.p99_limits_ms, (0.0, 0))
    errors = 0
    for connections in plan.probe_connections:
        result = run_wrk(run.unary, setting.folder / "probe.lua", connections=connections, seconds=plan.probe)
        errors += result.errors
        for limit, (reached, _) in best.items():
            if result.p99_ms <= limit and result.per_second > reached and not result.errors:
                best[limit] = (result.per_second, connections)
        if result.p99_ms > max(plan.p99_limits_ms):
            break
    figures: Figures = {"throughput.errors": errors}
    for limit, (reached, connections) in best.items():
        figures[f"throughput.p99_{limit:g}_ms_per_s"] = reached
        figures[f"throughput.p99_{limit:g}_ms_connections"] = connections
    return figures


def idle_memory(run: Running, setting: Setting) -> Figures:
    """Resident memory of the tree a moment after the first answer."""
    time.sleep(setting.plan.idle)
    return {"memory.idle_mb": run.child.resident_bytes() / 1e6}


def memory_growth(run: Running, _: Setting) -> Figures:
    """Resident memory after so many calls and after more, counted from the first."""
    figures: Figures = {}
    failed = done = 0
    for name, target in zip(("first", "second"), run.gateway.memory_after, strict=True):
        failed += target - done - run_count(run.unary, target - done)
        done = target
        time.sleep(1)
        figures[f"memory.after_{name}_mb"] = run.child.resident_bytes() / 1e6
        figures[f"memory.{name}_requests"] = target
    figures["memory.growth"] = figures["memory.after_second_mb"] / figures["memory.after_first_mb"]
    return figures | {"memory.errors": failed}


def open_streams(run: Running, setting: Setting) -> Figures:
    """Thousands of slow streams open at the same time, every one read to its end and judged."""
    plan, shape = setting.plan, setting.plan.open_shape
    before = run.cpu_at_rest()
    result = run_streams(run.stream(shape), shape, plan.open_streams, ramp=4, patience=shape.seconds + 20)
    spent = run.child.cpu_seconds() - before
    _some_complete(result, run.child)
    return {
        "open.asked": result.asked,
        "open.at_once": result.most_open,
        "open.complete": result.complete,
        "open.us_per_chunk": spent / result.chunks * 1e6,
        "open.first_byte_p99_ms": percentile(result.first_byte_ms, 99),
        "open.memory_after_mb": run.child.resident_bytes() / 1e6,
    }


Measure = Callable[[Running, Setting], Figures]
EVERY_REPEAT: dict[str, Measure] = {
    "cpu": requests,
    "stream": streams,
    "latency": latency,
    "throughput": throughput,
}
GROUPS = ("start", "memory", *EVERY_REPEAT, "open", "crossing", "stages", "tools")
"""What ``--only`` takes."""
