"""``switchgear plugin install``: look at a plugin, show what it asks for, and install it when that is granted."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter

from switchgear.cli import screen
from switchgear.cli.client import connected, show_first_key
from switchgear.cli.models import quote
from switchgear.cli.plugin.consent import consented, show_proposal
from switchgear.cli.plugin.files import telling
from switchgear.cli.plugin.saying import NO_GRANTS, NOTHING_FILLED, NOTHING_SAID, Filled, Grants, Said
from switchgear.cli.plugin.values import given_secrets, given_settings, variables_of
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.errors import PluginNotInstalled, SwitchgearError, UsageError
from switchgear.plugins.bundle import pack
from switchgear.plugins.installed import LOGIN_FIRST

OPENAPI: Final = "openapi:"


def install(
    source: Annotated[
        str,
        Parameter(
            name="SOURCE",
            help="A folder, FILE.mcpb, pypi:NAME, npm:NAME, https://…, registry:NAME, openapi:FILE or URL.",
        ),
    ],
    /,
    *arguments: Annotated[str, Parameter(name="ARGUMENT", help="What its command is given, behind --.")],
    name: Annotated[str, Parameter(metavar="NAME", help="What to call it, where it does not say.")] = "",
    said: Said = NOTHING_SAID,
    filled: Filled = NOTHING_FILLED,
    grants: Grants = NO_GRANTS,
    as_json: AsJson = False,
    where: Where = HERE,
) -> int:
    """Install a plugin, or another version of one: what it asks for is shown and granted first."""
    besides = grants.told()
    with _bundle(source) as bundle:
        asked: dict[str, Any] = {"source": source, "arguments": list(arguments), "name": name}
        asked["variables"] = variables_of(source, filled.settings or [], filled.secrets or [])
        proposal = asyncio.run(proposed(where, bundle, asked | {"permissions": grants.body()}))
    if not as_json:
        show_proposal(proposal, besides)
    with dropped_on_failure(where, proposal["id"]):
        check_flags(proposal, said)
        body: dict[str, Any] = {
            **said.flags(),
            "settings": given_settings(filled.settings or [], proposal["settings"]),
            "secrets": given_secrets(filled.secrets or [], proposal, ask=not said.yes),
            "permissions": grants.beside(proposal["granted"]),
            "enable": not said.disabled,
        }
        if not said.yes and not consented(proposal):
            asyncio.run(dropped(where, proposal["id"]))
            screen.note("Nothing was installed.")
            return 1
        done = asyncio.run(carried_out(where, proposal["id"], body, quiet=as_json))
    if as_json:
        screen.show_json(done)
    else:
        show_done(done)
    return 0


@contextmanager
def _bundle(source: str) -> Iterator[tuple[Path, Path] | None]:
    """The file that is to be sent and what it was made of; None for what the gateway fetches. Raises UsageError, InvalidManifest."""
    path = Path(source.removeprefix(OPENAPI)).expanduser()
    if source.startswith(OPENAPI):
        yield None if "://" in source else (path, path.resolve())
        return
    named = source.startswith((".", "/", "~")) or source.endswith(".mcpb")
    if not named and not (path / "manifest.json").is_file():
        yield None
        return
    if not path.exists():
        raise UsageError(f"There is no {path}.", hint="Name a folder with a manifest.json, or an .mcpb file.")
    with tempfile.TemporaryDirectory(prefix="switchgear-") as folder:
        file = path
        if path.is_dir():
            file = Path(folder) / "packed.mcpb"
            with telling(path):
                pack(path, file)
        yield file, path.resolve()


async def proposed(where: Where, bundle: tuple[Path, Path] | None, asked: dict[str, Any]) -> dict[str, Any]:
    """What the gateway proposes for a source, or a bundle that is sent: the file, and what it was made of."""
    async with connected(where, first_key=show_first_key) as api:
        if bundle is not None:
            file, made_of = bundle
            if asked["source"].startswith(OPENAPI):
                return dict(await api.send_bytes("/api/plugins/proposals/openapi", file, {"name": asked["name"]}))
            found = await api.send_bytes("/api/plugins/proposals/bundle", file, {"source": str(made_of)})
        else:
            found = await api.ask("POST", "/api/plugins/proposals", asked)
    proposal: dict[str, Any] = found
    return proposal


async def dropped(where: Where, proposal_id: str) -> None:
    """Forget a proposal."""
    async with connected(where) as api:
        await api.ask("DELETE", f"/api/plugins/proposals/{quote(proposal_id)}")


@contextmanager
def dropped_on_failure(where: Where, proposal_id: str) -> Iterator[None]:
    """Have a proposal forgotten when what is done with it fails."""
    try:
        yield
    except (SwitchgearError, KeyboardInterrupt):
        with suppress(SwitchgearError):
            asyncio.run(dropped(where, proposal_id))
        raise


async def carried_out(where: Where, proposal_id: str, body: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    """Install what was proposed, and tell what is going on; the plugin as it is then. Raises PluginNotInstalled."""
    last: dict[str, Any] = {}
    path = f"/api/plugins/proposals/{quote(proposal_id)}/install"
    async with connected(where) as api, api.stream("POST", path, body) as lines:
        async for line in lines:
            last = json.loads(line)
            if "told" in last and not quiet:
                screen.passing(last["told"], detail=last["detail"])
    screen.passed()
    if not last.get("ok"):
        error = last.get("error") or {}
        message = error.get("message", "The installation was not told to its end.")
        raise PluginNotInstalled(message, hint=error.get("hint", ""))
    plugin: dict[str, Any] = last["plugin"]
    return plugin


def check_flags(proposal: dict[str, Any], said: Said) -> None:
    """Raise UsageError where something has to be accepted that was not."""
    flags = said.flags()
    missing = [f"--{flag.replace('_', '-')}" for flag in proposal["flags"] if not flags[flag]]
    if missing:
        raise UsageError(
            f"{screen.printable(proposal['trust'])} Nothing was installed.",
            hint=f"If it is meant, say {' '.join(missing)}.",
        )


def show_done(plugin: dict[str, Any]) -> None:
    """Print what a plugin is now."""
    name, version = plugin["name"], screen.printable(plugin["version"])
    if plugin["state"] != "enabled":
        why = f": {screen.printable(plugin['reason'])}" if plugin["reason"] else ""
        screen.say(f"{screen.mark('doubt')} {name} {version} is {plugin['state']}{why}.")
        if plugin["state"] == "installed":
            next_step = {"": "enable", LOGIN_FIRST: "login"}.get(plugin["reason"], "configure")
            screen.say(f"  switchgear plugin {next_step} {name}")
        return
    what = [f"{plugin[kind]} {kind[:-1] if plugin[kind] == 1 else kind}" for kind in ("tools", "resources", "prompts")]
    told = [each for each in what if not each.startswith("0 ")]
    screen.say(f"{screen.mark('ok')} {name} {version} is enabled: {', '.join(told) or 'it offers nothing'}.")
    screen.say(f"  Its tools are {name}__… at /mcp, and without the prefix at /mcp/{name}.")
