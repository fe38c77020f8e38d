"""Calls as requests to OpenAI-compatible providers: what each server takes is sent, what it has no words for is named."""

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
from switchgear.dialects.chat import BACK, FRONT

OPENAI = Target("openai", "openai", "gpt-5.1")
PLAIN_OPENAI = Target("openai", "openai", "gpt-4.1")
AZURE = Target("azure", "azure", "my-deployment")
COMPATIBLE = Target("vllm", "openai", "meta-llama/Llama-4")
MISTRAL = Target("mistral", "openai", "mistral-large-latest")
OPENROUTER = Target("openrouter", "openai", "anthropic/claude-sonnet-4.5")
FUNCTION = Tool("f", description="d", parameters={"type": "object"})
ASKED = Message("user", [Text("Hi")])


def call(*messages: Message, dialect: str = "messages", **fields: Any) -> Call:
    return Call("alias", list(messages) or [ASKED], dialect=dialect, **fields)


def sent(asked: Call, target: Target = COMPATIBLE) -> dict[str, Any]:
    return json.loads(BACK.write_call(asked, target).body)  # type: ignore[no-any-return]


def dropped(asked: Call, target: Target = COMPATIBLE) -> list[str]:
    return BACK.write_call(asked, target).dropped


def message(role: Any, *parts: Part, target: Target = COMPATIBLE, dialect: str = "messages") -> Any:
    """The one message as it is sent."""
    return sent(call(Message(role, list(parts)), dialect=dialect), target)["messages"][0]


# ---------------------------------------------------------------- fields


def test_a_plain_question() -> None:
    assert sent(call()) == {"model": "meta-llama/Llama-4", "messages": [{"role": "user", "content": "Hi"}]}


def test_a_stream_is_asked_for_its_usage() -> None:
    body = sent(call(stream=True))
    assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})


def test_a_server_that_may_not_be_asked_for_usage_is_not() -> None:
    assert "stream_options" not in sent(call(stream=True), Target("p", "openai", "m", stream_usage=False))


@pytest.mark.parametrize(
    ("target", "field"),
    [
        (OPENAI, "max_completion_tokens"),
        (PLAIN_OPENAI, "max_completion_tokens"),
        (AZURE, "max_completion_tokens"),
        (Target("o", "openai", "o3-mini"), "max_completion_tokens"),
        (Target("o", "openai", "ft:gpt-4.1:acme"), "max_completion_tokens"),
        (COMPATIBLE, "max_tokens"),
        (Target("l", "litellm", "gpt-5"), "max_tokens"),
        (MISTRAL, "max_tokens"),
        (Target("o", "openai", "gpt-oss-120b"), "max_tokens"),
        (Target("o", "openai", "openai/gpt-5"), "max_tokens"),
    ],
)
def test_the_limit_goes_by_the_name_the_server_knows(target: Target, field: str) -> None:
    body = sent(call(max_tokens=9), target)
    assert body[field] == 9
    assert len({"max_tokens", "max_completion_tokens"} & body.keys()) == 1


@pytest.mark.parametrize(
    ("target", "role"), [(OPENAI, "developer"), (PLAIN_OPENAI, "system"), (COMPATIBLE, "system"), (MISTRAL, "system")]
)
def test_the_system_speaks_under_the_name_the_model_was_taught(target: Target, role: str) -> None:
    assert message("system", Text("Be brief"), target=target) == {"role": role, "content": "Be brief"}


def test_a_model_without_a_system_hears_it_from_the_user() -> None:
    target = Target("p", "openai", "gemma", Capabilities(system=False))
    assert message("system", Text("Be brief"), target=target)["role"] == "user"


def test_fields_called_the_same_everywhere() -> None:
    fields: dict[str, Any] = {
        "temperature": 0.5, "top_p": 0.9, "top_k": 5, "seed": 1, "presence_penalty": 0.1, "frequency_penalty": 0.2,
        "logit_bias": {"1": 2.0}, "stop": ["x"],
    }  # fmt: skip
    body = sent(call(**fields))
    assert {name: body[name] for name in fields} == fields


def test_what_was_written_for_chat_is_sent_as_it_was() -> None:
    fields = {
        "messages": [{"role": "user", "content": "Hi"}],
        "temperature": 0.3,
        "logprobs": True,
        "top_logprobs": 2,
        "n": 2,
        "stop": ["1", "2", "3", "4", "5"],
        "metadata": {"a": "b"},
        "verbosity": "low",
        "service_tier": "on_demand",
        "prompt_cache_key": "k",
        "thinking": {"type": "enabled", "clear_thinking": False},
        "reasoning_effort": "minimal",
        "store": True,
        "audio": {"voice": "alloy", "format": "wav"},
        "modalities": ["text", "audio"],
    }
    asked = FRONT.read_call(json.dumps({"model": "m", **fields}).encode())
    written = BACK.write_call(asked, OPENAI)
    assert json.loads(written.body) == {"model": "gpt-5.1", **fields}
    assert written.dropped == []


def test_fields_of_another_dialect_are_named_and_left_out() -> None:
    asked = call(extra={"container": "c"}, verbosity="low", cache_key="k", metadata={"a": "b"}, service_tier="flex")
    assert sent(asked).keys() == {"model", "messages"}
    assert dropped(asked) == ["container", "verbosity", "prompt_cache_key", "service_tier", "metadata"]


def test_a_reasoning_model_of_openai_is_not_told_how_to_sample() -> None:
    asked = call(temperature=0.2, top_p=1, stop=["x"], top_k=4, reasoning=ReasoningWish("low"))
    body = sent(asked, OPENAI)
    assert not {"temperature", "top_p", "stop", "top_k"} & body.keys()
    assert dropped(asked, OPENAI) == ["top_k", "temperature", "stop"]


def test_a_model_that_does_not_reason_may_be_told() -> None:
    asked = call(temperature=0.2, reasoning=ReasoningWish("none"))
    assert sent(asked, OPENAI)["temperature"] == 0.2
    assert sent(asked, PLAIN_OPENAI)["temperature"] == 0.2


def test_stop_sequences_over_four_are_named() -> None:
    asked = call(stop=list("abcde"))
    assert sent(asked, PLAIN_OPENAI)["stop"] == list("abcd")
    assert dropped(asked, PLAIN_OPENAI) == ["stop"]


def test_mistral_gets_only_what_it_knows() -> None:
    asked = call(seed=3, top_k=4, user="ann", logit_bias={"1": 1})
    body = sent(asked, MISTRAL)
    assert body.keys() == {"model", "messages", "random_seed"}
    assert dropped(asked, MISTRAL) == ["top_k", "logit_bias", "user"]


def test_a_long_name_of_a_user_is_always_the_same_shorter_one() -> None:
    one, two = (sent(call(user="u" * 70), PLAIN_OPENAI)["safety_identifier"] for _ in range(2))
    assert one == two
    assert len(one) == 64
    assert sent(call(user="ann"))["user"] == "ann"


# ---------------------------------------------------------------- reasoning


@pytest.mark.parametrize(
    ("model", "effort", "told"),
    [
        ("gpt-5.1", "minimal", "low"),
        ("gpt-5.1", "none", "none"),
        ("gpt-5.1", "xhigh", "high"),
        ("gpt-5", "minimal", "minimal"),
        ("gpt-5", "none", "minimal"),
        ("gpt-5-codex", "minimal", "low"),
        ("gpt-5-pro", "low", "high"),
        ("gpt-5.2", "max", "xhigh"),
        ("gpt-5.6-sol", "max", "max"),
        ("o3", "xhigh", "high"),
        ("deepseek-chat", "minimal", "low"),
        ("deepseek-chat", "max", "high"),
    ],
)
def test_an_effort_the_model_does_not_know_becomes_the_nearest(model: str, effort: Any, told: str) -> None:
    body = sent(call(reasoning=ReasoningWish(effort)), Target("p", "openai", model))
    assert body["reasoning_effort"] == told


def test_a_budget_becomes_an_effort() -> None:
    assert sent(call(reasoning=ReasoningWish(budget=30_000)))["reasoning_effort"] == "high"


def test_a_wish_only_to_see_thoughts_says_nothing() -> None:
    assert "reasoning_effort" not in sent(call(reasoning=ReasoningWish(show=True, adaptive=True)))


@pytest.mark.parametrize(
    "target", [PLAIN_OPENAI, Target("p", "openai", "llama", Capabilities(reasoning=False))], ids=["gpt-4.1", "told so"]
)
def test_a_model_that_cannot_reason_is_not_asked_to(target: Target) -> None:
    asked = call(reasoning=ReasoningWish("high"))
    assert "reasoning_effort" not in sent(asked, target)
    assert dropped(asked, target) == ["reasoning"]
    assert dropped(call(reasoning=ReasoningWish("none")), target) == []


# ---------------------------------------------------------------- what users show


def test_an_image_by_url_or_data() -> None:
    parts = message(
        "user", Text("Look"), Image("https://x.test/a.png", detail="low"), Image(data="QUJD", media_type="image/gif")
    )
    assert parts["content"] == [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"url": "https://x.test/a.png", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "data:image/gif;base64,QUJD"}},
    ]


def test_audio_and_files() -> None:
    parts = message(
        "user",
        Audio("QUJD", "mp3"),
        File(file_id="file-1"),
        File(data="QUJD", media_type="application/pdf"),
        File(url="https://x.test/a.pdf", filename="a.pdf"),
        File(text="plain", filename="a.txt"),
    )
    assert parts["content"] == [
        {"type": "input_audio", "input_audio": {"data": "QUJD", "format": "mp3"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "file", "file": {"filename": "document.pdf", "file_data": "data:application/pdf;base64,QUJD"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "https://x.test/a.pdf"}},
        {"type": "text", "text": "a.txt\n\nplain"},
    ]


@pytest.mark.parametrize(
    ("part", "target"),
    [
        (Image(file_id="f"), COMPATIBLE),
        (File(url="https://x.test/a.pdf"), OPENAI),
        (ToolCall("c", "f", "{}"), COMPATIBLE),
    ],
)
def test_what_chat_cannot_carry_is_refused(part: Part, target: Target) -> None:
    with pytest.raises(RequestError) as raised:
        message("user", part, target=target)
    assert raised.value.param == "messages[0]"


def test_several_texts_are_one_for_servers_that_may_want_one() -> None:
    assert message("system", Text("A"), Text("B"))["content"] == "A\n\nB"
    assert message("assistant", Text("A"), Text("B"))["content"] == "AB"
    assert message("system", Text("A"), Text("B"), target=PLAIN_OPENAI)["content"] == [
        {"type": "text", "text": "A"},
        {"type": "text", "text": "B"},
    ]


def test_a_mark_for_caching_goes_to_claude() -> None:
    said = message("system", Text("A", "5m"), Text("B", "1h"), target=OPENROUTER)
    assert [part["cache_control"] for part in said["content"]] == [
        {"type": "ephemeral"},
        {"type": "ephemeral", "ttl": "1h"},
    ]
    assert message("system", Text("A", "5m")) == {"role": "system", "content": "A"}
    tool = sent(call(tools=[Tool("f", cache="5m")]), OPENROUTER)["tools"][0]
    assert tool["cache_control"] == {"type": "ephemeral"}


def test_what_only_another_dialect_has_is_told_in_its_text_or_left_out() -> None:
    said = message(
        "assistant", Text("A"), Native("messages", {"type": "server_tool_use"}), Native("messages", {}, " B")
    )
    assert said["content"] == "A B"
    assert sent(call(Message("user", [Native("messages", {"type": "x"})]), ASKED))["messages"] == [
        {"role": "user", "content": "Hi"}
    ]


# ---------------------------------------------------------------- tools


def test_tools_and_the_choice_among_them() -> None:
    body = sent(call(tools=[FUNCTION, Tool("g")], tool_choice=ToolChoice("named", "g"), parallel_tools=False))
    assert body["tools"] == [
        {"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}},
        {"type": "function", "function": {"name": "g", "parameters": {"type": "object", "properties": {}}}},
    ]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "g"}}
    assert body["parallel_tool_calls"] is False


def test_a_custom_tool_is_one_at_openai_and_a_function_elsewhere() -> None:
    grammar = {"type": "grammar", "syntax": "regex", "definition": "a+"}
    asked = call(
        Message("assistant", [ToolCall("c1", "patch", "text", custom=True)]),
        tools=[Tool("patch", "custom", "d", format=grammar)],
        tool_choice=ToolChoice("named", "patch"),
    )
    native = sent(asked, OPENAI)
    assert native["tools"] == [
        {
            "type": "custom",
            "custom": {
                "name": "patch",
                "description": "d",
                "format": {"type": "grammar", "grammar": {"syntax": "regex", "definition": "a+"}},
            },
        }
    ]
    assert native["tool_choice"] == {"type": "custom", "custom": {"name": "patch"}}
    assert native["messages"][0]["tool_calls"][0]["custom"] == {"name": "patch", "input": "text"}
    standing_in = sent(asked)
    assert standing_in["tools"][0]["function"]["parameters"]["required"] == ["input"]
    assert standing_in["tool_choice"] == {"type": "function", "function": {"name": "patch"}}
    assert standing_in["messages"][0]["tool_calls"][0]["function"] == {"name": "patch", "arguments": '{"input":"text"}'}


def test_tools_that_are_allowed_are_named_at_openai_and_the_only_ones_elsewhere() -> None:
    asked = call(tools=[FUNCTION, Tool("g")], tool_choice=ToolChoice("required", allowed=("g",)))
    assert sent(asked, OPENAI)["tool_choice"] == {
        "type": "allowed_tools",
        "allowed_tools": {"mode": "required", "tools": [{"type": "function", "function": {"name": "g"}}]},
    }
    body = sent(asked)
    assert [tool["function"]["name"] for tool in body["tools"]] == ["g"]
    assert body["tool_choice"] == "required"


@pytest.mark.parametrize(
    ("raw", "options"),
    [
        (
            {
                "type": "web_search_20250305",
                "max_uses": 3,
                "user_location": {"type": "approximate", "city": "Bern", "region": None},
            },
            {"user_location": {"type": "approximate", "approximate": {"city": "Bern"}}},
        ),
        ({"type": "web_search", "search_context_size": "low"}, {"search_context_size": "low"}),
    ],
)
def test_web_search_is_mapped(raw: dict[str, Any], options: dict[str, Any]) -> None:
    asked = call(tools=[Tool("web_search", "builtin", raw=raw, dialect="messages")], tool_choice=ToolChoice("auto"))
    body = sent(asked)
    assert body["web_search_options"] == options
    assert "tools" not in body
    assert dropped(asked, PLAIN_OPENAI) == ["tools.web_search"]


def test_a_provider_tool_of_another_dialect_is_named() -> None:
    asked = call(tools=[FUNCTION, Tool("bash_20250124", "builtin", raw={}, dialect="messages")])
    assert len(sent(asked)["tools"]) == 1
    assert dropped(asked) == ["tools.bash_20250124"]


@pytest.mark.parametrize(
    "choice", [ToolChoice("named", "bash"), ToolChoice("auto", allowed=("bash",)), ToolChoice("required")]
)
def test_a_choice_that_was_left_out_is_refused(choice: ToolChoice) -> None:
    asked = call(tools=[Tool("bash", "builtin", raw={}, dialect="messages")], tool_choice=choice)
    with pytest.raises(RequestError) as raised:
        sent(asked)
    assert raised.value.param == "tool_choice"


def test_a_tool_of_the_providers_own_is_sent_as_it_was_written() -> None:
    raw = {"type": "browser_search"}
    asked = call(dialect="chat", tools=[Tool("browser_search", "builtin", raw=raw, dialect="chat")])
    assert sent(asked)["tools"] == [raw]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (ResponseFormat("json"), {"type": "json_object"}),
        (
            ResponseFormat("schema", schema={"type": "object"}),
            {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}},
        ),
        (
            ResponseFormat("schema", "n", {"type": "object"}, "d", strict=True),
            {
                "type": "json_schema",
                "json_schema": {"name": "n", "description": "d", "schema": {"type": "object"}, "strict": True},
            },
        ),
    ],
)
def test_the_form_of_the_answer(form: ResponseFormat, told: dict[str, Any]) -> None:
    assert sent(call(format=form))["response_format"] == told


# ---------------------------------------------------------------- calls and results


def test_calls_and_results() -> None:
    asked = call(
        ASKED,
        Message("assistant", [Text("Let me see"), ToolCall("c1", "f", '{"a":1}'), ToolCall("c2", "f", "")]),
        Message("tool", [ToolResult("c1", [Text("one")], "f"), ToolResult("c2", [])]),
    )
    assert sent(asked)["messages"][1:] == [
        {
            "role": "assistant",
            "content": "Let me see",
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}},
                {"id": "c2", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "one"},
        {"role": "tool", "tool_call_id": "c2", "content": ""},
    ]


def test_images_of_results_follow_in_a_user_message() -> None:
    asked = call(
        Message("assistant", [ToolCall("c1", "f", "{}"), ToolCall("c2", "f", "{}")]),
        Message(
            "tool", [ToolResult("c1", [Image(data="QUJD", media_type="image/png")]), ToolResult("c2", [Text("two")])]
        ),
        ASKED,
    )
    _, one, two, shown, said = sent(asked)["messages"]
    assert one == {"role": "tool", "tool_call_id": "c1", "content": "(See the next user message.)"}
    assert two["content"] == "two"
    assert shown == {
        "role": "user",
        "content": [
            {"type": "text", "text": "From the tool call c1:"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}},
        ],
    }
    assert said["content"] == "Hi"


def test_images_of_results_stay_where_a_client_of_chat_put_them() -> None:
    asked = call(
        Message("assistant", [ToolCall("c1", "f", "{}")]),
        Message("tool", [ToolResult("c1", [Image("https://x.test/a.png")])]),
        dialect="chat",
    )
    assert sent(asked)["messages"][1]["content"] == [
        {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}
    ]


@pytest.mark.parametrize(
    ("target", "name", "same"),
    [
        (MISTRAL, "abcDEF123", True),
        (MISTRAL, "toolu_0123456789", False),
        (OPENAI, "c" * 40, True),
        (OPENAI, "c" * 41, False),
        (COMPATIBLE, "c" * 80, True),
    ],
)
def test_ids_of_calls_are_fitted_and_still_match(target: Target, name: str, same: bool) -> None:
    asked = call(Message("assistant", [ToolCall(name, "f", "{}")]), Message("tool", [ToolResult(name, [Text("x")])]))
    made, answered = sent(asked, target)["messages"]
    assert made["tool_calls"][0]["id"] == answered["tool_call_id"]
    assert (answered["tool_call_id"] == name) is same
    if target is MISTRAL:
        assert len(answered["tool_call_id"]) == 9


def test_a_refusal_is_text_where_there_is_no_field_for_it() -> None:
    assert message("assistant", Refusal("No."))["content"] == "No."
    assert message("assistant", Refusal("No."), target=OPENAI) == {
        "role": "assistant",
        "content": None,
        "refusal": "No.",
    }


def test_an_empty_message_of_a_model_stays_one() -> None:
    assert message("assistant", Text("")) == {"role": "assistant", "content": ""}


# ---------------------------------------------------------------- reasoning that goes back


def in_a_loop(*parts: Part, **fields: Any) -> Call:
    made = ToolCall("c1", "f", "{}")
    results = [ToolResult("c1", [Text("x")])]
    return call(ASKED, Message("assistant", [*parts, made]), Message("tool", [*results]), **fields)


def thought(target: Target, asked: Call) -> dict[str, Any]:
    """What of reasoning is in the model's message."""
    said = sent(asked, target)["messages"][1]
    return {name: said[name] for name in said if name.startswith("reasoning")}


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_a_thought_goes_back_in_the_field_it_came_in(field: str) -> None:
    asked = in_a_loop(Reasoning("Hm", Signature("vllm", field)))
    assert thought(COMPATIBLE, asked) == {field: "Hm"}


def test_mistral_takes_its_thoughts_back_within_the_content() -> None:
    said = sent(in_a_loop(Reasoning("Hm", Signature("mistral", "thinking")), Text("A")), MISTRAL)["messages"][1]
    assert said["content"] == [
        {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]},
        {"type": "text", "text": "A"},
    ]


def test_a_thought_does_not_outlive_the_loop() -> None:
    asked = in_a_loop(Reasoning("Hm", Signature("vllm", "reasoning_content")))
    asked.messages += [Message("assistant", [Text("Done")]), Message("user", [Text("And now?")])]
    assert thought(COMPATIBLE, asked) == {}


def test_a_note_beside_the_results_does_not_end_the_loop() -> None:
    asked = in_a_loop(Reasoning("Hm", Signature("vllm", "reasoning_content")))
    asked.messages.append(Message("user", [Text("Hurry")]))
    assert thought(COMPATIBLE, asked) == {"reasoning_content": "Hm"}


@pytest.mark.parametrize(
    ("part", "target"),
    [
        (Reasoning("Hm", Signature("other", "reasoning_content")), COMPATIBLE),
        (Reasoning("Hm", Signature("other", "sig")), OPENROUTER),
        (Reasoning("Hm", Signature("", "sig")), OPENROUTER),
        (Reasoning("", Signature("other", "sig"), redacted=True), OPENROUTER),
        (Reasoning("Hm"), COMPATIBLE),
        (Reasoning("Hm", Signature("openai", "reasoning_content")), OPENAI),
    ],
)
def test_nothing_goes_to_a_server_that_did_not_make_it(part: Reasoning, target: Target) -> None:
    asked = in_a_loop(part)
    assert thought(target, asked) == {}
    assert dropped(asked, target) == []


def test_what_a_provider_signed_goes_back_to_it_as_details() -> None:
    asked = in_a_loop(
        Reasoning("Hm", Signature("openrouter", "abc")),
        Reasoning("", Signature("openrouter", "xyz"), redacted=True),
        Reasoning("In short", Signature("openrouter", "enc"), summary=True, id="rs_1"),
        Reasoning("", Signature("openrouter", "sig")),
    )
    assert thought(OPENROUTER, asked) == {
        "reasoning_details": [
            {"type": "reasoning.text", "text": "Hm", "format": "anthropic-claude-v1", "index": 0, "signature": "abc"},
            {"type": "reasoning.encrypted", "data": "xyz", "format": "anthropic-claude-v1", "index": 1},
            {
                "type": "reasoning.summary",
                "summary": "In short",
                "format": "openai-responses-v1",
                "index": 2,
                "id": "rs_1",
            },
            {"type": "reasoning.encrypted", "data": "enc", "format": "openai-responses-v1", "index": 2, "id": "rs_1"},
            {"type": "reasoning.encrypted", "data": "sig", "format": "google-gemini-v1", "index": 3, "id": "c1"},
        ]
    }


def test_what_google_signed_goes_back_on_the_call() -> None:
    target = Target("gemini", "openai", "gemini-3-pro")
    made = sent(in_a_loop(Reasoning("", Signature("gemini", "sig"))), target)["messages"][1]["tool_calls"][0]
    assert made["extra_content"] == {"google": {"thought_signature": "sig"}}


def test_unmarked_signatures_go_only_where_the_conversation_began() -> None:
    asked = in_a_loop(Reasoning("Hm", Signature("", "abc")), dialect="chat")
    began_there = Target("openrouter", "openai", "a/b", native_signatures="chat")
    assert thought(began_there, asked)["reasoning_details"][0]["signature"] == "abc"
    assert thought(OPENROUTER, asked) == {}


def test_a_client_of_chat_gets_its_own_fields_sent_on() -> None:
    asked = in_a_loop(Reasoning("Hm"), dialect="chat")
    assert thought(COMPATIBLE, asked) == {"reasoning_content": "Hm"}
    asked = in_a_loop(Reasoning("Hm", Signature("", "reasoning")), dialect="chat")
    assert thought(COMPATIBLE, asked) == {"reasoning": "Hm"}
