"""Who is signed in, and how one signs in, as the admin API takes and shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from switchgear.config.sign_in import Role
from switchgear.edge.admin.schemas.base import PRINTABLE, Answer, Body
from switchgear.edge.admin.schemas.keys import Owner

By = Literal["link", "key", "oidc"]
_BY = "How it began: with a one-time link, a key, or at the OpenID Connect server."
_ROLE = (
    "viewer looks; developer calls, and has keys of their own; admin changes everything; owner also says who may what."
)
_Secret = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PRINTABLE)]


class OidcWay(Answer):
    """Signing in at an OpenID Connect server: GET /api/sign-in/oidc leads there."""

    name: str = Field(description="What people call it.", examples=["Example SSO"])


class SignInWays(Answer):
    """The ways to sign in."""

    key: bool = Field(description="Whether a key will do.")
    oidc: OidcWay | None = Field(description="The OpenID Connect server; null where there is none.")


class KeySignIn(Body):
    """Signing in with a key."""

    key: _Secret = Field(description="The key, sk-sg-….", repr=False)


class LinkSignIn(Body):
    """Signing in with a one-time link."""

    link: _Secret = Field(description="What stands behind ?link= in it.", repr=False)


class LinkCreate(Body):
    """A one-time link to make."""

    user: Owner = Field(
        "", description="Whom it signs in, as their role says; empty for nobody by name.", examples=["ann@example.com"]
    )
    role: Role = Field("owner", description=f"What its holder may do, where it names no user: {_ROLE}")


class LinkCreated(Answer):
    """A link that signs in once. It is shown now and never again."""

    url: str = Field(examples=["http://127.0.0.1:4100/?link=9f2c…"])
    expires_at: datetime = Field(description="When it opens nothing any more.")


class Session(Answer):
    """A session of the console."""

    id: str = Field(examples=["ses_2x6yq0m5c3b8t1r9w7ha"])
    signed_in_by: By = Field(description=_BY)
    created_at: datetime
    expires_at: datetime = Field(
        description="When it ends unless it is used before; at the latest some days after it began."
    )
    ip: str = Field(description="The address it began from.")
    agent: str = Field(description="What the browser said it is.")
    current: bool = Field(description="Whether it is the one that asks.")


class SessionList(Answer):
    """One's own sessions, newest first."""

    data: list[Session]


class SomebodysSession(Session):
    """A session of the console, and whose it is."""

    user: str = Field(description="Who is signed in; empty for a key or link that names nobody.")
    key_id: str = Field(description="The key that it opens, whose limits hold for it.")
    key_name: str
    role: Role | None = Field(description="What it may do now; null for one that only calls.")


class EverybodysSessions(Answer):
    """Who is signed in, newest first."""

    data: list[SomebodysSession]
    next: str | None = Field(description="Give this as `before` for the next page; null on the last one.")


class MySession(Answer):
    """The session that asks."""

    id: str
    signed_in_by: By = Field(description=_BY)
    expires_at: datetime


class May(Answer):
    """What may be done, for pages to show and hide; the API itself refuses the rest."""

    read: bool = Field(description="Look at what the admin API shows.")
    call: bool = Field(description="Call models.")
    change: bool = Field(description="Change everything but who may what.")
    own_keys: bool = Field(description="Make, rotate and revoke keys of one's own.")
    owner: bool = Field(description="Say who may what.")


class Me(Answer):
    """Who asks."""

    user: str = Field(description="The user; empty for a key or session that is nobody's.")
    team: str
    role: Role | None = Field(description=f"{_ROLE} null for a key that only calls.")
    scopes: list[str] = Field(description="The scopes, those too that others include.")
    session: MySession | None = Field(description="null for one who presents a key.")
    key_id: str = Field(description="The id that usage and the audit log have.")
    key_name: str
    may: May
    version: str = Field(description="The gateway's version.")
    sign_in: SignInWays
