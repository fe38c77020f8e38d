"""A theme as a style sheet: custom properties in ``@layer theme``, for what a person prefers as well."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from switchgear.themes.colour import Colour
from switchgear.themes.theme import Theme
from switchgear.themes.values import Shadow
from switchgear.themes.vocabulary import COLOURS, SERIES, TOKENS, Scheme

LAYERS: Final = "@layer reset, tokens, theme, components, user;"
_DIGITS: Final = 12
_DRAWN: Final = (
    "surface.base",
    "surface.raised",
    "text.default",
    "text.muted",
    "border.hairline",
    "border.strong",
    "focus.ring",
    "signal.live",
    *(f"status.{status}.mark" for status in ("ok", "warn", "error", "info")),
    *(f"series.{number}.color" for number in SERIES),
)
"""Colours that scripts draw with: registered, so that what they read is a colour and not ``light-dark()``."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A compiled theme. ``digest`` is of the text: a name with it never means another text."""

    name: str
    digest: str
    text: str

    @property
    def href(self) -> str:
        """Where it is served."""
        return f"/themes/{self.name}-{self.digest}.css"


def compiled(theme: Theme) -> Sheet:
    """The style sheet of a theme. Nothing in it is as a file wrote it: all of it is made of values that were read."""
    text = "\n".join(_lines(theme)) + "\n"
    return Sheet(theme.name, hashlib.sha256(text.encode()).hexdigest()[:_DIGITS], text)


def properties(theme: Theme, scheme: Scheme, *, more: bool = False) -> dict[str, str]:
    """Custom properties and their values in one scheme, without the two dashes."""
    colours = {**theme.colours[scheme], **(theme.more[scheme] if more else {})}
    found = {_property(path): colours[path].hex for path in COLOURS}
    for path, kind in TOKENS.items():
        if kind == "shadow":
            found[_property(path)] = _shadow(theme, path, (scheme,))
        elif kind != "color":
            found[_property(path)] = theme.measures[path]
    return found | {_property(f"{group}.marker"): marker for group, marker in theme.markers.items()}


def _lines(theme: Theme) -> Iterator[str]:
    first = theme.schemes[0]
    for path in _DRAWN:
        value = theme.colours[first][path].hex
        yield f'@property --{_property(path)} {{ syntax: "<color>"; inherits: true; initial-value: {value}; }}'
    yield LAYERS
    yield "@layer theme {"
    yield from _block(":root", {"color-scheme": " ".join(theme.schemes)} | dict(_declared(theme)))
    more = dict(_colours(theme, theme.more))
    yield "@media (prefers-contrast: more) {"
    yield from _block(':root:not([data-contrast="standard"])', more)
    yield "}"
    yield from _block(':root[data-contrast="more"]', more)
    still = {f"--{_property(path)}": "0.01ms" for path in TOKENS if path.startswith("motion.duration.")}
    yield "@media (prefers-reduced-motion: reduce) {"
    yield from _block(':root:not([data-motion="full"])', still)
    yield "}"
    yield from _block(':root[data-motion="reduced"]', still)
    yield "@media (forced-colors: active) {"
    yield from _block(":root:root", dict(_forced(theme)))  # as strong as :root[data-contrast], and after it
    yield "}"
    yield "}"


def _declared(theme: Theme) -> Iterator[tuple[str, str]]:
    yield from _colours(theme, theme.colours)
    for path, kind in TOKENS.items():
        if kind == "shadow":
            yield f"--{_property(path)}", _shadow(theme, path, theme.schemes)
        elif path.startswith("density."):
            yield f"--{_property(path)}", f"calc({theme.measures[path]} * var(--density-scale, 1))"
        elif kind != "color":
            yield f"--{_property(path)}", theme.measures[path]
    yield from ((f"--{_property(f'{group}.marker')}", marker) for group, marker in theme.markers.items())


def _colours(theme: Theme, by_scheme: Mapping[Scheme, Mapping[str, Colour]]) -> Iterator[tuple[str, str]]:
    """Those of ``by_scheme``; where only one of two schemes has a colour, the other keeps its own."""
    for path in COLOURS:
        if not any(path in by_scheme[scheme] for scheme in theme.schemes):
            continue
        shown = [by_scheme[scheme].get(path, theme.colours[scheme][path]).hex for scheme in theme.schemes]
        yield f"--{_property(path)}", _either(shown)


def _forced(theme: Theme) -> Iterator[tuple[str, str]]:
    """The person's own colours, and lines instead of shadows."""
    yield from ((f"--{_property(path)}", colour) for path, colour in theme.forced.items())
    for path, kind in TOKENS.items():
        if kind == "shadow":
            yield f"--{_property(path)}", "0 0 0 1px CanvasText"


def _shadow(theme: Theme, path: str, schemes: tuple[Scheme, ...]) -> str:
    layers: list[tuple[Shadow, ...]] = [theme.shadows[scheme][path] for scheme in schemes]
    if any(len(each) != len(layers[0]) for each in layers):
        layers = layers[:1]
    return (
        ", ".join(
            f"{together[0].shape} {_either([each.colour.hex for each in together])}"
            for together in zip(*layers, strict=True)
        )
        or "none"
    )


def _either(shown: list[str]) -> str:
    return shown[0] if len(set(shown)) == 1 else f"light-dark({', '.join(shown)})"


def _block(selector: str, declarations: Mapping[str, str]) -> Iterator[str]:
    yield f"{selector} {{"
    yield from (f"  {name}: {value};" for name, value in declarations.items())
    yield "}"


def _property(path: str) -> str:
    return path.replace(".", "-")
