"""Answers to the very same question: kept in this process, and with other processes where they share a state."""

from __future__ import annotations

import time
from collections.abc import Callable

from switchgear.cache.counts import CacheFacts, Counts
from switchgear.cache.kept import Kept
from switchgear.cache.marks import Purge, Purges
from switchgear.cache.shared import SharedAnswers
from switchgear.cache.shelf import Shelf
from switchgear.config.cache import CacheSettings
from switchgear.state.base import State

_LIFE = 9 * 86_400.0
"""Longer than any ttl with its grace."""


class Answers:
    """The answers of all models by name (``key.Names``). ``clock`` is seconds since the epoch, ``state`` what processes share.

    Without a shared state all is in memory. With one, memory is in front of it, and forgets what others write anew or purge; while the
    state is lost, memory goes on alone.
    """

    def __init__(self, settings: CacheSettings, state: State, clock: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self.counts = Counts()
        self.clock = clock
        self._shelf = Shelf(settings.max_bytes, settings.tenant_share)
        self._purges = Purges(_LIFE)
        self.shared = SharedAnswers(self, state) if state.shared else None

    def start(self) -> None:
        """Listen to other processes from now on."""
        if self.shared is not None:
            self.shared.start()

    async def close(self) -> None:
        """Listen no more."""
        if self.shared is not None:
            await self.shared.close()

    def __len__(self) -> int:
        return len(self._shelf)

    def facts(self, questions: int = 0) -> CacheFacts:
        """What is kept here, and how often it answered."""
        shelf = self._shelf
        return CacheFacts(len(shelf), questions, shelf.size, shelf.evicted, self.counts)

    def configure(self, settings: CacheSettings) -> None:
        """Go on with other settings."""
        self.settings = settings
        self._shelf.resize(settings.max_bytes, settings.tenant_share)

    def find(self, name: bytes, now: float) -> Kept | None:
        """The answer of that name in memory; it may have expired, and be of use in need only."""
        kept = self._shelf.get(name)
        if kept is not None and not kept.usable(now):
            self._shelf.drop(name)
            return None
        return kept

    async def fetch(self, name: bytes, now: float, tenant: str) -> Kept | None:
        """The answer of that name that another process keeps, from then on in memory too."""
        if self.shared is None:
            return None
        kept = await self.shared.get(name, tenant)
        if kept is None or not kept.usable(now) or not self.take(name, kept):
            return None
        return kept

    def take(self, name: bytes, kept: Kept) -> bool:
        """Keep in memory what another process made; whether it may be given."""
        if self._purges.meet(kept):
            return False
        self._shelf.put(name, kept)
        return True

    def keep(self, name: bytes, kept: Kept) -> bool:
        """Keep an answer, in the place of one that was kept under that name; whether it is kept."""
        if self._purges.meet(kept) or not self._shelf.put(name, kept):
            return False
        if self.shared is not None:
            self.shared.set(name, kept)
        return True

    def rewritten(self, name: bytes) -> None:
        """Let other processes forget an answer that is about to be kept anew."""
        if self.shared is not None:
            self.shared.rewritten(name)

    def grown(self, name: bytes, kept: Kept) -> None:
        """Count an answer anew that has a further form now."""
        self._shelf.put(name, kept)

    def forget(self, name: bytes) -> None:
        """Drop what is in memory under that name."""
        self._shelf.drop(name)

    def forget_all(self) -> None:
        """Drop all that is in memory."""
        self._shelf.drop_all(lambda _: True)

    async def purge(self, model: str = "", tenant: str = "") -> int:
        """Forget the answers of a model, of a tenant, of both together, or all, in every process.

        Answers under way that were asked for before are not kept either. Returns how many were dropped here.
        """
        purge = Purge(self.clock(), model, tenant)
        dropped = self.purged(purge)
        if self.shared is not None:
            await self.shared.purge(purge, self._purges)
        return dropped

    def purged(self, purge: Purge) -> int:
        """Take part in a purge; how many answers were dropped."""
        self._purges.add(purge, self.clock())
        return self._shelf.drop_all(purge.meets)

    def purges_read(self, data: bytes) -> None:
        """Take part in purges that were made before this process listened."""
        self._purges.take(data, self.clock())
        self._shelf.drop_all(self._purges.meet)
