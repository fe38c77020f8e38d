"""Tables and moments as a person reads them: aligned columns, no lines, no more than the terminal is wide."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from switchgear.cli import screen

_GAP: Final = "  "
_NARROWEST: Final = 10
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@dataclass(frozen=True)
class Column:
    """A column; numbers stand to the ``right``, and what may be ``cut`` gives way on a narrow terminal."""

    title: str
    right: bool = False
    cut: bool = False


def show(columns: Sequence[Column], rows: Iterable[Sequence[str]], *, nothing: str) -> None:
    """Print a table, or the sentence ``nothing`` when it has no rows."""
    lines = [[screen.printable(cell).replace("\n", " ") for cell in row] for row in rows]
    if not lines:
        screen.say(nothing)
        return
    widths = _fit(columns, lines, screen.width())
    screen.say(screen.style(_line(columns, widths, [column.title for column in columns]), "dim"))
    for line in lines:
        screen.say(_line(columns, widths, line))


def _fit(columns: Sequence[Column], lines: Sequence[Sequence[str]], limit: int | None) -> list[int]:
    widths = [max(map(cells, (column.title, *(line[at] for line in lines)))) for at, column in enumerate(columns)]
    if limit is None:
        return widths
    for _ in range(sum(widths) + len(_GAP) * (len(widths) - 1) + 1 - limit):
        widest = max((at for at, column in enumerate(columns) if column.cut), key=widths.__getitem__, default=None)
        if widest is None or widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
    return widths


def _line(columns: Sequence[Column], widths: Sequence[int], row: Sequence[str]) -> str:
    parts = []
    for column, width, cell in zip(columns, widths, row, strict=True):
        text = cell if cells(cell) <= width else _cut(cell, width)
        pad = " " * (width - cells(text))
        parts.append(pad + text if column.right else text + pad)
    return (" " + _GAP.join(parts)).rstrip()


def _cut(text: str, width: int) -> str:
    while cells(text) > width - 1:
        text = text[:-1]
    return text + "…"


def cells(text: str) -> int:
    """Columns that ``text`` takes on a terminal (Unicode Standard Annex 11)."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )


def moment(text: str | None) -> str:
    """A moment in ISO 8601 in this machine's time zone, to the minute; ``never`` for none."""
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M") if text else "never"


def instant(text: str) -> str:
    """A moment in ISO 8601 in this machine's time zone, to the second."""
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def clock(text: str) -> str:
    """The time of day of a moment in ISO 8601, to the second."""
    return datetime.fromisoformat(text).astimezone().strftime("%H:%M:%S")


def away(text: str | None) -> str:
    """How far off a moment in ISO 8601 is: ``in 3 days``, ``in 23 s``, ``2 hours ago``, ``now``; ``never`` for none."""
    if not text:
        return "never"
    then = datetime.fromisoformat(text)
    seconds = ((then if then.tzinfo else then.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()
    size = abs(seconds)
    if size < _MINUTE:
        return f"in {math.ceil(seconds)} s" if seconds > 0 else "now"
    unit, name = (_DAY, "day") if size >= _DAY else (_HOUR, "hour") if size >= _HOUR else (_MINUTE, "minute")
    count = round(size / unit)
    span = f"{count:,} {name}{'' if count == 1 else 's'}"
    return f"in {span}" if seconds > 0 else f"{span} ago"


def milliseconds(value: float | None) -> str:
    """``110 ms``; a dash for none."""
    return "–" if value is None else f"{value:,.0f} ms"


def dollars(nano: int | None) -> str:
    """Nano-dollars as dollars: to the cent from a dollar up, to four digits below; a dash for none."""
    if nano is None:
        return "–"
    value = nano / 1e9
    if value == 0:
        return "$0.00"
    return f"${value:,.2f}" if value >= 1 else f"${value:.4f}" if value >= 0.0001 else "< $0.0001"


def size(count: float) -> str:
    """Bytes in the unit that fits."""
    for unit in ("bytes", "KiB", "MiB"):
        if count < 1024:
            return f"{count:,.0f} {unit}"
        count /= 1024
    return f"{count:,.1f} GiB"
