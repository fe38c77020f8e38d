"""What happened to plugins lately, for their people: what they wrote to standard error, how their processes did, what was refused to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, Literal

from switchgear.core.structs import Frozen
from switchgear.plugins.following import Follower, Ring
from switchgear.plugins.sandbox.egress import Denied
from switchgear.plugins.traffic import without
from switchgear.plugins.unit import RunStatus
from switchgear.state.counters import epoch_ms

MOST: Final = 1000
HEAVIEST: Final = 512 << 10
MOST_PLUGINS: Final = 1000
_TOLD: Final = frozenset({"running", "stopped", "failed", "waiting"})

Kind = Literal["wrote", "state", "denied"]


class Entry(Frozen, frozen=True):
    """One line. ``at`` is milliseconds since 1970."""

    at: int
    kind: Kind
    text: str


class Journal:
    """The last lines of each plugin, and those to come. ``secrets`` gives the values that a plugin was told. Of one event loop."""

    def __init__(self, secrets: Callable[[str], Iterable[str]]) -> None:
        self._secrets = secrets
        self._rings: dict[str, Ring[Entry]] = {}

    def wrote(self, plugin: str, line: str) -> None:
        """A line of standard error."""
        self._add(plugin, "wrote", without(line, self._secrets(plugin)))

    def status(self, status: RunStatus) -> None:
        """A process is otherwise than before."""
        if status.state in _TOLD:
            why = f": {status.reason}" if status.reason else ""
            self._add(status.plugin, "state", f"{status.state}{why}")

    def denied(self, plugin: str, denied: Denied) -> None:
        """The sandbox refused a connection."""
        self._add(plugin, "denied", f"connect {denied.target}: {denied.why}")

    def last(self, plugin: str) -> list[Entry]:
        """What is kept, oldest first."""
        ring = self._rings.get(plugin)
        return [] if ring is None else ring.last()

    @contextmanager
    def follow(self, plugin: str) -> Iterator[Follower[Entry]]:
        """What happens from now on."""
        with self._ring(plugin).follow() as follower:
            yield follower

    def end(self) -> None:
        """Let nobody follow any longer: the gateway ends."""
        for ring in self._rings.values():
            ring.end()

    def _add(self, plugin: str, kind: Kind, text: str) -> None:
        self._ring(plugin).add(Entry(epoch_ms(), kind, text))

    def _ring(self, plugin: str) -> Ring[Entry]:
        ring = self._rings.get(plugin)
        if ring is None:
            if len(self._rings) >= MOST_PLUGINS:  # of one that is gone, most likely
                del self._rings[next(name for name, each in self._rings.items() if not each.followed)]
            ring = self._rings[plugin] = Ring(MOST, HEAVIEST, lambda entry: len(entry.text) + 50)
        return ring
