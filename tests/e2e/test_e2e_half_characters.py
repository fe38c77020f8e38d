"""Answers that end within a character, as where ``max_tokens`` cuts an emoji: they were paid for, and pass in every dialect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from observed import HI

from switchgear.testing import FaultUpstream, faults, served

CONFIG = """
[local]
enabled = false

[providers.chat]
base_url = "{url}"

[providers.responses]
base_url = "{url}"
dialects = ["responses"]

[providers.messages]
kind = "anthropic"
base_url = "{url}"

[models.held]
stream_recovery = "hold"
deployments = [{{ provider = "chat", model = "alpha" }}]
"""
CUT = rb"So happy \ud83d"
CHAT = b'{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"%b"},"finish_reason":"length"}]%b}'
MESSAGE = (
    b'{"id":"m","type":"message","role":"assistant","model":"alpha","content":[{"type":"text","text":"%b"}],'
    b'"stop_reason":"max_tokens"%b}'
)
RESPONSE = (
    b'{"id":"resp_1","object":"response","created_at":1,"model":"alpha","status":"incomplete","incomplete_details":'
    b'{"reason":"max_output_tokens"},"output":[{"type":"message","id":"i","role":"assistant","content":'
    b'[{"type":"output_text","text":"%b"}]}]%b}'
)
WHOLE = {
    "chat": (CHAT, b',"usage":{"prompt_tokens":7,"completion_tokens":5}'),
    "messages": (MESSAGE, b',"usage":{"input_tokens":7,"output_tokens":5}'),
    "responses": (RESPONSE, b',"usage":{"input_tokens":7,"output_tokens":5}'),
}
PATHS = {"chat": "/v1/chat/completions", "messages": "/v1/messages", "responses": "/v1/responses"}


@pytest.fixture(scope="module")
def upstream() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def http(upstream: FaultUpstream) -> Iterator[httpx.Client]:
    with served(CONFIG.format(url=upstream.base_url)) as gateway:
        headers = {"authorization": f"Bearer {gateway.key}"}
        with httpx.Client(base_url=gateway.url, headers=headers, timeout=30, trust_env=False) as client:
            yield client


def ask(http: httpx.Client, dialect: str, model: str, **more: Any) -> httpx.Response:
    asked: dict[str, Any] = {"input": "Hi"} if dialect == "responses" else {"messages": HI}
    if dialect == "messages":
        asked["max_tokens"] = 5
    return http.post(PATHS[dialect], json={"model": model, **asked, **more})


@pytest.mark.parametrize("counted", [True, False], ids=["counted", "uncounted"])
@pytest.mark.parametrize("back", list(WHOLE))
@pytest.mark.parametrize("front", list(PATHS))
def test_a_whole_answer_passes(
    http: httpx.Client, upstream: FaultUpstream, front: str, back: str, counted: bool
) -> None:
    body, usage = WHOLE[back]
    body = body % (CUT, usage if counted else b"")
    upstream.answer(faults.ok(body))
    answer = ask(http, front, f"{back}/alpha")
    assert answer.status_code == 200, answer.text
    assert "So happy " in answer.text
    if front == back != "responses":
        assert answer.content == body
    else:
        assert answer.json()["model"]


@pytest.mark.parametrize("model", ["chat/alpha", "held"])
def test_a_stream_passes_that_is_cut_between_two_halves(
    http: httpx.Client, upstream: FaultUpstream, model: str
) -> None:
    chunk = b'{"id":"c","choices":[{"index":0,"delta":{"content":"%b"},"finish_reason":null}]}'
    end = b'{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}'
    upstream.answer(faults.stream([chunk % CUT, chunk % rb"\ude00 now", end]))
    answer = ask(http, "chat", model, stream=True)
    assert answer.status_code == 200, answer.text
    assert CUT in answer.content
    assert rb"\ude00 now" in answer.content


def test_the_last_event_of_a_stream_passes_that_repeats_the_cut_text(
    http: httpx.Client, upstream: FaultUpstream
) -> None:
    body, usage = WHOLE["responses"]
    whole = b'{"type":"response.incomplete","response":%b}' % (body % (CUT, usage))
    upstream.answer(
        faults.chunked(
            [b"event: response.incomplete\ndata: %b\n\n" % whole],
            headers={"content-type": "text/event-stream", "transfer-encoding": "chunked"},
        )
    )
    answer = ask(http, "responses", "responses/alpha", stream=True)
    assert answer.status_code == 200, answer.text
    assert "event: response.incomplete" in answer.text
    assert "So happy " in answer.text
