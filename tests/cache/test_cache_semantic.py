"""Questions of the same meaning are found, and only those."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import numpy as np
import pytest

from switchgear.cache.question import question_of
from switchgear.cache.semantic import DIMENSIONS, Meanings, Meant
from switchgear.providers.base import Operation

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def vector(*parts: float) -> bytes:
    made = np.zeros(DIMENSIONS, dtype=np.float32)
    made[: len(parts)] = parts
    return (made / np.linalg.norm(made)).astype(np.float32).tobytes()


def meant(text: str, at: bytes, scope: bytes = b"s", name: bytes = b"n") -> Meant:
    return Meant(scope, name, text, at)


def test_the_nearest_comes_first() -> None:
    meanings = Meanings(100)
    meanings.add(meant("what is tea", vector(1, 0.1), name=b"near"))
    meanings.add(meant("what is tea", vector(1, 0.05), name=b"nearer"))
    meanings.add(meant("what is tea", vector(0, 1), name=b"far"))
    assert meanings.near(b"s", "what is tea", vector(1), 0.9) == [b"nearer", b"near"]


def test_the_same_text_is_found_at_the_highest_threshold() -> None:
    meanings = Meanings(100)
    at = vector(*(0.1 * n for n in range(1, 60)))
    meanings.add(meant("what is tea", at))
    assert meanings.near(b"s", "what is tea", at, 1.0) == [b"n"]


def test_scopes_have_nothing_to_do_with_each_other() -> None:
    meanings = Meanings(100)
    meanings.add(meant("what is tea", vector(1), scope=b"mine"))
    assert meanings.near(b"yours", "what is tea", vector(1), 0.5) == ()


def test_what_the_guard_tells_apart_is_not_found() -> None:
    meanings = Meanings(100)
    meanings.add(meant("tea for 2", vector(1), name=b"2"))
    meanings.add(meant("tea for 3", vector(1), name=b"3"))
    assert meanings.near(b"s", "tea for 3", vector(1), 0.99) == [b"3"]


def test_there_are_never_more_than_the_limit() -> None:
    meanings = Meanings(50)
    for number in range(200):
        meanings.add(meant("tea", vector(1), scope=b"%d" % (number // 10), name=b"%d" % number))
        assert len(meanings) <= 50
    assert meanings.near(b"0", "tea", vector(1), 0.5) == ()
    assert meanings.near(b"19", "tea", vector(1), 0.5)


def test_one_scope_is_bounded_and_forgets_the_oldest() -> None:
    meanings = Meanings(10_000)
    for number in range(1100):
        meanings.add(meant("tea", vector(1, number / 1000), name=b"%d" % number))
    assert len(meanings) == 1024
    assert not {b"0", b"1", b"75"}.intersection(meanings.near(b"s", "tea", vector(1, 0.001), 0.99))


def test_an_answer_that_is_kept_anew_is_one_question() -> None:
    meanings = Meanings(100)
    for _ in range(3):
        meanings.add(meant("tea", vector(1)))
    assert len(meanings) == 1


@pytest.mark.parametrize("wrong", [b"", b"x" * 100, np.full(DIMENSIONS, np.nan, dtype=np.float32).tobytes()])
def test_what_is_no_vector_is_not_kept(wrong: bytes) -> None:
    meanings = Meanings(100)
    assert not meanings.add(meant("tea", wrong))
    meanings.add(meant("tea", vector(1)))
    assert meanings.near(b"s", "tea", wrong, 0.5) == ()


# ---------------------------------------------------------------- the question in a request


def asked(operation: Operation, **body: Any) -> Any:
    return question_of(operation, _fields(json.dumps(body).encode()))


def said(*contents: Any) -> list[dict[str, Any]]:
    return [{"role": "user", "content": content} for content in contents]


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        (Operation.CHAT, {"messages": said("hi")}),
        (Operation.CHAT, {"messages": said([{"type": "text", "text": "hi"}])}),
        (Operation.MESSAGES, {"messages": said("hi")}),
        (Operation.MESSAGES, {"messages": said([{"type": "text", "text": "hi"}])}),
        (Operation.RESPONSES, {"input": "hi"}),
        (Operation.RESPONSES, {"input": said("hi")}),
        (Operation.RESPONSES, {"input": said([{"type": "input_text", "text": "hi"}])}),
    ],
)
def test_the_question_is_what_the_user_said_last(operation: Operation, body: dict[str, Any]) -> None:
    assert asked(operation, **body).text == "hi"


def test_everything_before_it_is_kept_as_it_was() -> None:
    history = [{"role": "system", "content": "be brief"}, *said("a", "b")]
    one = asked(Operation.CHAT, messages=history, temperature=0)
    same = asked(Operation.CHAT, messages=[*history[:-1], *said("c")], temperature=0)
    other = asked(Operation.CHAT, messages=[{"role": "system", "content": "be long"}, *said("a", "b")], temperature=0)
    assert (one.text, same.text) == ("b", "c")
    assert {n: bytes(raw) for n, raw in one.fields.items()} == {n: bytes(raw) for n, raw in same.fields.items()}
    assert bytes(one.fields["messages"]) != bytes(other.fields["messages"])


@pytest.mark.parametrize(
    "last",
    [
        {"role": "assistant", "content": "hi"},
        {"role": "tool", "tool_call_id": "c", "content": "hi"},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]},
        {"role": "user", "content": [{"type": "text", "text": "hi"}, {"type": "image_url", "image_url": {"url": "x"}}]},
        {"role": "user", "content": [{"type": "text", "text": "hi"}, {"type": "text", "text": "there"}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "hi"}]},
        {"role": "user", "content": [{"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}}]},
        {"role": "user", "content": " \n"},
        {"role": "user", "content": 7},
        {"role": "user"},
        {"content": "hi"},
        7,
    ],
)
def test_a_last_message_that_is_more_than_a_users_text_is_no_question(last: Any) -> None:
    assert asked(Operation.CHAT, messages=[*said("before"), last]) is None


@pytest.mark.parametrize("body", [{"messages": []}, {"messages": 1}, {}, {"input": "hi"}])
def test_what_has_no_conversation_has_no_question(body: dict[str, Any]) -> None:
    assert asked(Operation.CHAT, **body) is None


def test_embeddings_ask_nothing() -> None:
    assert asked(Operation.EMBEDDING, input="hi") is None
