"""Themes and events as they are answered."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from switchgear.edge.admin.schemas.base import Answer


class ThemeProblem(Answer):
    """One mistake in a theme file."""

    file: str = Field(description="The file: those of the data folder begin with themes/.")
    line: int | None = Field(description="The line, from 1.")
    path: str = Field(description="The token or setting.")
    message: str = Field(description="What is wrong.")
    suggestion: str = Field(description="What to do.")


class ThemePair(Answer):
    """Two tokens that are seen together."""

    foreground: str = Field(description="The token in front.")
    background: str = Field(description="The token behind it.")
    use: Literal["text", "ui"] = Field(description="What is in front: text, or something else that has to be seen.")
    scheme: Literal["light", "dark"]
    contrast: Literal["standard", "more"] = Field(description="more: as those see it who prefer more contrast.")
    foreground_colour: str = Field(description="As it is seen, #rrggbb.")
    background_colour: str
    ratio: float = Field(description="Contrast ratio by WCAG 2.2, from 1 to 21.")
    need: float = Field(description="What it has to be.")
    binding: bool = Field(description="Whether a theme is refused that has less.")
    passes: bool
    lc: float = Field(description="APCA's lightness contrast, which is advice.")


class Theme(Answer):
    """A theme, and what is wrong with its file."""

    name: str
    title: str
    description: str
    source: Literal["shipped", "file"]
    file: str
    parent: str | None
    schemes: list[Literal["light", "dark"]] = Field(description="Both: it follows the system.")
    level: Literal["AA", "AAA"] | None
    href: str | None = Field(description="Its style sheet; none where no file of it was ever right.")
    pairs: int = Field(description="How many pairs were measured.")
    worst: ThemePair | None = Field(description="The pair that is nearest to what it needs.")
    swatches: dict[str, dict[str, str]] = Field(description="A few of its colours, by scheme and token.")
    problems: list[ThemeProblem] = Field(description="Mistakes of the file as it is now; what it was before goes on.")


class ThemeList(Answer):
    """All themes."""

    chosen: str = Field(description="The theme of those who chose none, as [console] says.")
    data: list[Theme]


class ThemeReport(Theme):
    """A theme with its report card."""

    card: list[ThemePair] = Field(description="Every pair, in every scheme and contrast.")
    properties: dict[str, dict[str, str]] = Field(description="Custom properties and their values, by scheme.")
