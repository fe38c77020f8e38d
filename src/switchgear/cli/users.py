"""``switchgear users``: who keys belong to, and who signs in to the console."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from switchgear.cli import screen
from switchgear.cli.client import connected, show_first_key
from switchgear.cli.models import quote
from switchgear.cli.owners import Name, owners_app
from switchgear.cli.where import HERE, AsJson, Where

app = owners_app("user")

Role = Annotated[Literal["viewer", "developer", "admin", "owner"], Parameter(name="ROLE", help="What they may do.")]


@app.command(
    help_epilogue="""\
viewer looks; developer calls, and has keys of their own; admin changes everything; owner also says who may what.

Examples
  switchgear users role ann@example.com developer
  switchgear login-link --user ann@example.com"""
)
async def role(name: Name, to: Role, /, *, as_json: AsJson = False, where: Where = HERE) -> None:
    """Say what a user may do in the console; define them if they are new."""
    async with connected(where, first_key=show_first_key) as api:
        told = await api.ask("PUT", f"/api/users/{quote(name)}", {"role": to})
    if as_json:
        screen.show_json(told)
        return
    screen.say(f'The user "{screen.printable(told["name"])}" is {_ARTICLE[told["role"]]} {told["role"]}.')


_ARTICLE = {"viewer": "a", "developer": "a", "admin": "an", "owner": "an"}
