"""``switchgear plugin debug``: a debugger in a plugin."""

from __future__ import annotations

import importlib.util
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from switchgear.cli import screen
from switchgear.cli.plugin.dev import serve
from switchgear.cli.plugin.frames import EVERY, Wanted
from switchgear.cli.plugin.reaching import settings_of, warn_of_no_sandbox
from switchgear.core.errors import UsageError
from switchgear.plugins.authoring.project import Manner, Project, launch_of, lifted, read_project
from switchgear.plugins.authoring.workbench import Workbench

_PORTS: Final = {"python": 5678, "node": 9229}
_DAY: Final = 24 * 3600.0

debug = App(
    name="debug",
    help_epilogue="""\
A debugger attaches over loopback, so the plugin runs without its sandbox. Its limits of time are lifted. Clients connect to
http://127.0.0.1:4199/mcp, as with plugin dev, and it is not started anew when a file changes.

Examples
  switchgear plugin debug
  switchgear plugin debug weather --wait --debug-port 5679""",
)


@Parameter(name="*")
@dataclass(frozen=True)
class Attach:
    """Where the debugger comes in."""

    debug_port: Annotated[
        int | None,
        Parameter(metavar="NUMBER", help="Port of the debugger on 127.0.0.1. [5678 for Python, 9229 for Node]"),
    ] = None
    wait: Annotated[bool, Parameter(negative="", help="Start when a debugger has attached.")] = False


_USUAL: Final = Attach()


@debug.default
async def run(
    folder: Annotated[Path, Parameter(name="FOLDER", help="The plugin's folder. [this one]")] = Path(),
    /,
    *,
    attach: Attach = _USUAL,
    port: Annotated[
        int, Parameter(metavar="NUMBER", help="Port for clients on 127.0.0.1; 0 is any that is free.")
    ] = 4199,
    wanted: Wanted = EVERY,
    settings: Annotated[
        list[str] | None,
        Parameter(name="--set", negative="", metavar="NAME=VALUE", help="A setting; VALUE may be env:VARIABLE."),
    ] = None,
) -> None:
    """Run a plugin with a debugger in it."""
    project = read_project(folder)
    kind = _kind(project)
    where = attach.debug_port or _PORTS[kind]
    manner = Manner(
        sandboxed=False,
        settings=settings_of(project, settings),
        prefix=_prefix(kind, where, wait=attach.wait),
        limits=lifted(project),
    )
    warn_of_no_sandbox()
    screen.say(f" {project.name} · debugger at 127.0.0.1:{where} · limits of time lifted")
    screen.say(" .vscode/launch.json:")
    screen.say("\n".join(f"   {line}" for line in json.dumps(_launch(project, kind, where), indent=2).splitlines()))
    await serve(Workbench(project, manner, dict(os.environ)), wanted, port, seconds=_DAY)


def _kind(project: Project) -> str:
    """What runs it. Raises UsageError for what no debugger is known of."""
    program = Path(launch_of(project, Manner(sandboxed=False), dict(os.environ)).argv[0]).name
    if program.startswith("python"):
        return "python"
    if program.startswith("node"):
        return "node"
    raise UsageError(
        f"{project.name} runs with {program}, for which no debugger is known.",
        hint="Attach one to its process: switchgear plugin dev --no-sandbox",
    )


def _prefix(kind: str, port: int, *, wait: bool) -> tuple[str, ...]:
    """The arguments that bring the debugger in. Raises UsageError."""
    if kind == "node":
        return (f"--inspect-brk=127.0.0.1:{port}" if wait else f"--inspect=127.0.0.1:{port}",)
    found = importlib.util.find_spec("debugpy")
    if found is None or not found.submodule_search_locations:
        raise UsageError(
            "Python's debugger for editors, debugpy, is not installed.",
            hint="Install it with: pip install debugpy (or 'switchgear[author]')",
        )
    # run by its path, as editors do: the plugin's own environment need not have it
    waiting = ("--wait-for-client",) if wait else ()
    return ("-Xfrozen_modules=off", found.submodule_search_locations[0], "--listen", f"127.0.0.1:{port}", *waiting)


def _launch(project: Project, kind: str, port: int) -> dict[str, Any]:
    one: dict[str, Any] = {"name": f"Attach to {project.name}", "request": "attach"}
    if kind == "python":
        one |= {"type": "debugpy", "connect": {"host": "127.0.0.1", "port": port}, "justMyCode": False}
    else:
        one |= {"type": "node", "address": "127.0.0.1", "port": port}
    return {"version": "0.2.0", "configurations": [one]}
