"""``/api/teams`` and ``/api/users``: who owns keys, and the limits that hold for all of these together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Response

from switchgear.access.limit_book import LimitBook
from switchgear.config.limits import ANY, OWNER_ENTRY, TeamSettings, UserSettings
from switchgear.config.problems import nearest
from switchgear.core.errors import Conflict, NotFound, RequestError
from switchgear.edge.admin.context import Admin
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


def _router(kind: Kind) -> APIRouter:
    """The routes of teams or of users, which are alike."""
    plural = f"{kind}s"
    router = APIRouter(prefix=f"/{plural}", tags=[plural])

    @router.get("", summary=f"List {plural}", operation_id=f"list_{plural}", responses=problems())
    async def list_owners(admin: Admin) -> schemas.OwnerList:
        """All that are defined, and those that only keys name."""
        names = {*_entries(admin.gateway, kind), *_keys_of(admin.gateway, kind)}
        return schemas.OwnerList(data=[_shown(admin.gateway, kind, name) for name in sorted(names)])

    @router.get("/{name}", summary=f"Show a {kind}", operation_id=f"get_{kind}", responses=problems(404))
    async def get_owner(admin: Admin, name: Name) -> schemas.Owner:
        """One of them."""
        check_known(admin.gateway, kind, name)
        return _shown(admin.gateway, kind, name)

    @router.put(
        "/{name}",
        summary=f"Define a {kind}",
        operation_id=f"put_{kind}",
        responses=problems(409, body=True) | {201: {"model": schemas.Owner, "description": f"The {kind} is new."}},
    )
    async def put_owner(admin: Admin, name: Name, body: schemas.OwnerBody, response: Response) -> schemas.Owner:
        """Keep it in the store, instead of what was there under that name. What the file defines wins (409)."""
        gateway = admin.gateway
        if name in _of_file(gateway, kind):
            raise _in_file(kind, name)
        check_owners(gateway.limiter.book, {"limits": body.limits or ""})
        document = {"limits": body.limits} if body.limits else {}
        async with admin.changes:
            stored = _documents(gateway, kind)
            new = all(one.name != name for one in await stored.all())
            await stored.put(name, document)
            await admin.changed(f"{kind}.put", name, document)
        response.status_code = 201 if new else 200
        return _shown(gateway, kind, name)

    @router.delete(
        "/{name}",
        summary=f"Delete a {kind}",
        operation_id=f"delete_{kind}",
        status_code=204,
        responses=problems(404, 409),
    )
    async def delete_owner(admin: Admin, name: Name) -> None:
        """Forget it, if it is of the store. One that has active keys is kept (409)."""
        gateway = admin.gateway
        async with admin.changes:
            stored = _documents(gateway, kind)
            if name not in {one.name for one in await stored.all()}:
                raise _in_file(kind, name) if name in _of_file(gateway, kind) else _missing(gateway, kind, name)
            _refuse_keys(gateway, kind, name)
            await stored.delete(name)
            await admin.changed(f"{kind}.delete", name)

    return router


teams: Final = _router("team")
users: Final = _router("user")


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
        if name and not key.revoked:
            found[name] = found.get(name, 0) + 1
    return found


def _refuse_keys(gateway: GatewayControl, kind: Kind, name: str) -> None:
    """Raise Conflict for an entry of the store that keys need."""
    keys = 0 if name in _of_file(gateway, kind) else _keys_of(gateway, kind).get(name, 0)
    if keys:
        told = "1 active key" if keys == 1 else f"{keys:,} active keys"
        raise Conflict(f'The {kind} "{name}" has {told}.', hint="Change or revoke those first.")


def _shown(gateway: GatewayControl, kind: Kind, name: str) -> schemas.Owner:
    entries = _entries(gateway, kind)
    entry = entries.get(name) or entries.get(ANY)
    source: Literal["file", "store", "keys"] = "store" if name in entries else "keys"
    return schemas.Owner(
        name=name,
        source="file" if name in _of_file(gateway, kind) else source,
        limits=entry.limits if entry is not None else None,
        keys=_keys_of(gateway, kind).get(name, 0),
    )


def _missing(gateway: GatewayControl, kind: Kind, name: str) -> NotFound:
    known = nearest(name, _entries(gateway, kind))
    return NotFound(f'There is no {kind} "{name}". {known}', hint=f"GET /api/{kind}s lists them.")


def _in_file(kind: Kind, name: str) -> Conflict:
    return Conflict(
        f'The {kind} "{name}" is defined in the configuration file, which wins.',
        hint=f"Change [{kind}s.{name}] there and reload, or choose another name.",
    )
