"""Limits of resources (setrlimit(2)): set on a process that waits to begin, and inherited by all it starts."""

from __future__ import annotations

import math
import os
import resource
from collections.abc import Collection
from typing import Final

from switchgear.plugins.permissions import PluginLimits

_MIB: Final = 1 << 20
_FILES: Final = 4096
_STACK: Final = 8 * _MIB
_LOCKED: Final = 64 * 1024
_PROCESSES_PER_NAMESPACE: Final = (5, 14)
"""The Linux from which RLIMIT_NPROC counts a user's processes in one user namespace, not in the whole machine."""


def lacking(controllers: Collection[str], namespaced: bool) -> str:
    """What no ceiling holds on this machine, given the control groups' controllers and whether there are user namespaces; ``""`` if all is."""
    if "pids" in controllers:
        return ""
    if not namespaced:
        return "processes are counted per user without user namespaces, and no control group can be made for pids"
    if os.geteuid() == 0:
        return "the number of processes of root is limited by control groups alone, and none can be made for pids"
    if _kernel() < _PROCESSES_PER_NAMESPACE:
        return "this kernel counts processes per user (before 5.14), and no control group can be made for pids"
    return ""


def set_limits(process: int, limits: PluginLimits, controllers: Collection[str], namespaced: bool) -> None:
    """Limit a process that has not begun. Raises OSError.

    What ``controllers`` do not hold is held here as well as can be: memory for each process by itself, processors in whole ones.
    """
    wanted = {
        resource.RLIMIT_FSIZE: limits.disk_mb * _MIB,
        resource.RLIMIT_NOFILE: _FILES,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: _LOCKED,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    if namespaced:
        wanted[resource.RLIMIT_NPROC] = limits.processes + 1  # bubblewrap's own first process
    if "memory" not in controllers:
        # Of one process, and with the stacks that its threads reserve and hardly use; what all use together is watched.
        wanted[resource.RLIMIT_DATA] = limits.memory_mb * _MIB + limits.processes * _STACK
    for kind, most in wanted.items():
        _, hard = resource.prlimit(process, kind)
        ceiling = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.prlimit(process, kind, (ceiling, ceiling))
    if "cpu" not in controllers:
        os.sched_setaffinity(process, _processors(process, limits.cpus))


def _processors(process: int, cpus: float) -> list[int]:
    """As many of those allowed as ``cpus`` needs, beginning anywhere, so that plugins do not crowd on the first one."""
    allowed = sorted(os.sched_getaffinity(0))
    count = max(1, math.ceil(cpus))
    return [allowed[(process + at) % len(allowed)] for at in range(min(count, len(allowed)))]


def _kernel() -> tuple[int, int]:
    major, minor = os.uname().release.split(".")[:2]
    return int(major), int("".join(sign for sign in minor if sign.isdigit()) or 0)
