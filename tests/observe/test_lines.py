import json
import re
from typing import Any

import pytest

from switchgear.core.errors import StoreUnavailable
from switchgear.observe.lines import as_columns, as_json, compact_traceback, exc_info_of

LINE: dict[str, Any] = {
    "time": "2026-11-22T10:11:12.345Z",
    "level": "info",
    "event": "call done",
    "logger": "switchgear.calls",
    "model": "fast",
    "note": "two words",
    "nested": {"a": [1, "b"]},
}


def traceback_of(function: Any, *arguments: Any) -> str:
    try:
        function(*arguments)
    except BaseException as error:  # noqa: BLE001 - whatever the test raises
        info = exc_info_of(error)
        assert info is not None
        return compact_traceback(info)
    raise AssertionError


def divide(numerator: int, secret: str = "hunter2") -> float:
    return numerator / 0


def test_json_is_one_object_on_one_line():
    text = as_json(LINE | {"event": "two\nlines"})

    assert "\n" not in text
    assert json.loads(text) == LINE | {"event": "two\nlines"}


@pytest.mark.parametrize("value", ["\ud800", 2**80, float("nan"), float("inf"), -(2**70)])
def test_values_json_has_no_word_for_do_not_cost_the_line(value: Any):
    assert json.loads(as_json({"a": value}))


def test_columns_show_the_time_of_the_day_and_quote_what_has_blanks():
    text = as_columns(LINE, colour=False)

    assert re.fullmatch(
        r"""\d\d:\d\d:12\.345 info     call done  model=fast note="two words" nested=\{"a": \[1, "b"\]\}  \(switchgear\.calls\)""",
        text,
    )


def test_colours_are_only_used_when_asked_for():
    assert "\x1b[" in as_columns(LINE, colour=True)
    assert "\x1b[" not in as_columns(LINE, colour=False)


@pytest.mark.parametrize("place", ["event", "note", "logger"])
def test_what_a_client_sends_cannot_paint_on_the_terminal_or_forge_a_line(place: str):
    text = as_columns(LINE | {place: "x\x1b[2J\r\n10:00:00 info forged\u202e"}, colour=False)

    assert "\x1b" not in text
    assert "\n" not in text
    assert "\r" not in text
    assert "\u202e" not in text


def test_an_exception_stands_under_its_line_without_escapes():
    text = as_columns(LINE | {"exception": "ValueError: \x1b[31mx\n  at a.py:1 f"}, colour=False)

    assert text.splitlines()[1:] == ["    ValueError: \\x1b[31mx", "      at a.py:1 f"]


def test_a_traceback_names_places_innermost_first_and_no_values():
    text = traceback_of(divide, 41)

    first, *places = text.splitlines()
    assert first == "ZeroDivisionError: division by zero"
    assert re.fullmatch(r"  at .*test_lines\.py:\d+ divide", places[0])
    assert "41" not in text
    assert "hunter2" not in text


def test_causes_and_contexts_follow():
    def explicit() -> None:
        try:
            divide(1)
        except ZeroDivisionError as error:
            raise StoreUnavailable("The database is locked.", cause="SQLITE_BUSY") from error

    def implicit() -> None:
        try:
            divide(1)
        except ZeroDivisionError:
            raise KeyError("k")  # noqa: B904 - the context is what is tested

    def hidden() -> None:
        try:
            divide(1)
        except ZeroDivisionError:
            raise KeyError("k") from None

    assert "\n  cause: SQLITE_BUSY\n" in traceback_of(explicit)
    assert "\ncaused by ZeroDivisionError: division by zero\n" in traceback_of(explicit)
    assert "\nwhile handling ZeroDivisionError" in traceback_of(implicit)
    assert "ZeroDivisionError" not in traceback_of(hidden)


def test_every_member_of_a_group_is_shown():
    def many() -> None:
        raise ExceptionGroup("several", [ValueError("one"), KeyError("two")])

    text = traceback_of(many)
    assert "  | ValueError: one" in text
    assert "  | KeyError: 'two'" in text


def test_a_deep_recursion_is_cut():
    def down(depth: int) -> None:
        down(depth + 1)

    text = traceback_of(down, 0)
    assert len(text.splitlines()) < 25
    assert re.search(r"  … \d+ more", text)


def test_a_chain_that_never_ends_is_cut():
    def chain() -> None:
        error: Exception = ValueError("0")
        for number in range(1, 200):
            following = ValueError(str(number))
            following.__cause__ = error
            error = following
        raise error

    assert traceback_of(chain).count("caused by") < 20


def test_exc_info_comes_in_every_form_the_standard_library_takes():
    error = ValueError("x")
    assert exc_info_of(error) == (ValueError, error, None)
    assert exc_info_of((ValueError, error, None)) == (ValueError, error, None)
    assert exc_info_of((None, None, None)) is None
    assert exc_info_of(True) is None
    assert exc_info_of(None) is None
    try:
        raise error
    except ValueError:
        assert exc_info_of(True) == (ValueError, error, error.__traceback__)
