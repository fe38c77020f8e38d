"""The file that tells the command line where the gateway of a data folder runs."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path


class Notice:
    """``server.json`` of a data folder: address, process and start of the gateway that serves it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "server.json"

    def put_up(self, url: str) -> str:
        """Say that this process serves at ``url``; empty, or a sentence when that cannot be written."""
        notice = {"url": url, "pid": os.getpid(), "started_at": time.time()}
        try:
            self._path.write_text(json.dumps(notice))
            self._path.chmod(0o600)
        except OSError as error:
            return f"{self._path} cannot be written ({error})"
        return ""

    def withdraw(self) -> None:
        """Take it down, unless another process has put up its own meanwhile."""
        try:
            if json.loads(self._path.read_text()).get("pid") == os.getpid():
                self._path.unlink()
        except (OSError, ValueError):
            return
