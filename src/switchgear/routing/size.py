"""What a prompt weighs, told from its bytes without reading it."""

from __future__ import annotations

from typing import Final

import msgspec

from switchgear.providers.tokens import media_in

_SMALL: Final = 16 * 1024
"""Bytes of a prompt in which nobody looks for encoded images; what there is of them weighs little."""
_PROBES: Final = 8
_PROBE: Final = 256


class Size(msgspec.Struct, frozen=True, gc=False):
    """What a prompt weighs: ``bytes`` of its JSON without encoded images and sounds, and how many of those there are (``media``)."""

    bytes: int
    media: int = 0


def size_of(prompt: int, body: bytes) -> Size:
    """What a request weighs whose prompt is ``prompt`` bytes of ``body``.

    Encoded images are looked for where a body is large and somewhere in it is no text.
    """
    if prompt <= _SMALL or not _dense(body):
        return Size(prompt)
    media, carried = media_in(body)
    return Size(max(prompt - carried, 0), media)


def _dense(body: bytes) -> bool:
    """Whether there seem to be encoded bytes in the body: somewhere is a long run without a space, a quote or an escape.

    Looked for in a few places only. What is found to be text by mistake, or the other way round, makes an estimate worse and no more.
    """
    step = max(len(body) // (_PROBES + 1), 1)
    for place in range(step, len(body), step):
        window = body[place : place + _PROBE]
        if len(window) == _PROBE and not (b" " in window or b'"' in window or b"\\" in window) and window.isascii():
            return True
    return False
