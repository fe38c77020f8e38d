"""Streams to clients of Chat Completions: the chunks of the reference, in its order."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai.types.chat import ChatCompletionChunk

from switchgear.core.calls import Usage
from switchgear.core.canonical import (
    Begin,
    Broken,
    Call,
    Citation,
    Cited,
    Counted,
    Event,
    Finished,
    PartEnd,
    ReasoningDelta,
    ReasoningSigned,
    RefusalDelta,
    Signature,
    TextDelta,
    Tool,
    ToolCallBegin,
    ToolCallDelta,
)
from switchgear.dialects.chat import FRONT

BEGIN = Begin("chatcmpl-1", "m", 7)
FIRST = {"role": "assistant", "content": "", "refusal": None}
DONE = "[DONE]"


def stream(*events: Event, call: Call | None = None, usage: Usage | None = None) -> list[dict[str, Any]]:
    """The chunks that events come to, without the end marker."""
    writer = FRONT.writer(call or Call("alias", [], stream=True), "req_1")
    body = b"".join([*(writer.write([event]) for event in events), writer.finish(usage or Usage())])
    *chunks, last, rest = body.decode().split("\n\n")
    assert (last, rest) == ("data: [DONE]", "")
    assert all(chunk.startswith("data: {") for chunk in chunks)
    for chunk in chunks:
        if '"custom"' not in chunk:  # which the package has no type for in chunks
            ChatCompletionChunk.model_validate_json(chunk[6:], strict=True)
    return [json.loads(chunk[6:]) for chunk in chunks]


def deltas(*events: Event, call: Call | None = None) -> list[dict[str, Any]]:
    """What is added after the first chunk and before the one with the reason."""
    return [chunk["choices"][0]["delta"] for chunk in stream(BEGIN, *events, call=call)[1:-1]]


# ---------------------------------------------------------------- the usual course


def test_a_text_in_the_form_of_the_reference() -> None:
    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 7,
            "model": "m",
            "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
        }

    assert stream(BEGIN, TextDelta(0, "Hel"), TextDelta(0, "lo"), Finished("stop")) == [
        chunk(FIRST),
        chunk({"content": "Hel"}),
        chunk({"content": "lo"}),
        chunk({}, "stop"),
    ]


def test_usage_comes_last_and_alone_where_it_was_asked_for() -> None:
    asked = Call("alias", [], stream=True, wants_usage=True)
    chunks = stream(BEGIN, TextDelta(0, "A"), Counted(Usage(1, 1)), Finished("stop"), call=asked, usage=Usage(3, 2, 1))
    assert [chunk["usage"] for chunk in chunks[:-1]] == [None, None, None]
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["total_tokens"] == 5
    assert chunks[-1]["usage"]["prompt_tokens_details"]["cached_tokens"] == 1


def test_usage_is_not_told_unasked() -> None:
    assert all("usage" not in chunk for chunk in stream(BEGIN, Finished("stop"), usage=Usage(3, 2)))


def test_the_gateways_own_id_serves_where_the_providers_does_not_fit() -> None:
    first, *_ = stream(Begin("msg_01", "", 0), Finished("stop"))
    assert first["id"] == "chatcmpl-req_1"
    assert first["model"] == "alias"
    assert first["created"] > 1_700_000_000


def test_events_without_a_beginning_still_begin() -> None:
    assert [chunk["choices"][0]["delta"] for chunk in stream(TextDelta(0, "A"), Finished("stop"))] == [
        FIRST,
        {"content": "A"},
        {},
    ]


def test_an_answer_of_nothing_still_has_a_role_and_a_reason() -> None:
    chunks = stream(BEGIN)
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None, "stop"]


def test_the_same_bytes_whether_events_come_alone_or_together() -> None:
    events = [BEGIN, TextDelta(0, "A"), ToolCallBegin(1, "c", "f"), ToolCallDelta(1, "{}"), Finished("tool_calls")]
    together = FRONT.writer(Call("m", []), "req_1")
    alone = FRONT.writer(Call("m", []), "req_1")
    assert together.write(events) == b"".join(alone.write([event]) for event in events)


@pytest.mark.parametrize("text", ['"quoted"', "line\nbreak", "data: x\n\ndata: y", "\u2028", "😀", "\x00", "\\"])
def test_any_text_stays_within_its_chunk(text: str) -> None:
    assert deltas(TextDelta(0, text), ReasoningDelta(1, text)) == [{"content": text}, {"reasoning_content": text}]


def test_a_refusal() -> None:
    assert deltas(RefusalDelta(0, "No")) == [{"refusal": "No"}]


def test_an_answer_that_breaks_off_is_told_of_by_others() -> None:
    writer = FRONT.writer(Call("m", []), "req_1")
    assert writer.write([Broken(b"{}")]) == b""


@pytest.mark.parametrize(("finish", "told"), [("refusal", "content_filter"), ("pause", "stop"), ("length", "length")])
def test_why_it_ended(finish: Any, told: str) -> None:
    assert stream(BEGIN, Finished(finish))[-1]["choices"][0]["finish_reason"] == told


# ---------------------------------------------------------------- tool calls


def test_a_call_and_its_arguments() -> None:
    assert deltas(ToolCallBegin(0, "c", "f"), ToolCallDelta(0, '{"a":'), ToolCallDelta(0, "1}"), PartEnd(0)) == [
        {"tool_calls": [{"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": ""}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"a":'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": "1}"}}]},
    ]


def test_calls_are_numbered_by_themselves() -> None:
    told = deltas(
        TextDelta(0, "A"),
        ToolCallBegin(1, "a", "f"),
        ToolCallBegin(3, "b", "g"),
        ToolCallDelta(3, "[2]"),
        ToolCallDelta(1, "[1]"),
    )
    assert [delta["tool_calls"][0]["index"] for delta in told[1:]] == [0, 1, 1, 0]


def test_a_call_without_arguments_gets_the_empty_object() -> None:
    told = deltas(ToolCallBegin(0, "a", "f"), PartEnd(0), ToolCallBegin(1, "b", "g"))
    assert told[1] == {"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]}
    assert told[3] == {"tool_calls": [{"index": 1, "function": {"arguments": "{}"}}]}


def test_a_custom_call() -> None:
    told = deltas(ToolCallBegin(0, "a", "patch", custom=True), ToolCallDelta(0, "plain"))
    assert told == [
        {"tool_calls": [{"index": 0, "id": "a", "type": "custom", "custom": {"name": "patch", "input": ""}}]},
        {"tool_calls": [{"index": 0, "custom": {"input": "plain"}}]},
    ]


def test_a_function_that_stood_in_for_a_custom_tool_is_unwrapped_once_it_is_whole() -> None:
    asked = Call("m", [], tools=[Tool("patch", "custom")])
    told = deltas(
        ToolCallBegin(0, "a", "patch"), ToolCallDelta(0, '{"inp'), ToolCallDelta(0, 'ut":"plain"}'), Finished("tool_calls"),
        call=asked,
    )  # fmt: skip
    assert told[1] == {"tool_calls": [{"index": 0, "custom": {"input": "plain"}}]}
    assert len(told) == 2


def test_a_client_of_functions_gets_a_function_call() -> None:
    asked = FRONT.read_call(b'{"model":"m","messages":[{"role":"user","content":"x"}],"functions":[{"name":"f"}]}')
    chunks = stream(
        BEGIN, ToolCallBegin(0, "a", "f"), ToolCallDelta(0, "{}"), ToolCallBegin(1, "b", "f"), ToolCallDelta(1, "{}"),
        Finished("tool_calls"), call=asked,
    )  # fmt: skip
    assert [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"][0]["delta"]][1:] == [
        {"function_call": {"name": "f", "arguments": ""}},
        {"function_call": {"arguments": "{}"}},
    ]
    assert chunks[-1]["choices"][0]["finish_reason"] == "function_call"


# ---------------------------------------------------------------- reasoning and citations


def test_reasoning_is_text_and_its_signature_a_detail_with_all_of_it() -> None:
    told = deltas(
        ReasoningDelta(0, "H"),
        ReasoningDelta(0, "m"),
        ReasoningSigned(0, Signature("claude", "abc")),
        TextDelta(1, "A"),
    )
    assert told == [
        {"reasoning_content": "H"},
        {"reasoning_content": "m"},
        {
            "reasoning_details": [
                {
                    "type": "reasoning.text",
                    "text": "Hm",
                    "format": "anthropic-claude-v1",
                    "index": 0,
                    "signature": "sg1.claude.abc",
                }
            ]
        },
        {"content": "A"},
    ]


def test_thoughts_apart_are_told_apart() -> None:
    told = deltas(ReasoningDelta(0, "One"), ReasoningDelta(1, "Two"))
    assert "".join(delta["reasoning_content"] for delta in told) == "One\n\nTwo"


def test_what_only_tells_a_field_is_not_given_to_clients() -> None:
    told = deltas(ReasoningDelta(0, "Hm"), ReasoningSigned(0, Signature("p", "reasoning_content")), TextDelta(1, "A"))
    assert told == [{"reasoning_content": "Hm"}, {"content": "A"}]


def test_once_one_thought_is_signed_all_are_in_details() -> None:
    told = deltas(
        ReasoningDelta(0, "One"),
        ReasoningDelta(1, "Two", summary=True),
        ReasoningSigned(1, Signature("o", "enc"), id="rs_1"),
        ReasoningDelta(2, "Three"),
        TextDelta(3, "A"),
    )
    details = [detail for delta in told for detail in delta.get("reasoning_details", ())]
    assert [detail["type"] for detail in details] == [
        "reasoning.text", "reasoning.summary", "reasoning.encrypted", "reasoning.text",
    ]  # fmt: skip
    assert [detail.get("text") or detail.get("summary") for detail in details] == ["One", "Two", None, "Three"]


def test_a_signature_without_words_goes_with_the_call_after_it() -> None:
    told = deltas(ReasoningSigned(0, Signature("gemini", "sig")), ToolCallBegin(1, "c", "f"), ToolCallDelta(1, "{}"))
    assert told[0] == {
        "reasoning_details": [
            {
                "type": "reasoning.encrypted",
                "data": "sg1.gemini.sig",
                "format": "google-gemini-v1",
                "index": 0,
                "id": "c",
            }
        ]
    }
    assert told[1]["tool_calls"][0]["id"] == "c"


@pytest.mark.parametrize("after", [(TextDelta(1, "A"),), ()])
def test_a_signature_without_words_or_call_is_told_alone(after: tuple[Event, ...]) -> None:
    told = deltas(ReasoningSigned(0, Signature("gemini", "sig")), *after)
    assert told[0]["reasoning_details"][0]["data"] == "sg1.gemini.sig"
    assert "id" not in told[0]["reasoning_details"][0]


def test_what_is_redacted_is_told_at_once() -> None:
    writer = FRONT.writer(Call("m", []), "req_1")
    assert b"reasoning.encrypted" in writer.write([ReasoningSigned(0, Signature("c", "x"), redacted=True)])


def test_citations_come_together_at_the_end() -> None:
    told = deltas(
        Cited(0, Citation("https://a.test", "A")), TextDelta(0, "Abc"), TextDelta(1, "De"),
        Cited(1, Citation("https://b.test", start=0, end=1)), Cited(1, Citation(quoted="of a document")),
    )  # fmt: skip
    assert [annotation["url_citation"] for annotation in told[-1]["annotations"]] == [
        {"start_index": 0, "end_index": 3, "title": "A", "url": "https://a.test"},
        {"start_index": 3, "end_index": 4, "title": "", "url": "https://b.test"},
    ]
