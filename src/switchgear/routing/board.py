"""The health of every deployment, by its id; kept while models and providers are reloaded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Final

from switchgear.core.health import BreakerState
from switchgear.routing.breaker import BreakerRules
from switchgear.routing.health import Clock, DeploymentHealth

_MOST: Final = 4096
"""Clients can name any model of a provider: the board does not grow with what they think of."""


class Board:
    """Hands out the one ``DeploymentHealth`` of each id.

    ``heard`` is called with every change of a breaker: the health, the state before it, and the clock's seconds.
    """

    def __init__(
        self,
        rules: BreakerRules | None = None,
        clock: Clock = time.monotonic,
        random: Random | None = None,
    ) -> None:
        self.clock = clock
        self.heard: list[Callable[[DeploymentHealth, BreakerState, float], None]] = []
        self._rules = rules or BreakerRules()
        self._random = random or Random()
        self._known: dict[str, DeploymentHealth] = {}

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
        """The health of that deployment: the same object as long as anything is known of it."""
        health = self._known.get(deployment_id)
        if health is None:
            health = DeploymentHealth(deployment_id, self._rules, self.clock, self._random, self._changed)
            if len(self._known) >= _MOST:
                self._drop_one()
            self._known[deployment_id] = health
        return health

    def find(self, deployment_id: str) -> DeploymentHealth | None:
        """The health of that deployment, if it is on the board."""
        return self._known.get(deployment_id)

    def __iter__(self) -> Iterator[DeploymentHealth]:
        return iter(list(self._known.values()))

    def _drop_one(self) -> None:
        """Forget the oldest that never answered and has nothing to do, or else the oldest."""
        idle = (name for name, health in self._known.items() if not health.answered and not health.in_flight)
        del self._known[next(idle, None) or next(iter(self._known))]

    def _changed(self, health: DeploymentHealth, before: BreakerState, now: float) -> None:
        for heard in self.heard:
            heard(health, before, now)
