"""``switchgear plugin list | show | enable | disable | configure | grant | rollback | review | remove``."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

from cyclopts import Parameter

from switchgear.cli import screen, tables
from switchgear.cli.client import connected
from switchgear.cli.models import quote
from switchgear.cli.plugin.consent import sentences
from switchgear.cli.plugin.install import show_done
from switchgear.cli.plugin.saying import NO_GRANTS, NOTHING_FILLED, Filled, Grants
from switchgear.cli.plugin.values import given_secrets, given_settings
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.errors import UsageError

PATH: Final = "/api/plugins"
Name = Annotated[str, Parameter(name="NAME", help="The plugin's name.")]
_COLUMNS: Final = (
    tables.Column("plugin"),
    tables.Column("version", cut=True),
    tables.Column("state"),
    tables.Column("tools"),
    tables.Column("from", cut=True),
    tables.Column("about", cut=True),
)


async def list_plugins(*, as_json: AsJson = False, where: Where = HERE) -> None:
    """List plugins, and how each is."""
    async with connected(where) as api:
        told = await api.get(PATH)
    if as_json:
        screen.show_json(told)
        return
    rows = [
        (
            each["name"],
            each["version"],
            _state(each),
            str(each["tools"]),
            each["source"],
            each["reason"] or each["title"],
        )
        for each in told["data"]
    ]
    tables.show(_COLUMNS, rows, nothing="No plugins. Install one with: switchgear plugin install pypi:mcp-server-time")


async def show(name: Name, /, *, as_json: AsJson = False, where: Where = HERE) -> None:
    """Show a plugin: what it may, how it is set up, what it offers."""
    async with connected(where) as api:
        plugin = await api.get(f"{PATH}/{quote(name)}")
        tools = await api.get(f"{PATH}/{quote(name)}/tools")
    if as_json:
        screen.show_json(plugin | {"offers": tools["data"]})
        return
    screen.say(f"{screen.style(screen.printable(plugin['title']), 'bold')} {screen.printable(plugin['version'])}")
    screen.say(f"  {plugin['name']} is {_state(plugin)}. From {screen.printable(plugin['source'])}.")
    if plugin["reason"]:
        screen.say(f"  {screen.printable(plugin['reason'])}")
    sentences("It may", plugin["permissions"]["words"], "It may do nothing but compute.")
    sentences("Not permitted here", plugin["withheld"])
    sentences("Settings", _settings(plugin["settings"]))
    offered = [f"{each['name']}{' (may destroy)' if each['destructive'] else ''}" for each in tools["data"]]
    sentences("Tools", offered)


async def enable(name: Name, /, *, as_json: AsJson = False, where: Where = HERE) -> None:
    """Let a plugin be called; one that failed is tried again."""
    await _change(where, name, "enable", None, as_json=as_json)


async def disable(
    name: Name,
    /,
    *,
    reason: Annotated[str, Parameter(metavar="TEXT", help="Why; it is shown to who calls it.")] = "",
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Take no more calls of a plugin; those under way end in their own time."""
    await _change(where, name, "disable", {"reason": reason}, as_json=as_json)


async def restart(name: Name, /, *, as_json: AsJson = False, where: Where = HERE) -> None:
    """End a plugin's process; the next call starts another."""
    await _change(where, name, "restart", None, as_json=as_json)


async def rollback(
    name: Name,
    /,
    *,
    to: Annotated[str, Parameter(metavar="VERSION", help="Which version. [the one before]")] = "",
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Go back to the version before, or to another that was installed."""
    await _change(where, name, "use", {"version": to}, as_json=as_json)


def configure(
    name: Name,
    /,
    *,
    unset: Annotated[
        list[str] | None, Parameter(negative="", metavar="NAME", help="Take a value away; may be repeated.")
    ] = None,
    filled: Filled = NOTHING_FILLED,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Set what a plugin needs to know. It is started with that before it holds."""
    plugin = asyncio.run(_get(where, name))
    if not filled.settings and not filled.secrets and not unset:
        missing = [each["name"] for each in plugin["settings"] if each["required"] and not each["set"]]
        needed = f"{name} needs {', '.join(missing)}." if missing else "There is nothing to change."
        raise UsageError(needed, hint="Say --set NAME=VALUE, or --secret NAME.")
    settings = given_settings(filled.settings or [], plugin["settings"]) | dict.fromkeys(unset or [])
    secrets = given_secrets(filled.secrets or [], plugin | {"headers": []}, ask=False)
    asyncio.run(_change(where, name, "configure", {"settings": settings, "secrets": secrets}, as_json=as_json))


def grant(
    name: Name,
    /,
    *,
    only: Annotated[
        bool, Parameter(negative="", help="These and no others: what was granted and is not said is revoked.")
    ] = False,
    grants: Grants = NO_GRANTS,
    limit: Annotated[
        list[str] | None, Parameter(negative="", metavar="NAME=N", help="A limit, as in disk_mb=1024; may be repeated.")
    ] = None,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Let a plugin have more, or with --only exactly this."""
    grants.told()
    plugin = asyncio.run(_get(where, name))
    body: dict[str, Any] = {"permissions": grants.body() if only else grants.beside(plugin["permissions"])}
    if limit:
        body["limits"] = _limits(limit, plugin["limits"])
    asyncio.run(_change(where, name, "grant", body, as_json=as_json))


def _limits(given: list[str], known: dict[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for each in given:
        name, _, number = each.partition("=")
        if name not in known:
            raise UsageError(f'"{name}" is no limit.', hint=f"Known are {', '.join(known)}.")
        try:
            found[name] = float(number) if isinstance(known[name], float) else int(number)
        except ValueError as error:
            raise UsageError(f'{name} has to be a number, not "{number}".') from error
    return found


async def clear(name: Name, /, *, where: Where = HERE) -> None:
    """Remove what a plugin kept. Its process is ended first."""
    async with connected(where) as api:
        await api.ask("POST", f"{PATH}/{quote(name)}/clear")
    screen.say(f"What {name} kept is removed.")


async def review(
    name: Name,
    /,
    *,
    accept: Annotated[
        str, Parameter(metavar="DIGITS", help="Accept what was shown, by the digits that stand under it.")
    ] = "",
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Show how what a plugin offers differs from what was accepted, and accept it."""
    async with connected(where) as api:
        found = await api.get(f"{PATH}/{quote(name)}/review")
        if not accept:
            _show_review(name, found, as_json=as_json)
            return
        if not found["digest"].startswith(accept.lower()) or len(accept) < _LEAST_DIGITS:
            raise UsageError(f"{name} offers something else than what has the digits {accept}.", hint="Look again.")
        done = await api.ask("POST", f"{PATH}/{quote(name)}/accept", {"digest": found["digest"]})
    if as_json:
        screen.show_json(done)
        return
    show_done(done)


async def remove(
    name: Name,
    /,
    *,
    data: Annotated[bool, Parameter(negative="", help="Remove what it kept, too.")] = False,
    where: Where = HERE,
) -> None:
    """Remove a plugin with its versions and secrets."""
    async with connected(where) as api:
        await api.ask("DELETE", f"{PATH}/{quote(name)}", query={"data": "true" if data else "false"})
    screen.say(f"Removed {name}{' and what it kept' if data else '; what it kept stays for another time'}.")


_LEAST_DIGITS: Final = 8


async def _get(where: Where, name: str) -> dict[str, Any]:
    async with connected(where) as api:
        found: dict[str, Any] = await api.get(f"{PATH}/{quote(name)}")
        return found


async def _change(where: Where, name: str, how: str, body: dict[str, Any] | None, *, as_json: bool) -> None:
    async with connected(where) as api:
        done = await api.ask("POST", f"{PATH}/{quote(name)}/{how}", body)
    if as_json:
        screen.show_json(done)
        return
    show_done(done)


def _show_review(name: str, found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        screen.show_json(found)
        return
    if not found["differences"]:
        screen.say(f"{name} offers what was accepted.")
        return
    sentences(f"What {name} offers differs from what was accepted", found["differences"])
    screen.say(f"  Accept that with: switchgear plugin review {name} --accept {found['digest'][:12]}")


def _state(plugin: dict[str, Any]) -> str:
    state: str = plugin["state"]
    process = plugin["process"]
    return f"{state}, running" if state == "enabled" and process and process["state"] == "running" else state


def _settings(settings: list[dict[str, Any]]) -> list[str]:
    """A line for each that has a value or needs one, and the names of the others."""
    told = [each for each in settings if each["set"] or each["required"]]
    lines = [f"{each['name']}: {_value(each)} ({each['title']})" for each in told]
    others = [each["name"] for each in settings if each not in told]
    return [*lines, f"not set: {', '.join(others)}"] if others else lines


def _value(setting: dict[str, Any]) -> str:
    if not setting["set"]:
        return "not set, and required"
    value = setting["value"]
    if setting["sensitive"]:
        return "set"
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
