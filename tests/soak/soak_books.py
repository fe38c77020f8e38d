"""What the soak looks for at the end, each as a line of the table."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import Any, NamedTuple

import asyncpg
from soak_load import Batch, Books, Group
from soak_provider import Providers, reply_to

WINDOW = 60.0
NANO = 1_000_000_000


class Line(NamedTuple):
    """One thing that was looked for, and what was found; ``well`` is None for what is only told."""

    what: str
    found: str
    well: bool | None = None


async def rows_of(url: str) -> list[dict[str, Any]]:
    """The usage rows: id, key, outcome, cost."""
    connection = await asyncpg.connect(url)
    try:
        return [dict(row) for row in await connection.fetch("SELECT id, key_id, outcome, cost FROM usage")]
    finally:
        await connection.close()


def usage_lines(books: Books, groups: list[Group], rows: list[dict[str, Any]]) -> list[Line]:
    """Every answer has its row, once, under its key."""
    by_id = {row["id"]: row for row in rows}
    answered = [(call, group) for group in groups for call in books.answered[group.name]]
    lost = [call for call, _ in answered if call not in by_id]
    other = [
        call
        for call, group in answered
        if (row := by_id.get(call)) is not None and (row["outcome"], row["key_id"]) != ("ok", group.key_id)
    ]
    return [
        Line("answers that clients got", str(len(answered)), bool(answered)),
        Line("answers without a usage record", _some(lost), not lost),
        Line("usage records that are there twice", str(len(rows) - len(by_id)), len(rows) == len(by_id)),
        Line("usage records that say something else", _some(other), not other),
        Line("answers of somebody else, or not as they were", _some(books.wrong), not books.wrong),
    ]


def rate_line(books: Books, providers: Providers, group: Group, limit: int) -> Line:
    """In no window were more questions of a key let through than its limit.

    What is limited is when a call comes in, and what is seen is when it reaches a provider: the window is shorter by the longest time
    that lies between, since calls of a longer one may have arrived in it.
    """
    sent, arrived = books.sent[group.name], providers.arrived[group.name]
    moments = sorted(arrived.values())
    late = max((at - sent[question] for question, at in arrived.items() if question in sent), default=0.0)
    window = WINDOW - late
    most = max((place - bisect_left(moments, at - window) + 1 for place, at in enumerate(moments)), default=0)
    told = f"{most} of {limit} in any {window:.1f} s, {len(moments)} in all"
    return Line(f'calls of the key "{group.name}"', told, window > WINDOW / 2 and 0 < most <= limit)


def budget_lines(rows: list[dict[str, Any]], providers: Providers, group: Group, dollars: float) -> list[Line]:
    """A key did not spend more than it may. What the provider was asked by a worker that did not live to book it is told beside."""
    costs = [row["cost"] or 0 for row in rows if row["key_id"] == group.key_id]
    booked = sum(costs) / NANO
    asked = sum(count for question, count in providers.asked.items() if question.startswith(f"{group.name}#"))
    billed = asked * max(costs, default=0) / NANO
    return [
        Line(f'money of the key "{group.name}"', f"${booked:.2f} of ${dollars:.2f}", 0 < booked <= dollars),
        Line("the same by its provider, with calls that nobody lived to book", f"${billed:.2f}"),
    ]


def batch_lines(batch: Batch, providers: Providers, lines: int) -> list[Line]:
    """Every line of the batch is in its output once, with its own answer."""
    counts = Counter(line["custom_id"] for line in batch.lines)
    missing = [f"line-{number}" for number in range(lines) if f"line-{number}" not in counts]
    twice = [name for name, count in counts.items() if count > 1]
    wrong = [line["custom_id"] for line in batch.lines if not _right(line)]
    again = sum(count - 1 for question, count in providers.asked.items() if question.startswith("batch#"))
    return [
        Line("batch", f"{batch.status}, {lines} lines", batch.status == "completed"),
        Line("batch lines missing", _some(missing), not missing),
        Line("batch lines there twice", _some(twice), not twice),
        Line("batch lines that failed, or with another's answer", _some(wrong), not wrong),
        Line("batch lines asked again after a failure or a kill", str(again)),
    ]


def _right(line: dict[str, Any]) -> bool:
    body = (line.get("response") or {}).get("body") or {}
    if "choices" not in body:
        return False
    number = line["custom_id"].removeprefix("line-")
    return bool(body["choices"][0]["message"]["content"] == reply_to(f"batch#{number}"))


def _some(found: list[str]) -> str:
    shown = ", ".join(found[:3])
    return f"{len(found)} ({shown}{', …' if len(found) > 3 else ''})" if found else "0"
