"""Answers of Ollama's /api/chat, whole and streamed, as Ollama sends them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.calls import Usage
from switchgear.core.canonical import (
    Answer,
    Begin,
    Broken,
    Counted,
    Finished,
    PartEnd,
    Reasoning,
    Text,
    TextDelta,
    ToolCall,
    ToolCallBegin,
    ToolCallDelta,
)
from switchgear.core.capabilities import Target
from switchgear.dialects.assembly import Assembly
from switchgear.dialects.base import NotThisDialectError
from switchgear.dialects.ollama import BACK
from switchgear.providers.sse import EventCutter

TARGET = Target("home", "ollama", "qwen3:8b")
COUNTS = {
    "total_duration": 4883583458, "load_duration": 1334875, "prompt_eval_count": 26, "prompt_eval_duration": 342546000,
    "eval_count": 282, "eval_duration": 4535599000,
}  # fmt: skip


def line(message: Any = None, done: bool = False, **more: Any) -> dict[str, Any]:
    """One line of a stream, or a whole answer."""
    said = {"role": "assistant", "content": ""} | (message or {})
    return {"model": "qwen3:8b", "created_at": "2026-11-01T10:00:00.123456789Z", "message": said, "done": done} | more


def call(name: str, arguments: Any, **more: Any) -> dict[str, Any]:
    return {"function": {"index": 0, "name": name, "arguments": arguments}} | more


def streamed(*lines: Any) -> Answer:
    reader, whole = BACK.reader(TARGET), Assembly()
    for each in lines:
        whole.add(reader.read(json.dumps(each).encode()))
    assert reader.complete
    return whole.answer()


def whole(document: Any) -> Answer:
    return BACK.read_answer(document.encode() if isinstance(document, str) else json.dumps(document).encode(), TARGET)


def test_a_whole_answer_is_read() -> None:
    message = {
        "content": "It rains.",
        "thinking": "Look outside.",
        "tool_calls": [call("weather", {"city": "Oslo"}, id="call_1"), call("now", None, id="call_2")],
    }
    assert whole(line(message, True, done_reason="stop", **COUNTS)) == Answer(
        id="",
        model="qwen3:8b",
        parts=[
            Reasoning("Look outside."),
            Text("It rains."),
            ToolCall("call_1", "weather", '{"city": "Oslo"}'),
            ToolCall("call_2", "now", "{}"),
        ],
        finish="tool_calls",
        usage=Usage(26, 282),
    )


def test_a_stream_is_read_line_by_line() -> None:
    reader = BACK.reader(TARGET)
    said = [reader.read(json.dumps(each).encode()) for each in (
        line({"thinking": "Hm"}), line({"content": "a"}), line({"content": "b"}),
        line({"tool_calls": [call("f", {"x": 1}, id="1")]}), line(None, True, done_reason="stop", **COUNTS),
    )]  # fmt: skip
    assert said[0][0] == Begin(model="qwen3:8b")
    assert said[1:] == [
        [PartEnd(0), TextDelta(1, "a")],
        [TextDelta(1, "b")],
        [PartEnd(1), ToolCallBegin(2, "1", "f"), ToolCallDelta(2, '{"x": 1}'), PartEnd(2)],
        [Counted(Usage(26, 282)), Finished("tool_calls")],
    ]
    assert reader.complete


@pytest.mark.parametrize(
    ("reason", "finish"), [("stop", "stop"), ("length", "length"), ("load", "stop"), ("unload", "stop"), (None, "stop")]
)
def test_why_an_answer_ended(reason: str | None, finish: str) -> None:
    assert whole(line({"content": "a"}, True, done_reason=reason)).finish == finish
    assert streamed(line({"content": "a"}), line(None, True, done_reason=reason)).finish == finish


def test_calls_without_an_id_get_one_of_their_own() -> None:
    message = {"tool_calls": [call("f", {}), call("f", {})]}
    ids = {part.id for _ in range(3) for part in whole(line(message, True)).parts if isinstance(part, ToolCall)}
    assert len(ids) == 6


@pytest.mark.parametrize(
    ("arguments", "text"),
    [({}, "{}"), (None, "{}"), ('{"a":1}', '{"a":1}'), ("", "{}"), ({"a": [1, "ü"]}, '{"a": [1, "\\u00fc"]}')],
)
def test_arguments_are_the_text_of_an_object(arguments: Any, text: str) -> None:
    [part] = whole(line({"tool_calls": [call("f", arguments)]}, True)).parts
    assert isinstance(part, ToolCall)
    assert part.arguments == text


def test_arguments_on_many_lines_become_one() -> None:
    body = '{"done": true, "message": {"tool_calls": [{"function": {"name": "f", "arguments": {\n "a": 1\n}}}]}}'
    [part] = whole(body).parts
    assert isinstance(part, ToolCall)
    assert part.arguments == '{"a":1}'


def test_calls_in_several_lines_are_several_calls() -> None:
    answer = streamed(
        line({"tool_calls": [call("f", {})]}), line({"tool_calls": [call("g", {})]}), line({"content": "x"}, True)
    )
    assert [getattr(part, "name", "text") for part in answer.parts] == ["f", "g", "text"]


def test_nulls_and_unknown_fields_do_not_matter() -> None:
    document = line(None, True, logprobs=None, error=None, done_reason=None, eval_count=None, remote_model="x")
    document["message"] = {"content": None, "thinking": None, "tool_calls": None, "images": None}
    assert whole(document) == Answer("", "qwen3:8b", [], "stop")
    nameless = {"tool_calls": [{"function": None}, {"id": "1"}, {"function": {"name": ""}}]}
    assert whole(line(nameless, True)).parts == []


@pytest.mark.parametrize(
    ("counts", "usage"),
    [
        ({"prompt_eval_count": 3, "eval_count": 4}, Usage(3, 4)),
        ({"eval_count": 4}, Usage(0, 4)),
        ({"prompt_eval_count": -3, "eval_count": 4.0}, Usage(0, 4)),
        ({}, None),
    ],
)
def test_usage_is_what_was_evaluated(counts: dict[str, Any], usage: Usage | None) -> None:
    assert whole(line({"content": "a"}, True, **counts)).usage == usage


def test_an_error_in_a_stream_breaks_it() -> None:
    reader = BACK.reader(TARGET)
    reader.read(json.dumps(line({"content": "a"})).encode())
    document = b'{"error":"an error was encountered while running the model: unexpected EOF"}'
    assert list(reader.read(document)) == [Broken(document)]
    assert not reader.complete


@pytest.mark.parametrize(
    "body",
    ["", "<html>", "[]", "3", "{}", '{"message":{"content":"a"},"done":false}', '{"message":3,"done":true}',
     '{"error":"no"}', '{"error":{"message":"no"}}', "[" * 100_000],
)  # fmt: skip
def test_what_is_no_answer_is_not_read_as_one(body: str) -> None:
    with pytest.raises(NotThisDialectError):
        whole(body)


@pytest.mark.parametrize("data", [b"{", b"3", b'{"message":[]}', b"\xff"])
def test_a_line_of_another_form_is_not_this_dialect(data: bytes) -> None:
    with pytest.raises(NotThisDialectError):
        BACK.reader(TARGET).read(data)


def test_empty_lines_say_nothing() -> None:
    assert list(BACK.reader(TARGET).read(b" \r")) == []


# ---------------------------------------------------------------- cut anywhere

RECORDED = b"".join(
    json.dumps(each, ensure_ascii=False).encode() + b"\n"
    for each in (
        line({"thinking": "Hm · "}),
        line({"content": "Grün"}),
        line({"content": " ist"}),
        line({"tool_calls": [call("f", {"a": 'ü\n"x"'}, id="1")]}),
        line(None, True, done_reason="stop", **COUNTS),
    )
)


def passed(*pieces: bytes) -> Answer:
    cutter, reader, found = EventCutter("p"), BACK.reader(TARGET), Assembly()
    for piece in pieces:
        for each in cutter.lines(piece):
            found.add(reader.read(each))
    assert reader.complete
    return found.answer()


def test_a_stream_cut_anywhere_says_the_same() -> None:
    said = passed(RECORDED)
    assert said.parts == [Reasoning("Hm · "), Text("Grün ist"), ToolCall("1", "f", '{"a": "ü\\n\\"x\\""}')]
    assert said.usage == Usage(26, 282)
    for place in range(1, len(RECORDED)):
        assert passed(RECORDED[:place], RECORDED[place:]) == said
    assert passed(*(RECORDED[place : place + 1] for place in range(len(RECORDED)))) == said
