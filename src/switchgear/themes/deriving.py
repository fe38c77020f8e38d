"""A variant with more contrast, made of a theme's own colours: they keep their hue and move in lightness, no further than needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from switchgear.themes.colour import Colour, from_oklch, ratio, to_oklch
from switchgear.themes.theme import needed, seen
from switchgear.themes.vocabulary import Pair

_STEPS: Final = 12
Against = Sequence[tuple[Colour, float]]
"""What a colour is seen on, and the ratio that it needs there."""


def stronger(colours: Mapping[str, Colour], pairs: Iterable[Pair]) -> dict[str, Colour]:
    """The colours for those who prefer more contrast: AAA where that can be had, and lines that are seen."""
    made = dict(colours)
    made["border.hairline"], made["border.default"] = colours["border.strong"], colours["text.muted"]
    known = tuple(pairs)
    for path in dict.fromkeys(pair.foreground for pair in known):
        against = [(seen(made, pair)[1], needed(pair, "AAA")) for pair in known if pair.foreground == path]
        made[path] = moved(made[path], against)
    for path in dict.fromkeys(pair.background for pair in known):  # where that is not enough, what is behind moves
        if not path.startswith("surface."):  # the page's grounds stay: everything else is measured on them
            against = [(seen(made, pair)[0], needed(pair, "AAA")) for pair in known if pair.background == path]
            made[path] = moved(made[path], against)
    return {path: colour for path, colour in made.items() if colour != colours[path]}


def moved(colour: Colour, against: Against) -> Colour:
    """The nearest colour of the same hue that is told apart from all of ``against``, or the best there is."""
    if _least(colour, against) >= 0:
        return colour
    lightness, chroma, hue = to_oklch(colour)
    found = []
    for end in (0.0, 1.0):
        near, far = lightness, end
        if _least(from_oklch(far, chroma, hue), against) < 0:
            continue
        for _ in range(_STEPS):
            middle = (near + far) / 2
            near, far = (near, middle) if _least(from_oklch(middle, chroma, hue), against) >= 0 else (middle, far)
        found.append(far)
    ends = found or [0.0, 1.0]
    if found:
        best = min(ends, key=lambda end: abs(end - lightness))
    else:
        best = max(ends, key=lambda end: _least(from_oklch(end, chroma, hue), against))
    return from_oklch(best, chroma, hue, colour.alpha)


def _least(colour: Colour, against: Against) -> float:
    """By how much the worst of the ratios is more than needed."""
    return min((ratio(colour.over(other), other) - need for other, need in against), default=0.0)
