"""Streams of OpenAI-compatible providers: whatever way a server cuts its chunks, the same answer comes out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.calls import Usage
from switchgear.core.canonical import (
    Begin,
    Broken,
    Citation,
    Cited,
    Counted,
    Event,
    Finished,
    Part,
    Reasoning,
    ReasoningSigned,
    Refusal,
    Signature,
    Text,
    TextDelta,
    ToolCall,
    ToolCallBegin,
)
from switchgear.core.capabilities import Target
from switchgear.dialects.assembly import Assembly
from switchgear.dialects.base import EventReader, NotThisDialectError
from switchgear.dialects.chat import BACK

TARGET = Target("p", "openai", "m")
CONTENT, PLAIN = Signature("p", "reasoning_content"), Signature("p", "reasoning")


def reader() -> EventReader:
    return BACK.reader(TARGET)


def chunk(delta: Any = None, finish: Any = None, **fields: Any) -> bytes:
    choice: dict[str, Any] = {"index": 0, "delta": {} if delta is None else delta}
    if finish is not None:
        choice["finish_reason"] = finish
    return json.dumps({"id": "x", "model": "m", "created": 7, "choices": [choice], **fields}).encode()


def events_of(*chunks: bytes) -> list[Event]:
    stream = reader()
    return [event for one in chunks for event in stream.read(one)]


def parts_of(*deltas: Any, finish: str = "stop") -> list[Part]:
    """The parts that deltas come to."""
    whole = Assembly()
    whole.add(events_of(*map(chunk, deltas), chunk(finish=finish)))
    return whole.answer().parts


def tool(index: Any = None, name: Any = None, arguments: Any = None, **fields: Any) -> dict[str, Any]:
    """A delta with one fragment of a tool call."""
    fragment: dict[str, Any] = dict(fields)
    if index is not None:
        fragment["index"] = index
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    if function:
        fragment["function"] = function
    return {"tool_calls": [fragment]}


# ---------------------------------------------------------------- the usual course


def test_a_stream_of_openai() -> None:
    assert events_of(
        chunk({"role": "assistant", "content": "", "refusal": None}),
        chunk({"content": "Hel"}),
        chunk({"content": "lo"}),
        chunk({}, "stop"),
        b'{"id":"x","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}',
    ) == [
        Begin("x", "m", 7),
        TextDelta(0, "Hel"),
        TextDelta(0, "lo"),
        Finished("stop"),
        Counted(Usage(3, 2)),
    ]


def test_an_answer_is_complete_once_a_reason_was_given() -> None:
    stream = reader()
    stream.read(chunk({"content": "A"}))
    assert not stream.complete
    stream.read(chunk(finish="length"))
    assert stream.complete


def test_an_end_marker_without_a_reason_ends_the_answer_and_invents_none() -> None:
    stream = reader()
    stream.read(chunk(tool(0, "f", id="c")))
    events = stream.read(b"[DONE]")
    assert stream.complete
    assert events[0] == ToolCallBegin(0, "c", "f")
    assert events[-1] == Finished("unsaid")
    assert stream.read(b"[DONE]") == ()


def test_the_end_marker_alone_is_no_answer() -> None:
    stream = reader()
    stream.read(b"[DONE]")
    assert not stream.complete


def test_a_refusal() -> None:
    assert parts_of({"refusal": "I can"}, {"refusal": "not"}) == [Refusal("I cannot")]


def test_several_things_in_one_chunk_are_all_read() -> None:
    delta = {"reasoning_content": "Hm", "content": "A", **tool(0, "f", '{"a":1}', id="c")}
    stream = reader()
    events = list(stream.read(chunk(delta, "tool_calls", usage={"prompt_tokens": 1, "completion_tokens": 1})))
    whole = Assembly()
    whole.add(events)
    assert whole.answer().parts == [Reasoning("Hm", CONTENT), Text("A"), ToolCall("c", "f", '{"a":1}')]
    assert events[-2:] == [Finished("tool_calls"), Counted(Usage(1, 1))]


# ---------------------------------------------------------------- tool calls


CALL = ToolCall("c1", "get_weather", '{"city":"Bern"}')


@pytest.mark.parametrize(
    "deltas",
    [
        pytest.param(
            [tool(0, "get_weather", "", id="c1", type="function"), tool(0, None, '{"city":'), tool(0, None, '"Bern"}')],
            id="as OpenAI",
        ),
        pytest.param([tool(0, "get_weather", '{"city":"Bern"}', id="c1")], id="whole"),
        pytest.param([tool(None, "get_weather", '{"city":"Bern"}', id="c1")], id="no index"),
        pytest.param(
            [tool(None, "get_weather", id="c1"), tool(None, None, '{"city":"Bern"}')], id="no index, no id after"
        ),
        pytest.param(
            [tool(0, "get_weather", '{"city":', id="c1"), tool(0, "get_weather", '"Bern"}', id="c1")],
            id="id and name repeated",
        ),
        pytest.param([tool(0, "get_weather", '{"city":', id="c1"), tool(0, "", '"Bern"}', id="")], id="empty after"),
        pytest.param(
            [tool(0, "get_weather", '{"city":', id="c1"), tool(0, None, '"Bern"}', id="zz")], id="another id after"
        ),
        pytest.param([tool(0, "get_", id="c1"), tool(0, "weather"), tool(0, None, '{"city":"Bern"}')], id="name cut"),
        pytest.param([tool(0, "get_", id="c1"), tool(0, "get_weather", '{"city":"Bern"}')], id="name growing"),
        pytest.param([tool(None, "get_", id="c1"), tool(None, "weather", '{"city":"Bern"}')], id="name cut, no index"),
        pytest.param([tool(0, None, '{"city":', id="c1"), tool(0, "get_weather", '"Bern"}')], id="name late"),
        pytest.param([tool(0, "get_weather"), tool(0, None, '{"city":"Bern"}', id="c1")], id="id late"),
        pytest.param([tool(0, "get_weather", {"city": "Bern"}, id="c1")], id="arguments an object"),
        pytest.param(
            [tool(0, "get_weather", None, id="c1"), tool(0, None, '{"city":"Bern"}')], id="arguments null first"
        ),
        pytest.param([tool("0", "get_weather", '{"city":"Bern"}', id="c1")], id="index a string"),
    ],
)
def test_one_call_however_it_is_cut(deltas: list[Any]) -> None:
    assert parts_of(*deltas, finish="tool_calls") == [CALL]


@pytest.mark.parametrize(
    "deltas",
    [
        pytest.param([tool(0, "f", "{}", id="a"), tool(1, "g", "{}", id="b")], id="numbered"),
        pytest.param([tool(0, "f", "{}", id="a"), tool(0, "g", "{}", id="b")], id="all number 0"),
        pytest.param([tool(None, "f", "{}", id="a"), tool(None, "g", "{}", id="b")], id="no numbers"),
        pytest.param(
            [
                {
                    "tool_calls": [
                        tool(0, "f", "{}", id="a")["tool_calls"][0],
                        tool(1, "g", "{}", id="b")["tool_calls"][0],
                    ]
                }
            ],
            id="in one chunk",
        ),
        pytest.param(
            [tool(0, "f", id="a"), tool(1, "g", id="b"), tool(1, None, "{}"), tool(0, None, "{}")], id="in turns"
        ),
        pytest.param(
            [tool(0, "f", "{", id="a"), tool(1, "g", "{", id="b"), tool(0, None, "}"), tool(1, None, "}")],
            id="interleaved",
        ),
    ],
)
def test_parallel_calls_are_told_apart(deltas: list[Any]) -> None:
    assert parts_of(*deltas) == [ToolCall("a", "f", "{}"), ToolCall("b", "g", "{}")]


@pytest.mark.parametrize(
    "deltas",
    [
        pytest.param([tool(0, "f", '{"a":1}'), tool(0, "f", '{"a":2}')], id="all number 0"),
        pytest.param([tool(None, "f", '{"a":1}'), tool(None, "f", '{"a":2}')], id="no numbers"),
        pytest.param(
            [{"tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}, {"function": {"name": "f", "arguments": {"a": 2}}}]}],
            id="in one chunk",
        ),
    ],
)  # fmt: skip
def test_parallel_calls_of_one_tool_without_ids_get_their_own(deltas: list[Any]) -> None:
    one, two = parts_of(*deltas)
    assert isinstance(one, ToolCall)
    assert isinstance(two, ToolCall)
    assert one.id != two.id
    assert [json.loads(one.arguments), json.loads(two.arguments)] == [{"a": 1}, {"a": 2}]


def test_two_calls_with_one_id_get_their_own() -> None:
    parts = parts_of(tool(0, "f", "{}", id="call"), tool(1, "f", "{}", id="call"))
    assert len({part.id for part in parts if isinstance(part, ToolCall)}) == 2


def test_a_call_without_arguments_gets_the_empty_object() -> None:
    assert parts_of(tool(0, "f", "", id="a"), tool(1, "g", id="b")) == [
        ToolCall("a", "f", "{}"),
        ToolCall("b", "g", "{}"),
    ]


def test_a_custom_call_keeps_its_plain_text() -> None:
    parts = parts_of(
        tool(0, id="a", type="custom", custom={"name": "patch", "input": ""}),
        tool(0, custom={"input": "plain"}),
        tool(1, id="b", type="custom", custom={"name": "empty"}),
    )
    assert parts == [ToolCall("a", "patch", "plain", custom=True), ToolCall("b", "empty", "", custom=True)]


def test_the_retired_function_call() -> None:
    deltas = [{"function_call": {"name": "f", "arguments": ""}}, {"function_call": {"arguments": '{"a":1}'}}]
    (call,) = parts_of(*deltas, finish="function_call")
    assert isinstance(call, ToolCall)
    assert (call.name, call.arguments) == ("f", '{"a":1}')
    assert call.id


def test_text_after_a_call_is_another_part() -> None:
    assert parts_of({"content": "A"}, tool(0, "f", "{}", id="c"), {"content": "B"}) == [
        Text("A"),
        ToolCall("c", "f", "{}"),
        Text("B"),
    ]


# ---------------------------------------------------------------- reasoning


@pytest.mark.parametrize(
    ("deltas", "signature"),
    [
        ([{"reasoning_content": "H"}, {"reasoning_content": "m"}], CONTENT),
        ([{"reasoning_content": "H", "content": None}, {"reasoning_content": "m", "content": ""}], CONTENT),
        ([{"reasoning": "H"}, {"reasoning": "m"}], PLAIN),
        ([{"reasoning": "H", "reasoning_content": "H"}, {"reasoning": "m", "reasoning_content": "m"}], CONTENT),
        (
            [
                {"reasoning": "H", "reasoning_details": [{"type": "reasoning.text", "text": "H", "index": 0}]},
                {"reasoning": "m", "reasoning_details": [{"type": "reasoning.text", "text": "m", "index": 0}]},
            ],
            PLAIN,
        ),
        ([{"reasoning_details": [{"type": "reasoning.text", "text": "Hm"}]}], Signature("p", "reasoning_details")),
        (
            [{"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}]}],
            Signature("p", "thinking"),
        ),
        (
            [
                {"reasoning": "Hm", "reasoning_details": [{"type": "reasoning.text", "text": "Hm", "index": 0}]},
                {"reasoning_details": [{"type": "reasoning.text", "signature": "sig", "index": 0}]},
            ],
            Signature("p", "sig"),
        ),
    ],
)
def test_reasoning_in_every_field(deltas: list[Any], signature: Signature) -> None:
    assert parts_of(*deltas, {"content": "A"}) == [Reasoning("Hm", signature), Text("A")]


def test_a_summary_and_what_is_encrypted_with_it_are_one() -> None:
    deltas = [
        {"reasoning": "In ", "reasoning_details": [{"type": "reasoning.summary", "summary": "In ", "index": 0}]},
        {"reasoning": "short", "reasoning_details": [{"type": "reasoning.summary", "summary": "short", "index": 0}]},
        {"reasoning_details": [{"type": "reasoning.encrypted", "data": "enc", "id": "rs_1", "index": 0}]},
    ]
    assert parts_of(*deltas, {"content": "A"}) == [
        Reasoning("In short", Signature("p", "enc"), summary=True, id="rs_1"),
        Text("A"),
    ]


def test_what_is_redacted_stands_alone() -> None:
    deltas = [{"reasoning_details": [{"type": "reasoning.encrypted", "data": "enc", "index": 0}]}, {"content": "A"}]
    assert parts_of(*deltas) == [Reasoning("", Signature("p", "enc"), redacted=True), Text("A")]


def test_a_signature_for_a_call_comes_right_before_it() -> None:
    detail = {"type": "reasoning.encrypted", "data": "sig", "id": "c", "format": "google-gemini-v1", "index": 0}
    signed = [Reasoning("", Signature("p", "sig")), ToolCall("c", "f", "{}")]
    assert parts_of({"reasoning_details": [detail]}, tool(0, "f", "{}", id="c")) == signed
    assert parts_of({"reasoning_details": [detail], **tool(0, "f", "{}", id="c")}) == signed
    google = {"google": {"thought_signature": "sig"}}
    assert parts_of(tool(0, "f", "{}", id="c", extra_content=google)) == signed


def test_a_signature_that_is_late_stands_alone() -> None:
    detail = {"type": "reasoning.encrypted", "data": "sig", "id": "c", "format": "google-gemini-v1", "index": 0}
    assert parts_of(tool(0, "f", "{}", id="c"), {"reasoning_details": [detail]}) == [
        ToolCall("c", "f", "{}"),
        Reasoning("", Signature("p", "sig"), redacted=True, id="c"),
    ]


def test_thoughts_between_texts_are_parts_of_their_own() -> None:
    stream = reader()
    events = [
        event
        for delta in ({"reasoning": "1"}, {"content": "A"}, {"reasoning": "2"}, {"content": "B"})
        for event in stream.read(chunk(delta))
    ]
    assert [event.index for event in events if isinstance(event, ReasoningSigned)] == [0, 2]
    assert [event.index for event in events if isinstance(event, TextDelta)] == [1, 3]


# ---------------------------------------------------------------- citations


def test_annotations_cite_the_text() -> None:
    annotation = {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 1}}
    events = events_of(chunk({"content": "A"}), chunk({"annotations": [annotation]}), chunk(finish="stop"))
    assert events[2] == Cited(0, Citation("u", "t", start=0, end=1))


def test_pages_named_in_every_chunk_are_told_once() -> None:
    last = chunk({"content": "B"}, "stop", citations=["u"])
    events = events_of(chunk({"content": "A"}, citations=["u"]), last, chunk({}, citations=["u"]))
    assert [event for event in events if isinstance(event, Cited)] == [Cited(0, Citation("u"))]


# ---------------------------------------------------------------- usage, and the end


@pytest.mark.parametrize(
    "data",
    [
        chunk({}, "stop", usage={"prompt_tokens": 3, "completion_tokens": 2}),
        chunk({}, "stop", x_groq={"usage": {"prompt_tokens": 3, "completion_tokens": 2}}),
        b'{"choices":[{"index":0,"delta":{},"usage":{"prompt_tokens":3,"completion_tokens":2}}]}',
    ],
)
def test_usage_wherever_it_is(data: bytes) -> None:
    assert Counted(Usage(3, 2)) in events_of(data)


def test_usage_that_is_told_again_replaces_the_first() -> None:
    whole = Assembly()
    whole.add(
        events_of(
            chunk({"content": "A"}, usage={"prompt_tokens": 3, "completion_tokens": 1}),
            chunk({}, "stop", usage=None),
            b'{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":9}}',
        )
    )
    assert whole.answer().usage == Usage(3, 9)


@pytest.mark.parametrize("reason", ["eos", "model_length", "function_call", "STOP"])
def test_reasons_in_everyones_words_end_it(reason: str) -> None:
    stream = reader()
    stream.read(chunk({"content": "A"}, reason))
    assert stream.complete


def test_a_reason_in_every_chunk_does_not_cut_the_text() -> None:
    assert events_of(chunk({"content": "A"}, "stop"), chunk({"content": "B"}, "stop"))[1:] == [
        TextDelta(0, "A"),
        Finished("stop"),
        TextDelta(0, "B"),
        Finished("stop"),
    ]


# ---------------------------------------------------------------- what is not as it should be


@pytest.mark.parametrize(
    "data",
    [
        b'{"choices":[]}',
        b'{"choices":null,"usage":null,"id":"x"}',
        b'{"id":"","model":"","choices":[],"prompt_filter_results":[{"prompt_index":0}]}',
        b'{"choices":[{"index":0,"delta":null}]}',
        b'{"choices":[{"index":0,"delta":{"role":null,"content":null,"tool_calls":null}}]}',
        b'{"choices":[{"index":1,"delta":{"content":"B"}}]}',
        b'{"choices":[{"delta":{"content":7}}]}',
        b'{"type":"ping"}',
    ],
)
def test_what_says_nothing_is_passed_over(data: bytes) -> None:
    assert [event for event in events_of(data) if not isinstance(event, Begin)] == []


def test_only_the_first_choice_is_read() -> None:
    data = b'{"choices":[{"index":1,"delta":{"content":"B"}},{"index":0,"delta":{"content":"A"}}]}'
    assert events_of(data)[-1] == TextDelta(0, "A")


def test_a_message_in_place_of_a_delta_is_read() -> None:
    assert events_of(b'{"choices":[{"message":{"content":"A"}}]}')[-1] == TextDelta(0, "A")


@pytest.mark.parametrize(
    "data",
    [
        b'{"error":{"message":"overloaded","code":502}}',
        b'{"error":"overloaded"}',
        b'{"id":"x","choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}],"error":{"message":"m"}}',
        b'{"object":"error","message":"out of memory","code":500}',
        b'{"message":"rate limit"}',
        b'{"detail":"Not Found"}',
        b'{"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"error"}]}',
        b'{"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"insufficient_system_resource"}]}',
    ],
)
def test_an_error_in_the_stream_breaks_it(data: bytes) -> None:
    stream = reader()
    stream.read(chunk({"content": "A"}))
    assert list(stream.read(data)) == [Broken(data)]
    assert not stream.complete


@pytest.mark.parametrize(
    "data", [b"", b"nonsense", b"[1]", b'"x"', b'{"choices":{}}', b'{"choices":[{"delta":"A"}]}', b"\xff"]
)
def test_what_is_no_chunk_is_told_from_one(data: bytes) -> None:
    with pytest.raises(NotThisDialectError):
        reader().read(data)
