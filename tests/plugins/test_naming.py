"""Names of what plugins offer, among those of other plugins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.plugins.naming import parted, parted_uri, prefixed, prefixed_uri
from switchgear.plugins.sight import pattern_fault

PLUGINS = st.from_regex(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", fullmatch=True)


@given(PLUGINS, st.text(min_size=1))
def test_what_was_prefixed_is_parted_again(plugin: str, name: str) -> None:
    assert parted(prefixed(plugin, name)) == (plugin, name)
    assert parted_uri(prefixed_uri(plugin, name)) == (plugin, name)


@pytest.mark.parametrize("name", ["echo", "read_file", "__echo", "echo__", ""])
def test_a_name_without_a_plugin_stays_as_it_is(name: str) -> None:
    assert parted(name) == ("", name)


@pytest.mark.parametrize("uri", ["file:///a+b", "test://x", "+x", "x+", "https://a/b+c", ""])
def test_a_uri_without_a_plugin_stays_as_it_is(uri: str) -> None:
    assert parted_uri(uri) == ("", uri)


def test_it_reads_well() -> None:
    assert prefixed("files", "read_file") == "files__read_file"
    assert prefixed_uri("files", "file:///tmp/a") == "files+file:///tmp/a"


@pytest.mark.parametrize(
    "pattern", ["*", "files", "git*", "a-?", "[a-c]x", "[!a-c]*", "files__read_*", "*__[Rr]ead", "a__b/c.d", "a___b"]
)
def test_a_pattern_that_can_match_something_is_taken(pattern: str) -> None:
    assert pattern_fault(pattern) == ""


@pytest.mark.parametrize(
    "pattern",
    ["", "!a", "A", "a_b", "a,b", "a b", "[a", "[]", "[!]", "[z-a]", "__a", "a__", "a__b,c", "a__[z-a]", "a__[b"],
)
def test_a_pattern_that_can_match_nothing_has_a_fault(pattern: str) -> None:
    assert pattern_fault(pattern)
