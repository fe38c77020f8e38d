"""``switchgear plugin new``: the beginning of a plugin, with tests that pass."""

from __future__ import annotations

import getpass
import sys
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import App, Parameter

from switchgear.cli import screen
from switchgear.cli.plugin import setting_up
from switchgear.cli.plugin.files import telling
from switchgear.cli.where import AsJson
from switchgear.core.errors import UsageError
from switchgear.plugins.manifest import plugin_name

Template = Literal["fastmcp", "typescript", "openapi", "remote"]
_TOLD: Final[dict[Template, str]] = {
    "fastmcp": "Python, with FastMCP",
    "typescript": "TypeScript, with the SDK of the Model Context Protocol",
    "openapi": "tools of an HTTP API that has an OpenAPI document",
    "remote": "tools of a remote MCP server, some of them changed",
}
_PYTHON: Final = "_python"
_SDK: Final = "plugin_sdk.py"
_SUFFIX: Final = ".template"
_DOT: Final = "dot-"
_LONGEST: Final = 64

new = App(
    name="new",
    help_epilogue="""\
The project is made in a folder of the plugin's name, its dependencies are installed there from a lock, and its tests are run. A folder that
has something in it is never written to.

Examples
  switchgear plugin new weather
  switchgear plugin new weather --template typescript
  switchgear plugin new weather --no-setup""",
)


@new.default
def make(
    name: Annotated[str, Parameter(name="NAME", help="The plugin's name.")],
    /,
    *,
    template: Annotated[Template | None, Parameter(help="What it begins as. [asked, else fastmcp]")] = None,
    folder: Annotated[Path | None, Parameter(metavar="FOLDER", help="Where to make it. [NAME]")] = None,
    setup: Annotated[
        bool, Parameter(name="--setup", negative="--no-setup", help="Install what it needs, and run its tests.")
    ] = True,
    as_json: AsJson = False,
) -> int:
    """Begin a plugin: a server with two or three tools, tests that pass, and a manifest."""
    plugin = plugin_name(name)
    if not plugin or len(plugin) > _LONGEST:
        raise UsageError(f'"{name}" makes no name of a plugin.', hint=f"Take 1 to {_LONGEST} letters, digits and -.")
    kind = template or _asked()
    target = folder or Path(plugin)
    with telling(target):
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise UsageError(f"{target} exists and is not empty; it was left as it is.", hint="Name another: --folder")
        written = write(kind, plugin, name, target)
    if as_json:
        screen.show_json({"plugin": plugin, "template": kind, "folder": str(target), "files": written})
    else:
        screen.say(f"{screen.mark('ok')} {target}/  {len(written)} files: {_TOLD[kind]}")
    failed = setting_up.set_up(target) if setup else ""
    if failed:
        screen.note(f"{screen.mark('broken', sys.stderr)} {failed}")
        screen.note(f"  The files are in {target}. Correct that, then: {setting_up.by_hand(target)}")
        return 1
    if not as_json:
        _next(target, setup=setup)
    return 0


def write(kind: Template, plugin: str, title: str, target: Path) -> list[str]:
    """Write a template's files; their paths in ``target``. Raises OSError."""
    values = {"plugin": plugin, "title": _title(title), "author": _author()}
    root = files("switchgear.cli.plugin") / "templates"
    found: dict[str, str] = {}
    if kind != "typescript":
        found |= dict(_read(root / _PYTHON))
        found[f"server/{_SDK}"] = (files("switchgear") / _SDK).read_text("utf-8")
    found |= dict(_read(root / kind))
    for name, text in sorted(found.items()):
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(_filled(text, values) if not name.endswith(_SDK) else text)
    return sorted(found)


def _read(folder: Traversable, prefix: str = "") -> list[tuple[str, str]]:
    """The files of a template: their names as they will be, and what is in them."""
    found: list[tuple[str, str]] = []
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        name = prefix + entry.name.removesuffix(_SUFFIX)
        if entry.name.startswith(_DOT):
            name = prefix + "." + entry.name.removesuffix(_SUFFIX).removeprefix(_DOT)
        if entry.is_dir():
            found += _read(entry, f"{name}/")
        elif entry.name.endswith(_SUFFIX):
            found.append((name, entry.read_text("utf-8")))
    return found


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", value)
    return text


def _title(name: str) -> str:
    """The name as people read it; nothing in it could end a text in Python, TypeScript or JSON."""
    words = "".join(sign if sign.isalnum() or sign in " .!'()+&" else " " for sign in name).split()
    title = " ".join(words) or name
    return title if title != title.lower() else title.capitalize()


def _author() -> str:
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # no such user on this machine
        name = "me"
    return "".join(sign for sign in name if sign.isalnum() or sign in " ._-") or "me"


def _asked() -> Template:
    """Which template a person at a terminal wants; the first one where nobody can be asked."""
    kinds = list(_TOLD)
    if not sys.stdin.isatty():
        return kinds[0]
    for number, kind in enumerate(kinds, 1):
        screen.note(f" {number}  {kind:<11} {_TOLD[kind]}")
    while True:
        screen.note("Which? [1] ")
        given = sys.stdin.readline().strip() or "1"
        if given.isdecimal() and 0 < int(given) <= len(kinds):
            return kinds[int(given) - 1]
        if given in _TOLD:
            return next(kind for kind in kinds if kind == given)


def _next(target: Path, *, setup: bool) -> None:
    if not setup:
        screen.say(f"  Install what it needs   {setting_up.by_hand(target)}")
    screen.say(f"  Work on it              cd {target} && switchgear plugin dev")
    screen.say("  Test it                 switchgear plugin test")
    screen.say("  Give it away            switchgear plugin pack && switchgear plugin sign")
