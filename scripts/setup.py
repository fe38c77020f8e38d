"""Makes the project's environment in .venv from the lock files; needs Python 3.11 with pip and nothing else.

``python3 scripts/setup.py full`` installs what serving takes, ``dev`` the tests' and checks' packages as well.
Nothing is done when the environment is up to date. Packages come with hashes and without resolving anything.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PIP = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input"]
BAR = 20


def main() -> int:
    """Set up; 0 when the environment is as the lock file says."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else "full"
    lock = ROOT / "requirements" / f"{wanted}.txt"
    if not lock.is_file():
        print(f"There is no set of packages called {wanted}. Known: base, full, dev.", file=sys.stderr)
        return 2
    if sys.version_info < (3, 11):  # noqa: UP036 - whatever python3 is may run this
        print(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    done = VENV / f".{wanted}"
    state = _state(lock)
    if _has(done, state) or (wanted != "dev" and _has(VENV / ".dev", _state(ROOT / "requirements" / "dev.txt"))):
        return 0
    names = re.findall(r"^([A-Za-z0-9._-]+)==", lock.read_text(), re.MULTILINE)
    progress = Progress(len(names) + 2)
    try:
        _environment(progress)
        _packages(lock, progress)
        _project(progress)
    except subprocess.CalledProcessError as error:
        progress.end(failed=True)
        print(f"\nSetting up failed in: {' '.join(map(str, error.cmd[:6]))} …\n{error.output or ''}", file=sys.stderr)
        return 1
    for old in VENV.glob(".[a-z]*"):
        if old.is_file():
            old.unlink()
    done.write_text(state)
    progress.end()
    return 0


class Progress:
    """One line that fills up; on a terminal it is drawn again, elsewhere it is printed once at each end."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.step = 0
        self.began = time.monotonic()
        self.live = sys.stderr.isatty()
        if not self.live:
            print("Setting up (first time only): python packages", file=sys.stderr, flush=True)

    def advance(self, what: str) -> None:
        """One step more, which is about ``what``."""
        self.step = min(self.step + 1, self.steps)
        if self.live:
            full = BAR * self.step // self.steps
            bar = "█" * full + "░" * (BAR - full)
            line = f"Setting up (first time only)   {bar} {100 * self.step // self.steps:3d} %   {what}"
            print(f"\r\x1b[2K{line[:100]}", end="", file=sys.stderr, flush=True)

    def end(self, *, failed: bool = False) -> None:
        """Say how long it took."""
        seconds = time.monotonic() - self.began
        if self.live:
            print("\r\x1b[2K", end="", file=sys.stderr)
        if not failed:
            print(f"Set up in {seconds:.0f} s", file=sys.stderr, flush=True)


def _state(lock: Path) -> str:
    """What the environment must match: the lock file, the project's own metadata and the interpreter."""
    digest = hashlib.sha256()
    for part in (lock.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), sys.version.encode(), str(ROOT).encode()):
        digest.update(part)
    return digest.hexdigest()


def _has(file: Path, state: str) -> bool:
    return PYTHON.exists() and file.is_file() and file.read_text() == state


def _environment(progress: Progress) -> None:
    progress.advance("environment")
    if PYTHON.exists() and subprocess.run([*PIP, "--version"], capture_output=True, check=False).returncode == 0:
        return
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode == 0:
        return
    # Debian without python3-venv: virtualenv from PyPI, beside the project and not into the system
    bootstrap = ROOT / ".bootstrap"
    _run([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(bootstrap), "virtualenv>=20.26,<21"])
    environment = {**os.environ, "PYTHONPATH": str(bootstrap)}
    _run([sys.executable, "-m", "virtualenv", "--clear", "--quiet", str(VENV)], environment)


def _packages(lock: Path, progress: Progress) -> None:
    command = [*PIP, "install", "--no-deps", "--require-hashes", "--progress-bar", "off", "-r", str(lock)]
    lines = []
    for line in _lines(command):
        lines.append(line)
        found = re.match(r"(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9._-]+)", line)
        if found:
            progress.advance(found[1])


def _project(progress: Progress) -> None:
    progress.advance("switchgear")
    _run([*PIP, "install", "--quiet", "--no-deps", "--no-build-isolation", "-e", str(ROOT)])


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    subprocess.run(
        command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, cwd=ROOT
    )


def _lines(command: list[str]) -> Iterator[str]:
    """The command's output line by line. Raises CalledProcessError with its end when it fails."""
    last: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        for line in process.stdout:
            last = [*last[-30:], line]
            yield line
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, "".join(last))


if __name__ == "__main__":
    sys.exit(main())
