"""``/api/me``: who asks, their sessions, and what they like. It is open to every key and session."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Path, Response

from switchgear import __version__
from switchgear.access.keys import Key
from switchgear.access.roles import ADMIN, ADMIN_READ, CALL, OWN, OWNER, SCOPES, role_of
from switchgear.core.errors import RequestTooLarge
from switchgear.edge.admin.context import Admin
from switchgear.edge.admin.schemas import sign_in as schemas
from switchgear.edge.admin.schemas.base import moment, problems
from switchgear.edge.admin.sign_in import began_by, ended, ways
from switchgear.store.sessions import Session

router = APIRouter(prefix="/me", tags=["me"])

_MOST_BYTES: Final = 64 * 1024
_ANYTHING: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "What is kept: any JSON.", "content": {"application/json": {"schema": {}}}}
}
SessionId = Annotated[str, Path(max_length=64, description="The session's id.")]
Name = Annotated[
    str,
    Path(
        pattern=r"^[a-z0-9][a-z0-9._-]*$",
        max_length=100,
        description="What it is kept under, such as appearance or layout.overview.",
    ),
]


@router.get("", summary="Show who asks", operation_id="get_me", responses=problems())
async def get_me(admin: Admin) -> schemas.Me:
    """Who asks, what they may do, and until when they are signed in."""
    key = admin.key
    session = key.session
    return schemas.Me(
        user=key.user,
        team=key.team,
        role=role_of(key.scopes),
        scopes=[scope for scope in SCOPES if scope in key.scopes],
        session=session
        and schemas.MySession(id=session.id, signed_in_by=began_by(session), expires_at=moment(session.expires_at)),
        key_id=key.id,
        key_name=key.name,
        may=schemas.May(
            read=ADMIN_READ in key.scopes,
            call=CALL in key.scopes,
            change=ADMIN in key.scopes,
            own_keys=OWN in key.scopes and (ADMIN in key.scopes or key.user != ""),
            owner=OWNER in key.scopes,
        ),
        version=__version__,
        sign_in=ways(admin.gateway),
    )


@router.get("/sessions", summary="List your sessions", operation_id="list_my_sessions", responses=problems())
async def list_my_sessions(admin: Admin) -> schemas.SessionList:
    """Where the user, or the key where it is nobody's, is signed in."""
    mine = await admin.gateway.sign_in.mine(admin.key)
    return schemas.SessionList(data=[_shown(one, admin.key) for one in mine])


@router.delete(
    "/sessions/{session_id}",
    summary="End a session",
    operation_id="end_my_session",
    status_code=204,
    responses=problems(404),
)
async def end_my_session(admin: Admin, session_id: SessionId, response: Response) -> None:
    """End one of your sessions, at once and in every process."""
    await admin.gateway.sign_in.end(session_id, admin.key)
    await admin.audited("session.end", session_id)
    if admin.key.session is not None and admin.key.session.id == session_id:
        ended(admin.gateway, response)


@router.get(
    "/preferences", summary="List preferences", operation_id="list_preferences", responses=problems() | _ANYTHING
)
async def list_preferences(admin: Admin) -> Response:
    """All that is kept for the user, or the key where it is nobody's, by name."""
    kept = await admin.gateway.store.preferences.all(admin.owner)
    members = ",".join(f"{json.dumps(name)}:{document}" for name, document in kept.items())
    return Response(f'{{"data":{{{members}}}}}', media_type="application/json")


@router.get(
    "/preferences/{name}",
    summary="Show a preference",
    operation_id="get_preference",
    responses=problems() | _ANYTHING,
)
async def get_preference(admin: Admin, name: Name) -> Response:
    """The JSON that is kept under this name; null where there is none, which is no mistake."""
    document = await admin.gateway.store.preferences.get(admin.owner, name)
    return Response(document or "null", media_type="application/json")


@router.put(
    "/preferences/{name}",
    summary="Keep a preference",
    operation_id="put_preference",
    status_code=204,
    responses=problems(409, body=True),
)
async def put_preference(admin: Admin, name: Name, body: Annotated[Any, Body()]) -> None:
    """Keep any JSON but null, up to 64 KiB, instead of what was there. Nobody else sees it."""
    document = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    if len(document.encode()) > _MOST_BYTES:
        raise RequestTooLarge(f"A preference has at most {_MOST_BYTES} bytes.", hint="Keep less in it.")
    await admin.gateway.store.preferences.put(admin.owner, name, document)


@router.delete(
    "/preferences/{name}",
    summary="Forget a preference",
    operation_id="delete_preference",
    status_code=204,
    responses=problems(404),
)
async def delete_preference(admin: Admin, name: Name) -> None:
    """Forget what is kept under this name."""
    await admin.gateway.store.preferences.delete(admin.owner, name)


def _shown(session: Session, key: Key) -> schemas.Session:
    return schemas.Session(
        id=session.id,
        signed_in_by=began_by(session),
        created_at=moment(session.created_at),
        expires_at=moment(session.expires_at),
        ip=session.ip,
        agent=session.agent,
        current=key.session is not None and key.session.id == session.id,
    )
