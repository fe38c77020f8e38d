"""Usage that cannot be meant is not booked: no call has a hundred million tokens, and none that was answered has none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.calls import MOST_TOKENS, Usage
from switchgear.core.capabilities import Target
from switchgear.dialects.gemini.wire import UsageMetadata
from switchgear.dialects.gemini.wire import usage_of as gemini_usage
from switchgear.dialects.messages.usage import WireUsage
from switchgear.dialects.ollama.answers import read_answer as read_ollama
from switchgear.dialects.responses.answers import read_answer as read_response
from switchgear.observe.redaction import scrub
from switchgear.providers.passing import PASSINGS

TARGET = Target("p", "openai", "m")
CHAT = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello there"}, "finish_reason": "stop"}]}
MESSAGE = {"type": "message", "content": [{"type": "text", "text": "Hello there"}]}
RESPONSE = {
    "status": "completed",
    "output": [{"type": "message", "content": [{"type": "output_text", "text": "Hello there"}]}],
}


def chat(prompt: float, completion: float) -> dict[str, Any]:
    return {
        **CHAT,
        "usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion},
    }


def message(prompt: float, completion: float) -> dict[str, Any]:
    counts = {"input_tokens": prompt, "output_tokens": completion, "cache_read_input_tokens": prompt}
    return {**MESSAGE, "usage": counts}


def response(prompt: float, completion: float) -> dict[str, Any]:
    return {
        **RESPONSE,
        "usage": {"input_tokens": prompt, "output_tokens": completion, "total_tokens": prompt + completion},
    }


WHOLE = [("chat", chat), ("messages", message), ("responses", response)]


@pytest.mark.parametrize(("dialect", "answer"), WHOLE)
def test_an_answer_whose_usage_is_all_zeros_is_estimated(dialect: Any, answer: Any) -> None:
    body = json.dumps(answer(0, 0)).encode()
    assert PASSINGS[dialect].usage_of("p", body, scrub) is None
    estimated = PASSINGS[dialect].estimate_of(body, 40)
    assert estimated == Usage(10, 3, estimated=True)


@pytest.mark.parametrize(("dialect", "answer"), WHOLE)
def test_an_answer_has_no_more_tokens_than_any_can_have(dialect: Any, answer: Any) -> None:
    usage = PASSINGS[dialect].usage_of("p", json.dumps(answer(1e300, 1e300)).encode(), scrub)
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens) == (MOST_TOKENS, MOST_TOKENS)


def test_a_message_in_pieces_whose_usage_is_all_zeros_is_estimated() -> None:
    start = {"type": "message_start", "message": {"usage": {"input_tokens": 0, "output_tokens": 0}}}
    said = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello there"}}
    stopped = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 0}}
    reader = PASSINGS["messages"].reader("p", scrub, show_usage=True)
    for event in (start, said, stopped, {"type": "message_stop"}):
        reader.feed(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
    reader.finish()
    assert reader.usage is None
    assert reader.estimate(40) == Usage(10, 3, estimated=True)


@pytest.mark.parametrize(("told", "usage"), [(0, None), (1e300, Usage(MOST_TOKENS, MOST_TOKENS))])
def test_usage_of_answers_that_are_translated_is_believed_as_far(told: float, usage: Usage | None) -> None:
    line = {"message": {"content": "Hi"}, "done": True, "prompt_eval_count": told, "eval_count": told}
    assert read_ollama(json.dumps(line).encode()).usage == usage
    assert read_response(json.dumps(response(told, told)).encode(), TARGET).usage == usage
    assert gemini_usage(UsageMetadata(prompt_token_count=told, candidates_token_count=told)) == usage
    assert WireUsage(input_tokens=told, output_tokens=told).usage() == usage
