"""``/api/teams`` and ``/api/users``: who owns keys and signs in, and the limits that hold for all of these together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Response

from switchgear.access.limit_book import LimitBook
from switchgear.access.roles import OWNER
from switchgear.config.limits import ANY, OWNER_ENTRY, TeamSettings, UserSettings
from switchgear.config.problems import nearest
from switchgear.core.errors import Conflict, NotFound, RequestError
from switchgear.edge.admin.context import Admin, Administration, owner_of
from switchgear.edge.admin.schemas import limits as schemas
from switchgear.edge.admin.schemas.base import problems
from switchgear.edge.admin.services import GatewayControl
from switchgear.store.documents import Documents

Kind = Literal["team", "user"]
Name = Annotated[str, Path(max_length=128, pattern=OWNER_ENTRY, description="The name; `*` is all without an entry.")]


def check_owners(book: LimitBook, named: Mapping[str, str]) -> None:
    """Raise RequestError for limits, a team or a user (by field) that nobody defines; empty names nothing.

    A name of no team would escape the limits of the team that was meant. Where no teams are defined at all, any name will do.
    """
    known: dict[str, Iterable[str]] = {"limits": book.settings, "team": book.teams, "user": book.users}
    for field, name in named.items():
        there = set(known[field])
        if not name or name in there or (field != "limits" and (not there or ANY in there)):
            continue
        what = "are no limits" if field == "limits" else f"is not a {field}"
        raise RequestError(
            f'"{name}" {what}. {nearest(name, there - {ANY})}',
            param=field,
            hint=f"PUT /api/{field.removesuffix('s')}s/{name} defines it.",
        )


def check_known(gateway: GatewayControl, kind: Kind, name: str) -> None:
    """Raise NotFound for a team or user that neither is defined nor has a key."""
    if name not in _entries(gateway, kind) and name not in _keys_of(gateway, kind):
        raise _missing(gateway, kind, name)


teams: Final = APIRouter(prefix="/teams", tags=["teams"])
users: Final = APIRouter(prefix="/users", tags=["users"])


@teams.get("", summary="List teams", operation_id="list_teams", responses=problems())
async def list_teams(admin: Admin) -> schemas.OwnerList:
    """All that are defined, and those that only keys name."""
    return schemas.OwnerList(data=[_shown(admin.gateway, "team", name) for name in _names(admin.gateway, "team")])


@teams.get("/{name}", summary="Show a team", operation_id="get_team", responses=problems(404))
async def get_team(admin: Admin, name: Name) -> schemas.Owner:
    """One of them."""
    check_known(admin.gateway, "team", name)
    return _shown(admin.gateway, "team", name)


@teams.put(
    "/{name}",
    summary="Define a team",
    operation_id="put_team",
    responses=problems(409, body=True) | {201: {"model": schemas.Owner, "description": "The team is new."}},
)
async def put_team(admin: Admin, name: Name, body: schemas.OwnerBody, response: Response) -> schemas.Owner:
    """Keep it in the store, instead of what was there under that name. What the file defines wins (409)."""
    async with admin.changes:
        new = await _put(admin, "team", name, body.limits, {})
    response.status_code = 201 if new else 200
    return _shown(admin.gateway, "team", name)


@teams.delete(
    "/{name}", summary="Delete a team", operation_id="delete_team", status_code=204, responses=problems(404, 409)
)
async def delete_team(admin: Admin, name: Name) -> None:
    """Forget it, if it is of the store. One that has active keys is kept (409)."""
    async with admin.changes:
        await _delete(admin, "team", name)


@users.get("", summary="List users", operation_id="list_users", responses=problems())
async def list_users(admin: Admin) -> schemas.UserList:
    """All that are defined, and those that only keys name."""
    return schemas.UserList(data=[_user(admin.gateway, name) for name in _names(admin.gateway, "user")])


@users.get("/{name}", summary="Show a user", operation_id="get_user", responses=problems(404))
async def get_user(admin: Admin, name: Name) -> schemas.User:
    """One of them."""
    check_known(admin.gateway, "user", name)
    return _user(admin.gateway, name)


@users.put(
    "/{name}",
    summary="Define a user",
    operation_id="put_user",
    responses=problems(409, body=True) | {201: {"model": schemas.User, "description": "The user is new."}},
)
async def put_user(admin: Admin, name: Name, body: schemas.UserBody, response: Response) -> schemas.User:
    """Keep them in the store; what is left out stays as it is. What the file defines wins (409).

    Only an owner gives a role, or changes an owner. Disabling a user ends their sessions.
    """
    gateway = admin.gateway
    check_owners(gateway.limiter.book, {"team": body.team or ""})
    async with admin.changes:
        before = gateway.limiter.book.users.get(name) or UserSettings()
        given = {field: value for field, value in body.model_dump(exclude={"limits"}).items() if value is not None}
        if given.get("role", before.role) != before.role:
            given["role_before"] = None  # it is given here now
        after = before.model_copy(update=given)
        if after.role != before.role or (before.role == "owner" and after != before):
            admin.key.require(OWNER)
        if name == ANY and given:
            raise RequestError(
                '"*" is every user without limits of their own, and has limits alone.', param=next(iter(given))
            )
        kept = after.model_dump(exclude={"limits"}, exclude_defaults=True)
        if after.disabled:
            await _sign_out(admin, name)
        limits = body.limits if "limits" in body.model_fields_set else before.limits
        new = await _put(admin, "user", name, limits, kept)
    response.status_code = 201 if new else 200
    return _user(gateway, name)


@users.delete(
    "/{name}", summary="Delete a user", operation_id="delete_user", status_code=204, responses=problems(404, 409)
)
async def delete_user(admin: Admin, name: Name) -> None:
    """Forget them, if they are of the store, and end their sessions. One who has active keys is kept (409).

    Their conversations and preferences go with them: whoever gets the name later is somebody else.
    """
    async with admin.changes:
        before = admin.gateway.limiter.book.users.get(name)
        if before is not None and before.role == "owner":
            admin.key.require(OWNER)
        await _delete(admin, "user", name)
        await _sign_out(admin, name)
        if name not in admin.gateway.settings.users:
            await admin.gateway.store.conversations.forget_of(owner_of(name))
            await admin.gateway.store.preferences.forget_of(owner_of(name))
        await admin.gateway.refresh()


async def _put(admin: Administration, kind: Kind, name: str, limits: str | None, more: Mapping[str, object]) -> bool:
    """Keep an entry of the store; whether it is new. Raises Conflict, RequestError."""
    gateway = admin.gateway
    if name in _of_file(gateway, kind):
        raise _in_file(kind, name)
    check_owners(gateway.limiter.book, {"limits": limits or ""})
    document: dict[str, object] = ({"limits": limits} if limits else {}) | dict(more)
    stored = _documents(gateway, kind)
    new = all(one.name != name for one in await stored.all())
    await stored.put(name, document)
    await admin.changed(f"{kind}.put", name, document)
    return new


async def _delete(admin: Administration, kind: Kind, name: str) -> None:
    gateway = admin.gateway
    stored = _documents(gateway, kind)
    if name not in {one.name for one in await stored.all()}:
        raise _in_file(kind, name) if name in _of_file(gateway, kind) else _missing(gateway, kind, name)
    _refuse_keys(gateway, kind, name)
    await stored.delete(name)
    await admin.changed(f"{kind}.delete", name)


async def _sign_out(admin: Administration, user: str) -> None:
    """End every session of a user, and what would begin another."""
    await admin.gateway.store.sessions.end_of_user(user)
    await admin.gateway.store.sign_in_links.forget_of_user(user)


def _names(gateway: GatewayControl, kind: Kind) -> list[str]:
    return sorted({*_entries(gateway, kind), *_keys_of(gateway, kind)})


def _entries(gateway: GatewayControl, kind: Kind) -> Mapping[str, TeamSettings | UserSettings]:
    book = gateway.limiter.book
    return book.teams if kind == "team" else book.users


def _of_file(gateway: GatewayControl, kind: Kind) -> Mapping[str, TeamSettings | UserSettings]:
    return gateway.settings.teams if kind == "team" else gateway.settings.users


def _documents(gateway: GatewayControl, kind: Kind) -> Documents:
    return gateway.store.teams if kind == "team" else gateway.store.users


def _keys_of(gateway: GatewayControl, kind: Kind) -> dict[str, int]:
    """How many keys, not revoked, each name has."""
    found: dict[str, int] = {}
    for key in gateway.keyring.keys:
        name = key.team if kind == "team" else key.user
        if name and not key.revoked and not key.console:
            found[name] = found.get(name, 0) + 1
    return found


def _refuse_keys(gateway: GatewayControl, kind: Kind, name: str) -> None:
    """Raise Conflict for an entry of the store that keys need."""
    keys = 0 if name in _of_file(gateway, kind) else _keys_of(gateway, kind).get(name, 0)
    if keys:
        told = "1 active key" if keys == 1 else f"{keys:,} active keys"
        raise Conflict(f'The {kind} "{name}" has {told}.', hint="Change or revoke those first.")


def _shown(gateway: GatewayControl, kind: Kind, name: str) -> schemas.Owner:
    return schemas.Owner(**_members(gateway, kind, name))


def _user(gateway: GatewayControl, name: str) -> schemas.User:
    entry = gateway.limiter.book.users.get(name) or UserSettings()
    return schemas.User(
        **_members(gateway, "user", name),
        role=entry.role,
        team=entry.team,
        disabled=entry.disabled,
        sign_in=entry.subject is not None,
    )


def _members(gateway: GatewayControl, kind: Kind, name: str) -> dict[str, Any]:
    entries = _entries(gateway, kind)
    source: Literal["file", "store", "keys"] = "store" if name in entries else "keys"
    return {
        "name": name,
        "source": "file" if name in _of_file(gateway, kind) else source,
        "limits": gateway.limiter.book.limits_of(kind, name),
        "keys": _keys_of(gateway, kind).get(name, 0),
    }


def _missing(gateway: GatewayControl, kind: Kind, name: str) -> NotFound:
    known = nearest(name, _entries(gateway, kind))
    return NotFound(f'There is no {kind} "{name}". {known}', hint=f"GET /api/{kind}s lists them.")


def _in_file(kind: Kind, name: str) -> Conflict:
    return Conflict(
        f'The {kind} "{name}" is defined in the configuration file, which wins.',
        hint=f"Change [{kind}s.{name}] there and reload, or choose another name.",
    )
