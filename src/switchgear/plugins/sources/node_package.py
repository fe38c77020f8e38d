"""``npm:NAME``: a Node package as a bundle, its version and those of all it needs locked by the hashes of their files."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, Final

from switchgear.core.errors import InvalidSource, PluginNotInstalled
from switchgear.plugins.building.commands import program_in
from switchgear.plugins.building.indexes import Indexes
from switchgear.plugins.building.installing import Site
from switchgear.plugins.building.interpreters import fits
from switchgear.plugins.building.node_packages import QUIET, Npm
from switchgear.plugins.sources.grammar import Source
from switchgear.plugins.sources.making import Described, Wishes, manifest_of, write_bundle

LOCK: Final = "package-lock.json"
_LARGEST: Final = 32 << 20


async def node_bundle(source: Source, site: Site, indexes: Indexes, wishes: Wishes, into: Path) -> None:
    """Make a bundle of a package in the new folder ``into``, with a lock of all it needs. Raises as ``python_bundle``."""
    interpreter = await indexes.interpreters.find("node")
    npm = Npm(site, indexes, interpreter)
    wanted = f"{source.name}@{source.version or 'latest'}"
    loop = asyncio.get_running_loop()
    own = {"name": "plugin", "version": "1.0.0", "private": True}
    await loop.run_in_executor(None, (site.deps / "package.json").write_text, json.dumps(own))
    await npm.run("install", wanted, "--package-lock-only", "--save-exact", *QUIET)
    lock, entry = await loop.run_in_executor(None, _locked, site.deps, source.name)
    said = _json(await npm.run("view", f"{source.name}@{entry['version']}", "--json", "--prefer-offline"))
    program = program_in({"name": source.name, **entry})
    if program is None:
        raise InvalidSource(f"{source.name} has no command to start: it is a library, and no server.")
    described = _described(source.name, entry, said if isinstance(said, dict) else {})
    start = f"node_modules/{source.name}/{program}"
    server = {
        "type": "node",
        "entry_point": start,
        "mcp_config": {"command": "node", "args": ["${__dirname}/" + start]},
    }
    package = own | {"dependencies": {source.name: entry["version"]}}
    files = {LOCK: lock, "package.json": json.dumps(package, indent=2) + "\n"}
    await loop.run_in_executor(None, write_bundle, into, files, manifest_of(described, server, wishes))


def _locked(folder: Path, package: str) -> tuple[str, dict[str, Any]]:
    """The lock that npm wrote, and what it says of the package. Raises PluginNotInstalled for one with what no hash holds."""
    file = folder / LOCK
    if file.is_symlink() or not file.is_file() or file.stat().st_size > _LARGEST:
        raise PluginNotInstalled("npm wrote no lock file.")
    text = file.read_text("utf-8", "replace")
    document = _json(text.encode())
    packages = document.get("packages") if isinstance(document, dict) else None
    entry = packages.get(f"node_modules/{package}") if isinstance(packages, dict) else None
    if not isinstance(packages, dict) or not isinstance(entry, dict) or not isinstance(entry.get("version"), str):
        raise PluginNotInstalled(f"npm's lock file does not have {package}.")
    loose = [
        name
        for name, each in packages.items()
        if name and isinstance(each, dict) and not each.get("integrity") and not each.get("inBundle")
    ]
    if loose:
        shown = ", ".join(name.rpartition("node_modules/")[2] for name in loose[:5])
        raise PluginNotInstalled(f"{package} needs packages that are not of the registry, and have no hash: {shown}.")
    return text, entry


def _described(package: str, entry: dict[str, Any], said: dict[str, Any]) -> Described:
    engines = entry.get("engines")
    node = engines.get("node") if isinstance(engines, dict) else None
    author = said.get("author")
    return Described(
        package,
        entry["version"],
        _string(said.get("description")),
        _string(author.get("name") if isinstance(author, dict) else author),
        _string(said.get("homepage")),
        _string(entry.get("license")),
        {"node": node} if isinstance(node, str) and _understood(node) else {},
    )


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _understood(wanted: str) -> bool:
    try:
        fits(wanted, "24.0.0")
    except PluginNotInstalled:
        return False
    return True


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise PluginNotInstalled("npm answered with something that is not JSON.", cause=str(error)) from error
