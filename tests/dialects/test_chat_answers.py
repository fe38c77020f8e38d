"""Whole answers of Chat Completions: written as the reference shows them, read however a server wrote them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai.types.chat import ChatCompletion

from switchgear.core.calls import Usage
from switchgear.core.canonical import (
    Answer,
    Audio,
    Call,
    Citation,
    Part,
    Reasoning,
    Refusal,
    Signature,
    Text,
    Tool,
    ToolCall,
)
from switchgear.core.capabilities import Target
from switchgear.dialects.base import NotThisDialectError
from switchgear.dialects.chat import BACK, FRONT

CALL = Call("alias", [])
TARGET = Target("p", "openai", "m")
USAGE = Usage(10, 5, 4, 2, cache_write_tokens=3)


def written(*parts: Part, call: Call = CALL, **fields: Any) -> dict[str, Any]:
    answer = Answer(
        **{"id": "chatcmpl-1", "model": "m", "parts": list(parts), "finish": "stop", "created": 1_700_000_000, **fields}
    )
    body = FRONT.write_answer(answer, call)
    ChatCompletion.model_validate_json(body, strict=True)
    return json.loads(body)  # type: ignore[no-any-return]


def message(*parts: Part, call: Call = CALL, **fields: Any) -> dict[str, Any]:
    return written(*parts, call=call, **fields)["choices"][0]["message"]  # type: ignore[no-any-return]


def document(**fields: Any) -> bytes:
    """An answer of a provider whose message has these fields."""
    top = {name: fields.pop(name) for name in ("id", "usage", "citations", "created") if name in fields}
    choice = {name: fields.pop(name) for name in ("finish_reason", "stop_reason") if name in fields}
    said = {"role": "assistant", **fields}
    return json.dumps({"id": "x", "model": "m", "choices": [{"index": 0, "message": said, **choice}], **top}).encode()


def read(**fields: Any) -> Answer:
    return BACK.read_answer(document(**fields), TARGET)


# ---------------------------------------------------------------- written


def test_a_text_in_the_form_of_the_reference() -> None:
    assert written(Text("Hello"), usage=USAGE, service_tier="default") == {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hello", "refusal": None, "annotations": []},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "total_tokens": 15,
            "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 0, "cache_write_tokens": 3},
            "completion_tokens_details": {
                "reasoning_tokens": 2,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
        "service_tier": "default",
    }


def test_an_id_has_the_form_of_chat() -> None:
    assert written(Text("x"), id="msg_01")["id"] == "chatcmpl-msg_01"
    one, two = (written(Text("x"), id="")["id"] for _ in range(2))
    assert one.startswith("chatcmpl-")
    assert one != two


def test_what_the_provider_did_not_say_is_filled_in() -> None:
    body = written(Text("x"), created=0, model="")
    assert body["created"] > 1_700_000_000
    assert body["model"] == "alias"


def test_only_tool_calls_leave_the_content_null() -> None:
    said = message(ToolCall("c1", "f", '{"a":1}'), ToolCall("c2", "g", ""), finish="tool_calls")
    assert said["content"] is None
    assert said["tool_calls"] == [
        {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}},
        {"id": "c2", "type": "function", "function": {"name": "g", "arguments": "{}"}},
    ]


def test_an_answer_of_nothing_is_an_empty_text() -> None:
    assert message()["content"] == ""


def test_a_custom_call_and_one_that_a_function_stood_in_for() -> None:
    call = Call("m", [], tools=[Tool("patch", "custom")])
    said = message(ToolCall("c1", "patch", '{"input":"a"}'), ToolCall("c2", "patch", "b", custom=True), call=call)
    assert [made["custom"] for made in said["tool_calls"]] == [
        {"name": "patch", "input": "a"},
        {"name": "patch", "input": "b"},
    ]


def test_a_client_of_functions_gets_a_function_call() -> None:
    call = FRONT.read_call(
        b'{"model":"m","messages":[{"role":"user","content":"x"}],"functions":[{"name":"f","parameters":{}}]}'
    )
    body = written(ToolCall("c1", "f", "{}"), call=call, finish="tool_calls")
    assert body["choices"][0]["finish_reason"] == "function_call"
    assert body["choices"][0]["message"]["function_call"] == {"name": "f", "arguments": "{}"}
    assert "tool_calls" not in body["choices"][0]["message"]


def test_a_refusal_has_a_field_of_its_own() -> None:
    said = message(Refusal("No"))
    assert (said["content"], said["refusal"]) == (None, "No")


def test_citations_are_annotations_of_the_joined_text() -> None:
    said = message(
        Text("Abc", citations=[Citation("https://a.test", "A", start=0, end=2)]),
        Text("De", citations=[Citation("https://b.test"), Citation(quoted="of a document")]),
    )
    assert said["content"] == "AbcDe"
    assert [annotation["url_citation"] for annotation in said["annotations"]] == [
        {"start_index": 0, "end_index": 2, "title": "A", "url": "https://a.test"},
        {"start_index": 3, "end_index": 5, "title": "", "url": "https://b.test"},
    ]


def test_reasoning_without_a_signature_is_text() -> None:
    said = message(Reasoning("Hm", Signature("p", "reasoning")), Text("A"))
    assert said["reasoning_content"] == "Hm"
    assert "reasoning_details" not in said


def test_signed_reasoning_is_told_in_details_with_its_origin() -> None:
    said = message(
        Reasoning("Plain"),
        Reasoning("Hm", Signature("claude", "abc")),
        Reasoning("", Signature("claude", "xyz"), redacted=True),
        Text("A"),
        Reasoning("", Signature("gemini", "sig")),
        ToolCall("c1", "f", "{}"),
    )
    assert said["reasoning_content"] == "Plain\n\nHm"
    assert said["reasoning_details"] == [
        {"type": "reasoning.text", "text": "Plain", "format": "unknown", "index": 0},
        {
            "type": "reasoning.text",
            "text": "Hm",
            "format": "anthropic-claude-v1",
            "index": 1,
            "signature": "sg1.claude.abc",
        },
        {"type": "reasoning.encrypted", "data": "sg1.claude.xyz", "format": "anthropic-claude-v1", "index": 2},
        {"type": "reasoning.encrypted", "data": "sg1.gemini.sig", "format": "google-gemini-v1", "index": 3, "id": "c1"},
    ]


@pytest.mark.parametrize(
    ("finish", "told"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("tool_calls", "tool_calls"),
        ("content_filter", "content_filter"),
        ("refusal", "content_filter"),
        ("pause", "stop"),
    ],
)
def test_why_it_ended(finish: Any, told: str) -> None:
    assert written(Text("x"), finish=finish)["choices"][0]["finish_reason"] == told


def test_sound_is_given_with_its_transcript() -> None:
    audio = message(Audio("QUJD", "wav", "audio-1", "Hello"))["audio"]
    assert (audio["id"], audio["data"], audio["transcript"]) == ("audio-1", "QUJD", "Hello")


# ---------------------------------------------------------------- read


def test_an_answer_of_openai() -> None:
    usage = {
        "prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15,
        "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 3},
        "completion_tokens_details": {"reasoning_tokens": 2},
    }  # fmt: skip
    answer = read(content="Hello", finish_reason="stop", created=7, usage=usage)
    assert answer == Answer("x", "m", [Text("Hello")], "stop", USAGE, created=7)


@pytest.mark.parametrize(
    ("fields", "parts"),
    [
        ({"content": None, "refusal": "No"}, [Refusal("No")]),
        ({"content": ""}, []),
        ({"content": "A", "reasoning_content": "Hm"}, [Reasoning("Hm", Signature("p", "reasoning_content")), Text("A")]),
        ({"content": "A", "reasoning": "Hm"}, [Reasoning("Hm", Signature("p", "reasoning")), Text("A")]),
        (
            {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}, {"type": "text", "text": "A"}]},
            [Reasoning("Hm", Signature("p", "thinking")), Text("A")],
        ),
        (
            {
                "content": "A",
                "reasoning": "Hm",
                "reasoning_details": [{"type": "reasoning.text", "text": "Hm", "signature": "s", "index": 0}],
            },
            [Reasoning("Hm", Signature("p", "s")), Text("A")],
        ),
        (
            {"content": "A", "reasoning_details": [{"type": "reasoning.text", "text": "Hm", "index": 0}]},
            [Reasoning("Hm", Signature("p", "reasoning_details")), Text("A")],
        ),
        (
            {"content": "A", "reasoning_details": [{"type": "reasoning.encrypted", "data": "e", "id": "rs_1"}, {"type": 3}]},
            [Reasoning("", Signature("p", "e"), redacted=True, id="rs_1"), Text("A")],
        ),
        (
            {"tool_calls": [{"id": "c", "function": {"name": "f", "arguments": {"a": 1}}}]},
            [ToolCall("c", "f", '{"a":1}')],
        ),
        ({"tool_calls": [{"id": "c", "function": {"name": "f"}}]}, [ToolCall("c", "f", "{}")]),
        ({"tool_calls": [{"id": "c", "function": {"name": "f", "arguments": " "}}]}, [ToolCall("c", "f", "{}")]),
        (
            {"tool_calls": [{"id": "c", "type": "custom", "custom": {"name": "g", "input": "x"}}]},
            [ToolCall("c", "g", "x", custom=True)],
        ),
        (
            {"tool_calls": [{"id": "c", "function": {"name": "f"}, "extra_content": {"google": {"thought_signature": "s"}}}]},
            [Reasoning("", Signature("p", "s")), ToolCall("c", "f", "{}")],
        ),
        ({"content": "A", "tool_calls": []}, [Text("A")]),
        ({"content": "A", "tool_calls": None, "function_call": None}, [Text("A")]),
        ({"content": "A", "audio": {"id": "a", "data": "QUJD", "transcript": "t"}}, [Text("A"), Audio("QUJD", "", "a", "t")]),
        (
            {
                "content": "A",
                "annotations": [
                    {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 1}},
                    {"type": "file_citation"},
                ],
            },
            [Text("A", citations=[Citation("u", "t", start=0, end=1)])],
        ),
        ({"content": "A", "citations": ["u"]}, [Text("A", citations=[Citation("u")])]),
    ],
)  # fmt: skip
def test_what_a_model_said(fields: dict[str, Any], parts: list[Part]) -> None:
    assert read(**fields).parts == parts


def test_calls_without_an_id_or_with_the_same_one_get_their_own() -> None:
    calls = [{"id": name, "function": {"name": "f"}} for name in ("", None, "c", "c")]
    parts = read(tool_calls=calls, function_call={"name": "g", "arguments": "{}"}).parts
    ids = [part.id for part in parts if isinstance(part, ToolCall)]
    assert len(set(ids)) == len(ids) == 5
    assert all(ids)


@pytest.mark.parametrize(
    ("told", "finish"),
    [
        ("stop", "stop"), ("eos", "stop"), ("", "unsaid"), (None, "unsaid"), (3, "unsaid"), ("STOP", "stop"),
        ("length", "length"), ("model_length", "length"), ("MAX_TOKENS", "length"),
        ("tool_calls", "tool_calls"), ("function_call", "tool_calls"),
        ("content_filter", "content_filter"), ("sensitive", "content_filter"),
        ("refusal", "refusal"),
    ],
)  # fmt: skip
def test_why_it_ended_in_everyones_words(told: Any, finish: str) -> None:
    assert read(content="A", finish_reason=told).finish == finish


def test_an_answer_that_calls_tools_ended_for_that() -> None:
    assert read(tool_calls=[{"id": "c", "function": {"name": "f"}}], finish_reason="stop").finish == "tool_calls"


def test_the_stop_sequence_where_a_server_tells_it() -> None:
    assert read(content="A", finish_reason="stop", stop_reason="END").stop_sequence == "END"
    assert read(content="A", finish_reason="stop", stop_reason=128001).stop_sequence == ""


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        (None, None),
        ({}, None),
        ("many", None),
        ({"prompt_tokens": 3, "total_tokens": 5}, Usage(3, 2)),
        ({"prompt_tokens": 3.0, "completion_tokens": None}, Usage(3, 0)),
        ({"prompt_tokens": -1, "completion_tokens": "x"}, None),
        ({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, None),
        ({"prompt_tokens": 1e300, "completion_tokens": 1}, Usage(10**8, 1)),
        ({"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 4}, Usage(9, 1, 4)),
        ({"prompt_tokens": 9, "completion_tokens": 1, "cached_tokens": 40}, Usage(9, 1, 9)),
        (
            {
                "prompt_tokens": 9,
                "completion_tokens": 1,
                "cache_creation_input_tokens": 2,
                "prompt_tokens_details": None,
            },
            Usage(9, 1, cache_write_tokens=2),
        ),
    ],
)
def test_usage_in_everyones_words(told: Any, usage: Usage | None) -> None:
    assert read(content="A", usage=told).usage == usage


def test_careless_types_around_the_answer_do_not_matter() -> None:
    body = b'{"id":7,"model":null,"created":"now","choices":[{"message":{"content":"A"},"index":null,"logprobs":3}]}'
    answer = BACK.read_answer(body, TARGET)
    assert (answer.id, answer.model, answer.created, answer.parts) == ("", "", 0, [Text("A")])


def test_of_several_choices_the_first_counts() -> None:
    body = b'{"choices":[{"index":1,"message":{"content":"B"}},{"index":0,"message":{"content":"A"}}]}'
    assert BACK.read_answer(body, TARGET).parts == [Text("A")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"choices":[]}',
        b'{"choices":null}',
        b'{"choices":[{}]}',
        b'{"choices":[{"message":null}]}',
        b'{"choices":[{"message":"hello"}]}',
        b'{"error":{"message":"no"}}',
        b'{"choices":[{"message":{"content":""},"finish_reason":"error"}]}',
        b'{"choices":[{"message":{"content":"\xff"}}]}',
        b'{"choices":' + b"[" * 100_000,
    ],
)
def test_what_is_no_answer_is_told_from_one(body: bytes) -> None:
    with pytest.raises(NotThisDialectError):
        BACK.read_answer(body, TARGET)
