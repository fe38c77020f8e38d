"""What is counted of the health of deployments, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Protocol

from switchgear.core.health import BreakerChanged, BreakerState, Probed

DEPLOYMENTS: Final = 500
"""How many deployments become series of their own; the rest are counted as ``other`` and have no gauges."""

OTHER: Final = "other"


class Standing(Protocol):
    """How one deployment is doing now."""

    id: str
    in_flight: int
    noted: bool

    @property
    def state(self) -> BreakerState:
        """Where its breaker stands."""
        ...

    @property
    def ttft(self) -> float:
        """Peak-EWMA of the time to first token in seconds; 0 where it was never measured."""
        ...

    @property
    def speed(self) -> float:
        """Tokens a second; 0 where it was never measured."""
        ...


class HealthMetrics:
    """Counts changes and probes by deployment. ``read`` gives how deployments are doing at the time of a scrape."""

    def __init__(self, read: Callable[[], Iterator[Standing]]) -> None:
        self._read = read
        self._named: set[str] = set()
        self.changes: dict[tuple[str, str], int] = {}
        self.probes: dict[tuple[str, str], int] = {}

    def on_change(self, change: BreakerChanged) -> None:
        """Count a change that happened here; another process counts its own."""
        if change.here:
            key = (self._name(change.deployment), change.after)
            self.changes[key] = self.changes.get(key, 0) + 1

    def on_probe(self, probe: Probed) -> None:
        """Count a probe."""
        key = (self._name(probe.deployment), "failed" if probe.error else "ok")
        self.probes[key] = self.probes.get(key, 0) + 1

    def standings(self) -> list[tuple[str, Standing]]:
        """Deployments that have something to tell, by their names as labels."""
        named = [(self._name(each.id), each) for each in self._read() if each.noted]
        return [(name, each) for name, each in named if name != OTHER]

    def _name(self, deployment: str) -> str:
        """The deployment as a label: a client can name any model of a provider, so there is an end to them."""
        name = deployment
        if not name.isprintable():  # a scrape is read on terminals, and is UTF-8
            name = "".join(each if each.isprintable() else "\ufffd" for each in name)
        if name not in self._named:
            if len(self._named) >= DEPLOYMENTS:
                return OTHER
            self._named.add(name)
        return name
