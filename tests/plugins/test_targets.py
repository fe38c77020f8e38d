"""Where a plugin may connect to, as it is written and compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.plugins.targets import Target, may_reach, parse


@pytest.mark.parametrize(
    "text", ["api.example.com:443", "*.example.com:8443", "*:80", "10.0.0.7:5432", "[2001:db8::1]:1", "localhost:65535"]
)
def test_a_target_is_written_as_it_was_read(text: str) -> None:
    assert str(parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com",
        ":443",
        "example.com:",
        "example.com:0",
        "example.com:65536",
        "example.com:0443",
        "example.com:+80",
        "example.com:٤٤٣",
        "Example.com:443",
        "bücher.example:443",
        "example.com.:443",
        "*example.com:443",
        "*.*.com:443",
        "a.*.com:443",
        "*.:443",
        "https://example.com:443",
        "user@example.com:443",
        "example.com/x:443",
        "127.1:80",
        "0x7f.0.0.1:80",
        "0x7f000001:80",
        "2130706433:80",
        "010.0.0.1:80",
        "*.10.0.0.1:80",
        "::1:80",
        "[::1%lo]:80",
        "[0:0::1]:80",
        "[127.0.0.1]:80",
        "[::ffff:a00:7]:80",
        "a" * 64 + ".com:80",
        "\x00.com:80",
        "example.com\n:80",
    ],
)
def test_what_could_mean_another_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is|has|must"):
        parse(text)


@given(st.text(max_size=80))
def test_any_text_is_a_target_or_a_value_error(text: str) -> None:
    try:
        target = parse(text)
    except ValueError:
        return
    assert str(target) == text


def test_a_pattern_covers_names_under_it_and_not_the_name_itself() -> None:
    pattern = parse("*.example.com:443")
    assert pattern.covers(parse("a.b.example.com:443"))
    assert pattern.covers(parse("*.b.example.com:443"))
    assert not pattern.covers(parse("example.com:443"))
    assert not pattern.covers(parse("badexample.com:443"))
    assert not pattern.covers(parse("a.example.com:80"))


def test_a_star_covers_no_private_address() -> None:
    star = Target("*", 80)
    assert star.covers(parse("93.184.216.34:80"))
    assert star.covers(parse("*.example.com:80"))
    for private in (
        "10.0.0.7:80",
        "127.0.0.1:80",
        "169.254.169.254:80",
        "[::1]:80",
        "[fd00::1]:80",
    ):
        assert not star.covers(parse(private))


def test_a_host_is_reached_in_whatever_way_it_is_spelt() -> None:
    network = ("api.example.com:443", "[2001:db8::1]:80")
    assert may_reach(network, "API.Example.com.", 443)
    assert may_reach(network, "2001:0db8::0001", 80)
    assert not may_reach(network, "api.example.com", 80)
    assert not may_reach(("*.com:80",), "*.com", 80)
    assert not may_reach(network, "", 443)
    assert not may_reach(("*:80",), "::ffff:10.0.0.7", 80)
    assert may_reach(("10.0.0.7:80",), "::ffff:10.0.0.7", 80)
