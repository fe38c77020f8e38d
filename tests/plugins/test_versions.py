"""Versions, ranges and what goes together."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.errors import DependencyConflict
from switchgear.plugins.versions import Candidate, Need, parse, parse_range, resolve


def test_versions_are_ordered_by_precedence() -> None:
    """SemVer 2.0.0, section 11.4.4, and Python's own beside it."""
    ordered = (
        "0.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
        "1.0.0-rc.1", "1.0.0", "1.0.0.1", "v1.0.1", "1.1.dev1", "1.1a2", "1.1b1", "1.1rc1", "1.1", "1.1.post1", "2026.10.19",
    )  # fmt: skip
    for one, other in pairwise(ordered):
        assert parse(one) < parse(other), (one, other)


def test_build_metadata_takes_no_part_in_comparing() -> None:
    assert parse("1.0.0+build.5") == parse("1.0")


@pytest.mark.parametrize(
    "text", ["", "1.x", "latest", "1.2.3.4.5", "1.0.0-", "1..2", "-1", "1.0\n", "١.٢.٣", "9" * 300]
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no version"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0 2.0.0-beta 1.5.0-beta"),
        ("^0.2.3", "0.2.3 0.2.9", "0.3.0 0.2.2"),
        ("^0.0.3", "0.0.3", "0.0.4"),
        ("^1.2", "1.2.0 1.99.0", "1.1.9 2.0.0"),
        ("^0.1", "0.1.5", "0.2.0"),
        ("^1", "1.0.0 1.9.9", "2.0.0 0.9.9"),
        ("^0", "0.9.0", "1.0.0"),
        ("~1.2.3", "1.2.3 1.2.9", "1.3.0"),
        ("~1.2", "1.2.0 1.2.9", "1.3.0"),
        ("~1", "1.9.0", "2.0.0"),
        ("1.2.x", "1.2.0 1.2.7", "1.3.0"),
        ("1.x", "1.0.0 1.9.0", "2.0.0"),
        ("1", "1.0.0 1.9.0", "2.0.0"),
        ("*", "0.0.1 9.0.0", "1.0.0-beta"),
        ("", "0.0.1 9.0.0", "1.0.0-beta"),
        ("1.2.3", "1.2.3 1.2.3+build", "1.2.4 1.2.3-beta"),
        ("=1.2.3", "1.2.3", "1.2.2"),
        (">=1.2 <3", "1.2.0 2.9.9", "1.1.9 3.0.0 3.0.0-alpha"),
        (">= 1.2.0 < 3", "1.2.0", "3.0.0"),
        (">1.2", "1.3.0", "1.2.9"),
        (">1", "2.0.0", "1.9.0"),
        ("<=1.2", "1.2.9 0.1.0", "1.3.0"),
        ("<1.2", "1.1.9", "1.2.0"),
        ("1.2 - 2.3", "1.2.0 2.3.9", "1.1.9 2.4.0"),
        ("1.2.3 - 2", "2.9.9", "3.0.0"),
        ("^1.0.0 || ^3.0.0", "1.5.0 3.5.0", "2.0.0"),
        (">=1.2.3-beta.2", "1.2.3-beta.3 1.2.3 2.0.0", "1.2.3-beta.1 1.2.4-beta.3"),
        ("^1.2.3-rc.1", "1.2.3-rc.2 1.2.3 1.9.0", "1.2.3-beta 2.0.0"),
        ("<*", "", "1.0.0 0.0.0"),
    ],
)
def test_ranges_hold_what_npm_says_they_do(text: str, inside: str, outside: str) -> None:
    wanted = parse_range(text)
    assert [each for each in inside.split() if not wanted.holds(parse(each))] == []
    assert [each for each in outside.split() if wanted.holds(parse(each))] == []


@pytest.mark.parametrize("text", ["latest", ">", "1.2.3.4", "^^1", "1 - ", ">=1,<2", "git+https://x", "x" * 300])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="range"):
        parse_range(text)


@given(st.text(alphabet="0123456789.-+vx*^~<>=| abrcdev", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (parse, parse_range):
        try:
            assert str(read(text)) == text
        except ValueError:
            continue


TRIPLES = st.tuples(*[st.integers(0, 3)] * 3).map(lambda numbers: ".".join(map(str, numbers)))


@given(TRIPLES, TRIPLES)
def test_a_caret_holds_from_its_version_to_where_the_first_number_changes(one: str, other: str) -> None:
    base, version = parse(one), parse(other)
    place = next((at for at, number in enumerate(base.numbers[:3]) if number), 2)
    same = base.numbers[: place + 1] == version.numbers[: place + 1]
    assert parse_range(f"^{one}").holds(version) is (version >= base and same)


def _candidate(version: str, **needs: str) -> Candidate:
    return Candidate(parse(version), {name: parse_range(text) for name, text in needs.items()})


def _need(plugin: str, text: str) -> Need:
    return Need(plugin, parse_range(text), "you")


def _solved(needs: list[Need], world: dict[str, list[Candidate]]) -> dict[str, str]:
    return {name: str(version) for name, version in resolve(needs, lambda name: world.get(name, ())).items()}


def test_the_newest_versions_that_go_together_are_chosen() -> None:
    world = {
        "a": [_candidate("1.0.0", c="^1"), _candidate("2.0.0", c="^2")],
        "b": [_candidate("1.0.0", c="^1")],
        "c": [_candidate("1.0.0"), _candidate("1.5.0"), _candidate("2.0.0")],
    }
    assert _solved([_need("a", "*"), _need("b", "*")], world) == {"a": "1.0.0", "b": "1.0.0", "c": "1.5.0"}


def test_plugins_that_need_each_other_are_resolved() -> None:
    world = {"a": [_candidate("1.0.0", b="^1")], "b": [_candidate("1.0.0", a="^1")]}
    assert _solved([_need("a", "^1")], world) == {"a": "1.0.0", "b": "1.0.0"}


def test_a_conflict_names_who_needs_what_and_what_there_is() -> None:
    world = {
        "a": [_candidate("1.0.0", c="^1")],
        "b": [_candidate("3.1.0", c="^2")],
        "c": [_candidate("1.5.0"), _candidate("2.0.0")],
    }
    with pytest.raises(DependencyConflict) as refused:
        _solved([_need("a", "*"), _need("b", "*")], world)
    assert str(refused.value) == '"a" 1.0.0 needs "c" ^1 and "b" 3.1.0 needs "c" ^2. There is 2.0.0, 1.5.0.'


def test_a_plugin_that_is_nowhere_is_named() -> None:
    with pytest.raises(DependencyConflict, match=r'you needs "z" \^1\. There is no plugin "z"\.'):
        _solved([_need("z", "^1")], {})


def test_a_web_made_to_be_intricate_ends_in_a_conflict_soon() -> None:
    names = [f"p{number}" for number in range(30)]
    world = {
        name: [_candidate(f"{major}.0.0", **dict.fromkeys(names, "*"), never="^1") for major in range(1, 30)]
        for name in names
    }
    with pytest.raises(DependencyConflict, match="never"):
        _solved([_need("p0", "*")], world)
