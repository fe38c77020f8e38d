"""``/api/audit``: who changed what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from switchgear.edge.admin.context import Admin
from switchgear.edge.admin.moments import milliseconds
from switchgear.edge.admin.schemas import usage as schemas
from switchgear.edge.admin.schemas.base import PRINTABLE, Cursor, moment, problems
from switchgear.edge.admin.usage import key_names
from switchgear.store.audit import AuditFilter

router = APIRouter(prefix="/audit", tags=["audit"])


async def _asked_for(
    admin: Admin,
    target: Annotated[
        str | None, Query(max_length=256, pattern=PRINTABLE, description="Only changes of this id or name.")
    ] = None,
    actor: Annotated[
        str | None, Query(max_length=256, pattern=PRINTABLE, description="Only what this key did, by id or name.")
    ] = None,
    action: Annotated[
        str | None,
        Query(max_length=64, pattern=PRINTABLE, description="Only such: `key.create`, or `key.` for all of keys."),
    ] = None,
    since: Annotated[str | None, Query(max_length=40, description="Only from this moment on.")] = None,
    until: Annotated[str | None, Query(max_length=40, description="Only before this moment.")] = None,
) -> AuditFilter:
    actors = None
    if actor is not None:
        actors = (actor, *(key for key, name in (await key_names(admin)).items() if name == actor))
    return AuditFilter(
        target, actors, action, milliseconds(since, admin.now, "since"), milliseconds(until, admin.now, "until")
    )


@router.get("", summary="List changes", operation_id="list_audit", responses=problems())
async def list_audit(
    admin: Admin,
    of: Annotated[AuditFilter, Depends(_asked_for)],
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 100,
    before: Annotated[Cursor | None, Query(description="`next` of the list before.")] = None,
) -> schemas.AuditList:
    """Every change made over this API, newest first. Entries are never changed."""
    page = await admin.gateway.store.audit.list(limit=limit, before=before, of=of)
    names = await key_names(admin)
    return schemas.AuditList(
        data=[
            schemas.AuditEntry(
                id=entry.id,
                at=moment(entry.at),
                actor=entry.actor,
                actor_name=names.get(entry.actor),
                action=entry.action,
                target=entry.target,
                detail=entry.detail,
                ip=entry.ip,
            )
            for entry in page.entries
        ],
        next=page.before,
    )
