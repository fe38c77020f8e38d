"""``switchgear plugin bench``: how fast a plugin is."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from cyclopts import App, Parameter
from cyclopts.types import PositiveInt

from switchgear.cli import progress, screen, tables
from switchgear.cli.plugin.reaching import AS_USUAL, Run, arguments_of, folder_of, reached, settings_of
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.errors import UsageError
from switchgear.plugins.authoring.measuring import Load, Measured, measure_calls, measure_starts, percentile
from switchgear.plugins.authoring.project import Manner, read_project
from switchgear.plugins.authoring.workbench import Workbench
from switchgear.plugins.mcp.session import Session
from switchgear.plugins.offer import TOOLS, listed

_LIST: Final = "tools/list"

bench = App(
    name="bench",
    help_epilogue="""\
A folder's plugin is measured in its sandbox and without it, an installed one through the running gateway. What is called is the tool that is
named; without one, tools/list, which measures the way there and back.

Examples
  switchgear plugin bench
  switchgear plugin bench . greet name=Ann --calls 1000 --at-once 32
  switchgear plugin bench time get_current_time timezone=UTC --json""",
)


@Parameter(name="*")
@dataclass(frozen=True)
class Amount:
    """How much is measured."""

    calls: Annotated[PositiveInt, Parameter(metavar="NUMBER", help="Calls, one after the other and then at once.")] = (
        200
    )
    at_once: Annotated[PositiveInt, Parameter(metavar="NUMBER", help="Calls that are under way at once.")] = 16
    starts: Annotated[PositiveInt, Parameter(metavar="NUMBER", help="Starts of a folder's plugin.")] = 5


_USUAL: Final = Amount()


@bench.default
async def run(
    plugin: Annotated[
        str, Parameter(name="PLUGIN", help="The name of an installed one, or a folder as a path: ./NAME. [this one]")
    ] = ".",
    tool: Annotated[str | None, Parameter(name="TOOL", help="The tool. [tools/list]")] = None,
    /,
    *pairs: Annotated[str, Parameter(name="ARGUMENTS", help="key=value or key:=JSON.")],
    amount: Amount = _USUAL,
    as_json: AsJson = False,
    how: Run = AS_USUAL,
    where: Where = HERE,
) -> None:
    """Measure how fast a plugin starts and answers."""
    wanted = _Wanted(tool, pairs, amount)
    folder = folder_of(plugin)
    found: dict[str, Measured] = {}
    if folder is None:
        with progress.spinner("through the gateway"):
            async with reached(plugin, how, where) as session:
                found["through the gateway"] = await wanted.of(session)
    else:
        for sandboxed in (True, False) if how.sandbox else (False,):
            name = "sandboxed" if sandboxed else "not sandboxed"
            with progress.spinner(name):
                found[name] = await _of_folder(folder, wanted, how, sandboxed=sandboxed)
    if as_json:
        screen.show_json({name: _plain(each) for name, each in found.items()})
        return
    columns = [tables.Column("")] + [tables.Column(title, right=True) for title in _TITLES]
    tables.show(columns, [(name, *_row(each)) for name, each in found.items()], nothing="Nothing was measured.")
    screen.note(f"{tool or _LIST}, {amount.calls} calls; calls/s with {amount.at_once} at once.")


class _Wanted:
    """What is called, and how often."""

    def __init__(self, tool: str | None, pairs: tuple[str, ...], amount: Amount) -> None:
        self._tool = tool
        self._pairs = pairs
        self.amount = amount

    async def of(self, session: Session, starts: tuple[float, ...] = (), bench_of: Workbench | None = None) -> Measured:
        """The figures of an open session. Raises PluginFailed, UsageError."""
        load = await self._load(session)
        calls, a_second = await measure_calls(session, load)
        memory = bench_of.memory if bench_of is not None else 0
        return Measured(starts, calls, a_second, load.at_once, memory)

    async def _load(self, session: Session) -> Load:
        calls, at_once = self.amount.calls, self.amount.at_once
        if self._tool is None:
            return Load(_LIST, b"{}", calls, at_once)
        tools = (await listed(session.request, session.server.offers)).of(TOOLS)
        if self._tool not in tools:
            raise UsageError(f'There is no tool "{self._tool}".', hint=f"There are: {', '.join(sorted(tools))}.")
        schema = json.loads(tools[self._tool].document).get("inputSchema") or {}
        arguments = arguments_of(self._pairs, None, schema)
        return Load("tools/call", msgspec.json.encode({"name": self._tool, "arguments": arguments}), calls, at_once)


async def _of_folder(folder: Path, wanted: _Wanted, how: Run, *, sandboxed: bool) -> Measured:
    project = read_project(folder)
    limits = msgspec.structs.replace(project.manifest.limits, concurrency=wanted.amount.at_once)
    manner = Manner(sandboxed=sandboxed, settings=settings_of(project, how.settings), limits=limits)
    workbench = Workbench(project, manner, dict(os.environ))
    try:
        starts = await measure_starts(workbench.session, wanted.amount.starts)
        session = await workbench.session()
        try:
            return await wanted.of(session, starts, workbench)
        finally:
            await session.close(2.0)
    finally:
        workbench.close()


_TITLES: Final = ("start p50", "start max", "call p50", "call p95", "call p99", "calls/s", "memory")


def _row(found: Measured) -> tuple[str, ...]:
    def ms(seconds: float) -> str:
        return f"{seconds * 1000:,.2f} ms"

    starts = (f"{percentile(found.starts, 0.5):.2f} s", f"{found.starts[-1]:.2f} s") if found.starts else ("", "")
    calls = (ms(percentile(found.calls, share)) for share in (0.5, 0.95, 0.99))
    return (*starts, *calls, f"{found.a_second:,.0f}", tables.size(found.memory) if found.memory else "")


def _plain(found: Measured) -> dict[str, Any]:
    def shares(seconds: tuple[float, ...]) -> dict[str, float]:
        return {f"p{share}_ms": round(percentile(seconds, share / 100) * 1000, 3) for share in (50, 95, 99)}

    return {
        "start": shares(found.starts) if found.starts else None,
        "call": shares(found.calls),
        "calls_per_second": round(found.a_second, 1),
        "at_once": found.at_once,
        "memory_bytes": found.memory or None,
    }
