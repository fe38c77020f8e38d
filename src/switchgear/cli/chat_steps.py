"""What came after the first step of a chat with tools: the tools it called, and the further steps, each a call of its own."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

from switchgear.cli import tables
from switchgear.cli.client import Api
from switchgear.core.errors import NotFound

_MOST: Final = 100
"""Steps that a chat can have."""


async def later_steps(api: Api, call: dict[str, Any]) -> list[tuple[float, str, str]]:
    """When each was (milliseconds from the call's start), what it was, and what is told of it; nothing for a call without tools."""
    if all(step["stage"] != "tools" for step in call["route"]["steps"]) or "." in call["id"]:
        return []
    began = datetime.fromisoformat(call["at"])
    lines = [
        (_since(began, one), f"tool {one['plugin']}__{one['tool']}", _told_of_tool(one))
        for one in await api.every("/api/tool-calls", parent=call["id"])
    ]
    for number in range(2, _MOST + 1):
        try:
            step = await api.get(f"/api/usage/{quote(call['id'], safe='')}.{number}")
        except NotFound:
            break
        lines.append((_since(began, step), f"step {number}", _told_of_step(step)))
    return sorted(lines)


def _since(began: datetime, one: dict[str, Any]) -> float:
    return (datetime.fromisoformat(one["at"]) - began).total_seconds() * 1000


def _told_of_tool(one: dict[str, Any]) -> str:
    how = one["outcome"] if one["outcome"] != "ok" else "answered with an error" if one["is_error"] else "answered"
    error = f" ({one['error']})" if one["error"] else ""
    return f"{how}{error} after {tables.milliseconds(one['ms'])}"


def _told_of_step(step: dict[str, Any]) -> str:
    tokens = step["completion_tokens"]
    cost = "" if step["cost"] is None else f", cost {tables.dollars(int(Decimal(step['cost']) * 1_000_000_000))}"
    error = f" → {step['error']}" if step["error"] else ""
    return (
        f"{step['id']}: {tokens:,} tokens{cost}, {step['outcome']} in {tables.milliseconds(step['latency_ms'])}{error}"
    )
