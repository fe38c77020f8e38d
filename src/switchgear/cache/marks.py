"""Purges: which answers are not given any more, whoever still has them."""

from __future__ import annotations

from typing import Final

import msgspec

from switchgear.cache.kept import Kept

MOST: Final = 1000
"""Purges that are remembered one by one; more of them become one of everything."""


class Purge(msgspec.Struct, frozen=True):
    """Answers whose calls began before ``at`` (seconds since the epoch): of a model, of a tenant, of both together, or all."""

    at: float
    model: str = ""
    tenant: str = ""

    def meets(self, kept: Kept) -> bool:
        """Whether an answer is among them."""
        return (
            kept.asked <= self.at
            and (not self.model or kept.model == self.model)
            and (not self.tenant or kept.tenant == self.tenant)
        )


class Purges:
    """The purges that still matter: no answer lives longer than ``life`` seconds."""

    def __init__(self, life: float) -> None:
        self._life = life
        self._purges: list[Purge] = []

    def add(self, purge: Purge, now: float) -> None:
        """Remember one."""
        kept = [one for one in self._purges if one.at > now - self._life and not _covers(purge, one)]
        if not any(_covers(one, purge) for one in kept):
            kept.append(purge)
        self._purges = kept if len(kept) <= MOST else [Purge(max(one.at for one in kept))]

    def meet(self, kept: Kept) -> bool:
        """Whether an answer was purged."""
        return bool(self._purges) and any(purge.meets(kept) for purge in self._purges)

    def packed(self) -> bytes:
        """As they are kept outside the process."""
        return msgspec.msgpack.encode(self._purges)

    def take(self, data: bytes, now: float) -> None:
        """Remember those that ``packed`` wrote; anything else is passed over."""
        try:
            found = msgspec.msgpack.decode(data, type=list[Purge])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        for purge in found[:MOST]:
            self.add(purge, now)


def _covers(one: Purge, other: Purge) -> bool:
    """Whether all that ``other`` meets, ``one`` meets too."""
    return one.at >= other.at and one.model in {"", other.model} and one.tenant in {"", other.tenant}
