"""Control groups: ceilings that a process and all its children share, on either version of the kernel's interface.

A group is made inside the one that the gateway is in, so that whatever holds the gateway holds its plugins too.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import re
import secrets
import signal
from pathlib import Path
from typing import Final

from switchgear.core.structs import Frozen
from switchgear.plugins.permissions import PluginLimits

_MIB: Final = 1 << 20
_PERIOD: Final = 100_000
"""Microseconds over which processor time is shared out."""
_PREFIX: Final = "switchgear-"
_NAME: Final = re.compile(rf"{_PREFIX}(\d+)-.*")
_MOUNT: Final = re.compile(r"\S+ \S+ \S+ (?P<root>\S+) (?P<place>\S+) .* - (?P<kind>cgroup2?) \S+ (?P<options>\S+)")
_REMOVAL_TRIES: Final = 100
_REMOVAL_SECONDS: Final = 0.05
CONTROLLERS: Final[tuple[str, ...]] = ("memory", "pids", "cpu")


class Hierarchies(Frozen, frozen=True):
    """The folder for each controller that groups can be made in, and whether it is version 2's; ``reason`` why some are missing."""

    folders: dict[str, Path]
    unified: bool
    reason: str


def find(root: Path = Path("/")) -> Hierarchies:
    """Look where this process may make groups; leftovers of gateways that are gone are removed. Never raises."""
    try:
        mounts = [
            found
            for line in (root / "proc/self/mountinfo").read_text().splitlines()
            if (found := _MOUNT.fullmatch(line))
        ]
        own = dict(_own(root))
    except (OSError, ValueError) as error:
        return Hierarchies({}, False, f"control groups cannot be read: {error}")
    folders: dict[str, Path] = {}
    for controller in CONTROLLERS:
        for mount in mounts:
            if mount["kind"] == "cgroup" and controller in mount["options"].split(",") and controller in own:
                folders[controller] = _folder(root, mount, own[controller])
    unified = not folders
    if unified:
        folders = {
            each: folder
            for mount in mounts
            if mount["kind"] == "cgroup2"
            for each, folder in _version2(root, mount, own)
        }
    usable = {controller: folder for controller, folder in folders.items() if _tried(folder)}
    for folder in set(usable.values()):
        _sweep(folder, root)
    missing = [controller for controller in CONTROLLERS if controller not in usable]
    reason = f"no group can be made for {' and '.join(missing)}" if missing else ""
    return Hierarchies(usable, unified, reason)


class ControlGroup:
    """A group for one plugin's processes.

    Raises OSError from the constructor when it cannot be made; nothing is left then.
    """

    def __init__(self, hierarchies: Hierarchies, limits: PluginLimits) -> None:
        self._unified = hierarchies.unified
        name = f"{_PREFIX}{os.getpid()}-{secrets.token_hex(6)}"
        self._folders = {controller: folder / name for controller, folder in hierarchies.folders.items()}
        try:
            for folder in set(self._folders.values()):
                folder.mkdir()
            self._limit(limits)
        except OSError:
            self.remove()
            raise

    @property
    def holds(self) -> frozenset[str]:
        """The controllers that hold the processes in it."""
        return frozenset(self._folders)

    def add(self, process: int) -> None:
        """Put a process in, with what it will start. Raises OSError."""
        for folder in set(self._folders.values()):
            (folder / "cgroup.procs").write_text(str(process))

    def memory(self) -> int | None:
        """Bytes in use, the page cache of its files included; None if it is not counted."""
        return self._number("memory", "memory.current" if self._unified else "memory.usage_in_bytes")

    def processes(self) -> int | None:
        """Processes and threads; None if they are not counted."""
        return self._number("pids", "pids.current")

    def killed_for_memory(self) -> bool:
        """Whether the kernel ended a process in it because memory had run out."""
        folder = self._folders.get("memory")
        if folder is None:
            return False
        try:
            events = (folder / ("memory.events" if self._unified else "memory.oom_control")).read_text()
        except OSError:
            return False
        found = re.search(r"^oom_kill (\d+)", events, re.MULTILINE)
        return found is not None and found[1] != "0"

    def kill(self) -> None:
        """Send SIGKILL to whatever is in it."""
        for folder in set(self._folders.values()):
            with contextlib.suppress(OSError, ValueError):
                for process in (folder / "cgroup.procs").read_text().split():
                    os.kill(int(process), signal.SIGKILL)

    async def removed(self) -> None:
        """Remove it as soon as the last of its processes is gone; not waited for longer than some seconds."""
        for _ in range(_REMOVAL_TRIES):
            if self.remove():
                return
            await asyncio.sleep(_REMOVAL_SECONDS)

    def remove(self) -> bool:
        """Remove it; False while a process in it is not quite gone."""
        for folder in set(self._folders.values()):
            try:
                folder.rmdir()
            except FileNotFoundError:
                continue
            except OSError:
                return False
        return True

    def _limit(self, limits: PluginLimits) -> None:
        memory, quota = str(limits.memory_mb * _MIB), max(1000, int(limits.cpus * _PERIOD))
        if self._unified:
            wanted = [("memory", "memory.max", memory), ("memory", "memory.swap.max", "0")]
            wanted += [("memory", "memory.oom.group", "1"), ("cpu", "cpu.max", f"{quota} {_PERIOD}")]
        else:
            wanted = [("memory", "memory.limit_in_bytes", memory), ("memory", "memory.memsw.limit_in_bytes", memory)]
            wanted += [("cpu", "cpu.cfs_period_us", str(_PERIOD)), ("cpu", "cpu.cfs_quota_us", str(quota))]
        wanted.append(("pids", "pids.max", str(limits.processes + 1)))  # bubblewrap's own first process
        for controller, file, value in wanted:
            if controller in self._folders:
                self._write(self._folders[controller] / file, value)

    @staticmethod
    def _write(file: Path, value: str) -> None:
        with contextlib.suppress(FileNotFoundError):  # a kernel without swap accounting, or before the file came
            file.write_text(value)

    def _number(self, controller: str, file: str) -> int | None:
        if controller not in self._folders:
            return None
        try:
            return int((self._folders[controller] / file).read_text())
        except (OSError, ValueError):
            return None


def _own(root: Path) -> list[tuple[str, str]]:
    """Controller and path of the group that this process is in; version 2's has the name ``""``."""
    lines = [line.split(":", 2) for line in (root / "proc/self/cgroup").read_text().splitlines()]
    return [(name, path) for _, names, path in lines for name in names.split(",")]


def _folder(root: Path, mount: re.Match[str], own: str) -> Path:
    inner = own.removeprefix(mount["root"].rstrip("/")) if mount["root"] != "/" else own
    return root / mount["place"].lstrip("/") / inner.lstrip("/")


def _version2(root: Path, mount: re.Match[str], own: dict[str, str]) -> list[tuple[str, Path]]:
    """The controllers that groups below this one have, or can be given: only a group without processes of its own can (cgroups(7))."""
    folder = _folder(root, mount, own.get("", "/"))
    try:
        there = (folder / "cgroup.controllers").read_text().split()
        wanted = [each for each in CONTROLLERS if each in there]
        control = folder / "cgroup.subtree_control"
        if not set(wanted) <= set(control.read_text().split()):
            _delegate(folder, control, " ".join(f"+{each}" for each in wanted))
    except (OSError, ValueError):
        return []
    return [(each, folder) for each in wanted]


def _delegate(folder: Path, control: Path, wanted: str) -> None:
    """Give controllers to groups below, if need be by moving this process into one of them; not when others are in it too."""
    try:
        control.write_text(wanted)
    except OSError as error:
        if error.errno != errno.EBUSY or (folder / "cgroup.procs").read_text().split() != [str(os.getpid())]:
            raise
        leaf = folder / f"{_PREFIX}gateway"
        leaf.mkdir(exist_ok=True)
        (leaf / "cgroup.procs").write_text(str(os.getpid()))
        control.write_text(wanted)


def _tried(folder: Path) -> bool:
    trial = folder / f"{_PREFIX}{os.getpid()}-trial"
    try:
        trial.mkdir()
        trial.rmdir()
    except OSError:
        return False
    return True


def _sweep(folder: Path, root: Path) -> None:
    """Remove the groups of gateways that ended without doing so."""
    for left in folder.glob(f"{_PREFIX}*-*"):
        found = _NAME.fullmatch(left.name)
        if found and not (root / "proc" / found[1]).exists():
            with contextlib.suppress(OSError):
                left.rmdir()
