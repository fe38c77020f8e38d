"""What a token's value may be, by its type (Design Tokens Format Module 2025.10, section 8), and how CSS says it.

Nothing of a file reaches the CSS as it was written: every value is read, checked and written anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from switchgear.config.problems import nearest, quoted
from switchgear.themes import colour as colours
from switchgear.themes.colour import Colour
from switchgear.themes.document import Node
from switchgear.themes.vocabulary import Kind, bounds_of

ALIAS: Final = re.compile(r"\{([^{}]{1,200})\}")
_FAMILY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?")
_GENERIC: Final = frozenset(
    {"serif", "sans-serif", "monospace", "system-ui", "ui-monospace", "ui-sans-serif", "ui-serif"}
)
_WEIGHTS: Final = {
    "thin": 100,
    "extra-light": 200,
    "light": 300,
    "normal": 400,
    "regular": 400,
    "medium": 500,
    "semi-bold": 600,
    "bold": 700,
    "extra-bold": 800,
    "black": 900,
}
_MAX_SHADOWS: Final = 4
_MAX_FAMILIES: Final = 12
_MAX_DASHES: Final = 8
_SPACES: Final[dict[str, tuple[Callable[..., Colour], tuple[tuple[float, float], ...]]]] = {
    "oklch": (colours.from_oklch, ((0, 1), (0, 0.5), (0, 360))),
    "oklab": (colours.from_oklab, ((0, 1), (-0.5, 0.5), (-0.5, 0.5))),
    "srgb": (colours.rounded, ((0, 1), (0, 1), (0, 1))),
    "hsl": (colours.from_hsl, ((0, 360), (0, 100), (0, 100))),
}


class Shadow(NamedTuple):
    """One layer of a shadow: its offsets, blur and spread as CSS has them, and its colour."""

    shape: str
    colour: Colour


Value = Colour | str | tuple[Shadow, ...]
"""A colour, what CSS takes as it is, or the layers of a shadow."""


class Amiss(Exception):
    """A value that cannot be: ``message`` follows the token's path, ``advice`` says what to do."""

    def __init__(self, line: int, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.message = message
        self.advice = advice


class Reader:
    """Reads values. ``follow`` gives the value that an alias in a part of one stands for."""

    def __init__(self, follow: Callable[[str, int], Node]) -> None:
        self._follow = follow

    def read(self, kind: Kind, path: str, node: Node) -> Value:
        """The value of a token. Raises Amiss."""
        _harmless(node)
        if kind == "color":
            return self._colour(node)
        if kind == "shadow":
            return self._shadow(node)
        readers: dict[str, Callable[[Node, str], str]] = {
            "dimension": _dimension,
            "number": _number,
            "duration": _duration,
            "fontFamily": _family,
            "fontWeight": _weight,
            "cubicBezier": _easing,
            "strokeStyle": _dash,
        }
        return readers[kind](node, path)

    def _colour(self, node: Node) -> Colour:
        node = self._follow_part(node)
        if isinstance(node.value, str):
            raise Amiss(node.line, "is no colour.", _as_object(node.value))
        members = _members(node, ("colorSpace", "components"), ("alpha", "hex"))
        space = members["colorSpace"].value
        if not isinstance(space, str) or space not in _SPACES:
            raise Amiss(
                members["colorSpace"].line, "has a colour space that is not known.", nearest(str(space), _SPACES)
            )
        made, ranges = _SPACES[space]
        parts = members["components"]
        if not isinstance(parts.value, list) or len(parts.value) != 3:
            raise Amiss(parts.line, "must have three components.", "Such as [0.62, 0.19, 45] of oklch.")
        numbers = [
            0.0 if one.value == "none" else _bounded(one, *bounds)
            for one, bounds in zip(parts.value, ranges, strict=True)
        ]
        alpha = _bounded(members["alpha"], 0, 1) if "alpha" in members else 1.0
        return made(*numbers, alpha)

    def _shadow(self, node: Node) -> tuple[Shadow, ...]:
        layers = node.value if isinstance(node.value, list) else [node]
        if len(layers) > _MAX_SHADOWS:
            raise Amiss(node.line, f"must have at most {_MAX_SHADOWS} layers.")
        return tuple(self._layer(self._follow_part(layer)) for layer in layers)

    def _layer(self, node: Node) -> Shadow:
        members = _members(node, ("color", "offsetX", "offsetY", "blur", "spread"), ("inset",))
        shape = " ".join(_length(members[name], -4, 8) for name in ("offsetX", "offsetY", "blur", "spread"))
        inset = members.get("inset", Node(False, node.line)).value
        if not isinstance(inset, bool):
            raise Amiss(node.line, "must have true or false as inset.")
        return Shadow(f"{'inset ' if inset else ''}{shape}", self._colour(members["color"]))

    def _follow_part(self, node: Node) -> Node:
        alias = alias_in(node)
        return node if alias is None else self._follow(alias, node.line)


def alias_in(node: Node) -> str | None:
    """The path that a value names instead of saying something itself: ``{a.b}``, or ``{"$ref": "#/a/b/$value"}``."""
    if isinstance(node.value, str) and (found := ALIAS.fullmatch(node.value)):
        return found[1]
    if isinstance(node.value, dict) and set(node.value) == {"$ref"} and isinstance(node.value["$ref"].value, str):
        return str(node.value["$ref"].value).removeprefix("#/").removesuffix("/$value").replace("/", ".")
    return None


def _harmless(node: Node) -> None:
    """Refuse at once what could lead a page elsewhere, whatever it stands in."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one.value, dict):
            waiting.extend(one.value.values())
        elif isinstance(one.value, list):
            waiting.extend(one.value)
        elif isinstance(one.value, str) and re.search(
            r"url\s*\(|@import|expression\s*\(|[<>;\\]", one.value, re.IGNORECASE
        ):
            raise Amiss(
                one.line,
                f"has {quoted(one.value)}.",
                "A theme loads nothing and holds no CSS: url( and the like are refused.",
            )


def _members(node: Node, needed: tuple[str, ...], more: tuple[str, ...]) -> dict[str, Node]:
    if not isinstance(node.value, dict):
        raise Amiss(node.line, "must be an object in braces.", f"With {', '.join(needed)}.")
    for name, child in node.value.items():
        if name not in needed + more:
            raise Amiss(child.line, f"has {quoted(name)}, which is not known.", nearest(name, needed + more))
    for name in needed:
        if name not in node.value:
            raise Amiss(node.line, f"has no {name}.", f"It takes {', '.join(needed)}.")
    members: dict[str, Node] = node.value
    return members


def _as_object(text: str) -> str:
    if not _HEX.fullmatch(text):
        return 'Write { "colorSpace": "oklch", "components": [0.62, 0.19, 45] }, or an alias like "{palette.NAME}".'
    parts = [round(int(text[at : at + 2], 16) / 255, 4) for at in (1, 3, 5)]
    return f'Write {{ "colorSpace": "srgb", "components": {parts} }}.'


def _bounded(node: Node, low: float, high: float) -> float:
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise Amiss(node.line, "must be a number.")
    if not low <= node.value <= high:
        raise Amiss(node.line, f"= {node.value:g} is out of range.", f"It may be from {low:g} to {high:g}.")
    return float(node.value)


def _measured(node: Node, units: tuple[str, ...], low: float, high: float) -> tuple[float, str]:
    members = _members(node, ("value", "unit"), ())
    unit = members["unit"].value
    if unit not in units:
        raise Amiss(members["unit"].line, "has a unit that is not known.", nearest(str(unit), units))
    factor = {"px": 16.0, "s": 0.001}.get(unit, 1.0)
    return _bounded(members["value"], low * factor, high * factor), str(unit)


def _length(node: Node, low: float, high: float) -> str:
    """A length of ``low`` to ``high`` rem, as rem: a page grows with its text. Hairlines stay as they are."""
    value, unit = _measured(node, ("rem", "px"), low, high)
    return _written(value / 16 if unit == "px" else value, "rem")


def _dimension(node: Node, path: str) -> str:
    low, high = bounds_of(path) or (0.0, 64.0)
    if path.startswith(("size.", "radius.")):  # a hairline stays one, however large the text is
        value, unit = _measured(node, ("rem", "px"), low, high)
        return _written(value, unit)
    return _length(node, low, high)


def _number(node: Node, path: str) -> str:
    return _written(_bounded(node, *(bounds_of(path) or (0.0, 1000.0))), "")


def _duration(node: Node, path: str) -> str:
    low, high = bounds_of(path) or (0.0, 2000.0)
    value, unit = _measured(node, ("ms", "s"), low, high)
    return _written(value * 1000 if unit == "s" else value, "ms", zero="0ms")


def _family(node: Node, _path: str) -> str:
    names = node.value if isinstance(node.value, list) else [node]
    if not 1 <= len(names) <= _MAX_FAMILIES:
        raise Amiss(node.line, f"must name 1 to {_MAX_FAMILIES} fonts.")
    written = []
    for one in names:
        if not isinstance(one.value, str) or not _FAMILY.fullmatch(one.value):
            raise Amiss(one.line, "must be names of fonts.", 'Such as ["IBM Plex Sans", "system-ui", "sans-serif"].')
        written.append(one.value if one.value in _GENERIC else f'"{one.value}"')
    return ", ".join(written)


def _weight(node: Node, _path: str) -> str:
    if isinstance(node.value, str):
        if node.value not in _WEIGHTS:
            raise Amiss(node.line, f"= {quoted(node.value)} is no weight.", nearest(node.value, _WEIGHTS))
        return str(_WEIGHTS[node.value])
    return _written(_bounded(node, 1, 1000), "")


def _easing(node: Node, _path: str) -> str:
    if not isinstance(node.value, list) or len(node.value) != 4:
        raise Amiss(node.line, "must have four numbers.", "Such as [0.2, 0, 0, 1].")
    bounds = ((0, 1), (-2, 3), (0, 1), (-2, 3))
    numbers = [_written(_bounded(one, *each), "") for one, each in zip(node.value, bounds, strict=True)]
    return f"cubic-bezier({', '.join(numbers)})"


def _dash(node: Node, _path: str) -> str:
    """Lengths of strokes and gaps in pixels, as ``stroke-dasharray`` takes them; ``none`` for a whole line."""
    if node.value == "solid":
        return "none"
    if isinstance(node.value, str):
        raise Amiss(
            node.line, f"= {quoted(node.value)} is no dash.", '"solid", or an object with dashArray and lineCap.'
        )
    members = _members(node, ("dashArray", "lineCap"), ())
    if members["lineCap"].value not in ("butt", "round", "square"):
        raise Amiss(members["lineCap"].line, "has a lineCap that is not known.", 'One of "butt", "round", "square".')
    dashes = members["dashArray"]
    if not isinstance(dashes.value, list) or not 2 <= len(dashes.value) <= _MAX_DASHES or len(dashes.value) % 2:
        raise Amiss(dashes.line, f"must have 2 to {_MAX_DASHES} lengths, a gap for each stroke.")
    lengths = []
    for one in dashes.value:
        value, unit = _measured(one, ("px", "rem"), 0, 2)
        lengths.append(_written(value * 16 if unit == "rem" else value, "", zero="0"))
    return " ".join(lengths)


def _written(value: Any, unit: str, *, zero: str = "0") -> str:
    number = f"{value:.4f}".rstrip("0").rstrip(".")
    return zero if number in ("0", "-0") else f"{number}{unit}"
