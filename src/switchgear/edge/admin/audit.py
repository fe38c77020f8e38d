"""``/api/audit``: who changed what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from switchgear.edge.admin.context import Admin
from switchgear.edge.admin.schemas import usage as schemas
from switchgear.edge.admin.schemas.base import PRINTABLE, Cursor, moment, problems
from switchgear.edge.admin.usage import key_names

router = APIRouter(prefix="/audit", tags=["audit"])


@router.get("", summary="List changes", operation_id="list_audit", responses=problems())
async def list_audit(
    admin: Admin,
    target: Annotated[
        str | None, Query(max_length=256, pattern=PRINTABLE, description="Only changes of this id or name.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 100,
    before: Annotated[Cursor | None, Query(description="`next` of the list before.")] = None,
) -> schemas.AuditList:
    """Every change made over this API, newest first. Entries are never changed."""
    page = await admin.gateway.store.audit.list(limit=limit, before=before, target=target)
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
