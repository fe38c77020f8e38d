"""``switchgear errors``."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

from cyclopts import App, Parameter

from switchgear.cli import screen, tables
from switchgear.cli.client import connected
from switchgear.cli.spans import is_age, moment_of
from switchgear.cli.where import HERE, AsJson, Where

_COLUMNS: Final = (
    tables.Column("kind"),
    tables.Column("count", right=True),
    tables.Column("saved", right=True),
    tables.Column("keys", right=True),
    tables.Column("last"),
    tables.Column("where", cut=True),
    tables.Column("error", cut=True),
)
_MANY_KEYS: Final = 100
_SHORT: Final = 8
"""Characters of a fingerprint that are shown, and are enough to ask for it."""

app = App(
    name="errors",
    help_epilogue="""\
Errors are of one kind that have one code at one place, and the same message but for numbers, ids and what is quoted. Saved are
those whose call another attempt answered.

Examples
  switchgear errors --since 1h
  switchgear errors --provider openai --sort last_seen
  switchgear errors 3f9a1c0b
  switchgear errors --since 7d --json""",
)


@Parameter(name="*")
@dataclass(frozen=True)
class Only:
    """Which errors; those that match all that is given."""

    code: Annotated[str | None, Parameter(metavar="CODE", help="Errors of this code alone.")] = None
    provider: Annotated[str | None, Parameter(metavar="NAME", help="Errors of this provider alone.")] = None


_ALL: Final = Only()


@app.default
async def errors(
    kind: Annotated[str | None, Parameter(name="KIND", help="Show this kind with all that is known of it.")] = None,
    /,
    *,
    since: Annotated[str, Parameter(metavar="WHEN", help="An age such as 1h or 7d, or a date.")] = "24h",
    sort: Annotated[Literal["count", "last_seen"], Parameter(help="What comes first.")] = "count",
    only: Only = _ALL,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Show the errors there were, in groups of what is alike."""
    moment_of(since, "--since")
    async with connected(where) as api:
        if kind is not None:
            told = await api.get(f"/api/errors/{quote(kind, safe='')}", since=since)
        else:
            told = await api.get("/api/errors", since=since, sort=sort, **asdict(only))
    if as_json:
        screen.show_json(told)
    elif kind is not None:
        _show_one(told)
    else:
        span = f"in the last {since[:-1]} {since[-1]}" if is_age(since) else f"since {since}"
        tables.show(_COLUMNS, map(_row, told["data"]), nothing=f"No errors {span}.")
        if told["others"]:
            screen.say(f"{told['others']:,} more, of kinds too many to be kept.")


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    return (
        one["fingerprint"][:_SHORT],
        f"{one['count']:,}",
        f"{one['saved']:,}" if one["saved"] else "–",
        _keys(one),
        tables.away(one["last_seen"]),
        _place(one),
        f"{one['code']}: {one['pattern']}" if one["pattern"] else one["code"],
    )


def _show_one(one: dict[str, Any]) -> None:
    names = [key["name"] or key["id"] for key in one["affected"]]
    facts = (
        ("Error", f"{one['code']} (status {one['status']})"),
        ("Where", f"{_place(one)}, {one['endpoint']}"),
        ("Message", one["message"]),
        ("First", tables.moment(one["first_seen"])),
        ("Last", f"{tables.moment(one['last_seen'])} ({tables.away(one['last_seen'])})"),
        (
            "Count",
            f"{one['count']:,} since {tables.moment(one['since'])}"
            + (f", {one['saved']:,} saved" if one["saved"] else ""),
        ),
        ("Keys", ", ".join(names) if len(names) < _MANY_KEYS else f"{_keys(one)}: {', '.join(names[:10])} …"),
        ("Example", f"switchgear why {one['example_id']}"),
    )
    for name, value in facts:
        screen.say(f"{screen.style(name.ljust(8), 'dim')} {' '.join(screen.printable(value).split())}".rstrip())


def _keys(one: dict[str, Any]) -> str:
    return f"{one['keys']:,}" if one["keys"] < _MANY_KEYS else f"{_MANY_KEYS}+"


def _place(one: dict[str, Any]) -> str:
    return f"{one['provider']}/{one['deployment']}" if one["provider"] else "the gateway"
