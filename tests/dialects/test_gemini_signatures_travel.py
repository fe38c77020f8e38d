"""Gemini's signatures travel through clients of every dialect, and go back to Gemini where they belong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from switchgear.core.calls import Usage
from switchgear.core.capabilities import Target
from switchgear.dialects import chat, messages, responses
from switchgear.dialects.base import Front
from switchgear.dialects.gemini import BACK

TARGET = Target("google", "gemini", "gemini-3.6-flash")
Json = dict[str, Any]

TURN = [
    {"text": "Two cities.", "thought": True},
    {"text": "I look them up."},
    {"functionCall": {"name": "f", "args": {"a": 1}, "id": "fc1"}, "thoughtSignature": "c2lnbmVk"},
    {"functionCall": {"name": "g", "args": {}, "id": "fc2"}},
]
"""The parts of a turn that demands results."""
SAID_BACK = [part for part in TURN if not part.get("thought")]
"""What Gemini is to get of it: nobody signed the thought, so it is of no use."""


def event(*parts: Json, reason: str | None = None) -> bytes:
    candidate: Json = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    if reason:
        candidate["finishReason"] = reason
    return json.dumps({"candidates": [candidate], "responseId": "r", "modelVersion": "m"}).encode()


FUNCTIONS = ("f", "g")


def chat_request(answer: Json | None) -> Json:
    request: Json = {"model": "m", "messages": [{"role": "user", "content": "Go"}]}
    request["tools"] = [{"type": "function", "function": {"name": name}} for name in FUNCTIONS]
    if answer is not None:
        message = answer["choices"][0]["message"]
        request["messages"] += [message] + [
            {"role": "tool", "tool_call_id": call["id"], "content": "ok"} for call in message["tool_calls"]
        ]
    return request


def messages_request(answer: Json | None) -> Json:
    request: Json = {"model": "m", "max_tokens": 99, "messages": [{"role": "user", "content": "Go"}]}
    request["tools"] = [{"name": name, "input_schema": {"type": "object"}} for name in FUNCTIONS]
    if answer is not None:
        called = [block["id"] for block in answer["content"] if block["type"] == "tool_use"]
        results = [{"type": "tool_result", "tool_use_id": call, "content": "ok"} for call in called]
        request["messages"] += [
            {"role": "assistant", "content": answer["content"]},
            {"role": "user", "content": results},
        ]
    return request


def responses_request(answer: Json | None) -> Json:
    request: Json = {
        "model": "m", "store": False, "include": ["reasoning.encrypted_content"], "reasoning": {"summary": "auto"},
        "input": [{"role": "user", "content": "Go"}],
        "tools": [{"type": "function", "name": name, "parameters": {"type": "object"}} for name in FUNCTIONS],
    }  # fmt: skip
    if answer is not None:
        called = [item["call_id"] for item in answer["output"] if item["type"] == "function_call"]
        request["input"] += answer["output"]
        request["input"] += [{"type": "function_call_output", "call_id": call, "output": "ok"} for call in called]
    return request


def is_asked(front: Front, request: Json) -> Json:
    """What Gemini is asked for a client's request."""
    call = front.read_call(json.dumps(request).encode())
    return json.loads(BACK.write_call(call, TARGET).body)  # type: ignore[no-any-return]


CLIENTS = [(chat.FRONT, chat_request), (messages.FRONT, messages_request), (responses.FRONT, responses_request)]


@pytest.mark.parametrize(("front", "request_after"), CLIENTS, ids=["chat", "messages", "responses"])
def test_a_turn_goes_back_to_gemini_as_it_came(front: Front, request_after: Callable[[Json | None], Json]) -> None:
    call = front.read_call(json.dumps(request_after(None)).encode())
    answer = BACK.read_answer(event(*TURN, reason="STOP"), TARGET)
    answer.usage = Usage(1, 1)
    given = json.loads(front.write_answer(answer, call))
    assert "sg1.google.c2lnbmVk" in json.dumps(given)
    contents = is_asked(front, request_after(given))["contents"]
    assert [content["role"] for content in contents] == ["user", "model", "user"]
    assert contents[1]["parts"] == SAID_BACK
    assert [part["functionResponse"]["id"] for part in contents[2]["parts"]] == ["fc1", "fc2"]


@pytest.mark.parametrize(("front", "request_after"), CLIENTS, ids=["chat", "messages", "responses"])
def test_another_provider_gets_none_of_it(front: Front, request_after: Callable[[Json | None], Json]) -> None:
    call = front.read_call(json.dumps(request_after(None)).encode())
    answer = BACK.read_answer(event(*TURN, reason="STOP"), TARGET)
    answer.usage = Usage(1, 1)
    given = json.loads(front.write_answer(answer, call))
    again = front.read_call(json.dumps(request_after(given)).encode())
    body = BACK.write_call(again, Target("other", "gemini", "gemini-3.6-flash")).body
    assert b"c2lnbmVk" not in body
    assert b"skip_thought_signature_validator" in body


def test_a_streamed_turn_goes_back_through_messages() -> None:
    """As Claude Code does: the blocks it gathered from the events are its next history."""
    call = messages.FRONT.read_call(json.dumps(messages_request(None) | {"stream": True}).encode())
    reader, writer = BACK.reader(TARGET), messages.FRONT.writer(call, "msg_1")
    sent = b"".join(writer.write(reader.read(event(part))) for part in TURN)
    sent += writer.write(reader.read(event(reason="STOP"))) + writer.finish(Usage(1, 1))
    blocks: dict[int, Json] = {}
    for line in sent.splitlines():
        if not line.startswith(b"data: "):
            continue
        told = json.loads(line[6:])
        if told["type"] == "content_block_start":
            blocks[told["index"]] = told["content_block"] | {"partial": ""}
        elif told["type"] == "content_block_delta":
            block, delta = blocks[told["index"]], told["delta"]
            for name in ("text", "thinking", "signature"):
                if name in delta:
                    block[name] = block.get(name, "") + delta[name]
            block["partial"] += delta.get("partial_json", "")
    content = []
    for _, block in sorted(blocks.items()):
        partial = block.pop("partial")
        content.append(block | ({"input": json.loads(partial or "{}")} if block["type"] == "tool_use" else {}))
    contents = is_asked(messages.FRONT, messages_request({"content": content}))["contents"]
    assert contents[1]["parts"] == SAID_BACK
