"""What the auto policy remembers of its last choices: for opinions that come later, and for questions that are asked again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from switchgear.core.calls import CallRecord
from switchgear.core.opinions import Level

_MOST: Final = 4096
"""Choices that are remembered, and as many whose calls are under way."""
_SOON: Final = 120.0
"""Seconds within which a question that comes again says something of its answer."""
_ALIKE: Final = 0.7
_SKETCH: Final = 32
_SHINGLE: Final = 4
_SKETCHED: Final = 400

Sketch = frozenset[int]


class Choice(msgspec.Struct):
    """Which deployment a call of a key went to and how much its request took. ``again`` is how often the same was asked before."""

    key_id: str
    level: Level
    sketch: Sketch
    deployment: str = ""
    at: float = 0.0
    again: int = 0


def sketch(text: str) -> Sketch:
    """A text so that likeness can be told and the text cannot: the smallest hashes of its pieces (bottom-k MinHash, Broder 1997).

    The hashes are this process's own.
    """
    plain = " ".join(text[:_SKETCHED].lower().split())
    pieces = {hash(plain[at : at + _SHINGLE]) for at in range(max(len(plain) - 3, 1))}
    return frozenset(sorted(pieces)[:_SKETCH])


def alike(one: Sketch, other: Sketch) -> bool:
    """Whether two texts are nearly the same."""
    both = sorted(one | other)[:_SKETCH]
    shared = one & other
    return sum(piece in shared for piece in both) >= _ALIKE * len(both)


class Choices:
    """The last choices by call. ``clock`` counts seconds. Everything is bounded, and forgotten in the order it came."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._under_way: dict[str, Choice] = {}
        self._made: dict[str, Choice] = {}
        self._last: dict[str, Choice] = {}

    def begun(self, call_id: str, choice: Choice) -> None:
        """A call was routed."""
        _put(self._under_way, call_id, choice)

    def finished(self, record: CallRecord) -> None:
        """A call ended. One that failed says nothing of any answer, and is forgotten."""
        choice = self._under_way.pop(record.id, None)
        if choice is None or record.outcome != "ok":
            return
        choice.deployment = f"{record.provider}/{record.deployment}"
        choice.at = self._clock()
        _put(self._made, record.id, choice)
        if choice.sketch:
            self._last.pop(choice.key_id, None)  # the newest stands last
            _put(self._last, choice.key_id, choice)

    def of(self, call_id: str) -> Choice | None:
        """What was chosen for a call that was answered."""
        return self._made.get(call_id)

    def asked_again(self, key_id: str, told: Sketch) -> Choice | None:
        """The last choice for that key, if it just asked nearly the same: then its answer did not do."""
        last = self._last.get(key_id)
        if last is None or not told or self._clock() - last.at > _SOON or not alike(last.sketch, told):
            return None
        return last


def _put(places: dict[str, Choice], name: str, choice: Choice) -> None:
    if len(places) >= _MOST:
        del places[next(iter(places))]
    places[name] = choice
