"""The cache as the admin API shows it."""

from __future__ import annotations

from typing import Final

from pydantic import Field, field_validator

from switchgear.config.fields import Mistake
from switchgear.edge.admin.schemas.base import PRINTABLE, Answer, Body

_TENANTS: Final = ("team:", "key:")


class Answered(Answer):
    """Calls that were answered without asking a provider, by how."""

    hit: int = Field(description="By an answer to the same question.")
    shared: int = Field(description="By an identical call that was under way.")
    semantic: int = Field(description="By an answer to a question of the same meaning.")
    stale: int = Field(description="By an answer that had expired, as no provider answered.")


class CacheStatus(Answer):
    """What the workers of this host keep, and what that did since they started."""

    entries: int = Field(description="Answers in memory.")
    questions: int = Field(description="Questions that are compared by meaning.")
    bytes: int = Field(description="Memory that answers take.")
    max_bytes: int = Field(description="Memory that they may take, of all workers together.")
    evicted: int = Field(description="Answers that went for want of room.")
    shared: bool = Field(description="Whether answers are shared with other processes over the state.")
    answered: Answered
    misses: int = Field(description="Calls that asked a provider as nothing was kept.")
    bypassed: int = Field(description="Calls that the cache had no part in.")
    saved: str = Field(
        description="What the answers cost that were given again, in US dollars; those without a price left out."
    )
    saved_tokens: int = Field(description="Their tokens.")


class Which(Body):
    """Which answers; a name that is not known is a mistake, lest everything is forgotten for it."""

    model: str | None = Field(
        None, min_length=1, max_length=256, pattern=PRINTABLE, description="Only those of this model."
    )
    tenant: str | None = Field(
        None,
        min_length=1,
        max_length=256,
        pattern=PRINTABLE,
        description="Only those of this tenant: `team:NAME`, or `key:ID` of a key without a team.",
    )

    @field_validator("tenant")
    @classmethod
    def _of_a_kind(cls, tenant: str | None) -> str | None:
        if tenant is not None and not any(tenant.startswith(kind) and tenant != kind for kind in _TENANTS):
            raise Mistake("is no tenant.", "Write team:NAME, or key:ID for a key without a team.")
        return tenant


class Purged(Answer):
    """A purge that was made."""

    dropped: int = Field(description="Answers that the worker had in memory that made it; others drop theirs too.")
