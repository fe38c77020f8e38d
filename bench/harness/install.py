"""What the bench needs on the machine: nginx and wrk from Debian, each peer in an environment of its own.

A peer that cannot be installed is left out with a sentence; nginx (the floor and the upstream) and wrk are required.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.processes import BenchError

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".bench"


def _run(command: Sequence[str], what: str, **extra: str) -> None:
    log = HOME / "install.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        done = subprocess.run(
            list(command), stdout=output, stderr=subprocess.STDOUT, env=dict(os.environ) | extra, check=False
        )
    if done.returncode:
        raise BenchError(f"{what} failed (exit {done.returncode}); the end of {log} says why.")


def program(name: str) -> str:
    """The path of a program, also where root's ``sbin`` is not on the path. ``BenchError`` when it is missing."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin")
    if found is None:
        raise BenchError(f"{name} is missing. Install it with: apt-get install {name}")
    return found


def debian_packages(packages: dict[str, str]) -> None:
    """Install the packages whose program (``{program: package}``) is missing, when run as root on Debian."""
    missing = []
    for name, package in packages.items():
        try:
            program(name)
        except BenchError:
            missing.append(package)
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise BenchError(f"{' and '.join(missing)} missing. As root: apt-get install {' '.join(missing)}")
    print(f"Installing {', '.join(missing)} (first time only) …", flush=True)
    _run(["apt-get", "update"], "apt-get update")
    _run(
        ["apt-get", "install", "-y", "--no-install-recommends", *missing],
        f"apt-get install {' '.join(missing)}",
        DEBIAN_FRONTEND="noninteractive",
    )
    if "nginx" in missing:
        _stop_nginx_service()


def _stop_nginx_service() -> None:
    """Debian starts a web server on port 80 with the package; the bench wants the program only."""
    stop = ["systemctl", "disable", "--now", "nginx"]
    if not Path("/run/systemd/system").exists():
        stop = ["service", "nginx", "stop"]
    if shutil.which(stop[0]):
        subprocess.run(stop, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def _stamp(*files: Path) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def litellm_environment() -> Path:
    """The folder of an environment that holds the locked LiteLLM proxy; made anew when the lock has changed."""
    return _python_environment("litellm", "the LiteLLM proxy")


def fastmcp_environment() -> Path:
    """The same with FastMCP."""
    return _python_environment("fastmcp", "FastMCP")


def _python_environment(name: str, label: str) -> Path:
    folder, lock = HOME / name, ROOT / "requirements" / f"bench-{name}.txt"
    done, stamp = folder / ".installed", _stamp(lock)
    if done.exists() and done.read_text() == stamp:
        return folder
    print(f"Installing {label} into .bench/{name} (first time only, about a minute) …", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(folder)], f"making an environment for {label}")
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    _run([*pip, "--no-deps", "--require-hashes", "-r", str(lock)], f"installing {label}")
    done.write_text(stamp)
    return folder


def portkey_environment() -> Path:
    """The folder whose ``node_modules`` holds the locked Portkey gateway; install scripts are not run."""
    folder, source = HOME / "portkey", ROOT / "bench" / "peers" / "portkey"
    files = [source / "package.json", source / "package-lock.json"]
    debian_packages({"node": "nodejs", "npm": "npm"})
    done, stamp = folder / ".installed", _stamp(*files)
    if done.exists() and done.read_text() == stamp:
        return folder
    print("Installing Portkey's gateway into .bench/portkey (first time only) …", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in files:
        shutil.copy(file, folder)
    npm = [program("npm"), "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--prefix", str(folder)]
    _run(npm, "npm ci")
    done.write_text(stamp)
    return folder
