"""A bundle made ready: checked against this machine, what it needs installed, and how it is started kept beside that."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from switchgear.core.errors import PluginNotInstalled
from switchgear.plugins.building.commands import Place, command_of, runtime_of_command
from switchgear.plugins.building.indexes import Indexes
from switchgear.plugins.building.installing import CEILINGS, Site
from switchgear.plugins.building.interpreters import Interpreter
from switchgear.plugins.building.node_packages import install_node
from switchgear.plugins.building.prepared import Prepared, write_prepared
from switchgear.plugins.building.python_packages import install_python
from switchgear.plugins.bundle import Bundle
from switchgear.plugins.manifest import McpConfig
from switchgear.plugins.sandbox.runtimes import runtime_of
from switchgear.plugins.sandbox.sandbox import Sandbox
from switchgear.plugins.shelf import remove_tree

PART: Final = ".switchgear-building-"
_PLATFORM: Final = "linux"


async def prepare(
    bundle: Bundle,
    into: Path,
    sandbox: Sandbox,
    indexes: Indexes,
    told: Callable[[str], None],
    *,
    accepted: frozenset[str] = frozenset(),
    seconds: float = CEILINGS.seconds,
) -> Prepared:
    """Install what a bundle needs as the new folder ``into``, whole or not at all, also when the power fails; how it starts is kept there.

    Packages are installed in the sandbox, from the indexes of this machine's own configuration and from nowhere else. ``told`` gets lines
    on what is going on, for a person. ``accepted``: layers of the sandbox to do without where they are absent.
    ``seconds``: that each step of the installation may take.

    Raises PluginNotInstalled with what the installer said last, SandboxUnavailable, OSError; FileExistsError if ``into`` is there.
    """
    _check_free(into)
    _check_platform(bundle)
    config = bundle.manifest.config.on(_PLATFORM)
    staging = into.parent / f"{PART}{secrets.token_hex(16)}"
    loop = asyncio.get_running_loop()
    try:
        (staging / "deps").mkdir(parents=True)
        (staging / "tmp").mkdir()
        site = Site(
            bundle.manifest.plugin,
            bundle.folder,
            staging,
            sandbox,
            indexes.cache,
            told,
            accepted,
            replace(CEILINGS, seconds=seconds),
        )
        async with indexes.in_use():
            prepared = await _installed(bundle, config, site, indexes)
        await loop.run_in_executor(None, _keep, prepared, staging / "deps", into)
    finally:
        await loop.run_in_executor(None, remove_tree, staging)
    return prepared


async def _installed(bundle: Bundle, config: McpConfig, site: Site, indexes: Indexes) -> Prepared:
    kind = runtime_of_command(config)
    wanted = bundle.manifest.compatibility.runtimes
    interpreter: Interpreter | None = None
    env = dict(config.env)
    if kind == "python":
        interpreter = await indexes.interpreters.find("python", wanted.python)
        env = await install_python(bundle, config, site, indexes, interpreter)
    elif kind == "node":
        interpreter = await indexes.interpreters.find("node", wanted.node)
        env = await install_node(bundle, config, site, indexes, interpreter)
    program = str(interpreter.program) if interpreter is not None else ""
    command = command_of(config, Place(bundle.folder, site.deps, program))
    return Prepared(
        command.argv,
        env,
        runtime_of(interpreter.program) if interpreter is not None else (),
        command.cwd,
        str(interpreter) if interpreter is not None else "",
    )


def _check_free(into: Path) -> None:
    if os.path.lexists(into):
        raise FileExistsError(f"{into} is there already")


def _check_platform(bundle: Bundle) -> None:
    platforms = bundle.manifest.compatibility.platforms
    if sys.platform != _PLATFORM:
        raise PluginNotInstalled(f"Bundles run in a sandbox that needs Linux; this is {sys.platform}.")
    if platforms is not None and _PLATFORM not in platforms:
        there = ", ".join(platforms) or "none"
        raise PluginNotInstalled(
            f"{bundle.manifest.name} is for other systems ({there}), and this is {_PLATFORM}.",
            hint="Ask its publisher for a bundle for Linux.",
            param="$.compatibility.platforms",
        )


def _keep(prepared: Prepared, deps: Path, into: Path) -> None:
    """Write it through to the disk, and only then under its name."""
    write_prepared(prepared, deps)
    for inside, _, files in os.walk(deps):
        for name in files:
            if Path(inside, name).is_file() and not Path(inside, name).is_symlink():
                _sync(Path(inside, name))
        _sync(Path(inside))
    deps.chmod(0o755)
    deps.rename(into)
    _sync(into.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
