"""Compressed answers (RFC 9110 section 8.4.1), decoded in pieces of bounded size."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

from switchgear.core.errors import ProviderError

PIECE = 256 * 1024
MAX_GZIP_MEMBERS = 64
"""Members of one gzip body. The bytes behind each are copied when it ends, so their number must have an end."""
_ANY_ZLIB = zlib.MAX_WBITS | 32
"""gzip or zlib, told by the first bytes."""
_ENCODINGS = (b"gzip", b"x-gzip", b"deflate")


class Inflater:
    """Decodes one body. ``invalid`` makes the error for what is wrong with it, of a phrase and a cause."""

    __slots__ = ("_inflate", "_invalid", "_members")

    def __init__(self, encoding: bytes, invalid: Callable[[str, str | None], ProviderError]) -> None:
        if encoding not in _ENCODINGS:
            raise invalid(f"answered in content-encoding {encoding[:40]!r}, which was not asked for", None)
        self._inflate = zlib.decompressobj(_ANY_ZLIB)
        self._invalid = invalid
        self._members = 1

    @property
    def whole(self) -> bool:
        """Whether the compressed data ended as it should."""
        return self._inflate.eof

    def pieces(self, rest: bytes) -> Iterator[bytes]:
        """What the compressed bytes hold, each piece at most ``PIECE`` long. Raises what ``invalid`` makes."""
        inflate = self._inflate
        piece = b""
        while rest or (len(piece) == PIECE and not inflate.eof):  # a full piece may have left some inside
            if inflate.eof:  # gzip may have several members (RFC 1952 section 2.2)
                if self._members == MAX_GZIP_MEMBERS:
                    raise self._invalid(f"sent a gzip body of more than {MAX_GZIP_MEMBERS} members", None)
                self._members += 1
                inflate = self._inflate = zlib.decompressobj(_ANY_ZLIB)
            try:
                piece = inflate.decompress(rest, PIECE)
            except zlib.error as error:
                raise self._invalid(
                    "sent a body that is not the gzip or deflate it claims to be", str(error)
                ) from error
            rest = inflate.unconsumed_tail or inflate.unused_data
            if piece:
                yield piece
