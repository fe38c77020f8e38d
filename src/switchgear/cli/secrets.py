"""``switchgear secrets``: values kept encrypted, which the configuration refers to as ``secret:NAME``."""

from __future__ import annotations

import asyncio
import getpass
import sys
from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from switchgear.cli import screen, tables
from switchgear.cli.client import connected, show_first_key
from switchgear.cli.models import quote
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.errors import UsageError

app = App(name="secrets", help="Keep secrets that the configuration refers to.", help_epilogue="")

_MOST: Final = 64 * 1024
_COLUMNS: Final = (
    tables.Column("secret", cut=True),
    tables.Column("refer to it as", cut=True),
    tables.Column("used by", cut=True),
)

Name = Annotated[str, Parameter(name="NAME", help="What the configuration calls secret:NAME.")]


@app.command(
    name="set",
    help_epilogue="""\
The value is asked for, or read from standard input; it is never an argument, where others could see it.

Examples
  switchgear secrets set openai
  switchgear secrets set openai < key.txt""",
)
def set_secret(name: Name, /, *, as_json: AsJson = False, where: Where = HERE) -> None:
    """Keep a secret, instead of what was there under that name."""
    value = _value(name)  # not in a coroutine: Ctrl-C would not end the wait for it
    kept = asyncio.run(_keep(where, name, value))
    if as_json:
        screen.show_json(kept)
        return
    screen.say(f'Kept. Refer to it as "secret:{name}".')


async def _keep(where: Where, name: str, value: str) -> Any:
    async with connected(where, first_key=show_first_key, apart=True) as api:
        return await api.ask("PUT", f"/api/secrets/{quote(name)}", {"value": value})


@app.command(name="list", help_epilogue="Examples\n  switchgear secrets list")
async def list_secrets(*, as_json: AsJson = False, where: Where = HERE) -> None:
    """List the names of secrets. Their values are never shown."""
    async with connected(where) as api:
        secrets = await api.every("/api/secrets")
    if as_json:
        screen.show_json(secrets)
        return
    rows = [(each["name"], each["reference"], ", ".join(each["used_by"]) or "–") for each in secrets]
    tables.show(_COLUMNS, rows, nothing="No secrets. Keep one with: switchgear secrets set NAME")


@app.command(help_epilogue="Examples\n  switchgear secrets remove openai")
async def remove(name: Name, /, *, where: Where = HERE) -> None:
    """Forget a secret."""
    async with connected(where) as api:
        await api.ask("DELETE", f"/api/secrets/{quote(name)}")
    screen.say(f'Removed "{name}".')


def _value(name: str) -> str:
    """The secret, typed unseen or from standard input. Raises UsageError."""
    if sys.stdin.isatty():
        value = getpass.getpass(f"Value of {name} (not shown): ")
    else:
        value = sys.stdin.read(_MOST + 1).removesuffix("\n").removesuffix("\r")
    if not value.strip():
        raise UsageError("The value is empty; nothing was kept.", hint="Type it, or send it on standard input.")
    if len(value) > _MOST or "\n" in value or "\r" in value or "\0" in value:
        raise UsageError("The value is not one line of text; nothing was kept.", hint="Send the secret alone.")
    return value
