"""Signing in to the console as the configuration file has it: for how long, and with which OpenID Connect server."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from switchgear.config.fields import IssuerURL, SecretReference, Section, Text
from switchgear.config.mcp import USUAL_ALGORITHMS, Algorithm

Role = Literal["viewer", "developer", "admin", "owner"]
"""What a person may do, least first: look; call and have keys of their own; change everything; and say who may what."""

_Texts = Annotated[tuple[Text, ...], Field(strict=False, max_length=100)]


class OidcSettings(Section):
    """An OpenID Connect server at which people sign in (Authorization Code with PKCE). It takes server.public_url, unless only this machine is served."""

    issuer: IssuerURL = Field(
        description="Its issuer identifier, exactly as its metadata and tokens have it.",
        examples=["https://login.example.com"],
    )
    client_id: Text = Field(description="The client that the gateway is there.", examples=["switchgear"])
    client_secret: SecretReference | None = Field(
        None,
        description="Its secret; a public client when left out.",
        examples=["env:OIDC_CLIENT_SECRET"],
        repr=False,
    )
    name: Text = Field(
        "single sign-on", description="What people call it: the word on the button.", examples=["Example SSO"]
    )
    scopes: _Texts = Field(
        ("openid", "email", "profile"), description="Scopes that are asked for; openid is among them always."
    )
    algorithms: Annotated[tuple[Algorithm, ...], Field(strict=False, min_length=1)] = Field(
        USUAL_ALGORITHMS, description="Signatures of ID tokens that are accepted."
    )
    user_claim: Text = Field("email", description="The claim that names the user here.")
    verified_email: bool = Field(
        True, description="Whether an email has to be verified, as email_verified says, where user_claim is email."
    )
    role_claim: Text = Field("groups", description="The claim that roles looks at: a text or a list.")
    roles: dict[Text, Role] = Field(
        default_factory=dict,
        description="The role by a value of role_claim; the highest that fits holds, and is set anew at each sign-in. Where none fits any more the role from before holds again.",
        examples=[{"platform": "admin", "engineering": "developer"}],
    )
    default_role: Role = Field("viewer", description="The role of a new user of whom roles says nothing.")
    named_only: bool = Field(False, description="Let nobody in whom neither roles nor an administrator names.")
    team_claim: Text | None = Field(None, description="A claim that names the team of new users; none when left out.")


class SignInSettings(Section):
    """Who signs in to the console, and for how long."""

    idle_days: float = Field(7.0, gt=0, le=366, description="Days after which a session that is not used ends.")
    absolute_days: float = Field(30.0, gt=0, le=366, description="Days after which a session ends, used or not.")
    link_minutes: float = Field(15.0, gt=0, le=1440, description="Minutes for which a one-time link can be opened.")
    attempts: int = Field(
        10, ge=1, le=10_000, description="Attempts to sign in that may fail in a minute, from one address."
    )
    oidc: OidcSettings | None = Field(
        None,
        description="An OpenID Connect server; people sign in by link or key alone when left out.",
        examples=[{"issuer": "https://login.example.com", "client_id": "switchgear"}],
    )
