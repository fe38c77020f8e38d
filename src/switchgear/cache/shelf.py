"""Answers in memory: the one that was wanted longest ago goes when there is no room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from switchgear.cache.kept import Kept
from switchgear.core.structs import Leaf


class _Slot(Leaf, gc=False):
    kept: Kept
    size: int


class _Holding:
    """What one tenant has."""

    __slots__ = ("names", "size")

    def __init__(self) -> None:
        self.names: OrderedDict[bytes, None] = OrderedDict()
        self.size = 0


class Shelf:
    """At most ``limit`` bytes, of which one tenant has at most ``share`` (0 to 1): who floods it drives out its own answers first.

    Sizes are real ones, ``Kept.size``.
    """

    def __init__(self, limit: int, share: float = 1.0) -> None:
        self._slots: OrderedDict[bytes, _Slot] = OrderedDict()
        self._holdings: dict[str, _Holding] = {}
        self._limit = limit
        self._share = share
        self.size = 0
        self.evicted = 0
        """How many went for want of room."""

    def __len__(self) -> int:
        return len(self._slots)

    def resize(self, limit: int, share: float) -> None:
        """Hold more or less from now on."""
        self._limit, self._share = limit, share
        while self.size > self._limit:
            self._evict(next(iter(self._slots)))

    def get(self, name: bytes) -> Kept | None:
        """The answer of that name, which is then the last to go."""
        slot = self._slots.get(name)
        if slot is None:
            return None
        self._slots.move_to_end(name)
        self._holdings[slot.kept.tenant].names.move_to_end(name)
        return slot.kept

    def put(self, name: bytes, kept: Kept) -> bool:
        """Keep an answer in the place of one with that name; whether there is room for it."""
        self.drop(name)
        size = kept.size
        most = int(self._limit * self._share)
        if size > most:
            return False
        holding = self._holdings.get(kept.tenant)
        while holding is not None and holding.size + size > most:
            self._evict(next(iter(holding.names)))
            holding = self._holdings.get(kept.tenant)
        while self.size + size > self._limit:
            self._evict(next(iter(self._slots)))
            holding = self._holdings.get(kept.tenant)
        self._slots[name] = _Slot(kept, size)
        if holding is None:
            holding = self._holdings[kept.tenant] = _Holding()
        holding.names[name] = None
        holding.size += size
        self.size += size
        return True

    def drop(self, name: bytes) -> bool:
        """Forget an answer; whether there was one."""
        slot = self._slots.pop(name, None)
        if slot is None:
            return False
        tenant = slot.kept.tenant
        holding = self._holdings[tenant]
        del holding.names[name]
        holding.size -= slot.size
        if not holding.names:
            del self._holdings[tenant]
        self.size -= slot.size
        return True

    def drop_all(self, which: Callable[[Kept], bool]) -> int:
        """Forget the answers that are meant; how many there were."""
        names = [name for name, slot in self._slots.items() if which(slot.kept)]
        for name in names:
            self.drop(name)
        return len(names)

    def _evict(self, name: bytes) -> None:
        self.drop(name)
        self.evicted += 1
