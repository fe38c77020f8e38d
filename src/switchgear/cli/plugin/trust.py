"""``switchgear plugin trust``: publishers whose bundles are trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from switchgear.cli import screen, tables
from switchgear.cli.client import Api, connected, show_first_key
from switchgear.cli.plugin.files import telling
from switchgear.cli.plugin.publishers import PATH, find, read_public, successors
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.errors import NotFound
from switchgear.plugins.public_keys import LONGEST, PREFIX, PublicKey, short

app = App(name="trust", help="Say whose bundles are trusted.", help_epilogue="")

_COLUMNS: Final = (
    tables.Column("key"),
    tables.Column("name", cut=True),
    tables.Column("signs", cut=True),
    tables.Column("state", cut=True),
)
Which = Annotated[str, Parameter(name="KEY", help="Its name, the first digits of its id, or the key.")]


@app.command(
    help_epilogue="""\
Compare the digits that are shown with those that its publisher tells.

Examples
  switchgear plugin trust add ed25519:Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE --name Acme
  switchgear plugin trust add acme.pub --plugin "acme-*\""""
)
async def add(
    key: Annotated[str, Parameter(name="KEY", help="The public key, or a file with it.")],
    /,
    *,
    name: Annotated[str | None, Parameter(metavar="NAME", help="What to call it. [its first digits]")] = None,
    plugin: Annotated[
        list[str] | None, Parameter(negative="", metavar="PATTERN", help="What it may sign; may be repeated. [*]")
    ] = None,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Trust what is signed with a key, and with keys that it says come after it."""
    public = read_public(_text(key))
    body: dict[str, Any] = {"key": str(public)}
    if name:
        body["name"] = name
    if plugin:
        body["plugins"] = plugin
    async with connected(where, first_key=show_first_key) as api:
        made = await api.ask("POST", PATH, body)
    if as_json:
        screen.show_json(made)
        return
    screen.say(f"Trusted: {_called(made)} for {', '.join(made['plugins'])}.")


@app.command(name="list", help_epilogue="Examples\n  switchgear plugin trust list")
async def list_keys(*, as_json: AsJson = False, where: Where = HERE) -> None:
    """List publishers' keys, revoked ones too."""
    async with connected(where) as api:
        told = await api.get(PATH)
    if as_json:
        screen.show_json(told)
        return
    rows = [(short(key["id"]), key["name"], ", ".join(key["plugins"]) or "–", _state(key)) for key in told["data"]]
    names = {key["id"]: key["name"] for key in told["data"]}
    rows += [
        (short(key_id), f"after {names.get(older, short(older))}", "the same", "trusted")
        for key_id, (older, _) in successors(told).items()
    ]
    tables.show(_COLUMNS, rows, nothing="Nobody is trusted. Trust a publisher with: switchgear plugin trust add KEY")


@app.command(help_epilogue="Examples\n  switchgear plugin trust remove Acme")
async def remove(key: Which, /, *, as_json: AsJson = False, where: Where = HERE) -> None:
    """Forget a key. What is installed stays; a stolen key is better revoked."""
    async with connected(where) as api:
        found = await find(api, key)
        await api.ask("DELETE", f"{PATH}/{found['id']}")
    if as_json:
        screen.show_json(found)
        return
    screen.say(f"Forgotten: {_called(found)}.")


@app.command(
    help_epilogue="""\
Without --from nothing that the key ever signed is trusted any more, its word on the key after it included. --from is for keys that were
retired: whoever stole one can sign with any date.

Examples
  switchgear plugin trust revoke Acme --reason "stolen on a train"
  switchgear plugin trust revoke Acme --from 2026-11-01"""
)
async def revoke(
    key: Which,
    /,
    *,
    since: Annotated[
        str | None, Parameter(name="--from", metavar="DATE", help="Only what it signed from then on.")
    ] = None,
    reason: Annotated[str, Parameter(metavar="TEXT", help="Why; whoever meets the key is told.")] = "",
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Trust nothing more that a key signed."""
    body: dict[str, Any] = {"reason": reason}
    if since is not None:
        body["from"] = since if "T" in since else f"{since}T00:00:00Z"
    async with connected(where) as api:
        public = await _whole(api, key)
        if public is not None:  # nobody need have added it
            told = await api.ask("POST", f"{PATH}/{public.id}/revoke", body | {"key": str(public)})
        else:
            found = await find(api, key)
            told = await api.ask("POST", f"{PATH}/{found['id']}/revoke", body)
    if as_json:
        screen.show_json(told)
        return
    screen.say(f"{_called(told)}: {_state(told)}.")


async def _whole(api: Api, key: str) -> PublicKey | None:
    """The public key that was written, or the one with these digits that came after another."""
    if key.startswith(PREFIX):
        return read_public(key)
    digits = key.replace(" ", "").lower()
    after = successors(await api.get(PATH))
    found = [text for key_id, (_, text) in after.items() if len(digits) >= 8 and key_id.startswith(digits)]
    return read_public(found[0]) if len(found) == 1 else None


def _text(key: str) -> str:
    """The key that was written, or what is in the file of that name."""
    if key.startswith(PREFIX) or key == "":
        return key
    path = Path(key)
    if not path.is_file():
        raise NotFound(f'"{key}" is neither a public key nor a file.', hint=f"A public key begins with {PREFIX}.")
    with telling(path), path.open("rb") as file:
        return file.read(LONGEST).decode("ascii", "replace")


def _called(key: dict[str, Any]) -> str:
    name, digits = screen.printable(key["name"]), short(key["id"])
    return f"the key {digits}" if name in {"", digits} else f'"{name}", the key {digits}'


def _state(key: dict[str, Any]) -> str:
    if key["state"] == "trusted":
        after = f", then {short(key['successor'])}" if key["successor"] else ""
        return f"trusted{after}"
    since = key["revoked_from"]
    everything = since.startswith("1970-01-01T00:00:00")
    why = f": {screen.printable(key['reason'])}" if key["reason"] else ""
    return f"revoked{'' if everything else ' from ' + tables.moment(since) + ' on'}{why}"
