"""``switchgear usage``."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, get_args

from cyclopts import App, Parameter

from switchgear.cli import screen, tables
from switchgear.cli.client import connected
from switchgear.cli.spans import is_age, moment_of
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.calls import Outcome
from switchgear.core.errors import UsageError

By = Literal["model", "provider", "key", "team", "user", "day", "hour"]

_TAKEN: Final = [each for each in get_args(Outcome) if each != "refused"]
"""How calls end that were tried."""

_NUMBERS: Final = (
    tables.Column("calls", right=True),
    tables.Column("errors", right=True),
    tables.Column("p50 first token", right=True),
    tables.Column("tokens/s", right=True),
    tables.Column("tokens", right=True),
    tables.Column("cost", right=True),
)

app = App(
    name="usage",
    help_epilogue="""\
Errors are calls that failed or were cut; refused calls are left out. A cost marked with + leaves out calls whose
price is not known.

Examples
  switchgear usage --since 1h
  switchgear usage --since 30d --by day
  switchgear usage --since 7d --by user --team search
  switchgear usage --since 2026-11-01 --until 2026-12-01 --by key --json""",
)


@Parameter(name="*")
@dataclass(frozen=True)
class Only:
    """Which calls; those that match all that is given."""

    model: Annotated[str | None, Parameter(metavar="NAME", help="Calls of this model alone.")] = None
    provider: Annotated[str | None, Parameter(metavar="NAME", help="Calls to this provider alone.")] = None
    key: Annotated[str | None, Parameter(metavar="KEY", help="Calls with this key alone: its name or id.")] = None
    team: Annotated[str | None, Parameter(metavar="NAME", help="Calls of this team's keys alone.")] = None
    user: Annotated[str | None, Parameter(metavar="NAME", help="Calls of this user's keys alone.")] = None


_ALL: Final = Only()


@app.default
async def usage(
    *,
    since: Annotated[str, Parameter(metavar="WHEN", help="An age such as 1h or 7d, or a date.")] = "24h",
    until: Annotated[str | None, Parameter(metavar="WHEN", help="The same. [now]")] = None,
    by: Annotated[By, Parameter(help="What to add up by.")] = "model",
    only: Only = _ALL,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Show calls, errors, speed, tokens and cost."""
    _check(since, until)
    which = {"since": since, "until": until, "group_by": by, **asdict(only)}
    async with connected(where) as api:
        everything = await api.get("/api/usage/summary", **which)
        if as_json:
            screen.show_json(everything)
            return
        refused = everything["total"]["refused"]
        summary = await api.get("/api/usage/summary", **which, outcome=_TAKEN) if refused else everything
    rows = [_row(_named(each, by), each) for each in summary["data"]]
    if len(rows) > 1:
        calls, errors, _, _, tokens, cost = _row("", summary["total"])[1:]
        rows.append(("total", calls, errors, "", "", tokens, cost))
    tables.show((tables.Column(by, cut=True), *_NUMBERS), rows, nothing=_nothing(since, until))
    if refused:
        screen.say(f"{refused:,} refused.")


def _check(since: str, until: str | None) -> None:
    """Raise UsageError for what is no moment, and for an end before the beginning."""
    begin = moment_of(since, "--since")
    if until is not None and moment_of(until, "--until") <= begin:
        raise UsageError(f"--until {until} is not after --since {since}.", hint="Give the earlier one to --since.")


def _nothing(since: str, until: str | None) -> str:
    if until is not None:
        return f"No calls from {_moment(since)} to {_moment(until)}."
    return f"No calls in the last {since[:-1]} {since[-1]}." if is_age(since) else f"No calls since {since}."


def _moment(text: str) -> str:
    return f"{text[:-1]} {text[-1]} ago" if is_age(text) else text


def _named(one: dict[str, Any], by: By) -> str:
    value = str(one["group"].get(by) or "")
    if by in {"day", "hour"}:
        moment = datetime.fromisoformat(value)
        return f"{moment:%Y-%m-%d}" if by == "day" else f"{moment:%Y-%m-%d %H:%M} UTC"
    return (one.get("key_name") if by == "key" else None) or value or "–"


def _row(name: str, one: dict[str, Any]) -> tuple[str, ...]:
    speed = one.get("tokens_per_second")
    return (
        name,
        f"{one['calls']:,}",
        f"{one['errors']:,}",
        tables.milliseconds(one.get("first_token_p50_ms")),
        "–" if speed is None else f"{speed:,.0f}",
        f"{one['prompt_tokens'] + one['completion_tokens']:,}",
        _cost(one),
    )


def _cost(one: dict[str, Any]) -> str:
    """What they cost together; with a + where the price of some calls is not known."""
    if one["unpriced"] and one["unpriced"] >= one["calls"]:
        return "–"
    return tables.dollars(int(Decimal(one["cost"]) * 1_000_000_000)) + ("+" if one["unpriced"] else "")
