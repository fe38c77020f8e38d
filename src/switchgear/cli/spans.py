"""Spans of time as people write them: 30s, 15m, 12h, 7d, 2w; and moments: an age, a date, a date with a time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from switchgear.core.errors import UsageError

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_MOST_DIGITS: Final = 15


def seconds_of(text: str, option: str) -> int:
    """The whole seconds of ``text``. Raises UsageError, which names ``option``."""
    match = re.fullmatch(r"\s*(\d{1,9})\s*([smhdw])\s*", text.lower())
    if match is None:
        raise UsageError(f'{option} "{text}" is not a span of time.', hint="Write it like 30m, 12h, 7d or 2w.")
    return int(match[1]) * _SECONDS[match[2]]


def moment_of(text: str, option: str) -> datetime:
    """The moment of ``text`` as the admin API reads it: ISO 8601, milliseconds since 1970, or an age such as 1h.

    Without a zone it is UTC. Raises UsageError, which names ``option``.
    """
    if is_age(text):
        return datetime.now(UTC) - timedelta(seconds=seconds_of(text, option))
    try:
        if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS:
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        found = datetime.fromisoformat(text)
        return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        raise UsageError(
            f'{option} "{text}" is not a moment.', hint="Write 2026-11-01, 2026-11-01T12:00:00Z or an age such as 7d."
        ) from None


def is_age(text: str) -> bool:
    """Whether ``text`` is a moment by how long ago it was."""
    return re.fullmatch(r"\d{1,6}[smhdw]", text) is not None
