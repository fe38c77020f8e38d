"""A theme as it holds: every token resolved, in each scheme, and how well what is seen together is told apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from switchgear.themes.colour import Colour, lightness_contrast, ratio
from switchgear.themes.values import Shadow
from switchgear.themes.vocabulary import LEVELS, Pair, Scheme

Source = Literal["shipped", "file"]
Contrast = Literal["standard", "more"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair in one scheme and contrast. ``lc`` is APCA's opinion, which binds nobody; ``binding`` says whether ``need`` does."""

    pair: Pair
    scheme: Scheme
    contrast: Contrast
    foreground: Colour
    background: Colour
    ratio: float
    need: float
    lc: float
    binding: bool

    @property
    def passes(self) -> bool:
        """Whether the ratio is what is needed."""
        return self.ratio >= self.need


@dataclass(frozen=True)
class Theme:
    """One theme. ``colours`` and ``more`` (for those who prefer more contrast) are by scheme and token, ``measures`` by token."""

    name: str
    title: str
    description: str
    source: Source
    file: str
    parent: str | None
    level: str
    schemes: tuple[Scheme, ...]
    colours: Mapping[Scheme, Mapping[str, Colour]]
    more: Mapping[Scheme, Mapping[str, Colour]]
    shadows: Mapping[Scheme, Mapping[str, tuple[Shadow, ...]]]
    measures: Mapping[str, str]
    markers: Mapping[str, str]
    forced: Mapping[str, str]
    judged: tuple[Judged, ...]

    @property
    def worst(self) -> Judged:
        """The pair that is nearest to what it needs."""
        return min(self.judged, key=lambda one: (not one.binding, one.ratio / one.need))


def needed(pair: Pair, level: str) -> float:
    """The ratio that a pair takes at a level; never less than the pair asks for itself."""
    return max(pair.need, LEVELS[level][pair.use])


def seen(colours: Mapping[str, Colour], pair: Pair) -> tuple[Colour, Colour]:
    """Both sides of a pair as a screen shows them: what lets something through lies on the page's ground."""
    ground = colours["surface.base"]
    background = colours[pair.background].over(ground._replace(alpha=1.0))
    return colours[pair.foreground].over(background), background


def judge(
    colours: Mapping[str, Colour], pairs: Iterable[Pair], scheme: Scheme, contrast: Contrast, level: str
) -> tuple[Judged, ...]:
    """What comes of measuring the pairs. Those for more contrast bind at the theme's own level, and aim at AAA."""
    judged = []
    for pair in pairs:
        front, back = seen(colours, pair)
        need = needed(pair, "AAA" if contrast == "more" else level)
        measured = ratio(front, back)
        binding = contrast == "standard"
        judged.append(
            Judged(pair, scheme, contrast, front, back, measured, need, lightness_contrast(front, back), binding)
        )
    return tuple(judged)
