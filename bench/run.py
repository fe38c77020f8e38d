"""Switchgear side by side with nginx, the LiteLLM proxy and Portkey's gateway: ``make bench``.

Exit codes: 0 measured, 2 something required is missing or an option is wrong, 130 interrupted.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Never

from harness import install, machine, report
from harness.gateways import GATEWAYS
from harness.measures import GROUPS, QUICK, Plan, Setting
from harness.processes import BenchError, Cores, allow_many_files
from harness.session import Session, prepare, work_folder
from harness.upstreams import direct_unary, running_upstreams

CONSOLE = "console"
"""The console's pages in a browser; measured alone, with --only console."""
RESULTS = Path(__file__).resolve().parent / "results"


def _names(known: Sequence[str], text: str) -> list[str]:
    chosen = [name for name in text.replace(" ", "").split(",") if name]
    for name in chosen:
        if name not in known:
            raise argparse.ArgumentTypeError(f"{name!r} is none of: {', '.join(known)}")
    return chosen


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/run.py", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="nginx and Switchgear, one short repeat, 1–2 minutes")
    parser.add_argument(
        "--peers", type=lambda text: _names(list(GATEWAYS), text), metavar="A,B", help=f"of: {', '.join(GATEWAYS)}"
    )
    parser.add_argument(
        "--only",
        type=lambda text: _names((*GROUPS, CONSOLE), text),
        metavar="A,B",
        help=f"measures, of: {', '.join((*GROUPS, CONSOLE))}",
    )
    parser.add_argument("--repeats", type=int, metavar="N", help="3 unless --quick")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="where to write; bench/results for a whole run, else .bench/results"
    )
    chosen = parser.parse_args(argv)
    if chosen.only and CONSOLE in chosen.only and len(chosen.only) > 1:
        parser.error("console is measured alone: --only console")
    if chosen.repeats is not None and chosen.repeats < 1:
        parser.error("--repeats must be at least 1")
    return chosen


def _say(text: str) -> None:
    print(text, flush=True)


def _measure(chosen: argparse.Namespace, stack: contextlib.ExitStack) -> report.Run:
    began, at = time.perf_counter(), datetime.now().astimezone()
    plan = QUICK if chosen.quick else Plan()
    plan = replace(plan, repeats=chosen.repeats or plan.repeats)
    names = chosen.peers or (["nginx", "switchgear"] if chosen.quick else list(GATEWAYS))
    names = ["nginx", *[name for name in names if name != "nginx"]]
    install.debian_packages({"nginx": "nginx", "wrk": "wrk"})
    cores = Cores.of_this_machine()
    os.sched_setaffinity(0, cores.load)
    if allow_many_files() < 3 * plan.open_streams:
        _say("The limit of open files is low (ulimit -n): the 2,000 open streams may fail for that reason.")
    folder = work_folder(install.HOME)
    upstreams = stack.enter_context(running_upstreams(folder / "upstreams", cores))
    gateways, versions, missing = prepare([GATEWAYS[name](upstreams, folder / name) for name in names], _say)
    facts = machine.facts(cores)
    _say("Measuring " + ", ".join(f"{name} {version}" for name, version in versions.items()) + f"; {facts['Pinning']}")
    setting = Setting(plan, cores, folder, direct_unary(upstreams))
    results = Session(gateways, setting, frozenset(chosen.only or GROUPS), _say).run()
    results.versions.update(versions)
    command = " ".join(["python bench/run.py", *sys.argv[1:]])
    return report.Run(at, time.perf_counter() - began, facts, plan, results, missing, command)


def _measure_console() -> int:
    from harness import pages  # noqa: PLC0415 - Playwright is needed for nothing else here

    try:
        figures = pages.measure(_say)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    over = [each for each in figures if each.value > each.most]
    _say(f"\n{len(figures) - len(over)} within their budget, {len(over)} over")
    return 0


def _interrupted(*_: object) -> Never:
    raise KeyboardInterrupt


def main(argv: Sequence[str]) -> int:
    """Measure and write the report."""
    chosen = _arguments(argv)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    if chosen.only == [CONSOLE]:
        return _measure_console()
    whole = not (chosen.quick or chosen.peers or chosen.only)
    out = chosen.out or (RESULTS if whole else install.HOME / "results")
    try:
        with contextlib.ExitStack() as stack:
            run = _measure(chosen, stack)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nbench: interrupted; every process it started has been ended, nothing was written.", file=sys.stderr)
        return 130
    written = report.write(run, out)
    _say("\n" + report.markdown(run))
    _say(f"Written: {', '.join(map(str, written))}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
