from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.secrets import Secret
from switchgear.observe.redaction import TEXT_LIMIT, redact, scrub

WORD = "hunter2-correct-horse"


def shown(**fields: Any) -> dict[str, Any]:
    return redact(fields, contents=False)


class Colour(Enum):
    RED = "red"


@dataclass
class Holder:
    secret: Secret


class Struct(msgspec.Struct):
    secret: Secret


@pytest.mark.parametrize(
    "value",
    [
        Secret(WORD),
        [Secret(WORD)],
        (Secret(WORD), 1),
        {Secret(WORD)},
        {"a": {"b": [{"c": Secret(WORD)}]}},
        {Secret(WORD): 1},
        Holder(Secret(WORD)),
        Struct(Secret(WORD)),
        [[[[[[[[Secret(WORD)]]]]]]]],
        ValueError(Secret(WORD)),
        f"{Secret(WORD)}",
    ],
)
def test_a_secret_is_not_shown_wherever_it_stands(value: Any):
    assert WORD not in str(shown(field=value))


@pytest.mark.parametrize(
    "name",
    ["authorization", "Authorization", "x-api-key", "api_key", "password", "Set-Cookie", "client_secret", "token"],
)
def test_a_value_is_redacted_for_the_name_it_has(name: str):
    assert shown(**{name: WORD}) == {name: "[redacted]"}
    assert WORD not in str(shown(headers={name: WORD}))
    assert WORD not in str(shown(headers=[(name.encode(), WORD.encode())]))


def test_numbers_under_such_names_are_counts_and_are_shown():
    assert shown(token=5, password=None) == {"token": 5, "password": None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("key sk-sg-0123456789abcdef refused", "key sk-[redacted] refused"),
        ("sk-proj-abc_DEF-123456", "sk-[redacted]"),
        ("gsk_0123456789", "gsk_[redacted]"),
        ("sent Bearer abcdef.123~x", "sent Bearer [redacted]"),
        ("authorization: Bearer abc", "authorization: [redacted]"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: [redacted]"),
        ('{"x-api-key": "abc", "a": 1}', '{"x-api-key": "[redacted]", "a": 1}'),
        ("(b'api-key', b'abc')", "(b'api-key', b'[redacted]')"),
        ("GET /v1?api_key=abc&a=1", "GET /v1?api_key=[redacted]&a=1"),
        ("postgresql://app:pa:ss@db.internal/app", "postgresql://app:[redacted]@db.internal/app"),
        ("https://user:p@ss@host:8080/path?q=a@b", "https://user:[redacted]@host:8080/path?q=a@b"),
        ("GROQ_API_KEY=abc DB_PASSWORD='xy'", "GROQ_API_KEY=[redacted] DB_PASSWORD='[redacted]'"),
        ("redis://:pw@host", "redis://:[redacted]@host"),
    ],
)
def test_text_that_looks_like_a_secret_is_redacted(text: str, expected: str):
    assert scrub(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Keys start with sk-sg- and are sent as a header",
        "the task-management-system and risk-assessment",
        "http://127.0.0.1:4100/v1/chat/completions",
        "https://host/a@b:c",
        "2 keys, 3 tokens, key_id=key_01",
        "prompt_tokens: 12",
        "",
    ],
)
def test_ordinary_text_is_left_alone(text: str):
    assert scrub(text) == text


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", min_size=8, max_size=200))
def test_no_key_of_our_form_survives_in_a_message(tail: str):
    assert tail not in scrub(f"the key sk-sg-{tail} is unknown")


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text() | st.binary() | st.integers(), st.lists))
def test_whatever_is_logged_becomes_plain_values(value: Any):
    def plain(part: Any) -> bool:
        if isinstance(part, list):
            return all(map(plain, part))
        return part is None or isinstance(part, str | int | float)

    assert plain(shown(field=value)["field"])


def test_what_people_say_to_models_shows_at_debug_level_only():
    line = {"messages": [{"role": "user", "content": WORD}], "body": WORD.encode(), "prompt": WORD}

    assert WORD not in str(redact(line, contents=False))
    assert str(redact(line, contents=True)).count(WORD) == 3


def test_values_keep_their_meaning():
    assert shown(a=1, b=1.5, c=True, d=None, e="x", f=Path("/tmp/x"), g=Colour.RED, h=b"raw") == {
        "a": 1,
        "b": 1.5,
        "c": True,
        "d": None,
        "e": "x",
        "f": "/tmp/x",
        "g": "red",
        "h": "raw",
    }


def test_long_texts_and_containers_are_cut():
    assert len(shown(a="x" * 1_000_000)["a"]) < TEXT_LIMIT + 50
    assert len(shown(a=list(range(5000)))["a"]) == 101
    assert len(shown(a={str(number): 1 for number in range(5000)})["a"]) == 101


def test_a_value_that_contains_itself_is_cut():
    loop: list[Any] = []
    loop.append(loop)

    assert "..." in str(shown(a=loop))


def test_an_object_that_cannot_show_itself_does_not_cost_the_line():
    class Broken:
        def __repr__(self) -> str:
            raise ZeroDivisionError

    assert shown(a=Broken(), b=1) == {"a": "<Broken, its repr failed>", "b": 1}
