"""How a loop went, as clients of every dialect are told it in the member ``switchgear``."""

from __future__ import annotations

from typing import Any

import msgspec

from switchgear.core.money import NANO
from switchgear.pipeline.tools.dialog import Called, Ending
from switchgear.pipeline.tools.wish import FIELD

_encode = msgspec.json.Encoder().encode


def member(value: object) -> bytes:
    """``"switchgear": value`` as a member of an object."""
    return b"%b:%b" % (_encode(FIELD), _encode(value))


def stated(ending: Ending) -> dict[str, Any]:
    """Steps, tools and cost, and why the loop stopped where it did."""
    told: dict[str, Any] = {
        "steps": ending.steps,
        "tools": [_tool(one) for one in ending.called],
        "cost_usd": None if ending.cost is None else ending.cost / NANO,
    }
    if ending.reason:
        stopped: dict[str, Any] = {"reason": ending.reason, "message": ending.note}
        if approvals := [approval(one) for one in ending.called if one.waits is not None]:
            stopped["approvals"] = approvals
        told["stopped"] = stopped
    return told


def _tool(one: Called) -> dict[str, Any]:
    told: dict[str, Any] = {"id": one.shown or one.id, "name": one.tool.full}
    if (outcome := one.outcome) is None:
        return told | {"status": "waiting"}
    return told | {"status": outcome.status, "ms": round(one.ms, 1)} | ({"error": outcome.code} if outcome.code else {})


def approval(one: Called) -> dict[str, Any]:
    """What a call waits for."""
    waits = one.waits
    assert waits is not None  # noqa: S101 - told by the caller
    return {
        "id": waits.id,
        "by": waits.by,
        "call_id": one.shown or one.id,
        "name": one.tool.full,
        "arguments": one.arguments,
        "message": waits.told,
    }
