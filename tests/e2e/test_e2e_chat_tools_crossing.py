"""Tools in chats whatever the client speaks and whatever the provider does: every front before every back, streamed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from crossing_providers import Calls, Ends, Says, Writes, streamed, wire
from desk_plugin import PLUGINS, client_of, desk_folder, install_desk

from switchgear.testing import FaultUpstream, served

CONFIG = """
[local]
enabled = false

[retry]
attempts = 1

[providers.chat]
kind = "openai"
base_url = "{url}/v1"

[providers.responses]
kind = "openai"
base_url = "{url}/v1"
dialects = ["responses"]

[providers.messages]
kind = "anthropic"
base_url = "{url}/v1"
"""
FRONTS = ("chat", "responses", "messages")
BACKS = ("chat", "responses", "messages")
PATHS = {"chat": "/v1/chat/completions", "responses": "/v1/responses", "messages": "/v1/messages"}
ADD = (
    Says("Let me "),
    Says("add."),
    Calls(1, "desk__add"),
    Writes(1, '{"a": 2'),
    Calls(2, "desk__add"),
    Writes(1, ', "b": 3}'),
    Writes(2, '{"a": 4, "b": 5}'),
    Ends(21, 34),
)
SAY = (Says("5 and "), Says("9."), Ends(55, 8))


@pytest.fixture(scope="module")
def upstream() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(upstream: FaultUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[served]:
    folder = desk_folder(tmp_path_factory.mktemp("plugins"))
    with served((CONFIG + PLUGINS).format(url=upstream.url, folder=folder)) as running:
        install_desk(running)
        yield running


@pytest.fixture
def http(gateway: served) -> Iterator[httpx.Client]:
    with client_of(gateway) as client:
        yield client


def body(front: str, back: str) -> dict[str, Any]:
    asked: dict[str, Any] = {"model": f"{back}/m", "stream": True, "switchgear": {"tools": ["desk__add"]}}
    if front == "responses":
        return asked | {"input": "Add."}
    messages = [{"role": "user", "content": "Add."}]
    if front == "messages":
        return asked | {"messages": messages, "max_tokens": 100}
    return asked | {"messages": messages, "stream_options": {"include_usage": True}}


def heard(front: str, text: str) -> tuple[str, list[Any]]:
    """The text of a stream, and its documents."""
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: {")]
    documents = [json.loads(line) for line in lines]
    said = []
    for one in documents:
        if front == "chat" and one.get("choices"):
            said.append(one["choices"][0]["delta"].get("content") or "")
        elif front == "messages" and one.get("type") == "content_block_delta":
            said.append(one["delta"].get("text") or "")
        elif front == "responses" and one.get("type") == "response.output_text.delta":
            said.append(one["delta"])
    return "".join(said), documents


def results(back: str, asked: Any) -> list[str]:
    """What the provider was told that the tools said."""
    if back == "chat":
        return [one["content"] for one in asked["messages"] if one["role"] == "tool"]
    if back == "responses":
        return [one["output"] for one in asked["input"] if one.get("type") == "function_call_output"]
    blocks = [block for one in asked["messages"] if isinstance(one["content"], list) for block in one["content"]]
    told = [block["content"] for block in blocks if block["type"] == "tool_result"]
    return [one if isinstance(one, str) else one[0]["text"] for one in told]


def usage_of(front: str, documents: list[Any]) -> tuple[int, int]:
    if front == "chat":
        usage = documents[-1]["usage"]
        return usage["prompt_tokens"], usage["completion_tokens"]
    found = documents[-2]["usage"] if front == "messages" else documents[-1]["response"]["usage"]
    return found["input_tokens"], found["output_tokens"]


@pytest.mark.parametrize("back", BACKS)
@pytest.mark.parametrize("front", FRONTS)
def test_two_tools_run_and_the_answer_streams(
    http: httpx.Client, upstream: FaultUpstream, front: str, back: str
) -> None:
    upstream.forget()
    upstream.answer(streamed(back, wire(back, ADD)))
    upstream.answer(streamed(back, wire(back, SAY)))
    answer = http.post(PATHS[front], json=body(front, back))
    assert answer.status_code == 200, answer.text
    text, documents = heard(front, answer.text)
    assert text.replace("\n\n", "") == "Let me add.5 and 9."
    first, second = (request.json for request in upstream.requests[-2:])
    assert "switchgear" not in first
    assert sorted(results(back, second)) == ["5", "9"]
    assert usage_of(front, documents) == (21 + 55, 34 + 8)
    assert "error" not in [one.get("type") for one in documents]
