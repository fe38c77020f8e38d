"""``/api/sign-in`` and ``/api/sign-out``: how sessions begin and end. The cookie is set and taken away here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from switchgear.access.sign_in import Browser, Opened
from switchgear.edge.admin.context import Admin
from switchgear.edge.admin.schemas import sign_in as schemas
from switchgear.edge.admin.schemas.base import moment, problems
from switchgear.edge.admin.services import GatewayControl
from switchgear.store.sessions import Session

router = APIRouter(tags=["sign-in"])
_DAY: Final = 86_400


@router.get("/sign-in", summary="List ways to sign in", operation_id="get_sign_in", responses=problems())
async def get_sign_in(request: Request) -> schemas.SignInWays:
    """How one signs in here. Open to everybody."""
    return ways(request.app.state.gateway)


@router.post(
    "/sign-in/key",
    summary="Sign in with a key",
    operation_id="sign_in_with_key",
    responses=problems(429, body=True),
)
async def sign_in_with_key(request: Request, response: Response, body: schemas.KeySignIn) -> schemas.MySession:
    """Begin a session that may do what the key may, for as long as the key holds. It is in a cookie that no script can read."""
    gateway: GatewayControl = request.app.state.gateway
    return await begun(request, response, await gateway.sign_in.with_key(body.key, browser_of(request)))


@router.post(
    "/sign-in/link",
    summary="Sign in with a one-time link",
    operation_id="sign_in_with_link",
    responses=problems(429, body=True),
)
async def sign_in_with_link(request: Request, response: Response, body: schemas.LinkSignIn) -> schemas.MySession:
    """Begin the session that a one-time link is for. The link is used up by it."""
    gateway: GatewayControl = request.app.state.gateway
    return await begun(request, response, await gateway.sign_in.with_link(body.link, browser_of(request)))


@router.post(
    "/sign-in/links",
    summary="Make a one-time link",
    operation_id="create_sign_in_link",
    status_code=201,
    responses=problems(404, body=True),
)
async def create_sign_in_link(admin: Admin, body: schemas.LinkCreate) -> schemas.LinkCreated:
    """Make a link that signs somebody in, once and within some minutes. Only an owner makes one: whoever has it is that user."""
    gateway = admin.gateway
    link = await gateway.sign_in.make_link(body.user, body.role, admin.key.id)
    await admin.audited("link.create", body.user or body.role)
    base = gateway.settings.server.public_url or gateway.url
    return schemas.LinkCreated(url=f"{base}/?link={link.token.reveal()}", expires_at=moment(link.expires_at))


@router.post("/sign-out", summary="Sign out", operation_id="sign_out", status_code=204, responses=problems())
async def sign_out(admin: Admin, response: Response) -> None:
    """End the session that asks, at once and in every process."""
    session = admin.key.session
    if session is not None:
        await admin.gateway.sign_in.end(session.id, admin.key)
        await admin.audited("session.end", session.id)
    ended(admin.gateway, response)


def ways(gateway: GatewayControl) -> schemas.SignInWays:
    """How one signs in."""
    oidc = gateway.settings.sign_in.oidc
    return schemas.SignInWays(key=True, oidc=schemas.OidcWay(name=oidc.name) if oidc is not None else None)


def browser_of(request: Request) -> Browser:
    """Where a request comes from."""
    client = request.client
    return Browser(client.host if client else "", request.headers.get("user-agent", ""))


async def begun(request: Request, response: Response, opened: Opened) -> schemas.MySession:
    """Set the cookie of a session that began, and enter it into the audit log."""
    gateway: GatewayControl = request.app.state.gateway
    session = opened.session
    detail: Mapping[str, Any] = {"by": session.by, "session": session.id, "agent": session.agent}
    now = time.time_ns() // 1_000_000
    await gateway.store.audit.append(
        at=now,
        actor=opened.key.id,
        action="session.begin",
        target=session.user or opened.key.name,
        detail=detail,
        ip=session.ip,
    )
    response.set_cookie(
        gateway.keyring.cookie,
        opened.token.reveal(),
        max_age=int(gateway.settings.sign_in.absolute_days * _DAY),
        path="/",
        secure=secure(request),
        httponly=True,
        samesite="lax",
    )
    return schemas.MySession(id=session.id, signed_in_by=began_by(session), expires_at=moment(session.expires_at))


def began_by(session: Session) -> schemas.By:
    """How a session began."""
    return "link" if session.by == "link" else "oidc" if session.by == "oidc" else "key"


def secure(request: Request) -> bool:
    """Whether the browser came by https, as far as a proxy in front tells."""
    settings = request.app.state.gateway.settings.server
    return request.url.scheme == "https" or (settings.public_url or "").startswith("https://")


def ended(gateway: GatewayControl, response: Response) -> None:
    """Take the cookie away."""
    response.delete_cookie(gateway.keyring.cookie, path="/", httponly=True, samesite="lax")
