"""Settings of plugins: checked, put into commands once, and made into paths that may be read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from manifests import encoded, manifest

from switchgear.core.errors import InvalidSettings
from switchgear.plugins.manifest import Manifest, McpConfig, read_manifest
from switchgear.plugins.permissions import Permissions
from switchgear.plugins.settings import check_settings, fill_command, fill_permissions


def setting(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "title": "T", "description": "d", **more}


def having(**settings: Any) -> Manifest:
    return read_manifest(encoded(manifest(user_config=settings)))


ALL = having(
    units=setting("string", default="metric"),
    days=setting("number", min=1, max=10),
    loud=setting("boolean"),
    folders=setting("directory", multiple=True),
    token=setting("string", sensitive=True, required=True),
)


def test_settings_are_taken_with_the_defaults_of_others() -> None:
    given = {"days": 3, "loud": False, "folders": ["/a", "/b/"], "token": "t"}
    assert check_settings(ALL, given) == {
        "units": "metric", "days": 3, "loud": False, "folders": ("/a", "/b/"), "token": "t",
    }  # fmt: skip


def test_a_manifest_chooses_no_paths() -> None:
    greedy = having(
        folder=setting("directory", default="/"), file=setting("file", required=True, default="/etc/shadow")
    )
    with pytest.raises(InvalidSettings, match=r'"file" .* is required'):
        check_settings(greedy, {})
    assert check_settings(greedy, {"file": "/a"}) == {"file": "/a"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, '"token" (T) is required.'),
        ({"token": ""}, '"token" (T) is required.'),
        ({"token": "t", "unit": "x"}, '"unit" is no setting. Did you mean "units"?'),
        ({"token": "t", "units": 5}, '"units" = "5" has to be text.'),
        ({"token": "t", "units": ["a"]}, "several values, and it takes one"),
        ({"token": "t", "units": "a\0"}, "null character"),
        ({"token": "t", "days": 0}, "has to be at least 1."),
        ({"token": "t", "days": 11.0}, '"days" = "11" has to be at most 10.'),
        ({"token": "t", "days": True}, "has to be a number."),
        ({"token": "t", "days": float("nan")}, "has to be a number."),
        ({"token": "t", "loud": "yes"}, "has to be true or false."),
        ({"token": "t", "folders": "x/y"}, "is not absolute"),
        ({"token": "t", "folders": ["/a", "/../etc"]}, "has . or .. for a step"),
        ({"token": "t", "folders": "${user_config.units}"}, "is no path of its own"),
    ],
)
def test_mistakes_are_named(given: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidSettings) as refused:
        check_settings(ALL, given)
    assert told in str(refused.value)


def test_no_message_holds_a_secret() -> None:
    with pytest.raises(InvalidSettings) as refused:
        check_settings(ALL, {"token": ["hunter2"]})
    assert "hunter2" not in str(refused.value)


def test_a_command_is_filled_in() -> None:
    config = McpConfig(
        "${__dirname}/run",
        ("--units=${user_config.units}", "${user_config.folders}", "${user_config.none}", "${unknown}", "${/}"),
        {
            "TOKEN": "${user_config.token}",
            "LOUD": "${user_config.loud}",
            "DAYS": "${user_config.days}",
            "NO": "a${user_config.no}",
        },
    )
    values = {"units": "metric", "folders": ("/a", "/b c"), "token": "t", "loud": True, "days": 3.0}
    assert fill_command(config, values, {"__dirname": "/plugin", "/": "/"}) == McpConfig(
        "/plugin/run",
        ("--units=metric", "/a", "/b c", "${unknown}", "/"),
        {"TOKEN": "t", "LOUD": "true", "DAYS": "3", "NO": "a"},
    )


@given(st.text(alphabet="${user_config.token}\\ab", max_size=40))
def test_what_is_put_in_is_not_looked_through_again(value: str) -> None:
    config = McpConfig("x", ("-${user_config.a}-",), {"A": "${user_config.a}"})
    filled = fill_command(config, {"a": value, "token": "secret"}, {"__dirname": "/plugin"})
    assert filled == McpConfig("x", (f"-{value}-",), {"A": value})


def test_permissions_are_for_what_was_chosen() -> None:
    asked = Permissions(read=("/srv", "${user_config.folders}/in"), write=("${user_config.out}", "${user_config.none}"))
    filled = fill_permissions(asked, {"folders": ("/a/", "/b"), "out": "/"})
    assert filled == Permissions(read=("/srv", "/a/in", "/b/in"), write=("/",))


@pytest.mark.parametrize("chosen", ["relative", "/a/../b", "${user_config.folders}", "/a\n", ""])
def test_what_is_no_path_is_no_permission(chosen: str) -> None:
    with pytest.raises(InvalidSettings):
        fill_permissions(Permissions(read=("${user_config.folders}/x",)), {"folders": chosen})
