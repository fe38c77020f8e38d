"""Canonical answers as responses, whole and streamed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from responses_events import events_of, kinds

from switchgear.core.calls import Usage
from switchgear.core.canonical import (
    Answer,
    Begin,
    Call,
    Citation,
    Cited,
    Counted,
    Event,
    Finished,
    Part,
    PartEnd,
    Reasoning,
    ReasoningDelta,
    ReasoningSigned,
    Refusal,
    RefusalDelta,
    Signature,
    Text,
    TextDelta,
    ToolCall,
    ToolCallBegin,
    ToolCallDelta,
)
from switchgear.core.errors import ContextLengthExceeded, ProviderError, ProviderRateLimited, SwitchgearError
from switchgear.dialects.responses import FRONT

FUNCTION = {"type": "function", "name": "f", "description": None, "parameters": {"type": "object"}, "strict": None}
SIGNED = Signature("claude", "xyz")


def asked(**fields: Any) -> Call:
    return FRONT.read_call(json.dumps({"model": "fast", "input": "Hi"} | fields).encode())


def answered(*parts: Part, call: Call | None = None, **fields: Any) -> dict[str, Any]:
    answer = Answer(
        **{"id": "req_1", "model": "m-1", "parts": list(parts), "finish": "stop", "usage": Usage(3, 2)} | fields
    )
    document: dict[str, Any] = json.loads(FRONT.write_answer(answer, call or asked()))
    return document


def streamed(*events: Event, call: Call | None = None) -> list[dict[str, Any]]:
    writer = FRONT.writer(call or asked(), "req_1")
    out = b"".join(writer.write([event]) for event in events) + writer.finish(Usage(3, 2))
    return events_of(out)


def final(events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    document: dict[str, Any] = events[-1]["response"]
    return document


# ---------------------------------------------------------------- the object


def test_a_response_has_every_field_of_the_reference() -> None:
    found = answered(Text("Ho"), usage=Usage(10, 4, 6, 1, 2), created=1_790_000_000)
    assert found.pop("completed_at") >= 1_790_000_000
    assert found == {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_790_000_000,
        "status": "completed",
        "background": False,
        "error": None,
        "frequency_penalty": 0,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": None,
        "max_tool_calls": None,
        "metadata": {},
        "model": "m-1",
        "output": [
            {
                "id": "msg_1_0",
                "type": "message",
                "status": "completed",
                "role": "assistant",
                "content": [{"type": "output_text", "annotations": [], "logprobs": [], "text": "Ho"}],
            }
        ],
        "parallel_tool_calls": True,
        "presence_penalty": 0,
        "previous_response_id": None,
        "prompt_cache_key": None,
        "reasoning": {"effort": None, "summary": None},
        "safety_identifier": None,
        "service_tier": "default",
        "store": True,
        "temperature": 1,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": "auto",
        "tools": [],
        "top_logprobs": 0,
        "top_p": 1,
        "truncation": "disabled",
        "usage": {
            "input_tokens": 10,
            "input_tokens_details": {"cached_tokens": 6, "cache_write_tokens": 2},
            "output_tokens": 4,
            "output_tokens_details": {"reasoning_tokens": 1},
            "total_tokens": 14,
        },
        "user": None,
    }


def test_a_response_repeats_what_was_asked() -> None:
    said = {
        "instructions": "Be brief.",
        "max_output_tokens": 99,
        "max_tool_calls": 2,
        "metadata": {"a": "b"},
        "parallel_tool_calls": False,
        "previous_response_id": "resp_0",
        "prompt_cache_key": "k",
        "reasoning": {"effort": "low", "summary": "auto", "mode": "pro"},
        "safety_identifier": "s",
        "store": False,
        "temperature": 0.5,
        "text": {"format": {"type": "json_schema", "name": "n", "description": None, "schema": {"type": "object"},
                            "strict": True}, "verbosity": "low"},
        "tool_choice": {"type": "function", "name": "f"},
        "tools": [FUNCTION, {"type": "web_search"}, {"type": "custom", "name": "c"}],
        "top_logprobs": 3,
        "top_p": 0.9,
        "truncation": "auto",
        "user": "u",
    }  # fmt: skip
    found = answered(Text("Ho"), call=asked(**said))
    assert {name: found[name] for name in said} == said


def test_tools_of_a_namespace_are_repeated_and_called_as_they_were_given() -> None:
    crm = {
        "type": "namespace",
        "name": "crm",
        "description": "Customers.",
        "tools": [FUNCTION | {"defer_loading": True}],
    }
    call = asked(tools=[FUNCTION, crm], tool_choice={"type": "allowed_tools", "mode": "auto", "tools": [
        {"type": "function", "name": "f", "namespace": "crm"}]})  # fmt: skip
    found = answered(ToolCall("c", "crm__f", "{}"), call=call)
    assert found["tools"] == [FUNCTION, crm]
    assert found["tool_choice"]["tools"] == [{"type": "function", "name": "f", "namespace": "crm"}]
    (item,) = found["output"]
    assert (item["namespace"], item["name"]) == ("crm", "f")


def test_the_parts_of_an_answer_are_items_in_their_order() -> None:
    found = answered(
        Reasoning("Hm", SIGNED),
        Text("Ho", citations=[Citation("https://e.com", "E", "", 0, 2), Citation(title="a book"), Citation("https://f.com")]),
        Refusal("No."),
        ToolCall("c1", "f", ""),
        ToolCall("c2", "shell", "ls", custom=True),
        finish="tool_calls",
    )["output"]  # fmt: skip
    cited = {"type": "url_citation", "url": "https://e.com", "title": "E", "start_index": 0, "end_index": 2}
    assert found == [
        {"id": "rs_1_0", "type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm"}],
         "encrypted_content": "sg1.claude.xyz"},
        {"id": "msg_1_1", "type": "message", "status": "completed", "role": "assistant", "content": [
            {"type": "output_text", "annotations": [cited, cited | {"url": "https://f.com", "title": ""}], "logprobs": [],
             "text": "Ho"},
            {"type": "refusal", "refusal": "No."}]},
        {"id": "fc_1_2", "type": "function_call", "status": "completed", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"id": "ctc_1_3", "type": "custom_tool_call", "status": "completed", "call_id": "c2", "name": "shell", "input": "ls"},
    ]  # fmt: skip


def test_a_custom_tool_that_was_a_function_behind_is_called_as_a_custom_tool() -> None:
    call = asked(tools=[{"type": "custom", "name": "patch"}])
    (item,) = answered(ToolCall("c", "patch", '{"input":"*** Begin\\n"}'), call=call)["output"]
    assert (item["type"], item["input"]) == ("custom_tool_call", "*** Begin\n")


def test_thoughts_are_summaries_for_a_client_that_asks_for_those() -> None:
    (item,) = answered(Reasoning("Hm", SIGNED), call=asked(reasoning={"summary": "auto"}))["output"]
    assert item["summary"] == [{"type": "summary_text", "text": "Hm"}]
    assert "content" not in item


def test_signatures_alone_are_items_and_say_whether_they_stand_for_a_whole_thought() -> None:
    found = answered(Reasoning("", SIGNED, redacted=True), Reasoning("", SIGNED), ToolCall("c", "f", "{}"))["output"]
    assert [item.get("encrypted_content") for item in found] == ["sg1.claude.xyz~r", "sg1.claude.xyz", None]


def test_summaries_up_to_a_signature_are_one_item() -> None:
    found = answered(
        Reasoning("a", summary=True), Reasoning("b", SIGNED, summary=True), Reasoning("c"), Reasoning(""), Text("")
    )["output"]
    assert [[part["text"] for part in item["summary"]] for item in found] == [["a", "b"], []]
    assert found[1]["content"] == [{"type": "reasoning_text", "text": "c"}]


@pytest.mark.parametrize(
    ("finish", "status", "reason"),
    [
        ("stop", "completed", None),
        ("tool_calls", "completed", None),
        ("pause", "completed", None),
        ("length", "incomplete", "max_output_tokens"),
        ("content_filter", "incomplete", "content_filter"),
        ("refusal", "incomplete", "content_filter"),
    ],
)
def test_how_an_answer_ended(finish: str, status: str, reason: str | None) -> None:
    found = answered(Text("Ho"), finish=finish)
    assert (found["status"], (found["incomplete_details"] or {}).get("reason")) == (status, reason)
    assert found["output"][0]["status"] == ("incomplete" if finish == "length" else "completed")
    events = streamed(Begin(), TextDelta(0, "Ho"), Finished(finish))  # type: ignore[arg-type]
    assert events[-1]["type"] == f"response.{status}"
    assert final(events)["incomplete_details"] == found["incomplete_details"]
    assert final(events)["output"][0]["status"] == found["output"][0]["status"]


def test_a_refusal_in_words_is_a_complete_answer() -> None:
    assert answered(Refusal("No."), finish="refusal")["status"] == "completed"
    assert streamed(RefusalDelta(0, "No."), Finished("refusal"))[-1]["type"] == "response.completed"


def test_ids_are_the_responses_own_or_made() -> None:
    assert answered(id="resp_abc")["id"] == "resp_abc"
    one, other = answered(Text("a"), id="chatcmpl-1"), answered(Text("a"), id="chatcmpl-1")
    assert one["id"].startswith("resp_")
    assert one["id"] != other["id"]
    assert one["output"][0]["id"] != other["output"][0]["id"]


# ---------------------------------------------------------------- the stream


def test_a_text_is_streamed_as_the_reference_says() -> None:
    events = streamed(
        Begin("x", "m-1", 1_790_000_000), TextDelta(0, "H"), TextDelta(0, "o\n"), Counted(Usage(1, 1)), Finished("stop")
    )
    assert kinds(events) == [
        "created", "in_progress", "output_item.added", "content_part.added", "output_text.delta", "output_text.done",
        "content_part.done", "output_item.done", "completed",
    ]  # fmt: skip
    created, in_progress, item, part, first, second, text, whole, done, completed = events
    assert created["response"] == in_progress["response"]
    assert (created["response"]["status"], created["response"]["output"], created["response"]["usage"]) == (
        "in_progress",
        [],
        None,
    )
    assert (created["response"]["id"], created["response"]["model"], created["response"]["created_at"]) == (
        "resp_1",
        "m-1",
        1_790_000_000,
    )
    assert item["item"] == {
        "id": "msg_1_0",
        "type": "message",
        "status": "in_progress",
        "role": "assistant",
        "content": [],
    }
    where = {"item_id": "msg_1_0", "output_index": 0, "content_index": 0}
    assert part["part"] == {"type": "output_text", "annotations": [], "logprobs": [], "text": ""}
    for event in (part, first, second, text, whole):
        assert {name: event[name] for name in where} == where
    assert (first["delta"], second["delta"], first["logprobs"]) == ("H", "o\n", [])
    assert (text["text"], text["logprobs"], whole["part"]["text"]) == ("Ho\n", [], "Ho\n")
    assert done["item"]["content"] == [whole["part"]]
    assert completed["response"]["output"] == [done["item"]]
    assert completed["response"]["usage"]["total_tokens"] == 5


def test_a_summary_is_streamed_as_the_reference_says() -> None:
    events = streamed(
        ReasoningDelta(0, "a", summary=True),
        ReasoningDelta(1, "b", summary=True),
        ReasoningSigned(1, SIGNED),
        TextDelta(2, "Ho"),
    )
    assert kinds(events)[2:12] == [
        "output_item.added", "reasoning_summary_part.added", "reasoning_summary_text.delta", "reasoning_summary_text.done",
        "reasoning_summary_part.done", "reasoning_summary_part.added", "reasoning_summary_text.delta",
        "reasoning_summary_text.done", "reasoning_summary_part.done", "output_item.done",
    ]  # fmt: skip
    assert events[2]["item"] == {"id": "rs_1_0", "type": "reasoning", "summary": []}
    assert [event["summary_index"] for event in events[3:11]] == [0, 0, 0, 0, 1, 1, 1, 1]
    assert events[11]["item"]["encrypted_content"] == "sg1.claude.xyz"
    assert [part["text"] for part in events[11]["item"]["summary"]] == ["a", "b"]


def test_a_thought_is_streamed_as_the_reference_says() -> None:
    events = streamed(ReasoningDelta(0, "Hm"), TextDelta(1, "Ho"))
    assert kinds(events)[2:8] == [
        "output_item.added", "content_part.added", "reasoning_text.delta", "reasoning_text.done", "content_part.done",
        "output_item.done",
    ]  # fmt: skip
    assert events[3]["part"] == {"type": "reasoning_text", "text": ""}


def test_a_refusal_is_streamed_as_the_reference_says() -> None:
    events = streamed(RefusalDelta(0, "N"), RefusalDelta(0, "o."))
    assert kinds(events)[3:7] == ["content_part.added", "refusal.delta", "refusal.done", "content_part.done"]
    assert events[-3]["part"] == {"type": "refusal", "refusal": "No."}


def test_calls_are_streamed_as_the_reference_says() -> None:
    call = asked(tools=[{"type": "custom", "name": "patch"}])
    events = streamed(
        ToolCallBegin(0, "c1", "f"), ToolCallDelta(0, '{"a"'), ToolCallDelta(0, ":1}"), PartEnd(0),
        ToolCallBegin(1, "c2", "sql", custom=True), ToolCallDelta(1, "select"), PartEnd(1),
        ToolCallBegin(2, "c3", "patch"), ToolCallDelta(2, '{"inp'), ToolCallDelta(2, 'ut":"x"}'), PartEnd(2),
        ToolCallBegin(3, "c4", "g"),
        call=call,
    )  # fmt: skip
    function = [
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
    ]
    custom = ["output_item.added", "custom_tool_call_input.delta", "custom_tool_call_input.done", "output_item.done"]
    assert kinds(events)[2:-1] == [*function, *custom, *custom, *function]
    assert final(events)["output"] == [
        {"id": "fc_1_0", "type": "function_call", "status": "completed", "call_id": "c1", "name": "f", "arguments": '{"a":1}'},
        {"id": "ctc_1_1", "type": "custom_tool_call", "status": "completed", "call_id": "c2", "name": "sql", "input": "select"},
        {"id": "ctc_1_2", "type": "custom_tool_call", "status": "completed", "call_id": "c3", "name": "patch", "input": "x"},
        {"id": "fc_1_3", "type": "function_call", "status": "completed", "call_id": "c4", "name": "g", "arguments": "{}"},
    ]  # fmt: skip


def test_citations_come_before_the_text_is_done() -> None:
    events = streamed(
        TextDelta(0, "Ho"),
        Cited(0, Citation("https://e.com", "E", "", 0, 1)),
        Cited(0, Citation("https://f.com")),
        TextDelta(0, "!"),
    )
    assert kinds(events)[4:8] == [
        "output_text.delta",
        "output_text.annotation.added",
        "output_text.delta",
        "output_text.annotation.added",
    ]
    added = [event for event in events if event["type"].endswith("annotation.added")]
    assert [(one["annotation_index"], one["annotation"]["end_index"]) for one in added] == [(0, 1), (1, 3)]
    assert final(events)["output"][0]["content"][0]["annotations"] == [one["annotation"] for one in added]


def test_fragments_of_several_calls_in_turns_are_whole_and_in_order() -> None:
    events = streamed(
        ToolCallBegin(0, "c1", "f"), ToolCallBegin(1, "c2", "g"), ToolCallDelta(1, '{"b":'), ToolCallDelta(0, '{"a":'),
        ToolCallBegin(2, "c3", "h"), ToolCallDelta(0, "1}"), ToolCallDelta(2, "{}"), ToolCallDelta(1, "2}"),
        TextDelta(3, "so"), PartEnd(0), PartEnd(1),
        Finished("tool_calls"),
    )  # fmt: skip
    added = [event["output_index"] for event in events if event["type"] == "response.output_item.added"]
    done = [event["output_index"] for event in events if event["type"] == "response.output_item.done"]
    assert added == done == [0, 1, 2, 3]
    assert [item.get("arguments") for item in final(events)["output"]] == ['{"a":1}', '{"b":2}', "{}", None]
    open_items = 0
    for event in events:
        open_items += (event["type"] == "response.output_item.added") - (event["type"] == "response.output_item.done")
        assert open_items in (0, 1)


def test_calls_that_are_told_to_be_whole_are_not_held_back() -> None:
    writer = FRONT.writer(asked(), "req_1")
    writer.write([ToolCallBegin(0, "c1", "f"), ToolCallDelta(0, "{}"), PartEnd(0)])
    assert b'"c2"' in writer.write([ToolCallBegin(1, "c2", "g")])


def test_texts_in_a_row_are_parts_of_one_message() -> None:
    events = streamed(TextDelta(0, "a"), PartEnd(0), TextDelta(1, "b"), RefusalDelta(2, "c"), TextDelta(0, "d"))
    (item,) = final(events)["output"]
    assert [part.get("text", part.get("refusal")) for part in item["content"]] == ["a", "b", "c", "d"]


def test_pieces_that_say_nothing_begin_nothing() -> None:
    events = streamed(
        TextDelta(0, ""),
        ReasoningDelta(1, ""),
        RefusalDelta(2, ""),
        PartEnd(7),
        ToolCallDelta(8, "x"),
        ToolCallBegin(3, "c", "f"),
    )
    assert [item["type"] for item in final(events)["output"]] == ["function_call"]


def test_an_answer_without_anything_is_a_whole_response() -> None:
    assert kinds(streamed()) == ["created", "in_progress", "completed"]
    assert kinds(streamed(Begin("x", "m"), Finished("stop"))) == ["created", "in_progress", "completed"]


def test_a_stream_says_the_same_as_the_answer_whole() -> None:
    parts: list[Part] = [Reasoning("Hm", SIGNED), Text("Ho"), ToolCall("c", "f", '{"a":1}')]
    events = streamed(
        Begin("x", "m-1"), ReasoningDelta(0, "Hm"), ReasoningSigned(0, SIGNED), TextDelta(1, "Ho"),
        ToolCallBegin(2, "c", "f"), ToolCallDelta(2, '{"a":1}'), Finished("tool_calls"),
    )  # fmt: skip
    whole = answered(*parts, finish="tool_calls")
    assert final(events)["output"] == whole["output"]
    assert final(events).keys() == whole.keys()


# ---------------------------------------------------------------- what breaks off


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ProviderError("It broke."), "server_error", "It broke."),
        (ContextLengthExceeded("Too long."), "context_length_exceeded", "Too long."),
        (ProviderRateLimited("Slow down.", retry_after=2.2), "rate_limit_exceeded", "Please try again in 3s."),
    ],
)
def test_an_answer_that_breaks_off_fails_with_the_items_that_were_whole(
    error: SwitchgearError, code: str, said: str
) -> None:
    writer = FRONT.writer(asked(), "req_1")
    out = writer.write([ReasoningDelta(0, "Hm"), TextDelta(1, "H")]) + writer.fail(error)
    *_, told, failed = events_of(out)
    assert told["type"] == "error"
    assert (told["code"], told["error"]["code"], told["error"]["message"]) == (code, code, told["message"])
    assert failed["type"] == "response.failed"
    assert failed["response"]["status"] == "failed"
    assert failed["response"]["error"] == {"code": code, "message": told["message"]}
    assert said in told["message"]
    assert [item["type"] for item in failed["response"]["output"]] == ["reasoning"]
    assert json.loads(writer.document) == failed["response"]


def test_an_answer_that_fails_before_anything_came_is_created_first() -> None:
    events = events_of(FRONT.writer(asked(), "req_1").fail(ProviderError("It broke.")))
    assert kinds(events) == ["created", "in_progress", "error", "failed"]
