"""What happened to limits: one is near, a budget is spent, a call was refused."""

from __future__ import annotations

from typing import Literal

import msgspec

Of = Literal["key", "user", "team", "model", "plugin", "key+plugin"]
"""Who has limits. One of a key and a plugin is of what that key calls of it."""

What = Literal["usd", "tokens", "rpm", "tpm", "concurrency"]
"""What is limited: money (nano-dollars) and tokens of a period, calls and tokens of a minute, calls at once."""


class LimitNear(msgspec.Struct, frozen=True):
    """A limit's soft threshold was passed. Published once a period, and once a minute where there is none.

    ``id`` is a key's id, else the name. ``used`` and ``limit`` are in the unit of ``what``; times are ms since 1970.
    """

    of: Of
    id: str
    name: str
    limits: str
    what: What
    used: int
    limit: int
    at: int
    until: int


class BudgetSpent(msgspec.Struct, frozen=True):
    """A budget has nothing left, or too little for a call. Published once a period; as LimitNear."""

    of: Of
    id: str
    name: str
    limits: str
    what: What
    used: int
    limit: int
    at: int
    until: int


class LimitRefused(msgspec.Struct, frozen=True):
    """A call was refused for want of room."""

    of: Of
    what: What
