"""Python packages of a bundle: in an environment of its own, from its lock, by pip in the sandbox."""

from __future__ import annotations

import json
import re
import shutil
import sysconfig
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from switchgear.core.errors import PluginNotInstalled
from switchgear.plugins.building.commands import DATA, HERE, PLUGIN, PYTHON
from switchgear.plugins.building.indexes import Indexes, Source, network, pip_program
from switchgear.plugins.building.installing import Ended, Site, Step, attempt, failed, run
from switchgear.plugins.building.interpreters import Interpreter
from switchgear.plugins.bundle import Bundle
from switchgear.plugins.manifest import McpConfig
from switchgear.plugins.sandbox.runtimes import runtime_of

_LISTS: Final = ("requirements.lock", "requirements.txt", "server/requirements.lock", "server/requirements.txt")
_VENDORED: Final = ("server/lib", "lib", "server/venv", "server/vendor")
_NAME: Final = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_REQUIREMENT: Final = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*\s*(\[[A-Za-z0-9._,\s-]*\])?\s*\(?([<>=!~]=?=?[^;@/\\#]*)?\)?\s*(;[^@/\\#]*)?(\s--hash[=\s]\w+:\w+)*(\s+#.*)?"
)
_LARGEST: Final = 4 << 20
_MOST_NAMES: Final = 3
_NO_WHEEL: Final = ("No matching distribution", "ResolutionImpossible", "satisfies the requirement", "conflicting")
_WORDS: Final = {"download": "Fetching Python packages", "wheel": "Building the package"}
_LOOK: Final = Path(__file__).with_name("look.py")


async def install_python(
    bundle: Bundle, config: McpConfig, site: Site, indexes: Indexes, interpreter: Interpreter
) -> dict[str, str]:
    """Make the environment of a bundle in ``site.deps`` and install what it names. What its process's variables are, is returned.

    Raises PluginNotInstalled, SandboxUnavailable.
    """
    environment_for(interpreter, site.deps)
    env = {"PYTHONNOUSERSITE": "1", **config.env}
    folder = bundle.folder
    if _vendored(folder, config):
        return env
    pip = Pip(site, indexes, interpreter)
    if (folder / "uv.lock").is_file():
        await pip.install_uv_lock()
    elif (named := next((each for each in _LISTS if (folder / each).is_file()), None)) is not None:
        await pip.install(folder / named, f"{PLUGIN}/{named}")
    elif (folder / "pyproject.toml").is_file():
        names = _names_of(folder / "pyproject.toml")
        if names:
            (site.folder / "requirements.txt").write_text("".join(f"{each}\n" for each in names))
            await pip.install(site.folder / "requirements.txt", f"{DATA}/requirements.txt")
    if bundle.manifest.server.type == "uv" and _is_package(folder / "pyproject.toml"):
        await pip.install_project(folder)
    return env


def environment_for(interpreter: Interpreter, deps: Path) -> None:
    """An environment with nothing in it (PEP 405): Python's own library, and of this machine's packages none."""
    major, minor, *_ = interpreter.version.split(".")
    (deps / "bin").mkdir(parents=True, exist_ok=True)
    (deps / "lib" / f"python{major}.{minor}" / "site-packages").mkdir(parents=True, exist_ok=True)
    for name in ("python", "python3", f"python{major}.{minor}"):
        (deps / "bin" / name).symlink_to(interpreter.program)
    home = interpreter.program.parent
    (deps / "pyvenv.cfg").write_text(
        f"home = {home}\ninclude-system-site-packages = false\nversion = {interpreter.version}\n"
    )


class Pip:
    """pip, run in the sandbox by the plugin's own Python; it and its index are found when they are first needed."""

    def __init__(self, site: Site, indexes: Indexes, interpreter: Interpreter) -> None:
        self._site = site
        self._indexes = indexes
        self._interpreter = interpreter

    async def install(self, file: Path, inside: str) -> None:
        """Install what a file of requirements lists, which is at ``inside``: from wheels, or sources that are built in the sandbox."""
        plain = _plain(_text_of(file))
        common = ("install", "--no-warn-script-location", "-r", inside)
        await self.wheels_or_sources(common, _listed(file), self._anew, plain=plain)

    async def wheels_or_sources(
        self, command: tuple[str, ...], names: tuple[str, ...], anew: Callable[[], None], *, plain: bool = True
    ) -> None:
        """Run a command of pip with wheels alone; where that is not enough, clean up with ``anew`` and run it with sources too.

        ``plain``: whether nothing but packages of an index is asked for. What else there is may be built whatever pip is told.
        """
        source = await self._indexes.python()
        told: tuple[str, ...] = ()
        if plain:
            step = await self.step((*command, "--only-binary", ":all:"), source, names, cached=True)
            ended = await attempt(self._site, step)
            if not ended.why:
                return
            if not _needs_sources(ended):
                raise failed(step, ended)
            told = ended.lines[-3:]
        if source.hidden:
            raise PluginNotInstalled(
                "It needs a package that has to be built here, by its own code, which would see the password of the package index."
                + "".join(f"\n  {line}" for line in told),
                hint="Have wheels of it in the index.",
            )
        anew()
        await run(self._site, await self.step((*command, "--prefer-binary"), source, names, cached=False))

    async def install_uv_lock(self) -> None:
        """Install what ``uv.lock`` has, each file by its hash."""
        uv = _uv()
        argv = (str(uv), "export", "--frozen", "--no-dev", "--no-emit-project", "--no-header", "--quiet")
        step = Step(
            "Reading uv.lock",
            (*argv, "--project", PLUGIN, "--output-file", f"{DATA}/requirements.txt"),
            {"UV_NO_CACHE": "1", "UV_OFFLINE": "1", "UV_PYTHON": PYTHON, "UV_PYTHON_DOWNLOADS": "never"},
            (uv, *runtime_of(self._interpreter.program)),
        )
        await run(self._site, step)
        exported = self._site.folder / "requirements.txt"
        if _text_of(exported).strip():
            await self.install(exported, f"{DATA}/requirements.txt")

    async def install_project(self, folder: Path) -> None:
        """Build and install the bundle's own package; what builds it comes from the index."""
        source = await self._indexes.python()
        if source.hidden:
            raise PluginNotInstalled(
                "It has to be built here, by its own code, which would see the password of the package index.",
                hint="Ask its publisher for a bundle that is built.",
            )
        shutil.copytree(folder, self._site.folder / "source", symlinks=True)
        command = ("install", "--no-warn-script-location", "--no-deps", f"{DATA}/source")
        await run(self._site, await self.step(command, source, ("setuptools", "hatchling"), cached=False))

    async def step(self, command: tuple[str, ...], source: Source, names: tuple[str, ...], *, cached: bool) -> Step:
        """One command of pip."""
        pip = pip_program()
        place = pip.parent if pip.parent.suffix == ".whl" else pip
        store = ("--cache-dir", "/cache/pip") if cached else ("--no-cache-dir",)
        return Step(
            _WORDS.get(command[0], "Installing Python packages"),
            (PYTHON, "-I", str(pip), *command, "--progress-bar", "off", *store),
            source.env,
            (*runtime_of(self._interpreter.program), place, *source.files),
            network=await self._network(source, names),
            cached=cached,
            programs=not cached,
            hidden=source.hidden,
            cwd=PLUGIN,
        )

    async def _network(self, source: Source, names: tuple[str, ...]) -> tuple[str, ...]:
        """The index, and the hosts that it says its files are at."""
        if not source.urls:
            return ()
        known = self._indexes.file_hosts
        unknown = [url for url in source.urls if url not in known]
        if unknown:
            asks = [*names[:_MOST_NAMES], "pip", "setuptools"]
            step = Step(
                "Asking the package index",
                (PYTHON, "-I", "-S", str(_LOOK)),
                {**source.env, "LOOK_URLS": json.dumps(unknown), "LOOK_NAMES": json.dumps(asks)},
                (*runtime_of(self._interpreter.program), _LOOK, *source.files),
                network=await network(source.urls),
                hidden=source.hidden,
            )
            found = json.loads(await run(self._site, step))
            known |= {url: tuple(found[url]) for url in unknown if url in found}
        beside = [host for url in source.urls for host in known.get(url, ())]
        return await network(source.urls, beside)

    def _anew(self) -> None:
        shutil.rmtree(self._site.deps)
        environment_for(self._interpreter, self._site.deps)


def _needs_sources(ended: Ended) -> bool:
    return any(sign in line for line in ended.lines for sign in _NO_WHEEL)


def _vendored(folder: Path, config: McpConfig) -> bool:
    """Whether the bundle brings its packages, as MCPB has it: in ``server/lib``, or wherever its PYTHONPATH says."""
    path = config.env.get("PYTHONPATH", "").replace(HERE, str(folder))
    named = [Path(each) for each in re.split(r"[:;]", path) if each.startswith(f"{folder}/")]
    return any(place.is_dir() and any(place.iterdir()) for place in (*named, *(folder / each for each in _VENDORED)))


def _uv() -> Path:
    """The program uv. Raises PluginNotInstalled where there is none."""
    beside = Path(sysconfig.get_path("scripts"), "uv")
    found = str(beside) if beside.is_file() else shutil.which("uv")
    if found is None:
        raise PluginNotInstalled(
            "Its packages are locked in uv.lock, and uv is not on this machine.", hint="Install it: pip install uv"
        )
    return Path(found).resolve()


def _text_of(file: Path) -> str:
    if file.stat().st_size > _LARGEST:
        raise PluginNotInstalled(f"Its {file.name} has more than {_LARGEST:,} bytes.")
    return file.read_text("utf-8-sig", "replace")


def _listed(file: Path) -> tuple[str, ...]:
    """Names of packages in a file of requirements."""
    return tuple(found[1] for line in _text_of(file).splitlines() if (found := _NAME.match(line)))


def _plain(requirements: str) -> bool:
    """Whether a file asks for packages of an index alone: names, versions, markers and hashes, and none of pip's other words."""
    lines = re.sub(r"\\\r?\n", " ", requirements).splitlines()
    return all(
        not line.strip() or line.lstrip().startswith("#") or _REQUIREMENT.fullmatch(line.strip()) for line in lines
    )


def _project(file: Path) -> Mapping[str, Any]:
    if not file.is_file() or file.stat().st_size > _LARGEST:
        return {}
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PluginNotInstalled(f"Its pyproject.toml cannot be read: {error}.") from error


def _names_of(file: Path) -> tuple[str, ...]:
    """What ``[project] dependencies`` lists, as it is written."""
    project = _project(file).get("project")
    wanted = project.get("dependencies", []) if isinstance(project, dict) else []
    if not isinstance(wanted, list) or not all(isinstance(each, str) and "\n" not in each for each in wanted):
        raise PluginNotInstalled("Its pyproject.toml: project.dependencies is no list of requirements.")
    return tuple(each for each in wanted if not each.lstrip().startswith("-"))


def _is_package(file: Path) -> bool:
    """Whether uv would install the project itself (https://docs.astral.sh/uv/concepts/projects/config/#project-packaging)."""
    document = _project(file)
    tool = document.get("tool")
    uv = tool.get("uv", {}) if isinstance(tool, dict) else {}
    return bool(uv.get("package", "build-system" in document)) if isinstance(uv, dict) else False
