"""Clients of Chat Completions before Google's Gemini, Ollama and Azure: whole, streamed, with tools, and on a bad day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from switchgear.testing import FaultUpstream, Plan, ReadBody, Send, faults, http1, served

CONFIG = """
[local]
enabled = false

[retry]
attempts = 1

[health]
errors = 10000
calls = 1000000

[providers.google]
kind = "gemini"
base_url = "{url}/v1beta"
api_key = "env:GOOGLE_KEY"

[providers.home]
kind = "ollama"
base_url = "{url}"

[providers.azure]
kind = "azure"
base_url = "{url}"
api_key = "env:AZURE_KEY"
api_version = "2024-10-21"
"""

WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
COUNTS = {"promptTokenCount": 9, "candidatesTokenCount": 4, "thoughtsTokenCount": 3}


@pytest.fixture(scope="module")
def upstream() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def http(upstream: FaultUpstream) -> Iterator[httpx.Client]:
    env = {"GOOGLE_KEY": "AIzaSy-test-0123456789", "AZURE_KEY": "azure-test-0123456789"}
    with served(CONFIG.format(url=upstream.url), env=env) as gateway:
        headers = {"authorization": f"Bearer {gateway.key}"}
        with httpx.Client(base_url=gateway.url, headers=headers, timeout=20, trust_env=False) as client:
            yield client


def ask(http: httpx.Client, model: str, **more: Any) -> httpx.Response:
    body = {"model": model, "messages": [{"role": "user", "content": "Hi"}]} | more
    return http.post("/v1/chat/completions", json=body)


def chunks(answer: httpx.Response) -> list[Any]:
    assert answer.status_code == 200, answer.text
    return [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]


def said(answer: httpx.Response) -> dict[str, Any]:
    """What a stream's deltas amount to."""
    found: dict[str, Any] = {"content": "", "reasoning_content": "", "arguments": "", "finish": None, "usage": None}
    for chunk in chunks(answer):
        found["usage"] = chunk.get("usage") or found["usage"]
        for choice in chunk["choices"]:
            delta = choice["delta"]
            for name in ("content", "reasoning_content"):
                found[name] += delta.get(name) or ""
            for call in delta.get("tool_calls", ()):
                found["arguments"] += call["function"].get("arguments", "")
            found["finish"] = choice["finish_reason"] or found["finish"]
    return found


def gemini(*parts: Any, reason: str | None = None, **more: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    return {"candidates": [candidate | ({"finishReason": reason} if reason else {})]} | more


def lines(*documents: Any) -> Plan:
    head = http1.head(200, {"content-type": "application/x-ndjson", "transfer-encoding": "chunked"})
    sent = [Send(http1.chunk(json.dumps(document).encode() + b"\n")) for document in documents]
    return (ReadBody(), Send(head), *sent, Send(http1.LAST_CHUNK))


def ollama(done: bool = False, **message: Any) -> dict[str, Any]:
    end = {"done_reason": "stop", "prompt_eval_count": 9, "eval_count": 4} if done else {}
    return {"model": "qwen3", "message": {"role": "assistant", "content": ""} | message, "done": done} | end


CALL = {"functionCall": {"name": "weather", "args": {"city": "Oslo"}}, "thoughtSignature": "c2ln"}


def test_gemini_answers_whole(http: httpx.Client, upstream: FaultUpstream) -> None:
    upstream.answer(
        faults.ok(gemini({"text": "t", "thought": True}, {"text": "Hello."}, reason="STOP", usageMetadata=COUNTS))
    )
    answer = ask(http, "google/gemini-3.6-flash", max_tokens=9, reasoning_effort="low").json()
    message = answer["choices"][0]["message"]
    assert (message["content"], message["reasoning_content"]) == ("Hello.", "t")
    assert (answer["usage"]["prompt_tokens"], answer["usage"]["completion_tokens"]) == (9, 7)
    assert answer["usage"]["completion_tokens_details"]["reasoning_tokens"] == 3
    sent = json.loads(upstream.requests[-1].body)
    assert sent["generationConfig"]["thinkingConfig"] == {"thinkingLevel": "low", "includeThoughts": True}


def test_gemini_streams_with_a_tool(http: httpx.Client, upstream: FaultUpstream) -> None:
    events = [
        gemini({"text": "Wait"}),
        gemini({"text": "."}),
        gemini(CALL),
        gemini(reason="STOP", usageMetadata=COUNTS),
    ]
    upstream.answer(faults.stream(events, done=False))
    options = {"stream_options": {"include_usage": True}}
    found = said(ask(http, "google/gemini-3.6-flash", stream=True, tools=[WEATHER], **options))
    assert (found["content"], json.loads(found["arguments"]), found["finish"]) == (
        "Wait.",
        {"city": "Oslo"},
        "tool_calls",
    )
    assert found["usage"]["prompt_tokens"] == 9
    assert upstream.requests[-1].target.endswith(":streamGenerateContent?alt=sse")


def test_gemini_blocks_a_prompt(http: httpx.Client, upstream: FaultUpstream) -> None:
    upstream.answer(faults.ok({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 9}}))
    assert ask(http, "google/gemini-3.6-flash").json()["choices"][0]["finish_reason"] == "content_filter"


def test_gemini_breaks_off_inside_a_stream(http: httpx.Client, upstream: FaultUpstream) -> None:
    failure = {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}
    upstream.answer(faults.stream([gemini({"text": "a"}), failure], done=False))
    answer = ask(http, "google/gemini-3.6-flash", stream=True)
    assert "provider_overloaded" in answer.text
    assert "[DONE]" not in answer.text


def test_gemini_ends_a_stream_too_early(http: httpx.Client, upstream: FaultUpstream) -> None:
    upstream.answer(faults.stream([gemini({"text": "a"})], done=False))
    answer = ask(http, "google/gemini-3.6-flash", stream=True)
    assert "provider_disconnected" in answer.text
    assert "[DONE]" not in answer.text


def test_gemini_embeds(http: httpx.Client, upstream: FaultUpstream) -> None:
    upstream.answer(faults.ok({"embeddings": [{"values": [0.5, 1.0]}], "usageMetadata": {"promptTokenCount": 2}}))
    answer = http.post("/v1/embeddings", json={"model": "google/gemini-embedding-001", "input": "a"}).json()
    assert (answer["data"][0]["embedding"], answer["usage"]["prompt_tokens"]) == ([0.5, 1.0], 2)


def test_ollama_answers_whole(http: httpx.Client, upstream: FaultUpstream) -> None:
    upstream.answer(faults.ok(ollama(True, content="Hello.", thinking="t")))
    answer = ask(http, "home/qwen3").json()
    message = answer["choices"][0]["message"]
    assert (message["content"], message["reasoning_content"]) == ("Hello.", "t")
    assert (answer["usage"]["prompt_tokens"], answer["usage"]["completion_tokens"]) == (9, 4)
    assert json.loads(upstream.requests[-1].body)["model"] == "qwen3"


def test_ollama_streams_with_a_tool(http: httpx.Client, upstream: FaultUpstream) -> None:
    call = {"function": {"name": "weather", "arguments": {"city": "Oslo"}}}
    upstream.answer(lines(ollama(thinking="t"), ollama(content="Wait."), ollama(tool_calls=[call]), ollama(True)))
    found = said(ask(http, "home/qwen3", stream=True, tools=[WEATHER]))
    assert (found["reasoning_content"], found["content"]) == ("t", "Wait.")
    assert (json.loads(found["arguments"]), found["finish"]) == ({"city": "Oslo"}, "tool_calls")


def test_ollama_breaks_off_inside_a_stream(http: httpx.Client, upstream: FaultUpstream) -> None:
    upstream.answer(lines(ollama(content="a"), {"error": "model runner has unexpectedly stopped"}))
    answer = ask(http, "home/qwen3", stream=True)
    assert "model runner has unexpectedly stopped" in answer.text
    assert "[DONE]" not in answer.text


def test_ollama_knows_no_such_model(http: httpx.Client, upstream: FaultUpstream) -> None:
    upstream.answer(faults.status(404, {"error": "model 'x' not found"}))
    answer = ask(http, "home/x")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "provider_model_not_found")


def test_azure_passes_bytes_to_the_deployment(http: httpx.Client, upstream: FaultUpstream) -> None:
    assert ask(http, "azure/my-gpt").json()["choices"][0]["message"]["content"] == "Hello."
    target = upstream.requests[-1].target
    assert target == "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21"
    assert upstream.requests[-1].header("api-key") == "azure-test-0123456789"
