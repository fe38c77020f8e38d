"""Questions of the same meaning: which kept answers belong to questions like this one.

Imported only where a model asks for it, since it needs numpy.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from switchgear.cache.guard import LONGEST, Sense, agree, sense_of
from switchgear.cache.meant import Meant, unpacked_question
from switchgear.providers.local.embedder import LocalEmbedder

DIMENSIONS: Final = 384
_MOST_IN_SCOPE: Final = 1024
"""Questions that are searched at once; a further one takes the place of the oldest."""
_FIRST: Final = 16
_LOOKED_AT: Final = 8
"""Of those that are near enough, how many are looked at, the nearest first."""
_SLACK: Final = 1e-6
"""What rounding takes off the similarity of a text with itself."""
Vectors = npt.NDArray[np.float32]


class _Scope:
    __slots__ = ("at", "names", "senses", "vectors")

    def __init__(self) -> None:
        self.vectors: Vectors = np.zeros((_FIRST, DIMENSIONS), dtype=np.float32)
        self.names: list[bytes] = []
        self.senses: list[Sense] = []
        self.at = 0

    def put(self, name: bytes, sense: Sense, vector: Vectors) -> bool:
        """Keep a question; whether there is one more than before."""
        count = len(self.names)
        if name in self.names:
            place = self.names.index(name)
        elif count == _MOST_IN_SCOPE:
            place, self.at = self.at, (self.at + 1) % _MOST_IN_SCOPE
        else:
            if count == len(self.vectors):
                more = min(count * 4, _MOST_IN_SCOPE) - count
                self.vectors = np.concatenate([self.vectors, np.zeros((more, DIMENSIONS), dtype=np.float32)])
            self.names.append(name)
            self.senses.append(sense)
            place = count
        self.names[place], self.senses[place], self.vectors[place] = name, sense, vector
        return place == count


class Meanings:
    """The questions of all scopes; at most ``limit`` of them, the scopes that were asked longest ago going first.

    ``guard`` can be left out to see what it does.
    """

    def __init__(self, limit: int, guard: Callable[[Sense, Sense], bool] = agree) -> None:
        self._scopes: OrderedDict[bytes, _Scope] = OrderedDict()
        self._limit = limit
        self._guard = guard
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, meant: Meant) -> bool:
        """Keep a question; whether it is one that others can be compared with."""
        sense = sense_of(meant.text)
        vector = _vector(meant.vector)
        if sense is None or vector is None:
            return False
        scope = self._scopes.get(meant.scope)
        if scope is None:
            scope = self._scopes[meant.scope] = _Scope()
        self._scopes.move_to_end(meant.scope)
        self._count += scope.put(meant.name, sense, vector)
        while self._count > self._limit:
            _, gone = self._scopes.popitem(last=False)
            self._count -= len(gone.names)
        return True

    def near(self, scope: bytes, text: str, vector: bytes, threshold: float) -> Sequence[bytes]:
        """The names of the answers to questions that mean the same, the nearest first.

        ``threshold`` is the least cosine similarity.
        """
        known = self._scopes.get(scope)
        asked, sense = _vector(vector), sense_of(text)
        if known is None or asked is None or sense is None:
            return ()
        self._scopes.move_to_end(scope)
        alike = known.vectors[: len(known.names)] @ asked
        found = np.flatnonzero(alike >= threshold - _SLACK)
        nearest = found[np.argsort(-alike[found])][:_LOOKED_AT]
        return [known.names[place] for place in nearest if self._guard(known.senses[place], sense)]

    def clear(self) -> None:
        """Forget them all."""
        self._scopes.clear()
        self._count = 0


class SemanticCache:
    """Finds answers by meaning. ``share`` tells other processes of a question whose answer is kept."""

    def __init__(
        self, embedder: LocalEmbedder, meanings: Meanings, share: Callable[[bytes], None] | None = None
    ) -> None:
        self._embedder = embedder
        self.meanings = meanings
        self._share = share

    async def read(self, scope: bytes, text: str) -> Meant | None:
        """The question that a text is; None for one that cannot be compared with others."""
        vector = await self._embedder.packed(text) if len(text) <= LONGEST else None
        return Meant(scope, b"", text, vector) if vector is not None else None

    def find(self, asked: Meant, threshold: float) -> Sequence[bytes]:
        """The names of the answers to questions that mean the same, the nearest first."""
        return self.meanings.near(asked.scope, asked.text, asked.vector, threshold)

    def keep(self, asked: Meant, name: bytes) -> None:
        """Remember that the answer to a question is kept under ``name``."""
        meant = Meant(asked.scope, name, asked.text, asked.vector)
        if self.meanings.add(meant) and self._share is not None:
            self._share(meant.packed())

    async def close(self) -> None:
        """Wait for the model no longer."""
        await self._embedder.close()

    def hear(self, data: bytes) -> None:
        """Remember a question that another process tells of."""
        meant = unpacked_question(data)
        if meant is not None:
            self.meanings.add(meant)


def _vector(data: bytes) -> Vectors | None:
    if len(data) != DIMENSIONS * 4:
        return None
    vector: Vectors = np.frombuffer(data, dtype=np.float32)
    return vector if bool(np.isfinite(vector).all()) else None
