"""The command of a manifest, as it is inside the sandbox: programs of a person's machine become the runtimes that plugins are given.

A manifest is written for a machine with everything on it. Here there are Python, Node and what is in the bundle; ``uv run`` and ``npx`` are
understood where they start what is installed already, and nothing is fetched at a start.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final

import msgspec

from switchgear.config.problems import quoted
from switchgear.core.errors import PluginNotInstalled
from switchgear.core.structs import Frozen
from switchgear.plugins.building.interpreters import Kind
from switchgear.plugins.manifest import McpConfig

HERE: Final = "${__dirname}"
PLUGIN: Final = "/plugin"
DEPS: Final = "/deps"
DATA: Final = "/data"
PYTHON: Final = f"{DEPS}/bin/python"

_PYTHON: Final = re.compile(r"python(\d(\.\d+)?)?(\.exe)?|pythonw?\.exe", re.IGNORECASE)
_NODE: Final = re.compile(r"node(js)?(\.exe)?", re.IGNORECASE)
_UV_VALUES: Final = frozenset(
    {
        *("--directory", "--project", "--with", "--with-requirements", "--with-editable", "--python", "-p"),
        *(
            "--extra",
            "--group",
            "--only-group",
            "--no-group",
            "--env-file",
            "--index",
            "--default-index",
            "--index-url",
        ),
        *("--extra-index-url", "--cache-dir", "--config-file", "--package", "--refresh-package", "--isolated-package"),
    }
)
"""Options of ``uv run`` that a value follows."""


class Place(Frozen, frozen=True):
    """Where things are while a command is worked out: the bundle's and the dependencies' folder, and Node's program if it has one."""

    bundle: Path
    deps: Path
    node: str = ""


class Command(Frozen, frozen=True):
    """``argv`` with variables still in it, and the folder it starts in."""

    argv: tuple[str, ...]
    cwd: str = DATA


def runtime_of_command(config: McpConfig) -> Kind | None:
    """What a command needs: Python, Node, or neither. Raises PluginNotInstalled for what plugins are not given."""
    name = PurePosixPath(config.command.replace("\\", "/")).name
    if _inside(config.command):
        return None
    if _PYTHON.fullmatch(name) or name in {"uv", "uvx"}:
        return "python"
    if _NODE.fullmatch(name) or name == "npx":
        return "node"
    if not config.command.startswith("/"):
        return None  # perhaps a file of the bundle; ``command_of`` looks
    raise _unknown(config.command)


def command_of(config: McpConfig, place: Place) -> Command:
    """The command as it is inside. Raises PluginNotInstalled for one that cannot be."""
    kind = runtime_of_command(config)
    name = PurePosixPath(config.command).name
    if name == "uv" and not _inside(config.command):
        return _uv(config.args, place)
    if name in {"npx", "uvx"} and not _inside(config.command):
        return _installed(name, config.args, place)
    if kind == "python":
        return Command((PYTHON, *config.args))
    if kind == "node":
        return Command((place.node, *(_module(each, place) for each in config.args)))
    return Command((_file(config.command, place), *config.args))


def _inside(command: str) -> bool:
    return command.startswith((f"{HERE}/", f"{HERE}\\", "./"))


def _file(command: str, place: Place) -> str:
    """A program in the bundle, made executable if it is not: archives of some systems cannot say it."""
    path = command.replace("\\", "/").removeprefix(f"{HERE}/").removeprefix("./")
    program = place.bundle / path
    if ".." in PurePosixPath(path).parts or not program.is_file():
        raise _unknown(command)
    if not program.stat().st_mode & 0o111:
        program.chmod(0o755)
    return f"{PLUGIN}/{path}"


def _unknown(command: str) -> PluginNotInstalled:
    return PluginNotInstalled(
        f"Its command {quoted(command)} is not one that plugins are given: python, node, uv run, npx, or a file in the bundle.",
        param="$.server.mcp_config.command",
    )


def _module(argument: str, place: Place) -> str:
    """What is among packages that were installed beside the bundle is there and not in it."""
    rest = argument.removeprefix(f"{HERE}/node_modules/")
    if rest != argument and not (place.bundle / "node_modules").is_dir():
        return f"{DEPS}/node_modules/{rest}"
    return argument


# ------------------------------------------------------------ uv


def _uv(arguments: Sequence[str], place: Place) -> Command:
    """``uv run [options] script.py | -m module | command`` (https://docs.astral.sh/uv/reference/cli/#uv-run)."""
    left = [*arguments]
    cwd = DATA
    verb = ""
    module = False
    while left and (left[0].startswith("-") or not verb):
        each = left.pop(0)
        if each == "--":
            break
        if each in {"-m", "--module"}:
            module = True
            break
        if not each.startswith("-"):
            verb = each
            continue
        option, equals, value = each.partition("=")
        if option in _UV_VALUES and not equals:
            value = left.pop(0) if left else ""
        if option == "--directory":
            cwd = _folder(value)
    if verb != "run" or not left:
        raise PluginNotInstalled(
            f"Its command {quoted(' '.join(('uv', *arguments)))} is not understood; write uv run and what it runs.",
            param="$.server.mcp_config.args",
        )
    if module:
        return Command((PYTHON, "-m", *left), cwd)
    return Command((*_uv_target(left[0], place), *left[1:]), cwd)


def _uv_target(target: str, place: Place) -> tuple[str, ...]:
    if _PYTHON.fullmatch(target):
        return (PYTHON,)
    if target.endswith((".py", ".pyw")) or target.startswith(HERE):
        return PYTHON, target
    return PYTHON, _script(target, place)


def _script(name: str, place: Place) -> str:
    """A command that a Python package brought."""
    if "/" in name or not (place.deps / "bin" / name).is_file():
        raise PluginNotInstalled(
            f"Its command {quoted(name)} came with none of the packages that were installed for it.",
            param="$.server.mcp_config.args",
        )
    return f"{DEPS}/bin/{name}"


def _folder(value: str) -> str:
    """A folder of the bundle as one inside."""
    if value == HERE or value.startswith(f"{HERE}/"):
        return PLUGIN + value.removeprefix(HERE)
    return f"{PLUGIN}/{value}".rstrip("/.") if not value.startswith("/") else value


# ------------------------------------------------------------ npx and uvx, of what is there


def _installed(name: str, arguments: Sequence[str], place: Place) -> Command:
    left = [*arguments]
    while left and left[0] in {"-y", "--yes", "--no-install", "--offline", "--"}:
        left.pop(0)
    if not left or left[0].startswith("-"):
        raise PluginNotInstalled(
            f"Its command {quoted(' '.join((name, *arguments)))} is not understood.", param="$.server.mcp_config.args"
        )
    package, rest = left[0], left[1:]
    if name == "uvx":
        return Command((PYTHON, _script(re.split(r"[@=<>\[]", package)[0], place), *rest))
    plain = package if package.rfind("@") <= 0 else package[: package.rfind("@")]
    return Command((place.node, _program_of(plain, place), *rest))


def _program_of(package: str, place: Place) -> str:
    """The file that a Node package that is there is started with (https://docs.npmjs.com/cli/configuring-npm/package-json#bin)."""
    for folder, inside in ((place.bundle, HERE), (place.deps, DEPS)):
        described = folder / "node_modules" / package / "package.json"
        if ".." not in PurePosixPath(package).parts and described.is_file() and described.stat().st_size < 1 << 20:
            if (program := bin_of(described.read_bytes())) is not None:
                return f"{inside}/node_modules/{package}/{program}"
            break
    raise PluginNotInstalled(
        f"Its command starts {quoted(package)}, which is not installed with it; nothing is fetched at a start.",
        hint="Install that package itself: switchgear plugin install npm:NAME",
        param="$.server.mcp_config.args",
    )


def bin_of(package_json: bytes) -> str | None:
    """The program of a package: its only one, or that of its own name. None where it has none or makes no sense."""
    try:
        described = msgspec.json.decode(package_json)
    except msgspec.DecodeError:
        return None
    return program_in(described) if isinstance(described, dict) else None


def program_in(described: dict[str, Any]) -> str | None:
    """As ``bin_of``, of what package.json or a lock file says of a package."""
    programs = described.get("bin")
    if isinstance(programs, dict):
        own = str(described.get("name", "")).rpartition("/")[2]
        programs = next(iter(programs.values())) if len(programs) == 1 else programs.get(own)
    if not isinstance(programs, str) or programs.startswith("/") or ".." in PurePosixPath(programs).parts:
        return None
    return programs.removeprefix("./")
