"""The manifest of a bundle: MCPB's ``manifest.json``, of any version so far, with what it declares to this gateway.

https://github.com/anthropics/mcpb/blob/main/MANIFEST.md and the schemas beside it, 0.1 to 0.4. What MCPB does not know is kept and not
looked at; what is ours is held to its form (``declaration``).
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, Literal, NoReturn

import msgspec
from msgspec import field

from switchgear.config.problems import quoted
from switchgear.core.errors import InvalidManifest
from switchgear.core.nesting import nests_deeper
from switchgear.core.structs import Frozen
from switchgear.plugins import declaration, names, versions
from switchgear.plugins.permissions import Permissions, PluginLimits

FILE: Final = "manifest.json"
LARGEST: Final = 1 << 20
_DEEPEST: Final = 64
_LONGEST_NAME: Final = 64
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SETTING: Final = re.compile(declaration.SETTING[1:-1])
_NOT_PLAIN: Final = re.compile(r"[^a-z0-9]+")

Platform = Literal["darwin", "win32", "linux"]
ServerType = Literal["python", "node", "binary", "uv"]
SettingType = Literal["string", "number", "boolean", "directory", "file"]


class Author(Frozen, frozen=True):
    """Who made it."""

    name: str
    email: str = ""
    url: str = ""


class Override(Frozen, frozen=True):
    """What is otherwise on one platform."""

    command: str | None = None
    args: tuple[str, ...] | None = None
    env: dict[str, str] | None = None


class McpConfig(Frozen, frozen=True):
    """How the server is started, with variables such as ``${__dirname}`` and ``${user_config.NAME}`` still in it."""

    command: str
    args: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    platform_overrides: dict[str, Override] = field(default_factory=dict)

    def on(self, platform: str) -> McpConfig:
        """As it is on ``platform`` (``linux``)."""
        other = self.platform_overrides.get(platform, Override())
        return McpConfig(
            other.command or self.command,
            self.args if other.args is None else other.args,
            self.env if other.env is None else other.env,
        )


class Server(Frozen, frozen=True):
    """The server in the bundle. ``entry_point`` is a path in it."""

    type: ServerType
    entry_point: str
    mcp_config: McpConfig | None = None


class Tool(Frozen, frozen=True):
    """A tool that the manifest announces."""

    name: str
    description: str = ""


class Prompt(Frozen, frozen=True):
    """A prompt that the manifest announces."""

    name: str
    description: str = ""
    arguments: tuple[str, ...] = ()
    text: str = ""


class Setting(Frozen, frozen=True):
    """A setting that a person fills in."""

    type: SettingType
    title: str
    description: str
    required: bool = False
    default: str | float | bool | tuple[str, ...] | None = None
    multiple: bool = False
    sensitive: bool = False
    min: float | None = None
    max: float | None = None


class Runtimes(Frozen, frozen=True):
    """Ranges of versions of what runs the server; empty where it does not matter."""

    python: str = ""
    node: str = ""


class Compatibility(Frozen, frozen=True):
    """Where it runs; everywhere, unless platforms are named."""

    platforms: tuple[Platform, ...] | None = None
    runtimes: Runtimes = Runtimes()


class _Mcpb(Frozen, frozen=True):
    name: str
    version: str
    description: str
    author: Author
    server: Server
    manifest_version: str = ""
    dxt_version: str = ""
    display_name: str = ""
    long_description: str = ""
    homepage: str = ""
    documentation: str = ""
    support: str = ""
    icon: str = ""
    license: str = ""
    keywords: tuple[str, ...] = ()
    privacy_policies: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    tools_generated: bool = False
    prompts: tuple[Prompt, ...] = ()
    prompts_generated: bool = False
    compatibility: Compatibility = Compatibility()
    user_config: dict[str, Setting] = field(default_factory=dict)


class Manifest(_Mcpb, frozen=True, kw_only=True):
    """A manifest that was checked. ``document`` is all of it as it was written, fields that nobody knows too.

    ``plugin`` is the name it has here, in tools, paths and commands: its own in lower-case letters, digits and single hyphens.
    ``declared`` tells whether permissions and limits are said by it, or follow from what it needs filled in.
    """

    plugin: str
    parsed_version: versions.Version
    permissions: Permissions
    limits: PluginLimits
    dependencies: Mapping[str, versions.Range]
    declared: bool
    document: Mapping[str, Any]

    @property
    def config(self) -> McpConfig:
        """How the server is started; by uv where nothing else is said."""
        if self.server.mcp_config is not None:
            return self.server.mcp_config
        return McpConfig("uv", ("run", "--directory", "${__dirname}", self.server.entry_point))

    @property
    def told_secrets(self) -> tuple[str, ...]:
        """Sensitive settings that would stand among the arguments, where every process of the plugin sees them."""
        config = self.config.on("linux")
        texts = " ".join((config.command, *config.args))
        return tuple(
            name for name, each in self.user_config.items() if each.sensitive and f"${{user_config.{name}}}" in texts
        )


def read_manifest(data: bytes) -> Manifest:
    """The manifest in ``data``. Raises InvalidManifest, which names every place that is wrong, and nothing else."""
    document = _document(data)
    try:
        mcpb = msgspec.convert(document, _Mcpb)
    except msgspec.ValidationError as error:
        raise _invalid([declaration.worded(error)]) from error
    mistakes = list(_mistakes(mcpb))
    settings = {name: (each.type, each.sensitive) for name, each in mcpb.user_config.items()}
    meta = document.get("_meta", {})
    if not isinstance(meta, dict):
        mistakes.append(("$._meta", "is no object"))
        meta = {}
    ours = declaration.implied(settings)
    if declaration.NAMESPACE in meta and not mistakes:
        found = declaration.read(meta[declaration.NAMESPACE], settings)
        if isinstance(found, list):
            mistakes += found
        else:
            ours = found
    if mistakes:
        raise _invalid(mistakes)
    return Manifest(
        **msgspec.structs.asdict(mcpb),
        plugin=plugin_name(mcpb.name),
        parsed_version=versions.parse(mcpb.version),
        permissions=ours.permissions,
        limits=ours.limits,
        dependencies=ours.dependencies,
        declared=declaration.NAMESPACE in meta,
        document=document,
    )


def plugin_name(name: str) -> str:
    """What a plugin called ``name`` is called here; empty where nothing of the name can be kept."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NOT_PLAIN.sub("-", plain).strip("-")


def _document(data: bytes) -> dict[str, Any]:
    """The JSON object in ``data``, if every reader reads the same in it."""
    if len(data) > LARGEST:
        raise InvalidManifest(f"{FILE} has {len(data):,} bytes, at most {LARGEST:,} are read.")
    try:
        document = json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_no_number, parse_float=_finite
        )
        json.dumps(document, ensure_ascii=False).encode("utf-8")  # half a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, json.JSONDecodeError | _Ambiguous) else "it is no text in UTF-8"
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else reason
        raise InvalidManifest(f"{FILE} is not JSON: {quoted(reason)[1:-1]}.", param="$") from error
    if not isinstance(document, dict):
        raise InvalidManifest(f"{FILE} is no JSON object.", param="$")
    if nests_deeper(document, _DEEPEST):
        raise InvalidManifest(f"{FILE} is nested too deeply.", param="$")
    return document


class _Ambiguous(ValueError):
    """JSON that readers read differently (RFC 8259, sections 4 and 6)."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        (twice, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise _Ambiguous(f"{quoted(twice)} stands twice in one object")
    return found


def _no_number(text: str) -> NoReturn:
    raise _Ambiguous(f"{text} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _no_number(text[:40])
    return number


def _invalid(mistakes: list[tuple[str, str]]) -> InvalidManifest:
    shown = mistakes[:20]
    told = declaration.sentence(shown)
    more = f"\nand {len(mistakes) - len(shown)} more." if len(mistakes) > len(shown) else ""
    return InvalidManifest(f"{FILE}: {told}{more}", param=mistakes[0][0])


def _mistakes(found: _Mcpb) -> declaration.Mistakes:
    form = found.manifest_version or found.dxt_version
    if not form:
        yield "$.manifest_version", "is missing"
    elif not re.fullmatch(r"0\.\d{1,3}(\.\d{1,3})?", form):
        yield "$.manifest_version", f"{quoted(form)} is not known; known are 0.1 to 0.4"
    plugin = plugin_name(found.name)
    if not plugin or len(plugin) > _LONGEST_NAME or len(found.name) > 2 * _LONGEST_NAME or not found.name.isprintable():
        yield "$.name", f"{quoted(found.name)} makes no name of 1 to {_LONGEST_NAME} letters, digits and hyphens"
    try:
        versions.parse(found.version)
    except ValueError as error:
        yield "$.version", f"{quoted(found.version)} {error}"
    if fault := names.fault(found.server.entry_point.removeprefix("./")):
        yield "$.server.entry_point", f"{quoted(found.server.entry_point)} {fault}"
    yield from _config_mistakes(found.server)
    for name in found.user_config:
        if not _SETTING.fullmatch(name):
            yield f"$.user_config[{quoted(name)}]", "is no name of a setting: letters, digits, _, - and . only"


def _config_mistakes(server: Server) -> declaration.Mistakes:
    config = server.mcp_config
    place = "$.server.mcp_config"
    if config is None:
        if server.type != "uv":
            yield place, "is missing"
        return
    yield from _command_mistakes(place, config.command, config.args, config.env)
    for name, other in config.platform_overrides.items():
        there = f"{place}.platform_overrides[{quoted(name)}]"
        yield from _command_mistakes(there, other.command, other.args or (), other.env or {})


def _command_mistakes(
    place: str, command: str | None, arguments: tuple[str, ...], environment: Mapping[str, str]
) -> declaration.Mistakes:
    if command is not None and not command.strip():
        yield f"{place}.command", "is empty"
    if any("\0" in text for text in (command or "", *arguments, *environment.values())):
        yield place, "has a null character"
    for name in environment:
        if not _VARIABLE.fullmatch(name):
            yield f"{place}.env[{quoted(name)}]", "is no name of an environment variable"
