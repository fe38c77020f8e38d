"""The limits of speed and size that Switchgear has set itself, and how a run stands against each."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from harness.figures import significant
from harness.session import Results

US, FLOOR, RIVAL = "switchgear", "nginx", "litellm"


@dataclass(frozen=True)
class Verdict:
    """One limit and what was measured. ``excess`` is the share over the limit: 0.12 is 12 % too much; ``None`` when
    it could not be measured."""

    limit: str
    measured: str
    excess: float | None

    @property
    def met(self) -> bool | None:
        """``None`` when it could not be measured."""
        return None if self.excess is None else self.excess <= 0

    @property
    def text(self) -> str:
        """The verdict in words."""
        if self.excess is None:
            return "not measured"
        return "met" if self.excess <= 0 else f"missed by {significant(self.excess * 100, 2)} %"


def verdicts(results: Results) -> list[Verdict]:
    """Every limit, in the order they are written down."""
    return [
        _times_floor(results, "cpu", "CPU per request", 5),
        _part_of_rival(results, "cpu.us_per_request", "CPU per request", 100),
        _times_floor(results, "stream", "CPU per streamed chunk", 2),
        _part_of_rival(results, "stream.us_per_chunk", "CPU per streamed chunk", 30),
        _open_streams(results),
        _at_most(_median(results, US, "memory.idle_mb"), "memory idle", 120, "MB"),
        _growth(results),
        _at_most(_median(results, US, "start.first_s"), "start to first answer", 2, "s"),
        _part_of_rival(results, "start.first_s", "start to first answer", 5, rival_name="start.s"),
        *_crossings(results),
        *_stages(results),
        *_tools(results),
    ]


def _median(results: Results, gateway: str, name: str) -> float | None:
    values = results.of(gateway, name)
    return statistics.median(values) if values else None


def _times_floor(results: Results, group: str, what: str, limit: float) -> Verdict:
    text = f"{what} ≤ {limit:g} × nginx"
    ratio = _median(results, US, f"{group}.times_floor")
    if ratio is None:
        return Verdict(text, "—", None)
    return Verdict(text, f"{significant(ratio)} ×", ratio / limit - 1)


def _part_of_rival(results: Results, name: str, what: str, part: float, *, rival_name: str | None = None) -> Verdict:
    text = f"{what} ≤ 1/{part:g} of LiteLLM's"
    own, rival = _median(results, US, name), _median(results, RIVAL, rival_name or name)
    if own is None or rival is None:
        return Verdict(text, "—", None)
    return Verdict(text, f"1/{significant(rival / own)}", own / rival * part - 1)


def _at_most(value: float | None, what: str, limit: float, unit: str) -> Verdict:
    text = f"{what} ≤ {limit:g} {unit}".rstrip()
    if value is None:
        return Verdict(text, "—", None)
    return Verdict(text, f"{significant(value)} {unit}".rstrip(), value / limit - 1 if limit else value)


def _crossings(results: Results) -> list[Verdict]:
    """What translating may add to passing."""
    limits = (
        ("messages_to_chat", "Messages → Chat", 60, 15),
        ("chat_to_messages", "Chat → Messages", 60, 15),
        ("litellm", "through the LiteLLM adapter", 400, 40),
    )
    found = []
    for side, what, call, chunk in limits:
        added = _median(results, US, f"crossing.{side}_us_added")
        per_chunk = _median(results, US, f"crossing.{side}_us_added_per_chunk")
        found += [
            _at_most(added, f"{what}: CPU added to a call", call, "µs"),
            _at_most(per_chunk, f"{what}: CPU added to a chunk", chunk, "µs"),
        ]
    memory = _median(results, US, "crossing.litellm_memory_mb")
    found.append(_at_most(memory, "first LiteLLM call: memory added", 200, "MB"))
    start, plain = _median(results, US, "crossing.start_s"), _median(results, US, "start.first_s")
    found.append(_at_most(start and plain and start - plain, "LiteLLM provider: start delayed", 0.1, "s"))
    return found


def _stages(results: Results) -> list[Verdict]:
    """What limits, routing, queues and the cache may cost."""
    hit = _median(results, US, "stages.hit_times_floor")
    calm = _median(results, US, "stages.interactive_p99_ms")
    flooded = _median(results, US, "stages.flooded_p99_ms")
    moved = None if calm is None or flooded is None else flooded / calm
    return [
        _at_most(
            _median(results, US, "stages.everything_us_added"),
            "limits, latency routing and queues: CPU added to a call",
            40,
            "µs",
        ),
        _at_most(hit, "an answer from the cache, by nginx's `proxy_pass`", 3, "×"),
        _at_most(moved, "interactive p99 under a flood of batch work, by that without", 1.25, "×"),
    ]


def _tools(results: Results) -> list[Verdict]:
    """What a call of a tool may cost, and what plugins may leave behind."""
    fewer = _median(results, US, "tools.times_fewer_than_fastmcp")
    least = "a call of a tool: CPU ≤ 1/15 of FastMCP's proxy's"
    limits = (
        ("tools.us_per_call", "a call of a tool of a warm plugin: CPU", 300, "µs"),
        ("tools.p50_added_ms", "a call of a tool: added p50", 0.5, "ms"),
        ("tools.list_ms", "a list of 1,000 tools", 3, "ms"),
        ("tools.search_ms", "a search among 1,000 tools", 5, "ms"),
        ("tools.cold_start_added_ms", "start of a plugin: added by the sandbox", 60, "ms"),
        ("tools.running", "processes of 100 plugins, two of them used", 2, ""),
        ("tools.sessions_memory_growth", "memory after 10,000 sessions, by that after 100", 1.5, "×"),
        ("tools.sessions_processes_added", "processes that 10,000 sessions add", 0, ""),
    )
    found = [_at_most(_median(results, US, name), what, limit, unit) for name, what, limit, unit in limits]
    ratio = Verdict(least, "—", None) if fewer is None else Verdict(least, f"1/{significant(fewer)}", 15 / fewer - 1)
    return [found[0], ratio, *found[1:]]


def _growth(results: Results) -> Verdict:
    growth, second = _median(results, US, "memory.growth"), _median(results, US, "memory.second_requests")
    text = "memory after 100,000 requests ≤ 1.1 × after 10,000"
    if growth is None or second != 100_000:
        return Verdict(text, "—", None)
    return Verdict(text, f"{growth:.3f} ×", growth / 1.1 - 1)


def _open_streams(results: Results) -> Verdict:
    complete, asked = _median(results, US, "open.complete"), _median(results, US, "open.asked")
    at_once = _median(results, US, "open.at_once")
    text = "2,000 streams open at once in one process, each complete"
    if complete is None or asked is None or at_once is None:
        return Verdict(text, "—", None)
    least = min(complete, at_once)
    return Verdict(text, f"{at_once:,.0f} at once, {complete:,.0f} of {asked:,.0f} complete", 1 - least / 2000)
