"""Publishers' keys as the gateway knows them, for commands."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

import msgspec

from switchgear.cli.client import Api, connected
from switchgear.cli.where import Where
from switchgear.core.errors import NotFound, UsageError
from switchgear.plugins.public_keys import PREFIX, PublicKey, parse_public, short
from switchgear.plugins.signature import SuccessionStatement
from switchgear.plugins.trust import Known
from switchgear.store.trust import PublisherKey, Succession

PATH = "/api/plugins/trust"


def read_public(text: str) -> PublicKey:
    """The public key that was written. Raises UsageError."""
    try:
        return parse_public(text)
    except ValueError as error:
        shown = f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'
        raise UsageError(f"{shown} {error}.", hint="switchgear plugin verify shows the key of a bundle.") from error


def named(text: str) -> Known:
    """Trust in one key alone. Raises UsageError."""
    key = read_public(text)
    return Known({key.id: PublisherKey(key.id, str(key), short(key.id), ("*",), 0, "")}, {})


async def trusted(where: Where) -> Known:
    """What the gateway knows of publishers."""
    async with connected(where) as api:
        told = await api.get(PATH)
    keys = [_key(each) for each in told["data"]]
    successions = [_succession(each) for each in told["successions"]]
    return Known({key.id: key for key in keys}, {each.key_id: each for each in successions})


async def find(api: Api, which: str) -> dict[str, Any]:
    """The key by its name, its id or the first digits of it, or as it is written. Raises NotFound, UsageError."""
    keys: list[dict[str, Any]] = (await api.get(PATH))["data"]
    if which.startswith(PREFIX):
        which = read_public(which).id
    digits = which.replace(" ", "").lower()
    found = [key for key in keys if key["name"] == which] or [
        key for key in keys if len(digits) >= 8 and key["id"].startswith(digits)
    ]
    if len(found) > 1:
        raise UsageError(
            f'"{which}" are {len(found)} keys.', hint="Name one by its id: switchgear plugin trust list --json"
        )
    if not found:
        raise NotFound(
            f'No publisher\'s key has the id or name "{which}".', hint="switchgear plugin trust list shows every one."
        )
    return found[0]


def successors(told: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Keys that nobody added, trusted because an older one names them: that one's id and their own public key, by their id."""
    known = {key["id"] for key in told["data"]}
    found = {}
    for each in told["successions"]:
        if each["successor_id"] not in known:
            statement = msgspec.json.decode(base64.b64decode(each["envelope"]["payload"]), type=SuccessionStatement)
            found[each["successor_id"]] = (each["key_id"], statement.successor)
    return found


def _key(told: dict[str, Any]) -> PublisherKey:
    return PublisherKey(
        id=told["id"],
        public_key=told["key"],
        name=told["name"],
        plugins=tuple(told["plugins"]),
        created_at=_milliseconds(told["created_at"]),
        created_by=told["created_by"],
        trusted=told["added"],
        revoked_at=_or_none(told["revoked_at"]),
        revoked_from=_or_none(told["revoked_from"]),
        reason=told["reason"],
    )


def _succession(told: dict[str, Any]) -> Succession:
    envelope = msgspec.json.encode(told["envelope"]).decode()
    return Succession(told["key_id"], told["successor_id"], _milliseconds(told["at"]), envelope)


def _milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _or_none(text: str | None) -> int | None:
    return None if text is None else _milliseconds(text)
