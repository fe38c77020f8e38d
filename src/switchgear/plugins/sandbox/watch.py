"""What no ceiling of the kernel holds is looked at several times a second: the data folder, and memory where there is no control group."""

from __future__ import annotations

import asyncio
import os
import time
from concurrent.futures import Executor
from pathlib import Path
from typing import Final

from switchgear.core.structs import Frozen
from switchgear.plugins.permissions import PluginLimits
from switchgear.plugins.sandbox import disk, processes
from switchgear.plugins.sandbox.control_groups import ControlGroup

_MIB: Final = 1 << 20
_TICK: Final = 0.25
"""Seconds from look to look."""
_MEMORY_EVERY: Final = 2
_QUIET: Final = 2.0
"""Seconds after which the folder is measured although the disk's free space has not fallen."""
_SHARE: Final = 20.0
"""A folder that takes long to measure is measured so that it takes at most a twentieth of the time."""


class Watched(Frozen, frozen=True):
    """A running plugin: its folder, the host's number of its namespace's first process, its limits, and its control group if it has one."""

    data: Path
    first: int
    limits: PluginLimits
    group: ControlGroup | None


class Watch:
    """Watches one plugin; ``disk`` is the bytes its folder held when it was measured last."""

    def __init__(self, watched: Watched, threads: Executor, held: int) -> None:
        self.disk = held
        self._watched = watched
        self._threads = threads
        self._measured = time.monotonic()
        self._took = 0.0
        self._free = _free(watched.data)

    async def broken(self) -> str:
        """Wait until a limit is broken; says which, as the end of a sentence that begins with the plugin."""
        loop = asyncio.get_running_loop()
        ticks = 0
        while True:
            await asyncio.sleep(_TICK)
            ticks += 1
            if ticks % _MEMORY_EVERY == 0 and (why := await self._memory(loop)):
                return why
            if self._due() and (why := await loop.run_in_executor(self._threads, self._measure)):
                return why

    def _due(self) -> bool:
        since = time.monotonic() - self._measured
        if since < self._took * _SHARE:
            return False
        room = self._watched.limits.disk_mb * _MIB - self.disk
        return since >= _QUIET or self._free - _free(self._watched.data) > max(_MIB, room // 4)

    def _measure(self) -> str:
        most = self._watched.limits.disk_mb * _MIB
        began = time.monotonic()
        self._free = _free(self._watched.data)
        try:
            self.disk = disk.measure(self._watched.data, most + 1, self._watched.first)
        except disk.Unreadable as unreadable:
            return f"made a folder that cannot be measured: {unreadable}"
        except OSError as error:
            return f"has a data folder that cannot be measured: {error.strerror}"
        self._measured = time.monotonic()
        self._took = self._measured - began
        return too_full(self._watched.limits) if self.disk > most else ""

    async def _memory(self, loop: asyncio.AbstractEventLoop) -> str:
        """A group that holds memory ends the largest process in it, of which the others may know nothing."""
        group = self._watched.group
        if group is not None and "memory" in group.holds:
            broken = group.killed_for_memory()
        else:
            broken = await loop.run_in_executor(self._threads, self._over)
        return out_of_memory(self._watched.limits) if broken else ""

    def _over(self) -> bool:
        most = self._watched.limits.memory_mb * _MIB
        return processes.memory(processes.tree(self._watched.first), most) > most


def too_full(limits: PluginLimits) -> str:
    """Words for a data folder over its limit."""
    return f"holds more than {limits.disk_mb} MiB in its data folder (limits.disk_mb)"


def out_of_memory(limits: PluginLimits) -> str:
    """Words for memory over its limit."""
    return f"needed more than {limits.memory_mb} MiB of memory (limits.memory_mb)"


def _free(folder: Path) -> int:
    try:
        found = os.statvfs(folder)
    except OSError:
        return 0
    return found.f_bfree * found.f_frsize
