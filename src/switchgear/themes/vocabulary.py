"""Every token that a theme can have, what it is, and which pairs of them have to be told apart.

A token's path with dashes is its custom property: ``surface.base`` is ``--surface-base``. Names of another kind stand
under ``palette``, which a file fills as it likes and which reaches no page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

Kind = Literal[
    "color", "dimension", "number", "fontFamily", "fontWeight", "duration", "cubicBezier", "shadow", "strokeStyle"
]
"""A type of the Design Tokens Format Module 2025.10."""
Scheme = Literal["light", "dark"]
Use = Literal["text", "ui"]

EXTENSION: Final = "dev.switchgear"
PALETTE: Final = "palette"
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")
MARKERS: Final = ("circle", "square", "triangle", "diamond", "cross", "plus", "star", "bar")
STATUSES: Final = ("ok", "warn", "error", "info")
SERIES: Final = tuple(str(number) for number in range(1, 9))
SYSTEM_COLOURS: Final = (
    "AccentColor",
    "AccentColorText",
    "ActiveText",
    "ButtonBorder",
    "ButtonFace",
    "ButtonText",
    "Canvas",
    "CanvasText",
    "Field",
    "FieldText",
    "GrayText",
    "Highlight",
    "HighlightText",
    "LinkText",
    "Mark",
    "MarkText",
    "SelectedItem",
    "SelectedItemText",
    "VisitedText",
)
"""CSS Color 4, section 6.2: what a person chose for every program."""

_SURFACES: Final = ("base", "raised", "sunken", "overlay", "hover", "selected")
_SYNTAX: Final = ("text", "comment", "keyword", "string", "number", "function", "type", "punctuation")
_COLOURS: Final[dict[str, tuple[str, ...]]] = {
    "surface": _SURFACES,
    "text": ("default", "muted", "faint", "inverse", "link"),
    "border": ("hairline", "default", "strong"),
    "focus": ("ring",),
    "action": ("surface", "text", "hover", "pressed", "quiet-hover"),
    "danger": ("surface", "text", "hover"),
    **{f"status.{status}": ("text", "surface", "mark") for status in STATUSES},
    "signal": ("live",),
    **{f"chat.{role}": ("surface", "text", "border") for role in ("user", "assistant", "tool", "reasoning")},
    "code": ("surface", *_SYNTAX, "added-surface", "added-text", "removed-surface", "removed-text"),
    **{f"series.{number}": ("color",) for number in SERIES},
}
_MEASURES: Final[tuple[tuple[Kind, str, tuple[str, ...]], ...]] = (
    *(("strokeStyle", f"series.{number}", ("dash",)) for number in SERIES),
    ("fontFamily", "type.family", ("text", "mono")),
    ("dimension", "type.size", ("xs", "sm", "md", "lg", "xl", "2xl")),
    ("number", "type.line", ("tight", "normal", "prose")),
    ("fontWeight", "type.weight", ("normal", "medium", "bold")),
    ("dimension", "space", tuple(str(step) for step in range(9))),
    ("dimension", "radius", ("none", "sm", "md", "lg", "full")),
    ("dimension", "density", ("row", "control", "gap")),
    ("shadow", "elevation", ("1", "2", "3")),
    ("duration", "motion.duration", ("instant", "fast", "normal", "slow")),
    ("cubicBezier", "motion.easing", ("standard", "enter", "exit")),
    ("dimension", "size", ("hairline",)),
)

COLOURS: Final = (*(f"{group}.{name}" for group, names in _COLOURS.items() for name in names), "scrim")
"""The tokens that are colours, in the order in which they are written."""

TOKENS: Final[dict[str, Kind]] = {
    **dict.fromkeys(COLOURS, "color"),
    **{f"{group}.{name}": kind for kind, group, names in _MEASURES for name in names},
}
"""Every token, and its type."""

GROUPS: Final = frozenset(
    ".".join(path.split(".")[:length]) for path in TOKENS for length in range(1, path.count(".") + 1)
)
"""What has tokens below it."""

BOUNDS: Final[dict[str, tuple[float, float]]] = {
    "type.size": (0.5, 4.0),
    "type.line": (1.0, 3.0),
    "space": (0.0, 8.0),
    "radius": (0.0, 999.0),
    "density.row": (1.5, 6.0),
    "density.control": (1.5, 6.0),
    "density.gap": (0.0, 4.0),
    "size": (0.0625, 0.25),
    "motion.duration": (0.0, 2000.0),
}
"""From and to, by the start of a path: rem, milliseconds or plain numbers. Controls have 24 px at least (WCAG 2.5.8)."""


class Pair(NamedTuple):
    """Two tokens that are seen together: ``need`` is the ratio that level AA asks for, 4.5 for text and 3 for the rest."""

    foreground: str
    background: str
    use: Use
    need: float

    @property
    def name(self) -> str:
        """As a person reads it."""
        return f"{self.foreground} on {self.background}"


def text_on(foreground: str, background: str) -> Pair:
    """Text (WCAG 1.4.3)."""
    return Pair(foreground, background, "text", 4.5)


def shown_on(foreground: str, background: str) -> Pair:
    """What is no text and has to be seen: edges of fields, marks, lines of charts, the focus (WCAG 1.4.11)."""
    return Pair(foreground, background, "ui", 3.0)


def _pairs() -> Iterator[Pair]:
    for surface in (f"surface.{name}" for name in _SURFACES):
        yield from (text_on(f"text.{name}", surface) for name in ("default", "muted", "faint", "link"))
        yield from (text_on(f"status.{status}.text", surface) for status in STATUSES)
        yield shown_on("focus.ring", surface)
    for surface in ("surface.base", "surface.raised", "surface.sunken", "surface.overlay"):
        yield shown_on("border.strong", surface)
        yield shown_on("signal.live", surface)
        yield from (shown_on(f"status.{status}.mark", surface) for status in STATUSES)
    for surface in ("surface.base", "surface.raised", "surface.overlay"):
        yield shown_on("action.surface", surface)
        yield shown_on("danger.surface", surface)
        yield from (shown_on(f"series.{number}.color", surface) for number in SERIES)
    yield text_on("text.inverse", "text.default")
    yield from (text_on("action.text", f"action.{name}") for name in ("surface", "hover", "pressed"))
    yield text_on("text.default", "action.quiet-hover")
    yield from (text_on("danger.text", f"danger.{name}") for name in ("surface", "hover"))
    for status in STATUSES:
        yield text_on(f"status.{status}.text", f"status.{status}.surface")
        yield shown_on(f"status.{status}.mark", f"status.{status}.surface")
    for role in ("user", "assistant", "tool", "reasoning"):
        surface = f"chat.{role}.surface"
        yield from (text_on(text, surface) for text in (f"chat.{role}.text", "text.muted", "text.link"))
    yield from (text_on(f"code.{name}", "code.surface") for name in _SYNTAX)
    yield from (text_on(f"code.{change}-text", f"code.{change}-surface") for change in ("added", "removed"))


PAIRS: Final = tuple(_pairs())
"""The pairs that every theme has to meet. A file may add to them and take none away."""

LEVELS: Final[dict[str, dict[Use, float]]] = {"AA": {"text": 4.5, "ui": 3.0}, "AAA": {"text": 7.0, "ui": 4.5}}
"""Least ratios: WCAG 1.4.3 and 1.4.11; for AAA those of 1.4.6, and the rest raised with them."""


def bounds_of(path: str) -> tuple[float, float] | None:
    """The least and the most that a number at ``path`` may be."""
    return next((bounds for start, bounds in BOUNDS.items() if path == start or path.startswith(f"{start}.")), None)


def forced(path: str) -> str:
    """The system colour that stands for a colour where a person forces their own (CSS Color 4, section 6.2).

    What is told by colour alone elsewhere is told by words, dashes and markers there.
    """
    named = {
        "text.link": "LinkText",
        "text.inverse": "Canvas",
        "focus.ring": "Highlight",
        "action.surface": "ButtonText",
        "action.text": "ButtonFace",
        "action.hover": "Highlight",
        "action.pressed": "Highlight",
        "danger.surface": "ButtonText",
        "danger.text": "ButtonFace",
        "danger.hover": "Highlight",
    }
    if path in named:
        return named[path]
    return "Canvas" if "surface" in path.replace("-", ".").split(".") or path in _PLAIN else "CanvasText"


_PLAIN: Final = frozenset({"action.quiet-hover"})
