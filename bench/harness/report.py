"""The run as a Markdown page and as JSON."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from harness.figures import Spread, significant
from harness.limits import Verdict, verdicts
from harness.measures import Plan
from harness.session import Results


@dataclass(frozen=True)
class Row:
    """One line of the table: a figure by name. ``whole`` is for counts."""

    text: str
    name: str
    bold: bool = False
    whole: bool = False

    def show(self, value: float) -> str:
        """The value with as many digits as mean something."""
        return f"{value:,.0f}" if self.whole else significant(value)


@dataclass(frozen=True)
class Run:
    """All that the report tells."""

    at: datetime
    seconds: float
    machine: dict[str, str]
    plan: Plan
    results: Results
    missing: list[str]
    command: str


def rows(plan: Plan) -> list[Row]:
    """The lines of the table, in groups."""
    limits = [Row(f"requests/s at p99 ≤ {ms:g} ms", f"throughput.p99_{ms:g}_ms_per_s") for ms in plan.p99_limits_ms]
    latency = [
        Row(f"added p{percent} at {rate}/s, ms", f"latency_{rate}.p{percent}_added_ms")
        for rate in (300, 20)
        for percent in (50, 99)
    ]
    return [
        Row("CPU µs/request", "cpu.us_per_request", bold=True),
        Row("— times nginx in the same minute", "cpu.times_floor"),
        Row("— put off until there is time (analytics), µs/request", "cpu.put_off_us_per_request"),
        Row(f"requests/s, {plan.connections} in flight", "cpu.requests_per_s"),
        Row("CPU µs/streamed chunk", "stream.us_per_chunk", bold=True),
        Row("— times nginx in the same minute", "stream.times_floor"),
        Row(f"streams complete, of {plan.streams}", "stream.complete", whole=True),
        Row("streams: first byte p99, ms", "stream.first_byte_p99_ms"),
        *latency,
        *limits,
        Row("memory idle, MB", "memory.idle_mb", bold=True),
        Row("memory after N requests, MB", "memory.after_first_mb"),
        Row("— N", "memory.first_requests", whole=True),
        Row("memory after M requests, MB", "memory.after_second_mb"),
        Row("— M", "memory.second_requests", whole=True),
        Row("start to first answer, s", "start.s", bold=True),
        Row("— with an empty data folder, s", "start.first_s"),
        *_crossing_rows(),
        *_stage_rows(),
        *_tool_rows(),
        Row(f"{plan.open_streams:,} slow streams: open at once", "open.at_once", whole=True),
        Row(f"{plan.open_streams:,} slow streams: complete", "open.complete", whole=True),
        Row(f"{plan.open_streams:,} slow streams: memory after, MB", "open.memory_after_mb"),
    ]


def _crossing_rows() -> list[Row]:
    sides = {
        "pass": "passed as bytes",
        "messages_to_chat": "Messages → Chat",
        "chat_to_messages": "Chat → Messages",
        "litellm": "LiteLLM adapter (Anthropic)",
    }
    return [
        *(Row(f"{what}: CPU µs/request", f"crossing.{side}_us_per_request") for side, what in sides.items()),
        *(Row(f"{what}: CPU µs/chunk", f"crossing.{side}_us_per_chunk") for side, what in sides.items()),
        Row("first LiteLLM call: memory added, MB", "crossing.litellm_memory_mb"),
    ]


def _stage_rows() -> list[Row]:
    return [
        Row("limits, latency routing and queues on: CPU µs/request", "stages.everything_us_per_request"),
        Row("— more than without", "stages.everything_us_added"),
        Row("answer from the cache: CPU µs/request", "stages.hit_us_per_request"),
        Row("— times nginx in the same minute", "stages.hit_times_floor"),
        Row("interactive calls: first byte p99, ms", "stages.interactive_p99_ms"),
        Row("— while batch work floods the deployment", "stages.flooded_p99_ms"),
    ]


def _tool_rows() -> list[Row]:
    return [
        Row("call of a tool of a warm plugin: CPU µs", "tools.us_per_call", bold=True),
        Row("— by FastMCP's proxy in the same minute, CPU µs", "tools.fastmcp_us_per_call"),
        Row("— added p50 over the plugin alone, ms", "tools.p50_added_ms"),
        Row("— calls/s, 8 in flight", "tools.calls_per_s"),
        Row("list of 1,000 tools, p50 ms", "tools.list_ms"),
        Row("search among 1,000 tools, p50 ms", "tools.search_ms"),
        Row("start of a plugin in the sandbox, ms", "tools.cold_start_ms"),
        Row("— more than outside", "tools.cold_start_added_ms"),
        Row("plugins set up, two of them used", "tools.set_up", whole=True),
        Row("— plugins' processes", "tools.running", whole=True),
        Row("memory after 10,000 sessions, MB", "tools.sessions_memory_mb"),
        Row("— by that after 100", "tools.sessions_memory_growth"),
        Row("— processes more", "tools.sessions_processes_added", whole=True),
    ]


def table(header: list[str], lines: list[list[str]]) -> str:
    """A Markdown table; the first column is text, the others numbers."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [header, rule, *lines])


def cell(values: list[float], row: Row) -> str:
    """The median, and the spread where there are repeats that differ."""
    spread = Spread.of(values)
    if spread is None:
        return "—"
    median, low, high = row.show(spread.median), row.show(spread.low), row.show(spread.high)
    shown = f"**{median}**" if row.bold else median
    return shown if spread.count == 1 or low == high else f"{shown} ({low}–{high})"


def side_by_side(results: Results, plan: Plan) -> str:
    """The big table: figures down, gateways across. Lines that nobody has a figure for are left out."""
    names = list(results.labels)
    lines = []
    for row in rows(plan):
        cells = [cell(results.of(name, row.name), row) for name in names]
        if any(text != "—" for text in cells):
            lines.append([row.text, *cells])
    lines.append(["failed calls, all measures", *[_errors(results, name) for name in names]])
    header = ["", *[f"{results.labels[name]} {results.versions.get(name, '')}".strip() for name in names]]
    return table(header, lines)


def _errors(results: Results, gateway: str) -> str:
    figures = results.figures.get(gateway, {})
    counts = {name: sum(values) for name, values in figures.items() if name.endswith((".errors", ".incomplete"))}
    if asked := results.of(gateway, "open.asked"):
        counts["open streams"] = sum(asked) - sum(results.of(gateway, "open.complete"))
    told = [f"{name.partition('.')[0]} {count:,.0f}" for name, count in counts.items() if count]
    return f"{sum(counts.values()):,.0f}" + (f" ({', '.join(told)})" if told else "")


def limit_table(found: list[Verdict]) -> str:
    """The limits with their verdicts."""
    lines = [[verdict.limit, verdict.measured, _mark(verdict)] for verdict in found]
    return table(["limit", "measured", ""], lines)


def _mark(verdict: Verdict) -> str:
    return verdict.text if verdict.met is None else f"{'✓' if verdict.met else '✗'} {verdict.text}"


def notes(run: Run) -> list[str]:
    """What a reader has to know to read the numbers right."""
    told = list(run.missing)
    for name, failures in run.results.failures.items():
        told += [f"{run.results.labels.get(name, name)}: {failure}" for failure in failures]
    for name, label in run.results.labels.items():
        load, own = (run.results.of(name, f"cpu.{side}_core_busy") for side in ("load", "gateway"))
        if load and own and min(load) > 0.97 > max(own):
            told.append(f"{label}: the load's core was full before the gateway's; its requests/s are a lower bound.")
        taken = run.results.of(name, "cpu.taken_by_others")
        if taken and max(taken) > 0.1:
            told.append(
                f"{label}: other processes took up to {max(taken):.0%} of the gateway's core; run it again alone."
            )
    return told


def markdown(run: Run) -> str:
    """The page."""
    machine = [[name, value] for name, value in run.machine.items()]
    parts = [
        f"# Side by side, {run.at:%Y-%m-%d}",
        f"`{run.command}`, {run.seconds / 60:.1f} minutes, repeats: {run.plan.repeats}. Cells are medians over the "
        "repeats, with the lowest and highest in brackets. How each number is measured: [bench/README.md](../README.md).",
        "## Switchgear against its limits",
        limit_table(verdicts(run.results)),
        "## All figures",
        side_by_side(run.results, run.plan),
        "## Machine",
        table(["fact", "value"], machine).replace("---:", "---"),
    ]
    if told := notes(run):
        parts += ["## Notes", "\n".join(f"- {note}" for note in told)]
    return "\n\n".join(parts) + "\n"


def as_json(run: Run) -> dict[str, Any]:
    """The same with every single measurement."""
    gateways = {}
    for name, label in run.results.labels.items():
        figures = run.results.figures.get(name, {})
        summary = {key: dataclasses.asdict(spread) for key, values in figures.items() if (spread := Spread.of(values))}
        gateways[name] = {
            "label": label,
            "version": run.results.versions.get(name),
            "summary": summary,
            "samples": dict(figures),
            "failures": run.results.failures.get(name, []),
        }
    limits = [dataclasses.asdict(verdict) | {"met": verdict.met} for verdict in verdicts(run.results)]
    return {
        "at": run.at.isoformat(timespec="seconds"),
        "seconds": round(run.seconds, 1),
        "command": run.command,
        "machine": run.machine,
        "plan": dataclasses.asdict(run.plan),
        "limits": limits,
        "gateways": gateways,
        "notes": notes(run),
    }


def write(run: Run, folder: Path) -> list[Path]:
    """``latest`` and a dated copy, each as Markdown and JSON. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {".md": markdown(run), ".json": json.dumps(as_json(run), indent=1, ensure_ascii=False) + "\n"}
    written = []
    for stem in ("latest", f"{run.at:%Y-%m-%d}"):
        for suffix, text in texts.items():
            file = folder / f"{stem}{suffix}"
            file.write_text(text)
            written.append(file)
    return written
