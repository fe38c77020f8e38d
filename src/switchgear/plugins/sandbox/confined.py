"""A plugin's process in its sandbox."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Callable

from switchgear.core.structs import Frozen
from switchgear.plugins.permissions import PluginLimits
from switchgear.plugins.sandbox import processes
from switchgear.plugins.sandbox.control_groups import ControlGroup
from switchgear.plugins.sandbox.egress import Denied, Egress
from switchgear.plugins.sandbox.proxy import Proxy
from switchgear.plugins.sandbox.readiness import readable
from switchgear.plugins.sandbox.watch import Watch, out_of_memory


class Usage(Frozen, frozen=True):
    """What a plugin uses now: bytes of memory and of its data folder, and processes with their threads."""

    memory: int
    processes: int
    disk: int


class Pipes(Frozen, frozen=True):
    """The gateway's ends of a process's pipes: file descriptors that do not block."""

    stdin: int
    stdout: int
    stderr: int


class Held(Frozen, frozen=True):
    """What holds a process: bubblewrap, the namespace's first process (its number on the host), its group and its way out.

    ``handle`` is a descriptor of the first one (pidfd_open(2)). Without namespaces (``namespaced`` false) both processes are the plugin's own.
    """

    process: subprocess.Popen[bytes]
    first: int
    handle: int
    namespaced: bool
    group: ControlGroup | None
    egress: Egress
    proxy: Proxy | None


class Confined:
    """A running plugin. Its pipes are the caller's to read, write and close: nothing that it writes is read here, so a plugin that writes
    without end waits at a full pipe (64 KiB), and costs the gateway no memory.

    ``reason`` says why the sandbox ended it, as the end of a sentence that begins with the plugin, and is ``""`` if it did not.
    """

    def __init__(self, pipes: Pipes, held: Held, watch: Watch, limits: PluginLimits) -> None:
        self.stdin, self.stdout, self.stderr = pipes.stdin, pipes.stdout, pipes.stderr
        self.reason = ""
        self._held = held
        self._watch = watch
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[int] = self._loop.create_future()
        self._on_ended: list[Callable[[int], None]] = []
        self._gone = os.pidfd_open(held.process.pid)
        self._loop.add_reader(self._gone, self._reap)
        self._watching = self._loop.create_task(self._watched())
        self._clearing: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """The host's number of the first process inside."""
        return self._held.first

    @property
    def returncode(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._ended.result() if self._ended.done() else None

    @property
    def denied(self) -> tuple[Denied, ...]:
        """The last hundred connections that were refused, oldest first."""
        return self._held.egress.denied

    def usage(self) -> Usage:
        """What it uses now; zeros when it is gone. Reads a few files of /proc: not for every call."""
        if self._ended.done():
            return Usage(0, 0, self._watch.disk)
        group = self._held.group
        memory = group.memory() if group is not None else None
        count = group.processes() if group is not None else None
        if memory is None or count is None:
            below = processes.tree(self._held.first)
            memory = processes.memory(below, self._limits.memory_mb << 20) if memory is None else memory
            count = processes.threads(below) if count is None else count
        return Usage(memory, max(0, count - 1), self._watch.disk)

    def on_ended(self, call: Callable[[int], None]) -> None:
        """Have ``call`` called with the exit status once it ended, from the event loop; at once if it has. It may not raise."""
        if self._ended.done():
            call(self._ended.result())
        else:
            self._on_ended.append(call)

    async def wait(self) -> int:
        """The exit status once it ended; negative for a signal."""
        return await asyncio.shield(self._ended)

    async def stop(self, grace_seconds: float) -> None:
        """Let it end by itself for half of ``grace_seconds``, then ask it to (SIGTERM), then end it and all that it started.

        Close its stdin before: that is how an MCP server is told. Afterwards nothing of it is left, control groups included.
        """
        for ask in (False, True):
            if self._ended.done() or grace_seconds <= 0:
                break
            if ask:
                self._terminate()
            await asyncio.wait([self._ended], timeout=grace_seconds / 2)
        self.kill()
        await asyncio.shield(self._ended)
        if self._clearing is not None:
            await asyncio.shield(self._clearing)

    def kill(self) -> None:
        """End it and all that it started, now. The end is told as any other."""
        if self._ended.done():
            return
        if not self._held.namespaced:
            processes.kill(self._held.first)
        with contextlib.suppress(ProcessLookupError):  # the namespace goes with its first process
            signal.pidfd_send_signal(self._held.handle, signal.SIGKILL)
        self._held.process.kill()

    def _terminate(self) -> None:
        if self._held.namespaced:
            processes.terminate(self._held.first)  # which passes no signals on
        else:
            self._held.process.terminate()

    async def _watched(self) -> None:
        why = await self._watch.broken()
        self.reason = self.reason or why
        self.kill()

    def _reap(self) -> None:
        status = self._held.process.poll()
        if status is None:
            return
        self._loop.remove_reader(self._gone)
        os.close(self._gone)
        self._watching.cancel()
        group = self._held.group
        if not self._held.namespaced:
            self._end_the_rest()
        if not self.reason and group is not None and group.killed_for_memory():
            self.reason = out_of_memory(self._limits)
        told_as_shells_do = self._held.namespaced and 128 < status < 160  # bubblewrap's own way with signals
        self._ended.set_result(128 - status if told_as_shells_do else status)
        self._clearing = self._loop.create_task(self._clear())
        for call in self._on_ended:
            call(self._ended.result())

    def _end_the_rest(self) -> None:
        """Without namespaces, what a plugin started outlives it, unless it is found by its session or its group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._held.first, signal.SIGKILL)
        if self._held.group is not None:
            self._held.group.kill()

    async def _clear(self) -> None:
        """Take down what was put up for it, once the last of its processes is gone: a namespace's first one is the last to go."""
        try:
            await readable(self._held.handle)
        finally:
            os.close(self._held.handle)
        if self._held.proxy is not None:
            await self._held.proxy.close()
        if self._held.group is not None:
            await self._held.group.removed()
