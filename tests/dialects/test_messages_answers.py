"""Whole answers, from Anthropic and to Messages clients."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.calls import Usage
from switchgear.core.canonical import (
    Answer,
    Audio,
    Call,
    Citation,
    Finish,
    Message,
    Native,
    Part,
    Reasoning,
    ReasoningWish,
    Refusal,
    Signature,
    Text,
    ToolCall,
)
from switchgear.core.capabilities import Target
from switchgear.dialects.base import NotThisDialectError
from switchgear.dialects.messages import BACK, FRONT

TARGET = Target("claude", "anthropic", "claude-sonnet-4-5", native_signatures="messages")
CALL = Call("fast", [Message("user", [Text("Hi")])])


def document(*content: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "content": list(content),
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 5},
    } | fields


def read(*content: dict[str, Any], **fields: Any) -> Answer:
    return BACK.read_answer(json.dumps(document(*content, **fields)).encode(), TARGET)


def written(*parts: Part, call: Call = CALL, **fields: Any) -> dict[str, Any]:
    answer = Answer(**{"id": "msg_1", "model": "claude", "parts": list(parts), "finish": "stop"} | fields)
    found: dict[str, Any] = json.loads(FRONT.write_answer(answer, call))
    return found


# ---------------------------------------------------------------- from Anthropic


def test_an_answer_is_read_with_all_its_parts() -> None:
    answer = read(
        {"type": "thinking", "thinking": "Hm", "signature": "s"},
        {"type": "thinking", "thinking": "", "signature": "t"},
        {"type": "redacted_thinking", "data": "r"},
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}},
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []},
        {
            "type": "text",
            "text": "So",
            "citations": [
                {"type": "web_search_result_location", "url": "https://a", "title": "A", "cited_text": "q"},
                {"type": "char_location", "document_title": "D", "cited_text": "d", "document_index": 0},
                {"type": "search_result_location", "source": "mine", "title": None, "cited_text": "m"},
            ],
        },
        {"type": "text", "text": "", "citations": None},
        {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": "sky"}},
        {"type": "of tomorrow", "text": 5} | {"text": None},
        stop_reason="tool_use",
    )
    assert answer.parts == [
        Reasoning("Hm", Signature("claude", "s")),
        Reasoning("", Signature("claude", "t")),
        Reasoning(signature=Signature("claude", "r"), redacted=True),
        Text("So", citations=[Citation("https://a", "A", "q"), Citation("", "D", "d"), Citation("mine", "", "m")]),
        ToolCall("toolu_1", "look", '{"at": "sky"}'),
    ]
    assert (answer.id, answer.model, answer.finish) == ("msg_1", "claude-sonnet-4-5-20250929", "tool_calls")


def test_the_prompt_is_all_that_was_read_cached_or_not() -> None:
    told = {
        "input_tokens": 10,
        "output_tokens": 50,
        "cache_read_input_tokens": 100,
        "cache_creation_input_tokens": 20,
        "output_tokens_details": {"thinking_tokens": 30},
        "service_tier": "priority",
    }
    answer = read(usage=told)
    assert answer.usage == Usage(130, 50, cached_tokens=100, reasoning_tokens=30, cache_write_tokens=20)
    assert answer.service_tier == "priority"


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        (None, None),
        ({}, None),
        ({"input_tokens": None, "output_tokens": 5}, Usage(0, 5)),
        ({"input_tokens": -3, "output_tokens": 1e300}, Usage(0, 10**8)),
        ({"input_tokens": 2.0, "output_tokens": 5, "output_tokens_details": {"thinking_tokens": 9}}, Usage(2, 5, reasoning_tokens=5)),
    ],
)  # fmt: skip
def test_usage_that_makes_little_sense_is_still_a_number(told: object, usage: Usage | None) -> None:
    assert read(usage=told).usage == usage


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("pause_turn", "pause"),
        ("refusal", "refusal"),
        ("of tomorrow", "stop"),
        (None, "unsaid"),
    ],
)
def test_why_it_ended_is_read(reason: str | None, finish: Finish) -> None:
    assert read(stop_reason=reason).finish == finish


def test_a_refusal_that_is_explained_is_read_with_its_words() -> None:
    answer = read(
        stop_reason="refusal", stop_details={"type": "refusal", "category": "cyber", "explanation": "Not this."}
    )
    assert answer.parts == [Refusal("Not this.")]
    assert read(stop_reason="stop_sequence", stop_sequence="X").stop_sequence == "X"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"id":"x"}', b'{"content":"x"}', b'{"content":[{"text":"\xff"}]}', b"[" * 5000]
)
def test_what_is_no_answer_of_anthropics_is_told(body: bytes) -> None:
    with pytest.raises(NotThisDialectError):
        BACK.read_answer(body, TARGET)


# ---------------------------------------------------------------- to clients


def test_an_answer_is_written_whole() -> None:
    found = written(
        Reasoning("Hm", Signature("claude", "s")),
        Reasoning(signature=Signature("gem", "g")),
        Reasoning(signature=Signature("claude", "r"), redacted=True),
        Reasoning("unsigned"),
        Text("So", citations=[Citation("https://a", "A", "q"), Citation("", "D", "doc")]),
        ToolCall("toolu_1", "look", '{"at":"sky"}'),
        ToolCall("f.look:0", "look", ""),
        Native("messages", {"type": "server_tool_use", "id": "s"}),
        Native("responses", {"type": "x"}),
        Audio(id="a", transcript="heard"),
        usage=Usage(130, 50, cached_tokens=100, reasoning_tokens=30, cache_write_tokens=20),
        service_tier="default",
    )
    cited = {
        "type": "web_search_result_location", "cited_text": "q", "encrypted_index": "", "title": "A", "url": "https://a",
    }  # fmt: skip
    placed = {
        "type": "char_location", "cited_text": "doc", "document_index": 0, "document_title": "D",
        "start_char_index": 0, "end_char_index": 3, "file_id": None,
    }  # fmt: skip
    assert found == {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": [
            {"type": "thinking", "thinking": "Hm", "signature": "sg1.claude.s"},
            {"type": "thinking", "thinking": "", "signature": "sg1.gem.g"},
            {"type": "redacted_thinking", "data": "sg1.claude.r"},
            {"type": "thinking", "thinking": "unsigned", "signature": ""},
            {"type": "text", "text": "So", "citations": [cited, placed]},
            {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": "sky"}, "caller": {"type": "direct"}},
            {"type": "tool_use", "id": "sgt_Zi5sb29rOjA", "name": "look", "input": {}, "caller": {"type": "direct"}},
            {"type": "server_tool_use", "id": "s"},
            {"type": "text", "text": "heard", "citations": None},
        ],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "stop_details": None,
        "container": None,
        "usage": {
            "input_tokens": 10,
            "cache_creation_input_tokens": 20,
            "cache_read_input_tokens": 100,
            "output_tokens": 50,
            "output_tokens_details": {"thinking_tokens": 30},
            "cache_creation": None,
            "inference_geo": None,
            "server_tool_use": None,
            "service_tier": "standard",
        },
    }


@pytest.mark.parametrize(
    ("finish", "parts", "reason"),
    [
        ("stop", [], "end_turn"),
        ("length", [], "max_tokens"),
        ("tool_calls", [ToolCall("t", "f", "{}")], "tool_use"),
        ("content_filter", [], "refusal"),
        ("refusal", [], "refusal"),
        ("pause", [], "pause_turn"),
        ("stop", [ToolCall("t", "f", "{}")], "tool_use"),
        ("stop", [Refusal("No.")], "refusal"),
        ("length", [ToolCall("t", "f", "{}")], "max_tokens"),
    ],
)
def test_why_it_ended_is_written(finish: Finish, parts: list[Part], reason: str) -> None:
    assert written(*parts, finish=finish)["stop_reason"] == reason


def test_the_stop_sequence_that_ended_it_is_named() -> None:
    found = written(Text("a"), stop_sequence="X")
    assert (found["stop_reason"], found["stop_sequence"]) == ("stop_sequence", "X")


def test_ids_and_models_that_a_provider_did_not_give_are_made() -> None:
    found = written(ToolCall("", "f", ""), ToolCall("", "g", ""), id="chatcmpl-a.b:c", model="")
    assert (found["id"], found["model"]) == ("msg_chatcmpl-abc", "fast")
    assert [block["id"] for block in found["content"]] == ["toolu_chatcmpl-abc_0", "toolu_chatcmpl-abc_1"]


def test_arguments_that_are_no_object_are_put_into_one() -> None:
    found = written(ToolCall("a", "f", '{"x":'), ToolCall("b", "g", "plain", custom=True), ToolCall("c", "h", "[1]"))
    assert [block["input"] for block in found["content"]] == [{"input": '{"x":'}, {"input": "plain"}, {"input": "[1]"}]


def test_thoughts_that_were_not_to_be_shown_are_left_out() -> None:
    call = Call("m", CALL.messages, reasoning=ReasoningWish(adaptive=True, show=False))
    found = written(Reasoning("Hm", Signature("claude", "s")), Reasoning("unsigned"), Text("So"), call=call)
    assert found["content"][:-1] == [{"type": "thinking", "thinking": "", "signature": "sg1.claude.s"}]


def test_an_answer_without_usage_says_so_with_zeros() -> None:
    assert set(written()["usage"].values()) == {0, None}
