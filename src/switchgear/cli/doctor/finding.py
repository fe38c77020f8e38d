"""What an examination comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "doubt", "broken"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``broken`` keeps something from working; ``doubt`` may do so one day, or for somebody."""

    area: str
    state: State
    text: str
    advice: str = ""


def ok(area: str, text: str) -> Finding:
    """Nothing to do."""
    return Finding(area, "ok", text)


def doubt(area: str, text: str, advice: str) -> Finding:
    """Worth knowing."""
    return Finding(area, "doubt", text, advice)


def broken(area: str, text: str, advice: str) -> Finding:
    """To be put right."""
    return Finding(area, "broken", text, advice)
