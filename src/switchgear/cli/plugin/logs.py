"""``switchgear plugin logs``: what a plugin wrote."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from cyclopts import App, Parameter
from cyclopts.types import PositiveInt

from switchgear.cli import screen
from switchgear.cli.client import running
from switchgear.cli.plugin.frames import say_now
from switchgear.cli.where import HERE, AsJson, Where

logs = App(
    name="logs",
    help_epilogue="""\
Shown are lines of its standard error, how its process did, and connections that its sandbox refused: the last thousand, of the gateway that
runs. Secrets that it was told are hidden.

Examples
  switchgear plugin logs time
  switchgear plugin logs time --follow""",
)


@logs.default
async def run(
    name: Annotated[str, Parameter(name="NAME", help="The plugin's name.")],
    /,
    *,
    follow: Annotated[bool, Parameter(negative="", help="Go on with what it writes, until Ctrl-C.")] = False,
    lines: Annotated[PositiveInt, Parameter(metavar="NUMBER", help="The last so many lines.")] = 200,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Show what a plugin wrote, and what happened to it."""
    async with running(where) as api:
        found = await api.get(f"/api/plugins/{name}/log", lines=min(lines, 1000))
        if as_json and not follow:
            screen.show_json(found)
            return
        for each in found["data"]:
            _show(each, as_json=as_json)
        if not follow:
            if not found["data"]:
                screen.note(f"{name} wrote nothing since the gateway was started.")
            return
        async with api.stream("GET", f"/api/plugins/{name}/log/follow") as coming:
            async for line in coming:
                if line.strip():
                    _show(json.loads(line), as_json=as_json)


def _show(entry: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_now(screen.as_json(entry))
        return
    at = datetime.fromisoformat(entry["at"]).astimezone().strftime("%H:%M:%S")
    text = screen.printable(entry["text"])
    if entry["kind"] == "denied":
        text = f"{screen.mark('broken')} denied: {text}"
    elif entry["kind"] == "state":
        text = screen.style(f"— {text}", "dim")
    say_now(f" {screen.style(at, 'dim')} {text}")
