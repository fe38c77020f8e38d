"""An answer as it is kept."""

from __future__ import annotations

import sys
from typing import Final

import msgspec

from switchgear.core.calls import Usage

_OVERHEAD: Final = 1100
"""What an answer takes beside its bytes: its name, the objects of ``Kept``, its places in the dictionaries (920 were measured)."""
_BYTES: Final = sys.getsizeof(b"")
_encode = msgspec.msgpack.Encoder().encode


class Kept(msgspec.Struct):
    """An answer, in one form or more: ``forms`` are the bytes that a client got, by what it asked for (``key.form_of``).

    Times are seconds since the epoch: ``asked`` is when the call began that it answered, ``made`` when it was whole. It is given for
    ``ttl`` seconds from then on, and for ``grace`` more where there is no other. ``usage`` and ``cost`` (nano-dollars) are what the provider counted. ``place`` is the one
    of the model's deployments that answered; ``dropped``, ``shaped``, ``clamped`` and ``content_type`` are as in ``ModelCall``.
    """

    tenant: str
    model: str
    asked: float
    made: float
    ttl: float
    grace: float
    usage: Usage
    cost: int | None
    place: int
    forms: dict[bytes, bytes]
    content_type: bytes = b""
    dropped: list[str] = []
    shaped: list[str] = []
    clamped: str = ""

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        size = _OVERHEAD
        for form in self.forms.values():
            size += _BYTES + len(form)
        return size

    def fresh(self, now: float) -> bool:
        """Whether it may be given without asking a provider."""
        return now < self.made + self.ttl

    def usable(self, now: float) -> bool:
        """Whether it may be given at all, when there is no other answer."""
        return now < self.made + self.ttl + self.grace

    def packed(self) -> bytes:
        """As it is kept outside the process."""
        return _encode(self)


_unpack = msgspec.msgpack.Decoder(Kept).decode


def unpacked(data: bytes) -> Kept | None:
    """What ``Kept.packed`` wrote; None for anything else."""
    try:
        return _unpack(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
