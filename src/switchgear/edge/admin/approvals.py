"""``/api/approvals``: calls of tools that wait for a person."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query

from switchgear.access.roles import ADMIN
from switchgear.edge.admin.context import Admin, Administration
from switchgear.edge.admin.schemas import approvals as schemas
from switchgear.edge.admin.schemas.base import PRINTABLE, Cursor, moment, moment_or_none, problems
from switchgear.edge.admin.usage import key_names
from switchgear.plugins.approvals import whole_tool
from switchgear.plugins.unseen import unseen
from switchgear.store.approvals import Approval

_LONGEST: Final = 4_096
"""Characters of arguments in a list."""
router = APIRouter(prefix="/approvals", tags=["plugins"])
ApprovalId = Annotated[str, Path(max_length=64, pattern=PRINTABLE, description="The approval's id.")]


@router.get("", summary="List approvals", operation_id="list_approvals", responses=problems())
async def list_approvals(
    admin: Admin,
    state: Annotated[schemas.State | None, Query(description="Only those in this state.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 100,
    before: Annotated[Cursor | None, Query(description="`next` of the list before.")] = None,
) -> schemas.ApprovalList:
    """Calls that a person was asked about, newest first. A decision stays here for 30 days."""
    page = await admin.gateway.store.approvals.list(admin.now, state=state, limit=limit, before=before)
    names = await key_names(admin)
    return schemas.ApprovalList(data=[_shown(admin, one, names, _LONGEST) for one in page.approvals], next=page.before)


@router.get("/{approval_id}", summary="Show an approval", operation_id="get_approval", responses=problems(404))
async def get_approval(admin: Admin, approval_id: ApprovalId) -> schemas.Approval:
    """One call that a person was asked about."""
    found = await admin.gateway.store.approvals.get(approval_id, admin.now)
    return _shown(admin, found, await key_names(admin))


@router.post(
    "/{approval_id}/approve",
    summary="Approve a call",
    operation_id="approve_call",
    responses=problems(404, 409, body=True),
)
async def approve(admin: Admin, approval_id: ApprovalId, body: schemas.ApproveBody) -> schemas.Approval:
    """Let a call be made: one that waits goes on at once, one that came back passes when it is made again within an hour."""
    minutes = body.minutes or 0
    found = await admin.gateway.approvals.decide(
        approval_id, approved=True, by=admin.key.id, reason=body.reason, minutes=minutes
    )
    return await _decided(admin, "approval.approve", found, minutes)


@router.post(
    "/{approval_id}/deny",
    summary="Deny a call",
    operation_id="deny_call",
    responses=problems(404, 409, body=True),
)
async def deny(admin: Admin, approval_id: ApprovalId, body: schemas.DenyBody) -> schemas.Approval:
    """Let a call fail, and the same one for an hour. An approval that was not used up is taken back."""
    found = await admin.gateway.approvals.decide(approval_id, approved=False, by=admin.key.id, reason=body.reason)
    return await _decided(admin, "approval.deny", found, 0)


async def _decided(admin: Administration, action: str, found: Approval, minutes: int) -> schemas.Approval:
    detail = {"plugin": found.plugin, "tool": found.tool, "key": found.key_id, "reason": found.reason}
    await admin.audited(action, found.id, detail | ({"minutes": minutes} if minutes else {}))
    return _shown(admin, found, await key_names(admin))


def _shown(admin: Administration, row: Approval, names: dict[str, str], most: int | None = None) -> schemas.Approval:
    readable = ADMIN in admin.key.scopes and row.arguments != ""
    return schemas.Approval(
        id=row.id,
        at=moment(row.at),
        plugin=row.plugin,
        tool=row.tool,
        key_id=row.key_id,
        key_name=names.get(row.key_id),
        arguments=row.arguments[:most] if readable else None,
        cut=readable and most is not None and len(row.arguments) > most,
        unseen=unseen(row.arguments) if readable else [],
        state=row.state,
        whole_tool=whole_tool(row),
        decided_at=moment_or_none(row.decided_at),
        decided_by=row.decided_by,
        expires_at=moment(row.expires_at),
        reason=row.reason,
    )
