"""How often the cache answered, what that saved, and what is kept."""

from __future__ import annotations

import msgspec


class Counts(msgspec.Struct):
    """Calls since the process started, by what the cache did for them.

    ``saved`` is nano-dollars: what the answers cost that were given again, where that is known; ``saved_tokens`` are theirs.
    """

    hits: int = 0
    shared: int = 0
    semantic: int = 0
    stale: int = 0
    misses: int = 0
    bypassed: int = 0
    saved: int = 0
    saved_tokens: int = 0


class CacheFacts(msgspec.Struct, frozen=True):
    """A cache as it is: answers, questions that are compared by meaning, bytes of memory, and answers that had to go."""

    entries: int = 0
    questions: int = 0
    size: int = 0
    evicted: int = 0
    counts: Counts = msgspec.field(default_factory=Counts)

    def __add__(self, other: CacheFacts) -> CacheFacts:
        """Two processes together."""
        both = (msgspec.structs.astuple(self.counts), msgspec.structs.astuple(other.counts))
        return CacheFacts(
            self.entries + other.entries,
            self.questions + other.questions,
            self.size + other.size,
            self.evicted + other.evicted,
            Counts(*(one + another for one, another in zip(*both, strict=True))),
        )
