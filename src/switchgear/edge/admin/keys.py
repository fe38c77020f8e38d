"""``/api/keys``: the life of keys. A key's secret is answered once, when it is made."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Response
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from switchgear.access.keys import CLI_KEY_NAME, FIRST_START, hash_secret, new_secret
from switchgear.access.roles import ADMIN, whole
from switchgear.core.calls import Priority
from switchgear.core.errors import Conflict, RequestError
from switchgear.core.ids import new_id
from switchgear.core.secrets import Secret
from switchgear.edge.admin.context import Admin, Administration
from switchgear.edge.admin.own_keys import check_given, check_had, check_number, check_secret
from switchgear.edge.admin.owners import check_owners
from switchgear.edge.admin.schemas import keys as schemas
from switchgear.edge.admin.schemas.base import Cursor, moment, moment_or_none, problems
from switchgear.store.keys import Key, KeyChanges, KeySecret
from switchgear.store.pages import cursor_of, position

router = APIRouter(prefix="/keys", tags=["keys"])
_MAY_BE_NULL: Final = frozenset({"expires_at", "expires_in_seconds"})
KeyId = Annotated[str, Path(max_length=64, description="The key's id.")]


@router.get("", summary="List keys", operation_id="list_keys", responses=problems())
async def list_keys(
    admin: Admin,
    state: Annotated[Literal["active", "expired", "revoked"] | None, Query(description="Only these.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 1000,
    before: Annotated[Cursor | None, Query(description="`next` of the list before.")] = None,
) -> schemas.KeyList:
    """Every key, newest first, revoked and expired ones too. The keys themselves are never shown."""
    rows = sorted(await admin.gateway.store.keys.all(), key=lambda row: (row.created_at, row.id), reverse=True)
    if state is not None:
        rows = [row for row in rows if state_of(row, admin.now) == state]
    if before is not None:
        place = position(before)
        rows = [row for row in rows if (row.created_at, row.id) < place]
    page = rows[:limit]
    following = cursor_of(page[-1].created_at, page[-1].id) if len(rows) > limit else None
    return schemas.KeyList(data=[_shown(row, admin.now) for row in page], next=following)


@router.post(
    "",
    summary="Create a key",
    operation_id="create_key",
    status_code=201,
    responses=problems(409, body=True),
)
async def create_key(admin: Admin, body: schemas.KeyCreate, response: Response) -> schemas.KeyCreated:
    """Make a key. It is in the answer, this once; only a hash of it is kept."""
    secret, kept = _new_secret(admin)
    expires_at = _expiry(admin, body.expires_in_seconds, body.expires_at)
    maker = admin.key
    own = ADMIN not in maker.scopes
    check_owners(admin.gateway.limiter.book, {"team": body.team, "user": body.user, "limits": body.limits})
    row = Key(
        id=new_id("key"),
        name=body.name,
        models=tuple(dict.fromkeys(body.models)),
        scopes=tuple(dict.fromkeys(body.scopes)),
        created_at=admin.now,
        expires_at=None if expires_at is UNSET else expires_at,
        revoked_at=None,
        created_by=maker.id,
        secrets=(kept,),
        team=body.team or (maker.team if own else ""),
        user=body.user or (maker.user if own else ""),
        priority=Priority[body.priority.upper()],
        limits=body.limits or (maker.limits if own else ""),
        tools=tuple(dict.fromkeys(body.tools)),
    )
    check_given(maker, row)
    check_secret(maker, row)
    check_number(maker, admin.gateway.keyring.keys)
    await admin.gateway.store.keys.create(row)
    await admin.changed("key.create", row.id, _detail(row))
    response.headers["location"] = f"/api/keys/{row.id}"
    return _with_secret(row, secret, admin.now)


@router.get("/{key_id}", summary="Show a key", operation_id="get_key", responses=problems(404))
async def get_key(admin: Admin, key_id: KeyId) -> schemas.Key:
    """One key, without the key itself."""
    return _shown(await admin.gateway.store.keys.get(key_id), admin.now)


@router.patch("/{key_id}", summary="Change a key", operation_id="change_key", responses=problems(404, 409, body=True))
async def change_key(admin: Admin, key_id: KeyId, body: schemas.KeyChange) -> schemas.Key:
    """Change what is given; it holds from the next call on."""
    given = body.model_fields_set
    empty = [field for field in sorted(given - _MAY_BE_NULL) if getattr(body, field) is None]
    if empty:
        raise RequestError(f"{empty[0]} cannot be null.", param=empty[0], hint="Leave it out to keep it.")
    named: dict[str, str] = {field: getattr(body, field) for field in ("team", "user", "limits") if field in given}
    check_owners(admin.gateway.limiter.book, named)
    expires_at: int | UnsetType | None = _expiry(admin, body.expires_in_seconds, body.expires_at)
    if expires_at is UNSET and "expires_at" in given:
        expires_at = None
    async with admin.changes:
        if body.scopes is not None and ADMIN not in whole(body.scopes):
            await _keep_an_admin(admin, key_id, "narrowed")
        row = await admin.gateway.store.keys.get(key_id)
        check_given(admin.key, row, row)
        changes = _changes(body, expires_at)
        after = replace(row, **changes)
        check_given(admin.key, after, row)
        check_secret(admin.key, after, row)
        row = await admin.gateway.store.keys.update(key_id, **changes)
        await admin.changed("key.change", row.id, {"fields": sorted(given)} | _detail(row))
    return _shown(row, admin.now)


@router.post(
    "/{key_id}/rotate", summary="Rotate a key", operation_id="rotate_key", responses=problems(404, 409, body=True)
)
async def rotate_key(admin: Admin, key_id: KeyId, body: schemas.KeyRotate | None = None) -> schemas.KeyCreated:
    """Give the key a new secret, in the answer this once; the old one works on until the overlap is over."""
    overlap = (body or schemas.KeyRotate()).overlap_seconds
    async with admin.changes:
        row = await admin.gateway.store.keys.get(key_id)
        check_given(admin.key, row, row)
        check_secret(admin.key, row)
        if state_of(row, admin.now) == "expired":
            raise Conflict(f'The key "{row.name}" has expired.', hint="Move its expires_at first, or create a new key.")
        secret, kept = _new_secret(admin)
        row = await admin.gateway.store.keys.rotate(key_id, kept, overlap_until=admin.now + overlap * 1000)
        await admin.changed("key.rotate", row.id, {"name": row.name, "overlap_seconds": overlap})
    return _with_secret(row, secret, admin.now)


@router.post("/{key_id}/revoke", summary="Revoke a key", operation_id="revoke_key", responses=problems(404, 409))
async def revoke_key(admin: Admin, key_id: KeyId) -> schemas.Key:
    """End the key at once and for good. A key revoked before stays as it is."""
    async with admin.changes:
        before = await admin.gateway.store.keys.get(key_id)
        check_had(admin.key, before)
        await _keep_an_admin(admin, key_id, "revoked")
        row = await admin.gateway.store.keys.revoke(key_id, admin.now)
        if before.revoked_at is None:
            await admin.changed("key.revoke", row.id, {"name": row.name})
    return _shown(row, admin.now)


def _changes(body: schemas.KeyChange, expires_at: int | UnsetType | None) -> KeyChanges:
    """What a body changes of a key, without what it leaves out."""
    changes = KeyChanges()
    if body.name is not None:
        changes["name"] = body.name
    if body.models is not None:
        changes["models"] = tuple(dict.fromkeys(body.models))
    if body.scopes is not None:
        changes["scopes"] = tuple(dict.fromkeys(body.scopes))
    if expires_at is not UNSET:
        changes["expires_at"] = expires_at
    if body.team is not None:
        changes["team"] = body.team
    if body.user is not None:
        changes["user"] = body.user
    if body.priority is not None:
        changes["priority"] = Priority[body.priority.upper()]
    if body.limits is not None:
        changes["limits"] = body.limits
    if body.tools is not None:
        changes["tools"] = tuple(dict.fromkeys(body.tools))
    return changes


async def _keep_an_admin(admin: Administration, key_id: str, what: str) -> None:
    """Raise Conflict if without this key nobody could administer the gateway but the CLI on its own machine."""
    admins = {row.id: row for row in await admin.gateway.store.keys.all() if _counts_as_admin(row, admin.now)}
    if [*admins] == [key_id]:
        raise Conflict(
            f'"{admins[key_id].name}" is the last key with the scope "admin" and cannot be {what}.',
            hint="Create another key with the scope admin first.",
        )


def _counts_as_admin(row: Key, now: int) -> bool:
    of_the_cli = row.created_by == FIRST_START and row.name.partition(" ")[0] == CLI_KEY_NAME
    return ADMIN in whole(row.scopes) and state_of(row, now) == "active" and not of_the_cli


def state_of(row: Key, now: int) -> Literal["active", "expired", "revoked"]:
    """What has become of a key at ``now``, in milliseconds since the epoch."""
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at is not None and row.expires_at <= now else "active"


def _new_secret(admin: Administration) -> tuple[Secret, KeySecret]:
    secret = new_secret()
    value = secret.reveal()
    return secret, KeySecret(hash_secret(admin.gateway.pepper, value.encode()), value[-4:], admin.now)


def _expiry(admin: Administration, seconds: int | None, at: datetime | None) -> int | UnsetType:
    """The moment a body names in one of two ways, in milliseconds; UNSET when in none."""
    if seconds is not None and at is not None:
        raise RequestError("Give expires_in_seconds or expires_at, not both.", param="expires_at")
    if seconds is not None:
        return admin.now + seconds * 1000
    if at is None:
        return UNSET
    moment_of = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    milliseconds = int(moment_of.timestamp() * 1000)
    if not time.time() * 1000 < milliseconds <= admin.now + schemas.TEN_YEARS * 1000:
        raise RequestError("expires_at must be in the future, at most ten years from now.", param="expires_at")
    return milliseconds


def _detail(row: Key) -> dict[str, object]:
    told: dict[str, object] = {
        "name": row.name,
        "models": row.models,
        "tools": row.tools,
        "scopes": row.scopes,
        "expires_at": row.expires_at,
        "priority": row.priority.name.lower(),
    }
    return told | {field: getattr(row, field) for field in ("team", "user", "limits") if getattr(row, field)}


def _shown(row: Key, now: int) -> schemas.Key:
    return schemas.Key(**_members(row, now))


def _with_secret(row: Key, secret: Secret, now: int) -> schemas.KeyCreated:
    return schemas.KeyCreated(**_members(row, now), key=secret.reveal())


def _members(row: Key, now: int) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "models": list(row.models),
        "tools": list(row.tools),
        "scopes": list(row.scopes),
        "state": state_of(row, now),
        "created_at": moment(row.created_at),
        "expires_at": moment_or_none(row.expires_at),
        "revoked_at": moment_or_none(row.revoked_at),
        "created_by": row.created_by,
        "team": row.team,
        "user": row.user,
        "priority": row.priority.name.lower(),
        "limits": row.limits,
        "secrets": [
            schemas.KeySecret(
                hint=secret.hint,
                created_at=moment(secret.created_at),
                expires_at=moment_or_none(secret.expires_at),
            )
            for secret in row.secrets
            if secret.expires_at is None or secret.expires_at > now
        ],
    }
