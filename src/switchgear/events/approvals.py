"""What became of calls that a person has to approve."""

from __future__ import annotations

from typing import Literal

import msgspec


class ApprovalAsked(msgspec.Struct, frozen=True):
    """A call waits for a person. ``at`` and ``expires_at`` are ms since 1970; what it is called with is in the store alone."""

    id: str
    at: int
    plugin: str
    tool: str
    key_id: str
    expires_at: int


class ApprovalDecided(msgspec.Struct, frozen=True):
    """A person decided on a call. ``decided_by`` is the id of a key; ``whole_tool`` tells that all calls of the tool by that key pass."""

    id: str
    at: int
    plugin: str
    tool: str
    key_id: str
    state: Literal["approved", "denied"]
    decided_by: str
    whole_tool: bool
