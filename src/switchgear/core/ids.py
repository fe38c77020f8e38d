"""Identifiers: sortable by time, unguessable where that matters."""

from __future__ import annotations

import random
import secrets
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]


def _base32(number: int, pairs: int) -> str:
    """``number`` in Crockford's base 32 as ``2 * pairs`` characters, most significant first."""
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in range(10 * (pairs - 1), -1, -10)])


class RequestIds:
    """Makes ``req_`` ids that sort by time: 48 bits of milliseconds, then 82 bits that do not repeat.

    They name calls and are no secrets. The random part is drawn once a millisecond and counted up within it, as ULID's monotonic mode does
    (https://github.com/ulid/spec); 26 characters of Crockford's base 32 follow the prefix.
    """

    __slots__ = ("_bits", "_head", "_last", "_tail")

    def __init__(self) -> None:
        self._bits = random.Random(secrets.randbits(256)).getrandbits
        self._last = 0
        self._head = ""
        self._tail = 0

    def next(self) -> str:
        """A new id, later in sort order than every one before it from this object."""
        now = time.time_ns() // 1_000_000
        if now > self._last:
            self._last = now
            self._head = "req_" + _base32((now << 52) | self._bits(52), 10)
            self._tail = self._bits(29)
        self._tail += 1
        tail = self._tail
        return self._head + _PAIRS[tail >> 20 & 1023] + _PAIRS[tail >> 10 & 1023] + _PAIRS[tail & 1023]


def new_id(prefix: str) -> str:
    """``prefix_`` and 20 random characters of base 32 (100 bits)."""
    return f"{prefix}_{_base32(secrets.randbits(100), 10).lower()}"
