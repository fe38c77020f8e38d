"""Answers of Gemini's generateContent, whole and streamed, as Google sends them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.calls import Usage
from switchgear.core.canonical import (
    Answer,
    Begin,
    Broken,
    Call,
    Citation,
    Counted,
    Finished,
    Message,
    Part,
    Reasoning,
    Signature,
    Text,
    TextDelta,
    ToolCall,
    ToolCallBegin,
)
from switchgear.core.capabilities import Target
from switchgear.dialects.assembly import Assembly
from switchgear.dialects.base import NotThisDialectError
from switchgear.dialects.gemini import BACK
from switchgear.providers.sse import EventCutter, event_data, split_events

TARGET = Target("google", "gemini", "gemini-3.6-flash")

WHOLE = """{
  "candidates": [
    {
      "content": {
        "parts": [
          {
            "text": "**Weighing the options**\\nTwo cities.",
            "thought": true
          },
          {
            "text": "I look both up."
          },
          {
            "functionCall": {
              "name": "weather",
              "args": {
                "city": "Oslo",
                "days": 2
              },
              "id": "fc1"
            },
            "thoughtSignature": "EqoBCqcB"
          },
          {
            "functionCall": {
              "name": "now"
            }
          }
        ],
        "role": "model"
      },
      "finishReason": "STOP",
      "index": 0
    }
  ],
  "usageMetadata": {
    "promptTokenCount": 100,
    "candidatesTokenCount": 20,
    "totalTokenCount": 165,
    "cachedContentTokenCount": 40,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 100}],
    "thoughtsTokenCount": 45
  },
  "modelVersion": "gemini-3.6-flash-001",
  "responseId": "Il0taoSYJ5Cez7"
}"""


def event(parts: Any = None, reason: str | None = None, **more: Any) -> dict[str, Any]:
    """One event of a stream."""
    candidate: dict[str, Any] = {"index": 0}
    if parts is not None:
        candidate["content"] = {"parts": parts, "role": "model"}
    if reason:
        candidate["finishReason"] = reason
    return {"candidates": [candidate], "modelVersion": "v", "responseId": "r"} | more


def streamed(*events: Any) -> Answer:
    reader, whole = BACK.reader(TARGET), Assembly()
    for each in events:
        whole.add(reader.read(each if isinstance(each, bytes) else json.dumps(each).encode()))
    assert reader.complete
    return whole.answer()


def whole(document: Any) -> Answer:
    return BACK.read_answer(document.encode() if isinstance(document, str) else json.dumps(document).encode(), TARGET)


def parts_of(*events: Any) -> list[Part]:
    return streamed(*events, event(None, "STOP")).parts


# ---------------------------------------------------------------- whole answers


def test_a_whole_answer_is_read() -> None:
    answer = whole(WHOLE)
    last = answer.parts.pop()
    assert answer == Answer(
        id="Il0taoSYJ5Cez7",
        model="gemini-3.6-flash-001",
        parts=[
            Reasoning("**Weighing the options**\nTwo cities."),
            Text("I look both up."),
            Reasoning(signature=Signature("google", "EqoBCqcB")),
            ToolCall("fc1", "weather", '{"city":"Oslo","days":2}'),
        ],
        finish="tool_calls",
        usage=Usage(prompt_tokens=100, completion_tokens=65, cached_tokens=40, reasoning_tokens=45),
    )
    assert isinstance(last, ToolCall)
    assert (last.name, last.arguments) == ("now", "{}")


def test_calls_without_an_id_get_one_of_their_own() -> None:
    call = {"functionCall": {"name": "f", "args": {}}}
    ids = {part.id for _ in range(3) for part in whole(event([call, call], "STOP")).parts if isinstance(part, ToolCall)}
    assert len(ids) == 6


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("STOP", "stop"),
        ("MAX_TOKENS", "length"),
        ("CONTINUATION", "length"),
        ("SAFETY", "content_filter"),
        ("RECITATION", "content_filter"),
        ("PROHIBITED_CONTENT", "content_filter"),
        ("BLOCKLIST", "content_filter"),
        ("SPII", "content_filter"),
        ("LANGUAGE", "content_filter"),
        ("OTHER", "stop"),
        ("A_REASON_TO_COME", "stop"),
    ],
)
def test_why_an_answer_ended(reason: str, finish: str) -> None:
    assert whole(event([{"text": "a"}], reason)).finish == finish
    assert streamed(event([{"text": "a"}], reason)).finish == finish


def test_an_answer_cut_short_while_calling_is_cut_short() -> None:
    assert whole(event([{"functionCall": {"name": "f"}}], "MAX_TOKENS")).finish == "length"


def test_thinking_that_used_up_all_tokens_leaves_an_empty_answer() -> None:
    answer = whole({"candidates": [{"content": {"role": "model"}, "finishReason": "MAX_TOKENS", "index": 0}]})
    assert (answer.parts, answer.finish) == ([], "length")


def test_a_blocked_prompt_is_filtered_content() -> None:
    blocked = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 7}}
    for answer in (whole(blocked), streamed(blocked)):
        assert (answer.parts, answer.finish, answer.usage) == ([], "content_filter", Usage(7, 0))


@pytest.mark.parametrize("reason", ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MISSING_THOUGHT_SIGNATURE"])
def test_an_answer_that_the_model_failed_to_make_is_none(reason: str) -> None:
    failed = event(None, reason)
    failed["candidates"][0]["finishMessage"] = "Malformed: print(default_api.f("
    with pytest.raises(NotThisDialectError) as caught:
        whole(failed)
    assert "print" not in str(caught.value)
    reader = BACK.reader(TARGET)
    *_, last = reader.read(json.dumps(failed).encode())
    assert isinstance(last, Broken)
    assert json.loads(last.document)["error"]["status"] == reason


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>",
        "[]",
        "3",
        "{}",
        '{"candidates":[]}',
        '{"candidates":3}',
        '{"candidates":[{"index":0}]}',
        '{"candidates":[{"content":{"parts":[{"text":3}]}}]}',
        "[" * 100_000,
        '{"usageMetadata":{"promptTokenCount":3}}',
        '{"error":{"code":500,"message":"Internal","status":"INTERNAL"}}',
        '[{"error":{"code":500,"message":"Internal","status":"INTERNAL"}}]',
        '{"error":"no"}',
    ],
)
def test_what_is_no_answer_is_not_read_as_one(body: str) -> None:
    with pytest.raises(NotThisDialectError):
        whole(body)


def test_nulls_and_unknown_fields_do_not_matter() -> None:
    answer = whole(
        {
            "candidates": [
                {
                    "content": {"parts": [{"text": "a", "thought": None, "functionCall": None, "new": {}}, {"new": 1}]},
                    "finishReason": "STOP", "index": None, "groundingMetadata": None, "safetyRatings": [{"x": 1}],
                },
                {"content": {"parts": [{"text": "another candidate"}]}, "index": 1},
            ],
            "promptFeedback": {"safetyRatings": []}, "usageMetadata": None, "modelVersion": None, "error": None,
        }
    )  # fmt: skip
    assert (answer.parts, answer.usage) == ([Text("a")], None)


@pytest.mark.parametrize(
    ("counted", "usage"),
    [
        ({"promptTokenCount": 5, "candidatesTokenCount": 3}, Usage(5, 3)),
        ({"promptTokenCount": 5, "candidatesTokenCount": 3, "thoughtsTokenCount": 4}, Usage(5, 7, 0, 4)),
        ({"promptTokenCount": 5, "totalTokenCount": 9}, Usage(5, 4)),
        ({"promptTokenCount": 5, "thoughtsTokenCount": 4, "totalTokenCount": 9}, Usage(5, 4, 0, 4)),
        ({"promptTokenCount": 5, "toolUsePromptTokenCount": 6, "candidatesTokenCount": 1}, Usage(11, 1)),
        ({"promptTokenCount": 5, "cachedContentTokenCount": 50, "candidatesTokenCount": 1}, Usage(5, 1, 5)),
        ({"promptTokenCount": -5, "candidatesTokenCount": 2.0}, Usage(0, 2)),
        ({}, None),
    ],
)
def test_usage_adds_thoughts_to_the_completion(counted: dict[str, Any], usage: Usage | None) -> None:
    assert whole(event([{"text": "a"}], "STOP", usageMetadata=counted)).usage == usage


# ---------------------------------------------------------------- streams


def test_a_stream_begins_with_what_is_known_and_counts_as_it_goes() -> None:
    reader = BACK.reader(TARGET)
    first = reader.read(json.dumps(event([{"text": "a"}], usageMetadata={"promptTokenCount": 4})).encode())
    assert first == [Begin("r", "v", usage=Usage(4, 0)), TextDelta(0, "a"), Counted(Usage(4, 0))]
    assert not reader.complete
    counted = {"promptTokenCount": 4, "candidatesTokenCount": 2}
    last = reader.read(json.dumps(event([{"text": "b"}], "STOP", usageMetadata=counted)).encode())
    assert last == [TextDelta(0, "b"), Finished("stop"), Counted(Usage(4, 2))]
    assert reader.complete
    assert reader.read(b'{"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":3}}') == [Counted(Usage(4, 3))]


def test_a_streamed_answer_says_what_the_whole_one_says() -> None:
    parts = json.loads(WHOLE)["candidates"][0]["content"]["parts"]
    events = [json.dumps(event([part]), separators=(",", ":")).encode() for part in parts]
    assert parts_of(*events)[:-1] == whole(WHOLE).parts[:-1]


def test_text_and_thoughts_in_pieces_are_one_part_each() -> None:
    assert parts_of(
        event([{"text": "I ", "thought": True}]),
        event([{"text": "think", "thought": True}, {"text": "So"}]),
        event([{"text": ""}]),
        event([]),
        event(None),
        event([{"text": " it is"}]),
    ) == [Reasoning("I think"), Text("So it is")]


def test_a_signature_at_the_end_of_a_text_is_a_part_after_it() -> None:
    signed = Reasoning(signature=Signature("google", "text.sig"))
    assert parts_of(event([{"text": "a"}]), event([{"text": "", "thoughtSignature": "sig"}])) == [Text("a"), signed]
    assert parts_of(event([{"text": "a"}]), event([{"text": "b", "thoughtSignature": "sig"}])) == [Text("ab"), signed]
    assert parts_of(event([{"text": "a"}]), event([{"thoughtSignature": "sig"}], "STOP")) == [Text("a"), signed]


def test_a_signature_with_a_text_that_only_begins_is_a_part_before_it() -> None:
    signed = Reasoning(signature=Signature("google", "sig"))
    assert parts_of(event([{"text": "a", "thoughtSignature": "sig"}]), event([{"text": "b"}])) == [signed, Text("ab")]


def test_a_signature_with_nothing_before_it_is_kept() -> None:
    assert parts_of(event([{"text": "", "thoughtSignature": "sig"}])) == [
        Reasoning(signature=Signature("google", "text.sig"))
    ]


def test_a_signed_thought_keeps_its_signature() -> None:
    thought = parts_of(event([{"text": "t", "thought": True}]), event([{"thought": True, "thoughtSignature": "sig"}]))
    assert thought == [Reasoning("t", Signature("google", "thought.sig"))]


def test_an_error_in_a_stream_breaks_it() -> None:
    reader = BACK.reader(TARGET)
    reader.read(json.dumps(event([{"text": "a"}])).encode())
    document = b'{"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}'
    assert list(reader.read(document)) == [Broken(document)]
    assert not reader.complete


@pytest.mark.parametrize("data", [b"", b"{", b"3", b'{"candidates":{}}', b"\xff", b"[]"])
def test_an_event_of_another_form_is_not_this_dialect(data: bytes) -> None:
    with pytest.raises(NotThisDialectError):
        BACK.reader(TARGET).read(data)


def test_a_stream_that_ends_without_a_reason_is_not_complete() -> None:
    reader = BACK.reader(TARGET)
    reader.read(json.dumps(event([{"text": "a"}])).encode())
    assert not reader.complete


def test_text_after_a_reason_still_counts() -> None:
    answer = streamed(event([{"text": "a"}], "STOP"), event([{"text": "b"}], "STOP"))
    assert (answer.parts, answer.finish) == ([Text("ab")], "stop")


# ---------------------------------------------------------------- sources


def grounded(supports: Any) -> dict[str, Any]:
    pages = [{"web": {"uri": "https://a", "title": "A"}}, {"retrievedContext": {}}, {"web": {"uri": "https://b"}}]
    return {"groundingChunks": pages, "groundingSupports": supports, "webSearchQueries": ["q"]}


def test_sources_are_citations_at_their_characters() -> None:
    supports = [
        {"segment": {"endIndex": 5, "text": "Grün"}, "groundingChunkIndices": [0], "confidenceScores": [0.9]},
        {"segment": {"startIndex": 6, "endIndex": 9}, "groundingChunkIndices": [2, 1, 9, None]},
        {"segment": {"startIndex": 6, "endIndex": 90}, "groundingChunkIndices": [0]},
    ]
    last = event([{"text": "ist."}], "STOP")
    last["candidates"][0]["groundingMetadata"] = grounded(supports)
    [text] = streamed(event([{"text": "Grün "}]), last).parts
    assert isinstance(text, Text)
    assert text.citations == [
        Citation("https://a", "A", start=0, end=4),
        Citation("https://b", "", start=5, end=8),
        Citation("https://a", "A", start=5, end=None),
    ]


def test_sources_without_a_place_are_cited_for_the_whole() -> None:
    document = event([{"text": "a"}], "STOP")
    document["candidates"][0]["groundingMetadata"] = grounded(None)
    [text] = whole(document).parts
    assert isinstance(text, Text)
    assert text.citations == [Citation("https://a", "A"), Citation("https://b", "")]


# ---------------------------------------------------------------- tools that ran at Google


def test_steps_of_a_tool_that_ran_at_google_go_back_whole() -> None:
    steps = [
        {
            "toolCall": {"toolType": "GOOGLE_SEARCH_WEB", "args": {"queries": ["x"]}, "id": "1"},
            "thoughtSignature": "sg",
        },
        {"toolResponse": {"toolType": "GOOGLE_SEARCH_WEB", "response": {"found": "<b>"}, "id": "1"}},
    ]
    parts = parts_of(event([*steps, {"text": "It is x."}]))
    assert [type(part) for part in parts] == [Reasoning, Reasoning, Text]
    assert all(isinstance(part, Reasoning) and not part.text for part in parts[:2])
    marked = [
        Reasoning(signature=Signature.read(part.signature.marked()), redacted=True)
        if isinstance(part, Reasoning) and part.signature
        else part
        for part in parts
    ]
    body = json.loads(BACK.write_call(Call("m", [Message("assistant", marked)], dialect="messages"), TARGET).body)
    assert body["contents"][0]["parts"] == [*steps, {"text": "It is x."}]
    elsewhere = Target("other", "gemini", "gemini-3.6-flash")
    body = json.loads(BACK.write_call(Call("m", [Message("assistant", marked)], dialect="messages"), elsewhere).body)
    assert body["contents"][0]["parts"] == [{"text": "It is x."}]


# ---------------------------------------------------------------- cut anywhere

RECORDED = b"".join(
    b"data: " + json.dumps(each, ensure_ascii=False).encode() + b"\r\n\r\n"
    for each in (
        event([{"text": "Weighing · ", "thought": True}], usageMetadata={"promptTokenCount": 9}),
        event([{"text": "Grün"}, {"text": " ist"}]),
        event([{"functionCall": {"name": "f", "args": {"a": 'ü\n"x"'}, "id": "1"}, "thoughtSignature": "c2ln"}]),
        event([{"text": ""}], "STOP", usageMetadata={"promptTokenCount": 9, "candidatesTokenCount": 5}),
    )
)


def passed(*pieces: bytes) -> Answer:
    cutter, reader, found = EventCutter("p"), BACK.reader(TARGET), Assembly()
    for piece in pieces:
        for each in split_events(cutter.feed(piece)):
            found.add(reader.read(event_data(each)))
    rest, _ = cutter.finish()
    for each in split_events(rest):
        found.add(reader.read(event_data(each)))
    assert reader.complete
    return found.answer()


def test_a_stream_cut_anywhere_says_the_same() -> None:
    said = passed(RECORDED)
    assert said.parts == [
        Reasoning("Weighing · "),
        Text("Grün ist"),
        Reasoning(signature=Signature("google", "c2ln")),
        ToolCall("1", "f", '{"a": "ü\\n\\"x\\""}'),
    ]
    assert said.usage == Usage(9, 5)
    for place in range(1, len(RECORDED)):
        assert passed(RECORDED[:place], RECORDED[place:]) == said
    assert passed(*(RECORDED[place : place + 1] for place in range(len(RECORDED)))) == said


def test_text_cut_anywhere_into_events_is_the_same_text() -> None:
    said = "Hello there."
    for place in range(1, len(said)):
        assert parts_of(event([{"text": said[:place]}]), event([{"text": said[place:]}])) == [Text(said)]


def test_events_of_calls_carry_whole_arguments() -> None:
    reader = BACK.reader(TARGET)
    events = reader.read(json.dumps(event([{"functionCall": {"name": "f"}}, {"functionCall": {"name": "g"}}])).encode())
    assert [each.name for each in events if isinstance(each, ToolCallBegin)] == ["f", "g"]
    assert [each.index for each in events if isinstance(each, ToolCallBegin)] == [0, 1]
