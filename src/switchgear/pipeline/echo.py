"""What providers repeat of a prompt in their errors is told to who asked, and not kept: books and routes are read by others."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Final

_WORD: Final = re.compile(r"\w+")
_WORDS: Final = 3
_CHARACTERS: Final = 16
"""So many words and characters in a row that stand in the request as well are repeated from it; what is shorter may be chance."""
_LONG_WORD: Final = 24
_SEARCHED: Final = 64 << 20
"""Bytes of a request times words that are looked for in it: some 20 ms."""
_GAP: Final = "[…]"


def without_echo(message: str, body: bytes, names: Collection[str]) -> str:
    """``message`` with what stands in the request ``body`` (JSON) as well cut out; runs that are part of ``names`` may stand in both."""
    if not message or not body:
        return message
    words = [(found.start(), found.end()) for found in _WORD.finditer(message)]
    if (
        len(body) * len(words) > _SEARCHED
    ):  # to look would hold up everybody else: what follows our own words is left out
        ours, colon, _ = message.partition(": ")
        return f"{ours}{colon}{_GAP}" if colon else message
    kept: list[str] = []
    done = first = 0
    while (after := _long_enough(words, first)) is not None:
        begin, end = words[first][0], words[after][1]
        if not _stands_in(message[begin:end], body):
            first += 1
            continue
        while after + 1 < len(words) and _stands_in(message[begin : words[after + 1][1]], body):
            after += 1
        end = words[after][1]
        if any(message[begin:end] in name for name in names):
            first += 1
            continue
        kept += (message[done:begin], _GAP)
        done, first = end, after + 1
    return "".join((*kept, message[done:]))


def _long_enough(words: list[tuple[int, int]], first: int) -> int | None:
    """The word that ends the shortest run from ``first`` on which is no chance; None where there are too few."""
    for last in range(first, len(words)):
        characters = words[last][1] - words[first][0]
        if characters >= _LONG_WORD or (last - first + 1 >= _WORDS and characters >= _CHARACTERS):
            return last
    return None


def _stands_in(text: str, body: bytes) -> bool:
    """Whether the text stands in JSON, in either of the forms that it can be written in."""
    if _in_form(text, body, escaped=True):
        return True
    return not text.isascii() and _in_form(text, body, escaped=False)  # ASCII is the same in both


def _in_form(text: str, body: bytes, *, escaped: bool) -> bool:
    return json.dumps(text, ensure_ascii=escaped)[1:-1].encode("utf-8", "surrogatepass") in body
