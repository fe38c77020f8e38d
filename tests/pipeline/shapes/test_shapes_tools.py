"""Tools lent to models that have none, and arguments held to their schemas."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest

from switchgear.core.canonical import (
    Answer,
    Call,
    Event,
    Finished,
    Image,
    Message,
    Text,
    TextDelta,
    Tool,
    ToolCall,
    ToolCallBegin,
    ToolCallDelta,
    ToolChoice,
    ToolResult,
)
from switchgear.core.capabilities import Capabilities
from switchgear.core.errors import InvalidAnswer, NotSupported
from switchgear.pipeline.shape import Shape
from switchgear.pipeline.shapes import shapes_for
from switchgear.pipeline.shapes.arguments import ArgumentsCheck
from switchgear.pipeline.shapes.prompted_tools import PromptedTools
from switchgear.pipeline.shapes.structured import StructuredOutput
from switchgear.providers.catalogue import Card
from switchgear.routing.directory import Answers, Deployment

CITY: dict[str, Any] = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = Tool("get_weather", description="Weather", parameters=CITY)
CLOCK = Tool("get_time", parameters={"type": "object", "properties": {}})
PATCH = Tool("patch", kind="custom")


def asked(*tools: Tool, choice: ToolChoice | None = None, **fields: Any) -> Call:
    call = Call("m", [Message("user", [Text("Oslo?")])], tools=list(tools) or [WEATHER, CLOCK], tool_choice=choice)
    return msgspec.structs.replace(call, **fields)


def lent(call: Call, *, constrained: bool = False) -> PromptedTools:
    return PromptedTools(call, constrained=constrained)


def calls_of(shape: PromptedTools, text: str, finish: str = "stop") -> list[tuple[str, Any]]:
    told = shape.check(Answer("a", "m", [Text(text)], finish))  # type: ignore[arg-type]  # the finish is one
    return [(part.name, msgspec.json.decode(part.arguments)) for part in told.parts if isinstance(part, ToolCall)]


def streamed(shape: PromptedTools, *texts: str) -> list[Event]:
    each = shape.filter()
    events: list[Event] = []
    for text in texts:
        events += each.feed([TextDelta(0, text)])
    events += each.feed([Finished("stop")])
    return [*events, *each.finish()]


def test_tools_are_described_in_the_prompt_and_not_sent() -> None:
    call = lent(shape_of := asked()).ask(shape_of)
    assert (call.tools, call.tool_choice) == ([], None)
    told = call.messages[0].parts[0]
    assert isinstance(told, Text)
    assert "get_weather" in told.text
    assert '"tool_calls"' in told.text


@pytest.mark.parametrize(
    "text",
    [
        '{"tool_calls": [{"name": "get_weather", "arguments": {"city": "Oslo"}}]}',
        '```json\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n```',
        '<tool_call>{"name": "get_weather", "parameters": {"city": "Oslo"}}</tool_call>',
        '[{"function": {"name": "get_weather", "arguments": "{\\"city\\": \\"Oslo\\"}"}}]',
    ],
)
def test_calls_are_read_from_the_forms_that_models_write(text: str) -> None:
    assert calls_of(lent(asked()), text) == [("get_weather", {"city": "Oslo"})]
    events = streamed(lent(asked()), text[:7], text[7:])
    assert isinstance(events[0], ToolCallBegin)
    assert events[0].name == "get_weather"
    assert cast("Finished", events[-1]).finish == "tool_calls"


def test_several_calls_are_several_parts_unless_only_one_may_be() -> None:
    text = (
        '{"tool_calls": [{"name": "get_weather", "arguments": {"city": "A"}}, {"name": "get_time", "arguments": {}}]}'
    )
    assert [name for name, _ in calls_of(lent(asked()), text)] == ["get_weather", "get_time"]
    assert [name for name, _ in calls_of(lent(asked(parallel_tools=False)), text)] == ["get_weather"]


@pytest.mark.parametrize("text", ["It is sunny.", '{"weather": "sunny"}', "{broken", '[1, {"name": "get_time"}]', ""])
def test_other_answers_stay_words(text: str) -> None:
    assert calls_of(lent(asked()), text) == []
    events = streamed(lent(asked()), *text)
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == text
    assert cast("Finished", events[-1]).finish == "stop"


def test_words_go_on_as_they_come() -> None:
    each = lent(asked()).filter()
    assert each.feed([TextDelta(0, "It")]) == [TextDelta(0, "It")]
    assert each.feed([TextDelta(0, " {is}")]) == [TextDelta(0, " {is}")]


def test_a_forced_call_is_decoded_under_the_tools_own_schema() -> None:
    call = asked(choice=ToolChoice("named", "get_weather"))
    shape = lent(call, constrained=True)
    sent = shape.ask(call)
    assert sent.format is not None
    assert sent.format.schema == CITY
    assert shape.note == "tools=constrained"
    assert calls_of(shape, '{"city": "Oslo"}') == [("get_weather", {"city": "Oslo"})]


def test_its_arguments_stream_as_they_are_made() -> None:
    shape = lent(asked(choice=ToolChoice("named", "get_weather")), constrained=True)
    each = shape.filter()
    begun, first = each.feed([TextDelta(0, '{"city"')])
    assert isinstance(begun, ToolCallBegin)
    assert first == ToolCallDelta(0, '{"city"')
    assert each.feed([TextDelta(0, ': "Oslo"}')]) == [ToolCallDelta(0, ': "Oslo"}')]
    each.feed([Finished("stop")])
    assert list(each.finish()) == [Finished("tool_calls")]


def test_any_of_several_is_a_choice_of_schemas() -> None:
    call = asked(choice=ToolChoice("required"))
    sent = lent(call, constrained=True).ask(call)
    assert sent.format is not None
    assert sent.format.schema is not None
    assert [one["properties"]["name"]["const"] for one in sent.format.schema["anyOf"]] == ["get_weather", "get_time"]


def test_a_custom_tool_is_called_with_plain_text() -> None:
    shape = lent(asked(PATCH))
    told = shape.check(Answer("a", "m", [Text('{"name": "patch", "arguments": {"input": "*** Begin"}}')], "stop"))
    (part,) = told.parts
    assert isinstance(part, ToolCall)
    assert (part.arguments, part.custom) == ("*** Begin", True)


def test_earlier_calls_and_results_are_told_in_words() -> None:
    call = asked()
    call.messages += [
        Message("assistant", [ToolCall("c1", "get_weather", '{"city": "Oslo"}')]),
        Message("tool", [ToolResult("c1", [Text("sunny")], "get_weather")]),
    ]
    sent = lent(call).ask(call)
    assert [message.role for message in sent.messages] == ["system", "user", "assistant", "user"]
    assert sent.messages[3].parts == [Text("Result of get_weather: sunny")]


def test_what_tools_showed_and_that_they_failed_is_told_by_their_names() -> None:
    image = Image(data="QUJD", media_type="image/png")
    made = Message("assistant", [ToolCall("c1", "look", "{}"), ToolCall("c2", "patch", 'say "hi"', custom=True)])
    given = [ToolResult("c1", [Text("A cat"), image]), ToolResult("c2", [Text("no")], is_error=True)]
    call = asked(messages=[made, Message("tool", [*given])])
    told = lent(call).ask(call).messages
    assert msgspec.json.decode(told[1].parts[0].text)["tool_calls"][1] == {  # type: ignore[union-attr]
        "name": "patch",
        "arguments": {"input": 'say "hi"'},
    }
    assert told[2] == Message("user", [Text("Result of look: A cat\nError of patch: no"), image])


def test_small_models_are_told_of_earlier_calls_in_a_sentence() -> None:
    call = asked(messages=[Message("assistant", [ToolCall("c1", "look", '{"at": "x"}')])])
    assert lent(call, constrained=True).ask(call).messages[-1].parts == [Text('I call the tool look with {"at":"x"}.')]


def test_no_tool_is_called_where_none_may_be() -> None:
    call = asked(choice=ToolChoice("none"))
    shape = lent(call)
    assert len(shape.ask(call).messages) == 1
    assert calls_of(shape, '{"name": "get_time", "arguments": {}}') == []


# ---------------------------------------------------------------- arguments


def check(*tools: Tool, every: bool = True, enforced: bool = False) -> ArgumentsCheck:
    return ArgumentsCheck(tools or (WEATHER, CLOCK), "acme", every=every, enforced=enforced)


def told(name: str, arguments: str, finish: str = "tool_calls") -> Answer:
    return Answer("a", "m", [ToolCall("c", name, arguments)], finish)  # type: ignore[arg-type]  # the finish is one


def test_right_arguments_pass() -> None:
    given = told("get_weather", '{"city": "Oslo"}')
    assert check().check(given) is given
    assert check().check(told("get_time", "")).parts


@pytest.mark.parametrize(
    ("name", "arguments", "wrong"),
    [
        ("get_weather", "{}", "required"),
        ("get_weather", '{"city": 1}', "$.city"),
        ("get_weather", '{"city"', "not JSON"),
        ("nothing", "{}", "no such tool"),
    ],
)
def test_wrong_ones_are_an_error_that_says_why(name: str, arguments: str, wrong: str) -> None:
    with pytest.raises(InvalidAnswer) as whole:
        check().check(told(name, arguments))
    assert wrong in whole.value.message
    each = check().filter()
    each.feed(
        [ToolCallBegin(0, "c", name), *(ToolCallDelta(0, letter) for letter in arguments), Finished("tool_calls")]
    )
    with pytest.raises(InvalidAnswer):
        each.finish()


def test_a_call_that_was_cut_is_not_judged() -> None:
    assert check().check(told("get_weather", '{"ci', "length")).parts
    each = check().filter()
    each.feed([ToolCallBegin(0, "c", "get_weather"), ToolCallDelta(0, "{"), Finished("length")])
    assert each.finish() == ()


def test_only_strict_tools_are_judged_unless_all_are() -> None:
    strict = msgspec.structs.replace(WEATHER, strict=True)
    assert not check(WEATHER, every=False).watches
    assert check(strict, every=False).watches
    assert not check(strict, every=False, enforced=True).watches


# ---------------------------------------------------------------- which are needed


class Named:
    name = "acme"
    kind = "openai"
    capabilities = Capabilities()
    stream_usage = True


def needed(call: Call, able: Capabilities, answers: Answers = "check") -> list[type[Shape]]:
    deployment = Deployment(cast("Any", Named()), "m", Card(capabilities=able))
    return [type(shape) for shape in shapes_for(call, deployment, answers)]


def test_what_a_provider_does_itself_is_left_to_it() -> None:
    call = asked(msgspec.structs.replace(WEATHER, strict=True))
    assert needed(call, Capabilities(tools="native", schema="native")) == []
    assert needed(call, Capabilities()) == [ArgumentsCheck]
    assert needed(call, Capabilities(), "trust") == []
    assert needed(asked(), Capabilities(tools="native"), "repair") == [ArgumentsCheck]


def test_a_model_without_tools_gets_them_by_prompt_and_checked() -> None:
    assert needed(asked(), Capabilities(tools="prompted")) == [ArgumentsCheck, PromptedTools]
    assert needed(asked(), Capabilities(tools="prompted"), "trust") == [PromptedTools]


def test_a_model_that_must_not_have_any_refuses_them() -> None:
    with pytest.raises(NotSupported, match="cannot call tools"):
        needed(asked(), Capabilities(tools="none"))
    assert needed(asked(choice=ToolChoice("none")), Capabilities(tools="none")) == []


def test_a_schema_is_checked_unless_the_provider_is_known_to() -> None:
    from switchgear.core.canonical import ResponseFormat

    call = msgspec.structs.replace(asked(), tools=[], format=ResponseFormat("schema", "x", CITY))
    assert needed(call, Capabilities(schema="native")) == []
    assert needed(call, Capabilities()) == [StructuredOutput]
    assert needed(call, Capabilities(schema="checked"), "trust") == [StructuredOutput]
    assert needed(call, Capabilities(), "trust") == []
