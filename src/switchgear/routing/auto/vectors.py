"""Sentence vectors of requests: what is shown to the model that makes them, and a short memory of what it made."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Final, Protocol

_SHOWN: Final = 600
"""Characters of either end: the model sees 256 tokens, and what is asked stands first or last."""
_KEPT: Final = 1024


class Embedder(Protocol):
    """Makes sentence vectors."""

    async def vector(self, text: str) -> Sequence[float] | None:
        """The vector of a text, within a time that a call can spare; None when there is none by then. Never raises."""
        ...


def shown(text: str) -> str:
    """What of a text is turned into a vector: its beginning and its end."""
    return text if len(text) <= 2 * _SHOWN else f"{text[:_SHOWN]} … {text[-_SHOWN:]}"


class VectorMemory:
    """The vectors of the last texts, for conversations that come again with the same last message. It keeps no text."""

    def __init__(self) -> None:
        self._known: dict[int, array[float]] = {}

    def get(self, text: str) -> Sequence[float] | None:
        """The vector of that text, if it was made lately."""
        return self._known.get(hash(text))

    def put(self, text: str, vector: Sequence[float]) -> None:
        """Keep a vector; the oldest makes room."""
        if len(self._known) >= _KEPT:
            del self._known[next(iter(self._known))]
        self._known[hash(text)] = array("f", vector)
