"""The start of a confined process, step by step: made, held at a gate, limited, given its way out, let go."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

from switchgear.core.errors import PluginNotStarted
from switchgear.core.structs import Frozen
from switchgear.plugins.sandbox import ceilings, mounts
from switchgear.plugins.sandbox.bubblewrap import Bubblewrap
from switchgear.plugins.sandbox.confined import Held, Pipes
from switchgear.plugins.sandbox.control_groups import ControlGroup
from switchgear.plugins.sandbox.egress import Egress
from switchgear.plugins.sandbox.gate import Gate
from switchgear.plugins.sandbox.launch import Launch
from switchgear.plugins.sandbox.proxy import PORT, Proxy
from switchgear.plugins.sandbox.readiness import readable

_SECONDS: Final = 20.0
_ENTER: Final = Path(__file__).with_name("enter.py")
_BARE: Final = Path(__file__).with_name("bare.py")
_INNER: Final = re.compile(r"(?<![\w./-])/(plugin|data|deps|cache)(?=$|[/:])")
_NULL: Final = subprocess.DEVNULL
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")


class Plan(Frozen, frozen=True):
    """How to start ``launch`` here. ``program``: the filter of system calls; ``network``: whether there is a namespace of the network."""

    launch: Launch
    bubblewrap: Bubblewrap
    program: bytes
    private: tuple[Path, ...]
    network: bool
    group: ControlGroup | None
    egress: Egress


class Start:
    """One start. ``run`` gives what is running; if that fails, nothing is left of it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._name = plan.launch.name
        self._loop = asyncio.get_running_loop()
        self._theirs: list[int] = []
        """Descriptors that are closed here as soon as bubblewrap has them."""
        self._stderr: int | None = None
        self._cleanup = contextlib.AsyncExitStack()

    async def run(self) -> tuple[Pipes, Held]:
        """Start it. Raises PluginNotStarted."""
        async with self._cleanup:
            try:
                async with asyncio.timeout(_SECONDS):
                    started = await self._steps()
            except TimeoutError as error:
                raise self._failed(f"took more than {_SECONDS:g} seconds to start") from error
            except OSError as error:
                raise self._failed("cannot be started", await self._said() or error.strerror or str(error)) from error
            finally:
                self._close_theirs()
            self._cleanup.pop_all()
        return started

    async def _steps(self) -> tuple[Pipes, Held]:
        plan = self._plan
        gate = Gate(plan.program)
        self._cleanup.callback(gate.close)
        self._theirs.append(gate.inner)
        info, info_inner = os.pipe()
        self._theirs.append(info_inner)
        with io.FileIO(info) as told:
            pipes, bubblewrap = self._spawn(gate.inner, info_inner)
            self._cleanup.push_async_callback(_ended, bubblewrap)
            async with self._entering() as helper:
                self._close_theirs()
                first = bubblewrap.pid if plan.bubblewrap.program is None else await self._first(told)
                self._limit(first)
                proxy = await self._proxy(helper, first) if helper is not None else None
                handle = os.pidfd_open(first)  # now: once it is let go, it may be gone at once
                self._cleanup.callback(os.close, handle)
                await gate.reached()
                if helper is not None and os.geteuid() == 0:
                    await self._protect_devices(helper)
                gate.open()
        namespaced = plan.bubblewrap.program is not None
        return pipes, Held(
            process=bubblewrap,
            first=first,
            handle=handle,
            namespaced=namespaced,
            group=plan.group,
            egress=plan.egress,
            proxy=proxy,
        )

    def _limit(self, first: int) -> None:
        group = self._plan.group
        if group is not None:
            group.add(first)
        controllers = group.holds if group is not None else frozenset()
        ceilings.set_limits(first, self._plan.launch.limits, controllers, self._plan.bubblewrap.program is not None)

    def _spawn(self, gate: int, info: int) -> tuple[Pipes, subprocess.Popen[bytes]]:
        """Start bubblewrap. Its options, which hold what the plugin's environment holds, are not seen in a list of processes.

        In this thread, which lives as long as the gateway: ``--die-with-parent`` means the thread (prctl(2), PR_SET_PDEATHSIG).
        """
        (stdin, ours_in), (ours_out, stdout), (ours_err, stderr) = os.pipe(), os.pipe(), os.pipe()
        self._theirs += [stdin, stdout, stderr]
        for ours in (ours_in, ours_out, ours_err):
            self._cleanup.callback(os.close, ours)
            os.set_blocking(ours, False)
        self._stderr = ours_err
        command, passed = self._command(gate, info) if self._plan.bubblewrap.program else self._bare(gate)
        process = subprocess.Popen(  # noqa: S603 - the program is bubblewrap, found by us, or this interpreter
            command, stdin=stdin, stdout=stdout, stderr=stderr, pass_fds=passed, env={}, cwd="/"
        )
        return Pipes(ours_in, ours_out, ours_err), process

    def _command(self, gate: int, info: int) -> tuple[list[str], tuple[int, ...]]:
        """The command of bubblewrap, and the descriptors that it needs."""
        etc = {name: self._file(content) for name, content in mounts.ETC.items()}
        options = self._options(etc, gate, info)
        arguments = self._file(b"".join(option.encode() + b"\0" for option in options))
        command = [str(self._plan.bubblewrap.program), "--args", str(arguments), "--", *self._plan.launch.argv]
        return command, (gate, info, arguments, *etc.values())

    def _bare(self, gate: int) -> tuple[list[str], tuple[int, ...]]:
        """The same where there is no bubblewrap: the plugin sees the host's paths."""
        launch = self._plan.launch
        told = {
            "argv": [_outer(each, launch) for each in launch.argv],
            "env": {name: _outer(value, launch) for name, value in self._environment().items()},
            "cwd": _outer(launch.cwd, launch),
            "parent": os.getpid(),
        }
        spoken = self._file(json.dumps(told).encode())
        return [sys.executable, "-I", "-S", str(_BARE), str(spoken), str(gate)], (spoken, gate)

    def _environment(self) -> dict[str, str]:
        """All variables. Raises PluginNotStarted for one that cannot be."""
        found = environment(self._plan.launch, self._plan.network) | dict(self._plan.launch.env)
        for name, value in found.items():
            if not name or "=" in name or "\0" in name or "\0" in value:
                raise self._failed(f"has an environment variable that cannot be set: {name!r}")
        return found

    def _options(self, etc: Mapping[str, int], gate: int, info: int) -> list[str]:
        plan = self._plan
        options = plan.bubblewrap.namespaces(plan.network)
        options += ["--die-with-parent", "--new-session", "--clearenv"]
        for name, value in self._environment().items():
            options += ["--setenv", name, value]
        options += mounts.arguments(plan.launch, plan.private, dict(etc))
        return [*options, "--info-fd", str(info), "--seccomp", str(gate)]

    def _file(self, content: bytes) -> int:
        """A descriptor to read ``content`` from."""
        descriptor = os.memfd_create("switchgear")
        self._theirs.append(descriptor)
        os.write(descriptor, content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        return descriptor

    @contextlib.asynccontextmanager
    async def _entering(self) -> AsyncIterator[socket.socket | None]:
        """The process that enters the namespaces, started while bubblewrap makes them; None where there is no network to enter."""
        if not self._plan.network:
            yield None
            return
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                process = _helper(theirs)
            ours.setblocking(False)
            try:
                yield ours
            finally:
                await _ended(process)

    async def _first(self, told: io.FileIO) -> int:
        """The number of the namespace's first process, once there is one."""
        os.set_blocking(told.fileno(), False)
        text = b""
        while True:
            await readable(told.fileno())
            piece = told.read(4096)
            if not piece:
                break
            text += piece
        try:
            return int(json.loads(text)["child-pid"])
        except (ValueError, KeyError) as error:
            raise self._failed("cannot be started", await self._said()) from error

    async def _proxy(self, helper: socket.socket, first: int) -> Proxy:
        """The way out, on a socket made inside. Raises PluginNotStarted."""
        await self._loop.sock_sendall(helper, f"{first} {PORT}".encode())
        await readable(helper.fileno())
        said, descriptors, _, _ = socket.recv_fds(helper, 256, 1)
        if not descriptors:
            raise self._failed("got no way out of its sandbox", said.decode(errors="replace"))
        listener = socket.socket(fileno=descriptors[0])
        listener.setblocking(False)
        proxy = Proxy(self._plan.egress)
        proxy.serve(listener)
        self._cleanup.push_async_callback(proxy.close)
        return proxy

    async def _protect_devices(self, helper: socket.socket) -> None:
        await self._loop.sock_sendall(helper, b"devices")
        said = await self._loop.sock_recv(helper, 256)
        if said != b"+":
            raise self._failed("could change devices of this machine", said.decode(errors="replace"))

    async def _said(self) -> str:
        """What bubblewrap said before it gave up."""
        if self._stderr is None:
            return ""
        with contextlib.suppress(OSError):
            await asyncio.wait_for(readable(self._stderr), 1.0)
            return os.read(self._stderr, 4096).decode(errors="replace").strip()
        return ""

    def _failed(self, what: str, cause: str = "") -> PluginNotStarted:
        said = f'Plugin "{self._name}" {what}' + (f": {cause.removeprefix('bwrap: ')[:500]}" if cause else "")
        return PluginNotStarted(f"{said.rstrip('.')}.", plugin=self._name, cause=cause)

    def _close_theirs(self) -> None:
        while self._theirs:
            os.close(self._theirs.pop())


def environment(launch: Launch, network: bool) -> dict[str, str]:
    """The variables that the sandbox sets."""
    found = {"HOME": "/data", "TMPDIR": "/tmp", "LANG": "C.UTF-8", "PATH": _path(launch)}  # noqa: S108 - of the inside
    if not network:
        return found
    proxy = f"http://127.0.0.1:{PORT}"
    local = [host for host in _LOCAL if not any(host in target for target in launch.permissions.network)]
    for name, value in (("http_proxy", proxy), ("https_proxy", proxy), ("no_proxy", ",".join(local))):
        found[name] = found[name.upper()] = value
    return found | {"NODE_USE_ENV_PROXY": "1"}  # https://nodejs.org/api/cli.html#node_use_env_proxy1


def _outer(text: str, launch: Launch) -> str:
    """``text`` with the host's paths of the folders that a plugin knows by others."""
    places = {"plugin": launch.code, "data": launch.data, "deps": launch.deps, "cache": launch.cache}
    return _INNER.sub(lambda found: str(places[found[1]] or found[0]), text)


def _path(launch: Launch) -> str:
    places = [str(runtime.parent) for runtime in launch.runtimes if runtime.parent.name == "bin"]
    if launch.deps is not None:
        places = ["/deps/bin", "/deps/node_modules/.bin", *places]
    return ":".join(dict.fromkeys([*places, "/usr/local/bin", "/usr/bin", "/bin"]))


async def _ended(process: subprocess.Popen[bytes]) -> None:
    """End a process and wait for that; it takes no time that could be felt, for it is killed."""
    process.kill()
    await asyncio.get_running_loop().run_in_executor(None, process.wait)


def _helper(channel: socket.socket) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - this interpreter and a file of ours
        [sys.executable, "-I", "-S", str(_ENTER)], stdin=channel.fileno(), stdout=_NULL, stderr=_NULL, env={}
    )
