"""The command run in this process, as a process of its own, in a terminal; and a served gateway to talk to."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from switchgear.cli.main import run
from switchgear.config.discover import KNOWN_PROVIDERS
from switchgear.testing import ScriptedProvider, served

FOUND = {name for known in KNOWN_PROVIDERS for name in known.all_variables}
OWN = {"SWITCHGEAR_CONFIG", "SWITCHGEAR_DATA_DIR", "SWITCHGEAR_URL", "SWITCHGEAR_KEY"}
OTHERS = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"}


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, an empty home and a data folder of the test's own; no provider in the environment."""
    for name in FOUND | OWN | OTHERS:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setenv("SWITCHGEAR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TERM", "xterm-256color")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def cli(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Runs a command in this process."""

    def call(*arguments: str | Path, stdin: str = "") -> Ended:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = run([str(each) for each in arguments])
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return call


@pytest.fixture
def process(folder: Path) -> Callable[..., Ended]:
    """Runs a command as a process of its own, without a terminal."""

    def call(*arguments: str | Path, stdin: str = "", env: Mapping[str, str] | None = None) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "switchgear", *map(str, arguments)],
            input=stdin,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, **(env or {})},
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return call


_IN_A_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "switchgear", *sys.argv[1:]])
"""


@dataclass
class Terminal:
    """A command with a terminal of its own, so that what is typed comes to it as from a keyboard."""

    process: subprocess.Popen[bytes]
    handle: int
    seen: str = ""
    _mark: int = field(default=0, repr=False)
    _decoder: Any = field(default_factory=codecs.getincrementaldecoder("utf-8"), repr=False)

    @classmethod
    def start(cls, arguments: tuple[str, ...], columns: int, env: Mapping[str, str]) -> Terminal:
        import fcntl
        import struct
        import termios

        handle, end = os.openpty()
        fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        started = subprocess.Popen(
            [sys.executable, "-c", _IN_A_TERMINAL, *arguments],
            stdin=end,
            stdout=end,
            stderr=end,
            start_new_session=True,
            env={**os.environ, **env},
        )
        os.close(end)
        return cls(started, handle)

    def until(self, text: str, seconds: float = 30) -> str:
        """What was shown since the last time, up to and with ``text``."""
        deadline = time.monotonic() + seconds
        while text not in self.seen[self._mark :]:
            assert time.monotonic() < deadline, f"{text!r} did not appear in {self.seen!r}"
            if not self._more():
                break
        assert text in self.seen[self._mark :], f"{text!r} did not appear in {self.seen!r}"
        start, self._mark = self._mark, self.seen.index(text, self._mark) + len(text)
        return self.seen[start : self._mark]

    def type(self, keys: str) -> None:
        os.write(self.handle, keys.encode())

    def end(self, seconds: float = 30) -> int:
        """Everything read, the exit code."""
        deadline = time.monotonic() + seconds
        while self._more():
            assert time.monotonic() < deadline, f"it did not end: {self.seen!r}"
        return self.process.wait(seconds)

    def _more(self) -> bool:
        ready, _, _ = select.select([self.handle], [], [], 0.2)
        if not ready:
            return True
        try:
            data = os.read(self.handle, 65_536)
        except OSError:  # Linux says so when the last process let go of the terminal
            return False
        self.seen += self._decoder.decode(data)
        return bool(data)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        with contextlib.suppress(OSError):
            os.close(self.handle)


@pytest.fixture
def terminal(folder: Path) -> Iterator[Callable[..., Terminal]]:
    """Runs a command in a terminal."""
    open_ones: list[Terminal] = []

    def call(*arguments: str | Path, columns: int = 80, env: Mapping[str, str] | None = None) -> Terminal:
        made = Terminal.start(tuple(map(str, arguments)), columns, env or {})
        open_ones.append(made)
        return made

    yield call
    for each in open_ones:
        each.close()


@dataclass(frozen=True)
class Gateway:
    """A served gateway with one provider, which says what a test tells it to."""

    provider: ScriptedProvider
    served: Any

    @property
    def where(self) -> tuple[str, str]:
        return "--data-dir", str(self.served.data_dir)


CONFIG = """
[local]
enabled = false

[retry]
attempts = 1

[health]
errors = 10000
calls = 1000000
longest_limit = 1

[providers.test]
base_url = "{url}/v1"
api_key = "env:TEST_PROVIDER_KEY"
models = ["test-model"]

[models.fast]
deployments = [{{ provider = "test", model = "test-model" }}]
"""


@pytest.fixture(scope="session")
def serving() -> Iterator[Gateway]:
    """One gateway for all tests of a worker that only talk to it."""
    with ScriptedProvider.in_thread(api_key="provider-key") as provider:
        config = CONFIG.format(url=provider.url)
        env = dict.fromkeys(FOUND | OWN, "") | {"TEST_PROVIDER_KEY": "provider-key"}
        with served(config, env=env) as gateway:
            yield Gateway(provider, gateway)


@pytest.fixture(autouse=True)
def nothing_stays_scripted(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test scripted and nobody asked for is not the answer to the next one."""
    asked = request.getfixturevalue("serving") if "serving" in request.fixturenames else None
    yield
    if asked is not None:
        asked.provider.forget()
