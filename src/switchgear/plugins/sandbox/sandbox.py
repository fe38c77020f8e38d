"""The sandbox of this machine: what it can hold, and the start of plugins in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from switchgear.core.errors import PluginNotStarted
from switchgear.plugins.sandbox import bubblewrap, control_groups, disk, seccomp
from switchgear.plugins.sandbox.confined import Confined
from switchgear.plugins.sandbox.control_groups import ControlGroup
from switchgear.plugins.sandbox.egress import Denied, Egress, Lookup
from switchgear.plugins.sandbox.launch import Launch
from switchgear.plugins.sandbox.layers import Layer, check, layers
from switchgear.plugins.sandbox.start import Plan, Start
from switchgear.plugins.sandbox.watch import Watch, Watched, too_full
from switchgear.providers import guard

_MIB = 1 << 20


class Sandbox:
    """Starts plugins confined. ``private``: folders of the gateway that no plugin sees, whatever it is granted; the ``code`` and ``data`` of
    a launch may lie in them. ``lookup`` finds a name's addresses, unfiltered. ``on_denied`` is told the plugin's name and each connection
    that was refused, from the event loop, and must be cheap.

    Of one event loop, whose thread lives as long as the gateway does: when it ends, so does every plugin. ``close`` it after its plugins.
    """

    def __init__(
        self,
        private: Sequence[Path] = (),
        *,
        lookup: guard.Resolve | None = None,
        on_denied: Callable[[str, Denied], None] | None = None,
    ) -> None:
        self._private = tuple(private)
        self._own_lookup = Lookup()
        self._lookup: guard.Resolve = lookup or self._own_lookup
        self._on_denied = on_denied
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="plugin-watch")
        self._hierarchies: control_groups.Hierarchies | None = None
        self._found: bubblewrap.Bubblewrap | None = None
        self._trying = asyncio.Lock()

    async def layers(self) -> list[Layer]:
        """Every layer, and whether this machine has it; tried once, which takes some tens of milliseconds."""
        found, hierarchies = await self._tried()
        return layers(found, hierarchies)

    async def start(self, launch: Launch, accepted: frozenset[str] = frozenset()) -> Confined:
        """Start a plugin. ``accepted``: names of layers to do without where they are absent.

        Raises SandboxUnavailable with the layers that are absent, and PluginNotStarted for what is wrong with the launch. A program that
        is not there ends the process at once, with words on its stderr.
        """
        found, hierarchies = await self._tried()
        present = layers(found, hierarchies)
        check(present, accepted)
        held = await self._measured(launch)
        there = {layer.name for layer in present if layer.present}
        group = self._group(hierarchies, launch)
        egress = Egress(launch.permissions.network, self._lookup, self._denied_of(launch.name))
        plan = Plan(
            launch=launch,
            bubblewrap=found,
            program=_program(launch, "seccomp" in there, group),
            private=self._private,
            network="network" in there,
            group=group,
            egress=egress,
        )
        try:
            pipes, holding = await Start(plan).run()
        except BaseException:  # whatever happened, no group is left behind
            if group is not None:
                await group.removed()
            raise
        watched = Watched(data=launch.data, first=holding.first, limits=launch.limits, group=group)
        return Confined(pipes, holding, Watch(watched, self._threads, held), launch.limits)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._own_lookup.close()

    async def _tried(self) -> tuple[bubblewrap.Bubblewrap, control_groups.Hierarchies]:
        async with self._trying:
            if self._found is None or self._hierarchies is None:
                self._hierarchies = control_groups.find()
                self._found = await bubblewrap.find()
            return self._found, self._hierarchies

    async def _measured(self, launch: Launch) -> int:
        """Bytes in the data folder. Raises PluginNotStarted when they are more than its limit."""
        most = launch.limits.disk_mb * _MIB
        loop = asyncio.get_running_loop()
        try:
            held = await loop.run_in_executor(self._threads, disk.measure, launch.data, most + 1)
        except disk.Unreadable as unreadable:
            raise PluginNotStarted(
                f'Plugin "{launch.name}" has a folder in its data that cannot be read: {unreadable}.'
            ) from unreadable
        if held > most:
            raise PluginNotStarted(
                f'Plugin "{launch.name}" {too_full(launch.limits)}.',
                plugin=launch.name,
                hint=(
                    f"Raise the limit: switchgear plugin grant {launch.name} --limit disk_mb={2 * launch.limits.disk_mb}; "
                    f"or remove what it kept: switchgear plugin clear {launch.name}"
                ),
            )
        return held

    def _group(self, hierarchies: control_groups.Hierarchies, launch: Launch) -> ControlGroup | None:
        if not hierarchies.folders:
            return None
        try:
            return ControlGroup(hierarchies, launch.limits)
        except OSError as error:
            raise PluginNotStarted(
                f'Plugin "{launch.name}" got no control group: {error.strerror}.', plugin=launch.name, cause=str(error)
            ) from error

    def _denied_of(self, name: str) -> Callable[[Denied], None] | None:
        on_denied = self._on_denied
        return None if on_denied is None else lambda denied: on_denied(name, denied)


def _program(launch: Launch, present: bool, group: ControlGroup | None) -> bytes:
    """The filter for a plugin; one that allows everything where there is none, for there is a gate all the same."""
    architecture = seccomp.native()
    if architecture is None or not present:
        return seccomp.everything()
    held = group is not None and "cpu" in group.holds
    return seccomp.program(architecture, processes=launch.permissions.subprocesses, affinity=held)
