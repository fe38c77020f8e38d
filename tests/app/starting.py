"""Runs ``switchgear serve`` as a child that is expected not to come up, and looks at how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from switchgear.testing import unused_port


class Ended(NamedTuple):
    """How the child ended and what it said."""

    code: int
    stdout: str
    stderr: str

    def one_sentence(self) -> str:
        """What it said on standard error, which must be short, whole sentences and nothing else."""
        lines = self.stderr.strip().splitlines()
        assert 1 <= len(lines) <= 2, self.stderr
        assert "Traceback" not in self.stderr
        assert lines[0].endswith((".", ")"))
        assert not self.stdout
        return " ".join(lines)


def start(
    folder: Path,
    *,
    config: Path | None = None,
    port: int | None = None,
    wrapper: Sequence[str] = (),
    before: Callable[[], None] | None = None,
    env: dict[str, str] | None = None,
) -> Ended:
    """``switchgear serve`` on a data folder until it ends by itself. ``wrapper`` is put before the command."""
    command = [sys.executable, "-m", "switchgear", "serve", "--port", str(port or unused_port())]
    command += ["--data-dir", str(folder)] + (["--config", str(config)] if config is not None else [])
    child = subprocess.run(
        [*wrapper, *command],
        cwd=folder.parent if folder.parent.is_dir() else "/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | (env or {}),
        preexec_fn=before,
        check=False,
    )
    return Ended(child.returncode, child.stdout, child.stderr)
