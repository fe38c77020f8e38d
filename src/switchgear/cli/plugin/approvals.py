"""``switchgear plugin approvals | approve | deny``: calls of tools that wait for a person."""

from __future__ import annotations

from typing import Annotated, Any, Final

from cyclopts import Parameter

from switchgear.cli import screen, tables
from switchgear.cli.client import connected
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.plugins.naming import prefixed
from switchgear.plugins.unseen import shown

_PATH: Final = "/api/approvals"
_COLUMNS: Final = (
    tables.Column("approval"),
    tables.Column("asked"),
    tables.Column("key", cut=True),
    tables.Column("tool", cut=True),
    tables.Column("state"),
    tables.Column("arguments", cut=True),
)
Which = Annotated[str, Parameter(name="ID", help="The approval's id: apr_…")]
Reason = Annotated[str, Parameter(metavar="TEXT", help="Why; whoever called is told.")]


async def approvals(
    approval: Annotated[str | None, Parameter(name="ID", help="Show this one, with all of its arguments.")] = None,
    /,
    *,
    every: Annotated[
        bool,
        Parameter(name="--all", negative="", help="List those too on which somebody decided, or nobody did in time."),
    ] = False,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """List calls of tools that wait for a person, newest first."""
    async with connected(where) as api:
        if approval is not None:
            found = await api.get(f"{_PATH}/{approval}")
            if as_json:
                screen.show_json(found)
            else:
                _show(found)
            return
        listed = await api.every(_PATH, state=None if every else "pending")
    if as_json:
        screen.show_json(listed)
        return
    rows = [
        (
            each["id"],
            tables.away(each["at"]),
            _key(each),
            _tool(each),
            _state(each),
            shown((each["arguments"] or "–")[:200]),
        )
        for each in listed
    ]
    tables.show(_COLUMNS, rows, nothing="No call waits for a person.")


async def approve(
    approval: Which,
    /,
    *,
    minutes: Annotated[
        int | None,
        Parameter(metavar="N", help="Let all calls of the tool by the same key pass for so long. [this call, once]"),
    ] = None,
    reason: Reason = "",
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Let a call that waits be made."""
    body: dict[str, Any] = {"reason": reason}
    if minutes is not None:
        body["minutes"] = minutes
    async with connected(where) as api:
        found = await api.ask("POST", f"{_PATH}/{approval}/approve", body)
    if as_json:
        screen.show_json(found)
        return
    until = f"all calls until {tables.moment(found['expires_at'])}" if found["whole_tool"] else "this call, once"
    screen.say(f"Approved: {_tool(found)} for {_key(found)}: {until}.")


async def deny(approval: Which, /, *, reason: Reason = "", as_json: AsJson = False, where: Where = HERE) -> None:
    """Let a call that waits fail, or take an approval back that was not used up."""
    async with connected(where) as api:
        found = await api.ask("POST", f"{_PATH}/{approval}/deny", {"reason": reason})
    if as_json:
        screen.show_json(found)
        return
    screen.say(f"Denied: {_tool(found)} for {_key(found)}.")


def _show(found: dict[str, Any]) -> None:
    screen.say(f" {_tool(found)} for {_key(found)}, asked {tables.away(found['at'])}: {_state(found)}")
    if found["reason"]:
        screen.say(f" Reason      {screen.printable(found['reason'])}")
    screen.say(f" Arguments   {shown(found['arguments'] or 'cannot be shown')}")
    for told in found["unseen"]:
        screen.say(f" ! The arguments have {screen.printable(told)}.")
    if found["state"] == "pending":
        screen.say(f" It can be decided on until {tables.moment(found['expires_at'])}.")


def _tool(found: dict[str, Any]) -> str:
    return shown(prefixed(found["plugin"], found["tool"]))


def _key(found: dict[str, Any]) -> str:
    return screen.printable(found["key_name"] or found["key_id"])


def _state(found: dict[str, Any]) -> str:
    if found["state"] == "approved" and found["whole_tool"]:
        return f"approved until {tables.moment(found['expires_at'])}"
    return str(found["state"])
