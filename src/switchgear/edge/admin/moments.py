"""Moments as people and programs write them in a query: ISO 8601, milliseconds, or an age."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from switchgear.core.errors import RequestError

_AGE = re.compile(r"(\d{1,6})([smhdw])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def milliseconds(text: str | None, now: int, param: str) -> int | None:
    """The moment that ``text`` names, in milliseconds since the epoch like ``now``; None for None.

    ``1h``, ``30m`` and ``7d`` are ages; a date alone is its first moment; without a zone it is UTC. Raises
    RequestError naming ``param``.
    """
    if text is None:
        return None
    age = _AGE.fullmatch(text)
    if age is not None:
        return max(0, now - int(age[1]) * _SECONDS[age[2]] * 1000)
    if text.isascii() and text.isdecimal() and len(text) <= 15:
        return int(text)
    try:
        found = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)  # + is a space in a query
        moment = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
        return max(0, int(moment.timestamp() * 1000))
    except (ValueError, OverflowError) as error:
        raise RequestError(
            f"{param} is not a moment.",
            param=param,
            hint="Write 2026-11-01T12:00:00Z, milliseconds since 1970, or an age such as 30m, 1h or 7d.",
        ) from error
