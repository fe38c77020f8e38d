"""The plugins that run: one warm process or connection for each version in use, nothing for those nobody calls.

What is started is given from outside: in a sandbox, over HTTP, or in a test.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from switchgear.core.errors import ShuttingDown
from switchgear.plugins.mcp.channel import Channel
from switchgear.plugins.mcp.session import Session, Terms
from switchgear.plugins.unit import RunStatus, RuntimeRules, Unit

Start = Callable[[str, str], Awaitable[Channel]]
"""Gives a new channel to a plugin's version, by name and version. Raises PluginError."""
_NO_RULES: Final = RuntimeRules()


def _nobody(_status: RunStatus) -> None:
    """Where nobody listens."""


class Runtime:
    """All that run. ``terms`` gives what a session of a name and version is opened with, asked once for each; ``told`` hears of changes."""

    def __init__(
        self,
        start: Start,
        terms: Callable[[str, str], Terms],
        rules: RuntimeRules = _NO_RULES,
        told: Callable[[RunStatus], None] = _nobody,
    ) -> None:
        self._start = start
        self._terms = terms
        self._rules = rules
        self._told = told
        self._units: dict[tuple[str, str], Unit] = {}
        self._sweep: asyncio.TimerHandle | None = None
        self._stops: set[asyncio.Task[None]] = set()
        self._closed = False

    def running(self, plugin: str, version: str) -> Session | None:
        """The open session of a plugin's version, without starting it; what is called next keeps it from being idle."""
        unit = self._units.get((plugin, version))
        return None if unit is None else unit.session

    async def acquire(self, plugin: str, version: str) -> Session:
        """The session of a plugin's version, started if it does not run.

        Raises PluginUnavailable, ShuttingDown, and what starting it raises: PluginError.
        """
        unit = self._units.get((plugin, version))
        if self._closed and (unit is None or unit.session is None):
            raise ShuttingDown("The gateway is shutting down; no plugin is started any more.")
        if unit is None:
            unit = Unit(
                version, self._terms(plugin, version), lambda: self._start(plugin, version), self._rules, self._told
            )
            self._units[plugin, version] = unit
        if self._sweep is None:
            self._sweep_later()
        return await unit.acquire()

    def statuses(self) -> list[RunStatus]:
        """How everything is that runs, or ran and was not forgotten."""
        return [unit.status for unit in self._units.values()]

    def forgive(self, plugin: str, version: str) -> None:
        """Start a failed one again with its next call."""
        if (unit := self._units.get((plugin, version))) is not None:
            unit.forgive()

    async def stop(self, plugin: str, version: str, drain_seconds: float = 0.0) -> None:
        """End a version and forget it. Its calls may go on for ``drain_seconds``; calls that come meanwhile are still taken."""
        unit = self._units.get((plugin, version))
        if unit is not None:
            await unit.stop(drain_seconds)
            if self._units.get((plugin, version)) is unit and unit.session is None:
                del self._units[plugin, version]

    async def close(self, drain_seconds: float = 0.0) -> None:
        """End everything, and start nothing any more."""
        self._closed = True
        if self._sweep is not None:
            self._sweep.cancel()
        units = [self.stop(plugin, version, drain_seconds) for plugin, version in self._units]
        await asyncio.gather(*units, *self._stops)

    def _sweep_later(self) -> None:
        if not self._closed:
            self._sweep = asyncio.get_running_loop().call_later(self._rules.idle / 4, self._stop_idle)

    def _stop_idle(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for unit in self._units.values():
            if unit.idle(now):
                stopping = loop.create_task(unit.stop())
                self._stops.add(stopping)
                stopping.add_done_callback(self._stops.discard)
        self._sweep_later()
