"""Providers that have the Responses API: what they are sent, and what they answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.calls import Usage
from switchgear.core.canonical import (
    Answer,
    Audio,
    Begin,
    Broken,
    Call,
    Citation,
    Cited,
    Counted,
    Event,
    File,
    Finished,
    Image,
    Message,
    Native,
    Part,
    PartEnd,
    Reasoning,
    ReasoningDelta,
    ReasoningSigned,
    ReasoningWish,
    Refusal,
    RefusalDelta,
    ResponseFormat,
    Signature,
    Text,
    TextDelta,
    Tool,
    ToolCall,
    ToolCallBegin,
    ToolCallDelta,
    ToolChoice,
    ToolResult,
    Written,
)
from switchgear.core.capabilities import Capabilities, Target
from switchgear.core.errors import NotSupported, RequestError
from switchgear.dialects.assembly import Assembly
from switchgear.dialects.base import NotThisDialectError
from switchgear.dialects.responses import BACK, FRONT

FUNCTION = Tool("f", "function", "Does.", {"type": "object"})


def target(**known: Any) -> Target:
    return Target("openai", "openai", "gpt-5", Capabilities(**known), "responses")


def written(*messages: Message, to: Target | None = None, **fields: Any) -> Written:
    call = Call("any", list(messages) or [Message("user", [Text("Hi")])], **{"dialect": "chat"} | fields)
    return BACK.write_call(call, to or target())


def body(*messages: Message, to: Target | None = None, **fields: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(written(*messages, to=to, **fields).body)
    return document


def items(*messages: Message, **fields: Any) -> list[Any]:
    found: list[Any] = body(*messages, **fields)["input"]
    return found


def turn(*parts: Part) -> Message:
    return Message("assistant", list(parts))


# ---------------------------------------------------------------- requests


def test_nothing_is_kept_at_the_provider() -> None:
    assert body() == {"model": "gpt-5", "input": [{"role": "user", "content": "Hi"}], "store": False}


@pytest.mark.parametrize(
    ("known", "wish", "asked"),
    [
        (None, None, False),
        (None, ReasoningWish("low"), True),
        (None, ReasoningWish("none"), False),
        (True, None, True),
        (False, ReasoningWish(encrypted=True), False),
    ],
)
def test_thoughts_are_asked_for_in_a_form_that_can_be_sent_back(
    known: bool | None, wish: ReasoningWish | None, asked: bool
) -> None:
    found = body(to=target(reasoning=known), reasoning=wish)
    assert found.get("include") == (["reasoning.encrypted_content"] if asked else None)


def test_a_system_message_in_front_is_the_instructions() -> None:
    found = body(
        Message("system", [Text("Be brief.")]), Message("system", [Text("And kind.")]), Message("user", [Text("Hi")])
    )
    assert found["instructions"] == "Be brief."
    assert found["input"] == [{"role": "system", "content": "And kind."}, {"role": "user", "content": "Hi"}]
    two = body(Message("system", [Text("a"), Text("b")]), Message("user", [Text("Hi")]))
    assert "instructions" not in two
    assert two["input"][0]["content"] == [{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}]


def test_users_send_text_images_files_and_sound() -> None:
    (item,) = items(
        Message("user", [
            Text("Look", cache="5m"), Image(url="https://e.com/a.png", detail="low"), Image(data="QUJD", media_type="image/png"),
            Image(file_id="file_1"), File(data="QUJD", media_type="application/pdf", filename="a.pdf"),
            File(data="QUJD", media_type="text/plain"), File(url="https://e.com/a.pdf"), File(file_id="file_2"),
            File(text="abc"), Audio("QUJD", "mp3")])
    )  # fmt: skip
    assert item["content"] == [
        {"type": "input_text", "text": "Look"},
        {"type": "input_image", "image_url": "https://e.com/a.png", "detail": "low"},
        {"type": "input_image", "image_url": "data:image/png;base64,QUJD"},
        {"type": "input_image", "file_id": "file_1"},
        {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,QUJD"},
        {"type": "input_file", "filename": "document.txt", "file_data": "data:text/plain;base64,QUJD"},
        {"type": "input_file", "file_url": "https://e.com/a.pdf"},
        {"type": "input_file", "file_id": "file_2"},
        {"type": "input_file", "filename": "document.txt", "file_data": "data:text/plain;base64,YWJj"},
        {"type": "input_audio", "input_audio": {"data": "QUJD", "format": "mp3"}},
    ]


def test_a_turn_becomes_items_in_its_order() -> None:
    assert items(
        Message("user", [Text("Hi")]),
        turn(
            Reasoning("a", summary=True, id="rs_1"), Reasoning("b", Signature("openai", "xyz"), summary=True, id="rs_1"),
            Text("Ho", citations=[Citation("https://e.com", "E")]), Refusal("No."),
            ToolCall("c1", "f", '{"a":1}'), ToolCall("c2", "patch", "***", custom=True), Text("so"),
        ),
        Message("tool", [ToolResult("c1", [Text("1")]), ToolResult("c2", [Text("a"), Image(url="https://e.com/a")]), ToolResult("c1", [])]),
    ) == [
        {"role": "user", "content": "Hi"},
        {"type": "reasoning", "id": "rs_1", "summary": [
            {"type": "summary_text", "text": "a"}, {"type": "summary_text", "text": "b"}], "encrypted_content": "xyz"},
        {"type": "message", "role": "assistant", "content": [
            {"type": "output_text", "text": "Ho", "annotations": [
                {"type": "url_citation", "url": "https://e.com", "title": "E", "start_index": 0, "end_index": 2}]},
            {"type": "refusal", "refusal": "No."}]},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": '{"a":1}'},
        {"type": "custom_tool_call", "call_id": "c2", "name": "patch", "input": "***"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "so", "annotations": []}]},
        {"type": "function_call_output", "call_id": "c1", "output": "1"},
        {"type": "custom_tool_call_output", "call_id": "c2", "output": [
            {"type": "input_text", "text": "a"}, {"type": "input_image", "image_url": "https://e.com/a"}]},
        {"type": "function_call_output", "call_id": "c1", "output": ""},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("signature", "dialect", "sent"),
    [
        (Signature("openai", "xyz"), "chat", "xyz"),
        (Signature("claude", "xyz"), "chat", None),
        (Signature("", "xyz"), "responses", "xyz"),
        (Signature("", "xyz"), "messages", None),
        (None, "responses", None),
    ],
)
def test_a_thought_goes_back_only_to_the_provider_that_made_it(
    signature: Signature | None, dialect: str, sent: str | None
) -> None:
    found = items(turn(Reasoning("Hm", signature)), Message("user", [Text("Hi")]), dialect=dialect)
    assert [item["encrypted_content"] for item in found if item.get("type") == "reasoning"] == ([sent] if sent else [])
    elsewhere = Target("azure", "azure", "gpt-5", Capabilities(), "")
    assert (
        len(items(turn(Reasoning("Hm", signature)), Message("user", [Text("Hi")]), dialect=dialect, to=elsewhere)) == 1
    )


def test_parts_of_a_providers_own_tools_go_back_as_they_were_or_in_words() -> None:
    search = {"type": "web_search_call", "id": "ws"}
    found = items(
        turn(Native("responses", search), Native("messages", {"type": "x"}, "told"), Native("messages", {"type": "y"}))
    )
    assert found == [
        search, {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "told", "annotations": []}]},
    ]  # fmt: skip
    compaction = {"type": "compaction", "encrypted_content": "sg1.openai.abc"}
    assert items(turn(Native("responses", compaction))) == [{"type": "compaction", "encrypted_content": "abc"}]
    assert items(turn(Native("responses", compaction | {"encrypted_content": "sg1.other.abc"}))) == []


def test_a_long_call_id_is_another_and_always_the_same() -> None:
    long = "x" * 100
    call, result = items(turn(ToolCall(long, "f", "")), Message("tool", [ToolResult(long, [Text("1")])]))
    assert call["call_id"] == result["call_id"]
    assert len(call["call_id"]) <= 64
    assert call["arguments"] == "{}"


def test_every_field_the_api_has_is_sent() -> None:
    found = body(
        stream=True, parallel_tools=False, max_tokens=100, temperature=0.5, top_p=0.9, user="u", metadata={"a": "b"},
        service_tier="flex", verbosity="low", cache_key="k", reasoning=ReasoningWish("high", summary="auto"),
        format=ResponseFormat("schema", "n", {"type": "object"}, "d", True), tools=[FUNCTION],
        tool_choice=ToolChoice("named", "f"),
    )  # fmt: skip
    assert found == {
        "model": "gpt-5",
        "input": [{"role": "user", "content": "Hi"}],
        "store": False,
        "stream": True,
        "parallel_tool_calls": False,
        "max_output_tokens": 100,
        "temperature": 0.5,
        "top_p": 0.9,
        "user": "u",
        "metadata": {"a": "b"},
        "service_tier": "flex",
        "text": {
            "verbosity": "low",
            "format": {
                "type": "json_schema",
                "name": "n",
                "schema": {"type": "object"},
                "description": "d",
                "strict": True,
            },
        },
        "prompt_cache_key": "k",
        "reasoning": {"effort": "high", "summary": "auto"},
        "include": ["reasoning.encrypted_content"],
        "tools": [
            {"type": "function", "name": "f", "description": "Does.", "parameters": {"type": "object"}, "strict": False}
        ],
        "tool_choice": {"type": "function", "name": "f"},
    }


def test_the_least_limit_is_the_one_the_api_takes() -> None:
    assert body(max_tokens=1)["max_output_tokens"] == 16


def test_a_budget_is_an_effort_and_showing_thoughts_a_summary() -> None:
    assert body(reasoning=ReasoningWish(budget=20_000, show=True))["reasoning"] == {"effort": "high", "summary": "auto"}
    told = written(reasoning=ReasoningWish("high"), to=target(reasoning=False))
    assert "reasoning" not in json.loads(told.body)
    assert told.dropped == ["reasoning"]


def test_what_the_api_has_no_words_for_is_named() -> None:
    told = written(
        top_k=5, seed=0, stop=["x"], logprobs=True, top_logprobs=2, logit_bias={"1": 2.0}, presence_penalty=0.5,
        tools=[Tool("code_execution", "builtin", raw={"type": "code_execution"}, dialect="messages")],
    )  # fmt: skip
    assert set(told.dropped) == {
        "top_k", "seed", "stop", "logprobs", "logit_bias", "presence_penalty", "top_logprobs", "tools.code_execution",
    }  # fmt: skip
    assert json.loads(told.body).keys() == {"model", "input", "store"}


@pytest.mark.parametrize(
    ("raw", "dialect", "meant"),
    [
        ({"search_context_size": "low", "user_location": {"type": "approximate", "approximate": {"city": "Oslo"}}}, "chat",
         {"type": "web_search", "search_context_size": "low", "user_location": {"type": "approximate", "city": "Oslo"}}),
        ({"type": "web_search_20250305", "name": "web_search", "allowed_domains": ["e.com"], "max_uses": 2,
          "user_location": {"type": "approximate", "city": "Oslo"}}, "messages",
         {"type": "web_search", "filters": {"allowed_domains": ["e.com"]}, "user_location": {"type": "approximate", "city": "Oslo"}}),
        ({"type": "web_search_preview", "search_context_size": "low"}, "responses",
         {"type": "web_search_preview", "search_context_size": "low"}),
    ],
)  # fmt: skip
def test_web_search_is_the_one_tool_that_others_have_too(
    raw: dict[str, Any], dialect: str, meant: dict[str, Any]
) -> None:
    tool = Tool("web_search", "builtin", raw=raw, dialect=dialect)
    assert body(tools=[tool], tool_choice=ToolChoice("named", "web_search"))["tools"] == [meant]


def test_what_would_change_the_meaning_is_refused() -> None:
    with pytest.raises(NotSupported, match="n:"):
        written(n=2)
    with pytest.raises(NotSupported, match="modalities"):
        written(modalities=["text", "audio"])
    gone = Tool("bash", "builtin", raw={"type": "bash_20250124"}, dialect="messages")
    with pytest.raises(RequestError) as told:
        written(tools=[gone, FUNCTION], tool_choice=ToolChoice("named", "bash"))
    assert told.value.param == "tool_choice"


def test_a_request_of_the_same_dialect_keeps_what_only_it_has() -> None:
    said = {
        "model": "fast",
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "Hi", "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "12h"}}
                ],
            }
        ],
        "store": True,
        "background": True,
        "previous_response_id": "resp_1",
        "truncation": "auto",
        "max_tool_calls": 3,
        "client_metadata": {"a": "b"},
        "include": ["web_search_call.action.sources", "reasoning.encrypted_content"],
        "reasoning": {"effort": "low", "mode": "pro"},
        "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}, "defer_loading": True}],
        "safety_identifier": "s",
        "presence_penalty": 0.5,
    }
    found = json.loads(BACK.write_call(FRONT.read_call(json.dumps(said).encode()), target()).body)
    expected = {key: said[key] for key in said if key not in ("background", "previous_response_id")} | {
        "model": "gpt-5",
        "store": False,
    }
    expected["tools"] = [said["tools"][0] | {"description": None}]  # type: ignore[index]
    assert found == expected


# ---------------------------------------------------------------- whole answers


def response(*output: Any, **fields: Any) -> dict[str, Any]:
    return {"id": "resp_9", "object": "response", "created_at": 1_790_000_000.0, "model": "gpt-5-x", "status": "completed",
            "output": list(output), "error": None, "incomplete_details": None} | fields  # fmt: skip


USAGE = {
    "input_tokens": 10,
    "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 3},
    "total_tokens": 15,
}
OUTPUT = [
    {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm"}], "encrypted_content": "xyz"},
    {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "q"}},
    {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "phase": "commentary", "content": [
        {"type": "output_text", "text": "Ho", "logprobs": [], "annotations": [
            {"type": "url_citation", "url": "https://e.com", "title": "E", "start_index": 0, "end_index": 2}]},
        {"type": "refusal", "refusal": "No."}]},
    {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": '{"a":1}', "status": "completed"},
    {"type": "custom_tool_call", "id": "ctc_1", "call_id": "c2", "name": "patch", "input": "***", "status": "completed"},
]  # fmt: skip
PARTS = [
    Reasoning("Hm", Signature("openai", "xyz"), summary=True, id="rs_1"),
    Text("Ho", citations=[Citation("https://e.com", "E", "", 0, 2)]),
    Refusal("No."),
    ToolCall("c1", "f", '{"a":1}'),
    ToolCall("c2", "patch", "***", custom=True),
]


def read(document: Any) -> Answer:
    return BACK.read_answer(json.dumps(document).encode(), target())


def test_a_whole_answer_is_read() -> None:
    assert read(response(*OUTPUT, usage=USAGE, service_tier="default")) == Answer(
        "resp_9", "gpt-5-x", PARTS, "tool_calls", Usage(10, 5, 4, 3, 2), "", 1_790_000_000, "default"
    )


@pytest.mark.parametrize(
    ("fields", "finish"),
    [
        ({}, "stop"),
        ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, "length"),
        ({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}, "content_filter"),
        ({"status": "incomplete", "incomplete_details": None}, "length"),
    ],
)
def test_why_an_answer_ended(fields: dict[str, Any], finish: str) -> None:
    assert read(response(OUTPUT[2], **fields)).finish == finish


def test_an_encrypted_thought_alone_stands_for_the_whole() -> None:
    assert read(response({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"})).parts == [
        Reasoning("", Signature("openai", "x"), redacted=True, id="rs_1")
    ]


@pytest.mark.parametrize("usage", [None, {}, {"input_tokens": None}])
def test_usage_that_was_not_told(usage: Any) -> None:
    assert read(response(OUTPUT[2], usage=usage)).usage is None


def test_usage_that_makes_no_sense_is_made_to() -> None:
    wild = {
        "input_tokens": 3,
        "output_tokens": -1,
        "input_tokens_details": {"cached_tokens": 9},
        "output_tokens_details": None,
    }
    assert read(response(OUTPUT[2], usage=wild)).usage == Usage(3, 0, 3)
    assert read(response(OUTPUT[2], usage={"input_tokens": 3, "total_tokens": 5})).usage == Usage(3, 2)


@pytest.mark.parametrize(
    "document",
    [[], {}, response(status="failed"), response(status="queued"), response(output=None), response(output=[3]), {"error": {"message": "x"}}],
)  # fmt: skip
def test_what_is_no_whole_answer_is_told(document: Any) -> None:
    with pytest.raises(NotThisDialectError):
        read(document)


# ---------------------------------------------------------------- streams


def said(*events: dict[str, Any]) -> list[Event]:
    reader = BACK.reader(target())
    return [found for event in events for found in reader.read(json.dumps(event).encode())]


def at(kind: str, output_index: int = 0, **fields: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", "sequence_number": 1, "output_index": output_index, "item_id": "i", **fields}


def delta(kind: str, text: str, output_index: int = 0, **fields: Any) -> dict[str, Any]:
    return at(f"{kind}.delta", output_index, delta=text, **fields)


CREATED = {"type": "response.created", "response": response(status="in_progress")}
COMPLETED = {"type": "response.completed", "response": response(usage=USAGE)}


def test_a_stream_is_read() -> None:
    cited = {"type": "url_citation", "url": "https://e.com", "title": "E", "start_index": 0, "end_index": 2}
    assert said(
        CREATED,
        {"type": "response.in_progress", "response": response(status="in_progress")},
        at("output_item.added", 0, item={"type": "reasoning", "id": "rs_1", "summary": []}),
        at("reasoning_summary_part.added", 0, summary_index=0, part={"type": "summary_text", "text": ""}),
        delta("reasoning_summary_text", "Hm", 0, summary_index=0),
        delta("reasoning_summary_text", "Ah", 0, summary_index=1),
        at("output_item.done", 0, item={"type": "reasoning", "id": "rs_1", "summary": [
            {"type": "summary_text", "text": "Hm"}, {"type": "summary_text", "text": "Ah"}], "encrypted_content": "xyz"}),
        at("output_item.added", 1, item={"type": "web_search_call", "id": "ws", "status": "in_progress"}),
        at("web_search_call.searching", 1),
        at("output_item.added", 2, item={"type": "message", "id": "msg_1", "role": "assistant", "content": []}),
        at("content_part.added", 2, content_index=0, part={"type": "output_text", "text": "", "annotations": []}),
        delta("output_text", "Ho", 2, content_index=0, logprobs=[], obfuscation="zz"),
        at("output_text.annotation.added", 2, content_index=0, annotation_index=0, annotation=cited),
        at("output_text.done", 2, content_index=0, text="Ho"),
        delta("refusal", "No.", 2, content_index=1),
        at("output_item.done", 2, item=OUTPUT[2]),
        at("output_item.added", 3, item=OUTPUT[3] | {"arguments": "", "status": "in_progress"}),
        delta("function_call_arguments", '{"a"', 3),
        delta("function_call_arguments", ":1}", 3),
        at("function_call_arguments.done", 3, arguments='{"a":1}'),
        at("output_item.done", 3, item=OUTPUT[3]),
        at("output_item.added", 4, item=OUTPUT[4] | {"input": ""}),
        delta("custom_tool_call_input", "***", 4),
        at("output_item.done", 4, item=OUTPUT[4]),
        COMPLETED,
    ) == [
        Begin("resp_9", "gpt-5-x", 1_790_000_000),
        ReasoningDelta(0, "Hm", summary=True),
        ReasoningDelta(1, "Ah", summary=True),
        ReasoningSigned(1, Signature("openai", "xyz"), redacted=False, id="rs_1"),
        PartEnd(0),
        PartEnd(1),
        TextDelta(2, "Ho"),
        Cited(2, Citation("https://e.com", "E", "", 0, 2)),
        RefusalDelta(3, "No."),
        PartEnd(2),
        PartEnd(3),
        ToolCallBegin(4, "c1", "f"),
        ToolCallDelta(4, '{"a"'),
        ToolCallDelta(4, ":1}"),
        PartEnd(4),
        ToolCallBegin(5, "c2", "patch", custom=True),
        ToolCallDelta(5, "***"),
        PartEnd(5),
        Counted(Usage(10, 5, 4, 3, 2)),
        Finished("tool_calls"),
    ]  # fmt: skip


@pytest.mark.parametrize("sent", ["items", "added and done", "the end alone"])
def test_what_a_server_does_not_stream_is_taken_from_items_and_the_end(sent: str) -> None:
    events: list[dict[str, Any]] = [CREATED]
    if sent != "the end alone":
        for place, item in enumerate(OUTPUT):
            if sent == "added and done":
                events.append(
                    at(
                        "output_item.added",
                        place,
                        item=item | {"arguments": "", "input": "", "content": [], "summary": []},
                    )
                )
            events.append(at("output_item.done", place, item=item))
    events.append({"type": "response.completed", "response": response(*OUTPUT, usage=USAGE)})
    assembly = Assembly()
    assembly.add(said(*events))
    answer = assembly.answer()
    assert answer.parts == PARTS
    assert (answer.finish, answer.usage) == ("tool_calls", Usage(10, 5, 4, 3, 2))


def test_an_encrypted_thought_alone_is_told_as_that() -> None:
    found = said(
        at("output_item.done", 0, item={"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "x"})
    )
    assert found == [ReasoningSigned(0, Signature("openai", "x"), redacted=True, id="rs"), PartEnd(0)]


def test_thoughts_in_the_open_are_read_by_either_name() -> None:
    for name in ("reasoning_text", "reasoning"):
        assert said(delta(name, "Hm", content_index=0)) == [ReasoningDelta(0, "Hm")]


def test_fragments_of_several_calls_in_turns_keep_apart() -> None:
    found = said(
        at("output_item.added", 0, item=OUTPUT[3]), at("output_item.added", 1, item=OUTPUT[3] | {"call_id": "c9"}),
        delta("function_call_arguments", "1", 1), delta("function_call_arguments", "0", 0),
    )  # fmt: skip
    assert found[2:] == [ToolCallDelta(1, "1"), ToolCallDelta(0, "0")]


def test_a_server_that_numbers_no_item_is_read_all_the_same() -> None:
    found = said(
        {"type": "response.output_text.delta", "delta": "Ho"},
        {"type": "response.output_item.added", "item": OUTPUT[3]},
        {"type": "response.function_call_arguments.delta", "delta": "{}"},
        {"type": "response.output_item.added", "output_index": None, "item": OUTPUT[3] | {"call_id": "c2"}},
        {"type": "response.function_call_arguments.delta", "delta": "[]"},
    )
    assert [event.index for event in found if isinstance(event, ToolCallBegin | ToolCallDelta)] == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("kind", "fields", "finish"),
    [
        (
            "response.incomplete",
            {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
            "length",
        ),
        ("response.incomplete", {"status": None, "incomplete_details": {"reason": "content_filter"}}, "content_filter"),
        ("response.completed", {}, "stop"),
    ],
)
def test_a_stream_ends_once(kind: str, fields: dict[str, Any], finish: str) -> None:
    reader = BACK.reader(target())
    assert not reader.complete
    found = reader.read(json.dumps({"type": kind, "response": response(**fields)}).encode())
    assert found[-1] == Finished(finish)  # type: ignore[arg-type]
    assert reader.complete
    assert not reader.read(json.dumps(delta("output_text", "more")).encode())


@pytest.mark.parametrize(
    ("event", "document"),
    [
        ({"type": "response.failed", "response": response(status="failed", error={"code": "server_error", "message": "x"})},
         {"error": {"code": "server_error", "message": "x"}}),
        ({"type": "response.failed", "response": response(status="failed")}, {"error": {"message": "The response failed."}}),
        ({"type": "response.failed"}, {"error": {"message": "The response failed."}}),
        ({"type": "error", "code": "rate_limit_exceeded", "message": "x", "param": None},
         {"error": {"code": "rate_limit_exceeded", "message": "x", "param": None}}),
        ({"type": "error", "error": {"type": "invalid_request_error", "message": "x"}},
         {"error": {"type": "invalid_request_error", "message": "x"}}),
    ],
)  # fmt: skip
def test_an_error_inside_a_stream_is_told(event: dict[str, Any], document: dict[str, Any]) -> None:
    reader = BACK.reader(target())
    (broken,) = reader.read(json.dumps(event).encode())
    assert isinstance(broken, Broken)
    assert json.loads(broken.document) == document
    assert not reader.complete


@pytest.mark.parametrize(
    "event",
    [
        {"type": "response.mcp_call.completed", "item": 3}, {"type": "keepalive"}, {"type": None}, {},
        {"type": "response.output_text.delta", "delta": None}, {"type": "response.output_text.done", "text": "Ho"},
        {"type": "response.code_interpreter_call_code.delta", "delta": "print"}, {"type": "response.output_item.done"},
        {"type": "response.function_call_arguments.delta", "delta": "{}"}, {"type": "response.created"},
    ],
)  # fmt: skip
def test_events_that_say_nothing_to_us_are_passed_over(event: dict[str, Any]) -> None:
    assert said(event) == []


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"type":"response.output_text.delta","delta":3}', b'{"type":"\xff"}']
)
def test_what_cannot_be_read_is_told(data: bytes) -> None:
    with pytest.raises(NotThisDialectError):
        BACK.reader(target()).read(data)
