"""Days, weeks and months by the calendar in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

Per = Literal["day", "week", "month"]


class Period(NamedTuple):
    """One day, week or month: from ``since`` to before ``until``, in ms since 1970.

    ``name`` is its ISO 8601 one: ``2026-11-30``, ``2026-W49`` or ``2026-11``.
    """

    per: Per
    name: str
    since: int
    until: int


def period(per: Per, at_ms: int) -> Period:
    """The period that ``at_ms`` (ms since 1970) lies in. Weeks begin on Monday (ISO 8601)."""
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if per == "day":
        return Period(per, f"{day:%Y-%m-%d}", _ms(day), _ms(day + timedelta(days=1)))
    if per == "week":
        monday = day - timedelta(days=day.weekday())
        year, week, _ = day.isocalendar()
        return Period(per, f"{year}-W{week:02d}", _ms(monday), _ms(monday + timedelta(days=7)))
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return Period(per, f"{first:%Y-%m}", _ms(first), _ms(following))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
