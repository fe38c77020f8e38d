"""A real ``switchgear serve`` in a child process, for tests from the outside."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import msgspec

from .listener import unused_port


class ServeFailed(Exception):
    """The gateway ended or did not become healthy in time; the message holds what it printed."""


class served:  # noqa: N801 - used like a function: ``with served(config) as gateway``
    """Start a gateway on a free port of 127.0.0.1, wait for ``/healthz``, stop it on leaving.

    A context manager, async too. ``config`` is the text of its TOML file; ``env`` is added to this process's
    environment; ``args`` are added to ``switchgear serve``. The data folder is temporary unless ``data_dir`` is
    given, and is then left alone, so that a second gateway can find what the first one kept. ``start_timeout`` and
    ``stop_timeout`` are seconds. Raises ``ServeFailed``.

    ``url`` is where it listens, ``base_url`` that and ``/v1``, ``key`` the admin key of the data folder, ``process``
    the child.
    """

    def __init__(
        self,
        config: str = "",
        *,
        data_dir: Path | None = None,
        env: Mapping[str, str] | None = None,
        args: Sequence[str] = (),
        start_timeout: float = 30.0,
        stop_timeout: float = 10.0,
    ) -> None:
        self.port = unused_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.base_url = f"{self.url}/v1"
        self._config = config
        self._given = data_dir
        self._env = dict(env or {})
        self._args = tuple(args)
        self._start_timeout = start_timeout
        self._stop_timeout = stop_timeout
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    # ------------------------------------------------------------ what it is

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The child process."""
        if self._process is None:
            raise RuntimeError("Not started: use it as a context manager.")
        return self._process

    @property
    def data_dir(self) -> Path:
        """The data folder."""
        return self._given if self._given is not None else self._work / "data"

    @property
    def config_file(self) -> Path:
        """The configuration file; write to it to test a reload."""
        return self._work / "switchgear.toml"

    @property
    def key(self) -> str:
        """The CLI's own admin key."""
        return (self.data_dir / "cli.key").read_text().strip()

    def output(self) -> str:
        """All it printed so far: standard output, then standard error."""
        return "".join((self._work / name).read_text(errors="replace") for name in ("stdout", "stderr"))

    def logs(self) -> list[dict[str, Any]]:
        """Its log so far: the lines of standard error that are JSON objects."""
        entries: list[dict[str, Any]] = []
        for line in (self._work / "stderr").read_bytes().splitlines():
            with contextlib.suppress(msgspec.MsgspecError):
                entries.append(msgspec.json.decode(line, type=dict[str, Any]))
        return entries

    # ------------------------------------------------------------ start and stop

    def start(self) -> None:
        """Start the child and wait until it is healthy. After ``stop`` or ``kill`` it starts again, at the same port with what it kept."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="switchgear-served-"))
            self.config_file.write_text(self._config)
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        where = ["--host", "127.0.0.1", "--port", str(self.port)]
        what = ["--config", str(self.config_file), "--data-dir", str(self.data_dir)]
        with (self._work / "stdout").open("wb") as out, (self._work / "stderr").open("wb") as err:
            self._process = subprocess.Popen(  # noqa: S603 - our own command, no shell
                [sys.executable, "-m", "switchgear", "serve", *where, *what, *self._args],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=os.environ | self._env,
            )
        deadline = time.monotonic() + self._start_timeout
        while not self._healthy():
            if self.process.poll() is not None:
                self._fail(f"It ended with exit code {self.process.returncode}.")
            if time.monotonic() > deadline:
                self._fail(f"It did not answer /healthz within {self._start_timeout:g} s.")
            time.sleep(0.02)

    def stop(self) -> int:
        """Ask it to end (SIGTERM), kill it when it does not in time; its exit code (negative: killed by a signal)."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(self._stop_timeout)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """End it at once (SIGKILL); its exit code."""
        self.process.kill()
        return self.process.wait()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self._leave)

    @property
    def _work(self) -> Path:
        if self._folder is None:
            raise RuntimeError("Not started: use it as a context manager.")
        return self._folder

    def _healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _fail(self, what: str) -> None:
        raise ServeFailed(f"switchgear serve: {what} It printed:\n{self.output()}")

    def _leave(self) -> None:
        if self._process is not None:
            self.stop()
            self._process = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
