"""Refusals that are told with a good status and without a word: a model with another content policy answers in their place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from observed import HI

from switchgear.testing import FaultUpstream, chat_chunk, chat_stream, faults, served

CONFIG = """
[local]
enabled = false

[providers.chat]
base_url = "{strict}"

[providers.responses]
base_url = "{strict}"
dialects = ["responses"]

[providers.messages]
kind = "anthropic"
base_url = "{strict}"

[providers.gemini]
kind = "gemini"
base_url = "{strict}"
api_key = "env:KEY"

[providers.other]
base_url = "{mild}"

[models.mild]
deployments = [{{ provider = "other", model = "mild" }}]
"""
MODEL = """
[models.{provider}-{how}]
deployments = [{{ provider = "{provider}", model = "strict" }}]
{more}
"""
HOWS = {
    "elsewhere": 'content_fallbacks = ["mild"]',
    "held": 'content_fallbacks = ["mild"]\nstream_recovery = "hold"',
    "carried": 'content_fallbacks = ["mild"]\nstream_recovery = "continue"',
    "plain": "",
}
PATHS = {"chat": "/v1/chat/completions", "messages": "/v1/messages", "responses": "/v1/responses"}


@pytest.fixture(scope="module")
def strict() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def mild() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def http(strict: FaultUpstream, mild: FaultUpstream) -> Iterator[httpx.Client]:
    config = CONFIG.format(strict=strict.base_url, mild=mild.base_url)
    for provider in ("chat", "responses", "messages", "gemini"):
        config += "".join(MODEL.format(provider=provider, how=how, more=more) for how, more in HOWS.items())
    with served(config, env={"KEY": "k" * 30}) as gateway:
        headers = {"authorization": f"Bearer {gateway.key}"}
        with httpx.Client(base_url=gateway.url, headers=headers, timeout=30, trust_env=False) as client:
            yield client


def ask(http: httpx.Client, dialect: str, model: str, stream: bool) -> httpx.Response:
    asked: dict[str, Any] = {"model": model, "stream": stream}
    asked |= {"input": "Hi"} if dialect == "responses" else {"messages": HI}
    if dialect == "messages":
        asked["max_tokens"] = 50
    return http.post(PATHS[dialect], json=asked)


def refusal(dialect: str, stream: bool, said: str = "") -> Any:
    """The plan of an answer that was filtered after ``said``."""
    if dialect == "chat":
        if stream:
            pieces = [chat_chunk({"role": "assistant", "content": ""}), *([chat_chunk(said)] if said else [])]
            return faults.stream([*pieces, chat_chunk(finish_reason="content_filter")])
        message = {"role": "assistant", "content": said, "refusal": None}
        return faults.ok({"id": "c", "choices": [{"index": 0, "message": message, "finish_reason": "content_filter"}]})
    if dialect == "messages":
        return _message(stream, said)
    if dialect == "gemini":
        content = {"content": {"role": "model", "parts": [{"text": said}]}} if said else {}
        told = {"candidates": [{"index": 0, "finishReason": "SAFETY", **content}]}
        return faults.stream([told], done=False) if stream else faults.ok(told)
    output = [{"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": said}]}]
    whole = {
        "id": "resp_1", "object": "response", "created_at": 1, "model": "strict", "status": "incomplete",
        "incomplete_details": {"reason": "content_filter"}, "output": output if said else [], "usage": None,
    }  # fmt: skip
    if not stream:
        return faults.ok(whole)
    deltas = [
        {"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0, "delta": said}
    ]
    created = {"type": "response.created", "response": whole | {"status": "in_progress", "output": []}}
    return _named([created, *(deltas if said else []), {"type": "response.incomplete", "response": whole}])


def _message(stream: bool, said: str) -> Any:
    content = [{"type": "text", "text": said}] if said else []
    usage = {"input_tokens": 5, "output_tokens": 1}
    whole = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": usage}
    if not stream:
        return faults.ok(whole | {"content": content, "stop_reason": "refusal"})
    block = [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": said}},
        {"type": "content_block_stop", "index": 0},
    ]
    end = [
        {"type": "message_delta", "delta": {"stop_reason": "refusal"}, "usage": {"output_tokens": 3}},
        {"type": "message_stop"},
    ]
    return _named([{"type": "message_start", "message": whole}, *(block if said else []), *end])


def _named(events: list[dict[str, Any]]) -> Any:
    """A stream whose events have names, too."""
    body = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events).encode()
    return faults.chunked([body], headers={"content-type": "text/event-stream", "transfer-encoding": "chunked"})


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("how", ["elsewhere", "held", "carried"])
@pytest.mark.parametrize("front", list(PATHS))
@pytest.mark.parametrize("back", ["chat", "messages", "responses", "gemini"])
def test_what_is_filtered_without_a_word_is_asked_elsewhere(
    http: httpx.Client, strict: FaultUpstream, mild: FaultUpstream, back: str, front: str, how: str, stream: bool
) -> None:
    strict.answer(refusal(back, stream))
    mild.answer(faults.stream(chat_stream(["Of course"])) if stream else faults.ok())
    answer = ask(http, front, f"{back}-{how}", stream)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-switchgear-model"] == "mild"
    assert ("Of course" if stream else "Hello.") in answer.text
    assert answer.headers["x-switchgear-attempts"] == "2"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("dialect", "word"), [("chat", "content_filter"), ("messages", "refusal"), ("responses", "content_filter")]
)
@pytest.mark.parametrize(("how", "said"), [("plain", ""), ("elsewhere", "It is")])
def test_it_passes_as_it_came_where_nobody_else_is_named_or_something_was_said(
    http: httpx.Client, strict: FaultUpstream, dialect: str, word: str, how: str, said: str, stream: bool
) -> None:
    strict.answer(refusal(dialect, stream, said))
    answer = ask(http, dialect, f"{dialect}-{how}", stream)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-switchgear-model"] == "strict"
    assert word in answer.text
    assert said in answer.text
