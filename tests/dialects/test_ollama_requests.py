"""Calls as Ollama's /api/chat takes them."""

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
)
from switchgear.core.capabilities import Capabilities, Target
from switchgear.core.errors import RequestError
from switchgear.dialects.ollama import BACK

WEATHER = Tool("weather", description="The weather.", parameters={"type": "object", "properties": {"city": {}}})
NOW = Tool("now")


def target(model: str = "qwen3:8b", **capabilities: Any) -> Target:
    return Target("home", "ollama", model, Capabilities(image_urls=False, **capabilities))


def written(call: Call, to: Target | None = None) -> tuple[dict[str, Any], list[str]]:
    found = BACK.write_call(call, to or target())
    return json.loads(found.body), found.dropped


def messages_of(*messages: Message) -> Any:
    return written(Call("m", list(messages), dialect="chat"))[0]["messages"]


def user(*parts: Part | str) -> Message:
    return Message("user", [Text(part) if isinstance(part, str) else part for part in parts])


def model(*parts: Part | str) -> Message:
    return Message("assistant", [Text(part) if isinstance(part, str) else part for part in parts])


def ask(**more: Any) -> Call:
    return Call("m", [user("Hi")], dialect="chat", **more)


def test_a_conversation_becomes_messages() -> None:
    call = Call("alias", [Message("system", [Text("Be brief.")]), user("a", "b"), model("c")], stream=True)
    assert written(call)[0] == {
        "model": "qwen3:8b",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "a\nb"},
            {"role": "assistant", "content": "c"},
        ],
        "stream": True,
    }
    assert written(ask())[0]["stream"] is False


def test_images_are_data_beside_the_text() -> None:
    assert messages_of(user("What?", Image(data="aW1n", media_type="image/png"), File(text="of a file"))) == [
        {"role": "user", "content": "What?\nof a file", "images": ["aW1n"]}
    ]


def test_calls_and_results_keep_their_ids_and_names() -> None:
    assert messages_of(
        model(Reasoning("I look."), "Wait.", ToolCall("1", "weather", '{"city":"Oslo"}'), ToolCall("2", "now", "")),
        Message("tool", [ToolResult("1", [Text("rain"), Text("9 °C")])]),
        Message("tool", [ToolResult("2", [Text("no clock")], is_error=True)]),
    ) == [
        {
            "role": "assistant",
            "content": "Wait.",
            "thinking": "I look.",
            "tool_calls": [
                {"id": "1", "function": {"name": "weather", "arguments": {"city": "Oslo"}}},
                {"id": "2", "function": {"name": "now", "arguments": {}}},
            ],
        },
        {"role": "tool", "content": "rain\n9 °C", "tool_name": "weather", "tool_call_id": "1"},
        {"role": "tool", "content": "Error: no clock", "tool_name": "now", "tool_call_id": "2"},
    ]


def test_images_of_results_follow_as_a_users() -> None:
    shots = [ToolResult(number, [Text("here"), Image(data=number, media_type="image/png")]) for number in ("1", "2")]
    found = messages_of(model(ToolCall("1", "shot", "{}"), ToolCall("2", "shot", "{}")), Message("tool", [*shots]))
    assert [message["role"] for message in found] == ["assistant", "tool", "tool", "user", "user"]
    assert found[3] == {"role": "user", "content": "What the tool call 1 (shot) gave:", "images": ["1"]}
    assert found[4]["images"] == ["2"]


def test_thoughts_that_another_provider_signed_are_left_out() -> None:
    assert messages_of(model(Reasoning("secret", Signature("anthropic", "x")), "a")) == [
        {"role": "assistant", "content": "a"}
    ]


def test_other_parts_are_kept_as_text_where_they_can_be() -> None:
    found = messages_of(
        model(
            Refusal("No."),
            Audio(id="a", transcript=" Spoken."),
            Native("messages", {}),
            Native("messages", {}, " Found."),
        ),
        user(Native("messages", {}, "Seen."), Native("messages", {})),
    )
    assert [message["content"] for message in found] == ["No. Spoken. Found.", "Seen."]


@pytest.mark.parametrize(
    ("message", "param"),
    [
        (user("a", Image(url="https://h/a.png")), "messages[0].content[1]"),
        (user(Image(file_id="file-1")), "messages[0].content[0]"),
        (user(Audio("eA==", "wav")), "messages[0].content[0]"),
        (user(File(data="eA==", media_type="application/pdf")), "messages[0].content[0]"),
        (user(ToolCall("1", "f", "{}")), "messages[0].content[0]"),
        (model(Audio("eA==", "wav")), "messages[0].content[0]"),
        (model(ToolCall("1", "f", "[]")), "messages[0].tool_calls"),
        (Message("tool", [Text("x")]), "messages[0].content[0]"),
        (Message("tool", [ToolResult("1", [Text("x")])]), "messages[0].content[0]"),
        (Message("tool", [ToolResult("1", [File(data="x")], "f")]), "messages[0].content[0]"),
    ],
)
def test_what_cannot_be_said_is_refused_where_it_stands(message: Message, param: str) -> None:
    with pytest.raises(RequestError) as caught:
        messages_of(message)
    assert caught.value.param == param


def test_tools_are_functions() -> None:
    shell = Tool("sh", "custom", "A shell.")
    call = Call("m", [model(ToolCall("1", "sh", "ls", custom=True))], tools=[WEATHER, NOW, shell])
    body, dropped = written(call)
    first, second, third = (tool["function"] for tool in body["tools"])
    assert first == {"name": "weather", "description": "The weather.", "parameters": WEATHER.parameters}
    assert second["parameters"] == {"type": "object", "properties": {}}
    assert list(third["parameters"]["properties"]) == ["input"]
    assert body["messages"][0]["tool_calls"][0]["function"]["arguments"] == {"input": "ls"}
    assert dropped == []


@pytest.mark.parametrize(
    ("choice", "names", "dropped"),
    [
        (ToolChoice("auto"), ["weather", "now"], []),
        (ToolChoice("none"), None, []),
        (ToolChoice("auto", allowed=("now", "gone")), ["now"], []),
        (ToolChoice("auto", allowed=("gone",)), None, []),
        (ToolChoice("required"), ["weather", "now"], ["tool_choice"]),
        (ToolChoice("named", "now"), ["now"], ["tool_choice"]),
    ],
)
def test_a_choice_narrows_the_tools_and_what_cannot_be_forced_is_named(
    choice: ToolChoice, names: list[str] | None, dropped: list[str]
) -> None:
    body, said = written(ask(tools=[WEATHER, NOW], tool_choice=choice))
    assert (names and [tool["function"]["name"] for tool in body["tools"]]) == names
    assert ("tools" in body) == bool(names)
    assert said == dropped


@pytest.mark.parametrize("choice", [ToolChoice("named", "gone"), ToolChoice("named", "web_search")])
def test_a_choice_of_what_is_not_there_is_refused(choice: ToolChoice) -> None:
    with pytest.raises(RequestError) as caught:
        written(ask(tools=[WEATHER, Tool("web_search", "builtin")], tool_choice=choice))
    assert caught.value.param == "tool_choice"


def test_options_are_ollamas_own() -> None:
    call = ask(
        max_tokens=9, temperature=0.0, top_p=0.5, top_k=3, stop=["a"], seed=7, presence_penalty=1, frequency_penalty=-1,
        extra={"keep_alive": "10m", "options": {"num_ctx": 8192, "seed": 1}},
    )  # fmt: skip
    body, dropped = written(call, target(context=131_072))
    assert body["options"] == {
        "num_predict": 9, "temperature": 0.0, "top_p": 0.5, "top_k": 3, "stop": ["a"], "seed": 7,
        "presence_penalty": 1, "frequency_penalty": -1, "num_ctx": 8192,
    }  # fmt: skip
    assert body["keep_alive"] == "10m"
    assert dropped == []


def test_the_context_length_is_the_servers_own() -> None:
    assert "options" not in written(ask(), target(context=131_072))[0]


def test_json_and_schemas_are_the_format() -> None:
    schema = {"type": "object"}
    wanted = ask(format=ResponseFormat("schema", "x", schema))
    assert written(ask(format=ResponseFormat("json")))[0]["format"] == "json"
    assert written(wanted)[0]["format"] == schema
    assert written(wanted, target(schema="checked"))[0]["format"] == "json"


@pytest.mark.parametrize(
    ("wish", "model", "think"),
    [
        (ReasoningWish("none"), "qwen3", False),
        (ReasoningWish("minimal"), "qwen3", "low"),
        (ReasoningWish("medium"), "qwen3", "medium"),
        (ReasoningWish("xhigh"), "qwen3", "high"),
        (ReasoningWish("max"), "qwen3", "max"),
        (ReasoningWish(budget=0), "qwen3", False),
        (ReasoningWish(budget=10_000), "qwen3", "medium"),
        (ReasoningWish("none"), "gpt-oss:20b", "low"),
        (ReasoningWish("max"), "someone/gpt-oss:120b", "high"),
    ],
)
def test_effort_is_a_level_of_thinking(wish: ReasoningWish, model: str, think: Any) -> None:
    assert written(ask(reasoning=wish), target(model))[0]["think"] == think


def test_thinking_is_asked_only_of_those_that_may() -> None:
    assert written(ask(reasoning=ReasoningWish("high")), target(reasoning=False))[1] == ["reasoning"]
    assert written(ask(reasoning=ReasoningWish("none")), target(reasoning=False)) == (written(ask())[0], [])
    assert written(ask(reasoning=ReasoningWish(show=True)), target(reasoning=True))[0]["think"] is True
    assert "think" not in written(ask(reasoning=ReasoningWish(show=True)))[0]


def test_what_has_no_word_is_named() -> None:
    _, dropped = written(
        ask(
            logit_bias={"1": 1.0}, logprobs=True, user="u", metadata={"a": "b"}, service_tier="flex", verbosity="low",
            cache_key="k", modalities=["audio"], audio={"voice": "x"}, parallel_tools=False,
            tools=[WEATHER, Tool("web_search", "builtin")], extra={"prediction": {}, "options": 3},
        )
    )  # fmt: skip
    assert sorted(dropped) == [
        "audio", "cache_key", "logit_bias", "logprobs", "metadata", "modalities", "options", "parallel_tool_calls",
        "prediction", "service_tier", "tools.web_search", "user", "verbosity",
    ]  # fmt: skip


def test_more_than_one_answer_is_refused() -> None:
    with pytest.raises(RequestError) as caught:
        written(ask(n=2))
    assert caught.value.param == "n"
