"""Bundles of our own making, around packages that are no bundles: a manifest, a lock, and how the server is started.

Such a manifest declares nothing of ``dev.switchgear``: a package cannot say what it needs, so it asks for nothing. What it is granted is what
whoever installs it says, and the files and secrets of its settings that a registry's entry or an imported configuration names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from switchgear.config.problems import quoted
from switchgear.core.errors import InvalidSource
from switchgear.core.structs import Frozen
from switchgear.plugins import versions
from switchgear.plugins.manifest import FILE, Manifest, plugin_name

_FORM: Final = "0.3"
_BEGINNINGS: Final = ("mcp-server-", "server-", "mcp-")
_ENDS: Final = ("-mcp-server", "-mcp", "-server")
_LONGEST_TEXT: Final = 2000
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)


class Wishes(Frozen, frozen=True):
    """How a package's server wants to be started, besides its own command.

    ``arguments`` and ``env`` are as in a manifest, with ``${user_config.NAME}`` for ``settings``, which are a manifest's ``user_config``.
    ``name``, ``title`` and ``description`` are for people; empty ones are the package's own.
    """

    arguments: tuple[str, ...] = ()
    env: Mapping[str, str] = msgspec.field(default_factory=dict)
    settings: Mapping[str, Mapping[str, Any]] = msgspec.field(default_factory=dict)
    name: str = ""
    title: str = ""
    description: str = ""


NO_WISHES: Final = Wishes()


def with_variables(variables: Mapping[str, bool], name: str = "") -> Wishes:
    """Settings that become variables of a server's environment: their names, and whether each is a secret. Raises InvalidSource."""
    settings: dict[str, Mapping[str, Any]] = {}
    for each, secret in variables.items():
        if not _VARIABLE.fullmatch(each):
            raise InvalidSource(f"{quoted(each[:100])} is no name of an environment variable.")
        described = f"The variable {each} of its environment."
        settings[each] = {"type": "string", "title": each, "description": described, "sensitive": secret}
    return Wishes(env={each: f"${{user_config.{each}}}" for each in settings}, settings=settings, name=name)


def variables_in(manifest: Manifest) -> dict[str, bool]:
    """What ``with_variables`` was told, of a manifest that was made so."""
    return {
        name: setting.sensitive
        for name, setting in manifest.user_config.items()
        if manifest.config.env.get(name) == f"${{user_config.{name}}}"
    }


def merged(own: Wishes, more: Wishes) -> Wishes:
    """What a registry's entry wishes, and what whoever installs it does besides. Names are those of ``more``."""
    env = {name: text for name, text in more.env.items() if name not in own.env and name not in own.settings}
    settings = {name: setting for name, setting in more.settings.items() if name in env}
    return Wishes(
        own.arguments + more.arguments,
        {**own.env, **env},
        {**own.settings, **settings},
        more.name or own.name,
        more.title or own.title,
        more.description or own.description,
    )


class Described(Frozen, frozen=True):
    """What a package says of itself. ``needs``: ranges of runtimes' versions."""

    package: str
    version: str
    summary: str = ""
    author: str = ""
    homepage: str = ""
    license: str = ""
    needs: Mapping[str, str] = msgspec.field(default_factory=dict)


def short_name(package: str) -> str:
    """What a package's plugin is called: ``time`` for ``mcp-server-time``, ``filesystem`` for ``@modelcontextprotocol/server-filesystem``.

    Of a package that is named for nothing else (``@acme/mcp-server``) it is the scope.
    """
    scope, _, own = package.removeprefix("@").rpartition("/")
    plain = plugin_name(own)
    short = plain
    for beginning in _BEGINNINGS:
        if short.startswith(beginning):
            short = short.removeprefix(beginning)
            break
    for end in _ENDS:
        if short.endswith(end):
            short = short.removesuffix(end)
            break
    if short in {"mcp", "server", "mcp-server", ""}:
        short = plugin_name(scope) or plain
    return short[:64].strip("-")


def write_bundle(folder: Path, files: Mapping[str, str], manifest: Mapping[str, Any]) -> None:
    """Lay a bundle in the new folder ``folder``. Raises OSError."""
    for name, content in {FILE: json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", **files}.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, "utf-8")


def manifest_of(described: Described, server: Mapping[str, Any], wishes: Wishes) -> dict[str, Any]:
    """A manifest for a package. Raises InvalidSource where its version is none that plugins can have."""
    try:
        versions.parse(described.version)
    except ValueError as error:
        raise InvalidSource(f"{described.package} {described.version}: its version {error}.") from error
    config = {**server["mcp_config"], "args": [*server["mcp_config"]["args"], *wishes.arguments], "env": {**wishes.env}}
    made = {
        "manifest_version": _FORM,
        "name": wishes.name or short_name(described.package),
        "display_name": _text(wishes.title),
        "version": described.version,
        "description": _text(wishes.description or described.summary) or f"The package {described.package}.",
        "author": {"name": _text(described.author) or "unknown"},
        "homepage": _text(described.homepage),
        "license": _text(described.license),
        "server": {**server, "mcp_config": config},
        "compatibility": {"platforms": ["linux"], "runtimes": dict(described.needs)},
        "user_config": {name: dict(setting) for name, setting in wishes.settings.items()},
    }
    return {name: value for name, value in made.items() if value not in ("", {})}


def _text(text: str) -> str:
    """Text of a stranger, as one line that can be shown."""
    return re.sub(r"\s+", " ", "".join(sign if sign.isprintable() else " " for sign in text)).strip()[:_LONGEST_TEXT]
