"""Servers that other clients are configured with: Claude Desktop, Cursor and others (``mcpServers``), and VS Code (``servers``).

What they start with ``npx``, ``uvx`` or ``uv`` is the package's source here; what they start otherwise is told and left. No value of a
variable or a header is ever repeated in words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from msgspec import field

from switchgear.config.problems import quoted
from switchgear.core.errors import InvalidSource
from switchgear.core.secrets import Secret
from switchgear.core.structs import Frozen
from switchgear.plugins.installed import Transport
from switchgear.plugins.manifest import plugin_name
from switchgear.plugins.sources.grammar import Source, parse_source
from switchgear.plugins.sources.making import NO_WISHES, Wishes, with_variables

_LARGEST: Final = 1 << 20
_HINT: Final = "Name claude_desktop_config.json, mcp.json or settings.json of a client."
_MOST: Final = 500
_SECRET: Final = re.compile(
    r"TOKEN|KEY|SECRET|PASS|CREDENTIAL|AUTH|COOKIE|SESSION|PRIVATE|DSN|(?:^|_)(?:URL|URI)$|CONNECTION", re.IGNORECASE
)
_KEY: Final = re.compile(r"token|api-?key|secret|passw|credential|(?:^|[-_])auth(?:$|[-_])|bearer", re.IGNORECASE)
_PASSWORD: Final = re.compile(r"://[^/@\s]*:[^/@\s]+@")
_FIELD: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}")
_ASKED: Final = re.compile(r"\$\{(?:input|env):[^}]*\}")
"""VS Code's values that are filled in elsewhere."""
_NPX_ALONE: Final = frozenset({"-y", "--yes", "-q", "--quiet", "--prefer-online", "--prefer-offline"})
_UV_VALUES: Final = frozenset({"--with", "--python", "-p", "--index-url", "--index", "--extra-index-url"})
_COMMENT: Final = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING: Final = re.compile(r'"(?:\\.|[^"\\])*"|,(?=\s*[}\]])')


class ImportedServer(Frozen, frozen=True):
    """One server of a file, under the name it has there. ``refused`` says in words why it cannot be taken over; then nothing else holds.

    ``secrets`` and ``settings`` are values of the settings that ``wishes`` (of a package) or ``headers`` (of a remote server: the
    setting of each HTTP field) name; ``missing`` are settings whose values the file does not have. ``enabled`` is as it was there.
    """

    name: str
    source: Source | None = None
    arguments: tuple[str, ...] = ()
    wishes: Wishes = NO_WISHES
    headers: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    transport: Transport | None = None
    enabled: bool = True
    refused: str = ""


def import_servers(data: bytes) -> list[ImportedServer]:
    """The servers in a configuration file, comments and trailing commas allowed. Raises InvalidSource for a file that is none."""
    if len(data) > _LARGEST:
        raise InvalidSource(f"The file has more than {_LARGEST:,} bytes.", hint=_HINT)
    servers = _servers(_document(data))
    return [_imported(name, entry) for name, entry in list(servers.items())[:_MOST]]


def _document(data: bytes) -> Any:
    try:
        text = data.decode("utf-8-sig")
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return json.loads(_strict(text))
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise InvalidSource(f"The file is not JSON{where}.", hint=_HINT) from None


def _strict(text: str) -> str:
    """Without comments and trailing commas, which VS Code allows."""

    def kept(found: re.Match[str]) -> str:
        return found[0] if found[0].startswith('"') else " "

    return _TRAILING.sub(kept, _COMMENT.sub(kept, text))


def _servers(document: Any) -> dict[str, Any]:
    if isinstance(document, dict):
        for place in (document, document.get("mcp"), document.get("settings")):
            for key in ("mcpServers", "servers"):
                if isinstance(place, dict) and isinstance(place.get(key), dict):
                    return dict(place[key])
    raise InvalidSource("The file has no mcpServers and no servers.", hint=_HINT)


def _imported(name: str, entry: Any) -> ImportedServer:
    name = plugin_name(name)[:64].strip("-") or "server"
    if not isinstance(entry, dict):
        return ImportedServer(name, refused="It is no JSON object.")
    enabled = entry.get("disabled") is not True
    try:
        url = entry.get("url") or entry.get("serverUrl") or entry.get("httpUrl")
        found = _remote(name, url, entry) if isinstance(url, str) else _program(name, entry)
    except InvalidSource as error:
        return ImportedServer(name, refused=error.message, enabled=enabled)
    return found if enabled else _disabled(found)


def _disabled(found: ImportedServer) -> ImportedServer:
    return ImportedServer(**{each: getattr(found, each) for each in found.__struct_fields__} | {"enabled": False})


def _remote(name: str, url: str, entry: Mapping[str, Any]) -> ImportedServer:
    source = parse_source(url)
    if source.kind != "remote":
        raise InvalidSource("Its URL is that of no server.")
    headers: dict[str, str] = {}
    secrets: dict[str, Secret] = {}
    missing = []
    given = entry.get("headers")
    for key, value in given.items() if isinstance(given, dict) else ():
        if not _FIELD.fullmatch(key) or not isinstance(value, str):
            raise InvalidSource("One of its headers is none that can be sent.")
        setting = plugin_name(key) or "header"
        headers[key] = setting
        if _ASKED.search(value):
            missing.append(setting)
        else:
            secrets[setting] = Secret(value)
    transport: Transport | None = {"sse": "sse", "http": "http", "streamable-http": "http"}.get(str(entry.get("type")))  # type: ignore[assignment]  # values of a literal
    return ImportedServer(name, source, headers=headers, secrets=secrets, missing=tuple(missing), transport=transport)


def _program(name: str, entry: Mapping[str, Any]) -> ImportedServer:
    command, given = entry.get("command"), entry.get("args", [])
    if not isinstance(command, str) or not command.strip():
        raise InvalidSource("It has neither a command nor a URL.")
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise InvalidSource("Its args are no list of texts.")
    source, arguments = package_of(command, given)
    if any(_ASKED.search(each) for each in arguments):
        raise InvalidSource("One of its arguments is filled in by the client that the file is of.")
    if _tells_a_secret(arguments):
        raise InvalidSource(
            "One of its arguments is a key or a password, and every process of a machine sees arguments: install it by itself, "
            "and give that as a variable if it takes one."
        )
    settings: dict[str, str] = {}
    secrets: dict[str, Secret] = {}
    missing = []
    wished: dict[str, bool] = {}
    variables = entry.get("env")
    for key, value in variables.items() if isinstance(variables, dict) else ():
        secret = _SECRET.search(key) is not None
        wished[key] = secret
        if not isinstance(value, str | int | float) or _ASKED.search(str(value)):
            missing.append(key)
        elif secret:
            secrets[key] = Secret(str(value))
        else:
            settings[key] = str(value)
    wishes = with_variables(wished, name)
    return ImportedServer(name, source, arguments, wishes, settings=settings, secrets=secrets, missing=tuple(missing))


def _tells_a_secret(arguments: Sequence[str]) -> bool:
    """Whether an argument has a password in a URL, or is the value of a flag that is named for a secret."""
    flag = ""
    for each in arguments:
        name, equals, value = each.partition("=")
        if _PASSWORD.search(each) or (flag and _KEY.search(flag) and not each.startswith("-")):
            return True
        if equals and value and name.startswith("-") and _KEY.search(name):
            return True
        flag = each if each.startswith("-") and not equals else ""
    return False


def package_of(command: str, arguments: Sequence[str]) -> tuple[Source, tuple[str, ...]]:
    """The package that a command of ``npx``, ``uvx``, ``uv`` or ``pipx`` starts, and what it is told. Raises InvalidSource for another."""
    left = [*arguments]
    name = PurePosixPath(command.replace("\\", "/")).name.lower()
    for end in (".exe", ".cmd", ".bat"):
        name = name.removesuffix(end)
    if name == "cmd" and left[:1] in (["/c"], ["/C"]) and len(left) > 1:  # how Windows starts npx
        return package_of(left[1], left[2:])
    if name in {"npx", "bunx"} or (name in {"npm", "pnpm"} and left[:1] in (["exec"], ["x"], ["dlx"])):
        return _node(left if name in {"npx", "bunx"} else left[1:])
    if name == "uvx" or (name == "uv" and left[:2] == ["tool", "run"]):
        return _python(left if name == "uvx" else left[2:])
    if name == "pipx" and left[:1] == ["run"]:
        return _python(left[1:])
    raise InvalidSource(_foreign(name))


def _node(left: list[str]) -> tuple[Source, tuple[str, ...]]:
    package = ""
    while left and left[0].startswith("-"):
        option = left.pop(0)
        if option == "--":
            break
        if option in {"-p", "--package"} and left:
            package = left.pop(0)
        elif option.startswith("--package="):
            package = option.partition("=")[2]
        elif option not in _NPX_ALONE:
            raise InvalidSource(f"It is started by npx with {quoted(option[:40])}, which is not understood.")
    if not left:
        raise InvalidSource("It is started by npx, which is told no package.")
    started = left.pop(0)
    return parse_source(f"npm:{package or started}"), tuple(left)


def _python(left: list[str]) -> tuple[Source, tuple[str, ...]]:
    package = ""
    while left and left[0].startswith("-"):
        option, equals, value = left.pop(0).partition("=")
        if option in {"--from", "--spec"}:
            package = value if equals else (left.pop(0) if left else "")
        elif option in _UV_VALUES and not equals and left:
            left.pop(0)
    if not left:
        raise InvalidSource("It is started by uvx, which is told no package.")
    started = left.pop(0)
    package = package or started
    name, at, version = package.rpartition("@")
    if at and name:
        package = name if version == "latest" else f"{name}=={version}"
    return parse_source(f"pypi:{package}"), tuple(left)


def _foreign(name: str) -> str:
    if name in {"docker", "podman"}:
        return "It is started as a container, and containers are not started here: name its package, or a bundle of it."
    if name in {"python", "python3", "node", "uv", "bun", "deno"}:
        return f"It is started by {name} from files of its own: make a bundle of them, and install that."
    return f"It is started by {quoted(name[:40])}, which plugins are not given: make a bundle of it, and install that."


def summary(server: ImportedServer) -> str:
    """A server in one line, for a person, without a value of anything."""
    if server.refused:
        return f"{server.name}: left out. {server.refused}"
    parts = [str(server.source)]
    if server.arguments:
        parts.append(f"{len(server.arguments)} argument{'s' * (len(server.arguments) != 1)}")
    if server.secrets:
        parts.append(f"secrets {', '.join(sorted(server.secrets))}")
    if server.settings:
        parts.append(f"settings {', '.join(sorted(server.settings))}")
    if server.missing:
        parts.append(f"to be filled in {', '.join(server.missing)}")
    return f"{server.name}: {' · '.join(parts)}"
