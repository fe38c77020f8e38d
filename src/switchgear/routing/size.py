"""What a prompt weighs, told from its bytes without reading it."""

from __future__ import annotations

import re
from typing import Final

from switchgear.core.structs import FrozenLeaf

_STEP: Final = 16 * 1024
"""Smaller prompts are not looked at, and in larger ones images that are smaller than this may be missed: they weigh little."""
_PROBE: Final = 256
_carrier: Final = re.compile(rb'(?:url|data)"\s*:\s*"\Z')
"""How the names end of fields that carry encoded content, in every dialect: ``url``, ``image_url``, ``data``, ``file_data``."""
_KEY: Final = 24


class Size(FrozenLeaf, frozen=True, gc=False):
    """What a prompt weighs: ``bytes`` of its JSON without encoded images and sounds, and how many of those there are (``media``)."""

    bytes: int
    media: int = 0


def size_of(prompt: int, body: bytes) -> Size:
    """What a request weighs whose prompt is ``prompt`` bytes of ``body``.

    A large body is probed every few kilobytes for a long run without a space, a quote or an escape; where that is the value of a
    field for encoded content, it does not weigh as text.
    """
    if prompt <= _STEP:
        return Size(prompt)
    media = carried = 0
    at, last = _STEP // 2, len(body) - _PROBE
    while at < last:
        if _dense(body[at : at + _PROBE]):
            start, end = body.rfind(b'"', 0, at) + 1, body.find(b'"', at)
            if end < 0:
                break
            if _carrier.search(body, max(start - _KEY, 0), start):
                media += 1
                carried += end - start
            at = end + _PROBE
        else:
            at += _STEP
    return Size(max(prompt - carried, 0), media)


def _dense(window: bytes) -> bool:
    return not (b" " in window or b'"' in window or b"\\" in window) and window.isascii()
