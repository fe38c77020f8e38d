"""Facts about the machine that belong beside every number."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from harness.install import program
from harness.processes import BenchError, Cores


def facts(cores: Cores) -> dict[str, str]:
    """Name and value, in the order they are shown."""
    return {
        "CPU": f"{_cpu_model()}, {os.cpu_count()} cores, {platform.machine()}",
        "Pinning": _pinning(cores),
        "Memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB",
        "Kernel": platform.release(),
        "Python": platform.python_version(),
        "Load generator": _first_line("wrk", "-v"),
        "Load average at the start": f"{os.getloadavg()[0]:.2f}",
    }


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown CPU"


def _pinning(cores: Cores) -> str:
    if cores.gateway == cores.load:
        return "none: one core for everything"
    return f"gateway on CPU {_list(cores.gateway)}; upstreams, load and bench on CPU {_list(cores.load)}"


def _list(cpus: frozenset[int]) -> str:
    return ", ".join(map(str, sorted(cpus)))


def _first_line(name: str, flag: str) -> str:
    try:
        said = subprocess.run([program(name), flag], capture_output=True, text=True, check=False)
    except BenchError:
        return "none"
    return " ".join((said.stdout or said.stderr).splitlines()[0].split()[:2])
