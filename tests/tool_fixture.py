"""The conformance fixture: as a process that serves HTTP, and as a bundle; and the installation of either."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from switchgear.testing import served

INSTALL_SECONDS = 600
"""For one with dozens of packages, on a busy machine."""
FOLDER = Path(__file__).resolve().parent / "conformance" / "fixture"


@contextlib.contextmanager
def fixture_over_http(*arguments: str) -> Iterator[str]:
    """The URL of its endpoint, until the end."""
    command = [sys.executable, "-S", "-E", str(FOLDER / "serve.py"), "http", *arguments]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/mcp"
        finally:
            process.terminate()


def fixture_bundle(into: Path, name: str = "fixture") -> Path:
    """A folder that is a bundle of the fixture, which speaks over stdio."""
    folder = into / name
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__", "over_http.py"))
    command = {"command": "python", "args": ["${__dirname}/serve.py", "stdio"]}
    limits = {"memory_mb": 256, "calls_per_minute": 100_000, "concurrency": 64, "seconds": 60}
    manifest = {
        "manifest_version": "0.3",
        "name": name,
        "version": "1.0.0",
        "description": "Has everything that a server can have.",
        "author": {"name": "Switchgear"},
        "server": {"type": "python", "entry_point": "serve.py", "mcp_config": command},
        "_meta": {"dev.switchgear": {"permissions": {}, "limits": limits}},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def install(gateway: served, source: str, *options: str) -> None:
    """Install a plugin as a person does who grants what it asks for. Behind ``--`` are arguments of its command."""
    command = [sys.executable, "-m", "switchgear", "plugin", "install", source, "--yes", "--unsigned"]
    where = ["--url", gateway.url, "--data-dir", str(gateway.data_dir)]
    done = subprocess.run(
        [*command, *where, *options], capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr
