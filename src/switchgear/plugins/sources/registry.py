"""Entries of an MCP registry: ``server.json``, what of it can be installed here, and the registry's API.

https://github.com/modelcontextprotocol/registry: docs/reference/server-json (schema of 2025-12-11) and docs/reference/api.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

import msgspec
from msgspec import field

from switchgear.config.problems import quoted
from switchgear.core.errors import InvalidSource, PluginNotInstalled, UnfetchableURL
from switchgear.core.structs import Frozen
from switchgear.plugins import declaration
from switchgear.plugins.installed import Transport
from switchgear.plugins.manifest import plugin_name
from switchgear.plugins.sources.grammar import Source, parse_source
from switchgear.plugins.sources.inputs import Argument, KeyValue, Variable, wishes_of
from switchgear.plugins.sources.making import Wishes
from switchgear.providers.fetch import Fetcher
from switchgear.providers.guard import Resolve

_LARGEST: Final = 1 << 20
_SECONDS: Final = 30.0
_SHA256: Final = re.compile(r"[a-f0-9]{64}")
_TRANSPORTS: Final[dict[str, Transport]] = {"streamable-http": "http", "sse": "sse"}
_TEMPLATE: Final = re.compile(r"\{([^{}]+)\}")
_FIELD: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}")
_OFFICIAL: Final = "io.modelcontextprotocol.registry/official"
_PREFERRED: Final = ("mcpb", "pypi", "npm")


class RemoteServer(Frozen, frozen=True):
    """A server elsewhere. ``name`` is for the plugin, empty where nobody said one. ``transport`` is None where that is to be found out.

    ``headers``: HTTP fields that it wants, each with the setting that has its value; ``settings`` describe those as a manifest does.
    """

    url: str
    name: str
    title: str = ""
    description: str = ""
    version: str = ""
    transport: Transport | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Download(Frozen, frozen=True):
    """A bundle at a URL, and the sha256 (hex) that it has to have; empty where none is known."""

    url: str
    sha256: str = ""


class Package(Frozen, frozen=True):
    """A package of an index, and how its server is started; ``sha256`` (hex) of its file, empty where the entry says none."""

    source: Source
    wishes: Wishes
    sha256: str = ""


class Published(Frozen, frozen=True):
    """An entry, and what of it was ``chosen``; ``notes`` say in words what was not, and what else there is to know."""

    name: str
    version: str
    chosen: RemoteServer | Download | Package
    notes: tuple[str, ...] = ()


class _Typed(Frozen, frozen=True):
    type: str = ""
    url: str = ""
    headers: tuple[KeyValue, ...] = ()
    variables: dict[str, Variable] = field(default_factory=dict)


class _Package(Frozen, frozen=True, rename="camel"):
    registry_type: str
    identifier: str
    transport: _Typed
    version: str = ""
    file_sha256: str = ""
    runtime_arguments: tuple[Argument, ...] = ()
    package_arguments: tuple[Argument, ...] = ()
    environment_variables: tuple[KeyValue, ...] = ()


class _Server(Frozen, frozen=True):
    name: str
    description: str = ""
    version: str = ""
    title: str = ""
    packages: tuple[_Package, ...] = ()
    remotes: tuple[_Typed, ...] = ()


class Registry:
    """A registry at ``base``. ``guard`` judges the addresses that are dialled."""

    def __init__(self, base: str, guard: Resolve) -> None:
        self._base = base.rstrip("/")
        self._fetcher = Fetcher(guard, _LARGEST, _SECONDS)

    async def find(self, source: Source) -> Published:
        """The entry that a source of the kind ``registry`` names. Raises PluginNotInstalled, InvalidSource."""
        name, version = quote(source.name, safe=""), quote(source.version or "latest", safe="")
        try:
            found = await self._fetcher.fetch(f"{self._base}/v0.1/servers/{name}/versions/{version}", "source")
        except UnfetchableURL as error:
            said = error.message.partition(" was not fetched: ")[2] or error.message
            raise PluginNotInstalled(
                f"The registry does not give {source}: {said}", hint="Check its name, or name the package itself."
            ) from error
        return read_server(found.data)


def read_server(data: bytes) -> Published:
    """What can be installed of a ``server.json``, or of a registry's answer around one. Raises InvalidSource.

    Packages that run here, in the sandbox, come before servers elsewhere.
    """
    document, status = _document(data)
    try:
        server = msgspec.convert(document, _Server)
    except msgspec.ValidationError as error:
        place, what = declaration.worded(error)
        raise InvalidSource(f"server.json: {place} {what.rstrip('.')}.") from error
    if status == "deleted":
        raise InvalidSource(f"{quoted(server.name[:200])} was deleted from the registry.")
    notes = [f"{server.name} is deprecated, says its publisher."] if status == "deprecated" else []
    refused: list[str] = []
    for package in sorted(server.packages, key=_rank):
        chosen = _chosen(server, package, refused)
        if chosen is not None:
            notes += _left_aside(package)
            return Published(server.name, server.version, chosen, tuple(_shown(each) for each in notes))
    for remote in sorted(server.remotes, key=lambda each: each.type != "streamable-http"):
        if remote.type in _TRANSPORTS:
            return Published(server.name, server.version, _remote(server, remote), (*map(_shown, notes + refused),))
    told = " ".join(map(_shown, refused)) or "It names no package and no server elsewhere."
    raise InvalidSource(f"Nothing of {quoted(server.name[:200])} can be installed here. {told}")


def _document(data: bytes) -> tuple[dict[str, Any], str]:
    """The entry, and its status in the registry that gave it."""
    if len(data) > _LARGEST:
        raise InvalidSource(f"server.json has more than {_LARGEST:,} bytes.")
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InvalidSource("server.json is not JSON.") from error
    if not isinstance(document, dict):
        raise InvalidSource("server.json is no JSON object.")
    status = ""
    if isinstance(document.get("server"), dict):
        meta = document.get("_meta")
        official = meta.get(_OFFICIAL) if isinstance(meta, dict) else None
        status = str(official.get("status", "")) if isinstance(official, dict) else ""
        document = document["server"]
    return document, status


def _rank(package: _Package) -> int:
    return _PREFERRED.index(package.registry_type) if package.registry_type in _PREFERRED else len(_PREFERRED)


def _chosen(server: _Server, package: _Package, refused: list[str]) -> Download | Package | None:
    """What a package is here; None, and words in ``refused``, where it is nothing."""
    kind = package.registry_type
    if package.transport.type not in {"", "stdio"}:
        refused.append(
            f"Its {kind} package is spoken to over {package.transport.type}; packages are spoken to over stdio."
        )
        return None
    if kind == "mcpb":
        if not _SHA256.fullmatch(package.file_sha256):
            refused.append("Its bundle is named without a sha256.")
            return None
        source = parse_source(package.identifier)
        if not source.name.startswith("https://"):
            refused.append("Its bundle is not at an https:// URL.")
            return None
        return Download(source.name, package.file_sha256)
    if kind not in {"pypi", "npm"}:
        what = "images of containers" if kind in {"oci", "docker"} else f"packages of {kind}"
        refused.append(f"It is there as {package.identifier}, and {what} are not installed.")
        return None
    version = ("==" if kind == "pypi" else "@") + package.version if package.version else ""
    wishes = wishes_of(package.package_arguments, package.environment_variables)
    name = plugin_name(server.name.rpartition("/")[2])
    wishes = msgspec.structs.replace(wishes, name=name, title=server.title, description=server.description)
    return Package(parse_source(f"{kind}:{package.identifier}{version}"), wishes, package.file_sha256)


def _left_aside(package: _Package) -> Iterator[str]:
    if package.runtime_arguments:
        yield "What it wants to tell npx, uvx or docker is left aside: they are not used here."
    if package.file_sha256 and package.registry_type == "npm":
        yield "The sha256 that it names is not looked at: npm has hashes of its own, which are."


def _remote(server: _Server, remote: _Typed) -> RemoteServer:
    url = _filled(remote)
    source = parse_source(url)
    settings: dict[str, Mapping[str, Any]] = {}
    headers = {}
    for each in remote.headers:
        if not _FIELD.fullmatch(each.name):
            raise InvalidSource(f"server.json: {quoted(each.name[:100])} is no name of an HTTP field.")
        setting = plugin_name(each.name) or "header"
        form = f" It has the form {quoted(each.value[:200])}." if each.value else ""
        settings[setting] = {
            "type": "string",
            "title": each.name,
            "description": (each.description or "A field of each request.")[:1000] + form,
            "sensitive": True,
            "required": each.is_required,
        }
        headers[each.name] = setting
    return RemoteServer(
        source.name,
        plugin_name(server.name.rpartition("/")[2]),
        server.title,
        server.description,
        server.version,
        _TRANSPORTS[remote.type],
        headers,
        settings,
    )


def _filled(remote: _Typed) -> str:
    """The URL, with the defaults of what stands in braces."""

    def value(found: re.Match[str]) -> str:
        variable = remote.variables.get(found[1], Variable())
        if not (told := variable.value or variable.default):
            raise InvalidSource(
                f"Its URL {quoted(remote.url[:200])} needs a value for {quoted(found[1][:100])}.",
                hint="Install the URL itself, with that filled in.",
            )
        return told

    return _TEMPLATE.sub(value, remote.url)


def _shown(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)[:500]
