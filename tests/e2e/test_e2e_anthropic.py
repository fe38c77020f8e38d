"""Anthropic Messages in front of a served gateway: to Anthropic as bytes, to others across."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from switchgear.testing import Close, Delay, FaultUpstream, ReadBody, ScriptedProvider, Send, faults, http1, served

CONFIG = """
[local]
enabled = false

[retry]
attempts = 1

[health]
errors = 10000
calls = 1000000

[providers.claude]
kind = "anthropic"
base_url = "{claude}"
api_key = "env:KEY"
models = ["claude-sonnet-4-5"]

[providers.bare]
kind = "anthropic"
base_url = "{claude}"
models = ["claude-sonnet-4-5"]

[providers.other]
kind = "openai"
base_url = "{other}"
api_key = "env:KEY"
models = ["alpha"]
"""
KEY = "the-provider's-own-key"
CLAUDE, OTHER = "claude/claude-sonnet-4-5", "other/alpha"
VERSION = {"anthropic-version": "2023-06-01"}
SSE = {"content-type": "text/event-stream; charset=utf-8", "transfer-encoding": "chunked"}


@pytest.fixture(scope="module")
def claude() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def other() -> Iterator[ScriptedProvider]:
    with ScriptedProvider.in_thread(api_key=KEY, models=("alpha",)) as running:
        yield running


@pytest.fixture(scope="module")
def client(claude: FaultUpstream, other: ScriptedProvider) -> Iterator[httpx.Client]:
    config = CONFIG.format(claude=claude.base_url, other=other.base_url)
    with (
        served(config, env={"KEY": KEY}) as running,
        httpx.Client(base_url=running.url, headers={"x-api-key": running.key}, timeout=20, trust_env=False) as http,
    ):
        yield http


def request(model: str, **fields: Any) -> dict[str, Any]:
    return {"model": model, "max_tokens": 50, "messages": [{"role": "user", "content": "one two three"}]} | fields


def event(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind} | fields)}\n\n".encode()


STREAM = [
    event(
        "message_start", message={"id": "msg_1", "type": "message", "usage": {"input_tokens": 9, "output_tokens": 1}}
    ),
    event("content_block_start", index=0, content_block={"type": "thinking", "thinking": "", "signature": ""}),
    event("content_block_delta", index=0, delta={"type": "signature_delta", "signature": "abc"}),
    event("content_block_stop", index=0),
    event("content_block_start", index=1, content_block={"type": "text", "text": ""}),
    event("content_block_delta", index=1, delta={"type": "text_delta", "text": "one"}),
    event("content_block_stop", index=1),
    event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 4}),
    event("message_stop"),
]


def streamed(*pieces: bytes) -> list[Any]:
    return [
        ReadBody(),
        Send(http1.head(200, SSE)),
        *[Send(http1.chunk(piece)) for piece in pieces],
        Send(http1.LAST_CHUNK),
    ]


def kinds(stream: bytes) -> list[str]:
    return [line[7:].decode() for line in stream.split(b"\n") if line.startswith(b"event: ")]


# ---------------------------------------------------------------- Anthropic behind


def test_an_answer_passes_as_it_came_but_for_the_marks_on_signatures(
    client: httpx.Client, claude: FaultUpstream
) -> None:
    told = b'{"id":"msg_1", "type":"message","content":[{"type":"text","text":"x"}],"usage":{"input_tokens":1,"output_tokens":2}}'
    claude.answer(faults.ok(told))
    answer = client.post("/v1/messages", json=request(CLAUDE), headers={"anthropic-beta": "a-1,b-2"})
    assert (answer.status_code, answer.content) == (200, told)
    assert answer.headers["request-id"] == answer.headers["x-request-id"]
    assert answer.headers["x-switchgear-provider"] == "claude"
    sent = claude.requests[-1]
    assert json.loads(sent.body) == request("claude-sonnet-4-5")
    fields = dict(sent.headers)
    assert (fields["x-api-key"], fields["anthropic-beta"], fields["anthropic-version"]) == (
        KEY,
        "a-1,b-2",
        "2023-06-01",
    )


def test_a_stream_passes_with_its_signature_marked_and_comes_back_without(
    client: httpx.Client, claude: FaultUpstream
) -> None:
    claude.answer(streamed(*STREAM))
    answer = client.post("/v1/messages", json=request(CLAUDE, stream=True))
    assert answer.content == b"".join(STREAM).replace(b'"abc"', b'"sg1.claude.abc"').replace(
        STREAM[2].replace(b'"abc"', b'"sg1.claude.abc"'),
        b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
        b'"delta":{"type":"signature_delta","signature":"sg1.claude.abc"}}\n\n',
    )
    thought = {"type": "thinking", "thinking": "", "signature": "sg1.claude.abc"}
    foreign = {"type": "thinking", "thinking": "x", "signature": "sg1.gemini.abc"}
    said = {"type": "text", "text": "one sg1.claude.abc"}
    for blocks, kept in (([thought, said], [thought | {"signature": "abc"}, said]), ([foreign, said], [said])):
        claude.answer(faults.ok({"type": "message", "content": [], "usage": {}}))
        messages = [
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": blocks},
            {"role": "user", "content": "b"},
        ]
        assert client.post("/v1/messages", json=request(CLAUDE, messages=messages)).status_code == 200
        assert json.loads(claude.requests[-1].body)["messages"][1]["content"] == kept


def test_refusals_are_told_in_anthropics_form(client: httpx.Client, claude: FaultUpstream) -> None:
    told = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    claude.answer(ReadBody(), Send(http1.response(http1.encode_body(told), 529)))
    answer = client.post("/v1/messages", json=request(CLAUDE))
    assert answer.status_code == 503
    assert answer.json()["error"]["type"] == "overloaded_error"
    assert answer.headers["x-should-retry"] == "true"
    missing = client.post("/v1/messages", json={"model": CLAUDE, "messages": []})
    assert missing.status_code == 400
    assert missing.json()["error"] == {"type": "invalid_request_error", "message": missing.json()["error"]["message"]}


def test_a_stream_that_breaks_off_ends_with_an_error(client: httpx.Client, claude: FaultUpstream) -> None:
    claude.answer(streamed(*STREAM[:6])[:-1], Delay(0.01), Close())
    answer = client.post("/v1/messages", json=request(CLAUDE, stream=True))
    assert kinds(answer.content)[-1] == "error"
    assert "message_stop" not in kinds(answer.content)


def test_tokens_are_counted_by_the_provider(client: httpx.Client, claude: FaultUpstream) -> None:
    claude.answer(faults.ok({"input_tokens": 14}))
    thought = {"type": "thinking", "thinking": "x", "signature": "sg1.gemini.abc"}
    asked = request(CLAUDE, messages=[
        {"role": "user", "content": "a"}, {"role": "assistant", "content": [thought, {"type": "text", "text": "b"}]},
        {"role": "user", "content": "c"},
    ])  # fmt: skip
    del asked["max_tokens"]
    answer = client.post("/v1/messages/count_tokens", json=asked)
    assert answer.json() == {"input_tokens": 14}
    assert "x-switchgear-estimated" not in answer.headers
    sent = claude.requests[-1]
    assert sent.target == "/v1/messages/count_tokens"
    assert json.loads(sent.body).keys() == {"model", "messages"}
    assert b"gemini" not in sent.body


def test_a_provider_that_does_not_know_the_model_says_so_when_asked_to_count(
    client: httpx.Client, claude: FaultUpstream
) -> None:
    told = {"type": "error", "error": {"type": "not_found_error", "message": "model: claude-sonnet-4-5"}}
    claude.answer(ReadBody(), Send(http1.response(http1.encode_body(told), 404)))
    answer = client.post("/v1/messages/count_tokens", json=request(CLAUDE))
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "not_found_error")


def test_tokens_are_estimated_for_a_provider_without_that_path(client: httpx.Client, claude: FaultUpstream) -> None:
    asked = len(claude.requests)
    claude.answer(ReadBody(), Send(http1.response(b"Not found", 404)))
    for _ in range(2):
        answer = client.post("/v1/messages/count_tokens", json=request("bare/claude-sonnet-4-5"))
        assert answer.headers["x-switchgear-estimated"] == "input_tokens"
        assert 8 <= answer.json()["input_tokens"] <= 12
    assert len(claude.requests) == asked + 1


# ---------------------------------------------------------------- another provider behind


def test_an_answer_crosses(client: httpx.Client) -> None:
    answer = client.post("/v1/messages", json=request(OTHER, top_k=5)).json()
    assert answer["content"] == [{"type": "text", "text": "one two three", "citations": None}]
    assert (answer["type"], answer["role"], answer["stop_reason"]) == ("message", "assistant", "end_turn")
    assert answer["id"].startswith("msg_")
    assert answer["usage"]["output_tokens"] == 3


def test_a_stream_crosses(client: httpx.Client) -> None:
    answer = client.post("/v1/messages", json=request(OTHER, stream=True))
    found = kinds(answer.content)
    assert found[:2] == ["message_start", "content_block_start"]
    assert found[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    datas = [json.loads(line[6:]) for line in answer.content.split(b"\n") if line.startswith(b"data: ")]
    assert "".join(data["delta"]["text"] for data in datas if data["type"] == "content_block_delta") == "one two three"
    assert datas[-2]["usage"]["output_tokens"] == 3


def test_tokens_are_estimated_for_a_provider_that_does_not_count(client: httpx.Client) -> None:
    asked = request(OTHER, system="some words " * 50)
    answer = client.post("/v1/messages/count_tokens", json=asked)
    assert answer.headers["x-switchgear-estimated"] == "input_tokens"
    assert 100 <= answer.json()["input_tokens"] <= 120


# ---------------------------------------------------------------- the gateway itself


def test_models_are_listed_in_anthropics_form_to_those_who_speak_it(client: httpx.Client) -> None:
    page = client.get("/v1/models", params={"limit": 1}, headers=VERSION).json()
    assert page.keys() == {"data", "has_more", "first_id", "last_id"}
    assert page["has_more"] is True
    rest = client.get("/v1/models", params={"after_id": page["last_id"]}, headers=VERSION).json()
    names = [model["id"] for model in page["data"] + rest["data"]]
    assert {CLAUDE, OTHER} <= set(names)
    before = client.get("/v1/models", params={"before_id": names[1], "limit": 5}, headers=VERSION).json()
    assert [model["id"] for model in before["data"]] == names[:1]
    one = client.get(f"/v1/models/{CLAUDE}", headers=VERSION).json()
    assert (one["type"], one["id"]) == ("model", CLAUDE)
    assert "object" in client.get("/v1/models").json()


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/v1/models?limit=0", 400, "invalid_request_error"),
        ("GET", "/v1/models/none", 404, "not_found_error"),
        ("DELETE", "/v1/models", 405, "invalid_request_error"),
        ("GET", "/v1/messages", 405, "invalid_request_error"),
        ("GET", "/v1/messages/count_tokens", 405, "invalid_request_error"),
    ],
)
def test_mistakes_are_told_in_anthropics_form(
    client: httpx.Client, method: str, path: str, status: int, kind: str
) -> None:
    answer = client.request(method, path, headers=VERSION)
    assert (answer.status_code, answer.json()["error"]["type"]) == (status, kind)


def test_a_key_that_opens_nothing_is_told_in_anthropics_form(client: httpx.Client) -> None:
    for path in ("/v1/messages", "/v1/messages/count_tokens"):
        answer = client.post(path, json=request(CLAUDE), headers={"x-api-key": "sk-ant-wrong"})
        assert (answer.status_code, answer.json()["error"]["type"]) == (401, "authentication_error")
