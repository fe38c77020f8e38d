"""Logins to remote plugins as the admin API takes and shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from switchgear.edge.admin.schemas.base import PRINTABLE, Answer, Body

Line = Annotated[str, StringConstraints(max_length=2048, pattern=PRINTABLE, strip_whitespace=True)]
Scope = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[\x21\x23-\x5b\x5d-\x7e]+$")]
_LOOPBACK = r"^(http://(127\.0\.0\.1|\[::1\]):[1-9][0-9]{0,4}/oauth/callback)?$"


class LoginWish(Body):
    """How to sign in to a remote plugin."""

    redirect: Annotated[str, StringConstraints(max_length=200, pattern=_LOOPBACK)] = Field(
        "",
        description="Where the browser comes back to on the machine of whoever signs in; the gateway itself when left out.",
        examples=["http://127.0.0.1:53682/oauth/callback"],
    )
    scopes: Annotated[list[Scope], Field(max_length=100)] = Field(
        [], description="What to ask for; as the plugin says when left out."
    )
    client_id: Line = Field(
        "", description="A client that was registered with its authorization server, to be used from now on."
    )
    client_secret: Line = Field("", description="Its secret, if it has one; kept encrypted.", repr=False)
    issuer: Line = Field("", description="The authorization server where the client was registered.")
    as_client: bool = Field(
        False,
        description="Nobody signs in: the gateway is itself who calls (client credentials), which takes a client with a secret.",
    )


class LoginAnswer(Body):
    """What a browser brought back."""

    answer: Annotated[str, StringConstraints(min_length=1, max_length=16_384)] = Field(
        description="The whole address that the browser was sent to in the end.", repr=False
    )


class LoginBegun(Answer):
    """A login that was begun."""

    url: str = Field(description="What a person has to open in a browser; empty where that is not needed.")
    redirect: str = Field(description="Where the browser comes back to.")
    issuer: str = Field(description="The authorization server that signs people in for the plugin.")
    scopes: list[str] = Field(description="What is asked for.")
    expires_at: datetime | None = Field(description="How long an answer is waited for.")
    note: str = Field("", description="Where nobody has to sign in: why the plugin does not run all the same.")


class Login(Answer):
    """How a plugin is signed in to."""

    plugin: str
    state: Literal["signed_out", "signed_in", "ended"] = Field(
        description="ended: there was a login, and a person has to sign in again."
    )
    issuer: str
    client_id: str
    as_client: bool = Field(description="Whether the gateway is itself who calls.")
    scopes: list[str] = Field(description="What was given.")
    wanted: list[str] = Field(description="What the plugin refused something for; the next login asks for it.")
    renewable: bool = Field(description="Whether it goes on without a person when its token ends.")
    since: datetime | None = Field(description="When its present token was got.")
    expires_at: datetime | None = Field(description="When its present token ends; null where nobody says.")
    reason: str = Field(description="Why it ended.")
    note: str = Field("", description="Right after a login: why the plugin does not run all the same.")


class LoggedOut(Answer):
    """A login that was ended."""

    revoked: bool = Field(description="Whether the authorization server was told, and took it.")
    note: str = Field(description="Why not.")
