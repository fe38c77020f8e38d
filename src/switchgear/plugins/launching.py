"""From what is set up to what the sandbox is told: the command filled in, secrets in the environment alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from switchgear.config.problems import quoted
from switchgear.core.errors import PluginNotStarted
from switchgear.core.secrets import Secret
from switchgear.plugins.building.commands import DATA, PLUGIN
from switchgear.plugins.building.prepared import Prepared
from switchgear.plugins.installed import Installed
from switchgear.plugins.manifest import Manifest, McpConfig
from switchgear.plugins.permissions import Permissions
from switchgear.plugins.sandbox.launch import Launch
from switchgear.plugins.settings import Value, fill_command, fill_permissions
from switchgear.plugins.unlisted import VARIABLE, unlisted

_PLACES: Final = {
    "__dirname": PLUGIN,
    "HOME": DATA,
    "DESKTOP": f"{DATA}/Desktop",
    "DOCUMENTS": f"{DATA}/Documents",
    "DOWNLOADS": f"{DATA}/Downloads",
    "/": "/",
    "pathSeparator": "/",
}
"""MCPB's variables besides settings, as they are inside (MANIFEST.md, Variable Substitution)."""

_FLAG: Final = re.compile(r"--?[A-Za-z0-9][A-Za-z0-9_-]*=\$\{user_config\.(?P<name>[^{}$]+)\}")


def launch_of(
    installed: Installed, prepared: Prepared, secrets: Mapping[str, Secret], environ: Mapping[str, str]
) -> Launch:
    """What the sandbox starts for a bundle. ``secrets``: sensitive settings that have a value; ``environ``: the gateway's own variables.

    The process sees those secrets and variables alone that were granted. A secret is put into variables and nowhere else, for whoever may
    list processes sees arguments: where a manifest wants one there, its server is given them out of sight (``unlisted``), and PluginNotStarted
    is raised where that cannot be. Raises InvalidSettings too.
    """
    manifest = installed.manifest
    if manifest is None:
        raise _refused(installed, "is no bundle, and has no process")
    values: dict[str, Value] = {
        name: value
        for name, value in installed.setup.settings.items()
        if name in manifest.user_config and not manifest.user_config[name].sensitive
    }
    permissions = fill_permissions(installed.permissions, values)
    known = _granted(manifest, permissions, secrets)
    for each in prepared.runtimes:
        if not each.exists():
            raise _refused(
                installed, f"was installed for {prepared.runs_on}, of which {each} is gone", "Install the plugin again."
            )
    argv, unseen = _command(installed, prepared, values, known)
    env = {name: text for name in permissions.environment if (text := environ.get(name)) is not None}
    env |= _variables(prepared, {**values, **known}) | unseen
    deps = installed.folder / "deps"
    return Launch(
        name=installed.name,
        argv=argv,
        code=installed.folder / "bundle",
        data=installed.data,
        env=env,
        runtimes=prepared.runtimes,
        deps=deps if deps.is_dir() else None,
        permissions=replace(permissions, environment=(), secrets=()),
        limits=installed.limits,
        cwd=prepared.cwd,
    )


def _command(
    installed: Installed, prepared: Prepared, values: Mapping[str, Value], known: Mapping[str, str]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """The command, filled in, and the variables that have its arguments where they hold a secret. Raises PluginNotStarted."""
    texts = " ".join(prepared.argv)
    secret = [name for name in known if f"${{user_config.{name}}}" in texts]
    every = {**values, **known} if secret else values
    told = tuple(each for each in prepared.argv[1:] if not _left_out(each, every))
    filled = fill_command(McpConfig(prepared.argv[0], told), every, _PLACES)
    argv = (filled.command, *filled.args, *installed.setup.arguments)
    if not secret:
        return argv, {}
    out_of_sight = unlisted(argv, prepared.runs_on)
    if out_of_sight is None or any(known[name] in part for name in secret for part in out_of_sight.argv):
        raise _refused(
            installed,
            f"would put the secret {quoted(secret[0])} among its arguments, where every process of this machine sees it",
            "Ask its publisher to read it from a variable of its environment; without that secret it starts.",
        )
    return out_of_sight.argv, {VARIABLE: out_of_sight.told}


def _granted(manifest: Manifest, permissions: Permissions, secrets: Mapping[str, Secret]) -> dict[str, str]:
    """The secrets that may be used, in the open."""
    return {
        name: secret.reveal()
        for name, secret in secrets.items()
        if name in permissions.secrets and name in manifest.user_config
    }


def _left_out(argument: str, values: Mapping[str, Value]) -> bool:
    """Whether an argument is a flag whose setting nobody filled in."""
    found = _FLAG.fullmatch(argument)
    return found is not None and found["name"] not in values


def _variables(prepared: Prepared, values: Mapping[str, Value]) -> dict[str, str]:
    """The environment that the manifest asks for; what is nothing but a setting that nobody filled in is left out."""
    filled = fill_command(McpConfig("", env=dict(prepared.env)), values, _PLACES).env
    return {name: text for name, text in filled.items() if text or not prepared.env[name].startswith("${user_config.")}


def _refused(installed: Installed, what: str, hint: str | None = None) -> PluginNotStarted:
    return PluginNotStarted(f'Plugin "{installed.name}" {what}.', plugin=installed.name, hint=hint)
