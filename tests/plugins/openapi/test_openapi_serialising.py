"""Parameters as they go over the wire: every style of the specification, and nothing that leaves its place."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.plugins.openapi.operations import Parameter
from switchgear.plugins.openapi.serialising import BadArgument, Target, target_of
from switchgear.plugins.openapi.tools import Input

COLORS = ["blue", "black", "brown"]
RGB = {"R": 100, "G": 200, "B": 150}


def written(
    where: Any,
    style: Any,
    value: Any,
    *,
    explode: bool = False,
    media: str = "",
    name: str = "color",
    reserved: bool = False,
) -> Target:
    parameter = Parameter(name, where, True, style, explode, reserved, media, "", False, True, "#")
    path = "/x/{color}/y" if where == "path" else "/x"
    return target_of(path, (Input("color", parameter),), {"color": value})


@pytest.mark.parametrize(
    ("style", "explode", "value", "told"),
    [  # the table of OpenAPI 3.1.2, section 4.8.12.4 (Style Examples)
        ("matrix", False, "blue", ";color=blue"),
        ("matrix", False, COLORS, ";color=blue,black,brown"),
        ("matrix", False, RGB, ";color=R,100,G,200,B,150"),
        ("matrix", True, COLORS, ";color=blue;color=black;color=brown"),
        ("matrix", True, RGB, ";R=100;G=200;B=150"),
        ("label", False, "blue", ".blue"),
        ("label", False, COLORS, ".blue,black,brown"),
        ("label", False, RGB, ".R,100,G,200,B,150"),
        ("label", True, COLORS, ".blue.black.brown"),
        ("label", True, RGB, ".R=100.G=200.B=150"),
        ("simple", False, "blue", "blue"),
        ("simple", False, COLORS, "blue,black,brown"),
        ("simple", False, RGB, "R,100,G,200,B,150"),
        ("simple", True, RGB, "R=100,G=200,B=150"),
        ("simple", False, 3.5, "3.5"),
        ("simple", False, True, "true"),
        ("simple", False, 5.0, "5"),
        ("simple", False, "a/b c?d#é", "a%2Fb%20c%3Fd%23%C3%A9"),
    ],
)
def test_a_part_of_the_path(style: str, explode: bool, value: Any, told: str) -> None:
    assert written("path", style, value, explode=explode).path == f"/x/{told}/y"


@pytest.mark.parametrize(
    ("style", "explode", "value", "told"),
    [
        ("form", False, "blue", "color=blue"),
        ("form", False, COLORS, "color=blue,black,brown"),
        ("form", False, RGB, "color=R,100,G,200,B,150"),
        ("form", True, COLORS, "color=blue&color=black&color=brown"),
        ("form", True, RGB, "R=100&G=200&B=150"),
        ("form", True, [], ""),
        ("form", True, "", "color="),
        ("form", True, None, ""),
        ("form", True, "a&b=c+d", "color=a%26b%3Dc%2Bd"),
        ("spaceDelimited", False, COLORS, "color=blue%20black%20brown"),
        ("spaceDelimited", False, RGB, "color=R%20100%20G%20200%20B%20150"),
        ("spaceDelimited", True, COLORS, "color=blue&color=black&color=brown"),
        ("pipeDelimited", False, COLORS, "color=blue%7Cblack%7Cbrown"),
        ("deepObject", True, RGB, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
        ("deepObject", True, {"a": {"b": [1, 2]}}, "color%5Ba%5D%5Bb%5D%5B%5D=1&color%5Ba%5D%5Bb%5D%5B%5D=2"),
    ],
)
def test_a_piece_of_the_query(style: str, explode: bool, value: Any, told: str) -> None:
    assert written("query", style, value, explode=explode).query == told


def test_what_may_stay_reserved_cannot_end_its_piece() -> None:
    assert written("query", "form", "a/b:c&d=e#f", reserved=True).query == "color=a/b:c%26d%3De%23f"


def test_a_value_with_a_media_type_is_json() -> None:
    assert written("query", "form", {"a": [1]}, media="application/json").query == "color=%7B%22a%22%3A%5B1%5D%7D"


def test_a_whole_query_is_a_form_or_what_its_media_type_is() -> None:
    form = "application/x-www-form-urlencoded"
    assert written("querystring", "form", {"a": [1, 2], "b": "x y"}, media=form).query == "a=1&a=2&b=x%20y"
    assert written("querystring", "form", {"a": 1}, media="application/json").query == "%7B%22a%22%3A1%7D"


def test_header_fields_and_cookies() -> None:
    assert written("header", "simple", COLORS, name="X-Color").fields == (("X-Color", "blue,black,brown"),)
    assert written("header", "simple", RGB, explode=True).fields == (("color", "R=100,G=200,B=150"),)
    assert written("cookie", "form", "a;b", explode=True).cookies == ("color=a%3Bb",)
    assert written("cookie", "form", COLORS).cookies == ("color=blue,black,brown",)


@pytest.mark.parametrize("value", ["a\r\nx-evil: 1", "é", "a\0"])
def test_a_header_field_stays_one_line(value: str) -> None:
    with pytest.raises(BadArgument, match="color: a header field"):
        written("header", "simple", value)


@pytest.mark.parametrize(
    "value",
    [
        "..",
        ".",
        "a/../b",
        "..\\x",
        "%2e%2e/../x",
        "a%2f../b",
        "",
        [],
        {},
        [".."],
        [""],
        "%2e%2e",
        ["a", "/.."],
    ],
)
def test_a_path_is_not_left(value: Any) -> None:
    with pytest.raises(BadArgument, match="color: "):
        written("path", "simple", value)


@given(
    st.text(max_size=40)
    | st.integers()
    | st.lists(st.text(max_size=10), max_size=3)
    | st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=3)
)
def test_no_argument_changes_which_operation_is_called(value: Any) -> None:
    for style in ("simple", "label", "matrix"):
        for explode in (False, True):
            try:
                path = written("path", style, value, explode=explode).path
            except (BadArgument, UnicodeEncodeError):
                continue
            assert path.startswith("/x/")
            assert path.endswith("/y")
            assert path.count("/") == 3
            assert path.isascii()
            assert not set(path) & set("?# \\")
            assert not any(step in (".", "..") for step in unquote(path).replace("\\", "/").split("/")[2:-1])
    try:
        query = written("query", "form", value).query
    except UnicodeEncodeError:
        return
    assert query.isascii()
    assert "#" not in query


@pytest.mark.parametrize(("style", "value"), [("label", ["", ""]), ("label", "."), ("simple", [".."])])
def test_a_style_makes_no_step_of_what_is_none(style: str, value: Any) -> None:
    with pytest.raises(BadArgument, match="color: "):
        written("path", style, value, explode=style == "label")


def test_parts_make_no_step_together() -> None:
    inputs = tuple(
        Input(name, Parameter(name, "path", True, "simple", False, False, "", "", False, True, "#"))
        for name in ("a", "b")
    )
    with pytest.raises(BadArgument, match="The path's parts"):
        target_of("/x/{a}.{b}/y", tuple(each for each in inputs if each.argument == "c"), {})
    assert target_of("/x/{a}.{b}/y", inputs, {"a": "1", "b": "2"}).path == "/x/1.2/y"
