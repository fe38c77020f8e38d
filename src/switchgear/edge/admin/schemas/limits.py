"""Limits, and the teams and users who have them, as the admin API takes and shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from switchgear.config.limits import LimitSettings
from switchgear.config.sign_in import Role
from switchgear.edge.admin.schemas.base import Answer, Body
from switchgear.edge.admin.schemas.keys import LimitsName
from switchgear.edge.admin.schemas.keys import Owner as TeamName

Source = Literal["file", "store"]
_SOURCE = "Where it is defined: the configuration file or the store (this API)."


class Limits(Answer):
    """Limits by their name. Each key, team, user and model that names them has them for itself."""

    name: str = Field(examples=["small"])
    source: Source = Field(description=_SOURCE)
    settings: LimitSettings
    used_by: list[str] = Field(description="Who has them.", examples=[["team search", "key ci", "model fast"]])


class LimitsList(Answer):
    """Limits by name."""

    data: list[Limits]


class OwnerBody(Body):
    """A team or a user to define."""

    limits: LimitsName | None = Field(None, description="Limits that hold for all its keys together.")


class UserBody(OwnerBody):
    """A user to define. What is left out stays as it is."""

    role: Role | None = Field(
        None, description="What they may do in the console. Only an owner changes it, or an owner."
    )
    team: TeamName | None = Field(
        None, description="The team whose limits hold for what they call from the console; empty for none."
    )
    disabled: bool | None = Field(None, description="Ends their sessions, and lets none of their keys in.")


class Owner(Answer):
    """A team or a user."""

    name: str = Field(examples=["search"], description="`*` stands for all without an entry.")
    source: Literal["file", "store", "keys"] = Field(
        description=f"{_SOURCE} `keys`: keys name it, and nobody defines it."
    )
    limits: str | None = Field(description="Its limits, those of `*` where it has no entry of its own; null for none.")
    keys: int = Field(description="How many active keys it has.")


class OwnerList(Answer):
    """Teams by name."""

    data: list[Owner]


class User(Owner):
    """A user."""

    role: Role = Field(description="What they may do in the console.")
    team: str = Field(description="The team whose limits hold for what they call from the console; empty for none.")
    disabled: bool = Field(description="Whether they may not sign in, and none of their keys opens anything.")
    sign_in: bool = Field(description="Whether they signed in at the OpenID Connect server.")


class UserList(Answer):
    """Users by name."""

    data: list[User]


class Use(Answer):
    """How much of one limit is used. Amounts are decimal numbers in text."""

    what: Literal["usd", "tokens", "rpm", "tpm", "concurrency"] = Field(
        description="Money or tokens of a period, calls or tokens of a minute, calls at once."
    )
    period: str | None = Field(description="The day, week or month that a budget is for.", examples=["2026-11"])
    limit: str = Field(examples=["50"])
    used: str = Field(examples=["12.5"], description="What calls used, and what those under way may use at most.")
    remaining: str = Field(examples=["37.5"])
    resets_at: datetime | None = Field(
        description="When all of it is free again; null where it is now, or when calls end."
    )


class Standing(Answer):
    """How somebody stands with their limits."""

    of: Literal["key", "user", "team", "model"]
    name: str
    id: str = Field(description="A key's id; else the name.")
    limits: str = Field(description="The name of the limits.")
    uses: list[Use]


class StandingList(Answer):
    """Everybody whose limits were asked for and who has any."""

    data: list[Standing]
