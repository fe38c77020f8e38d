"""Compiled modules: imported where they are of the sources that are there, and only then."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from switchgear import native

SOURCE = native.PACKAGE.parent
TURNS = "import switchgear.routing.turns as one; print(one.__file__)"
SERVES = "import switchgear.app.gateway, switchgear.cli.main, switchgear.routing.turns as one; print(one.__file__)"

pytestmark = pytest.mark.skipif(not native.STAMP.is_file(), reason="Nothing is compiled: there is no C compiler here.")


def imported(code: str, folder: Path, **env: str) -> str:
    """The file that a module comes from, in a Python of its own that has ``folder`` first."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(folder)} | env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package in another folder, compiled."""
    folder = tmp_path / "src"
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("__pycache__", "*.part", ".mypy_cache"))
    return folder


def test_what_is_compiled_is_imported() -> None:
    assert imported(TURNS, SOURCE).endswith(".so")
    assert imported(SERVES, SOURCE).endswith(".so")


def test_this_process_has_the_sources() -> None:
    assert sys.modules["switchgear"].__spec__ is not None
    assert not [
        name
        for name, one in sys.modules.items()
        if str(getattr(one, "__file__", "")).startswith(str(SOURCE)) and str(one.__file__).endswith(".so")
    ]


@pytest.mark.parametrize(("said", "ending"), [("1", ".py"), ("0", ".so"), ("", ".so")])
def test_the_sources_can_be_asked_for(said: str, ending: str) -> None:
    assert imported(SERVES, SOURCE, SWITCHGEAR_PURE=said).endswith(ending)


def test_a_source_that_was_changed_is_what_is_imported(copy: Path) -> None:
    assert imported(TURNS, copy).endswith(".so")
    turns = copy / "switchgear" / "routing" / "turns.py"
    turns.write_text(turns.read_text() + "\nCHANGED = True\n")
    assert imported(TURNS + "; assert one.CHANGED", copy).endswith(".py")
    assert imported(SERVES, copy).endswith(".py")


@pytest.mark.parametrize("ill", ["no digest", "", "\0"])
def test_a_stamp_that_cannot_be_read_is_of_no_sources(copy: Path, ill: str) -> None:
    (copy / "switchgear" / native.STAMP.name).write_text(f"{ill}\nrouting/turns.py\n")
    assert imported(TURNS, copy).endswith(".py")


def test_a_source_that_is_gone_is_no_defect(copy: Path) -> None:
    (copy / "switchgear" / native.STAMP.name).write_text("digest\nrouting/no_more.py\n")
    assert imported(TURNS, copy).endswith(".py")


def test_a_wheel_brings_what_is_compiled(tmp_path: Path) -> None:
    root = SOURCE.parent
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    assert "-none-any" not in wheel.name
    with zipfile.ZipFile(wheel) as archive:
        assert not [name for name in archive.namelist() if Path(name).name.startswith(".compile")]
        archive.extractall(tmp_path / "site")
    assert imported(SERVES, tmp_path / "site").startswith(str(tmp_path / "site"))
    assert imported(SERVES, tmp_path / "site").endswith(".so")
