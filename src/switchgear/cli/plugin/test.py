"""``switchgear plugin test``: a plugin's own tests, and what every plugin has to do."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Annotated, Final

from cyclopts import App, Parameter

import switchgear
from switchgear.cli import screen
from switchgear.cli.plugin.files import telling
from switchgear.core.errors import UsageError
from switchgear.plugins.authoring.project import OWN, Project, check_environment, interpreter, read_project
from switchgear.plugins.manifest import FILE

_PLUGIN: Final = "switchgear.testing.plugin"
_NEEDED: Final = ("pytest", "hypothesis")
_BOOT: Final = Path(switchgear.__file__).with_name("testing") / "plugin_boot.py"
test = App(
    name="test",
    help_epilogue="""\
Tests in Python run with the plugin's own environment (.venv), those of Node as package.json says (npm test). Added to them are the rules of the protocol in every
revision that the plugin speaks, and calls of each tool with whatever fits its schema and with what does not, with nothing granted. Behind
-- stand arguments for pytest.

Examples
  switchgear plugin test
  switchgear plugin test weather --no-checks -- -k forecast""",
)


@test.default
def run(
    folder: Annotated[Path, Parameter(name="FOLDER", help="The plugin's folder. [this one]")] = Path(),
    /,
    *arguments: Annotated[str, Parameter(name="ARGUMENTS", help="For pytest.", allow_leading_hyphen=True)],
    checks: Annotated[
        bool, Parameter(name="--checks", negative="--no-checks", help="Check what every plugin has to do.")
    ] = True,
    sandbox: Annotated[
        bool, Parameter(name="--sandbox", negative="--no-sandbox", help="Run the plugin in its sandbox.")
    ] = True,
    quiet: Annotated[bool, Parameter(negative="", help="Show what fails alone.")] = False,
) -> int:
    """Run a plugin's own tests, and check what every plugin has to do."""
    project = read_project(folder)
    check_environment(project)
    for name in _NEEDED:
        if importlib.util.find_spec(name) is None:
            raise UsageError(f"{name} is not installed.", hint="Install it with: pip install 'switchgear[author]'")
    if not sandbox:
        screen.note(f"{screen.mark('doubt', sys.stderr)} The plugin runs without its sandbox: it may do what you may.")
    options = ["-p", _PLUGIN, "--rootdir", str(project.folder), "--plugin-folder", str(project.folder)]
    options += ["-p", "no:cacheprovider", "-p", "no:xdist", *(["-q"] if quiet else ["-v", "--no-header"])]
    options += ["--plugin-checks"] if checks else []
    options += [] if sandbox else ["--plugin-unsandboxed"]
    failed = _npm(project, quiet=quiet)
    places = _places(project, checks=checks)
    if not places:
        screen.note("There are no tests/test_*.py, and no checks wanted.")
        return failed
    return _pytest(project, [*options, *places, *arguments]) or failed


def _places(project: Project, *, checks: bool) -> list[str]:
    """Its own tests, if there are any, and what stands for the checks."""
    tests = project.folder / "tests"
    own = tests.is_dir() and any(tests.rglob("test_*.py"))
    return [*([str(tests)] if own else []), *([str(project.folder / FILE)] if checks else [])]


def _npm(project: Project, *, quiet: bool) -> int:
    """Run the tests that package.json names, if it names some; their exit status."""
    package = project.folder / "package.json"
    npm = shutil.which("npm")
    if not package.is_file() or npm is None:
        return 0
    with telling(package):
        text = package.read_text("utf-8")
    try:
        named = "test" in json.loads(text).get("scripts", {})
    except (ValueError, AttributeError) as error:
        raise UsageError(f"{package} is no JSON object.", hint="") from error
    if not named:
        return 0
    command = [npm, "test", *(["--silent"] if quiet else [])]
    return subprocess.run(command, cwd=project.folder, check=False).returncode  # noqa: S603 - npm


def _pytest(project: Project, arguments: list[str]) -> int:
    """Run pytest with the project's Python, which finds here what it has not; its exit status. Raises UsageError."""
    python = interpreter(project)
    ours = "" if python == Path(sys.executable) else _folders(project)
    environ = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
    environ |= {
        "PYTHONDONTWRITEBYTECODE": "1",
        "HYPOTHESIS_STORAGE_DIRECTORY": str(project.folder / OWN / "hypothesis"),
    }
    command = [str(python), str(_BOOT), ours, *arguments]
    return subprocess.run(command, cwd=project.folder, env=environ, check=False).returncode  # noqa: S603 - pytest


def _folders(project: Project) -> str:
    """Where this Switchgear and what it needs are. Raises UsageError if the project's Python could not use them."""
    config = project.folder / ".venv" / "pyvenv.cfg"
    own: dict[str, str] = {}
    for line in config.read_text("utf-8").splitlines():
        name, _, value = line.partition("=")
        own[name.strip()] = value.strip()
    version = own.get("version") or own.get("version_info", "")
    if version.split(".")[:2] != [str(part) for part in sys.version_info[:2]]:
        raise UsageError(
            f"{project.folder / '.venv'} is of Python {version}, and Switchgear runs with {sys.version.split()[0]}.",
            hint="Install switchgear[author] in it, and run there: python -m pytest -p switchgear.testing.plugin --plugin-checks",
        )
    return os.pathsep.join(dict.fromkeys(sysconfig.get_paths()[name] for name in ("purelib", "platlib")))
