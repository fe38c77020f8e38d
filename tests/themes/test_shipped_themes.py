"""The themes of the package: all are read well, and are told apart."""

from __future__ import annotations

import itertools
import math
import re

import pytest

from switchgear.themes.colour import Colour, from_oklch, lightness_contrast, ratio, to_oklch
from switchgear.themes.css import properties
from switchgear.themes.shelf import read_shelf, shipped_names
from switchgear.themes.vocabulary import TOKENS

SHELF = read_shelf(None)
HIGH = ("high-contrast-light", "high-contrast-dark")


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_themes_are_read_well(name):
    shelved = SHELF[name]
    assert shelved.problems == ()
    for one in shelved.theme.judged:
        if one.contrast == "standard":
            assert one.ratio >= (4.5 if one.pair.use == "text" else 3), one.pair.name
        else:
            assert one.ratio >= (7 if one.pair.use == "text" else 4.5), f"{one.pair.name} with more contrast"


@pytest.mark.parametrize("name", HIGH)
def test_themes_of_high_contrast_are_aaa(name):
    theme = SHELF[name].theme
    assert theme.level == "AAA"
    assert all(one.ratio >= 7 for one in theme.judged if one.pair.use == "text")


def test_shipped_themes_are_those_that_were_promised():
    assert [name for name in SHELF if name != "system"] == [
        "light",
        "dark",
        *HIGH,
        "colour-blind",
        "warm",
    ]
    assert SHELF["system"].theme.schemes == ("light", "dark")


# Machado, Oliveira, Fernandes 2009, severity 1.0, on linear sRGB
PROTAN = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))
DEUTAN = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))


def seen_by(matrix, colour: Colour) -> tuple[float, float, float]:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    seen = [min(max(sum(a * b for a, b in zip(row, linear, strict=True)), 0), 1) for row in matrix]
    red, green, blue = (12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in seen)
    lightness, chroma, hue = to_oklch(Colour(red, green, blue))
    return lightness, chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))


@pytest.mark.parametrize("matrix", [PROTAN, DEUTAN], ids=["protan", "deutan"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colour_blind_theme_keeps_what_matters_apart(matrix, scheme):
    colours = SHELF["colour-blind"].theme.colours[scheme]
    for group, least in (
        ([f"series.{n}.color" for n in range(1, 9)], 0.055),
        ([f"status.{status}.mark" for status in ("ok", "warn", "error", "info")], 0.055),
    ):
        for one, other in itertools.combinations(group, 2):
            apart = math.dist(seen_by(matrix, colours[one]), seen_by(matrix, colours[other]))
            assert apart >= least, f"{one} and {other} are {apart:.3f} apart"


@pytest.mark.parametrize("name", shipped_names())
def test_every_token_is_a_custom_property_and_nothing_leads_elsewhere(name):
    text = SHELF[name].sheet.text
    root = text.split("@layer theme {")[1].split("}")[0]
    for path in TOKENS:
        assert f"--{path.replace('.', '-')}: " in root, path
    assert "--series-8-marker: " in root
    assert re.search(r"url|@import|expression|<|\\", text.replace('"<color>"', "")) is None
    assert text.startswith("@property")
    for scheme in SHELF[name].theme.schemes:
        assert all(properties(SHELF[name].theme, scheme).values())


def test_preferences_have_their_rules():
    text = SHELF["system"].sheet.text
    assert ':root:not([data-contrast="standard"])' in text
    assert ':root[data-contrast="more"]' in text
    assert ':root[data-motion="reduced"]' in text
    assert "calc(2rem * var(--density-scale, 1))" in text
    forced = text.split("@media (forced-colors: active)")[1]
    assert forced.lstrip(" {\n").startswith(":root:root {")  # it holds for those too who chose more contrast


def test_the_name_of_a_sheet_tells_its_content():
    assert {name: shelved.sheet.digest for name, shelved in read_shelf(None).items()} == {
        name: shelved.sheet.digest for name, shelved in SHELF.items()
    }
    assert len({shelved.sheet.digest for shelved in SHELF.values()}) == len(SHELF)


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        (from_oklch(1, 0, 0), "#ffffff"),
        (from_oklch(0, 0, 0), "#000000"),
        (from_oklch(0.627955, 0.257683, 29.234), "#ff0000"),
        (from_oklch(0.5, 0, 0, 0.5), "#63636380"),
    ],
)
def test_colours_are_those_of_css(made, shown):
    assert made.hex == shown


def test_contrast_is_measured_as_the_standards_say():
    black, white, grey = Colour(0, 0, 0), Colour(1, 1, 1), Colour(0x88 / 255, 0x88 / 255, 0x88 / 255)
    assert ratio(black, white) == pytest.approx(21)
    assert ratio(Colour(0x76 / 255, 0x76 / 255, 0x76 / 255), white) == pytest.approx(4.54, abs=0.005)
    assert lightness_contrast(grey, white) == pytest.approx(63.056469930209424)
    assert lightness_contrast(white, grey) == pytest.approx(-68.54146436644962)
    assert lightness_contrast(black, white) == pytest.approx(106.04067321268862)
