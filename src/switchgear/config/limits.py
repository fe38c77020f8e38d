"""Limits as the configuration file has them, and the teams and users that they hold for."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from switchgear.config.fields import Mistake, Section, Text
from switchgear.config.sign_in import Role
from switchgear.core.periods import Per

LIMIT_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._:-]*$"
OWNER_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._:@+-]*$"
"""What a team or a user may be called: words, and addresses such as ann@example.com."""

OWNER_ENTRY: Final = r"^(\*|[A-Za-z0-9][A-Za-z0-9._:@+-]*)$"
"""The name of an entry: a team or user, or ``*``."""

DEFAULT_LIMITS: Final = "default"
"""The limits of every key that names none."""

ANY: Final = "*"
"""The team or user that stands for all that have no entry of their own."""

LimitName = Annotated[str, Field(pattern=LIMIT_NAME, max_length=128)]
OwnerEntry = Annotated[str, Field(pattern=OWNER_ENTRY, max_length=128)]
OwnerName = Annotated[str, Field(pattern=f"^$|{OWNER_NAME}", max_length=128)]

_TOKENS: Final = 1_000_000_000_000


class BudgetSettings(Section):
    """What may be spent in a period: money, tokens, or both."""

    usd: float | None = Field(
        None, gt=0, le=1_000_000, description="US dollars that calls may cost together.", examples=[50]
    )
    tokens: int | None = Field(
        None, ge=1, le=_TOKENS, description="Tokens of prompts and answers together.", examples=[10_000_000]
    )
    per: Per = Field(
        description="The period, by the calendar in UTC: weeks begin on Monday, months on their first day.",
        examples=["month"],
    )

    @model_validator(mode="after")
    def _of_something(self) -> BudgetSettings:
        if self.usd is None and self.tokens is None:
            raise Mistake("needs usd or tokens.", 'Say how much may be spent, as in { usd = 50, per = "month" }.')
        return self


class LimitSettings(Section):
    """How much may be called. What is left out is not limited; calls that are refused count nothing.

    Every key, team, user and model that names these limits has them for itself: they are counted for each apart.
    """

    rpm: int | None = Field(None, ge=1, le=100_000_000, description="Calls in any 60 seconds.", examples=[600])
    tpm: int | None = Field(
        None,
        ge=1,
        le=_TOKENS,
        description="Tokens of prompts and answers in any 60 seconds. They are reserved before a call and corrected after it.",
        examples=[200_000],
    )
    concurrency: int | None = Field(None, ge=1, le=1_000_000, description="Calls under way at once.", examples=[20])
    budget: BudgetSettings | None = Field(
        None,
        description="Money or tokens for a day, week or month.",
        examples=[{"usd": 50, "per": "month"}],
    )
    soft: float = Field(
        0.8,
        gt=0,
        le=1,
        description="Share of a limit at which an event and a line in the log say that it is near, once a period.",
    )
    output_tokens: int = Field(
        4096,
        ge=0,
        le=10_000_000,
        description=(
            "Tokens that are reserved for the answer of a call that names no max_tokens, where tokens or money are limited. The answer is held to "
            "them, and x-switchgear-clamped tells the client; with 0 it is not, and what it uses is counted afterwards."
        ),
    )
    unpriced: Literal["allow", "refuse"] = Field(
        "allow",
        description=(
            "What becomes of calls whose price is not known, where a budget is in usd: they pass and cost nothing, or are refused."
        ),
    )


class TeamSettings(Section):
    """Keys that belong together."""

    limits: LimitName | None = Field(
        None,
        description="Limits that hold for all its keys together.",
        examples=["search"],
    )


class UserSettings(Section):
    """Somebody who has keys, and may sign in to the console."""

    limits: LimitName | None = Field(
        None,
        description="Limits that hold for all keys of the user together.",
        examples=["person"],
    )
    role: Role = Field("viewer", description="What the user may do in the console: viewer, developer, admin or owner.")
    team: OwnerName = Field(
        "", description="The team whose limits hold for what the user calls from the console; none when empty."
    )
    disabled: bool = Field(False, description="Ends the user's sessions and lets none of their keys in.")
    subject: Text | None = Field(
        None, description="Who the user is at the OpenID Connect server (sub), as it said at the first sign-in."
    )
    role_before: Role | Literal["nobody"] | None = Field(
        None,
        description="The role from before the OpenID Connect server gave one, which holds again when it gives none any more; nobody for a user who came with it.",
    )
