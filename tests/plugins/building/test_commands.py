"""Commands that manifests have, as they are inside the sandbox."""

from pathlib import Path

import pytest

from switchgear.core.errors import PluginNotInstalled
from switchgear.plugins.building.commands import Command, Place, command_of
from switchgear.plugins.manifest import McpConfig

PY = "/deps/bin/python"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    for name in ("bundle/server/run", "bundle/run", "deps/bin/serve", "deps/node_modules/@a/b/package.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text('{"name": "@a/b", "bin": {"b": "./cli.js", "c": "c.js"}}')
    return Place(tmp_path / "bundle", tmp_path / "deps", "/usr/bin/node")


@pytest.mark.parametrize(
    ("command", "args", "argv", "cwd"),
    [
        ("python", ["${__dirname}/main.py"], (PY, "${__dirname}/main.py"), "/data"),
        ("python3.12", ["-m", "weather"], (PY, "-m", "weather"), "/data"),
        ("/usr/bin/python3", ["main.py"], (PY, "main.py"), "/data"),
        ("C:\\Python\\python.exe", ["main.py"], (PY, "main.py"), "/data"),
        ("node", ["${__dirname}/index.js"], ("/usr/bin/node", "${__dirname}/index.js"), "/data"),
        ("node", ["${__dirname}/node_modules/x/i.js"], ("/usr/bin/node", "/deps/node_modules/x/i.js"), "/data"),
        ("${__dirname}/server/run", ["-v"], ("/plugin/server/run", "-v"), "/data"),
        ("./run", [], ("/plugin/run",), "/data"),
        ("server/run", [], ("/plugin/server/run",), "/data"),
        ("uv", ["run", "--directory", "${__dirname}", "src/main.py", "-v"], (PY, "src/main.py", "-v"), "/plugin"),
        ("uv", ["--directory=${__dirname}/src", "run", "--with", "x", "main.py"], (PY, "main.py"), "/plugin/src"),
        ("uv", ["run", "--frozen", "-m", "weather", "serve"], (PY, "-m", "weather", "serve"), "/data"),
        ("uv", ["run", "serve", "--port=1"], (PY, "/deps/bin/serve", "--port=1"), "/data"),
        ("uv", ["run", "python", "-m", "weather"], (PY, "-m", "weather"), "/data"),
        ("npx", ["-y", "@a/b@1.0.0", "go"], ("/usr/bin/node", "/deps/node_modules/@a/b/cli.js", "go"), "/data"),
    ],
)
def test_programs_of_a_persons_machine_become_runtimes(
    place: Place, command: str, args: list[str], argv: tuple[str, ...], cwd: str
) -> None:
    assert command_of(McpConfig(command, tuple(args)), place) == Command(argv, cwd)


@pytest.mark.parametrize(
    ("command", "args", "words"),
    [
        ("docker", ["run", "x"], "not one that plugins are given"),
        ("/bin/sh", ["-c", "x"], "not one that plugins are given"),
        ("${__dirname}/../../../bin/sh", [], "not one that plugins are given"),
        ("${__dirname}/gone", [], "not one that plugins are given"),
        ("uv", ["pip", "install", "x"], "write uv run"),
        ("uv", ["run"], "write uv run"),
        ("uv", ["run", "gone"], "came with none of the packages"),
        ("npx", ["-y", "elsewhere"], "nothing is fetched at a start"),
        ("npx", ["../../x"], "nothing is fetched at a start"),
        ("npx", [], "not understood"),
    ],
)
def test_what_plugins_are_not_given_is_refused(place: Place, command: str, args: list[str], words: str) -> None:
    with pytest.raises(PluginNotInstalled, match=words):
        command_of(McpConfig(command, tuple(args)), place)


def test_a_program_of_the_bundle_is_made_executable(place: Place) -> None:
    command_of(McpConfig("${__dirname}/server/run"), place)
    assert (place.bundle / "server" / "run").stat().st_mode & 0o111
