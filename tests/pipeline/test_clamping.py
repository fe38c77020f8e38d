"""Answers that are asked for longer than they can be."""

from __future__ import annotations

import msgspec
import pytest

from switchgear.pipeline.clamping import bounded, clamped, lowered, unbounded


def fields(**given: object) -> dict[str, msgspec.Raw]:
    return {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in given.items()}


@pytest.mark.parametrize(
    ("dialect", "name"),
    [("chat", "max_tokens"), ("chat", "max_completion_tokens"), ("responses", "max_output_tokens"), ("messages", "max_tokens"), ("", "max_tokens")],
)  # fmt: skip
def test_the_field_of_the_dialect_is_lowered_and_nothing_else(dialect: str, name: str) -> None:
    given = fields(model="m", **{name: 9000}, other={"max_tokens": 9000})
    assert clamped(given, dialect, 4096) == given | fields(**{name: 4096})
    assert lowered(given, dialect, 4096) == [name]
    assert bytes(given[name]) == b"9000"


@pytest.mark.parametrize("value", [4096, 100, 1, 0, -1, None, "many", 1.5, [9000]])
def test_what_is_not_over_it_stays_as_it_came(value: object) -> None:
    given = fields(max_tokens=value)
    assert clamped(given, "chat", 4096) is given


def test_both_fields_of_a_chat_are_lowered() -> None:
    given = fields(max_tokens=9000, max_completion_tokens=8000)
    assert clamped(given, "chat", 4096) == fields(max_tokens=4096, max_completion_tokens=4096)


def test_a_field_of_another_dialect_is_not_touched() -> None:
    given = fields(max_output_tokens=9000)
    assert clamped(given, "chat", 4096) is given


@pytest.mark.parametrize(
    ("dialect", "name", "given", "said"),
    [
        ("chat", "max_tokens", {}, ["max_tokens"]),
        ("chat", "max_completion_tokens", {}, ["max_completion_tokens"]),
        ("chat", "max_completion_tokens", {"max_tokens": None}, ["max_tokens"]),
        ("chat", "max_tokens", {"max_completion_tokens": -1, "max_tokens": -1}, ["max_completion_tokens", "max_tokens"]),
        ("responses", "max_tokens", {}, ["max_output_tokens"]),
        ("messages", "max_completion_tokens", {}, ["max_tokens"]),
        ("", "max_completion_tokens", {}, ["max_tokens"]),
    ],
)  # fmt: skip
def test_the_longest_answer_is_said_where_the_client_said_nothing(
    dialect: str, name: str, given: dict[str, object], said: list[str]
) -> None:
    before = fields(model="m", **given)
    assert bounded(before, dialect, 1024, name) == before | fields(**dict.fromkeys(said, 1024))
    assert unbounded(before, dialect, name) == said
    assert before == fields(model="m", **given)
