"""``switchgear login-link``: a link that opens the console, once."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import App, Parameter

from switchgear.cli import screen
from switchgear.cli.client import running
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.errors import UsageError

app = App(
    name="login-link",
    help_epilogue="""\
Whoever opens it first is signed in, so send it to nobody else. Without --user it signs nobody in by name.

Examples
  switchgear login-link
  switchgear login-link --user ann@example.com
  switchgear login-link --role viewer""",
)


@app.default
async def login_link(
    *,
    user: Annotated[str | None, Parameter(metavar="USER", help="Whom it signs in, as their role says.")] = None,
    role: Annotated[
        Literal["viewer", "developer", "admin", "owner"] | None, Parameter(help="What its holder may do. [owner]")
    ] = None,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Make a link that signs somebody in to the console of the running gateway, once and within some minutes."""
    if user and role:
        raise UsageError(
            "--user and --role cannot both be.", hint=f"switchgear users role {user} {role} says what a user may do."
        )
    async with running(where) as api:
        made = await api.ask("POST", "/api/sign-in/links", {"user": user or ""} | ({"role": role} if role else {}))
    if as_json:
        screen.show_json(made)
        return
    screen.say(made["url"])
