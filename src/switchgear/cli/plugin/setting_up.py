"""What a new project needs is installed, and it is tested for the first time."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from switchgear.cli import progress, screen
from switchgear.core.structs import Frozen

_SHOWN: Final = 30
_MINUTES: Final = 10.0
_OWN: Final = ".venv/bin/python"
_LOCKS: Final = ("-r", "requirements.txt", "-r", "requirements-dev.txt")


class Step(Frozen, frozen=True):
    """A command, what it is for, and what it has done when it is done."""

    label: str
    command: tuple[str, ...]
    done: str


def set_up(folder: Path) -> str:
    """Install what the project in ``folder`` needs, and run its lint and its tests; what failed, in words, empty if nothing did."""
    for step in _steps(folder):
        if failed := _run(step, folder):
            return failed
        screen.note(f"{screen.mark('ok', sys.stderr)} {step.done}")
    return ""


def by_hand(folder: Path) -> str:
    """The commands that install what the project needs."""
    if (folder / "package.json").exists():
        return f"cd {folder} && npm ci && npm run build"
    return f"cd {folder} && python3 -m venv .venv && .venv/bin/pip install --require-hashes {' '.join(_LOCKS)}"


def _steps(folder: Path) -> list[Step]:
    test = Step("Testing", (sys.executable, "-m", "switchgear", "plugin", "test", "--quiet"), "its tests pass")
    if (folder / "package.json").exists():
        npm = shutil.which("npm") or "npm"
        return [
            Step("Installing packages", (npm, "ci", "--no-audit", "--no-fund"), "packages are installed from the lock"),
            Step("Building", (npm, "run", "build"), "it is built"),
            Step("Linting", (npm, "run", "lint"), "its lint passes"),
            test,
        ]
    ruff = (_OWN, "-m", "ruff")
    return [
        Step("Making an environment", (sys.executable, "-m", "venv", ".venv"), "an environment is in .venv"),
        Step("Installing packages", _installer(), "packages are installed from the lock"),
        Step("Linting", (*ruff, "check", "--no-cache", "."), "its lint passes"),
        Step("Formatting", (*ruff, "format", "--no-cache", "--check", "."), "its format is right"),
        test,
    ]


def _installer() -> tuple[str, ...]:
    """uv where there is one, for it is many times as fast."""
    if (uv := shutil.which("uv")) is not None:
        return (uv, "pip", "install", "--quiet", "--python", _OWN, "--require-hashes", *_LOCKS)
    return (_OWN, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", *_LOCKS)


def _run(step: Step, folder: Path) -> str:
    try:
        with progress.spinner(step.label):
            done = _finished(step.command, folder)
    except FileNotFoundError:
        return f"{step.label}: {step.command[0]} is not on this machine."
    except subprocess.TimeoutExpired:
        return f"{step.label} took more than {_MINUTES:g} minutes."
    if done.returncode == 0:
        return ""
    said = (done.stdout + done.stderr).strip().splitlines()[-_SHOWN:]
    return "\n".join([f"{step.label} failed: {' '.join(step.command[:4])} …", *map(screen.printable, said)])


def _finished(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - commands of ours
        command, cwd=folder, check=False, capture_output=True, text=True, errors="replace", timeout=60 * _MINUTES
    )
