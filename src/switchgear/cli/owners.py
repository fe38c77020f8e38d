"""What ``switchgear teams`` and ``switchgear users`` share, which is all but their names."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from cyclopts import App, Parameter

from switchgear.cli import screen, tables
from switchgear.cli.client import connected, show_first_key
from switchgear.cli.models import quote
from switchgear.cli.where import HERE, AsJson, Where

_COLUMNS: Final = (
    tables.Column("name", cut=True),
    tables.Column("limits"),
    tables.Column("keys", right=True),
    tables.Column("defined in"),
)

Name = Annotated[str, Parameter(name="NAME", help='The name; "*" is every one without an entry.')]


def owners_app(noun: Literal["team", "user"]) -> App:
    """The commands of teams, or of users."""
    plural = f"{noun}s"
    app = App(name=plural, help=f"Define {plural} and their limits.", help_epilogue="")

    @app.command(name="list", help=f"List {plural}.", help_epilogue=f"Examples\n  switchgear {plural} list --json")
    async def list_owners(*, as_json: AsJson = False, where: Where = HERE) -> None:
        async with connected(where) as api:
            found = await api.every(f"/api/{plural}")
        if as_json:
            screen.show_json(found)
            return
        rows = [(each["name"], each["limits"] or "none", f"{each['keys']:,}", _WHERE[each["source"]]) for each in found]
        tables.show(_COLUMNS, rows, nothing=f"No {plural}. Define one: switchgear {plural} set NAME")

    @app.command(
        name="set",
        help=f"Define a {noun}, or change its limits.",
        help_epilogue=f"""\
Keys name it: switchgear keys create ci --{noun} search

Examples
  switchgear {plural} set search --limits small
  switchgear {plural} set "*" --limits default""",
    )
    async def set_owner(
        name: Name,
        /,
        *,
        limits: Annotated[
            str | None, Parameter(metavar="LIMITS", help="Limits that hold for all its keys together. [none]")
        ] = None,
        as_json: AsJson = False,
        where: Where = HERE,
    ) -> None:
        async with connected(where, first_key=show_first_key) as api:
            told = await api.ask("PUT", f"/api/{plural}/{quote(name)}", {"limits": limits})
        if as_json:
            screen.show_json(told)
            return
        held = f'the limits "{told["limits"]}"' if told["limits"] else "no limits"
        screen.say(f'The {noun} "{screen.printable(told["name"])}" has {screen.printable(held)}.')

    @app.command(
        name="delete",
        help=f"Delete a {noun} that has no active keys.",
        help_epilogue=f"Examples\n  switchgear {plural} delete search",
    )
    async def delete_owner(name: Name, /, *, where: Where = HERE) -> None:
        async with connected(where) as api:
            await api.ask("DELETE", f"/api/{plural}/{quote(name)}")
        screen.say(f'Deleted the {noun} "{screen.printable(name)}".')

    return app


_WHERE: Final = {"file": "file", "store": "store", "keys": "keys alone"}
