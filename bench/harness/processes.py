"""Starting, pinning, reading and ending processes; everything from ``/proc`` (proc(5)).

Each child leads its own session, so that its helpers are found by session id and ended with it. Should the bench itself
be killed, the kernel ends the leaders (``PR_SET_PDEATHSIG``, prctl(2)).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

_PR_SET_PDEATHSIG = 1
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class BenchError(Exception):
    """Something the bench needs is missing or failed; the message is for the person who runs it."""


@dataclass(frozen=True)
class Cores:
    """Which CPUs the measured gateway and the load may use. The same set for both on a machine with one core."""

    gateway: frozenset[int]
    load: frozenset[int]

    @classmethod
    def of_this_machine(cls) -> Cores:
        """The first CPU for the gateway, the others for upstreams, load generators and this process."""
        allowed = sorted(os.sched_getaffinity(0))
        if len(allowed) == 1:
            return cls(frozenset(allowed), frozenset(allowed))
        return cls(frozenset(allowed[:1]), frozenset(allowed[1:]))


class Child:
    """A running process and everything it started, on the given CPUs; a context manager that ends them all."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        cpus: frozenset[int],
        log: Path,
        env: Mapping[str, str],
        cwd: Path | None = None,
    ) -> None:
        """``env`` is added to this process's environment; output goes to ``log``."""
        libc = ctypes.CDLL(None, use_errno=True)

        def before_exec() -> None:
            os.sched_setaffinity(0, cpus)
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

        self.log = log
        with log.open("wb") as output:
            self.spawned_at = time.perf_counter()
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(os.environ) | dict(env),
                cwd=cwd,
                start_new_session=True,
                preexec_fn=before_exec,  # noqa: PLW1509 - this process has one thread
            )

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self, patience: float = 8.0) -> None:
        """Ask to stop, wait at most ``patience`` seconds, then kill whatever is left of the session."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        while left := self.pids():  # again, for one of them may just have started another
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.002)
        self._process.wait()

    @property
    def leader(self) -> int:
        """The process id of the one that was started."""
        return self._process.pid

    def check_alive(self) -> None:
        """Raise ``BenchError`` with the end of the log when the leader has exited."""
        if (code := self._process.poll()) is not None:
            raise BenchError(f"exited with {code}: {self.last_words()}")

    def last_words(self) -> str:
        """The last lines of the log, on one line."""
        lines = self.log.read_text(errors="replace").strip().splitlines()[-6:]
        return " | ".join(line.strip() for line in lines) or "(it said nothing)"

    def pids(self) -> list[int]:
        """The processes of this session that live now."""
        return [pid for pid, fields in _stats() if int(fields[3]) == self._process.pid and fields[0] != "Z"]

    def cpu_seconds(self) -> float:
        """User and system time of the whole tree so far, with that of children already waited for."""
        ticks = 0
        for _, fields in _stats():
            if int(fields[3]) == self._process.pid:
                ticks += sum(map(int, fields[11:15]))  # utime, stime, cutime, cstime
        return ticks / _TICKS

    def resident_bytes(self) -> int:
        """Resident memory, summed over the tree (shared pages count in each process)."""
        total = 0
        for pid in self.pids():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
        return total


def _stats() -> list[tuple[int, list[str]]]:
    """Each process's ``/proc/PID/stat`` after its name: field 0 is the state (the third of proc(5))."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found.append((int(entry.name), (entry / "stat").read_text().rpartition(")")[2].split()))
    return found


class BusyMeter:
    """How busy a set of CPUs was since this object was made, by the kernel's own account."""

    def __init__(self, cpus: frozenset[int]) -> None:
        self._cpus = cpus
        self._before = self._read()

    def _read(self) -> tuple[int, int]:
        idle = total = 0
        for line in Path("/proc/stat").read_text().splitlines():
            name, _, rest = line.partition(" ")
            if name.startswith("cpu") and name[3:].isdigit() and int(name[3:]) in self._cpus:
                numbers = list(map(int, rest.split()))
                idle, total = idle + numbers[3] + numbers[4], total + sum(numbers[:8])
        return idle, total

    def share(self) -> float:
        """0 to 1."""
        idle, total = self._read()
        passed = total - self._before[1]
        return 1 - (idle - self._before[0]) / passed if passed else 0.0


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, child: Child, seconds: float = 10) -> None:
    """Return once something accepts on ``port``; raise ``BenchError`` when ``child`` exits or time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        child.check_alive()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.01)
    raise BenchError(f"nothing listens on port {port} after {seconds:.0f} s: {child.last_words()}")


def allow_many_files(wanted: int = 16_384) -> int:
    """Raise this process's limit of open files as far as allowed and needed; children inherit it. Returns it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    ceiling = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < ceiling:
        resource.setrlimit(resource.RLIMIT_NOFILE, (ceiling, hard))
        soft = ceiling
    return soft
