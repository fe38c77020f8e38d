"""What is known of deployments from what people thought of their answers, by how much the request took."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from switchgear.core.opinions import MOST_OPINIONS, Level, Opinion

_MOST_PLACES: Final = 4096


class Scores:
    """Opinions by deployment and level. What is added here waits in ``taken`` until it is kept."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Level], tuple[float, float]] = {}
        self._waiting: dict[tuple[str, Level], tuple[float, float]] = {}

    def of(self, deployment: str, level: Level) -> tuple[float, float]:
        """Good and bad answers."""
        return self._known.get((deployment, level), (0.0, 0.0))

    def add(self, deployment: str, level: Level, good: float, bad: float) -> None:
        """Another opinion; one that is taken back is negative."""
        place = (deployment, level)
        if place not in self._known and len(self._known) >= _MOST_PLACES:
            return
        self._known[place] = faded(*_sum(self.of(*place), (good, bad)))
        self._waiting[place] = _sum(self._waiting.get(place, (0.0, 0.0)), (good, bad))

    def taken(self) -> list[Opinion]:
        """What was added since the last time, to be kept."""
        waiting, self._waiting = self._waiting, {}
        return [Opinion(name, level, good, bad) for (name, level), (good, bad) in waiting.items() if good or bad]

    def give_back(self, opinions: Iterable[Opinion]) -> None:
        """What was taken could not be kept, and waits on."""
        for one in opinions:
            place = (one.deployment, one.level)
            self._waiting[place] = _sum(self._waiting.get(place, (0.0, 0.0)), (one.good, one.bad))

    def load(self, kept: Iterable[Opinion]) -> None:
        """What is kept, by all processes together; what still waits here is added to it."""
        self._known = {(one.deployment, one.level): (one.good, one.bad) for one in kept}
        for place, more in self._waiting.items():
            self._known[place] = faded(*_sum(self._known.get(place, (0.0, 0.0)), more))


def faded(good: float, bad: float) -> tuple[float, float]:
    """Both, never below nothing, and so that together they are no more than ``MOST_OPINIONS``."""
    good, bad = max(good, 0.0), max(bad, 0.0)
    whole = good + bad
    if whole <= MOST_OPINIONS:
        return good, bad
    return good * MOST_OPINIONS / whole, bad * MOST_OPINIONS / whole


def _sum(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return one[0] + other[0], one[1] + other[1]
