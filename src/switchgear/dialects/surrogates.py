"""Characters that a server cut in two: each half an escape (``\\ud83d``, ``\\ude00``) where JSON wants both together.

Servers that count text in UTF-16, as those written in JavaScript do, end one event with the first half and begin the next with the other.
RFC 8259, section 8.2, leaves open what a half means by itself, and decoders refuse it; here the halves are brought together, and one
that stays alone becomes U+FFFD. Looked at is only what could not be decoded, so that nobody else pays for it.
"""

from __future__ import annotations

import re
from typing import Final

_ESCAPES: Final = re.compile(rb'\\(?:u(?P<digits>[0-9a-fA-F]{4})|.)(?P<end>"?)', re.DOTALL)
_REPLACEMENT: Final = rb"\ufffd"


class Halves:
    """Mends the JSON documents of one stream, in order."""

    __slots__ = ("_first",)

    def __init__(self) -> None:
        self._first = b""

    def mended(self, document: bytes) -> bytes:
        """The document with its halves brought together: a first half that ends a string waits for the next document's."""
        out: list[bytes] = []
        at = before = 0
        pending: re.Match[bytes] | None = None
        for escape in _ESCAPES.finditer(document):
            half = _half_of(escape)
            if pending is not None:
                if half == "second" and pending.end() == escape.start():
                    pending = None
                    continue
                out += [document[at : pending.start()], self._alone(pending)]
                at = pending.end()
                pending = None
            if half == "first":
                pending = escape
            elif half == "second":
                begins = document[escape.start() - 1 : escape.start()] == b'"' and before != escape.start()
                first, self._first = (self._first, b"") if begins else (b"", self._first)
                out += [document[at : escape.start()], first + escape[0] if first else _REPLACEMENT + escape["end"]]
                at = escape.end()
            before = escape.end()
        if pending is not None:
            out += [document[at : pending.start()], self._alone(pending)]
            at = pending.end()
        return b"".join([*out, document[at:]]) if out else document

    def _alone(self, escape: re.Match[bytes]) -> bytes:
        """What stands for a first half without its second: nothing where it may still come."""
        if not escape["end"]:
            return _REPLACEMENT
        self._first = escape[0].removesuffix(b'"')
        return b'"'


def _half_of(escape: re.Match[bytes]) -> str:
    digits = escape["digits"]
    code = int(digits, 16) if digits else 0
    return "first" if 0xD800 <= code < 0xDC00 else "second" if 0xDC00 <= code < 0xE000 else ""
