"""Calls that wait for a person, as the admin API takes and shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from switchgear.edge.admin.schemas.base import PRINTABLE, Answer, Body

Line = Annotated[str, StringConstraints(max_length=200, pattern=PRINTABLE, strip_whitespace=True)]
State = Literal["pending", "approved", "denied", "expired", "used"]

_REASON = "Why; whoever called is told."


class ApproveBody(Body):
    """That a call may be made."""

    minutes: Annotated[int, Field(ge=1, le=10_080)] | None = Field(
        None,
        description="Let all calls of the tool by the same key pass for so many minutes; only this one, once, when left out.",
    )
    reason: Line = Field("", description=_REASON)


class DenyBody(Body):
    """That a call may not be made."""

    reason: Line = Field("", description=_REASON)


class Approval(Answer):
    """A call that a person was asked about."""

    id: str
    at: datetime
    plugin: str
    tool: str = Field(description="Its name in the plugin.")
    key_id: str = Field(description="The key that called.")
    key_name: str | None
    arguments: str | None = Field(
        description="What the tool is called with, as JSON in a string; null for keys without the scope `admin`, and when it was stored "
        "under another secret.key."
    )
    cut: bool = Field(
        description="Whether the arguments are longer than is shown in a list; one by itself is shown whole."
    )
    unseen: list[str] = Field(description="What stands in the arguments and is not seen by a reader, in words.")
    state: State
    whole_tool: bool = Field(description="Whether all calls of the tool by this key are approved, not just this one.")
    decided_at: datetime | None
    decided_by: str = Field(description="The id of the key that decided; empty for nobody.")
    expires_at: datetime = Field(
        description="Until when it can be decided on; of one that was decided on, how long that holds."
    )
    reason: str


class ApprovalList(Answer):
    """Approvals, newest first."""

    data: list[Approval]
    next: str | None = Field(description="Give it as `before` for the next, older page; null at the end.")
