"""Runs a project's server, sandboxed or not, as often as it is wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, cast

from switchgear import __version__
from switchgear.plugins.authoring.project import Manner, Project, launch_of
from switchgear.plugins.mcp.channel import Channel
from switchgear.plugins.mcp.negotiation import START_SECONDS, open_session
from switchgear.plugins.mcp.session import Hooks, Session, Terms
from switchgear.plugins.mcp.stdio import PlainProcess, Process, StdioChannel, start_process
from switchgear.plugins.sandbox import processes
from switchgear.plugins.sandbox.confined import Confined
from switchgear.plugins.sandbox.egress import Denied
from switchgear.plugins.sandbox.launch import Launch
from switchgear.plugins.sandbox.sandbox import Sandbox

_MUCH: Final = 1 << 30
NO_HOOKS: Final = Hooks()
Tap = Callable[[Channel], Channel]
"""Puts itself between a session and its channel."""


def _nothing(_: object) -> None:
    """Where nobody listens."""


class Listeners:
    """Who hears of a project's runs: ``words`` each line of standard error, ``denied`` each connection that the sandbox refused."""

    def __init__(self, words: Callable[[str], None] = _nothing, denied: Callable[[Denied], None] = _nothing) -> None:
        self.words = words
        self.denied = denied


class Workbench:
    """One project's runs. Of one event loop, whose thread outlives them. ``close`` it at the end, after its sessions."""

    def __init__(
        self, project: Project, manner: Manner, environ: Mapping[str, str], listeners: Listeners | None = None
    ) -> None:
        self.project = project
        self.manner = manner
        self._environ = environ
        self._listeners = listeners or Listeners()
        self._sandbox = Sandbox((), on_denied=lambda _name, denied: self._listeners.denied(denied))
        self.process: Process | None = None
        """The process that was started last."""

    def listen(self, listeners: Listeners) -> None:
        """Have others hear of the runs from now on."""
        self._listeners = listeners

    async def channel(self) -> Channel:
        """A new process, connected. Raises PluginError, UsageError."""
        launch = launch_of(self.project, self.manner, self._environ)
        self.process = process = await self._started(launch)
        return StdioChannel(self.project.name, process, launch.limits.response_bytes, self._listeners.words)

    async def session(
        self,
        hooks: Hooks = NO_HOOKS,
        *,
        tap: Tap | None = None,
        known: str = "",
        seconds: float = START_SECONDS,
    ) -> Session:
        """A new process that has introduced itself. Raises PluginError, UsageError."""
        channel = await self.channel()
        implementation = b'{"name":"switchgear","version":"%b"}' % __version__.encode()
        terms = Terms(
            self.project.name,
            self.manner.limits or self.project.manifest.limits,
            hooks,
            implementation=implementation,
        )
        return await open_session(channel if tap is None else tap(channel), terms, known=known, seconds=seconds)

    @property
    def memory(self) -> int:
        """Bytes of memory that the process uses which was started last; 0 where that is not known."""
        if isinstance(self.process, Confined):
            return self.process.usage().memory
        if isinstance(self.process, PlainProcess):
            return processes.memory(processes.tree(self.process.pid), _MUCH)
        return 0

    def close(self) -> None:
        """End what it holds."""
        self._sandbox.close()

    async def _started(self, launch: Launch) -> Process:
        if self.manner.sandboxed:
            return cast("Process", await self._sandbox.start(launch))
        return await start_process(launch.name, launch.argv, launch.env, str(launch.data))
