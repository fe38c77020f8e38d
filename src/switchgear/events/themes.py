"""What happened to themes."""

from __future__ import annotations

import msgspec


class ThemeProblem(msgspec.Struct, frozen=True):
    """One mistake in a theme file; ``line`` counts from 1 and is ``None`` where it concerns no line."""

    file: str
    line: int | None
    path: str
    message: str
    suggestion: str


class ThemeChanged(msgspec.Struct, frozen=True):
    """A theme looks another way now. ``href`` is its style sheet, ``None`` where the theme is gone."""

    name: str
    title: str
    href: str | None


class ThemeInvalid(msgspec.Struct, frozen=True):
    """A theme file has mistakes. What it was before goes on, if it was something."""

    name: str
    problems: tuple[ThemeProblem, ...]
