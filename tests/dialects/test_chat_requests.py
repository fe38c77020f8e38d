"""Requests of Chat Completions as calls: every field has its place, and every mistake is named by its path."""

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
from switchgear.core.errors import InvalidJSON, RequestError
from switchgear.dialects.chat import FRONT

USER = {"role": "user", "content": "Hi"}
CALLED = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
}
FUNCTION = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


def body(*messages: dict[str, Any], **fields: Any) -> bytes:
    return json.dumps({"model": "m", "messages": list(messages) or [USER], **fields}).encode()


def read(*messages: dict[str, Any], **fields: Any) -> Call:
    return FRONT.read_call(body(*messages, **fields))


def refused(*messages: dict[str, Any], **fields: Any) -> str:
    """The path that is named."""
    with pytest.raises(RequestError) as raised:
        read(*messages, **fields)
    assert raised.value.status == 400
    assert raised.value.param is not None
    assert raised.value.message.startswith(raised.value.param)
    return raised.value.param


# ---------------------------------------------------------------- fields


def test_a_plain_question() -> None:
    call = read(USER)
    assert call == Call("m", [Message("user", [Text("Hi")])], dialect="chat")


@pytest.mark.parametrize(
    ("field", "value", "attribute"),
    [
        ("temperature", 0.5, "temperature"),
        ("top_p", 0.5, "top_p"),
        ("top_k", 5, "top_k"),
        ("seed", 7, "seed"),
        ("presence_penalty", 0.1, "presence_penalty"),
        ("frequency_penalty", 0.1, "frequency_penalty"),
        ("logit_bias", {"50256": -100}, "logit_bias"),
        ("logprobs", True, "logprobs"),
        ("top_logprobs", 3, "top_logprobs"),
        ("n", 2, "n"),
        ("max_tokens", 10, "max_tokens"),
        ("max_completion_tokens", 10, "max_tokens"),
        ("user", "ann", "user"),
        ("safety_identifier", "ann", "user"),
        ("metadata", {"a": "b"}, "metadata"),
        ("service_tier", "flex", "service_tier"),
        ("verbosity", "low", "verbosity"),
        ("modalities", ["text", "audio"], "modalities"),
        ("audio", {"voice": "alloy", "format": "mp3"}, "audio"),
        ("prompt_cache_key", "k", "cache_key"),
        ("stream", True, "stream"),
        ("stop", ["a", "b"], "stop"),
    ],
)
def test_a_field_has_its_place(field: str, value: Any, attribute: str) -> None:
    assert getattr(read(**{field: value}), attribute) == value


def test_null_says_nothing() -> None:
    nothing = dict.fromkeys(
        [
            "stream",
            "tools",
            "temperature",
            "stop",
            "n",
            "user",
            "reasoning_effort",
            "response_format",
            "metadata",
            "audio",
        ]
    )
    assert read(**nothing) == read()


def test_the_newer_of_two_limits_counts() -> None:
    assert read(max_tokens=5, max_completion_tokens=9).max_tokens == 9


def test_one_stop_sequence_is_a_list_of_one() -> None:
    assert read(stop="END").stop == ["END"]
    assert read(stop="").stop == []


def test_usage_in_streams_is_wished_for() -> None:
    assert read(stream=True, stream_options={"include_usage": True}).wants_usage
    assert not read(stream=True, stream_options={"include_obfuscation": False}).wants_usage


def test_fields_without_a_place_are_kept_decoded() -> None:
    call = read(store=True, prediction={"type": "content", "content": "x"}, chat_template_kwargs=None)
    assert call.extra == {"store": True, "prediction": {"type": "content", "content": "x"}}


def test_two_names_for_the_user_are_both_kept() -> None:
    call = read(user="ann", safety_identifier="hash")
    assert (call.user, call.extra) == ("ann", {"safety_identifier": "hash"})


# ---------------------------------------------------------------- messages


def test_a_developer_is_the_system() -> None:
    call = read(
        {"role": "developer", "content": "Be brief"},
        {"role": "system", "content": [{"type": "text", "text": "A"}]},
        USER,
    )
    assert [message.role for message in call.messages] == ["system", "system", "user"]
    assert call.messages[1].parts == [Text("A")]


def test_what_a_user_shows() -> None:
    parts = [
        {"type": "text", "text": "Look", "cache_control": {"type": "ephemeral"}},
        {"type": "image_url", "image_url": {"url": "https://x.test/a.png", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "data:image/PNG;base64,QUJD"}},
        {"type": "image_url", "image_url": "https://x.test/b.png"},
        {"type": "input_audio", "input_audio": {"data": "QUJD", "format": "wav"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,QUJD"}},
        {"type": "file", "file": {"filename": "a.csv", "file_data": "QUJD"}},
        {"type": "file", "file": {"file_data": "QUJD"}, "cache_control": {"type": "ephemeral", "ttl": "1h"}},
        {"type": "file", "file": {"file_data": "https://x.test/a.pdf"}},
        {"type": "file", "file": {"file_id": "https://x.test/a.pdf", "format": "application/pdf"}},
        {"type": "text", "text": "!", "prompt_cache_breakpoint": {"mode": "explicit"}},
    ]
    message = read({"role": "user", "content": parts, "name": "ann"}).messages[0]
    assert message.name == "ann"
    assert message.parts == [
        Text("Look", "5m"),
        Image("https://x.test/a.png", detail="low"),
        Image(data="QUJD", media_type="image/png"),
        Image("https://x.test/b.png"),
        Audio("QUJD", "wav"),
        File(file_id="file-1"),
        File(data="QUJD", media_type="application/pdf", filename="a.pdf"),
        File(data="QUJD", media_type="text/csv", filename="a.csv"),
        File(data="QUJD", media_type="application/pdf", cache="1h"),
        File("https://x.test/a.pdf"),
        File("https://x.test/a.pdf", media_type="application/pdf"),
        Text("!", "5m"),
    ]


def test_a_mark_for_caching_on_a_message_is_its_texts() -> None:
    call = read({"role": "system", "content": "Long", "cache_control": {"type": "ephemeral"}}, USER)
    assert call.messages[0].parts == [Text("Long", "5m")]


def test_what_a_model_said() -> None:
    said = {
        "role": "assistant",
        "content": [{"type": "text", "text": "A"}, {"type": "refusal", "refusal": "No"}],
        "audio": {"id": "audio-1"},
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}},
            {"id": "c2", "type": "custom", "custom": {"name": "g", "input": "plain"}},
            {"id": "c3", "function": {"name": "f", "arguments": {"a": 2}}},
            {"id": "c4", "type": "function", "function": {"name": "f", "arguments": ""}},
        ],
    }
    assert read(USER, said).messages[1].parts == [
        Text("A"),
        Refusal("No"),
        Audio(id="audio-1"),
        ToolCall("c1", "f", '{"a":1}'),
        ToolCall("c2", "g", "plain", custom=True),
        ToolCall("c3", "f", '{"a":2}'),
        ToolCall("c4", "f", "{}"),
    ]


def test_a_model_that_said_nothing_said_an_empty_text() -> None:
    assert read(USER, {"role": "assistant", "content": ""}).messages[1].parts == [Text("")]


def test_results_in_a_row_are_one_message() -> None:
    calls = [{"id": f"c{n}", "type": "function", "function": {"name": f"f{n}", "arguments": "{}"}} for n in (1, 2, 3)]
    call = read(
        USER,
        {"role": "assistant", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "c2", "content": "two"},
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "one"}]},
        {
            "role": "tool",
            "tool_call_id": "c3",
            "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}}],
        },
        USER,
    )
    assert [message.role for message in call.messages] == ["user", "assistant", "tool", "user"]
    assert call.messages[2].parts == [
        ToolResult("c2", [Text("two")], "f2"),
        ToolResult("c1", [Text("one")], "f1"),
        ToolResult("c3", [Image(data="QUJD", media_type="image/png")], "f3"),
    ]


def test_an_empty_result_has_no_content() -> None:
    assert read(USER, CALLED, {"role": "tool", "tool_call_id": "c1", "content": ""}).messages[2].parts == [
        ToolResult("c1", [], "f")
    ]


def test_a_result_of_a_custom_call_is_one() -> None:
    called = {"role": "assistant", "tool_calls": [{"id": "c", "type": "custom", "custom": {"name": "g", "input": "x"}}]}
    result = read(USER, called, {"role": "tool", "tool_call_id": "c", "content": "y"}).messages[2].parts[0]
    assert result == ToolResult("c", [Text("y")], "g", custom=True)


def test_the_retired_function_messages() -> None:
    call = read(
        USER,
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "done"},
        functions=[{"name": "f", "description": "d", "parameters": {"type": "object"}}],
        function_call={"name": "f"},
    )
    assert call.messages[1].parts == [ToolCall("call_1", "f", "{}")]
    assert call.messages[2].parts == [ToolResult("call_1", [Text("done")], "f")]
    assert call.tools[0].name == "f"
    assert call.tool_choice == ToolChoice("named", "f")


# ---------------------------------------------------------------- reasoning that comes back


def test_reasoning_comes_before_what_was_said() -> None:
    said = read(USER, {"role": "assistant", "content": "A", "reasoning_content": "Hm"}).messages[1]
    assert said.parts == [Reasoning("Hm"), Text("A")]


def test_reasoning_in_another_field_remembers_the_field() -> None:
    said = read(USER, {"role": "assistant", "content": "A", "reasoning": "Hm"}).messages[1]
    assert said.parts == [Reasoning("Hm", Signature("", "reasoning")), Text("A")]


def test_details_with_signatures_count_more_than_the_text() -> None:
    details = [
        {"type": "reasoning.text", "text": "Hm", "signature": "sg1.claude.abc", "index": 0},
        {"type": "reasoning.encrypted", "data": "sg1.claude.xyz", "index": 1},
        {"type": "reasoning.summary", "summary": "In short", "id": "rs_1", "index": 2},
        {"type": "reasoning.encrypted", "data": "sg1.openai.enc", "id": "rs_1", "index": 2},
        {"type": "reasoning.server_tool_call", "index": 3},
        {"type": "reasoning.encrypted", "data": "sg1.gemini.sig", "id": "c1", "format": "google-gemini-v1", "index": 4},
    ]
    said = read(USER, {**CALLED, "reasoning_content": "Hm", "reasoning_details": details}).messages[1]
    assert said.parts == [
        Reasoning("Hm", Signature("claude", "abc")),
        Reasoning("", Signature("claude", "xyz"), redacted=True),
        Reasoning("In short", Signature("openai", "enc"), summary=True, id="rs_1"),
        Reasoning("", Signature("gemini", "sig")),
        ToolCall("c1", "f", "{}"),
    ]


def test_details_that_only_sign_leave_the_text_in_its_field() -> None:
    details = [{"type": "reasoning.encrypted", "data": "sg1.gemini.sig", "id": "c1"}]
    said = read(USER, {**CALLED, "reasoning_content": "Hm", "reasoning_details": details}).messages[1]
    assert said.parts == [Reasoning("Hm"), Reasoning("", Signature("gemini", "sig")), ToolCall("c1", "f", "{}")]


def test_details_in_the_pieces_of_a_stream_are_joined() -> None:
    details = [
        {"type": "reasoning.text", "text": "H", "index": 0},
        {"type": "reasoning.text", "text": "m", "index": 0},
        {"type": "reasoning.text", "text": "", "signature": "raw", "index": 0},
    ]
    said = read(USER, {"role": "assistant", "content": "A", "reasoning_details": details}).messages[1]
    assert said.parts == [Reasoning("Hm", Signature("", "raw")), Text("A")]


def test_thinking_blocks_of_litellm() -> None:
    blocks = [
        {"type": "thinking", "thinking": "Hm", "signature": "abc"},
        {"type": "redacted_thinking", "data": "xyz"},
    ]
    said = read(
        USER, {"role": "assistant", "content": "A", "reasoning_content": "Hm", "thinking_blocks": blocks}
    ).messages[1]
    assert said.parts == [
        Reasoning("Hm", Signature("", "abc")),
        Reasoning("", Signature("", "xyz"), redacted=True),
        Text("A"),
    ]


def test_thinking_within_the_content() -> None:
    content = [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}, {"type": "text", "text": "A"}]
    said = read(USER, {"role": "assistant", "content": content}).messages[1]
    assert said.parts == [Reasoning("Hm", Signature("", "thinking")), Text("A")]


def test_the_signature_that_google_puts_on_a_call() -> None:
    called = json.loads(json.dumps(CALLED))
    called["tool_calls"][0]["extra_content"] = {"google": {"thought_signature": "sg1.gemini.s"}}
    assert read(USER, called).messages[1].parts == [
        Reasoning("", Signature("gemini", "s")),
        ToolCall("c1", "f", "{}"),
    ]


# ---------------------------------------------------------------- tools


def test_tools_of_every_kind() -> None:
    call = read(
        tools=[
            {
                "type": "function",
                "function": {"name": "f", "description": "d", "parameters": {"type": "object"}, "strict": True},
                "cache_control": {"type": "ephemeral"},
            },
            {"type": "function", "function": {"name": "g"}},
            {"type": "custom", "custom": {"name": "c", "description": "e"}},
            {
                "type": "custom",
                "custom": {
                    "name": "l",
                    "format": {"type": "grammar", "grammar": {"syntax": "lark", "definition": "start: 1"}},
                },
            },
            {"type": "custom", "custom": {"name": "t", "format": {"type": "text"}}},
            {"type": "browser_search", "depth": 2},
        ],
        web_search_options={"search_context_size": "low"},
        parallel_tool_calls=False,
    )
    assert call.tools == [
        Tool("f", description="d", parameters={"type": "object"}, strict=True, dialect="chat", cache="5m"),
        Tool("g", dialect="chat"),
        Tool("c", "custom", "e", dialect="chat"),
        Tool("l", "custom", format={"type": "grammar", "syntax": "lark", "definition": "start: 1"}, dialect="chat"),
        Tool("t", "custom", dialect="chat"),
        Tool("browser_search", "builtin", raw={"type": "browser_search", "depth": 2}, dialect="chat"),
        Tool("web_search", "builtin", raw={"search_context_size": "low"}, dialect="chat"),
    ]
    assert call.parallel_tools is False


@pytest.mark.parametrize(
    ("given", "choice"),
    [
        ("auto", ToolChoice("auto")),
        ("none", ToolChoice("none")),
        ("required", ToolChoice("required")),
        ("any", ToolChoice("required")),
        ({"type": "function", "function": {"name": "f"}}, ToolChoice("named", "f")),
        ({"function": {"name": "f"}}, ToolChoice("named", "f")),
        ({"type": "custom", "custom": {"name": "c"}}, ToolChoice("named", "c")),
        (
            {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "required",
                    "tools": [
                        {"type": "function", "function": {"name": "f"}},
                        {"type": "custom", "custom": {"name": "c"}},
                    ],
                },
            },
            ToolChoice("required", allowed=("f", "c")),
        ),
    ],
)
def test_the_choice_of_a_tool(given: Any, choice: ToolChoice) -> None:
    tools = [FUNCTION, {"type": "custom", "custom": {"name": "c"}}]
    assert read(tools=tools, tool_choice=given).tool_choice == choice


# ---------------------------------------------------------------- the form of the answer, and thinking


@pytest.mark.parametrize(
    ("given", "form"),
    [
        ({"type": "text"}, None),
        ({"type": "json_object"}, ResponseFormat("json")),
        ({"type": "json_object", "schema": {"type": "array"}}, ResponseFormat("schema", schema={"type": "array"})),
        (
            {
                "type": "json_schema",
                "json_schema": {"name": "n", "schema": {"type": "object"}, "strict": True, "description": "d"},
            },
            ResponseFormat("schema", "n", {"type": "object"}, "d", strict=True),
        ),
    ],
)
def test_the_form_of_the_answer(given: Any, form: ResponseFormat | None) -> None:
    assert read(response_format=given).format == form


@pytest.mark.parametrize(
    ("fields", "wish"),
    [
        ({"reasoning_effort": "xhigh"}, ReasoningWish("xhigh")),
        ({"reasoning_effort": "none"}, ReasoningWish("none")),
        ({"reasoning_effort": "default"}, ReasoningWish()),
        ({"reasoning": {"effort": "low", "exclude": True}}, ReasoningWish("low", show=False)),
        ({"reasoning": {"max_tokens": 2000}}, ReasoningWish(budget=2000)),
        ({"reasoning": {"enabled": True}}, ReasoningWish("medium")),
        ({"reasoning": {"enabled": False}}, ReasoningWish("none")),
        ({"reasoning": {"summary": "auto"}}, ReasoningWish(summary="auto")),
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, ReasoningWish(budget=1024)),
        ({"thinking": {"type": "enabled"}}, ReasoningWish("medium")),
        ({"thinking": {"type": "disabled"}}, ReasoningWish("none")),
        ({"thinking": {"type": "adaptive"}}, ReasoningWish(adaptive=True)),
        ({"include_reasoning": False}, ReasoningWish(show=False)),
    ],
)
def test_wishes_about_reasoning_in_every_form(fields: dict[str, Any], wish: ReasoningWish) -> None:
    told = read(**fields).reasoning
    assert told is not None
    assert told.raw == fields
    assert told == ReasoningWish(wish.effort, wish.budget, wish.show, wish.summary, adaptive=wish.adaptive, raw=fields)


# ---------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("messages", "path"),
    [
        ([{"role": "robot", "content": "x"}], "messages[0].role"),
        ([{"content": "x"}], "messages[0].role"),
        ([{"role": "user"}], "messages[0].content"),
        ([{"role": "user", "content": []}], "messages[0].content"),
        ([{"role": "user", "content": 3}], "messages[0].content"),
        ([{"role": "user", "content": [{"type": "hologram"}]}], "messages[0].content[0].type"),
        ([{"role": "user", "content": [{"text": "x"}]}], "messages[0].content[0].type"),
        ([{"role": "user", "content": [{"type": "text"}]}], "messages[0].content[0].text"),
        (
            [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}],
            "messages[0].content[0].image_url.url",
        ),
        (
            [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}]}],
            "messages[0].content[0].image_url.url",
        ),
        (
            [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png,abc"}}]}],
            "messages[0].content[0].image_url.url",
        ),
        (
            [{"role": "user", "content": [{"type": "image_url", "image_url": "ftp://x.test/a"}]}],
            "messages[0].content[0].image_url",
        ),
        ([{"role": "user", "content": [{"type": "file", "file": {}}]}], "messages[0].content[0].file"),
        (
            [{"role": "user", "content": [{"type": "file", "file": {"file_data": "data:,x"}}]}],
            "messages[0].content[0].file.file_data",
        ),
        ([{"role": "user", "content": [{"type": "refusal", "refusal": "x"}]}], "messages[0].content[0]"),
        (
            [{"role": "system", "content": [{"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}]}],
            "messages[0].content[0]",
        ),
        ([USER, {"role": "assistant"}], "messages[1].content"),
        ([USER, {"role": "assistant", "content": None}], "messages[1].content"),
        (
            [USER, {"role": "assistant", "content": [{"type": "image_url", "image_url": {"url": "https://x.test"}}]}],
            "messages[1].content[0]",
        ),
        ([USER, {"role": "assistant", "tool_calls": [{"type": "function"}]}], "messages[1].tool_calls[0].id"),
        (
            [USER, {"role": "assistant", "tool_calls": [{"id": "c", "type": "function"}]}],
            "messages[1].tool_calls[0].function",
        ),
        (
            [USER, {"role": "assistant", "tool_calls": [{"id": "c", "type": "custom"}]}],
            "messages[1].tool_calls[0].custom",
        ),
        ([USER, {"role": "assistant", "tool_calls": [{"id": "c", "type": "magic"}]}], "messages[1].tool_calls[0].type"),
        ([USER, {"role": "tool", "tool_call_id": "c1", "content": "x"}], "messages[1].tool_call_id"),
        ([USER, CALLED, {"role": "tool", "tool_call_id": "c2", "content": "x"}], "messages[2].tool_call_id"),
        ([USER, CALLED, {"role": "tool", "content": "x"}], "messages[2].tool_call_id"),
        ([USER, CALLED, {"role": "tool", "tool_call_id": "c1"}], "messages[2].content"),
        (
            [USER, CALLED, {"role": "tool", "tool_call_id": "c1", "content": [{"type": "refusal", "refusal": "x"}]}],
            "messages[2].content[0]",
        ),
        ([USER, {"role": "function", "name": "f", "content": "x"}], "messages[1].name"),
    ],
)
def test_a_mistake_in_the_messages_is_named(messages: list[dict[str, Any]], path: str) -> None:
    assert refused(*messages) == path


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"tools": [{"type": "function"}]}, "tools[0].function"),
        ({"tools": [FUNCTION, {"type": "custom"}]}, "tools[1].custom"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
        (
            {"tools": [{"type": "custom", "custom": {"name": "c", "format": {"type": "grammar"}}}]},
            "tools[0].custom.format.grammar",
        ),
        ({"tools": [FUNCTION], "tool_choice": "sometimes"}, "tool_choice"),
        (
            {"tools": [FUNCTION], "tool_choice": {"type": "function", "function": {"name": "g"}}},
            "tool_choice.function.name",
        ),
        ({"tools": [FUNCTION], "tool_choice": {"type": "function"}}, "tool_choice.function"),
        ({"tools": [FUNCTION], "tool_choice": {"type": "allowed_tools"}}, "tool_choice.allowed_tools"),
        ({"tool_choice": {"type": "function", "function": {"name": "g"}}}, "tool_choice.function.name"),
        (
            {
                "tools": [FUNCTION],
                "tool_choice": {
                    "type": "allowed_tools",
                    "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "g"}}]},
                },
            },
            "tool_choice.allowed_tools.tools[0].function.name",
        ),
        ({"functions": [{"name": "f"}], "function_call": {"name": "g"}}, "function_call.name"),
        ({"response_format": {"type": "xml"}}, "response_format.type"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        ({"reasoning_effort": "extreme"}, "reasoning_effort"),
        ({"reasoning": {"effort": "extreme"}}, "reasoning.effort"),
        ({"thinking": {"type": "on"}}, "thinking.type"),
        ({"messages": []}, "messages"),
        ({"temperature": "hot"}, "temperature"),
        ({"stream_options": {"include_usage": "yes"}}, "stream_options.include_usage"),
        ({"Model": "m"}, "Model"),
        ({"logit_bias": {"a": "b"}}, "logit_bias[...]"),
    ],
)
def test_a_mistake_in_a_field_is_named(fields: dict[str, Any], path: str) -> None:
    assert refused(**fields) == path


def test_a_body_that_is_no_json_says_where() -> None:
    with pytest.raises(InvalidJSON, match="line 1, column"):
        FRONT.read_call(b'{"model": "m", "messages": [}')


def test_a_nest_without_end_is_refused() -> None:
    with pytest.raises(InvalidJSON, match="nested too deeply"):
        FRONT.read_call(b'{"model":"m","messages":[{"role":"user","content":"x"}],"metadata":' + b'{"a":' * 200_000)
