"""Canonical calls as requests that Anthropic takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.canonical import (
    Audio,
    Call,
    File,
    Image,
    Message,
    Native,
    Part,
    Reasoning,
    ReasoningWish,
    Refusal,
    ResponseFormat,
    Signature,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Written,
)
from switchgear.core.capabilities import Capabilities, Target
from switchgear.core.errors import RequestError
from switchgear.dialects.messages import BACK

OLD, NEW = "claude-sonnet-4-5", "claude-opus-4-8"


def target(model: str = OLD, **known: Any) -> Target:
    return Target("claude", "anthropic", model, Capabilities(**known), "messages")


def written(to: Target | None = None, *messages: Message, **fields: Any) -> Written:
    call = Call("any", list(messages) or [Message("user", [Text("Hi")])], **{"dialect": "chat"} | fields)
    return BACK.write_call(call, to or target())


def body(to: Target | None = None, *messages: Message, **fields: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(written(to, *messages, **fields).body)
    return document


def turns(*messages: Message, to: Target | None = None, dialect: str = "chat") -> list[Any]:
    found: list[Any] = body(to, *messages, dialect=dialect)["messages"]
    return found


def user(*parts: Part | str) -> Message:
    return Message("user", [Text(part) if isinstance(part, str) else part for part in parts])


def assistant(*parts: Part | str) -> Message:
    return Message("assistant", [Text(part) if isinstance(part, str) else part for part in parts])


def result(call_id: str, *parts: Any, **fields: Any) -> Message:
    return Message("tool", [ToolResult(call_id, list(parts), **fields)])


def texts(turn: dict[str, Any]) -> list[str]:
    return [block.get("text") or block["type"] for block in turn["content"]]


# ---------------------------------------------------------------- messages


def test_a_plain_question_says_only_what_is_needed() -> None:
    assert body(max_tokens=10) == {
        "model": OLD,
        "max_tokens": 10,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
    }


@pytest.mark.parametrize(
    ("to", "most"),
    [
        (target(max_output=64_000), 64_000),
        (target(), 32_000),
        (target("claude-3-haiku-20240307"), 4096),
        (target("kimi-k2"), 8192),
    ],
)
def test_an_answer_may_be_as_long_as_the_model_makes_one(to: Target, most: int) -> None:
    assert body(to)["max_tokens"] == most


def test_consecutive_messages_of_a_role_are_one_turn() -> None:
    assert [(turn["role"], texts(turn)) for turn in turns(user("a"), user("b"), assistant("c"), assistant("d"), user("e"))] == [
        ("user", ["a", "b"]),
        ("assistant", ["c", "d"]),
        ("user", ["e"]),
    ]  # fmt: skip


def test_leading_system_messages_are_the_system_prompt() -> None:
    found = body(None, Message("system", [Text("A")]), user("Hi"))
    assert found["system"] == "A"
    assert len(found["messages"]) == 1
    cached = body(None, Message("system", [Text("A", "1h"), Text("B")]), user("Hi"))["system"]
    assert cached == [
        {"type": "text", "text": "A", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
        {"type": "text", "text": "B"},
    ]


def test_a_later_system_message_is_said_in_place_where_the_model_takes_none() -> None:
    found = turns(user("a"), Message("system", [Text("French!")]), user("b"))
    assert [texts(turn) for turn in found] == [["a", "<system>\nFrench!\n</system>", "b"]]


def test_a_later_system_message_follows_the_users_turn_where_the_model_takes_one() -> None:
    found = turns(user("a"), assistant("b"), Message("system", [Text("French!")]), user("c"), to=target(NEW))
    assert [(turn["role"], texts(turn)) for turn in found][1:] == [
        ("assistant", ["b"]),
        ("user", ["c"]),
        ("system", ["French!"]),
    ]
    alone = turns(user("a"), assistant("b"), Message("system", [Text("French!")]), to=target(NEW))
    assert (alone[2]["role"], texts(alone[2])) == ("user", ["<system>\nFrench!\n</system>"])
    before = turns(user("a"), Message("system", [Text("French!")]), assistant("b"), user("c"), to=target(NEW))
    assert [turn["role"] for turn in before] == ["user", "system", "assistant", "user"]


def test_a_system_message_alone_is_the_question() -> None:
    found = body(None, Message("system", [Text("Say hi.")]))
    assert "system" not in found
    assert texts(found["messages"][0]) == ["Say hi."]


def test_results_of_tools_come_first_in_the_users_turn() -> None:
    calls = assistant(ToolCall("a", "f", "{}"), ToolCall("b", "f", '{"x": 1}'))
    found = turns(user("go"), calls, result("b", Text("2")), user("and?"), result("a", Text("1"), Text("!")))
    assert found[1]["content"][1] == {"type": "tool_use", "id": "b", "name": "f", "input": {"x": 1}}
    assert found[2]["content"] == [
        {"type": "tool_result", "tool_use_id": "b", "content": "2"},
        {
            "type": "tool_result",
            "tool_use_id": "a",
            "content": [{"type": "text", "text": "1"}, {"type": "text", "text": "!"}],
        },
        {"type": "text", "text": "and?"},
    ]


def test_a_result_may_be_empty_an_error_or_a_picture() -> None:
    calls = assistant(ToolCall("a", "f", ""))
    found = turns(
        user("go"), calls, result("a", Image(data="iVBORw0K"), is_error=True, cache="5m"), result("a", Text("x", "5m")), result("a")
    )  # fmt: skip
    assert found[1]["content"][0]["input"] == {}
    picture, cached, empty = found[2]["content"]
    assert picture["content"] == [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0K"}}
    ]
    assert (picture["is_error"], picture["cache_control"]) == (True, {"type": "ephemeral"})
    assert cached["content"] == [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}]
    assert empty == {"type": "tool_result", "tool_use_id": "a"}


def test_ids_and_arguments_of_calls_take_a_form_that_anthropic_accepts() -> None:
    calls = assistant(
        ToolCall("f.look:0", "look", '{"a": [1, {"b": null}]}'),
        ToolCall("c2", "cut", '{"a": '),
        ToolCall("c3", "say", "plain words", custom=True),
    )
    found = turns(user("go"), calls, result("f.look:0", Text("x")))
    first, broken, custom = found[1]["content"]
    assert first["input"] == {"a": [1, {"b": None}]}
    assert broken["input"] == {"input": '{"a": '}
    assert custom["input"] == {"input": "plain words"}
    assert found[2]["content"][0]["tool_use_id"] == first["id"] == "sgt_Zi5sb29rOjA"


@pytest.mark.parametrize(
    ("part", "block"),
    [
        (Image(url="https://a/b"), {"type": "image", "source": {"type": "url", "url": "https://a/b"}}),
        (Image(file_id="f"), {"type": "image", "source": {"type": "file", "file_id": "f"}}),
        (
            Image(data="/9j/4AA", cache="5m"),
            {
                "type": "image",
                "source": {"type": "base64", "media_type": "image/jpeg", "data": "/9j/4AA"},
                "cache_control": {"type": "ephemeral"},
            },
        ),
        (
            File(data="JVBE", media_type="application/pdf", filename="a.pdf"),
            {
                "type": "document",
                "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"},
                "title": "a.pdf",
            },
        ),
        (
            File(data="aGk=", media_type="text/csv"),
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "hi"}},
        ),
        (
            File(text="hi"),
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "hi"}},
        ),
        (File(url="https://a/b.pdf"), {"type": "document", "source": {"type": "url", "url": "https://a/b.pdf"}}),
        (File(file_id="f"), {"type": "document", "source": {"type": "file", "file_id": "f"}}),
        (
            File(data="iVBO", media_type="image/png"),
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}},
        ),
        (Native("messages", {"type": "container_upload", "file_id": "f"}), {"type": "container_upload", "file_id": "f"}),
        (Native("responses", {"type": "x"}, "found it"), {"type": "text", "text": "found it"}),
    ],
)  # fmt: skip
def test_parts_of_users_are_blocks(part: Part, block: dict[str, Any]) -> None:
    assert turns(user(part))[0]["content"] == [block]


def test_what_only_anthropic_says_of_a_document_goes_back_to_it() -> None:
    document = File(text="hi", extra={"citations": {"enabled": True}})
    assert turns(user(document), dialect="messages")[0]["content"][0]["citations"] == {"enabled": True}
    assert "citations" not in turns(user(document))[0]["content"][0]


def test_blank_texts_are_left_out() -> None:
    assert turns(user("a"), assistant(" \n", ToolCall("t", "f", "{}")), result("t", Text("x")), assistant(""), user(""))[1:] == [
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "x"}]},
    ]  # fmt: skip


def test_an_assistants_words_of_other_kinds_are_text() -> None:
    found = written(
        None, user("a"), assistant(Refusal("No."), Audio(id="x", transcript="Hm."), Image(url="u")), user("b")
    )
    assert texts(json.loads(found.body)["messages"][1]) == ["No.", "Hm."]
    assert found.dropped == ["messages.image"]


# ---------------------------------------------------------------- reasoning that was signed


@pytest.mark.parametrize(
    ("part", "dialect", "block"),
    [
        (Reasoning("Hm", Signature("claude", "s")), "chat", {"type": "thinking", "thinking": "Hm", "signature": "s"}),
        (Reasoning("", Signature("claude", "s")), "chat", {"type": "thinking", "thinking": "", "signature": "s"}),
        (
            Reasoning(signature=Signature("claude", "s"), redacted=True),
            "chat",
            {"type": "redacted_thinking", "data": "s"},
        ),
        (Reasoning("Hm", Signature("", "s")), "messages", {"type": "thinking", "thinking": "Hm", "signature": "s"}),
        (Reasoning("Hm", Signature("", "s")), "responses", None),
        (Reasoning("Hm", Signature("gemini", "s")), "messages", None),
        (Reasoning("Hm"), "chat", None),
    ],
)
def test_only_what_this_provider_signed_goes_back_to_it(
    part: Reasoning, dialect: str, block: dict[str, Any] | None
) -> None:
    found = turns(user("a"), assistant(part, "So."), user("b"), dialect=dialect)[1]["content"]
    assert found[:-1] == ([block] if block else [])


def test_signatures_that_are_not_marked_go_to_no_other_provider_of_this_dialect() -> None:
    elsewhere = Target("bedrock", "anthropic", OLD)
    found = turns(
        user("a"), assistant(Reasoning("Hm", Signature("", "s")), "So."), user("b"), to=elsewhere, dialect="messages"
    )
    assert texts(found[1]) == ["So."]


# ---------------------------------------------------------------- answers begun


def test_an_answer_may_be_begun_for_models_that_take_it() -> None:
    assert texts(turns(user("a"), assistant("So \n"))[1]) == ["So"]
    assert texts(turns(user("a"), assistant("So"), to=target(NEW, prefill=True))[1]) == ["So"]


@pytest.mark.parametrize("to", [target(NEW), target(OLD, prefill=False)])
def test_an_answer_may_not_be_begun_for_others(to: Target) -> None:
    with pytest.raises(RequestError) as caught:
        turns(user("a"), assistant("So"), to=to)
    assert caught.value.param == "messages"


def test_a_turn_that_was_paused_goes_on() -> None:
    searching = Native("messages", {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}})
    assert turns(user("a"), assistant("I look", searching), to=target(NEW))[1]["content"][-1] == searching.raw


# ---------------------------------------------------------------- tools


def test_tools_are_offered() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    found = written(
        tools=[
            Tool("f", description="d", parameters=schema, strict=True, cache="5m"),
            Tool("g"),
            Tool("h", "custom", format={"type": "grammar", "syntax": "regex", "definition": "a+"}),
            Tool("code_interpreter", "builtin", raw={}, dialect="responses"),
        ]
    )
    first, bare, custom = json.loads(found.body)["tools"]
    assert first == {
        "name": "f",
        "description": "d",
        "input_schema": schema,
        "strict": True,
        "cache_control": {"type": "ephemeral"},
    }
    assert bare == {"name": "g", "input_schema": {"type": "object", "properties": {}}}
    assert custom["name"] == "h"
    assert custom["input_schema"]["properties"] == {"input": {"type": "string"}}
    assert found.dropped == ["tools.code_interpreter"]


def test_what_an_older_model_does_not_hold_to_is_named() -> None:
    found = written(target("claude-3-7-sonnet-latest"), tools=[Tool("f", strict=True)])
    assert found.dropped == ["tools.f.strict"]


@pytest.mark.parametrize(
    ("raw", "dialect", "wire"),
    [
        (
            {"search_context_size": "low", "user_location": {"type": "approximate", "approximate": {"city": "Oslo"}}},
            "chat",
            {"user_location": {"type": "approximate", "city": "Oslo"}},
        ),
        (
            {
                "type": "web_search",
                "filters": {"allowed_domains": ["a.org"]},
                "user_location": {"type": "approximate", "country": "NO", "city": None},
            },
            "responses",
            {"user_location": {"type": "approximate", "country": "NO"}, "allowed_domains": ["a.org"]},
        ),
        ({}, "chat", {}),
    ],
)
def test_web_search_is_offered_as_anthropics(raw: dict[str, Any], dialect: str, wire: dict[str, Any]) -> None:
    found = body(tools=[Tool("web_search", "builtin", raw=raw, dialect=dialect)])["tools"]
    assert found == [{"type": "web_search_20250305", "name": "web_search"} | wire]


@pytest.mark.parametrize(
    ("choice", "parallel", "wire"),
    [
        (None, None, None),
        (None, False, {"type": "auto", "disable_parallel_tool_use": True}),
        (ToolChoice("auto"), True, {"type": "auto"}),
        (ToolChoice("none"), False, {"type": "none"}),
        (ToolChoice("required"), False, {"type": "any", "disable_parallel_tool_use": True}),
        (ToolChoice("named", "f"), None, {"type": "tool", "name": "f"}),
    ],
)
def test_the_choice_of_tools_is_said(choice: ToolChoice | None, parallel: bool | None, wire: object) -> None:
    assert body(tools=[Tool("f")], tool_choice=choice, parallel_tools=parallel).get("tool_choice") == wire


def test_only_allowed_tools_are_offered() -> None:
    found = body(tools=[Tool("f"), Tool("g")], tool_choice=ToolChoice("required", allowed=("g",)))
    assert [tool["name"] for tool in found["tools"]] == ["g"]


@pytest.mark.parametrize(
    ("tools", "choice"),
    [
        ([Tool("x", "builtin", raw={}, dialect="gemini")], ToolChoice("named", "x")),
        ([Tool("f")], ToolChoice("named", "g")),
        ([], ToolChoice("required")),
    ],
)
def test_a_tool_that_cannot_be_called_cannot_be_demanded(tools: list[Tool], choice: ToolChoice) -> None:
    with pytest.raises(RequestError) as caught:
        written(tools=tools, tool_choice=choice)
    assert caught.value.param == "tool_choice"


def test_a_model_that_is_never_forced_is_left_the_choice() -> None:
    found = written(target("claude-opus-5-5"), tools=[Tool("f")], tool_choice=ToolChoice("required"))
    assert json.loads(found.body)["tool_choice"] == {"type": "auto"}
    assert found.dropped == ["tool_choice"]


# ---------------------------------------------------------------- thinking


@pytest.mark.parametrize(
    ("model", "dialect", "wish", "thinking", "effort", "dropped"),
    [
        (OLD, "chat", ReasoningWish("low"), {"type": "enabled", "budget_tokens": 4096}, None, []),
        (OLD, "chat", ReasoningWish("none"), {"type": "disabled"}, None, []),
        (OLD, "chat", ReasoningWish(show=True), None, None, []),
        (OLD, "messages", ReasoningWish(budget=2000, show=False), {"type": "enabled", "budget_tokens": 2000, "display": "omitted"}, None, []),
        (OLD, "messages", ReasoningWish(adaptive=True), {"type": "enabled", "budget_tokens": 24_000}, None, []),
        (OLD, "messages", ReasoningWish("low"), None, None, ["thinking"]),
        ("claude-opus-4-5", "messages", ReasoningWish("low"), None, "low", []),
        ("claude-opus-4-5", "messages", ReasoningWish("max", 2000), {"type": "enabled", "budget_tokens": 2000}, "high", []),
        ("claude-opus-4-6", "messages", ReasoningWish(budget=2000), {"type": "enabled", "budget_tokens": 2000}, None, []),
        ("claude-opus-4-6", "chat", ReasoningWish("xhigh"), {"type": "adaptive", "display": "summarized"}, "high", []),
        (NEW, "chat", ReasoningWish("minimal"), {"type": "adaptive", "display": "summarized"}, "low", []),
        (NEW, "responses", ReasoningWish("high"), {"type": "adaptive"}, "high", []),
        (NEW, "responses", ReasoningWish("high", summary="auto"), {"type": "adaptive", "display": "summarized"}, "high", []),
        (NEW, "messages", ReasoningWish(budget=10_000), {"type": "adaptive"}, "medium", []),
        (NEW, "messages", ReasoningWish(adaptive=True, show=False), {"type": "adaptive", "display": "omitted"}, None, []),
        (NEW, "messages", ReasoningWish("max"), None, "max", []),
        (NEW, "messages", ReasoningWish("none"), {"type": "disabled"}, None, []),
        ("claude-fable-5", "chat", ReasoningWish("none"), None, None, ["reasoning_effort"]),
        ("claude-3-5-haiku-latest", "chat", ReasoningWish("high"), None, None, ["reasoning_effort"]),
        ("claude-3-5-haiku-latest", "chat", ReasoningWish("none"), None, None, []),
        ("glm-5", "chat", ReasoningWish("high"), {"type": "enabled", "budget_tokens": 24_000}, None, []),
    ],
)  # fmt: skip
def test_thinking_is_asked_for_as_the_model_takes_it(
    model: str, dialect: str, wish: ReasoningWish, thinking: object, effort: object, dropped: list[str]
) -> None:
    found = written(target(model), reasoning=wish, dialect=dialect, max_tokens=32_000)
    document = json.loads(found.body)
    assert document.get("thinking") == thinking
    assert document.get("output_config", {}).get("effort") == effort
    assert found.dropped == dropped


@pytest.mark.parametrize(
    ("wish", "max_tokens", "budget", "most"),
    [
        (ReasoningWish("high"), 40_000, 24_576, 40_000),
        (ReasoningWish("high"), 8000, 6000, 8000),
        (ReasoningWish("high"), 500, 1024, 1524),
        (ReasoningWish("low"), None, 4096, 36_096),
        (ReasoningWish(budget=100), 8000, 1024, 8000),
        (ReasoningWish(budget=7999), 8000, 7999, 8000),
        (ReasoningWish(budget=8000), 8000, 6000, 8000),
    ],
)
def test_a_budget_leaves_room_for_the_answer(
    wish: ReasoningWish, max_tokens: int | None, budget: int, most: int
) -> None:
    found = body(reasoning=wish, max_tokens=max_tokens)
    assert (found["thinking"]["budget_tokens"], found["max_tokens"]) == (budget, most)


def test_a_model_that_cannot_think_is_not_asked_to() -> None:
    assert written(target(reasoning=False), reasoning=ReasoningWish("high")).dropped == ["reasoning_effort"]


@pytest.mark.parametrize(("model", "thinking"), [(OLD, None), (NEW, {"type": "disabled"}), ("claude-fable-5", {"type": "adaptive", "display": "summarized"})])  # fmt: skip
def test_a_forced_call_is_not_thought_about_unless_the_model_always_does(model: str, thinking: object) -> None:
    found = written(
        target(model), tools=[Tool("f")], tool_choice=ToolChoice("required"), reasoning=ReasoningWish("high")
    )
    assert json.loads(found.body).get("thinking") == thinking
    assert found.dropped == ([] if model == "claude-fable-5" else ["reasoning_effort"])


@pytest.mark.parametrize(("signed", "thinks"), [(Signature("claude", "s"), True), (Signature("other", "s"), False)])
def test_a_tool_loop_goes_on_thinking_only_with_the_thoughts_it_began_with(signed: Signature, thinks: bool) -> None:
    messages = (
        user("a"),
        assistant(Reasoning("Hm", signed), ToolCall("t", "f", "{}")),
        result("t", Text("x")),
    )
    found = written(target(), *messages, reasoning=ReasoningWish("low"))
    assert ("thinking" in json.loads(found.body)) is thinks
    assert (found.dropped == ["reasoning_effort"]) is not thinks


# ---------------------------------------------------------------- output and sampling


CLOSED = {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": False}


@pytest.mark.parametrize(
    ("to", "held"),
    [(target(), True), (target(schema="checked"), False), (target("glm-5"), False), (target("glm-5", schema="native"), True)],
)  # fmt: skip
def test_a_schema_is_left_to_the_models_that_hold_to_one(to: Target, held: bool) -> None:
    found = written(to, format=ResponseFormat("schema", schema=CLOSED))
    config = json.loads(found.body).get("output_config")
    assert config == ({"format": {"type": "json_schema", "schema": CLOSED}} if held else None)
    assert found.dropped == ([] if held else ["response_format"])


def test_a_schema_is_written_as_far_as_it_is_compiled() -> None:
    schema = {
        "type": "object",
        "title": "T",
        "properties": {
            "a": {"type": "integer", "minimum": 1},
            "minimum": {"type": "array", "minItems": 3, "maxItems": 4, "items": {"anyOf": [{"$ref": "#/$defs/P"}, {"type": "null"}]}},
        },
        "$defs": {"P": {"type": "object", "properties": {"x": {"type": "string", "maxLength": 3}}}},
    }  # fmt: skip
    assert body(format=ResponseFormat("schema", schema=schema))["output_config"]["format"]["schema"] == {
        "type": "object",
        "title": "T",
        "properties": {
            "a": {"type": "integer"},
            "minimum": {"type": "array", "items": {"anyOf": [{"$ref": "#/$defs/P"}, {"type": "null"}]}},
        },
        "$defs": {"P": {"type": "object", "properties": {"x": {"type": "string"}}, "additionalProperties": False}},
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"type": "object", "properties": {"a": {"type": "object"}}},
        {"type": "object", "properties": {"a": {}}, "additionalProperties": True},
    ],
)
def test_a_schema_that_takes_any_property_is_left_to_the_gateway(schema: dict[str, Any]) -> None:
    assert written(format=ResponseFormat("schema", schema=schema)).dropped == ["response_format"]


def test_a_schema_of_an_anthropic_client_is_not_touched() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer", "minimum": 1}}}
    found = body(format=ResponseFormat("schema", schema=schema), dialect="messages")
    assert found["output_config"]["format"]["schema"] == schema


def test_any_json_is_left_to_the_gateway() -> None:
    assert written(format=ResponseFormat("json")).dropped == ["response_format"]


@pytest.mark.parametrize(
    ("model", "thinks", "sampling", "wire", "dropped"),
    [
        (OLD, False, {"temperature": 0.5, "top_k": 5}, {"temperature": 0.5, "top_k": 5}, []),
        (OLD, False, {"temperature": 0.5, "top_p": 0.9}, {"temperature": 0.5}, ["top_p"]),
        ("claude-3-5-haiku-latest", False, {"temperature": 0.5, "top_p": 0.9}, {"temperature": 0.5, "top_p": 0.9}, []),
        (OLD, False, {"temperature": 1.5}, {"temperature": 1.0}, ["temperature"]),
        (OLD, True, {"temperature": 0.5, "top_p": 0.9, "top_k": 5}, {}, ["temperature", "top_p", "top_k"]),
        (OLD, True, {"top_p": 0.95}, {"top_p": 0.95}, []),
        (OLD, True, {"temperature": 1}, {"temperature": 1.0}, []),
        (NEW, False, {"temperature": 0.5, "top_p": 0.99, "top_k": 5}, {}, ["temperature", "top_p", "top_k"]),
        (NEW, False, {"temperature": 1}, {"temperature": 1.0}, []),
        (OLD, False, {"stop": ["A", " "]}, {"stop_sequences": ["A"]}, ["stop"]),
        (OLD, False, {"stop": ["\n"]}, {}, ["stop"]),
    ],
)
def test_sampling_is_said_as_far_as_the_model_takes_it(
    model: str, thinks: bool, sampling: dict[str, Any], wire: dict[str, Any], dropped: list[str]
) -> None:
    wish = ReasoningWish("low") if thinks else None
    found = written(target(model), reasoning=wish, max_tokens=32_000, **sampling)
    document = json.loads(found.body)
    names = ("temperature", "top_p", "top_k", "stop_sequences")
    assert {name: document[name] for name in names if name in document} == wire
    assert found.dropped == dropped


def test_wishes_without_words_are_named() -> None:
    found = written(
        seed=1, presence_penalty=0.1, logit_bias={"5": 1.0}, logprobs=True, verbosity="low", cache_key="k",
        metadata={"a": "b"}, service_tier="flex", user="u", n=1, extra={"store": True},
    )  # fmt: skip
    assert found.dropped == [
        "metadata", "service_tier", "seed", "presence_penalty", "logit_bias", "logprobs", "verbosity", "cache_key", "store",
    ]  # fmt: skip
    assert json.loads(found.body)["metadata"] == {"user_id": "u"}


def test_fields_of_an_anthropic_client_go_back_to_anthropic() -> None:
    found = written(
        dialect="messages", stream=True, service_tier="default", user="u",
        reasoning=ReasoningWish("low"),
        extra={"container": "c", "metadata": {"x": "y"}, "output_config": {"task_budget": 5}},
        tools=[Tool("f", parameters={"type": "object"}, raw={"defer_loading": True}, dialect="messages")],
    )  # fmt: skip
    document = json.loads(found.body)
    assert (document["container"], document["stream"], document["service_tier"]) == ("c", True, "standard_only")
    assert document["metadata"] == {"user_id": "u", "x": "y"}
    assert document["output_config"] == {"task_budget": 5}
    assert document["tools"][0]["defer_loading"] is True
    assert found.dropped == ["thinking"]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"n": 2}, "n"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"messages": [user(Audio(data="x", format="wav"))]}, "messages[0]"),
        ({"messages": [user(File(data="x", media_type="application/zip"))]}, "messages[0]"),
        ({"messages": [user(File(data="!", media_type="text/plain"))]}, "messages[0]"),
        ({"messages": [user(" ")]}, "messages"),
    ],
)
def test_what_would_change_the_meaning_is_refused(fields: dict[str, Any], param: str) -> None:
    messages = fields.pop("messages", [])
    with pytest.raises(RequestError) as caught:
        written(None, *messages, **fields)
    assert caught.value.param == param
