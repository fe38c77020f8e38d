"""Publishers' keys as the admin API takes and shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from switchgear.edge.admin.schemas.base import PRINTABLE, Answer, Body

Line = Annotated[str, StringConstraints(max_length=200, pattern=PRINTABLE, strip_whitespace=True)]
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z0-9*?-]+$")]
Moment = Annotated[datetime, Field(strict=False)]
KeyText = Annotated[str, StringConstraints(max_length=1000)]

_KEY = "The public key: `ed25519:` and 43 characters."
_PLUGINS = "Names or patterns of the plugins that it may sign for: `*` is any, `acme-*` those whose names begin so."
_FROM = "From when on nothing it signed is trusted; null while it is not revoked, 1970 for everything."


class PublisherKeyBody(Body):
    """A key to trust."""

    key: KeyText = Field(description=_KEY, examples=["ed25519:Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE"])
    name: Line = Field("", description="What it is called; its first digits when left out.", examples=["Acme"])
    plugins: Annotated[list[Pattern], Field(min_length=1, max_length=100)] = Field(["*"], description=_PLUGINS)


class Revocation(Body):
    """From when on a key is not to be trusted, and why."""

    from_: Moment | None = Field(
        None,
        alias="from",
        description="Only what it signed from then on is not trusted any more; everything when left out, as for a key that was stolen.",
    )
    reason: Line = Field("", description="Why; it is shown to whoever meets the key.")
    key: KeyText | None = Field(None, description="The public key, for one that nobody added here.")


class PublisherKey(Answer):
    """A key with which a publisher signs plugins."""

    id: str = Field(description="The sha256 of the key, in hex.")
    key: str = Field(description=_KEY)
    name: str
    plugins: list[str] = Field(description=_PLUGINS)
    state: Literal["trusted", "revoked"]
    created_at: datetime
    created_by: str = Field(description="The id of the key that added it.")
    added: bool = Field(description="Whether somebody added it; one that was only revoked vouches for nothing.")
    revoked_at: datetime | None
    revoked_from: datetime | None = Field(description=_FROM)
    reason: str
    successor: str | None = Field(
        description="The id of the key that this one says comes after it; that one is trusted too."
    )


class Succession(Answer):
    """Which key came after which, as the older one signed it."""

    key_id: str
    successor_id: str
    at: datetime
    envelope: dict[str, Any] = Field(description="The signed statement, in a DSSE envelope.")


class PublisherKeyList(Answer):
    """Publishers' keys, oldest first."""

    data: list[PublisherKey]
    successions: list[Succession]
