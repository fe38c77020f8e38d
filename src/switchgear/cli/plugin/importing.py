"""``switchgear plugin import``: take over the servers that another client is configured with."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import stat
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from cyclopts import Parameter

from switchgear.cli import screen
from switchgear.cli.plugin.consent import consented, sentences, show_proposal
from switchgear.cli.plugin.files import telling
from switchgear.cli.plugin.install import carried_out, check_flags, dropped, proposed, show_done
from switchgear.cli.plugin.saying import NO_GRANTS, NOTHING_SAID, Grants, Said
from switchgear.cli.where import HERE, Where
from switchgear.core.errors import SwitchgearError, UsageError
from switchgear.plugins.permissions import path_fault
from switchgear.plugins.sources.importing import ImportedServer, import_servers, summary


def import_plugins(
    file: Annotated[
        Path, Parameter(name="FILE", help="claude_desktop_config.json, mcp.json or settings.json of a client.")
    ],
    /,
    *names: Annotated[str, Parameter(name="NAME", help="Only these of its servers; all when none is named.")],
    dry_run: Annotated[bool, Parameter(negative="", help="Only tell what would be taken over.")] = False,
    said: Said = NOTHING_SAID,
    grants: Grants = NO_GRANTS,
    where: Where = HERE,
) -> int:
    """Take over the servers of another client: what npx and uvx start as packages, URLs as remote servers, their keys as secrets.

    Files and folders among their arguments are proposed as grants; what --read names is read alone.
    """
    grants.told()
    with telling(file):
        data = file.read_bytes()
    servers = _chosen(import_servers(data), names)
    for each in servers:
        screen.say(screen.printable(summary(each)))
        if dry_run:
            sentences("You would let it", _besides(each, grants).told())
    if dry_run:
        return 0
    failed = [each for each in servers if not _taken_over(each, said, grants, where)]
    return 1 if failed else 0


def _chosen(servers: Sequence[ImportedServer], names: Sequence[str]) -> list[ImportedServer]:
    there = {each.name: each for each in servers}
    if unknown := [name for name in names if name not in there]:
        raise UsageError(f"The file has no server {', '.join(unknown)}.", hint=f"It has {', '.join(there)}.")
    return [each for each in servers if not names or each.name in names]


def _taken_over(server: ImportedServer, said: Said, grants: Grants, where: Where) -> bool:
    """Install one; whether that went well. What keeps one from it is told, and is no reason to leave out the others."""
    if server.refused:
        return False
    screen.say()
    try:
        return _installed(server, said, _besides(server, grants), where)
    except SwitchgearError as error:
        screen.note(f"{screen.mark('broken')} {server.name}: {screen.printable(error.told)}")
        return False


def _installed(server: ImportedServer, said: Said, grants: Grants, where: Where) -> bool:
    asked: dict[str, Any] = {
        "source": str(server.source),
        "arguments": [_as_granted(each) for each in server.arguments],
        "name": server.name,
        "variables": {name: bool(each["sensitive"]) for name, each in server.wishes.settings.items()},
        "permissions": grants.body(),
    }
    proposal = asyncio.run(proposed(where, None, asked))
    show_proposal(proposal, grants.told())
    check_flags(proposal, said)
    if not said.yes and not consented(proposal):
        asyncio.run(dropped(where, proposal["id"]))
        screen.note("Nothing was installed.")
        return True
    body = {
        **said.flags(),
        "settings": dict(server.settings),
        "secrets": _secrets(server),
        "permissions": grants.beside(proposal["granted"]),
        "enable": server.enabled and not said.disabled,
    }
    done = asyncio.run(carried_out(where, proposal["id"], body, quiet=False))
    show_done(done)
    for each in server.missing:
        screen.say(f"  {screen.printable(each)} is not in the file: switchgear plugin configure {done['name']}")
    return True


def _secrets(server: ImportedServer) -> dict[str, str]:
    """The values, of a remote server by the HTTP field that each is sent as."""
    fields = {setting: field for field, setting in server.headers.items()}
    return {fields.get(name, name): secret.reveal() for name, secret in server.secrets.items()}


def _besides(server: ImportedServer, grants: Grants) -> Grants:
    """``grants``, and the files and folders that a package is told of, to read, and to change what the caller may change.

    Where ``grants`` say something of one, that is all.
    """
    if server.refused:
        return grants
    said = [PurePosixPath(each) for field in ("read", "write") for each in grants.body()[field]]
    told = dict.fromkeys(path for each in server.arguments if (path := _path(each)))
    more = [path for path in told if not any(PurePosixPath(path).is_relative_to(each) for each in said)]
    changed = [path for path in more if os.access(path, os.W_OK)]
    looked_at = [path for path in more if path not in changed]
    return dataclasses.replace(grants, read=[*(grants.read or []), *looked_at], write=[*(grants.write or []), *changed])


def _path(argument: str) -> str:
    """The file or folder of this machine that an argument names, by itself or behind a flag; empty for none, and for all there is."""
    named = argument.partition("=")[2] if argument.startswith("-") else argument
    if not named.startswith("/"):
        return ""
    try:
        kind = Path(named).stat().st_mode
    except (OSError, ValueError):  # also what no path can be
        return ""
    if not (stat.S_ISDIR(kind) or stat.S_ISREG(kind)):
        return ""
    path = os.path.realpath(named)
    return "" if path == "/" or path_fault(path) else path


def _as_granted(argument: str) -> str:
    """An argument with its path as it is granted, without links: what they stand for is all that the sandbox has."""
    path = _path(argument)
    if not path:
        return argument
    flag, equals, _ = argument.partition("=") if argument.startswith("-") else ("", "", "")
    return f"{flag}{equals}{path}"
