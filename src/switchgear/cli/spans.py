"""Spans of time as people write them: 30s, 15m, 12h, 7d, 2w."""

from __future__ import annotations

import re
from typing import Final

from switchgear.core.errors import UsageError

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def seconds_of(text: str, option: str) -> int:
    """The whole seconds of ``text``. Raises UsageError, which names ``option``."""
    match = re.fullmatch(r"\s*(\d{1,9})\s*([smhdw])\s*", text.lower())
    if match is None:
        raise UsageError(f'{option} "{text}" is not a span of time.', hint="Write it like 30m, 12h, 7d or 2w.")
    return int(match[1]) * _SECONDS[match[2]]
