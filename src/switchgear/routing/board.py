"""The health of every deployment, kept while models and providers are reloaded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Final

from switchgear.core.health import BreakerChanged, BreakerState
from switchgear.routing.breaker import BreakerRules
from switchgear.routing.health import Clock, DeploymentHealth
from switchgear.routing.queue import Queues

_MOST: Final = 4096
"""Clients can name any model of a provider: the board does not grow with what they think of."""


class Board:
    """One DeploymentHealth for each deployment that was ever named, by its id (``provider/model``).

    ``changed`` are called with every change of a breaker that is worth telling, ``added`` with every new deployment. ``clock`` is
    the one of all healths, ``wall`` seconds since the epoch.
    """

    def __init__(
        self,
        rules: BreakerRules | None = None,
        clock: Clock = time.perf_counter,
        random: Random | None = None,
        wall: Clock = time.time,
    ) -> None:
        self.clock = clock
        self.changed: list[Callable[[BreakerChanged], None]] = []
        self.added: list[Callable[[str], None]] = []
        self._wall = wall
        self._rules = rules or BreakerRules()
        self._random = random or Random()
        self._known: dict[str, DeploymentHealth] = {}
        self.queues = Queues(clock)
        self._unwell: set[str] = set()
        self._here = True

    @property
    def rules(self) -> BreakerRules:
        """When breakers open; setting them changes every breaker there is."""
        return self._rules

    @rules.setter
    def rules(self, rules: BreakerRules) -> None:
        self._rules = rules
        for health in self._known.values():
            health.breaker.rules = rules

    def of(self, deployment_id: str) -> DeploymentHealth:
        """The health of that deployment: the same object as long as there is something to know of it."""
        health = self._known.get(deployment_id)
        if health is None:
            health = DeploymentHealth(deployment_id, self._rules, self.clock, self._random, self._on_change)
            if len(self._known) >= _MOST:
                self._drop_one()
            self._known[deployment_id] = health
            for added in self.added:
                added(deployment_id)
        return health

    def find(self, deployment_id: str) -> DeploymentHealth | None:
        """The health of that deployment, if it is on the board."""
        return self._known.get(deployment_id)

    def __iter__(self) -> Iterator[DeploymentHealth]:
        return iter(list(self._known.values()))

    def settle(self) -> None:
        """Make the changes that time alone brings, for deployments that get no calls."""
        now = self.clock()
        for deployment_id in list(self._unwell):
            self._known[deployment_id].breaker.settle(now)

    def take(self, change: BreakerChanged) -> None:
        """Stand as another process says; without effect for a deployment that is not on the board."""
        health = self._known.get(change.deployment)
        if health is None:
            return
        self._here = False
        try:
            health.breaker.take(change.after, self.clock(), change.wait, change.reason, limited=change.limited)
        finally:
            self._here = True

    def _drop_one(self) -> None:
        """Forget the oldest that nobody needs, or else the oldest."""
        idle = (name for name, health in self._known.items() if not health.noted and not health.in_flight)
        gone = next(idle, None) or next(iter(self._known))
        del self._known[gone]
        self._unwell.discard(gone)

    def _on_change(self, health: DeploymentHealth, before: BreakerState, now: float) -> None:
        breaker = health.breaker
        if self._known.get(health.id) is health:
            (self._unwell.discard if breaker.state == "closed" else self._unwell.add)(health.id)
        if not health.noted:
            return
        wait = max(0.0, breaker.retry_at - now)
        change = BreakerChanged(
            round(self._wall() * 1000),
            health.id,
            before,
            breaker.state,
            breaker.reason,
            wait,
            breaker.limited_by_provider,
            self._here,
        )
        for changed in self.changed:
            changed(change)
