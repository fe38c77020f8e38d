"""What people thought of answers, as it is learned from and kept."""

from __future__ import annotations

from typing import Literal

import msgspec

Level = Literal["simple", "medium", "hard"]
"""How much it takes to answer a request."""

MOST_OPINIONS = 400.0
"""Opinions that count at one place; older ones give way to newer, so that a model that changes is seen to."""


class Opinion(msgspec.Struct, frozen=True):
    """How many answers of a deployment (its id) to requests of a level were ``good`` and ``bad``, in parts of an answer."""

    deployment: str
    level: Level
    good: float
    bad: float
