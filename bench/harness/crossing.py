"""What a translation adds: calls that cross between dialects, and calls through the LiteLLM adapter, beside ones that pass.

All sides are served by one process in one run and measured in turn, so that their differences are of the same minutes. Only
Switchgear is measured here: the question is what crossing costs over passing.
"""

from __future__ import annotations

import time

from harness.gateways import Endpoint, Switchgear
from harness.loads import run_count, run_streams, run_wrk
from harness.measures import AFTERMATH, Figures, Setting
from harness.processes import BenchError
from harness.traffic import STEADY, UNARY_MODEL, message_body, request_body
from harness.upstreams import Running

ROUNDS = 3
"""Turns of every side within a repeat; the figure is the least of them, since noise only ever adds."""

SIDES = ("pass", "messages_to_chat", "chat_to_messages", "litellm")


class Translating(Switchgear):
    """Switchgear with an Anthropic provider and a LiteLLM one in front of the same upstreams."""

    name = "switchgear-translating"

    def _config(self) -> str:
        lines = [super()._config()]
        ports = {"unary": self.upstreams.unary_port, "stream": self.upstreams.stream_port}
        for name, port in ports.items():
            base = f"http://127.0.0.1:{port}/anthropic"
            lines += [f"[providers.claude-{name}]", 'kind = "anthropic"', f'base_url = "{base}/v1"']
            lines += ['api_key = "env:BENCH_UPSTREAM_KEY"', "max_connections = 4000"]
            lines += [f"[providers.litellm-{name}]", 'kind = "litellm"', 'litellm_provider = "anthropic"']
            lines += [f'base_url = "{base}"', 'api_key = "env:BENCH_UPSTREAM_KEY"', "max_connections = 4000"]
        for kind in ("claude", "litellm"):
            for model, name in ((UNARY_MODEL, "unary"), (STEADY.model, "stream")):
                reached = f'{{ provider = "{kind}-{name}", model = "{model}" }}'
                lines += [f'[models."{kind}-{model}"]', f"deployments = [{reached}]"]
        return "\n".join(lines) + "\n"


def _endpoint(run: Running, side: str, *, stream: bool) -> Endpoint:
    """Where and how one side's calls are made."""
    model = STEADY.model if stream else UNARY_MODEL
    headers = run.unary.headers
    if side == "messages_to_chat":
        return Endpoint(run.port, "/v1/messages", message_body(model, stream=stream), headers)
    kind = {"pass": "", "chat_to_messages": "claude-", "litellm": "litellm-"}[side]
    return Endpoint(run.port, "/v1/chat/completions", request_body(kind + model, stream=stream), headers)


def crossing(run: Running, setting: Setting) -> Figures:
    """CPU that each translation adds to a call and to a chunk, in µs; memory that the first LiteLLM call adds, in MB."""
    figures: Figures = {"crossing.idle_mb": run.child.resident_bytes() / 1e6}
    calls, chunks = dict.fromkeys(SIDES, float("inf")), dict.fromkeys(SIDES, float("inf"))
    for side in SIDES:  # nothing is measured cold
        before = run.child.resident_bytes()
        _first(run, side)
        if side == "litellm":
            figures["crossing.litellm_memory_mb"] = (run.child.resident_bytes() - before) / 1e6
        _calls(run, side, setting)
    for _ in range(ROUNDS):
        for side in SIDES:
            calls[side] = min(calls[side], _calls(run, side, setting))
        for side in SIDES:
            chunks[side] = min(chunks[side], _chunks(run, side, setting))
    for side in SIDES:
        figures[f"crossing.{side}_us_per_request"] = calls[side]
        figures[f"crossing.{side}_us_per_chunk"] = chunks[side]
    for side in SIDES[1:]:
        figures[f"crossing.{side}_us_added"] = calls[side] - calls["pass"]
        figures[f"crossing.{side}_us_added_per_chunk"] = chunks[side] - chunks["pass"]
    return figures


def _first(run: Running, side: str) -> None:
    """A few calls, however long the first takes: what is loaded late is loaded."""
    if run_count(_endpoint(run, side, stream=False), 20, connections=1) != 20:
        raise BenchError(f"{side}: the first calls failed: {run.child.last_words()}")
    time.sleep(1)


def _calls(run: Running, side: str, setting: Setting) -> float:
    plan = setting.plan
    before = run.cpu_at_rest()
    endpoint, script = _endpoint(run, side, stream=False), setting.folder / "crossing.lua"
    result = run_wrk(endpoint, script, connections=plan.connections, seconds=max(plan.requests / 2, 1))
    time.sleep(AFTERMATH)
    if result.errors or not result.good:
        raise BenchError(f"{side}: {result.errors} of {result.requests} calls failed: {run.child.last_words()}")
    return (run.child.cpu_seconds() - before) / result.good * 1e6


def _chunks(run: Running, side: str, setting: Setting) -> float:
    before = run.cpu_at_rest()
    result = run_streams(_endpoint(run, side, stream=True), STEADY, setting.plan.streams, ramp=0.2, patience=90)
    time.sleep(AFTERMATH)
    if result.complete != result.asked:
        raise BenchError(f"{side}: {result.problems.most_common(1)}; {run.child.last_words()}")
    return (run.child.cpu_seconds() - before) / result.chunks * 1e6
