"""How often the cache answered, and what that saved."""

from __future__ import annotations

import msgspec


class Counts(msgspec.Struct):
    """Since the process started. ``saved`` is nano-dollars: what the answers cost that were given again, where that is known."""

    hits: int = 0
    shared: int = 0
    semantic: int = 0
    stale: int = 0
    misses: int = 0
    bypassed: int = 0
    kept: int = 0
    saved: int = 0
    saved_tokens: int = 0

    def add(self, other: Counts) -> None:
        """Add those of another process."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
