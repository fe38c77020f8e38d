"""``/api/plugins/{name}/login``: signing in to remote plugins, and out of them. Tokens never leave here."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query

from switchgear.core.secrets import Secret
from switchgear.edge.admin.context import Admin, Administration
from switchgear.edge.admin.schemas import plugin_logins as schemas
from switchgear.edge.admin.schemas.base import moment, problems
from switchgear.plugins.oauth.addresses import Remote
from switchgear.plugins.oauth.logins import Login, Wish
from switchgear.plugins.oauth.remotes import remote_named

router = APIRouter(prefix="/plugins/{name}/login", tags=["plugins"])
Name = Annotated[str, Path(max_length=64, pattern="^[a-z0-9]+(-[a-z0-9]+)*$", description="The plugin's name.")]


@router.get("", summary="Show a login", operation_id="get_plugin_login", responses=problems(404, 409))
async def get_login(admin: Admin, name: Name) -> schemas.Login:
    """How a remote plugin is signed in to."""
    return _shown(await admin.gateway.plugins.logins.status(await _remote(admin, name)))


@router.post(
    "", summary="Begin to sign in", operation_id="begin_plugin_login", responses=problems(404, 409, 502, body=True)
)
async def begin_login(admin: Admin, name: Name, body: schemas.LoginWish) -> schemas.LoginBegun:
    """Find out who signs people in for a remote plugin, and give the address where a person does so.

    Without a redirect the browser comes back to the gateway; else send what it brings back to finish.
    """
    remote = await _remote(admin, name)
    wish = Wish(
        redirect=body.redirect,
        scopes=tuple(body.scopes),
        client=body.client_id,
        client_secret=Secret(body.client_secret),
        issuer=body.issuer,
        as_client=body.as_client,
        by=admin.key.id,
    )
    begun = await admin.gateway.plugins.logins.begin(remote, wish)
    detail = {"issuer": begun.issuer, "scopes": list(begun.scopes), "as_client": body.as_client}
    await admin.audited("plugin.login.begin", name, detail)
    note = "" if begun.url else await admin.gateway.plugins.signed_in(name)
    return schemas.LoginBegun(
        url=begun.url,
        redirect=begun.redirect,
        issuer=begun.issuer,
        scopes=list(begun.scopes),
        expires_at=_moment(begun.until),
        note=note,
    )


@router.post(
    "/finish",
    summary="End a login with what a browser brought back",
    operation_id="finish_plugin_login",
    responses=problems(404, 409, 502, body=True),
)
async def finish_login(admin: Admin, name: Name, body: schemas.LoginAnswer) -> schemas.Login:
    """Take the address that the browser was sent to in the end. It serves once."""
    login = await admin.gateway.plugins.logins.finish(await _remote(admin, name), body.answer)
    await admin.audited("plugin.login", name, {"issuer": login.issuer, "scopes": list(login.scopes)})
    shown = _shown(login)
    shown.note = await admin.gateway.plugins.signed_in(name)
    return shown


@router.delete("", summary="Sign out", operation_id="end_plugin_login", responses=problems(404, 409))
async def end_login(
    admin: Admin,
    name: Name,
    client: Annotated[
        bool, Query(description="Whether the client that the gateway is there is forgotten too.")
    ] = False,
) -> schemas.LoggedOut:
    """Forget the tokens of a plugin, and have its authorization server revoke them."""
    note = await admin.gateway.plugins.logins.logout(await _remote(admin, name), client=client)
    await admin.audited("plugin.logout", name, {"revoked": not note, "client": client})
    return schemas.LoggedOut(revoked=not note, note=note)


async def _remote(admin: Administration, name: str) -> Remote:
    return await remote_named(admin.gateway.store.plugins, name)


def _shown(login: Login) -> schemas.Login:
    return schemas.Login(
        plugin=login.plugin,
        state=login.state,
        issuer=login.issuer,
        client_id=login.client,
        as_client=login.as_client,
        scopes=list(login.scopes),
        wanted=list(login.wanted),
        renewable=login.renewable,
        since=_moment(login.since),
        expires_at=_moment(login.expires_at or 0.0),
        reason=login.reason,
    )


def _moment(seconds: float) -> datetime | None:
    return moment(int(seconds * 1000)) if seconds else None
