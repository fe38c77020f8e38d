"""What is told of a request at once: the user's last message, in every dialect, and nothing that takes long to find."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchgear.routing.auto.features import NAMES, Features, features_of, numbers
from switchgear.routing.select import Ask


def ask(max_tokens: int | None = None, prompt_tokens: int = 10, **fields: Any) -> Ask:
    raw = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in fields.items()}
    return Ask(prompt_tokens, max_tokens, raw, msgspec.json.encode(fields), "chat", "k_1", "chat/completions")


def said(*roles_and_texts: tuple[str, object]) -> list[dict[str, object]]:
    return [{"role": role, "content": text} for role, text in roles_and_texts]


def test_the_last_message_of_the_user_is_read() -> None:
    found = features_of(ask(messages=said(("user", "one"), ("assistant", "two"), ("user", "three"))))
    assert (found.text, found.ends, found.messages) == ("three", True, 3)


def test_what_a_tool_answered_is_not_what_the_user_said() -> None:
    found = features_of(ask(messages=said(("user", "one"), ("assistant", None), ("tool", "two")), tools=[{}]))
    assert (found.text, found.ends, found.tools) == ("one", False, True)


def test_the_answers_of_tools_in_messages_of_the_user_are_passed_over() -> None:
    answered = [{"type": "tool_result", "tool_use_id": "t", "content": "42"}]
    found = features_of(ask(messages=said(("user", "one"), ("assistant", "two"), ("user", answered))))
    assert (found.text, found.ends) == ("one", False)


@pytest.mark.parametrize("kind", ["text", "input_text"])
def test_texts_in_parts_are_put_together_and_images_noted(kind: str) -> None:
    parts = [{"type": kind, "text": "a"}, {"type": "image_url", "image_url": {"url": "u"}}, {"type": kind, "text": "b"}]
    found = features_of(ask(messages=said(("user", parts))))
    assert (found.text, found.images) == ("a\nb", True)


@pytest.mark.parametrize("field", ["input", "prompt"])
def test_a_request_may_be_a_text_alone(field: str) -> None:
    assert features_of(ask(**{field: "Hello"})).text == "Hello"


def test_items_of_responses_are_looked_through() -> None:
    items = [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "one"}]},
        {"type": "function_call_output", "call_id": "c", "output": "two"},
    ]
    assert features_of(ask(input=items)).text == "one"


def test_code_effort_and_schema_are_noted() -> None:
    found = features_of(ask(messages=said(("user", "```python\nx\n```")), reasoning_effort="high", response_format={}))
    assert (found.code, found.effort, found.schema) == (True, "high", True)
    assert features_of(ask(input="x", reasoning={"effort": "low"})).effort == "low"
    assert features_of(ask(input="x", output_config={"effort": "max"})).effort == "max"


def test_no_more_than_16_kb_of_a_message_is_kept() -> None:
    assert len(features_of(ask(messages=said(("user", "x" * 100_000)))).text) == 16 * 1024


def test_a_conversation_that_is_very_long_is_not_looked_through() -> None:
    assert features_of(ask(messages=said(("user", "x" * 2_000_000)))).text == ""


@pytest.mark.parametrize(
    "messages",
    [5, [], [5], [{"role": "user"}], [{"role": "user", "content": 7}], [{"role": 1}], {"role": "user"}, None],
)
def test_what_cannot_be_read_is_not_there(messages: object) -> None:
    assert features_of(ask(messages=messages)).text == ""
    assert features_of(ask(messages=said(("user", "x")), reasoning_effort=5)).effort == ""


@given(st.text(max_size=3000))
@settings(max_examples=80, deadline=None)
def test_numbers_are_small_for_any_text(text: str) -> None:
    found = numbers(text)
    assert len(found) == len(NAMES)
    assert all(0.0 <= number <= 2.0 for number in found)


def test_nothing_is_nothing() -> None:
    assert set(numbers("")) == {0.0}
    assert Features().text == ""
