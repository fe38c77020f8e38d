"""What the stages between a key and a provider cost: everything on at once, an answer from the cache, and a flood of batch work.

All sides are served by one process in one run and measured in turn. Only Switchgear is measured here, beside the floor.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from harness.figures import percentile
from harness.gateways import Endpoint, Switchgear
from harness.loads import StreamsResult, run_streams, run_wrk
from harness.measures import AFTERMATH, Figures, Setting
from harness.processes import BenchError
from harness.traffic import UNARY_MODEL, StreamShape, request_body
from harness.upstreams import Running

ROUNDS = 3
"""Turns of every side within a repeat; the figure is the least of them, since noise only ever adds."""

SIDES = {"plain": "", "everything": "all-", "hit": "hit-"}
"""The sides and how the aliases of each begin."""

BRIEF = StreamShape(10, 20)
"""What the interactive clients and the flood ask for: a fifth of a second of a deployment."""
PLACES = 8
RATE = 10
"""Interactive calls a second: a fourth of what the deployment can do."""
FLOOD = 400
CALM = 100
"""Interactive calls of one measurement."""


class Guarding(Switchgear):
    """Switchgear with limits, two deployments ranked by latency, queues and a cache, each alias with what its side needs."""

    name = "switchgear-guarding"

    def _config(self) -> str:
        lines = [super()._config(), "[providers.twin]", 'kind = "openai"']
        lines += [f'base_url = "http://127.0.0.1:{self.upstreams.unary_port}/v1"', 'api_key = "env:BENCH_UPSTREAM_KEY"']
        lines += ["max_connections = 4000", "[limits.bench]", "rpm = 100000000", "tpm = 1000000000"]
        lines += ["concurrency = 10000", 'budget = { usd = 1000000, per = "month" }']
        price = "price = { input = 1, output = 1 }"
        both = ", ".join(
            f'{{ provider = "{name}", model = "{UNARY_MODEL}", concurrency = 1000, {price} }}'
            for name in ("unary", "twin")
        )
        lines += [
            f'[models."all-{UNARY_MODEL}"]',
            f"deployments = [{both}]",
            'strategy = "latency"',
            'limits = "bench"',
        ]
        lines += [f'[models."hit-{UNARY_MODEL}"]', "cache = { ttl = 3600 }"]
        lines += [f'deployments = [{{ provider = "unary", model = "{UNARY_MODEL}" }}]']
        narrow = f'provider = "stream", model = "{BRIEF.model}", concurrency = {PLACES}, queue = {10 * FLOOD}'
        lines += [f'[models."{BRIEF.model}"]', f"deployments = [{{ {narrow} }}]"]
        return "\n".join(lines) + "\n"


def stages(run: Running, floor: Running, setting: Setting) -> Figures:
    """CPU of a call with everything on and of a cache hit, in µs, and of the hit in floors; waits of interactive calls, in ms."""
    least = dict.fromkeys((*SIDES, "floor"), float("inf"))
    for side in SIDES:  # nothing is measured cold
        _calls(run, run.unary, side, setting)
    for _ in range(ROUNDS):
        least["floor"] = min(least["floor"], _calls(floor, floor.unary, "plain", setting))
        for side in SIDES:
            least[side] = min(least[side], _calls(run, run.unary, side, setting))
    figures = {f"stages.{side}_us_per_request": value for side, value in least.items()}
    figures["stages.everything_us_added"] = least["everything"] - least["plain"]
    figures["stages.hit_times_floor"] = least["hit"] / least["floor"]
    return figures | _flooded(run)


def _calls(run: Running, unary: Endpoint, side: str, setting: Setting) -> float:
    """CPU of one call, in µs."""
    endpoint = replace(unary, body=request_body(SIDES[side] + UNARY_MODEL, stream=False))
    before = run.cpu_at_rest()
    seconds = max(setting.plan.requests / 2, 1)
    result = run_wrk(endpoint, setting.folder / "stages.lua", connections=setting.plan.connections, seconds=seconds)
    time.sleep(AFTERMATH)
    if result.errors or not result.good:
        raise BenchError(f"{side}: {result.errors} of {result.requests} calls failed: {run.child.last_words()}")
    return (run.child.cpu_seconds() - before) / result.good * 1e6


def _flooded(run: Running) -> Figures:
    """First bytes of interactive calls: alone, and while batch work for many times the deployment's places waits beside them."""
    interactive = run.stream(BRIEF)
    batch = replace(interactive, headers={**interactive.headers, "x-switchgear-priority": "batch"})
    alone = _interactive(interactive)
    flood: list[StreamsResult] = []
    beside = threading.Thread(
        target=lambda: flood.append(run_streams(batch, BRIEF, FLOOD, ramp=0.5, patience=FLOOD / PLACES * 2)),
        daemon=True,
    )
    beside.start()
    time.sleep(1)
    among = _interactive(interactive)
    beside.join()
    return {
        "stages.interactive_p99_ms": percentile(alone.first_byte_ms, 99),
        "stages.flooded_p99_ms": percentile(among.first_byte_ms, 99),
        "stages.flooded_p99_added_ms": percentile(among.first_byte_ms, 99) - percentile(alone.first_byte_ms, 99),
        "stages.incomplete": sum(one.asked - one.complete for one in (alone, among, *flood)),
    }


def _interactive(endpoint: Endpoint) -> StreamsResult:
    result = run_streams(endpoint, BRIEF, CALM, ramp=CALM / RATE, patience=30)
    if not result.complete:
        raise BenchError(f"no interactive call was answered: {result.problems.most_common(1)}")
    return result
