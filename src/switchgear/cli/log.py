"""``switchgear log``."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import App, Parameter

from switchgear.cli import screen
from switchgear.cli.client import running
from switchgear.cli.where import HERE, AsJson, Where

app = App(
    name="log",
    help_epilogue="""\
It holds until the gateway starts again or reads its configuration again.

Examples
  switchgear log
  switchgear log debug""",
)


@app.default
async def log(
    level: Annotated[
        Literal["debug", "info", "warning", "error"] | None, Parameter(name="LEVEL", help="Least severity to log.")
    ] = None,
    /,
    *,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Change what the running gateway logs; without a level, tell which it is."""
    async with running(where) as api:
        now = await (api.ask("PUT", "/api/log", {"level": level}) if level else api.get("/api/log"))
    if as_json:
        screen.show_json(now)
    else:
        screen.say(f"The gateway logs {now['level']}{'' if now['level'] == 'error' else ' and what is more severe'}.")
