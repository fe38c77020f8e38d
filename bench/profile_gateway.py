"""Where Switchgear's time goes under the load of the bench, by sampling with py-spy (or perf).

``python bench/profile_gateway.py requests|streams [--seconds 8] [--native] [--perf]``

py-spy comes from a hash-locked file into ``.bench/profile``; it reads the process from outside, so the code runs as it
is. Only threads that hold the interpreter lock count, which leaves out waiting. Prints the functions with the most
time of their own and leaves the raw stacks (for speedscope or a flame graph) in ``.bench/profile``. ``--native`` adds
C frames. ``--perf`` uses the system's perf instead, for time in the kernel.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from harness import install
from harness.gateways import Switchgear
from harness.loads import run_streams, run_wrk
from harness.processes import BenchError, Cores, allow_many_files
from harness.sampler import read_profile, top
from harness.session import work_folder
from harness.traffic import STEADY
from harness.upstreams import Running, running, running_upstreams

HOME = install.HOME / "profile"
LOCK = Path(__file__).resolve().parent / "profile-requirements.txt"


def _py_spy() -> str:
    found = HOME / "env" / "bin" / "py-spy"
    if not found.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", str(HOME / "env")], check=True)
        pip = [str(HOME / "env" / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, "--no-deps", "--require-hashes", "-r", str(LOCK)], check=True)
    return str(found)


def _load(run: Running, what: str, seconds: float, folder: Path) -> None:
    if what == "requests":
        run_wrk(run.unary, folder / "profile.lua", connections=32, seconds=seconds)
        return
    for _ in range(max(round(seconds / STEADY.seconds), 1)):
        run_streams(run.stream(STEADY), STEADY, 200, ramp=0.2, patience=60)


def _sample(chosen: argparse.Namespace, pid: int, cpus: frozenset[int]) -> None:
    seconds = str(int(chosen.seconds))
    os.sched_setaffinity(0, cpus)
    if chosen.perf:
        perf = install.program("perf")
        data = str(HOME / f"{chosen.load}.perf")
        subprocess.run([perf, "record", "-q", "-g", "-p", str(pid), "-o", data, "--", "sleep", seconds], check=True)
        report = [perf, "report", "-i", data, "--stdio", "--no-children", "-g", "none", "--percent-limit", "0.7"]
        subprocess.run(report, check=True, stderr=subprocess.DEVNULL)
        return
    raw = HOME / f"{chosen.load}.stacks"
    command = [
        _py_spy(),
        "record",
        "-d",
        seconds,
        "-r",
        "500",
        "-f",
        "raw",
        "--gil",
        "-F",
        "-o",
        str(raw),
        "--pid",
        str(pid),
    ]
    subprocess.run([*command, *(["--native"] if chosen.native else [])], check=True, stdout=subprocess.DEVNULL)
    print(top(read_profile(raw.read_text()), 40))
    print(f"\nStacks: {raw}")


def main() -> int:
    """Profile one load."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("load", choices=["requests", "streams"])
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--native", action="store_true", help="C frames too")
    parser.add_argument("--perf", action="store_true", help="perf instead of py-spy")
    chosen = parser.parse_args()
    cores = Cores.of_this_machine()
    os.sched_setaffinity(0, cores.load)
    allow_many_files()
    try:
        if not chosen.perf:
            _py_spy()
        folder = work_folder(install.HOME)
        with contextlib.ExitStack() as stack:
            upstreams = stack.enter_context(running_upstreams(folder / "upstreams", cores))
            gateway = Switchgear(upstreams, folder / "switchgear")
            gateway.prepare()
            run = stack.enter_context(running(gateway, cores))
            _load(run, chosen.load, 2, folder)
            load = threading.Thread(target=_load, args=(run, chosen.load, chosen.seconds + 2, folder))
            load.start()
            _sample(chosen, run.child.leader, cores.load)
            load.join()
    except (BenchError, subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(install.HOME / "run", ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
