"""When to come back, from the headers of a refusal, in all the forms that providers write it in."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

Header = Callable[[bytes], bytes]
"""Looks up a field by its lower-case name; nothing where there is none."""

_PLAUSIBLE: Final = 86_400.0
"""Nobody is waited for longer than a day; a wait that is told to be longer is a mistake, unless a limit that is used up says so too."""
_AT_A_GUESS: Final = 3600.0
"""Seconds that are waited where what was told cannot be meant."""
_LIMITED: Final = 429
_EPOCH: Final = 1_000_000_000.0
"""A number above it is no wait but a moment: seconds since 1970."""
_MILLISECONDS: Final = 1_000_000_000_000.0
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|us|µs|ns|[dhms]))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|[dhms])")
_UNITS: Final = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_LIMITS: Final = (
    (b"x-ratelimit-remaining-requests", b"x-ratelimit-reset-requests"),
    (b"x-ratelimit-remaining-tokens", b"x-ratelimit-reset-tokens"),
    (b"anthropic-ratelimit-requests-remaining", b"anthropic-ratelimit-requests-reset"),
    (b"anthropic-ratelimit-tokens-remaining", b"anthropic-ratelimit-tokens-reset"),
    (b"anthropic-ratelimit-input-tokens-remaining", b"anthropic-ratelimit-input-tokens-reset"),
    (b"anthropic-ratelimit-output-tokens-remaining", b"anthropic-ratelimit-output-tokens-reset"),
    (b"x-ratelimit-remaining-requests-day", b"x-ratelimit-reset-requests-day"),
    (b"x-ratelimit-remaining-tokens-minute", b"x-ratelimit-reset-tokens-minute"),
    (b"x-ratelimit-remaining", b"x-ratelimit-reset"),
    (b"ratelimit-remaining", b"ratelimit-reset"),
)
"""What is left of a limit, and when it is whole again: of OpenAI and those that follow it
(platform.openai.com/docs/guides/rate-limits), Anthropic (docs.claude.com/en/api/rate-limits), Cerebras, OpenRouter, and a
standard's draft (draft-ietf-httpapi-ratelimit-headers-07)."""


def retry_after(header: Header, status: int = 429) -> float | None:
    """Seconds until a call may be tried again; None where nothing says so. At most a day.

    ``retry-after`` as a number or an HTTP date (RFC 9110 section 10.2.3) or ``retry-after-ms``. A refusal for a limit (429) that has
    neither waits for the reset of the limit that is used up, the latest of several, or the nearest of those of which it is not
    told whether they are. Other answers tell of their limits too, which they did not fail for.
    """
    used_up, others = _waits(header) if status == _LIMITED else ([], [])
    milliseconds = seconds(_text(header, b"retry-after-ms"))
    if milliseconds is not None:
        return believed(milliseconds / 1000, sure=bool(used_up))
    value = _text(header, b"retry-after")
    if value:
        wait = seconds(value)
        wait = _until_date(value) if wait is None else wait
        return None if wait is None else believed(wait, sure=bool(used_up))
    if used_up:
        return believed(max(used_up), sure=True)
    return believed(min(others)) if others else None


def believed(wait: float, *, sure: bool = False) -> float:
    """Seconds that are waited where ``wait`` was told: an hour instead of more than a day, a day where a limit that is used up bears it out."""
    if wait <= _PLAUSIBLE:
        return wait
    return _PLAUSIBLE if sure else _AT_A_GUESS


def seconds(text: str) -> float | None:
    """A finite number of seconds; None for anything else."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def reset(text: str) -> float | None:
    """Seconds until a limit's reset: ``"6m0s"``, ``"120ms"``, a number of seconds, or a moment (RFC 3339, or since 1970)."""
    text = text.strip()
    if _DURATION.fullmatch(text):
        wait = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
        return wait if math.isfinite(wait) else None
    try:
        number = float(text)
    except ValueError:
        return _until_moment(text)
    if not math.isfinite(number) or number < 0:
        return None
    if number >= _EPOCH:
        return max((number / 1000 if number >= _MILLISECONDS else number) - time.time(), 0.0)
    return number


def _waits(header: Header) -> tuple[list[float], list[float]]:
    """Seconds until the limits that are used up are whole again, and those of which that is not told."""
    used_up: list[float] = []
    untold: list[float] = []
    for left, wait in _resets(header):
        if left is None:
            untold.append(wait)
        elif left <= 0:
            used_up.append(wait)
    return used_up, untold


def _resets(header: Header) -> Iterator[tuple[float | None, float]]:
    for remaining, at in _LIMITS:
        value = _text(header, at)
        if value and (wait := reset(value)) is not None:
            yield seconds(_text(header, remaining)), wait


def _text(header: Header, name: bytes) -> str:
    return header(name).decode("latin-1").strip()


def _until_date(text: str) -> float | None:
    try:
        date = parsedate_to_datetime(text)
        return _until(date)
    except (ValueError, TypeError, OverflowError):
        return None


def _until_moment(text: str) -> float | None:
    try:
        return _until(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def _until(moment: datetime) -> float:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment.timestamp() - time.time(), 0.0)
