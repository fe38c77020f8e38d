"""A folder with a manifest in it, and how its server is started from there."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from switchgear.core.errors import InvalidManifest, InvalidSettings, UsageError
from switchgear.core.structs import Frozen
from switchgear.plugins.manifest import FILE, LARGEST, Manifest, McpConfig, Setting, read_manifest
from switchgear.plugins.permissions import NOTHING, Permissions, PluginLimits
from switchgear.plugins.sandbox.launch import Launch
from switchgear.plugins.sandbox.runtimes import runtime_of
from switchgear.plugins.settings import Value, check_settings, fill_command, fill_permissions

OWN: Final = ".switchgear"
"""The folder in a project that is the tools' own: data of runs, answers to settings. It is never packed."""
_PYTHONS: Final = frozenset({"python", "python3", "python.exe"})
_PLATFORM: Final = "linux"
_PLACEHOLDERS: Final[dict[str, Any]] = {"string": "placeholder", "number": 1, "boolean": False}
NO_SETTINGS: Final[Mapping[str, object]] = {}


class Project(Frozen, frozen=True):
    """A plugin that is being written. ``folder`` is absolute."""

    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """The plugin's name here."""
        return self.manifest.plugin

    @property
    def data(self) -> Path:
        """Where its server keeps things while it is tried."""
        return self.folder / OWN / "data"


class Manner(Frozen, frozen=True):
    """How a project is run. ``settings``: what was filled in. ``prefix``: arguments for the interpreter, before the script.

    ``permissions`` of None are those that the manifest asks for; ``limits`` of None those that it names; ``data`` of None is the project's own.
    """

    sandboxed: bool = True
    settings: Mapping[str, object] = NO_SETTINGS
    permissions: Permissions | None = None
    limits: PluginLimits | None = None
    prefix: tuple[str, ...] = ()
    data: Path | None = None


def read_project(folder: Path) -> Project:
    """The project in ``folder``. Raises InvalidManifest, UsageError."""
    path = folder / FILE
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InvalidManifest(
            f"There is no {FILE} in {folder}.", hint="Name the plugin's folder, or make one with: switchgear plugin new"
        ) from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.", hint="") from error
    return Project(folder.resolve(), read_manifest(content))


def interpreter(project: Project) -> Path:
    """The Python that the project's server runs with: that of its ``.venv``, else the one that runs this."""
    own = project.folder / ".venv" / "bin" / "python"
    return own if own.exists() else Path(sys.executable)


def values_of(project: Project, given: Mapping[str, object], environ: Mapping[str, str]) -> dict[str, Value]:
    """The project's settings: ``given``, where ``env:NAME`` is taken from the environment; what is required and was not given is an error.

    Raises InvalidSettings.
    """
    found: dict[str, object] = {}
    for name, value in given.items():
        text = value
        if isinstance(value, str) and value.startswith("env:"):
            variable = value.removeprefix("env:")
            if variable not in environ:
                raise InvalidSettings(
                    f'"{name}" is to be the environment variable {variable}, which is not set.', param=name
                )
            text = environ[variable]
        found[name] = _typed(project.manifest.user_config.get(name), text)
    return check_settings(project.manifest, found)


def placeholders(project: Project) -> dict[str, object]:
    """Something for every setting that has to be filled in, so that the server starts in a test."""
    found: dict[str, object] = {}
    for name, setting in project.manifest.user_config.items():
        if setting.required and setting.default is None:
            value = _PLACEHOLDERS.get(setting.type, str(project.data))
            if setting.type == "number" and setting.min is not None:
                value = setting.min
            found[name] = [value] if setting.multiple else value
    return found


def _typed(setting: Setting | None, value: object) -> object:
    """A value that was written as text, in the type of its setting."""
    if setting is None or not isinstance(value, str):
        return value
    if setting.multiple:
        return [part for part in value.split(",") if part]
    if setting.type == "boolean":
        return {"true": True, "false": False}.get(value.lower(), value)
    if setting.type == "number":
        try:
            return float(value)
        except ValueError:
            return value
    return value


def launch_of(project: Project, manner: Manner, environ: Mapping[str, str]) -> Launch:
    """How the server is started in ``manner``. Makes the data folder.

    For one that runs without a sandbox, ``argv`` and ``env`` hold the paths and the variables of this machine.
    Raises InvalidSettings, UsageError.
    """
    manifest = project.manifest
    values = values_of(project, manner.settings, environ)
    kept = manner.data or project.data
    kept.mkdir(parents=True, exist_ok=True)
    code = "/plugin" if manner.sandboxed else str(project.folder)
    data = "/data" if manner.sandboxed else str(kept)
    home = data if manner.sandboxed else environ.get("HOME", data)
    places = {"__dirname": code, "HOME": home, "DESKTOP": home, "DOCUMENTS": home, "DOWNLOADS": home, "/": "/"}
    config = fill_command(manifest.config.on(_PLATFORM), values, places)
    program, arguments, runtimes = _program(project, config, code, environ)
    asked = manifest.permissions if manner.permissions is None else manner.permissions
    permissions = fill_permissions(asked, values) if asked != NOTHING else NOTHING
    passed = {name: environ[name] for name in permissions.environment if name in environ}
    env = {**passed, **config.env, "PLUGIN_DATA": data, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
    if not manner.sandboxed:
        env = {name: environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in environ} | env
    return Launch(
        name=project.name,
        argv=(program, *manner.prefix, *arguments),
        code=project.folder,
        data=kept,
        env=env,
        runtimes=runtimes,
        permissions=permissions,
        limits=manner.limits or manifest.limits,
    )


def _program(
    project: Project, config: McpConfig, code: str, environ: Mapping[str, str]
) -> tuple[str, tuple[str, ...], tuple[Path, ...]]:
    """The program, its arguments, and the files it needs."""
    check_environment(project)
    command, arguments = config.command, config.args
    if command == "uv":  # which would install, and cannot in a sandbox
        command, arguments = "python", (f"{code}/{project.manifest.server.entry_point.removeprefix('./')}",)
    if command in _PYTHONS:
        python = interpreter(project)
        return str(python), arguments, runtime_of(python)
    if command.startswith((code + "/", "./")) or "/" in command:
        inside = command.removeprefix("./")
        if not inside.startswith("/"):
            inside = f"{code}/{inside}"
        outer = Path(inside)
        return inside, arguments, () if inside.startswith(code + "/") else runtime_of(outer)
    found = shutil.which(command, path=environ.get("PATH", os.defpath))
    if found is None:
        raise UsageError(
            f"{FILE} starts the server with {command}, which is not on this machine.", hint=f"Install {command}."
        )
    return found, arguments, runtime_of(Path(found))


def check_environment(project: Project) -> None:
    """Raise UsageError when what the server needs is not installed beside it, or it is not built."""
    folder, kind = project.folder, project.manifest.server.type
    entry = folder / project.manifest.server.entry_point.removeprefix("./")
    if kind in {"python", "uv"} and (folder / "requirements.txt").is_file() and not (folder / ".venv").exists():
        raise UsageError(
            f"What {project.name} needs is not installed: there is no {folder / '.venv'}.",
            hint=f"Make it with: cd {folder} && python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
        )
    if kind == "node" and (folder / "package-lock.json").is_file() and not (folder / "node_modules").exists():
        raise UsageError(f"What {project.name} needs is not installed.", hint=f"Do that with: cd {folder} && npm ci")
    if not entry.exists():
        built = (folder / "package.json").is_file()
        raise UsageError(
            f"The server of {project.name} is to be {entry}, which is not there.",
            hint=f"Build it: cd {folder} && npm run build" if built else f"Correct server.entry_point in {FILE}.",
        )


def lifted(project: Project) -> PluginLimits:
    """The project's limits without those of time, for somebody who stops at each line of it."""
    return replace(project.manifest.limits, seconds=24 * 3600.0, memory_mb=max(1024, project.manifest.limits.memory_mb))
