"""Colours: what files say in several spaces, what screens show, and how well one is read on another.

A ``Colour`` is in sRGB and rounded to what a screen shows, so that what is measured is what is seen. Sources: CSS Color 4
(spaces, gamut by less chroma), Björn Ottosson's OKLab, WCAG 2.2 (relative luminance, contrast ratio), APCA 0.1.9.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

_WHITE_STEPS: Final = 255
_GAMUT_STEPS: Final = 24
_EPSILON: Final = 1e-4


class Colour(NamedTuple):
    """Red, green and blue as a screen takes them, and how opaque: each from 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    @property
    def hex(self) -> str:
        """As CSS has it: ``#rrggbb``, or ``#rrggbbaa`` where it lets something through."""
        channels = self[:3] if self.alpha >= 1 else self
        return "#" + "".join(f"{round(channel * _WHITE_STEPS):02x}" for channel in channels)

    def over(self, below: Colour) -> Colour:
        """What is seen where this lies on ``below``, which is taken to be opaque."""
        mixed = (
            mine * self.alpha + theirs * (1 - self.alpha) for mine, theirs in zip(self[:3], below[:3], strict=True)
        )
        red, green, blue = mixed
        return rounded(red, green, blue)


def rounded(red: float, green: float, blue: float, alpha: float = 1.0) -> Colour:
    """The nearest colour that a screen of 8 bits a channel shows."""
    return Colour(
        *(round(min(max(channel, 0.0), 1.0) * _WHITE_STEPS) / _WHITE_STEPS for channel in (red, green, blue, alpha))
    )


def from_oklch(lightness: float, chroma: float, hue: float, alpha: float = 1.0) -> Colour:
    """A colour of OKLCH: ``lightness`` from 0 to 1, ``hue`` in degrees. What no screen shows loses chroma until one does."""
    lightness = min(max(lightness, 0.0), 1.0)
    low, high = 0.0, max(chroma, 0.0)
    if _shown(lightness, high, hue):
        low = high
    for _ in range(_GAMUT_STEPS if low < high else 0):
        middle = (low + high) / 2
        low, high = (middle, high) if _shown(lightness, middle, hue) else (low, middle)
    red, green, blue = (_encoded(channel) for channel in _linear(lightness, low, hue))
    return rounded(red, green, blue, alpha)


def from_oklab(lightness: float, a: float, b: float, alpha: float = 1.0) -> Colour:
    """A colour of OKLab."""
    return from_oklch(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)), alpha)


def from_hsl(hue: float, saturation: float, lightness: float, alpha: float = 1.0) -> Colour:
    """A colour of HSL: ``hue`` in degrees, the others from 0 to 100 (CSS Color 4, section 7.1)."""
    strength, light = saturation / 100, lightness / 100
    reach = strength * min(light, 1 - light)
    steps = ((offset + hue / 30) % 12 for offset in (0, 8, 4))
    red, green, blue = (light - reach * max(-1.0, min(step - 3, 9 - step, 1.0)) for step in steps)
    return rounded(red, green, blue, alpha)


def to_oklch(colour: Colour) -> tuple[float, float, float]:
    """Lightness, chroma and hue of a colour."""
    red, green, blue = (_decoded(channel) for channel in colour[:3])
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def luminance(colour: Colour) -> float:
    """Relative luminance, from 0 to 1 (WCAG 2.2)."""
    red, green, blue = (_decoded(channel) for channel in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: Colour, other: Colour) -> float:
    """Contrast ratio of two opaque colours, from 1 to 21 (WCAG 2.2, success criterion 1.4.3)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lightness_contrast(text: Colour, background: Colour) -> float:
    """APCA's Lc of opaque colours: over 0 for dark text on light, below for light on dark. Advice, no rule."""
    front, back = _perceived(text), _perceived(background)
    if abs(back - front) < 0.0005:
        return 0.0
    if back > front:
        told = (back**0.56 - front**0.57) * 1.14
        return 0.0 if told < 0.1 else (told - 0.027) * 100
    told = (back**0.65 - front**0.62) * 1.14
    return 0.0 if told > -0.1 else (told + 0.027) * 100


def _perceived(colour: Colour) -> float:
    weights = (0.2126729, 0.7151522, 0.0721750)
    value: float = sum(weight * channel**2.4 for weight, channel in zip(weights, colour[:3], strict=True))
    return value + float((0.022 - value) ** 1.414) if value < 0.022 else value


def _linear(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """Linear sRGB of a colour of OKLCH; channels outside 0 to 1 are what no screen shows."""
    angle = math.radians(hue)
    a, b = chroma * math.cos(angle), chroma * math.sin(angle)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _shown(lightness: float, chroma: float, hue: float) -> bool:
    return all(-_EPSILON <= channel <= 1 + _EPSILON for channel in _linear(lightness, chroma, hue))


def _encoded(channel: float) -> float:
    channel = min(max(channel, 0.0), 1.0)
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def _decoded(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
