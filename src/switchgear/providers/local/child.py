"""One model server in a process of its own: started, watched, restarted, and ended with the gateway."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any, Literal

import structlog

from switchgear.core.errors import ModelUnavailable
from switchgear.core.secrets import Secret
from switchgear.providers.local.liveness import answers
from switchgear.providers.local.restarts import CrashCount, RestartPolicy

State = Literal["starting", "ready", "restarting", "failed", "stopped"]

_PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "TZ",
    "PYTHONPATH",
    "LD_LIBRARY_PATH",
    "COVERAGE_PROCESS_START",
)
_MEMORY_SIGNS = (
    "insufficient memory",
    "failed to allocate",
    "bad_alloc",
    "memoryerror",
    "cannot allocate memory",
    "mmap: 12",
    "mem_buffer != null",  # ggml's assertion after an allocation; the line before it can be lost in the abort
)
_LINE_LIMIT = 64 * 1024
_DEFAULT_POLICY = RestartPolicy()


@dataclass(frozen=True)
class Endpoint:
    """Where a ready child answers: ``base_url`` (``http://127.0.0.1:PORT/v1``) and the bearer ``key`` it requires.

    Both are new after every restart.
    """

    base_url: str
    key: Secret


@dataclass(frozen=True)
class ChildStatus:
    """``state`` and why it is that; ``since`` is seconds since the Unix epoch, ``restarts`` counts from ``start``."""

    state: State
    reason: str
    since: float
    pid: int | None = None
    restarts: int = 0


@dataclass(frozen=True)
class ChildLimits:
    """``memory_mb``: MiB of private memory the child may have; ``nice``: what is added to its niceness."""

    memory_mb: int
    nice: int = 5


class _Crashed(Exception):
    """The child is gone or useless. ``permanent``: starting it again cannot help."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent


class ChildProcess:
    """Supervises one model server, started as ``command`` and speaking the protocol of ``serving``.

    The bearer key and ``settings`` go in by stdin, so neither is seen in a process list; of the environment only what
    a Python process needs is passed on, so that provider keys stay here. What the child prints is logged at debug
    level, and its last lines explain a failure.

    Nothing the child does raises here: every trouble becomes a state with a reason. ``on_change(name, status)`` is
    called on each change, from the event loop, and must be cheap. Not safe to use from several event loops.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        settings: Mapping[str, Any],
        *,
        limits: ChildLimits,
        policy: RestartPolicy = _DEFAULT_POLICY,
        on_change: Callable[[str, ChildStatus], None] | None = None,
    ) -> None:
        self.name = name
        self._command = list(command)
        self._settings = dict(settings)
        self._limits = limits
        self._policy = policy
        self._on_change = on_change
        self._log = structlog.get_logger("switchgear.providers.local").bind(model=name)
        self._status = ChildStatus("stopped", "not started", time.time())
        self._endpoint: Endpoint | None = None
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._last_lines: deque[str] = deque(maxlen=20)
        self._short_of_memory = False
        self._ready_since: float | None = None
        self._restarts = 0

    @property
    def status(self) -> ChildStatus:
        """The state of this moment."""
        return self._status

    @property
    def endpoint(self) -> Endpoint | None:
        """Where the child answers, while it is ready."""
        return self._endpoint

    @property
    def last_lines(self) -> list[str]:
        """The last lines the child printed, oldest first, at most 20."""
        return list(self._last_lines)

    def start(self) -> None:
        """Begin to start the child in the background; does nothing when that was done already."""
        if self._task is None or self._task.done():
            self._restarts = 0
            self._enter("starting", "")
            self._task = asyncio.get_running_loop().create_task(self._supervise(), name=f"child {self.name}")

    async def stop(self) -> None:
        """End the child: SIGTERM, after ``stop_grace`` SIGKILL to its whole group. Returns when it is gone."""
        task, self._task = self._task, None
        self._endpoint = None
        self._enter("stopped", "stopped by the gateway")
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def restart(self) -> None:
        """End the child and start it anew, with the count of crashes back at zero; the way out of ``failed``."""
        await self.stop()
        self.start()

    async def wait_ready(self, timeout: float) -> Endpoint:  # noqa: ASYNC109 - a wait of this object, not of a call
        """The endpoint, as soon as there is one; waits at most ``timeout`` seconds, restarts included.

        Raises ``ModelUnavailable`` with the reason when that takes longer, or when the child is failed or stopped.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self._status.state in ("starting", "restarting"):
                    await self._changed.wait()
        if self._endpoint is not None:
            return self._endpoint
        raise self.unavailable()

    async def wait_gone(self, endpoint: Endpoint, timeout: float) -> bool:  # noqa: ASYNC109 - as above
        """Whether ``endpoint`` is no longer where the child answers; waits at most ``timeout`` seconds for that."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self._endpoint == endpoint:
                    await self._changed.wait()
        return self._endpoint != endpoint

    def unavailable(self) -> ModelUnavailable:
        """The error to answer a call with while there is no endpoint."""
        status = self._status
        why = f": {status.reason}" if status.reason else ""
        return ModelUnavailable(
            f"The embedded model {self.name} is {status.state}{why}",
            retry_after=1.0 if status.state in ("starting", "restarting") else None,
        )

    async def _supervise(self) -> None:
        count = CrashCount(self._policy)
        while True:
            self._ready_since = None
            try:
                await self._live()
            except _Crashed as crash:
                count.crashed(self._ready_for())
                if crash.permanent:
                    self._enter("failed", crash.reason)
                    return
                if count.looping:
                    self._enter("failed", f"{crash.reason} ({count.crashes} crashes in a row; given up)")
                    return
                delay = count.delay()
                self._restarts += 1
                self._enter("restarting", crash.reason)
                self._log.warning("embedded model restarts", reason=crash.reason, in_seconds=round(delay, 1))
                await asyncio.sleep(delay)

    def _ready_for(self) -> float:
        return 0.0 if self._ready_since is None else time.monotonic() - self._ready_since

    async def _live(self) -> None:
        """One life of the child; ends with ``_Crashed`` or by cancellation, and the process is gone either way."""
        self._last_lines.clear()
        self._short_of_memory = False
        key = Secret(token_urlsafe(32))
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=_environment(),
                start_new_session=True,
                limit=_LINE_LIMIT,
            )
        except OSError as error:
            raise _Crashed(f"the process cannot be started: {error.strerror or error}") from error
        self._enter("starting" if self._restarts == 0 else "restarting", self._status.reason, process.pid)
        report: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()
        readers = [
            asyncio.ensure_future(self._read(process.stdout, report)),
            asyncio.ensure_future(self._read(process.stderr, None)),
        ]
        try:
            await self._watch(process, key, report, readers)
        except _Crashed as crash:
            self._endpoint = None
            self._enter("restarting", crash.reason, process.pid)  # calls must not wait for its end to learn of it
            raise
        finally:
            self._endpoint = None
            await self._end(process)
            report.cancel()
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)

    async def _watch(
        self,
        process: asyncio.subprocess.Process,
        key: Secret,
        report: asyncio.Future[dict[str, str]],
        readers: Sequence[asyncio.Future[None]],
    ) -> None:
        await self._send_orders(process, key)
        exited = asyncio.ensure_future(process.wait())
        try:
            either: list[asyncio.Future[Any]] = [exited, report]
            await asyncio.wait(either, timeout=self._policy.start_timeout, return_when=asyncio.FIRST_COMPLETED)
            if not report.done() and not exited.done():
                raise _Crashed(f"not ready within {self._policy.start_timeout:g} s")
            if exited.done():
                # What it printed last is still in the pipes. A grandchild may hold them open, hence the limit.
                await asyncio.wait(readers, timeout=1.0)
            told = report.result() if report.done() else {}
            if told.get("switchgear") == "failed":
                raise _Crashed(told["reason"], permanent=True)
            if exited.done():
                raise self._exit_of(exited.result())
            self._became_ready(told, key, process.pid)
            await self._keep_checking(told["url"] + told["health"], key, exited)
            self._endpoint = None  # before its last words are read: calls must not go there meanwhile
            self._enter("restarting", self._exit_of(exited.result()).reason, process.pid)
            await asyncio.wait(readers, timeout=1.0)
            raise self._exit_of(exited.result())
        finally:
            exited.cancel()

    async def _send_orders(self, process: asyncio.subprocess.Process, key: Secret) -> None:
        orders = {
            "key": key.reveal(),
            "memory_bytes": self._limits.memory_mb * 1024 * 1024,
            "nice": self._limits.nice,
            "settings": self._settings,
        }
        if process.stdin is not None:
            # A child that dies before reading them is seen by its exit.
            with contextlib.suppress(ConnectionError):
                process.stdin.write(json.dumps(orders).encode() + b"\n")
                await process.stdin.drain()

    def _became_ready(self, told: dict[str, str], key: Secret, pid: int) -> None:
        self._ready_since = time.monotonic()
        self._endpoint = Endpoint(base_url=told["url"] + "/v1", key=key)
        self._enter("ready", "", pid)

    async def _keep_checking(self, url: str, key: Secret, exited: asyncio.Future[int]) -> None:
        """Return when the process has exited; ``_Crashed`` when it no longer answers."""
        silent = 0
        while True:
            await asyncio.wait({exited}, timeout=self._policy.health_interval)
            if exited.done():
                return
            if await answers(url, key, self._policy.health_timeout):
                silent = 0
                continue
            silent += 1
            if silent >= self._policy.health_failures and not exited.done():
                raise _Crashed(f"hung: {silent} health checks in a row were not answered")

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        try:
            if process.returncode is None:
                _signal(process, signal.SIGTERM)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), self._policy.stop_grace)
        finally:
            # Also when it is gone: its session may hold processes that the engine started.
            _signal(process, signal.SIGKILL)
            if process.stdin is not None:
                process.stdin.close()
        await process.wait()

    async def _read(self, stream: asyncio.StreamReader | None, report: asyncio.Future[dict[str, str]] | None) -> None:
        while stream is not None:
            try:
                raw = await stream.readline()
            except ValueError:
                continue  # a line over the limit; the reader has dropped it
            if not raw:
                return
            line = raw.decode("utf-8", "replace").rstrip()
            told = _report_in(line) if report is not None else None
            if told is not None and report is not None and not report.done():
                report.set_result(told)
            elif line:
                self._last_lines.append(line)
                self._short_of_memory |= any(sign in line.lower() for sign in _MEMORY_SIGNS)
                self._log.debug("embedded model says", line=line)

    def _exit_of(self, status: int) -> _Crashed:
        how = (
            f"killed by signal {-status} ({signal.strsignal(-status)})"
            if status < 0
            else f"exited with status {status}"
        )
        if self._short_of_memory:
            how = f"out of memory: its ceiling is {self._limits.memory_mb} MiB (local.memory_mb); {how}"
        if self._last_lines:
            how += f"; its last words: {self._last_lines[-1][:300]}"
        return _Crashed(how)

    def _enter(self, state: State, reason: str, pid: int | None = None) -> None:
        before = self._status
        since = before.since if before.state == state else time.time()
        self._status = ChildStatus(state, reason, since, pid, self._restarts)
        self._changed.set()
        self._changed = asyncio.Event()
        if before.state != state:
            facts = {name: fact for name, fact in (("reason", reason), ("pid", pid)) if fact}
            # a restart is told of by the warning that also says when
            levels = {"ready": self._log.info, "failed": self._log.error}
            levels.get(state, self._log.debug)("embedded model is " + state, **facts)
        if self._on_change is not None:
            self._on_change(self.name, self._status)


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Signal the child's whole process group, which it leads since it started its own session."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _report_in(line: str) -> dict[str, str] | None:
    if not line.startswith('{"switchgear"'):
        return None
    try:
        told = json.loads(line)
    except ValueError:
        return None
    whole = isinstance(told, dict) and (
        told.keys() >= {"url", "health"} if told["switchgear"] == "ready" else told.keys() >= {"reason"}
    )
    return {name: str(value) for name, value in told.items()} if whole else None


def _environment() -> dict[str, str]:
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    # On a crash ggml would start a debugger to print a backtrace, which takes seconds and hides the cause.
    return {**passed_on, "PYTHONUNBUFFERED": "1", "TOKENIZERS_PARALLELISM": "false", "GGML_NO_BACKTRACE": "1"}
