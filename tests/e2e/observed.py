"""What a gateway left behind, read from the outside: its usage rows, its memory, its log."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import httpx

T = TypeVar("T")
HI = [{"role": "user", "content": "Hi"}]


def eventually(look: Callable[[], T], seconds: float = 10.0) -> T:
    """What ``look`` gives as soon as it is true. Fails after ``seconds`` with what it gave last."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"not so within {seconds:g} s: {seen!r}"
        time.sleep(0.01)
    return seen


def usage_rows(data_dir: Path) -> dict[str, dict[str, Any]]:
    """Every usage row that is committed now, by the call's id."""
    return _rows(data_dir, "select * from usage")


def usage_row(data_dir: Path, call: str) -> dict[str, Any]:
    """The usage row of one call, once it is there."""
    return eventually(lambda: _rows(data_dir, "select * from usage where id = ?", call).get(call))


def _rows(data_dir: Path, query: str, *values: str) -> dict[str, dict[str, Any]]:
    with closing(sqlite3.connect(f"file:{data_dir / 'switchgear.db'}?mode=ro", uri=True, timeout=5)) as database:
        database.row_factory = sqlite3.Row
        return {row["id"]: dict(row) for row in database.execute(query, values)}


def chat(http: httpx.Client, model: str, **fields: Any) -> httpx.Response:
    """One chat completion, whole or with ``stream=True``."""
    return http.post("/v1/chat/completions", json={"model": model, "messages": HI} | fields)


def events(text: str) -> list[str]:
    """The data of each event of a stream."""
    return [line.removeprefix("data: ") for line in text.split("\n\n") if line]
