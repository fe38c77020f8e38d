"""``switchgear limits``: how much may be called, and how much of it is used."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from cyclopts import App, Parameter

from switchgear.cli import screen, tables
from switchgear.cli.client import connected, show_first_key
from switchgear.cli.keys import find_key
from switchgear.cli.models import quote
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.errors import UsageError
from switchgear.core.money import NANO

app = App(name="limits", help="Limit calls, tokens and money; show how much is used.", help_epilogue="")

_COLUMNS: Final = (
    tables.Column("limits"),
    tables.Column("calls/min", right=True),
    tables.Column("tokens/min", right=True),
    tables.Column("at once", right=True),
    tables.Column("budget"),
    tables.Column("hold for", cut=True),
)
_USES: Final = (
    tables.Column("of", cut=True),
    tables.Column("limit"),
    tables.Column("used", right=True),
    tables.Column("left", right=True),
    tables.Column("all free"),
)
_WORDS: Final = {
    "rpm": "{} calls a minute",
    "tpm": "{} tokens a minute",
    "concurrency": "{} calls at once",
    "tokens": "{} tokens in {period}",
    "usd": "{} in {period}",
}

Name = Annotated[str, Parameter(name="LIMITS", help="The limits' name; `default` hold for every key that names none.")]


@Parameter(name="*")
@dataclass(frozen=True)
class Amounts:
    """How much."""

    rpm: Annotated[int | None, Parameter(metavar="N", help="Calls a minute.")] = None
    tpm: Annotated[int | None, Parameter(metavar="N", help="Tokens a minute.")] = None
    concurrency: Annotated[int | None, Parameter(metavar="N", help="Calls under way at once.")] = None
    usd: Annotated[float | None, Parameter(metavar="DOLLARS", help="US dollars that may be spent in a period.")] = None
    tokens: Annotated[int | None, Parameter(metavar="N", help="Tokens that may be used in a period.")] = None
    per: Annotated[Literal["day", "week", "month"], Parameter(help="The period of --usd and --tokens, in UTC.")] = (
        "month"
    )
    soft: Annotated[
        float | None, Parameter(metavar="SHARE", help="Share at which an event says that a limit is near. [0.8]")
    ] = None
    output_tokens: Annotated[
        int | None, Parameter(metavar="N", help="Tokens reserved for an answer without max_tokens. [1024]")
    ] = None
    unpriced: Annotated[
        Literal["allow", "refuse"] | None, Parameter(help="Calls whose price is not known, under --usd. [allow]")
    ] = None

    def body(self) -> dict[str, Any]:
        """What the API takes."""
        plain = ("rpm", "tpm", "concurrency", "soft", "output_tokens", "unpriced")
        told = {name: value for name in plain if (value := getattr(self, name)) is not None}
        if self.usd is not None or self.tokens is not None:
            spent = {"usd": self.usd, "tokens": self.tokens}
            told["budget"] = {name: value for name, value in spent.items() if value is not None} | {"per": self.per}
        return told


NO_AMOUNTS: Final = Amounts()


@app.command(name="list", help_epilogue="Examples\n  switchgear limits list\n  switchgear limits list --json")
async def list_limits(*, as_json: AsJson = False, where: Where = HERE) -> None:
    """List limits, and whom they hold for."""
    async with connected(where) as api:
        limits = await api.every("/api/limits")
    if as_json:
        screen.show_json(limits)
        return
    tables.show(_COLUMNS, map(_row, limits), nothing="Nothing is limited. Define limits: switchgear limits set default")


@app.command(help_epilogue="Examples\n  switchgear limits show default")
async def show(limits: Name, /, *, as_json: AsJson = False, where: Where = HERE) -> None:
    """Show limits, where they are defined and whom they hold for."""
    async with connected(where) as api:
        told = await api.get(f"/api/limits/{quote(limits)}")
    if as_json:
        screen.show_json(told)
        return
    settings = told["settings"]
    _, rpm, tpm, at_once, budget, holders = _row(told)
    rows = (
        ("limits", told["name"]),
        ("defined in", told["source"]),
        ("calls", f"{rpm} a minute" if rpm else "not limited"),
        ("tokens", f"{tpm} a minute" if tpm else "not limited"),
        ("at once", f"{at_once} calls" if at_once else "not limited"),
        ("budget", budget or "not limited"),
        ("near from", f"{settings['soft']:.0%}"),
        ("assumed", f"{settings['output_tokens']:,} tokens for an answer without max_tokens"),
        ("no price", {"allow": "passes and costs nothing", "refuse": "is refused"}[settings["unpriced"]]),
        ("hold for", holders or "nobody"),
    )
    for label, value in rows:
        screen.say(f" {screen.style(label.ljust(10), 'dim')} {screen.printable(value)}")


@app.command(
    name="set",
    help_epilogue="""\
They are kept as given: what is left out is not limited. Each key, team, user and
model that names them has them for itself, from the next call on.

Examples
  switchgear limits set default --rpm 600 --tpm 200000 --usd 50
  switchgear limits set trial --concurrency 2 --tokens 100000 --per day --json""",
)
async def set_limits(
    limits: Name, /, *, amounts: Amounts = NO_AMOUNTS, as_json: AsJson = False, where: Where = HERE
) -> None:
    """Define limits."""
    body = amounts.body()
    if not {"rpm", "tpm", "concurrency", "budget"} & set(body):
        raise UsageError("Nothing would be limited.", hint="Give --rpm, --tpm, --concurrency, --usd or --tokens.")
    async with connected(where, first_key=show_first_key) as api:
        told = await api.ask("PUT", f"/api/limits/{quote(limits)}", body)
    if as_json:
        screen.show_json(told)
        return
    screen.say(f'The limits "{screen.printable(told["name"])}" hold for {", ".join(told["used_by"]) or "nobody yet"}.')


@app.command(help_epilogue="Examples\n  switchgear limits delete trial")
async def delete(limits: Name, /, *, where: Where = HERE) -> None:
    """Delete limits that nobody has."""
    async with connected(where) as api:
        await api.ask("DELETE", f"/api/limits/{quote(limits)}")
    screen.say(f'Deleted the limits "{screen.printable(limits)}".')


@app.command(
    help_epilogue="""\
What calls under way may use at most counts as used. A key's user and team are
told with it; without an option all teams, users and models are.

Examples
  switchgear limits used
  switchgear limits used --key ci
  switchgear limits used --team search --json"""
)
async def used(
    *,
    key: Annotated[str | None, Parameter(metavar="KEY", help="A key, by id or name.")] = None,
    team: Annotated[str | None, Parameter(metavar="TEAM", help="A team.")] = None,
    user: Annotated[str | None, Parameter(metavar="USER", help="A user.")] = None,
    model: Annotated[str | None, Parameter(metavar="MODEL", help="A model.")] = None,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Show how much of limits is used now."""
    async with connected(where) as api:
        key_id = (await find_key(api, key))["id"] if key is not None else None
        told = await api.get("/api/limits/standing", key=key_id, team=team, user=user, model=model)
    if as_json:
        screen.show_json(told["data"])
        return
    rows = [
        (
            f"{one['of']} {one['name']}",
            _WORDS[use["what"]].format(_amount(use, "limit"), period=use["period"]),
            _amount(use, "used"),
            _amount(use, "remaining"),
            tables.away(use["resets_at"]) if use["resets_at"] else "",
        )
        for one in told["data"]
        for use in one["uses"]
    ]
    tables.show(_USES, rows, nothing="No limits hold there.")


def _row(limits: dict[str, Any]) -> tuple[str, ...]:
    settings = limits["settings"]
    budget = settings["budget"] or {}
    spent = [
        *([_dollars(Decimal(str(budget["usd"])))] if budget.get("usd") is not None else []),
        *([f"{budget['tokens']:,} tokens"] if budget.get("tokens") is not None else []),
    ]
    return (
        limits["name"],
        *(f"{settings[name]:,}" if settings[name] is not None else "" for name in ("rpm", "tpm", "concurrency")),
        f"{' and '.join(spent)} a {budget['per']}" if spent else "",
        ", ".join(limits["used_by"]),
    )


def _amount(use: dict[str, Any], what: str) -> str:
    amount = Decimal(use[what])
    if use["what"] != "usd":
        return f"{amount:,}"
    return _dollars(amount)


def _dollars(amount: Decimal) -> str:
    return tables.dollars(int(amount * NANO))
