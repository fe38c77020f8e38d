"""The console as the configuration file has it."""

from __future__ import annotations

from pydantic import Field

from switchgear.config.fields import Section

THEME_NAME = r"^[a-z0-9][a-z0-9-]{0,47}$"
"""What a theme may be called: its file's name without the ending."""


class ConsoleSettings(Section):
    """How the console and the terminal look."""

    theme: str = Field(
        "system",
        pattern=THEME_NAME,
        description=(
            "The theme of those who chose none: a shipped one, or a file of the data folder's themes/. "
            "The terminal takes its colours from it; with system it keeps its own."
        ),
        examples=["dark"],
    )
