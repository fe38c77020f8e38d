"""What an embedded model may be asked: its own kind of question, not an empty one, and with an end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.errors import RequestError
from switchgear.providers.base import Operation
from switchgear.providers.local.questions import ANSWER_TOKENS, MOST_TOKENS, bounded, check_kind

MESSAGES = [{"role": "user", "content": "hi"}]


def sent(operation: Operation = Operation.CHAT, **fields: Any) -> dict[str, Any]:
    asked = {"messages": MESSAGES} if operation is Operation.CHAT else {"prompt": "hi"}
    told: dict[str, Any] = json.loads(bounded(operation, json.dumps(asked | fields).encode()))
    return told


def refusal(operation: Operation, **fields: Any) -> RequestError:
    with pytest.raises(RequestError) as raised:
        bounded(operation, json.dumps(fields).encode())
    assert raised.value.http_status == 400
    assert not raised.value.retryable
    return raised.value


@pytest.mark.parametrize(
    ("limits", "tokens"),
    [
        ({}, ANSWER_TOKENS),
        ({"max_tokens": None}, ANSWER_TOKENS),
        ({"max_tokens": 5}, 5),
        ({"max_completion_tokens": 7}, 7),
        ({"max_completion_tokens": 7, "max_tokens": 5}, 5),
        ({"max_tokens": 2000}, 2000),
        ({"max_tokens": 10**8}, MOST_TOKENS),
        ({"max_tokens": 10**30}, MOST_TOKENS),
        ({"max_tokens": 5, "n_predict": 10**8}, 5),
        ({"n_predict": -1}, ANSWER_TOKENS),
    ],
)
@pytest.mark.parametrize("operation", [Operation.CHAT, Operation.COMPLETION])
def test_every_answer_has_a_bound(operation: Operation, limits: dict[str, Any], tokens: int) -> None:
    told = sent(operation, **limits)
    assert told["max_tokens"] == tokens
    assert "n_predict" not in told
    assert "max_completion_tokens" not in told


def test_what_lifts_the_bound_is_left_out_and_everything_else_stays() -> None:
    told = sent(ignore_eos=True, id_slot=0, temperature=0.5, top_k=3, stop=["x"], stream=True)
    assert told == {
        "messages": MESSAGES,
        "temperature": 0.5,
        "top_k": 3,
        "stop": ["x"],
        "stream": True,
        "max_tokens": ANSWER_TOKENS,
    }


@pytest.mark.parametrize("wrong", [-1, 1.5, "many", [1]])
@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_a_bound_that_is_none_is_refused_by_name(field: str, wrong: Any) -> None:
    error = refusal(Operation.CHAT, messages=MESSAGES, **{field: wrong})
    assert (error.code, error.param) == ("invalid_request", field)
    assert field in error.message


@pytest.mark.parametrize("fields", [{"messages": []}, {"messages": None}, {}])
def test_empty_messages_are_refused(fields: dict[str, Any]) -> None:
    error = refusal(Operation.CHAT, **fields)
    assert (error.message, error.param) == ("messages must not be empty.", "messages")


@pytest.mark.parametrize("fields", [{"prompt": ""}, {"prompt": []}, {"prompt": [""]}, {"prompt": ["a", ""]}, {}])
def test_an_empty_prompt_is_refused(fields: dict[str, Any]) -> None:
    error = refusal(Operation.COMPLETION, **fields)
    assert (error.message, error.param) == ("prompt must not be empty.", "prompt")


def test_messages_and_prompts_of_another_form_are_refused() -> None:
    assert refusal(Operation.CHAT, messages="hi").param == "messages"
    assert refusal(Operation.COMPLETION, prompt=1).param == "prompt"


def test_prompts_of_texts_and_tokens_pass() -> None:
    for prompt in ("hi", ["hi", "ho"], [1, 2], [[1, 2], [3]]):
        assert sent(Operation.COMPLETION, prompt=prompt)["prompt"] == prompt


def test_embeddings_pass_as_they_are() -> None:
    body = b'{"model": "all-minilm-l6-v2", "input": "hi", "max_tokens": -1}'
    assert bounded(Operation.EMBEDDING, body) is body


@pytest.mark.parametrize(
    ("operation", "model", "message"),
    [
        (Operation.EMBEDDING, "smollm2", "smollm2 chats; it makes no embeddings. Use all-minilm-l6-v2."),
        (
            Operation.CHAT,
            "all-minilm-l6-v2",
            "all-minilm-l6-v2 makes embeddings; it does not chat. Use smollm2.",
        ),
        (
            Operation.COMPLETION,
            "all-minilm-l6-v2",
            "all-minilm-l6-v2 makes embeddings; it does not chat. Use smollm2.",
        ),
    ],
)
def test_a_model_of_the_other_kind_is_named(operation: Operation, model: str, message: str) -> None:
    with pytest.raises(RequestError) as raised:
        check_kind(operation, model)
    error = raised.value
    assert (error.message, error.advice, error.param, error.http_status) == (message, "", "model", 400)
    assert (error.code, error.retryable) == ("invalid_request", False)


def test_a_model_does_what_it_is_for() -> None:
    check_kind(Operation.CHAT, "smollm2")
    check_kind(Operation.COMPLETION, "smollm2")
    check_kind(Operation.EMBEDDING, "all-minilm-l6-v2")
