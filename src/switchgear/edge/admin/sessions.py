"""``/api/sessions``: who is signed in to the console, and ending that. It is for admins: where people come from is nobody else's matter."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from switchgear.access.keys import Key
from switchgear.access.roles import OWNER, role_of
from switchgear.core.errors import NotFound
from switchgear.edge.admin.context import Admin, Administration
from switchgear.edge.admin.schemas import sign_in as schemas
from switchgear.edge.admin.schemas.base import PRINTABLE, Cursor, moment, problems
from switchgear.edge.admin.sign_in import began_by, ended
from switchgear.store.pages import cursor_of, position
from switchgear.store.sessions import Session

router = APIRouter(prefix="/sessions", tags=["sign-in"])
SessionId = Annotated[str, Path(max_length=64, pattern=PRINTABLE, description="The session's id.")]


@router.get("", summary="List sessions", operation_id="list_sessions", responses=problems())
async def list_sessions(
    admin: Admin,
    user: Annotated[str | None, Query(max_length=128, pattern=PRINTABLE, description="Only this user's.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 100,
    before: Annotated[Cursor | None, Query(description="`next` of the list before.")] = None,
) -> schemas.EverybodysSessions:
    """Every session that goes on, newest first: whose it is, since when, and from where."""
    rows = await admin.gateway.sign_in.everybodys()
    if user is not None:
        rows = [row for row in rows if row.user == user]
    if before is not None:
        place = position(before)
        rows = [row for row in rows if (row.created_at, row.id) < place]
    page = rows[:limit]
    following = cursor_of(page[-1].created_at, page[-1].id) if len(rows) > limit else None
    return schemas.EverybodysSessions(data=[_shown(admin, row) for row in page], next=following)


@router.delete(
    "/{session_id}",
    summary="End somebody's session",
    operation_id="end_session",
    status_code=204,
    responses=problems(404),
)
async def end_session(admin: Admin, session_id: SessionId, response: Response) -> None:
    """End a session, at once and in every process. Only an owner ends an owner's."""
    found = next((row for row in await admin.gateway.sign_in.everybodys() if row.id == session_id), None)
    if found is None:
        raise NotFound(f'No session has the id "{session_id}".', hint="GET /api/sessions lists those that go on.")
    opened = _opened(admin, found)
    if opened is not None and OWNER in opened.scopes:
        admin.key.require(OWNER)
    await admin.gateway.sign_in.end_any(session_id)
    await admin.audited("session.end", session_id, {"user": found.user, "key": found.key_id})
    if _asks(admin, found):
        ended(admin.gateway, response)


def _opened(admin: Administration, session: Session) -> Key | None:
    """The key that a session opens, as it is now."""
    return admin.gateway.keyring.known(session.key_id)


def _asks(admin: Administration, session: Session) -> bool:
    return admin.key.session is not None and admin.key.session.id == session.id


def _shown(admin: Administration, session: Session) -> schemas.SomebodysSession:
    opened = _opened(admin, session)
    return schemas.SomebodysSession(
        id=session.id,
        user=session.user,
        key_id=session.key_id,
        key_name=opened.name if opened is not None else "",
        role=role_of(opened.scopes) if opened is not None else None,
        signed_in_by=began_by(session),
        created_at=moment(session.created_at),
        expires_at=moment(session.expires_at),
        ip=session.ip,
        agent=session.agent,
        current=_asks(admin, session),
    )
