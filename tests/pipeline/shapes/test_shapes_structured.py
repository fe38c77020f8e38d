"""Answers held to a schema by the gateway, whole and streamed."""

from __future__ import annotations

from typing import Any

import pytest

from switchgear.core.canonical import (
    Answer,
    Call,
    Event,
    Finished,
    Message,
    Part,
    Refusal,
    RefusalDelta,
    ResponseFormat,
    Text,
    TextDelta,
    ToolCall,
)
from switchgear.core.errors import InvalidAnswer, RequestError
from switchgear.pipeline.shapes.structured import StructuredOutput

SCHEMA: dict[str, Any] = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
ANY_JSON = ResponseFormat("json")


def wanted(schema: dict[str, Any] | None = None) -> ResponseFormat:
    return ResponseFormat("schema", "x", schema or SCHEMA)


def shape(form: ResponseFormat | None = None, *, prompted: bool = False, checked: bool = True) -> StructuredOutput:
    return StructuredOutput(form or wanted(), "acme", prompted=prompted, checked=checked)


def answer(*parts: Part, finish: str = "stop") -> Answer:
    return Answer("a", "m", list(parts), finish)  # type: ignore[arg-type]  # the finish is one


def streamed(made: StructuredOutput, *texts: str, end: Event | None = None) -> str:
    each = made.filter()
    events: list[Event] = []
    for text in texts:
        events += each.feed([TextDelta(0, text)])
    events += each.feed([end or Finished("stop")])
    events += each.finish()
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def test_an_answer_that_satisfies_the_schema_passes_as_it_is() -> None:
    assert shape().check(answer(Text('{"n": 1}'))).parts == [Text('{"n": 1}')]
    assert streamed(shape(), '{"n"', ": 1}") == '{"n": 1}'


@pytest.mark.parametrize(
    ("text", "wrong"),
    [('{"n": "one"}', "$.n"), ("{}", "required"), ("Sure!", "not JSON"), ("", "not JSON"), ('{"n": 1', "not JSON")],
)
def test_one_that_does_not_is_an_error_that_says_why(text: str, wrong: str) -> None:
    with pytest.raises(InvalidAnswer) as whole:
        shape().check(answer(Text(text)))
    with pytest.raises(InvalidAnswer):
        streamed(shape(), text)
    assert wrong in whole.value.message
    assert (whole.value.provider, whole.value.param) == ("acme", "response_format")
    assert wrong in whole.value.complaint


def test_json_mode_wants_an_object() -> None:
    assert shape(ANY_JSON).check(answer(Text("{}"))).parts == [Text("{}")]
    with pytest.raises(InvalidAnswer, match="not a JSON object"):
        shape(ANY_JSON).check(answer(Text("[1]")))


@pytest.mark.parametrize(
    "given",
    [
        answer(Text('{"n": '), finish="length"),
        answer(Refusal("No.")),
        answer(ToolCall("c", "f", "{}"), finish="tool_calls"),
        answer(Text("no"), finish="content_filter"),
    ],
)
def test_answers_that_were_cut_refused_or_call_tools_are_left_as_they_are(given: Answer) -> None:
    assert shape().check(given) is given


def test_the_same_of_streams() -> None:
    assert streamed(shape(), '{"n', end=Finished("length")) == '{"n'
    each = shape().filter()
    each.feed([RefusalDelta(0, "No."), Finished("stop")])
    assert each.finish() == ()


def test_where_the_provider_cannot_be_told_the_prompt_tells_the_model() -> None:
    call = Call("m", [Message("system", [Text("Be brief.")]), Message("user", [Text("One?")])], format=wanted())
    asked = shape(prompted=True).ask(call)
    assert asked.format is None
    assert [message.role for message in asked.messages] == ["system", "system", "user"]
    told = asked.messages[1].parts[0]
    assert isinstance(told, Text)
    assert '"required":["n"]' in told.text


def test_where_it_can_the_call_stays_as_it_is() -> None:
    call = Call("m", [Message("user", [Text("One?")])], format=wanted())
    assert shape().ask(call).format == wanted()
    assert len(call.messages) == 1


def test_a_fence_around_prompted_json_is_taken_off() -> None:
    assert shape(prompted=True).check(answer(Text('```json\n{"n": 1}\n```'))).parts == [Text('{"n": 1}')]
    assert streamed(shape(prompted=True), "``", '`json\n{"n"', ": 1}\n", "```") == '{"n": 1}'
    assert streamed(shape(prompted=True), ' {"n"', ": 1}") == ' {"n": 1}'


def test_trusted_answers_are_not_judged() -> None:
    assert shape(prompted=True, checked=False).check(answer(Text("Sure!"))).parts == [Text("Sure!")]


def test_a_schema_that_is_none_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(RequestError, match="response_format"):
        shape(wanted({"type": 12}))
