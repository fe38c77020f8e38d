"""Cursors: where the next page of a list by time goes on."""

from __future__ import annotations

from switchgear.core.errors import RequestError


def cursor_of(at: int, row_id: str) -> str:
    """The cursor for what is older than this row."""
    return f"{at}.{row_id}"


def position(cursor: str) -> tuple[int, str]:
    """The time (milliseconds) and id that a cursor stands for. Raises RequestError."""
    at, dot, row_id = cursor.partition(".")
    if not (dot and at.isascii() and at.isdigit() and len(at) < 19) or "\0" in row_id:
        raise RequestError("before is not a cursor that a list gave.", param="before", hint="Start without before.")
    return int(at), row_id
