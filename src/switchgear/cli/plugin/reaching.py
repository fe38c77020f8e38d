"""The plugin that a command means: the one in a folder, started for it, or one that is installed, through the running gateway."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote

from cyclopts import Parameter

from switchgear import __version__
from switchgear.cli import client, screen
from switchgear.cli.plugin.files import telling
from switchgear.cli.where import Where
from switchgear.core.errors import (
    GatewayNotRunning,
    NotFound,
    PluginFailed,
    PluginQuarantined,
    PluginUnavailable,
    SwitchgearError,
    ToolServerError,
    UsageError,
)
from switchgear.plugins.authoring.project import OWN, Manner, Project, read_project
from switchgear.plugins.authoring.workbench import Listeners, Tap, Workbench
from switchgear.plugins.manifest import FILE
from switchgear.plugins.mcp.endpoint import Endpoint, Fixed
from switchgear.plugins.mcp.http import HttpChannel
from switchgear.plugins.mcp.negotiation import open_session
from switchgear.plugins.mcp.session import Hooks, Session, Terms
from switchgear.plugins.permissions import PluginLimits
from switchgear.plugins.sandbox.egress import Denied
from switchgear.providers import guard

What = Annotated[str, Parameter(name="PLUGIN", help="The name of an installed one, or a folder as a path: ./NAME.")]


@Parameter(name="*")
@dataclass(frozen=True)
class Run:
    """How a folder's plugin is run for a command."""

    settings: Annotated[
        list[str] | None,
        Parameter(
            name="--set",
            negative="",
            metavar="NAME=VALUE",
            help="A setting of a folder's plugin; VALUE may be env:VARIABLE. May be repeated.",
        ),
    ] = None
    sandbox: Annotated[
        bool, Parameter(name="--sandbox", negative="--no-sandbox", help="Run a folder's plugin in its sandbox.")
    ] = True


AS_USUAL: Final = Run()
_NO_HOOKS: Final = Hooks()
_LARGEST: Final = 64 << 20


def folder_of(what: str) -> Path | None:
    """The folder that is meant, which is written as a path; None for a name, which is an installed plugin's whatever lies here."""
    return Path(what).expanduser() if "/" in what or what.startswith((".", "~")) else None


def not_enabled(name: str) -> NotFound:
    """What is said of a name that no plugin has which is enabled, or none that the key sees."""
    hint = f"{_folder_hint(name)} switchgear plugin list shows every plugin and its state.".strip()
    return NotFound(f'No plugin named "{name}" is enabled.', hint=hint)


def _folder_hint(name: str) -> str:
    """How the folder of that name is written; empty where there is none."""
    return f"The folder of that name here is written ./{name}." if Path(name, FILE).is_file() else ""


def settings_of(project: Project, given: list[str] | None) -> dict[str, object]:
    """What was said of settings: in ``.switchgear/settings.json`` of the project, and ``given``. Raises UsageError."""
    kept = project.folder / OWN / "settings.json"
    found: dict[str, object] = {}
    if kept.is_file():
        with telling(kept):
            text = kept.read_text("utf-8")
        try:
            found = dict(json.loads(text))
        except (ValueError, TypeError) as error:
            raise UsageError(f"{kept} is no JSON object.", hint='Write it like {"units": "metric"}.') from error
    for each in given or ():
        name, equal, value = each.partition("=")
        if not equal:
            raise UsageError(f'"{each}" says no value.', hint="Write it like --set units=metric")
        found[name] = value
    return found


def bench_of(project: Project, how: Run, listeners: Listeners) -> Workbench:
    """Runs of a project as a person wants them, with a loud word where there is no sandbox. Raises UsageError."""
    if not how.sandbox:
        warn_of_no_sandbox()
    manner = Manner(sandboxed=how.sandbox, settings=settings_of(project, how.settings))
    return Workbench(project, manner, dict(os.environ), listeners)


def warn_of_no_sandbox() -> None:
    """Say loudly what running without a sandbox means."""
    screen.note(
        screen.style("! WITHOUT ITS SANDBOX the plugin may do whatever you may: files, network, everything.", "yellow")
    )


def tell_denied(denied: Denied) -> None:
    """A connection that the sandbox refused."""
    screen.note(
        f" {screen.mark('broken')} denied: connect {screen.printable(denied.target)}, not in permissions.network"
    )


@asynccontextmanager
async def reached(
    what: str, how: Run, where: Where, *, hooks: Hooks = _NO_HOOKS, tap: Tap | None = None
) -> AsyncIterator[Session]:
    """A session with the plugin that is meant. Raises SwitchgearError."""
    folder = folder_of(what)
    if folder is None:
        async with _installed(what, where, hooks) as session:
            yield session
        return
    bench = bench_of(read_project(folder), how, Listeners(tell_word, tell_denied))
    try:
        session = await bench.session(hooks, tap=tap)
        try:
            yield session
        finally:
            await session.close(2.0)
    finally:
        bench.close()


def tell_word(line: str) -> None:
    """A line that a plugin wrote for people."""
    screen.note(screen.style(f" {screen.printable(line)}", "dim"))


@asynccontextmanager
async def _installed(name: str, where: Where, hooks: Hooks) -> AsyncIterator[Session]:
    found = client.find(where)
    if found is None:
        raise GatewayNotRunning(
            f"No gateway runs on the data folder {where.folder()}, which would have a plugin named {name}.",
            hint=_folder_hint(name)
            or f"Start it with: switchgear serve; or name a folder with a {FILE}, as in ./{name}.",
        )
    fields = Fixed([("authorization", f"Bearer {client.key_for(where, found)}")])
    endpoint = Endpoint(name, f"{found.url}/mcp/{name}", guard.resolve, fields, _LARGEST)
    implementation = b'{"name":"switchgear-cli","version":"%b"}' % __version__.encode()
    terms = Terms(name, PluginLimits(seconds=600.0), hooks, implementation=implementation)
    try:
        session = await open_session(HttpChannel(endpoint), terms)
    except PluginFailed as error:
        raise await _why_not(name, where, found, error) from error
    try:
        yield session
    finally:
        await session.close(1.0)


async def _why_not(name: str, where: Where, found: client.Running, error: PluginFailed) -> SwitchgearError:
    """What keeps an installed plugin from being used, as the gateway knows it; else ``error``, or that the key sees no such plugin."""
    hidden = isinstance(error, ToolServerError) and error.rpc_message.startswith(f"There is no /mcp/{name} ")
    try:
        async with client.reaching(where, found) as api:
            plugin = await api.get(f"/api/plugins/{quote(name, safe='')}")
    except NotFound:
        return not_enabled(name)
    except SwitchgearError:  # a key that calls plugins need not see how they are set up
        return not_enabled(name) if hidden else error
    state, reason = plugin.get("state"), str(plugin.get("reason") or "").rstrip(".")
    if state == "enabled":
        return not_enabled(name) if hidden else error
    said = f"Plugin {name} {'cannot be used' if state == 'failed' else f'is {state}'}{f': {reason}' if reason else ''}."
    if state == "quarantined":
        return PluginQuarantined(said, plugin=name)
    return PluginUnavailable(said, plugin=name, hint=f"switchgear plugin enable {name} has it used again.")


def arguments_of(pairs: tuple[str, ...], document: str | None, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A tool's arguments: ``key=text`` by the type that the schema says, ``key:=JSON`` as it is, over what ``document`` (JSON) has.

    Raises UsageError.
    """
    found: dict[str, Any] = {}
    if document is not None:
        decoded = _json(document, "--json")
        if not isinstance(decoded, dict):
            raise UsageError("--json is no JSON object.", hint="""Write it like --json '{"city": "Oslo"}'""")
        found = decoded
    properties = schema.get("properties")
    known = properties if isinstance(properties, dict) else {}
    for pair in pairs:
        name, equal, value = pair.partition("=")
        if not equal:
            raise UsageError(f'"{pair}" says no value.', hint="Write arguments like city=Oslo, or days:=3")
        if name.endswith(":"):
            found[name[:-1]] = _json(value, name[:-1])
        else:
            found[name] = _typed(value, known.get(name))
    return found


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise UsageError(f"{name} is no JSON: {error}.", hint="") from error


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "integer": int,
    "number": float,
    "boolean": lambda text: {"true": True, "false": False}[text.lower()],
    "null": lambda text: {"null": None}[text],
    "object": json.loads,
    "array": lambda text: json.loads(text) if text.startswith("[") else text.split(","),
    "string": str,
}


def _typed(text: str, schema: Any) -> Any:
    """The first reading of a text that the schema allows; the text where there is none, which the server then refuses."""
    for kind in _kinds(schema):
        try:
            return _READERS[kind](text)
        except (ValueError, KeyError):
            continue
    return text


def _kinds(schema: Any) -> list[str]:
    if not isinstance(schema, dict):
        return []
    either = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(either, list):
        return sorted((kind for each in either for kind in _kinds(each)), key=list(_READERS).index)
    kinds = schema.get("type")
    named = [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else []
    return sorted((kind for kind in named if kind in _READERS), key=list(_READERS).index)
