"""What is installed from a wheel has the console, and nothing of its making."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SITE = "switchgear/console/site/"


def test_a_wheel_and_a_source_distribution_carry_the_built_console(site: None, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        files = {each.filename: each.compress_size for each in opened.infolist() if SITE in each.filename}
    names = {name.removeprefix(SITE) for name in files}
    assert {"index.html", "favicon.svg"} <= names
    assert any(name.startswith("assets/index-") and name.endswith(".js.br") for name in names)
    assert not [name for name in names if name.startswith(".") or name.endswith(".map")]
    assert sum(files.values()) <= 8_000_000
    (source,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(source) as opened:
        carried = opened.getnames()
    assert any(name.endswith(f"src/{SITE}index.html") for name in carried)
    assert any(name.endswith("/web/package-lock.json") for name in carried)
    assert not [name for name in carried if "node_modules" in name]
