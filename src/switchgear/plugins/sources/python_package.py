"""``pypi:NAME``: a Python package as a bundle, its version and those of all it needs locked by the hashes of their files."""

from __future__ import annotations

import asyncio
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path
from typing import Final

from switchgear.config.problems import quoted
from switchgear.core.errors import InvalidSource, PluginNotInstalled
from switchgear.core.structs import Frozen
from switchgear.plugins.building.commands import DATA
from switchgear.plugins.building.indexes import Indexes
from switchgear.plugins.building.installing import Site, run
from switchgear.plugins.building.interpreters import fits
from switchgear.plugins.building.python_packages import Pip, environment_for
from switchgear.plugins.sources.grammar import Source
from switchgear.plugins.sources.making import Described, Wishes, manifest_of, short_name, write_bundle

LOCK: Final = "requirements.lock"
_MAIN: Final = "server/main.py"
_SUFFIXES: Final = (".tar.gz", ".zip", ".tar.bz2", ".tgz")
_SCRIPT: Final = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)\s*=\s*(?P<module>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*:\s*(?P<object>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)"
    r"\s*(?:\[.*\])?",
    re.ASCII,
)
_LARGEST: Final = 1 << 20
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError)


class _Start(Frozen, frozen=True):
    """How a package is started: ``object`` of ``module`` called, or the module run where there is none; ``name`` is the command's."""

    name: str
    module: str
    object: str = ""

    def code(self) -> str:
        """The program that does it."""
        if not self.object:
            return (
                f'"""Runs the module {self.module}."""\n\nimport runpy\n\n'
                f'runpy.run_module("{self.module}", run_name="__main__", alter_sys=True)\n'
            )
        first = self.object.partition(".")[0]
        return (
            f'"""Starts the command {self.name}."""\n\nimport sys\n\nfrom {self.module} import {first}\n\n'
            f'sys.argv[0] = "{self.name}"\nsys.exit({self.object}())\n'
        )


async def python_bundle(source: Source, site: Site, indexes: Indexes, wishes: Wishes, into: Path) -> None:
    """Make a bundle of a package in the new folder ``into``. What it needs is fetched in the sandbox, to be hashed, and not kept.

    Raises PluginNotInstalled, InvalidSource, SandboxUnavailable.
    """
    interpreter = await indexes.interpreters.find("python")
    environment_for(interpreter, site.deps)
    pip = Pip(site, indexes, interpreter)
    wanted = source.name + (f"=={source.version}" if source.version else "")
    files = site.folder / "files"
    files.mkdir()
    package = normal(source.name.partition("[")[0])
    await pip.wheels_or_sources(("download", "--dest", f"{DATA}/files", wanted), (package,), lambda: _emptied(files))
    loop = asyncio.get_running_loop()
    own, lock = await loop.run_in_executor(None, _locked, files, package)
    if own.suffix != ".whl":
        own = await _built(pip, site, indexes, own)
    described, start = await loop.run_in_executor(None, _looked_at, own, source.name.partition("[")[0])
    server = {
        "type": "python",
        "entry_point": _MAIN,
        "mcp_config": {"command": "python", "args": ["${__dirname}/" + _MAIN]},
    }
    manifest = manifest_of(described, server, wishes)
    await loop.run_in_executor(None, write_bundle, into, {LOCK: lock, _MAIN: start.code()}, manifest)


def normal(name: str) -> str:
    """A package's name as indexes compare them (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


async def _built(pip: Pip, site: Site, indexes: Indexes, own: Path) -> Path:
    """The wheel of a package that its index has as a source alone: what it is started with is told by nothing else."""
    command = ("wheel", "--no-deps", "--wheel-dir", f"{DATA}/wheels", f"{DATA}/files/{own.name}")
    step = await pip.step(command, await indexes.python(), (), cached=False)
    await run(site, step)
    wheels = sorted((site.folder / "wheels").glob("*.whl"))
    if len(wheels) != 1 or wheels[0].is_symlink():
        raise PluginNotInstalled(f"{own.name} was built, and made {len(wheels)} wheels instead of one.")
    return wheels[0]


def _emptied(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()


def _locked(folder: Path, package: str) -> tuple[Path, str]:
    """The package's own file, and the lock of all. Raises PluginNotInstalled."""
    own: Path | None = None
    lines = []
    for file in sorted(folder.iterdir()):
        name, version = _named(file.name)
        if file.is_symlink() or not file.is_file() or not version:
            raise PluginNotInstalled(f"pip fetched {quoted(file.name[:100])}, which is no file of a package.")
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        lines.append(f"{normal(name)}=={version} --hash=sha256:{digest}\n")
        own = file if normal(name) == package else own
    if own is None:
        raise PluginNotInstalled(f"pip fetched no file of {package}.")
    return own, "".join(sorted(lines))


def _named(file: str) -> tuple[str, str]:
    """Name and version of a wheel's or a source's file (PEP 427, PEP 625); empty ones for another."""
    if file.endswith(".whl"):
        parts = file.removesuffix(".whl").split("-")
        return (parts[0], parts[1]) if len(parts) in (5, 6) else ("", "")
    for suffix in _SUFFIXES:
        if file.endswith(suffix):
            name, _, version = file.removesuffix(suffix).rpartition("-")
            return name, version
    return "", ""


def _looked_at(wheel: Path, package: str) -> tuple[Described, _Start]:
    """What a wheel says of itself, and how its server is started. Raises InvalidSource, PluginNotInstalled."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
            metadata = _text_of(archive, names, "METADATA")
            scripts = _text_of(archive, names, "entry_points.txt")
    except _BROKEN as error:
        raise PluginNotInstalled(f"{wheel.name} is no wheel that can be read.", cause=str(error)) from error
    fields = HeaderParser().parsestr(metadata)
    needs = fields.get("Requires-Python", "")
    described = Described(
        package,
        str(fields.get("Version", "")).strip(),
        str(fields.get("Summary", "")),
        str(fields.get("Author") or fields.get("Author-email", "")),
        str(fields.get("Home-page", "")),
        str(fields.get("License-Expression", "")),
        {"python": needs} if needs and _understood(needs) else {},
    )
    return described, _start(package, list(_scripts(scripts)), names)


def _text_of(archive: zipfile.ZipFile, names: list[str], file: str) -> str:
    found = next((name for name in names if re.fullmatch(rf"[^/]+\.dist-info/{re.escape(file)}", name)), None)
    if found is None:
        return ""
    with archive.open(found) as content:
        return content.read(_LARGEST).decode("utf-8", "replace")


def _scripts(text: str) -> Iterator[_Start]:
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line
        elif section == "[console_scripts]" and (found := _SCRIPT.fullmatch(line)):
            yield _Start(found["name"], found["module"], found["object"])


def _start(package: str, scripts: list[_Start], names: list[str]) -> _Start:
    """The command of the package's own name, its only one, or the one that says it is a server; else the module that can be run."""
    likely = [
        [each for each in scripts if normal(each.name) == normal(package)],
        scripts,
        [each for each in scripts if "mcp" in normal(each.name).split("-")],
    ]
    if (found := next((each[0] for each in likely if len(each) == 1), None)) is not None:
        return found
    module = normal(package).replace("-", "_")
    if not scripts and f"{module}/__main__.py" in names:
        return _Start(module, module)
    if scripts:
        raise InvalidSource(
            f"{package} has several commands ({', '.join(each.name for each in scripts[:10])}), and none is named for it.",
            hint="Make a bundle that starts the right one: switchgear plugin new",
        )
    raise InvalidSource(f"{package} has no command to start: it is a library, and no server ({short_name(package)}).")


def _understood(wanted: str) -> bool:
    try:
        fits(wanted, "3.11.0")
    except PluginNotInstalled:
        return False
    return True
