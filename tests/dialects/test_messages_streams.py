"""Streamed answers, from Anthropic and to Messages clients."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

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
    Message,
    PartEnd,
    ReasoningDelta,
    ReasoningSigned,
    ReasoningWish,
    RefusalDelta,
    Signature,
    Text,
    TextDelta,
    ToolCallBegin,
    ToolCallDelta,
)
from switchgear.core.capabilities import Target
from switchgear.dialects.base import NotThisDialectError
from switchgear.dialects.messages import BACK, FRONT

TARGET = Target("claude", "anthropic", "claude-sonnet-4-5", native_signatures="messages")
COUNTED = Usage(10, 5)
CALL = Call("fast", [Message("user", [Text("Hi")])], stream=True)


def start(index: int | None, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int | None, **fields: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": fields}


def stop(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def read(*events: dict[str, Any]) -> list[Event]:
    reader = BACK.reader(TARGET)
    return [found for event in events for found in reader.read(json.dumps(event).encode())]


# ---------------------------------------------------------------- from Anthropic


def test_a_stream_is_read_as_it_is_documented() -> None:
    events = [
        {
            "type": "message_start",
            "message": {
                "id": "msg_1", "model": "claude", "content": [], "stop_reason": None,
                "usage": {"input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 1},
            },
        },
        {"type": "ping"},
        start(0, type="thinking", thinking="", signature=""),
        delta(0, type="thinking_delta", thinking="Hm"),
        delta(0, type="signature_delta", signature="si"),
        delta(0, type="signature_delta", signature="g"),
        stop(0),
        start(1, type="redacted_thinking", data="r"),
        stop(1),
        start(2, type="text", text=""),
        delta(2, type="text_delta", text="So"),
        delta(2, type="citations_delta", citation={"type": "web_search_result_location", "url": "https://a", "title": "A"}),
        stop(2),
        start(3, type="tool_use", id="toolu_1", name="look", input={}),
        delta(3, type="input_json_delta", partial_json=""),
        delta(3, type="input_json_delta", partial_json='{"at": '),
        delta(3, type="input_json_delta", partial_json='"sky"}'),
        stop(3),
        {
            "type": "message_delta",
            "delta": {"stop_reason": "tool_use", "stop_sequence": None},
            "usage": {"output_tokens": 25, "output_tokens_details": {"thinking_tokens": 9}},
        },
        {"type": "message_stop"},
    ]  # fmt: skip
    assert read(*events) == [
        Begin("msg_1", "claude", usage=Usage(15, 1, 5)),
        ReasoningDelta(0, "Hm"),
        ReasoningSigned(0, Signature("claude", "sig")),
        PartEnd(0),
        ReasoningSigned(1, Signature("claude", "r"), redacted=True),
        PartEnd(1),
        TextDelta(2, "So"),
        Cited(2, Citation("https://a", "A")),
        PartEnd(2),
        ToolCallBegin(3, "toolu_1", "look"),
        ToolCallDelta(3, '{"at": '),
        ToolCallDelta(3, '"sky"}'),
        PartEnd(3),
        Counted(Usage(15, 25, 5, 9)),
        Finished("tool_calls"),
    ]


def test_tools_that_the_provider_runs_are_passed_over_and_parts_count_without_them() -> None:
    assert read(
        start(0, type="server_tool_use", id="s", name="web_search", input={}),
        delta(0, type="input_json_delta", partial_json='{"query": "q"}'),
        stop(0),
        start(1, type="web_search_tool_result", tool_use_id="s", content=[{"type": "web_search_result"}]),
        stop(1),
        start(2, type="text", text=""),
        stop(2),
        start(3, type="text", text="at once"),
        stop(3),
    ) == [TextDelta(0, "at once"), PartEnd(0)]


def test_a_call_without_arguments_has_empty_ones() -> None:
    assert read(start(0, type="tool_use", id="t", name="f", input={}), stop(0)) == [
        ToolCallBegin(0, "t", "f"),
        ToolCallDelta(0, "{}"),
        PartEnd(0),
    ]


def test_a_call_that_came_whole_keeps_its_arguments() -> None:
    events = read(
        start(0, type="tool_use", id="t", name="f", input={"a": 1}),
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
    )
    assert events[1:3] == [ToolCallDelta(0, '{"a": 1}'), PartEnd(0)]


def test_fragments_of_several_calls_may_come_in_turns() -> None:
    assert read(
        start(0, type="tool_use", id="a", name="f"),
        start(1, type="tool_use", id="b", name="g"),
        delta(1, type="input_json_delta", partial_json="{"),
        delta(0, type="input_json_delta", partial_json="{}"),
        delta(1, type="input_json_delta", partial_json="}"),
    )[2:] == [ToolCallDelta(1, "{"), ToolCallDelta(0, "{}"), ToolCallDelta(1, "}")]


def test_text_that_no_block_began_is_text_all_the_same() -> None:
    assert read(delta(None, type="text_delta", text="a"), delta(0, type="text_delta", text="b")) == [
        TextDelta(0, "a"),
        TextDelta(0, "b"),
    ]
    assert read(delta(4, type="thinking_delta", thinking="Hm")) == [ReasoningDelta(0, "Hm")]


def test_what_is_not_known_or_null_is_passed_over() -> None:
    assert not read(
        {"type": "of tomorrow", "index": 3},
        {"type": "content_block_delta", "index": 0, "delta": None},
        {"type": "content_block_start", "index": 0, "content_block": None},
        delta(0, type="of tomorrow"),
        stop(7),
        {"type": "message_delta", "delta": None, "usage": None},
        {},
    )


def test_later_usage_replaces_what_was_told_before_and_keeps_the_rest() -> None:
    told = read(
        {"type": "message_start", "message": {"usage": {"input_tokens": 10, "cache_creation_input_tokens": 3}}},
        {"type": "message_delta", "usage": {"output_tokens": 5}},
        {"type": "message_delta", "usage": {"output_tokens": 7, "input_tokens": 12}},
    )
    assert [event.usage for event in told if isinstance(event, Counted)] == [
        Usage(13, 5, cache_write_tokens=3),
        Usage(15, 7, cache_write_tokens=3),
    ]


def test_it_is_complete_when_it_said_why_it_ended() -> None:
    reader = BACK.reader(TARGET)
    reader.read(json.dumps(delta(0, type="text_delta", text="a")).encode())
    assert not reader.complete
    reader.read(b'{"type":"message_delta","delta":{"stop_reason":"end_turn"}}')
    assert reader.complete
    reader.read(b'{"type":"message_stop"}')
    assert reader.read(b'{"type":"content_block_delta","index":0,"delta":{"text":"more"}}') == []


def test_a_refusal_in_the_middle_is_told_with_its_words() -> None:
    told = {"stop_reason": "refusal", "stop_details": {"type": "refusal", "explanation": "Not this."}}
    assert read(delta(0, type="text_delta", text="a"), {"type": "message_delta", "delta": told})[1:] == [
        PartEnd(0),
        RefusalDelta(1, "Not this."),
        Finished("refusal"),
    ]


def test_an_error_ends_it() -> None:
    told = b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
    reader = BACK.reader(TARGET)
    assert reader.read(told) == [Broken(told)]
    assert reader.read(b'{"type":"message_stop"}') == []
    assert not reader.complete


@pytest.mark.parametrize("data", [b"", b"[]", b"[DONE]", b'{"type":5}', b'{"type":"\xff"}', b"{" * 5000])
def test_what_is_no_event_of_anthropics_is_told(data: bytes) -> None:
    with pytest.raises(NotThisDialectError):
        BACK.reader(TARGET).read(data)


# ---------------------------------------------------------------- to clients


def shown(stream: bytes) -> list[dict[str, Any]]:
    """The events, each checked for its framing."""
    found = []
    for event in stream.split(b"\n\n")[:-1]:
        name, data = event.split(b"\n")
        document = json.loads(data.removeprefix(b"data: "))
        assert name == b"event: " + document["type"].encode()
        found.append(document)
    return found


def written(*events: Event, usage: Usage = COUNTED, call: Call = CALL, at_once: bool = False) -> list[dict[str, Any]]:
    writer = FRONT.writer(call, "req_1")
    pieces: Sequence[Sequence[Event]] = [events] if at_once else [[event] for event in events]
    return shown(b"".join([writer.write(piece) for piece in pieces]) + writer.finish(usage))


def outline(events: list[dict[str, Any]]) -> list[str]:
    """The events in short: kind, index, and what they carry."""
    found = []
    for event in events:
        kind = event["type"].removeprefix("content_block_").removeprefix("message_")
        if "content_block" in event:
            kind = f"{event['index']} {event['content_block']['type']}"
        elif "index" in event:
            text = [str(value) for name, value in event.get("delta", {}).items() if name != "type"]
            kind = " ".join([str(event["index"]), *(text or [kind])])
        found.append(kind)
    return found


def content(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The blocks as a client puts them together, which sees to it that they come one at a time and count up."""
    blocks: list[dict[str, Any]] = []
    open_block: int | None = None
    for event in events:
        kind = event["type"]
        if kind == "content_block_start":
            assert open_block is None
            assert event["index"] == len(blocks)
            open_block = event["index"]
            blocks.append({**event["content_block"], "json": ""})
        elif kind == "content_block_delta":
            assert event["index"] == open_block
            told = event["delta"]
            block = blocks[-1]
            if told["type"] == "input_json_delta":
                block["json"] += told["partial_json"]
            elif told["type"] == "citations_delta":
                block["citations"] = [*(block["citations"] or []), told["citation"]]
            else:
                (name,) = told.keys() - {"type"}
                block[name] += told[name]
        elif kind == "content_block_stop":
            assert event["index"] == open_block
            open_block = None
    assert open_block is None
    for block in blocks:
        arguments = block.pop("json")
        if block["type"] == "tool_use":
            block["input"] = json.loads(arguments)
    return blocks


def test_a_stream_is_written_in_the_documented_order() -> None:
    events = written(
        Begin("msg_1", "claude", usage=Usage(10, 1, 4)),
        TextDelta(0, "So"),
        TextDelta(0, ", “well”"),
        PartEnd(0),
        Counted(Usage(10, 5)),
        Finished("stop"),
        usage=Usage(10, 5, 4, 2, 3),
    )
    assert events == [
        {
            "type": "message_start",
            "message": {
                "id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "content": [],
                "stop_reason": None, "stop_sequence": None, "stop_details": None, "container": None,
                "usage": {
                    "input_tokens": 6, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 4, "output_tokens": 1,
                    "cache_creation": None, "inference_geo": None, "output_tokens_details": None, "server_tool_use": None,
                    "service_tier": None,
                },
            },
        },
        start(0, type="text", text="", citations=None),
        delta(0, type="text_delta", text="So"),
        delta(0, type="text_delta", text=", “well”"),
        stop(0),
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None, "stop_details": None, "container": None},
            "usage": {
                "input_tokens": 3, "cache_creation_input_tokens": 3, "cache_read_input_tokens": 4, "output_tokens": 5,
                "output_tokens_details": {"thinking_tokens": 2}, "server_tool_use": None,
            },
        },
        {"type": "message_stop"},
    ]  # fmt: skip


def test_a_stream_without_a_beginning_or_anything_is_still_a_message() -> None:
    events = written()
    assert outline(events) == ["start", "delta", "stop"]
    assert events[0]["message"]["id"] == "msg_req_1"
    assert events[0]["message"]["model"] == "fast"
    assert events[1]["delta"]["stop_reason"] == "end_turn"
    assert outline(written(TextDelta(0, "a"), Begin("msg_2"))) == [
        "start", "0 text", "0 a", "0 stop", "delta", "stop",
    ]  # fmt: skip


def test_thinking_is_written_with_its_signature() -> None:
    events = written(
        Begin(),
        ReasoningDelta(0, "Hm"),
        ReasoningSigned(0, Signature("claude", "s")),
        ReasoningSigned(1, Signature("claude", "r"), redacted=True),
        ReasoningSigned(2, Signature("gem", "g")),
        ToolCallBegin(3, "t", "f"),
        PartEnd(3),
        Finished("tool_calls"),
    )
    assert content(events) == [
        {"type": "thinking", "thinking": "Hm", "signature": "sg1.claude.s"},
        {"type": "redacted_thinking", "data": "sg1.claude.r"},
        {"type": "thinking", "thinking": "", "signature": "sg1.gem.g"},
        {"type": "tool_use", "id": "t", "name": "f", "input": {}, "caller": {"type": "direct"}},
    ]
    assert outline(events)[1:4] == ["0 thinking", "0 Hm", "0 sg1.claude.s"]


def test_thoughts_that_were_not_to_be_shown_are_not() -> None:
    call = Call("m", CALL.messages, reasoning=ReasoningWish(adaptive=True, show=False))
    events = written(
        ReasoningDelta(0, "Hm"), ReasoningSigned(0, Signature("claude", "s")), TextDelta(1, "So"), call=call
    )
    assert content(events)[0] == {"type": "thinking", "thinking": "", "signature": "sg1.claude.s"}


def test_text_ends_when_something_else_begins_and_may_begin_again() -> None:
    events = written(TextDelta(0, "a"), ReasoningDelta(1, "b"), TextDelta(0, "c"), ToolCallBegin(2, "t", "f"))
    assert [block["type"] for block in content(events)] == ["text", "thinking", "text", "tool_use"]


def test_calls_one_after_another_are_written_as_they_come() -> None:
    writer = FRONT.writer(CALL, "r")
    one = writer.write([ToolCallBegin(0, "a", "f"), ToolCallDelta(0, '{"x"'), ToolCallDelta(0, ": 1} ")])
    two = writer.write([ToolCallBegin(1, "b", "g"), ToolCallDelta(1, '{"y": ')])
    assert outline(shown(two)) == ["0 stop", "1 tool_use", '1 {"y": ']
    end = writer.write([ToolCallDelta(1, "2}")]) + writer.finish(Usage())
    blocks = content(shown(one + two + end))
    assert [(block["id"], block["input"]) for block in blocks] == [("a", {"x": 1}), ("b", {"y": 2})]


def test_fragments_of_a_call_that_is_not_open_are_held_until_it_is() -> None:
    events = written(
        TextDelta(0, "I look"),
        ToolCallBegin(1, "a", "f"),
        ToolCallBegin(2, "b", "g"),
        ToolCallDelta(2, '{"y":'),
        ToolCallDelta(1, '{"x":'),
        TextDelta(3, "meanwhile"),
        ToolCallDelta(2, "2}"),
        PartEnd(2),
        ToolCallDelta(1, "1}"),
        PartEnd(1),
        TextDelta(3, "."),
        Finished("tool_calls"),
    )
    assert outline(events) == [
        "start",
        "0 text", "0 I look", "0 stop",
        "1 tool_use", '1 {"x":', "1 1}", "1 stop",
        "2 tool_use", '2 {"y":', "2 2}", "2 stop",
        "3 text", "3 meanwhile", "3 .", "3 stop",
        "delta", "stop",
    ]  # fmt: skip
    assert events[-2]["delta"]["stop_reason"] == "tool_use"


def test_what_is_held_at_the_end_is_written_then() -> None:
    events = written(
        ToolCallBegin(0, "a", "f"),
        ToolCallBegin(1, "b", "g"),
        ToolCallDelta(1, '{"y": 2}'),
        ReasoningSigned(2, Signature("p", "r"), redacted=True),
        ToolCallBegin(3, "c", "h"),
        Cited(4, Citation("https://a")),
        at_once=True,
    )
    found = content(events)
    assert [block.get("id", block["type"]) for block in found] == ["a", "b", "redacted_thinking", "c", "text"]
    assert [block["input"] for block in found if "input" in block] == [{}, {"y": 2}, {}]


def test_arguments_that_only_look_whole_are_waited_for() -> None:
    events = written(
        ToolCallBegin(0, "a", "f"),
        ToolCallDelta(0, '{"x": {"y": 1}'),
        ToolCallBegin(1, "b", "g"),
        ToolCallDelta(1, "{}"),
        ToolCallDelta(0, "}"),
    )
    assert [block["input"] for block in content(events)] == [{"x": {"y": 1}}, {}]


def test_arguments_of_a_custom_tool_become_an_object() -> None:
    events = written(
        ToolCallBegin(0, "a", "f", custom=True), ToolCallDelta(0, "say "), ToolCallDelta(0, '"hi"'), PartEnd(0)
    )
    assert content(events)[0]["input"] == {"input": 'say "hi"'}


def test_ids_of_calls_take_anthropics_alphabet() -> None:
    events = written(ToolCallBegin(0, "f.look:0", "look"), PartEnd(0), ToolCallBegin(1, "", "look"))
    assert [block["id"] for block in content(events)] == ["sgt_Zi5sb29rOjA", "toolu_req1_1"]


def test_a_refusal_is_text_and_says_so_at_the_end() -> None:
    events = written(RefusalDelta(0, "I will "), RefusalDelta(0, "not."), Finished("stop"))
    assert content(events)[0]["text"] == "I will not."
    assert events[-2]["delta"]["stop_reason"] == "refusal"


def test_the_stop_sequence_is_named() -> None:
    told = written(TextDelta(0, "a"), Finished("stop", "X"))[-2]["delta"]
    assert (told["stop_reason"], told["stop_sequence"]) == ("stop_sequence", "X")


def test_sources_are_cited_where_they_are_used() -> None:
    events = written(TextDelta(0, "a"), Cited(0, Citation("https://a", "A", "q")), PartEnd(0))
    (block,) = content(events)
    assert block["citations"][0]["url"] == "https://a"


def test_what_comes_for_a_call_after_its_end_is_not_written() -> None:
    events = written(ToolCallBegin(0, "a", "f"), ToolCallDelta(0, "{}"), PartEnd(0), ToolCallDelta(0, " "), PartEnd(5))
    assert content(events)[0]["input"] == {}
