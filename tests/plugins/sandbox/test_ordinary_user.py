"""The same tests as an ordinary user, when these run as root: nothing of the sandbox needs a privilege."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

NOBODY = 65534
ROOT = Path(__file__).resolve().parents[3]
TESTS = (
    *("test_escape_files.py", "test_escape_calls.py", "test_escape_network.py", "test_ceilings.py", "test_life.py"),
    "../building/test_plugins_prepared.py",
)
AS_ANYBODY = "wheel_of_the_configured or build_tries or whatever_its_modes or build_leads or node_packages"
"""Of the packages those whose outcome could be another for another user."""

# Folders that only root may enter, such as a home with an interpreter in it, are covered in a mount namespace of this test's own; what is
# needed of them is put back.
RUN = """
set -e
user=$1 kept=$2; shift 2
mount --make-rprivate /
number=0
for place in $KEEP; do
  top=""
  for part in $(dirname "$place" | tr / ' '); do
    top="$top/$part"
    if ! setpriv --reuid="$user" --regid="$user" --clear-groups test -x "$top"; then
      mkdir -p "$kept/$number"; mount --bind "$place" "$kept/$number"
      mount -t tmpfs -o mode=755 none "$top"
      mkdir -p "$place"; mount --move "$kept/$number" "$place"
      break
    fi
  done
  number=$((number + 1))
done
exec setpriv --reuid="$user" --regid="$user" --clear-groups "$@"
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="these run as an ordinary user already")
@pytest.mark.parametrize(
    ("tests", "which"), [*((one, "") for one in TESTS), ("../building/test_hostile_packages.py", AS_ANYBODY)]
)
async def test_it_works_as_an_ordinary_user(tests: str, which: str) -> None:
    for program in ("unshare", "setpriv", "mount"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not here to become another user with")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as made:  # pytest's own folders are closed to others
        kept, folder = Path(made, "kept"), Path(made, "nobody")
        kept.mkdir()
        folder.mkdir()
        os.chown(folder, NOBODY, NOBODY)
        Path(made).chmod(0o755)
        command = [
            sys.executable,
            "-B",
            "-m",
            "pytest",
            "-q",
            "-n",
            "0",
            "-k",
            which,
            "--rootdir",
            str(ROOT),
            "--basetemp",
            f"{folder}/t",
        ]
        process = await asyncio.create_subprocess_exec(
            "unshare", "-m", "sh", "-c", RUN, "sh", str(NOBODY), str(kept), *command, str(Path(__file__).parent / tests),
            cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "KEEP": f"{ROOT} {sys.prefix} {sys.base_prefix}"},
        )  # fmt: skip
        said, _ = await asyncio.wait_for(process.communicate(), 300)
    assert process.returncode == 0, said.decode()
