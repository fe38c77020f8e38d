"""The health of deployments, wired: what changes is logged, kept, counted and shared; what is idle is probed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from switchgear.app.routes import breaker_rules
from switchgear.config.health import HealthSettings
from switchgear.core.health import BreakerChanged, Probed
from switchgear.events.bus import EventBus
from switchgear.observe.health import HealthMetrics
from switchgear.pipeline.probes import Prober
from switchgear.routing.board import Board
from switchgear.routing.directory import Directory
from switchgear.routing.sharing import SharedHealth
from switchgear.state.base import State
from switchgear.store.health import HealthLog

_log = logging.getLogger(__name__)
_SETTLE_SECONDS: Final = 1.0
_DAY_MS: Final = 86_400_000


class HealthService:
    """Everything about health that runs beside the calls.

    ``log`` keeps what happened. ``directory`` gives the models as they are now, ``node_id`` is this process's name among all that
    share ``state``.
    """

    def __init__(
        self,
        settings: HealthSettings,
        directory: Callable[[], Directory],
        bus: EventBus,
        log: HealthLog,
        state: State,
        node_id: str,
    ) -> None:
        self.board = Board(breaker_rules(settings))
        self.metrics = HealthMetrics(self.board.__iter__)
        self._settings = settings
        self._log = log
        self._shared = SharedHealth(self.board, state.channels, state.blobs, node_id) if state.shared else None
        self._prober = Prober(directory, state.locks, node_id, bus.publish, self.board.clock)
        self._prober.configure(settings.probe)
        self._settling: asyncio.Task[None] | None = None
        self._members = state.members
        self.board.changed.append(bus.publish)
        bus.subscribe(BreakerChanged, self._on_change)
        bus.subscribe(BreakerChanged, self.metrics.on_change)
        bus.subscribe(Probed, self.metrics.on_probe)

    def configure(self, settings: HealthSettings) -> None:
        """Go on with these settings; what is known of deployments stays."""
        self._settings = settings
        self.board.rules = breaker_rules(settings)
        self._prober.configure(settings.probe)

    def start(self) -> None:
        """Begin."""
        if self._shared is not None:
            self._shared.start()
        self._prober.start()
        self._share()
        self._settling = asyncio.create_task(self._settle(), name="health")

    async def close(self) -> None:
        """End."""
        await self._prober.close()
        if self._shared is not None:
            await self._shared.close()
        if self._settling is not None:
            self._settling.cancel()
            await asyncio.gather(self._settling, return_exceptions=True)

    async def prune(self, now: int) -> int:
        """Forget what happened longer ago than is kept, at ``now`` (milliseconds). Raises StoreUnavailable."""
        return await self._log.prune(now - self._settings.history_days * _DAY_MS)

    async def _settle(self) -> None:
        while True:
            await asyncio.sleep(_SETTLE_SECONDS)
            self.board.settle()
            self._share()

    def _share(self) -> None:
        """Divide what deployments take at once among the processes that run now.

        As long as not all are heard of, nobody knows who has what is left over of a division: then nobody has.
        """
        members = self._members
        rank = members.rank if len(members.nodes()) == members.count else members.count
        self.board.queues.share(rank, members.count)

    def _on_change(self, change: BreakerChanged) -> None:
        if not change.here:
            return  # it is logged and kept where it happened
        self._log.add(change)
        level = logging.WARNING if change.after == "open" else logging.INFO
        _log.log(
            level,
            "Deployment %s is %s%s",
            change.deployment,
            change.after.replace("_", "-"),
            f": {change.reason}" if change.reason else "",
            extra={"before": change.before, "wait": round(change.wait, 1)},
        )
