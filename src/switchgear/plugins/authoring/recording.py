"""A session that was written down: one frame a line, in JSON. It is asked again of a plugin and compared, or becomes a test.

What changes from run to run is left out of comparisons: ``_meta``, and how long a list holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pprint import pformat
from typing import Any, Final

import msgspec

from switchgear.core.errors import PluginFailed, ToolServerError, UsageError
from switchgear.core.structs import Frozen
from switchgear.plugins.mcp.session import Session
from switchgear.plugins.traffic import HIDDEN, Seen

_NOT_ASKED: Final = frozenset({"initialize", "server/discover", "subscriptions/listen", "ping", "logging/setLevel"})
"""What belongs to a connection, and is not asked again."""
_PASSING: Final = frozenset({"_meta", "ttlMs", "cacheScope", "resultType"})
_MOST: Final = 50
_LONGEST: Final = 200


class Step(Frozen, frozen=True):
    """A request that was made, and what came of it: its result, or the code of its error."""

    method: str
    params: dict[str, Any]
    result: Any = None
    error: int | None = None


def written(seen: Seen) -> str:
    """A frame as a line of a recording."""
    entry = msgspec.to_builtins(seen)
    try:
        entry["frame"] = json.loads(seen.frame)
    except ValueError:  # noise, or cut
        entry["frame"] = seen.frame
    return json.dumps(entry, ensure_ascii=False)


def steps(lines: Iterable[str]) -> list[Step]:
    """The requests of a recording that were answered, in their order. Raises UsageError for what is no recording."""
    asked: dict[str, tuple[str, dict[str, Any]]] = {}
    found: list[Step] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        entry = _entry(line, number)
        frame, identity = entry.get("frame"), str(entry.get("id", ""))
        if not isinstance(frame, dict) or not identity:
            continue
        if entry.get("direction") == "sent" and "method" in frame:
            params = frame.get("params") or {}
            asked[identity] = str(frame["method"]), {key: each for key, each in params.items() if key != "_meta"}
        elif entry.get("direction") == "received" and identity in asked:
            method, params = asked.pop(identity)
            if method not in _NOT_ASKED:
                error = frame.get("error")
                code = error.get("code") if isinstance(error, dict) else None
                found.append(Step(method, params, frame.get("result"), code))
    return found


def _entry(line: str, number: int) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        entry = None
    if not isinstance(entry, dict):
        raise UsageError(f"Line {number} of the recording is no JSON object.", hint="Make one with: --save FILE")
    return entry


async def replay(session: Session, recorded: Sequence[Step]) -> list[list[str]]:
    """Ask a server the same again: for each step what is different now, in words; nothing where nothing is."""
    return [await _again(session, step) for step in recorded]


async def _again(session: Session, step: Step) -> list[str]:
    try:
        result = json.loads(bytes(await session.request(step.method, json.dumps(step.params).encode())))
    except ToolServerError as error:
        if step.error == error.rpc_code:
            return []
        return [f"it is the error {error.rpc_code} now: {error.rpc_message[:_LONGEST]}"]
    except PluginFailed as error:
        return [error.message]
    if step.error is not None:
        return [f"it was the error {step.error}, and there is a result now"]
    return list(differences(lasting(step.result), lasting(result)))[:_MOST]


def lasting(result: Any) -> Any:
    """A result without what changes from run to run."""
    if isinstance(result, dict):
        return {name: lasting(each) for name, each in result.items() if name not in _PASSING}
    return [lasting(each) for each in result] if isinstance(result, list) else result


def differences(before: Any, now: Any, place: str = "result") -> Iterator[str]:
    """What is different between two values, in words with the places."""
    if isinstance(before, dict) and isinstance(now, dict):
        for name in before.keys() | now.keys():
            if name not in now:
                yield f"{place}.{name} is gone; it was {_short(before[name])}"
            elif name not in before:
                yield f"{place}.{name} is new: {_short(now[name])}"
            else:
                yield from differences(before[name], now[name], f"{place}.{name}")
    elif isinstance(before, list) and isinstance(now, list):
        if len(before) != len(now):
            yield f"{place} has {len(now)} items; it had {len(before)}"
        for at, (one, other) in enumerate(zip(before, now, strict=False)):
            yield from differences(one, other, f"{place}[{at}]")
    elif (before != now or isinstance(before, bool) != isinstance(now, bool)) and before != HIDDEN:
        yield f"{place} is {_short(now)}; it was {_short(before)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def as_test(recorded: Sequence[Step], name: str) -> str:
    """The source of a test that asks the same and expects the same, with the fixture ``plugin``."""
    cases = [
        (step.method, step.params, {"error": step.error} if step.error is not None else lasting(step.result))
        for step in recorded
    ]
    return f'''"""What {name} answered when it was recorded, asked again in the same order."""

from switchgear.testing.plugin_client import outcome

STEPS = {pformat(cases, width=100, sort_dicts=False)}


def test_it_answers_as_it_was_recorded(plugin):
    for method, params, expected in STEPS:
        assert outcome(plugin, method, params) == expected, method
'''
