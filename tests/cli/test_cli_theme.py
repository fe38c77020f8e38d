"""``switchgear theme``, and the terminal in the colours of a theme."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from switchgear.cli import colours
from switchgear.themes.colour import Colour
from switchgear.themes.shelf import find_theme


@pytest.fixture(autouse=True)
def _no_colours_kept():
    colours.chosen.cache_clear()
    yield
    colours.chosen.cache_clear()


def test_a_new_theme_is_right_until_it_is_made_unreadable(cli, tmp_path: Path):
    made = cli("theme", "new", "night-shift", "--parent", "dark")
    assert made.code == 0
    file = tmp_path / "data" / "themes" / "night-shift.json"
    assert str(file) in made.out
    assert cli("theme", "check").out.startswith("✓ night-shift  ")
    text = file.read_text()
    file.write_text(text.replace("0.924, 0.005", "0.5, 0.005"))
    wrong = cli("theme", "check", "night-shift")
    assert wrong.code == 2
    line = 1 + file.read_text()[: file.read_text().index('"default"')].count("\n")
    assert f"themes/night-shift.json:{line}: text.default on surface." in wrong.out
    assert "would pass as oklch" in wrong.out
    assert cli("theme", "preview", "night-shift").code == 2
    assert cli("theme", "new", "night-shift").code == 2
    assert cli("theme", "new", "dark").code == 2


def test_themes_are_listed_with_what_is_wrong(cli, tmp_path: Path):
    folder = tmp_path / "data" / "themes"
    folder.mkdir(parents=True)
    (folder / "mine.json").write_text('{\n "signl": {}\n}')
    listed = cli("theme", "list")
    assert "high-contrast-dark" in listed.out
    assert "✗ themes/mine.json:2: signl is not a token." in listed.out
    told = json.loads(cli("theme", "list", "--json").out)
    assert told[-1]["problems"][0]["suggestion"].startswith('Did you mean "signal"?')


def test_a_file_anywhere_is_checked_and_shown(cli, tmp_path: Path):
    file = tmp_path / "acme.json"
    file.write_text(json.dumps({"$extensions": {"dev.switchgear": {"parent": "warm", "title": "Acme"}}}))
    assert cli("theme", "check", str(file)).code == 0
    shown = cli("theme", "preview", str(file), "--all").out
    assert shown.startswith("Acme · light · AA")
    assert "#f8f3e9  surface.base" in shown
    assert "status.ok.text on status.ok.surface" in shown
    assert 'Did you mean "warm"?' in cli("theme", "preview", "wram").err


def test_the_terminal_wears_the_theme_that_the_configuration_names(terminal, folder: Path):
    (folder / "switchgear.toml").write_text('[console]\ntheme = "dark"\n')
    opened = terminal("theme", "check", "warm", env={"COLORTERM": "truecolor"})
    ok = find_theme("dark", None).colours["dark"]["status.ok.text"]
    shown = opened.until("pairs")
    opened.end()
    assert f"\x1b[{colours.foreground(ok, {'COLORTERM': 'truecolor'})}m✓" in shown


def test_a_theme_that_is_not_there_is_a_mistake_of_the_configuration(cli, folder: Path):
    (folder / "switchgear.toml").write_text('[console]\ntheme = "drak"\n')
    told = cli("check")
    assert told.code == 2
    assert 'console.theme = "drak" is not a theme. Did you mean "dark"?' in told.err


def test_terminals_of_256_colours_get_the_nearest():
    assert colours.foreground(Colour(1, 0, 0), {}) == "38;5;196"
    assert colours.background(Colour(0, 0, 0), {"COLORTERM": "24bit"}) == "48;2;0;0;0"
    assert colours.dark({"COLORFGBG": "15;0"})
    assert not colours.dark({"COLORFGBG": "0;15"})
