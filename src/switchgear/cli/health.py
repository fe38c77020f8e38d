"""``switchgear providers health`` and ``reset``: how deployments are doing."""

from __future__ import annotations

from typing import Annotated, Any, Final

from cyclopts import Parameter

from switchgear.cli import screen, tables
from switchgear.cli.client import connected
from switchgear.cli.models import quote
from switchgear.cli.where import HERE, AsJson, Where

_COLUMNS: Final = (
    tables.Column("deployment"),
    tables.Column("state"),
    tables.Column("first token", right=True),
    tables.Column("95 %", right=True),
    tables.Column("tokens/s", right=True),
    tables.Column("under way", right=True),
    tables.Column("failing", right=True),
    tables.Column("why", cut=True),
)
_HISTORY: Final = (
    tables.Column("when"),
    tables.Column("from"),
    tables.Column("to"),
    tables.Column("for", right=True),
    tables.Column("why", cut=True),
)
Name = Annotated[str, Parameter(name="DEPLOYMENT", help="Its id: provider/model.")]


async def show_health(deployment: Name | None = None, /, *, as_json: AsJson = False, where: Where = HERE) -> None:
    """Show how deployments are doing: which are left alone, why and how long, and how fast they answer."""
    async with connected(where) as api:
        if deployment is None:
            told = (await api.ask("GET", "/api/health"))["data"]
        else:
            told = (await api.ask("GET", f"/api/health/{quote(deployment)}/history"))["data"]
    if as_json:
        screen.show_json(told)
    elif deployment is None:
        tables.show(_COLUMNS, map(_row, told), nothing="No deployments. An alias in the configuration makes some.")
    else:
        tables.show(_HISTORY, map(_event, told), nothing=f"Nothing happened to {deployment} that is remembered.")


async def reset(deployment: Name, /, *, as_json: AsJson = False, where: Where = HERE) -> None:
    """Let calls go to a deployment again at once, whatever was."""
    async with connected(where) as api:
        told = await api.ask("POST", f"/api/health/{quote(deployment)}/reset")
    if as_json:
        screen.show_json(told)
    else:
        screen.say(f"{screen.mark('ok')} {deployment} is {_word(told['state'])}")


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    speed, failing = one["tokens_per_second"], one["error_rate"]
    return (
        one["deployment"],
        _word(one["state"]),
        tables.milliseconds(one["first_token_p50_ms"]),
        tables.milliseconds(one["first_token_p95_ms"]),
        "–" if speed is None else f"{speed:,.0f}",
        str(one["in_flight"]),
        "–" if failing is None else f"{failing:.0%}",
        _why(one),
    )


def _why(one: dict[str, Any]) -> str:
    if one["retry_at"]:
        return f"{one['reason']}; tried again at {tables.clock(one['retry_at'])}"
    if one["state"] == "recovering":
        return f"gets {one['share']:.0%} of its calls"
    probe = one["last_probe"]
    return one["reason"] or (f"a probe failed: {probe['error']}" if probe and probe["error"] else "")


def _event(event: dict[str, Any]) -> tuple[str, ...]:
    wait = event["wait_seconds"]
    return (
        tables.instant(event["at"]),
        _word(event["before"]),
        _word(event["after"]),
        f"{wait:.1f} s" if wait else "–",
        event["reason"] or "–",
    )


def _word(state: str) -> str:
    return state.replace("_", "-")
