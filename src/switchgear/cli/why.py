"""``switchgear why``: what happened to a call, in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import quote

from cyclopts import App, Parameter

from switchgear.cli import screen, tables
from switchgear.cli.chat_steps import later_steps
from switchgear.cli.client import connected
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.errors import UsageError

_WIDEST_SUBJECT: Final = 40
_NARROWEST_TOLD: Final = 20
_FAILED: Final = frozenset({"failed", "cut"})

app = App(
    name="why",
    help_epilogue="""\
Every answer has its request id in the header x-request-id, every error also in its body; switchgear errors gives one for each
kind of error. Times are milliseconds from the call's start: of an attempt that failed, when it had; else when it began.

Examples
  switchgear why req_01J9Z3M2C8K4T7XWQ5N6B1RYDA
  switchgear why req_01J9Z3M2C8K4T7XWQ5N6B1RYDA --json""",
)


class Line(NamedTuple):
    """A line of the story: when (milliseconds), who, and what is told of it."""

    at: float | None
    subject: str
    told: str


@app.default
async def why(
    request_id: Annotated[str, Parameter(name="REQUEST_ID", help="The id of the call.")],
    /,
    *,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Show what happened to a call, in order: what each stage said, every attempt, and what it cost."""
    if not request_id.strip() or len(request_id) > 64 or not request_id.isprintable():
        raise UsageError(
            f'"{screen.printable(request_id[:64])}" is not the id of a call.',
            hint="Take it from the header x-request-id.",
        )
    async with connected(where) as api:
        call = await api.get(f"/api/usage/{quote(request_id.strip(), safe='')}")
        after = [Line(*each) for each in await later_steps(api, call)] if not as_json else []
    if as_json:
        screen.show_json(call)
        return
    _show([*story(call), _end(call), *after])


def story(call: dict[str, Any]) -> list[Line]:
    """The lines of a call as ``GET /api/usage/{id}`` gives it, in the order of what they tell."""
    steps, attempts = call["route"]["steps"], call["route"]["attempts"]
    lines = [Line(step["at_ms"], step["stage"], step["told"]) for step in steps]
    stages = {step["stage"] for step in steps}
    if "key" not in stages:
        lines.insert(0, _key(call))
    if call["cache"] and "cache" not in stages:
        lines.append(Line(lines[-1].at, "cache", call["cache"]))
    if attempts and "route" not in stages:
        lines.append(Line(attempts[0]["at_ms"], f"route {call['model']}", _first_choice(attempts)))
    lines += _attempts(attempts)
    lines.sort(key=lambda line: line.at or 0.0)
    if call["error"] and not any(one["outcome"] in _FAILED and one["error"] == call["error"] for one in attempts):
        lines.append(Line(call["latency_ms"], call["outcome"], _with_code(call)))
    return lines


def _key(call: dict[str, Any]) -> Line:
    owner = ", ".join(f"{kind} {call[kind]}" for kind in ("team", "user") if call[kind])
    name = f'key "{call["key_name"]}"' if call["key_name"] else f"key {call['key_id']}".rstrip()
    return Line(0.0, f"{name} ({owner})" if owner else name, "refused" if call["outcome"] == "refused" else "allowed")


def _first_choice(attempts: Sequence[dict[str, Any]]) -> str:
    first = next((one for one in attempts if one["outcome"] != "skipped"), None)
    if first is None:
        return "no deployment"
    return first["why"] or f"{first['provider']}/{first['deployment']}"


def _attempts(attempts: Sequence[dict[str, Any]]) -> Iterator[Line]:
    providers: dict[str, set[str]] = {}
    for one in attempts:
        providers.setdefault(one["provider"], set()).add(one["deployment"])
    tried: set[tuple[str, str]] = set()
    for one in attempts:
        place = (one["provider"], one["deployment"])
        subject = one["provider"] if len(providers[one["provider"]]) == 1 else "/".join(place)
        at = one["at_ms"] if one["outcome"] in {"ok", "skipped"} else one["at_ms"] + one["ms"]
        if one["outcome"] == "skipped":
            yield Line(at, subject, _told(one))
            continue
        reasons = [*(["again"] if place in tried else []), *([one["why"]] if tried and one["why"] else [])]
        yield Line(at, subject, f"{', '.join(reasons)}: {_told(one)}" if reasons else _told(one))
        tried.add(place)


def _told(attempt: dict[str, Any]) -> str:
    """What became of an attempt; of one whose answer is not the client's, with what it cost."""
    match attempt["outcome"]:
        case "skipped":
            return f"passed over: {attempt['why'] or 'no reason is known'}"
        case "failed":
            return _with_code(attempt)
        case "cut":
            return ", ".join([*_work(attempt), *_cost(attempt), f"cut: {_with_code(attempt)}"])
        case "lost":
            return ", ".join(["another attempt was faster", *_work(attempt), *_cost(attempt)])
        case "abandoned":
            return ", ".join(["given up", *_work(attempt), *_cost(attempt)])
    return ", ".join([*_work(attempt), f"done after {tables.milliseconds(attempt['ms'])}"])


def _work(attempt: dict[str, Any]) -> list[str]:
    """How long it waited in its queue and for the first token, and how many tokens it wrote."""
    found = []
    if attempt["waited_ms"] >= 1:
        found.append(f"queued {tables.milliseconds(attempt['waited_ms'])}")
    if attempt["first_token_ms"] is not None:
        found.append(f"first token {tables.milliseconds(attempt['first_token_ms'])}")
    tokens = attempt["usage"]["completion_tokens"] if attempt["usage"] else 0
    if tokens:
        found.append(f"{tokens:,} token{'' if tokens == 1 else 's'}")
    return found


def _cost(attempt: dict[str, Any]) -> list[str]:
    return [f"cost {_dollars(attempt['cost'])}"] if attempt["cost"] is not None else []


def _with_code(told: dict[str, Any]) -> str:
    """An error in words, and the code it ended with."""
    return f"{told['message']} → {told['error']}" if told["message"] else told["error"] or "no reason is known"


def _end(call: dict[str, Any]) -> Line:
    moves = call["fallbacks"]
    unknown = call["cost"] is None and call["prompt_tokens"] + call["completion_tokens"] > 0 and not call["saved"]
    parts = ["cost not known" if unknown else f"cost {_dollars(call['cost'] or '0')}"]
    if call["saved"]:
        parts.append(f"saved {_dollars(call['saved'])}")
    if moves:
        parts.append(f"{moves} fallback{'' if moves == 1 else 's'}")
    parts.append(f"{call['outcome']} in {tables.milliseconds(call['latency_ms'])}")
    return Line(None, ", ".join(parts), "")


def _dollars(text: str) -> str:
    return tables.dollars(int(Decimal(text) * 1_000_000_000))


def _show(lines: Sequence[Line]) -> None:
    """Print the lines with their times and subjects aligned; what is told goes on under itself on a narrow terminal."""
    rows = [(_time(line.at), _plain(line.subject), _plain(line.told)) for line in lines]
    first = max(tables.cells(time) for time, _, _ in rows)
    second = max(
        (width for _, subject, told in rows if told and (width := tables.cells(subject)) <= _WIDEST_SUBJECT), default=0
    )
    for time, subject, told in rows:
        head = f"{' ' * (first - tables.cells(time))}{time}  {subject}"
        if not told:
            screen.say(f" {head}".rstrip())
            continue
        head += " " * max(second - tables.cells(subject), 0) + "  "
        indent = first + second + 4
        for number, part in enumerate(_wrapped(told, indent + 1)):
            screen.say(f" {head}{part}" if not number else " " * (indent + 1) + part)


def _time(at: float | None) -> str:
    return "" if at is None else f"{at:,.1f} ms" if at < 10 else f"{at:,.0f} ms"


def _plain(text: str) -> str:
    return " ".join(screen.printable(text).split())


def _wrapped(text: str, indent: int) -> list[str]:
    """``text`` in lines that fit beside the indent; whole where output need not fit anything."""
    width = screen.width()
    if width is None or width - indent < _NARROWEST_TOLD:
        return [text]
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".lstrip()
        if tables.cells(longer) <= width - indent or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
