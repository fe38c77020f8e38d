"""``/api/plugins/trust``: publishers whose plugins are trusted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path

from switchgear.core.errors import RequestError
from switchgear.edge.admin.context import Admin
from switchgear.edge.admin.schemas import trust as schemas
from switchgear.edge.admin.schemas.base import moment, moment_or_none, problems
from switchgear.plugins.public_keys import PublicKey, parse_public, short
from switchgear.store.trust import PublisherKey, Succession

router = APIRouter(prefix="/plugins/trust", tags=["plugins"])
KeyId = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="The key's id.")]


@router.get("", summary="List publishers' keys", operation_id="list_publisher_keys", responses=problems())
async def list_keys(admin: Admin) -> schemas.PublisherKeyList:
    """Every key that is trusted or revoked, oldest first, and which key came after which."""
    successions = await admin.gateway.store.trust.successions()
    keys = await admin.gateway.store.trust.keys()
    return schemas.PublisherKeyList(
        data=[_shown(key, successions) for key in keys],
        successions=[
            schemas.Succession(
                key_id=each.key_id,
                successor_id=each.successor_id,
                at=moment(each.at),
                envelope=msgspec.json.decode(each.envelope),
            )
            for each in successions
        ],
    )


@router.post(
    "",
    summary="Trust a publisher's key",
    operation_id="add_publisher_key",
    status_code=201,
    responses=problems(409, body=True),
)
async def add_key(admin: Admin, body: schemas.PublisherKeyBody) -> schemas.PublisherKey:
    """Trust what is signed with a key, and with keys that it says come after it."""
    key = _public(body.key)
    async with admin.changes:
        row = await admin.gateway.store.trust.add(
            PublisherKey(
                id=key.id,
                public_key=str(key),
                name=body.name or short(key.id),
                plugins=tuple(dict.fromkeys(body.plugins)),
                created_at=admin.now,
                created_by=admin.key.id,
            )
        )
        await admin.audited("trust.add", row.id, {"name": row.name, "key": row.public_key, "plugins": row.plugins})
    return _shown(row, await admin.gateway.store.trust.successions())


@router.delete(
    "/{key_id}",
    summary="Forget a publisher's key",
    operation_id="remove_publisher_key",
    status_code=204,
    responses=problems(404),
)
async def remove_key(admin: Admin, key_id: KeyId) -> None:
    """Forget a key, and which key came after it. Plugins that are installed stay so."""
    async with admin.changes:
        row = await admin.gateway.store.trust.get(key_id)
        await admin.gateway.store.trust.remove(key_id)
        await admin.audited("trust.remove", key_id, {"name": row.name, "key": row.public_key})


@router.post(
    "/{key_id}/revoke",
    summary="Revoke a publisher's key",
    operation_id="revoke_publisher_key",
    responses=problems(404, body=True),
)
async def revoke_key(admin: Admin, key_id: KeyId, body: schemas.Revocation) -> schemas.PublisherKey:
    """Trust nothing that a key signed, or nothing from a day on; its word on which key comes after it counts as signed too."""
    public = _public(body.key) if body.key is not None else None
    if public is not None and public.id != key_id:
        raise RequestError("key is not the one that the path names.", param="key")
    async with admin.changes:
        row = await admin.gateway.store.trust.revoke(
            key_id, admin.now, _since(body.from_), body.reason, public_key=str(public or "")
        )
        await admin.audited("trust.revoke", key_id, {"name": row.name, "from": row.revoked_from, "reason": row.reason})
    return _shown(row, await admin.gateway.store.trust.successions())


def _public(text: str) -> PublicKey:
    try:
        return parse_public(text)
    except ValueError as error:
        raise RequestError(f"key {error}.", param="key") from error


def _since(at: datetime | None) -> int:
    if at is None:
        return 0
    return max(0, int((at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp() * 1000))


def _shown(row: PublisherKey, successions: list[Succession]) -> schemas.PublisherKey:
    return schemas.PublisherKey(
        id=row.id,
        key=row.public_key,
        name=row.name,
        plugins=list(row.plugins),
        state="trusted" if row.revoked_from is None else "revoked",
        created_at=moment(row.created_at),
        created_by=row.created_by,
        added=row.trusted,
        revoked_at=moment_or_none(row.revoked_at),
        revoked_from=moment_or_none(row.revoked_from),
        reason=row.reason,
        successor=next((each.successor_id for each in successions if each.key_id == row.id), None),
    )
