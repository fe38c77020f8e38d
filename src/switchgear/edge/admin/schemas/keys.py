"""Keys as the admin API takes and shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from switchgear.config.fields import Mistake
from switchgear.config.limits import LIMIT_NAME, OWNER_NAME
from switchgear.edge.admin.schemas.base import PRINTABLE, Answer, Body
from switchgear.plugins.sight import MAY_BE, pattern_fault

TEN_YEARS = 10 * 366 * 86_400
THIRTY_DAYS = 30 * 86_400

Scope = Literal["call", "admin:read", "own", "admin", "owner"]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=PRINTABLE, strip_whitespace=True)]
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=PRINTABLE)]


def _matching(pattern: str) -> str:
    if fault := pattern_fault(pattern):
        raise Mistake(f"The pattern {fault}.", f"{MAY_BE}.")
    return pattern


ToolPattern = Annotated[str, StringConstraints(max_length=256, pattern=PRINTABLE), AfterValidator(_matching)]
Models = Annotated[list[Pattern], Field(max_length=100)]
Tools = Annotated[list[ToolPattern], Field(max_length=100)]
Scopes = Annotated[list[Scope], Field(min_length=1, max_length=5)]
Moment = Annotated[datetime, Field(strict=False)]

_MODELS = "Names or patterns of the models it may call: `*` is any, `openai/*` every model of a provider."
_TOOLS = "What it sees of plugins: `*` is all, `files` one plugin, `files__read_*` tools of one. Resources and prompts go with whole plugins."
_SCOPES = (
    "What it may do: `call` models, `admin:read` to look at everything here, `own` to have keys of its user's own, `admin` to change "
    "everything, `owner` also to say who may what. `owner` includes `admin`, and `admin` the two before it."
)
Owner = Annotated[str, StringConstraints(max_length=128, pattern=f"^$|{OWNER_NAME}")]
LimitsName = Annotated[str, StringConstraints(max_length=128, pattern=f"^$|{LIMIT_NAME}")]
Urgency = Literal["batch", "low", "normal", "high"]

_TEAM = "The team it belongs to; empty for none."
_USER = "Whose it is; empty for nobody's."
_PRIORITY = "How urgent its calls are. A call may say that it is less urgent, never more."
_LIMITS = "The limits it has; when empty, those called `default` if there are any."
_IN = "Seconds from now until it expires; at most ten years."
_AT = "When it expires (ISO 8601); without a zone it is UTC."


class KeyCreate(Body):
    """A key to make."""

    name: Name = Field(description="What it is called; unique among keys that are not revoked.", examples=["ci"])
    models: Models = Field(["*"], description=_MODELS, examples=[["smollm2", "openai/*"]])
    tools: Tools = Field(["*"], description=_TOOLS, examples=[["files__read_*", "git"]])
    scopes: Scopes = Field(["call"], description=_SCOPES)
    expires_in_seconds: int | None = Field(None, ge=1, le=TEN_YEARS, description=_IN)
    expires_at: Moment | None = Field(None, description=_AT)
    team: Owner = Field("", description=_TEAM, examples=["search"])
    user: Owner = Field("", description=_USER, examples=["ann@example.com"])
    priority: Urgency = Field("normal", description=_PRIORITY)
    limits: LimitsName = Field("", description=_LIMITS, examples=["small"])


class KeyChange(Body):
    """What to change of a key; what is left out stays as it is."""

    name: Name | None = Field(None, description="Its new name.")
    models: Models | None = Field(None, description=_MODELS)
    tools: Tools | None = Field(None, description=_TOOLS)
    scopes: Scopes | None = Field(None, description=_SCOPES)
    expires_in_seconds: int | None = Field(None, ge=1, le=TEN_YEARS, description=_IN)
    expires_at: Moment | None = Field(None, description=_AT + " `null`: never.")
    team: Owner | None = Field(None, description=_TEAM)
    user: Owner | None = Field(None, description=_USER)
    priority: Urgency | None = Field(None, description=_PRIORITY)
    limits: LimitsName | None = Field(None, description=_LIMITS)


class KeyRotate(Body):
    """How a key gets a new secret."""

    overlap_seconds: int = Field(
        86_400, ge=0, le=THIRTY_DAYS, description="Seconds that the old secret still works beside the new one."
    )


class KeySecret(Answer):
    """A secret that opens the key, by its last characters."""

    hint: str = Field(description="Its last four characters.")
    created_at: datetime
    expires_at: datetime | None = Field(description="Set when it was replaced: until then both work.")


class Key(Answer):
    """A key. The key itself is never shown again."""

    id: str = Field(examples=["key_2x6yq0m5c3b8t1r9w7ha"])
    name: str
    models: list[str] = Field(description=_MODELS)
    tools: list[str] = Field(description=_TOOLS)
    scopes: list[str] = Field(description=_SCOPES)
    state: Literal["active", "expired", "revoked"]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    created_by: str = Field(description="The id of the key that made it, or a word for who else did.")
    team: str = Field(description=_TEAM)
    user: str = Field(description=_USER)
    priority: Urgency = Field(description=_PRIORITY)
    limits: str = Field(description=_LIMITS)
    secrets: list[KeySecret] = Field(description="The secrets that open it, oldest first; two while an overlap lasts.")


class KeyCreated(Key):
    """A key with its secret, which is shown now and never again."""

    key: str = Field(description="What clients send: authorization: Bearer sk-sg-…", examples=["sk-sg-…"])


class KeyList(Answer):
    """Keys, newest first."""

    data: list[Key]
    next: str | None = Field(description="Send it as `before` for the keys after these; null when there are none.")
