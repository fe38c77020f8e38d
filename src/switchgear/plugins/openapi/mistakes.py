"""What is wrong in a document, and where: each mistake named by its JSON pointer (RFC 6901, as a URI fragment)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from switchgear.core.errors import InvalidApiDocument
from switchgear.core.structs import Frozen

MOST: Final = 200
"""Mistakes that are kept; a document with more is not read for its mistakes."""
_SHOWN: Final = 20


class Mistake(Frozen, frozen=True):
    """One mistake: ``place`` is a JSON pointer, ``what`` the end of a sentence that begins with it."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place} {self.what}."


class Unusable(Exception):
    """What stands at a place cannot be used, and so neither can what needs it."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(what)
        self.mistake = Mistake(place, what)


class Mistakes:
    """Those found so far, in the order they were found, each once."""

    def __init__(self) -> None:
        self._found: dict[Mistake, None] = {}

    def add(self, place: str, what: str) -> None:
        """Note one."""
        self.note(Mistake(place, what))

    def note(self, mistake: Mistake) -> None:
        """Note one."""
        if len(self._found) < MOST:
            self._found[mistake] = None

    @property
    def found(self) -> tuple[Mistake, ...]:
        """All of them."""
        return tuple(self._found)


def below(place: str, *steps: str | int) -> str:
    """The pointer to what stands under ``steps`` of ``place``, with what cannot be shown taken out."""
    for step in steps:
        told = step if isinstance(step, int) else step[:200].replace("~", "~0").replace("/", "~1")
        place = f"{place}/{told}"
    return place if place.isprintable() else "".join(sign if sign.isprintable() else "\ufffd" for sign in place)


def invalid(mistakes: Sequence[Mistake]) -> InvalidApiDocument:
    """The error that names them."""
    shown = mistakes[:_SHOWN]
    told = "\n".join(str(each) for each in shown)
    more = f"\nand {len(mistakes) - len(shown)} more." if len(mistakes) > len(shown) else ""
    return InvalidApiDocument(f"The OpenAPI document cannot be used: {told}{more}", param=mistakes[0].place)
