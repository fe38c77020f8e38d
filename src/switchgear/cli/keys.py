"""``switchgear keys``: what clients present."""

from __future__ import annotations

import difflib
import sys
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from cyclopts import App, Parameter

from switchgear.cli import screen, tables
from switchgear.cli.client import Api, connected, show_first_key
from switchgear.cli.spans import seconds_of
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.errors import NotFound, UsageError
from switchgear.core.ids import new_id
from switchgear.plugins.sight import MAY_BE, pattern_fault

app = App(name="keys", help="Create, list, rotate and revoke keys.", help_epilogue="")

_COLUMNS: Final = (
    tables.Column("id"),
    tables.Column("name", cut=True),
    tables.Column("state"),
    tables.Column("models", cut=True),
    tables.Column("scopes", cut=True),
    tables.Column("expires"),
)


@Parameter(name="*")
@dataclass(frozen=True)
class Holds:
    """Whose a key is, and what holds for it."""

    tools: Annotated[
        list[str] | None,
        Parameter(
            negative="",
            metavar="PATTERN",
            help="Plugins and tools it sees, such as files or git__log; may be repeated. [*]",
        ),
    ] = None
    no_tools: Annotated[bool, Parameter(negative="", help="It sees no plugins.")] = False
    team: Annotated[str | None, Parameter(metavar="TEAM", help="The team it belongs to.")] = None
    user: Annotated[str | None, Parameter(metavar="USER", help="Whose it is.")] = None
    priority: Annotated[
        Literal["batch", "low", "normal", "high"] | None, Parameter(help="How urgent its calls are. [normal]")
    ] = None
    limits: Annotated[str | None, Parameter(metavar="LIMITS", help="Limits it has. [default]")] = None

    def fields(self) -> dict[str, Any]:
        """What the API takes. Raises UsageError for a pattern that can match nothing."""
        told = {"team": self.team, "user": self.user, "priority": self.priority, "limits": self.limits}
        fields: dict[str, Any] = {name: value for name, value in told.items() if value is not None}
        if self.no_tools and self.tools:
            raise UsageError("--no-tools and --tools cannot both be.", hint="Give one of them.")
        if self.no_tools or self.tools is not None:
            fields["tools"] = [] if self.no_tools else self._patterns()
        return fields

    def _patterns(self) -> list[str]:
        patterns = self.tools or []
        for pattern in patterns:
            if fault := pattern_fault(pattern):
                hint = "Say --no-tools for none." if not pattern else f"{MAY_BE}."
                raise UsageError(f'--tools "{screen.printable(pattern)}" {fault}.', hint=hint)
        return patterns


NOTHING: Final = Holds()

Which = Annotated[str, Parameter(name="KEY", help="Its id or its name.")]


@app.command(
    help_epilogue="""\
The key goes to standard output and nothing else does: KEY=$(switchgear keys create ci)

Examples
  switchgear keys create
  switchgear keys create ci --model smollm2 --model "openai/*" --expires-in 90d
  switchgear keys create ci --team search --limits small --priority low
  switchgear keys create agent --tools files --tools "git__log*"
  switchgear keys create ops --scope call --scope admin --json"""
)
async def create(
    name: Annotated[str | None, Parameter(help="What it is called. [made up]")] = None,
    /,
    *,
    model: Annotated[
        list[str] | None, Parameter(negative="", metavar="PATTERN", help="Models it may call; may be repeated. [*]")
    ] = None,
    scope: Annotated[
        list[Literal["call", "admin:read", "own", "admin", "owner"]] | None,
        Parameter(negative="", metavar="SCOPE", help="What it may do; may be repeated. [call]"),
    ] = None,
    expires_in: Annotated[str | None, Parameter(metavar="SPAN", help="Such as 12h or 90d. [never]")] = None,
    holds: Holds = NOTHING,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Create a key. It is shown now and never again."""
    if name is not None and not name.strip():
        raise UsageError("The name is empty.", hint="Leave it out to have one made up.")
    body: dict[str, Any] = {"name": name or new_id("key").replace("_", "-")[:12]} | holds.fields()
    if model:
        body["models"] = model
    if scope:
        body["scopes"] = scope
    if expires_in:
        body["expires_in_seconds"] = seconds_of(expires_in, "--expires-in")
    async with connected(where, first_key=show_first_key) as api:
        made = await api.ask("POST", "/api/keys", body)
    _show_key(made, "Created", as_json=as_json)


@app.command(
    name="set",
    help_epilogue="""\
What is left out stays as it is; an empty text takes it away.

Examples
  switchgear keys set ci --team search --limits small
  switchgear keys set ci --tools files --tools "git__*"
  switchgear keys set ci --no-tools --limits \"\"""",
)
async def set_key(key: Which, /, *, holds: Holds = NOTHING, as_json: AsJson = False, where: Where = HERE) -> None:
    """Change whose a key is, what it sees of plugins, how urgent its calls are and which limits it has."""
    fields = holds.fields()
    if not fields:
        raise UsageError(
            "Nothing would change.", hint="Give --tools, --no-tools, --team, --user, --priority or --limits."
        )
    async with connected(where) as api:
        found = await find_key(api, key)
        told = await api.ask("PATCH", f"/api/keys/{found['id']}", fields)
    if as_json:
        screen.show_json(told)
        return
    screen.say(f'Changed the key "{screen.printable(told["name"])}" ({told["id"]}).')


@app.command(name="list", help_epilogue="Examples\n  switchgear keys list\n  switchgear keys list --all --json")
async def list_keys(
    *,
    everything: Annotated[bool, Parameter(name="--all", negative="", help="Revoked and expired ones too.")] = False,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """List keys, newest first. The keys themselves are never shown."""
    async with connected(where) as api:
        keys = await api.every("/api/keys", state=None if everything else "active")
    if as_json:
        screen.show_json(keys)
        return
    rows = [
        (
            key["id"],
            key["name"],
            key["state"],
            ", ".join(key["models"]) or "none",
            ", ".join(key["scopes"]),
            tables.away(key["expires_at"]),
        )
        for key in keys
    ]
    tables.show(_COLUMNS, rows, nothing="No keys. Create one with: switchgear keys create")


@app.command(help_epilogue="Examples\n  switchgear keys show ci")
async def show(key: Which, /, *, as_json: AsJson = False, where: Where = HERE) -> None:
    """Show what a key may do and which secrets open it, by their last characters."""
    async with connected(where) as api:
        found = await find_key(api, key, everything=True)
    if as_json:
        screen.show_json(found)
        return
    rows = [
        ("name", found["name"]),
        ("id", found["id"]),
        ("state", found["state"]),
        ("models", ", ".join(found["models"]) or "none"),
        ("tools", ", ".join(found["tools"]) or "none"),
        ("scopes", ", ".join(found["scopes"])),
        *((label, found[label]) for label in ("team", "user", "limits") if found[label]),
        ("priority", found["priority"]),
        ("created", f"{tables.moment(found['created_at'])} by {found['created_by']}"),
        ("expires", tables.moment(found["expires_at"])),
    ]
    if found["revoked_at"]:
        rows.append(("revoked", tables.moment(found["revoked_at"])))
    for secret in found["secrets"]:
        until = f", until {tables.moment(secret['expires_at'])}" if secret["expires_at"] else ""
        rows.append(("opened by", f"…{secret['hint']}, since {tables.moment(secret['created_at'])}{until}"))
    for label, value in rows:
        screen.say(f" {screen.style(label.ljust(10), 'dim')} {screen.printable(value)}")


@app.command(help_epilogue="Examples\n  switchgear keys rotate ci\n  switchgear keys rotate ci --overlap 0s")
async def rotate(
    key: Which,
    /,
    *,
    overlap: Annotated[str, Parameter(metavar="SPAN", help="How long the old one works on.")] = "24h",
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Give a key a new secret; the old one works on for a while, so that clients can change over."""
    seconds = seconds_of(overlap, "--overlap")
    async with connected(where) as api:
        found = await find_key(api, key)
        made = await api.ask("POST", f"/api/keys/{found['id']}/rotate", {"overlap_seconds": seconds})
    _show_key(made, "Rotated", as_json=as_json)
    if not as_json:
        screen.note(f"The old one works for {overlap} more." if seconds else "The old one stopped working.")


@app.command(help_epilogue="Examples\n  switchgear keys revoke ci")
async def revoke(key: Which, /, *, as_json: AsJson = False, where: Where = HERE) -> None:
    """End a key at once and for good."""
    async with connected(where) as api:
        found = await find_key(api, key, everything=True)
        if found["state"] == "revoked":
            _tell_revoked(found, as_json=as_json)
            return
        ended = await api.ask("POST", f"/api/keys/{found['id']}/revoke")
    if as_json:
        screen.show_json(ended)
    else:
        screen.say(f'Revoked the key "{screen.printable(ended["name"])}" ({ended["id"]}). Calls with it are refused.')


def _tell_revoked(key: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        screen.show_json(key)
        return
    name = screen.printable(key["name"])
    screen.say(f'The key "{name}" ({key["id"]}) is already revoked, on {tables.moment(key["revoked_at"])}.')


def _show_key(made: dict[str, Any], what: str, *, as_json: bool) -> None:
    if as_json:
        screen.show_json(made)
        return
    screen.note(f'{what} the key "{screen.printable(made["name"])}" ({made["id"]}). It is shown now and never again:')
    screen.say(screen.style(made["key"], "green"))
    sys.stdout.flush()


async def find_key(api: Api, key: str, *, everything: bool = False) -> dict[str, Any]:
    """The key by its id, or by its name among those not revoked. Raises NotFound."""
    if key.startswith("key_"):
        found: dict[str, Any] = await api.get(f"/api/keys/{key}")
        return found
    keys = await api.every("/api/keys")
    named = [each for each in keys if each["name"] == key]
    named.sort(key=lambda each: each["state"] == "revoked")
    if named and (everything or named[0]["state"] != "revoked"):
        return dict(named[0])
    if named:
        raise NotFound(
            f'The key "{key}" is revoked, on {tables.moment(named[0]["revoked_at"])}.',
            hint="It stays so: make another with switchgear keys create.",
        )
    live = [each["name"] for each in keys if each["state"] != "revoked"]
    close = difflib.get_close_matches(key, live, 1, 0.6)
    guess = f' Did you mean "{close[0]}"?' if close else ""
    raise NotFound(f'No key has the id or name "{key}".{guess}', hint="switchgear keys list shows every key.")
