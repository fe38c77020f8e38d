"""Installers run in the sandbox, with the package index as the only place they reach.

An installer's own program is trusted, what it fetches is not. So the cache that all installs share is given to steps alone that run no
package's code; whoever builds a package from its source, which is its code, gets neither that nor an index that needs a password.
"""

from __future__ import annotations

import asyncio
import os
import re
import stat
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from switchgear.core.errors import PluginNotInstalled, PluginNotStarted
from switchgear.core.structs import Frozen
from switchgear.plugins.permissions import Permissions, PluginLimits
from switchgear.plugins.sandbox.confined import Confined
from switchgear.plugins.sandbox.launch import Launch
from switchgear.plugins.sandbox.readiness import readable
from switchgear.plugins.sandbox.sandbox import Sandbox

CEILINGS: Final = PluginLimits(memory_mb=2048, processes=256, cpus=2.0, disk_mb=2048, seconds=900)
"""What one install may use."""
OWN: Final = frozenset({"deps", "tmp", "files", "wheels", "source"})
"""Folders of an installation that are looked into from outside; all are made before a package's code runs, or by it."""
_PIECE: Final = 64 * 1024
_MOST_OUT: Final = 4 * 1024 * 1024
_LONGEST_LINE: Final = 400
_LINES: Final = 12
_MOST_LINES: Final = 300
"""Of a piece that was read; what is over that is noise."""
_MOST_TOLD: Final = 50
_BUILDING: Final = re.compile(r"Building (wheel|editable) for (?P<name>\S+)")
_ADDED: Final = re.compile(r"added (?P<count>\d{1,9}) packages?\b")


class Site(Frozen, frozen=True):
    """Where something is installed: for ``plugin``, whose bundle is ``code``, in ``folder``. ``told`` gets lines for a person."""

    plugin: str
    code: Path
    folder: Path
    sandbox: Sandbox
    cache: Path
    told: Callable[[str], None]
    accepted: frozenset[str] = frozenset()
    limits: PluginLimits = CEILINGS

    @property
    def deps(self) -> Path:
        """What is ``/deps`` inside."""
        return self.folder / "deps"


class Step(Frozen, frozen=True):
    """One run of an installer. ``network``: as in permissions. ``cached``: whether the shared cache is there, as ``/cache``. ``programs``:
    whether it may start others. ``hidden``: texts that no line may show.
    """

    what: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    runtimes: tuple[Path, ...]
    network: tuple[str, ...] = ()
    cached: bool = False
    programs: bool = False
    hidden: tuple[str, ...] = ()
    cwd: str = "/data"


class Ended(Frozen, frozen=True):
    """How a step ended: ``why`` is empty if it went well, else what was wrong, in words, with the last ``lines``."""

    why: str
    out: bytes
    lines: tuple[str, ...]


async def run(site: Site, step: Step) -> bytes:
    """What a step wrote to its standard output. Raises PluginNotInstalled when it failed, with the last lines; SandboxUnavailable."""
    ended = await attempt(site, step)
    if ended.why:
        raise failed(step, ended)
    return ended.out


def failed(step: Step, ended: Ended) -> PluginNotInstalled:
    """The error of a step."""
    said = "".join(f"\n  {line}" for line in ended.lines)
    return PluginNotInstalled(f"{step.what} failed: {ended.why}.{said}")


async def attempt(site: Site, step: Step) -> Ended:
    """Run a step, whatever comes of it. Raises SandboxUnavailable, and PluginNotInstalled when it cannot begin."""
    site.told(f"{step.what} …")
    (site.folder / "tmp").mkdir(exist_ok=True)
    if step.cached:
        site.cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    launch = Launch(
        name=site.plugin,
        argv=step.argv,
        code=site.code,
        data=site.folder,
        env={"TMPDIR": "/data/tmp", **step.env},
        runtimes=step.runtimes,
        deps=site.deps,
        cache=site.cache if step.cached else None,
        permissions=Permissions(network=step.network, subprocesses=step.programs),
        limits=site.limits,
        cwd=step.cwd,
    )
    try:
        confined = await site.sandbox.start(launch, site.accepted)
    except PluginNotStarted as error:
        raise PluginNotInstalled(f"{step.what} could not begin: {error.message}", cause=error.cause) from error
    os.close(confined.stdin)
    ended = await _Reading(site, step, confined).ended()
    _check_places(site)
    return ended


def _check_places(site: Site) -> None:
    """What was built may have put a link where one of our folders was, to lead us elsewhere. Raises PluginNotInstalled."""
    for place in (site.folder, *(each for each in site.folder.iterdir() if each.name in OWN)):
        if not stat.S_ISDIR(place.lstat().st_mode):
            raise PluginNotInstalled(
                f"What was installed replaced the folder {place.name!r}, which is an attack.", hint="Do not install it."
            )
    if not site.deps.exists():
        raise PluginNotInstalled("What was installed is gone.")


def _worth_telling(line: str) -> str:
    """What a line of an installer tells a person who waits; empty for most."""
    if building := _BUILDING.match(line):
        return f"Building {building['name']}"
    if line.startswith("Successfully installed "):
        return _packages(len(line.split()) - 2)
    added = _ADDED.match(line)
    return _packages(int(added["count"])) if added else ""


def _packages(count: int) -> str:
    return f"{count:,} package{'s' * (count != 1)} installed"


class _Reading:
    """Reads what an installer writes, to its end."""

    def __init__(self, site: Site, step: Step, confined: Confined) -> None:
        self._site = site
        self._step = step
        self._confined = confined
        self._out = bytearray()
        self._lines: deque[str] = deque(maxlen=_LINES)
        self._told = 0

    async def ended(self) -> Ended:
        confined = self._confined
        why = ""
        try:
            async with asyncio.timeout(self._site.limits.seconds):
                await asyncio.gather(self._read(confined.stdout, True), self._read(confined.stderr, False))
                status = await confined.wait()
            if status != 0:
                why = f"it ended with status {status}" if status > 0 else f"it was ended by signal {-status}"
        except TimeoutError:
            why = f"it took more than {self._site.limits.seconds:g} seconds"
        finally:
            await confined.stop(0)
            os.close(confined.stdout)
            os.close(confined.stderr)
        if confined.reason:
            why = f"it {confined.reason}"
        elif why and (refused := [each.target for each in confined.denied]):
            there = ", ".join(dict.fromkeys(refused[-3:]))
            why += f"; it asked for {there}, which is not where packages come from here"
        return Ended(why, bytes(self._out), tuple(self._lines))

    async def _read(self, pipe: int, kept: bool) -> None:
        rest = b""
        while True:
            await readable(pipe)
            piece = os.read(pipe, _PIECE)
            if not piece:
                break
            if kept and len(self._out) < _MOST_OUT:
                self._out += piece
            *lines, rest = (rest + piece).split(b"\n")
            rest = rest[-_PIECE:]
            for line in lines[-_MOST_LINES:]:
                self._line(line)
        self._line(rest)

    def _line(self, line: bytes) -> None:
        text = line[: 4 * _LONGEST_LINE].decode("utf-8", "replace").strip()
        for each in self._step.hidden:
            text = text.replace(each, "****")
        text = "".join(sign if sign.isprintable() else " " for sign in text)[:_LONGEST_LINE]
        if not text:
            return
        self._lines.append(text)
        said = _worth_telling(text)
        if said and self._told < _MOST_TOLD:
            self._told += 1
            self._site.told(said)
