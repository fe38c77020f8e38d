"""What theme files may say, and what is told of those that say something else."""

from __future__ import annotations

import os

import pytest
from theme_files import document, mistakes, oklch, shelved, told, write

from switchgear.themes.shelf import read_shelf


def test_a_file_that_changes_one_colour_is_a_theme(tmp_path):
    found = shelved(tmp_path, document({"signal": {"live": {"$value": oklch(0.5, 0.2, 300)}}}, title="Mine"))
    assert found.problems == ()
    assert found.theme is not None
    assert (found.theme.title, found.theme.parent, found.theme.schemes) == ("Mine", "light", ("light",))
    light = read_shelf(None)["light"].theme
    assert found.theme.colours["light"]["signal.live"] != light.colours["light"]["signal.live"]
    assert found.theme.colours["light"]["text.default"] == light.colours["light"]["text.default"]


def test_a_palette_of_the_child_colours_what_the_parent_made_of_it(tmp_path):
    found = shelved(tmp_path, document({"palette": {"live": {"$value": oklch(0.5, 0.2, 300)}}}))
    assert found.theme.colours["light"]["signal.live"].hex == found.theme.colours["light"]["signal.live"].hex
    assert (
        found.theme.colours["light"]["signal.live"] != read_shelf(None)["light"].theme.colours["light"]["signal.live"]
    )


def test_a_theme_of_both_schemes_follows_the_system(tmp_path):
    mode = {"dark": {"theme": "dark", "tokens": {"signal": {"live": {"$value": oklch(0.9, 0.1, 100)}}}}}
    found = shelved(tmp_path, document(modes=mode))
    assert found.theme.schemes == ("light", "dark")
    assert found.theme.colours["dark"]["surface.base"] == read_shelf(None)["dark"].theme.colours["dark"]["surface.base"]
    assert "color-scheme: light dark;" in found.sheet.text
    assert "--signal-live: light-dark(#" in found.sheet.text


def test_system_colours_can_be_chosen_for_forced_colours(tmp_path):
    found = shelved(tmp_path, document(modes={"forced": {"signal.live": "Highlight"}}))
    forced = found.sheet.text.split("(forced-colors: active)")[1]
    assert "--signal-live: Highlight;" in forced
    assert "--surface-base: Canvas;" in forced


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("{\n 'a': 1}", 2, "a name in quotes"),
        ('{"a": 1,}', 1, "no comma before a closing bracket"),
        ('{\n"a": {"$value": 1},\n"a": {"$value": 1}}', 3, '"a" stands here a second time.'),
        ("[1]", 1, "A theme is an object in braces."),
        ('{"a": ' * 40, 1, "more than 16 levels deep"),
        ('{"a": "b', 1, "not closed"),
        ("", 1, "The file ends where a value should be."),
        ("{} x", 1, "after the end"),
        ("// mine\n{}", 1, "JSON has no comments"),
        ('{"a": 1e999999}', 1, "should be"),
    ],
)
def test_what_is_no_json_is_told_with_its_line(tmp_path, content, line, words):
    (problem,) = mistakes(tmp_path, content)
    assert (problem.file, problem.line) == ("themes/mine.json", line)
    assert words in told(problem)


LIVE = oklch(0.5, 0.2, 300)


@pytest.mark.parametrize(
    ("tokens", "settings", "words"),
    [
        ({"surface": {"bsae": {"$value": LIVE}}}, {}, 'surface.bsae is not a token. Did you mean "surface.base"?'),
        ({"surfaces": {"base": {"$value": LIVE}}}, {}, 'surfaces is not a token. Did you mean "surface"?'),
        ({"signal": {"live": {"$value": "#ff6600"}}}, {}, '"colorSpace": "srgb", "components": [1.0, 0.4, 0.0]'),
        ({"signal": {"live": {"$value": "red"}}}, {}, "signal.live is no colour."),
        ({"signal": {"live": {"$value": "{palette.lve}"}}}, {}, 'Did you mean "palette.live"?'),
        ({"signal": {"live": {"$value": "url(https://x.example)"}}}, {}, "url( and the like are refused"),
        ({"type": {"family": {"text": {"$value": ["a", "URL (x)"]}}}}, {}, "url( and the like are refused"),
        ({"type": {"family": {"text": {"$value": 'x"; } body { display: none'}}}}, {}, "are refused"),
        ({"signal": {"live": {"$value": oklch(1.5)}}}, {}, "signal.live = 1.5 is out of range. It may be from 0 to 1."),
        ({"signal": {"live": {"$value": {"colorSpace": "okclh", "components": [1, 1, 1]}}}}, {}, '"oklch"'),
        ({"signal": {"live": {"$value": {"colorSpace": "srgb"}}}}, {}, "has no components"),
        ({"signal": {"live": {"$type": "number", "$value": 1}}}, {}, 'has to be "color"'),
        ({"signal": {"live": {"$value": LIVE, "$vaule": 1}}}, {}, 'Did you mean "$value"?'),
        ({"signal": {"live": 3}}, {}, "signal.live is a token and has no $value."),
        ({"signal": {"$extends": "{x}"}}, {}, "$extends is not supported"),
        ({"density": {"control": {"$value": {"value": 1, "unit": "rem"}}}}, {}, "It may be from 1.5 to 6."),
        ({"space": {"1": {"$value": {"value": 1, "unit": "em"}}}}, {}, "has a unit that is not known"),
        ({"motion": {"easing": {"exit": {"$value": [0, 0, 2, 1]}}}}, {}, "It may be from 0 to 1."),
        ({"series": {"1": {"dash": {"$value": "dotty"}}}}, {}, '"dotty" is no dash'),
        ({"series": {"1": {"$extensions": {"dev.switchgear": {"marker": "cicle"}}}}}, {}, 'Did you mean "circle"?'),
        ({}, {"parent": "lihgt"}, 'Did you mean "light"?'),
        ({}, {"scheme": "drak"}, 'Did you mean "dark"?'),
        ({}, {"modes": {"drak": {}}}, 'Did you mean "dark"?'),
        ({}, {"modes": {"dark": {"tokens": {"space": {"1": {"$value": 0}}}}}}, "Modes change colours alone."),
        ({}, {"modes": {"forced": {"text.default": "Canvass"}}}, 'Did you mean "Canvas"?'),
        ({}, {"titel": "x"}, 'Did you mean "title"?'),
        ({}, {"pairs": [{"foreground": "text.default"}]}, "pairs[0].background is missing."),
        ({}, {"pairs": [{"foreground": "text.default", "background": "surface.base", "ratio": 30}]}, "from 1 to 21"),
    ],
)
def test_mistakes_are_told_with_what_may_be_meant(tmp_path, tokens, settings, words):
    problems = mistakes(tmp_path, document(tokens, **settings))
    assert words in told(problems[0])
    assert problems[0].line is not None


def test_the_line_is_that_of_the_mistake(tmp_path):
    text = '{\n "surface": {\n  "base": {\n   "$value": {"colorSpace": "oklch",\n    "components": [1, "x", 0]}\n  }\n }\n}'
    first = mistakes(tmp_path, text)[0]
    assert "must be a number" in first.message or "missing" in first.message
    assert ("themes/mine.json", 5) in [(one.file, one.line) for one in mistakes(tmp_path, text)]


def test_circles_of_aliases_and_parents_are_named(tmp_path):
    ring = {"palette": {"a": {"$value": "{palette.b}"}, "b": {"$value": "{palette.a}"}}}
    assert "palette.a → palette.b → palette.a" in told(mistakes(tmp_path, document(ring))[0])
    write(tmp_path, "one", document(parent="two"))
    write(tmp_path, "two", document(parent="three"))
    write(tmp_path, "three", document(parent="one"))
    shelf = read_shelf(tmp_path)
    assert any("→" in shelf[name].problems[0].message for name in ("one", "two", "three"))
    assert all(shelf[name].theme is None for name in ("one", "two", "three"))


def test_too_little_contrast_is_refused_with_a_colour_that_would_do(tmp_path):
    (problem, *_) = mistakes(tmp_path, document({"text": {"muted": {"$value": oklch(0.7)}}}))
    assert problem.line == 8
    assert "text.muted on surface.selected is" in problem.message
    assert "has to be 4.5:1 at least" in problem.message
    advised = [float(part) for part in problem.suggestion.removesuffix(".").split("oklch ")[1].split()]
    assert shelved(tmp_path, document({"text": {"muted": {"$value": oklch(advised[0] - 0.001)}}})).problems == ()


def test_a_pair_of_ones_own_binds(tmp_path):
    pair = {"foreground": "text.faint", "background": "surface.base", "ratio": 12}
    (problem,) = mistakes(tmp_path, document(pairs=[pair]))
    assert "text.faint on surface.base" in problem.message
    assert "12:1" in problem.message


def test_files_that_nobody_should_read_do_no_harm(tmp_path):
    folder = tmp_path / "themes"
    folder.mkdir()
    os.mkfifo(folder / "pipe.json")
    (folder / "zero.json").symlink_to("/dev/zero")
    (folder / "gone.json").symlink_to(folder / "nowhere.json")
    (folder / "folder.json").mkdir()
    (folder / "big.json").write_bytes(b" " * (300 * 1024))
    (folder / "latin.json").write_bytes(b'{\n"\xff": 1}')
    (folder / "Wrong Name.json").write_text("{}")
    (folder / "light.json").write_text("{}")
    (folder / "readme.txt").write_text("no theme")
    shelf = read_shelf(tmp_path)
    words = {name: shelf[name].problems[0].message for name in shelf if shelf[name].problems}
    assert words["pipe"] == words["zero"] == words["folder"] == "It is not a file."
    assert words["gone"].startswith("It cannot be read")
    assert words["big"] == "It is larger than 256 KiB."
    assert words["latin"] == "It is not UTF-8: invalid byte 0xff."
    assert "none for a theme" in words["themes/Wrong Name.json"]
    assert "shipped" in words["themes/light.json"]
    assert shelf["light"].problems == ()


def test_a_child_is_told_that_its_parent_has_mistakes(tmp_path):
    write(tmp_path, "brand", "{")
    (problem,) = mistakes(tmp_path, document(parent="brand"))
    assert problem.message == '"brand" has mistakes of its own.'
    assert problem.line is not None


def test_a_file_with_mistakes_keeps_the_theme_that_was(tmp_path):
    write(tmp_path, "mine", document({"signal": {"live": {"$value": LIVE}}}))
    before = read_shelf(tmp_path)
    write(tmp_path, "mine", "{")
    after = read_shelf(tmp_path, before)
    assert after["mine"].sheet == before["mine"].sheet
    assert after["mine"].problems[0].line == 1
    assert after["light"] is before["light"]


def test_references_as_json_pointers_are_aliases(tmp_path):
    found = shelved(tmp_path, document({"signal": {"live": {"$value": {"$ref": "#/palette/blue/$value"}}}}))
    assert found.theme.colours["light"]["signal.live"] == found.theme.colours["light"]["focus.ring"]
