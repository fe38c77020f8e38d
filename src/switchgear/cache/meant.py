"""A question whose answer is kept."""

from __future__ import annotations

import msgspec

_encode = msgspec.msgpack.Encoder().encode


class Meant(msgspec.Struct, frozen=True):
    """A question: its text and vector, and the ``name`` of its answer, empty while there is none.

    ``scope`` stands for everything else of the request: questions of different scopes have nothing to do with each other.
    """

    scope: bytes
    name: bytes
    text: str
    vector: bytes

    def packed(self) -> bytes:
        """As other processes are told."""
        return _encode(self)


_unpack = msgspec.msgpack.Decoder(Meant).decode


def unpacked_question(data: bytes) -> Meant | None:
    """What ``Meant.packed`` wrote; None for anything else."""
    try:
        return _unpack(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
