"""Requests of the Responses API as canonical calls."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.canonical import (
    Audio,
    Citation,
    File,
    Image,
    Message,
    Native,
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
from switchgear.core.errors import InvalidJSON, NotSupported, RequestError
from switchgear.dialects.responses import FRONT
from switchgear.dialects.responses.asked import Asked

FUNCTION = {"type": "function", "name": "weather", "description": "Tells it.", "parameters": {"type": "object"}}


def read(*items: Any, **fields: Any) -> Asked:
    return FRONT.read_call(json.dumps({"model": "m", "input": list(items) or "Hi"} | fields).encode())


def messages(*items: Any) -> list[Message]:
    return read(*items).messages


def refusal(*items: Any, **fields: Any) -> RequestError:
    with pytest.raises(RequestError) as told:
        read(*items, **fields)
    return told.value


def call(call_id: str = "call_1", name: str = "weather", arguments: str = "{}", **more: Any) -> dict[str, Any]:
    return {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments, **more}


def output(call_id: str = "call_1", text: Any = "sunny", **more: Any) -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call_id, "output": text, **more}


def user(*parts: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(parts)}


# ---------------------------------------------------------------- messages


def test_a_text_is_what_a_user_says() -> None:
    assert read().messages == [Message("user", [Text("Hi")])]


def test_instructions_come_first_and_are_kept_to_be_repeated() -> None:
    found = read({"role": "user", "content": "Hi"}, instructions="Be brief.")
    assert found.messages == [Message("system", [Text("Be brief.")]), Message("user", [Text("Hi")])]
    assert (found.extra, found.said) == ({}, {"instructions": "Be brief."})


def test_messages_are_read_with_and_without_their_type() -> None:
    assert messages(
        {"role": "developer", "content": "Be brief."},
        {"type": "message", "role": "system", "content": [{"type": "input_text", "text": "And kind."}]},
        {"role": "user", "content": "Hi"},
        {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "phase": "final_answer",
         "content": [{"type": "output_text", "text": "Ho", "annotations": [], "logprobs": []}]},
        {"role": "assistant", "content": "Hum"},
        {"type": "message", "id": "msg_2", "role": "user", "content": [{"type": "input_text", "text": "And?"}]},
    ) == [
        Message("system", [Text("Be brief.")]),
        Message("system", [Text("And kind.")]),
        Message("user", [Text("Hi")]),
        Message("assistant", [Text("Ho"), Text("Hum")]),
        Message("user", [Text("And?")], id="msg_2"),
    ]  # fmt: skip


def test_a_user_says_text_images_files_and_sound() -> None:
    content = [
        {"type": "input_text", "text": "Look"},
        {"type": "input_image", "image_url": "data:image/PNG;base64,QUJD", "detail": "high"},
        {"type": "input_image", "image_url": "https://example.com/a.png"},
        {"type": "input_image", "file_id": "file_1", "detail": "auto"},
        {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,QUJD"},
        {"type": "input_file", "filename": "a.csv", "file_data": "QUJD"},
        {"type": "input_file", "file_url": "https://example.com/a.pdf"},
        {"type": "input_file", "file_id": "file_2"},
        {"type": "input_audio", "input_audio": {"data": "QUJD", "format": "wav"}},
    ]
    assert messages(user(*content))[0].parts == [
        Text("Look"),
        Image(data="QUJD", media_type="image/png", detail="high"),
        Image(url="https://example.com/a.png"),
        Image(file_id="file_1", detail="auto"),
        File(data="QUJD", media_type="application/pdf", filename="a.pdf"),
        File(data="QUJD", media_type="text/csv", filename="a.csv"),
        File(url="https://example.com/a.pdf"),
        File(file_id="file_2"),
        Audio("QUJD", "wav"),
    ]


def test_a_breakpoint_says_how_long_the_prompt_is_worth_keeping() -> None:
    parts = messages(
        user(
            {"type": "input_text", "text": "a", "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "12h"}},
            {"type": "input_text", "text": "b", "prompt_cache_breakpoint": {"mode": "explicit"}},
        )
    )[0].parts
    assert parts == [Text("a", "12h"), Text("b", "30m")]


def test_what_an_assistant_said_holds_citations_and_refusals() -> None:
    cited = {"type": "url_citation", "url": "https://e.com", "title": "E", "start_index": 0, "end_index": 2}
    other = {"type": "file_citation", "file_id": "f", "filename": "a.pdf", "index": 1}
    assert messages(
        {"type": "message", "role": "assistant", "content": [
            {"type": "output_text", "text": "Ho", "annotations": [cited, other]}, {"type": "refusal", "refusal": "No."}]}
    ) == [Message("assistant", [Text("Ho", citations=[Citation("https://e.com", "E", "", 0, 2)]), Refusal("No.")])]  # fmt: skip


# ---------------------------------------------------------------- reasoning and tools


def test_everything_an_assistant_did_in_a_turn_is_one_message_in_its_order() -> None:
    assert messages(
        {"role": "user", "content": "Hi"},
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm"}], "encrypted_content": "sg1.p.x"},
        {"role": "assistant", "content": "Let me see."},
        call("call_1"),
        call("call_2", arguments='{"a":1}'),
        output("call_2", "rain"),
        output("call_1", "sun"),
        {"role": "assistant", "content": "Both."},
    ) == [
        Message("user", [Text("Hi")]),
        Message("assistant", [
            Reasoning("Hm", Signature("p", "x"), summary=True, id="rs_1"), Text("Let me see."),
            ToolCall("call_1", "weather", "{}"), ToolCall("call_2", "weather", '{"a":1}')]),
        Message("tool", [
            ToolResult("call_2", [Text("rain")], "weather"), ToolResult("call_1", [Text("sun")], "weather")]),
        Message("assistant", [Text("Both.")]),
    ]  # fmt: skip


def test_a_reasoning_item_is_summaries_and_thoughts_with_the_signature_at_the_last() -> None:
    item = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": "a"}, {"type": "summary_text", "text": "b"}],
        "content": [{"type": "reasoning_text", "text": "c"}],
        "encrypted_content": "sg1.p.x",
        "status": "completed",
    }
    assert messages(item)[0].parts == [
        Reasoning("a", summary=True, id="rs_1"),
        Reasoning("b", summary=True, id="rs_1"),
        Reasoning("c", Signature("p", "x"), id="rs_1"),
    ]


@pytest.mark.parametrize(
    ("encrypted", "part"),
    [
        ("sg1.p.x", Reasoning("", Signature("p", "x"))),
        ("sg1.p.x~r", Reasoning("", Signature("p", "x"), redacted=True)),
        ("gAAA.b", Reasoning("", Signature("", "gAAA.b"), redacted=True)),
    ],
)
def test_a_signature_alone_is_a_thought_that_is_hidden(encrypted: str, part: Reasoning) -> None:
    assert messages({"type": "reasoning", "summary": [], "encrypted_content": encrypted})[0].parts == [part]


def test_items_that_say_nothing_make_no_message() -> None:
    assert messages({"type": "reasoning", "summary": []}, {"role": "assistant", "content": []}, {"role": "user", "content": "Hi"}) == [
        Message("user", [Text("Hi")])
    ]  # fmt: skip


def test_a_tools_output_may_be_a_list_of_content() -> None:
    content = [
        {"type": "input_text", "text": "see"},
        {"type": "input_image", "image_url": "data:image/png;base64,QUJD"},
    ]
    assert messages(call(), output(text=content))[1].parts == [
        ToolResult("call_1", [Text("see"), Image(data="QUJD", media_type="image/png")], "weather")
    ]


def test_custom_tools_take_and_give_plain_text() -> None:
    assert messages(
        {"type": "custom_tool_call", "call_id": "c", "name": "apply_patch", "input": "*** Begin"},
        {"type": "custom_tool_call_output", "call_id": "c", "output": "done"},
    ) == [
        Message("assistant", [ToolCall("c", "apply_patch", "*** Begin", custom=True)]),
        Message("tool", [ToolResult("c", [Text("done")], "apply_patch", custom=True)]),
    ]


def test_items_of_tools_that_others_run_are_kept_as_they_are() -> None:
    search = {
        "type": "web_search_call",
        "id": "ws_1",
        "status": "completed",
        "action": {"type": "search", "query": "x"},
    }
    shell = {
        "type": "local_shell_call",
        "id": "s",
        "call_id": "c",
        "status": "completed",
        "action": {"type": "exec", "command": ["ls"]},
    }
    told = {
        "type": "shell_call_output",
        "call_id": "c",
        "output": [{"stdout": "a", "stderr": "", "outcome": {"type": "exit"}}],
    }
    (turn,) = messages(search, shell, told, {"role": "assistant", "content": "Found."})
    assert [part.raw for part in turn.parts if isinstance(part, Native)] == [search, shell, told]
    assert [part.text for part in turn.parts if isinstance(part, Native)] == [
        "",
        '[local_shell_call] {"type":"exec","command":["ls"]}',
        '[shell_call_output] [{"stdout":"a","stderr":"","outcome":{"type":"exit"}}]',
    ]
    assert turn.parts[-1] == Text("Found.")


def test_tools_among_the_items_are_tools() -> None:
    found = read(
        {"type": "additional_tools", "role": "developer", "tools": [FUNCTION]}, {"role": "user", "content": "Hi"}
    )
    assert [tool.name for tool in found.tools] == ["weather"]


# ---------------------------------------------------------------- tools, choice, format


def test_tools_are_functions_custom_ones_and_those_of_the_provider() -> None:
    grammar = {"type": "grammar", "syntax": "lark", "definition": "start: x"}
    search = {"type": "web_search_preview", "search_context_size": "low"}
    mcp = {"type": "mcp", "server_label": "a", "server_url": "https://a.example"}
    found = read(
        tools=[FUNCTION | {"strict": True}, {"type": "custom", "name": "patch", "format": grammar}, search, mcp]
    ).tools
    assert found == [
        Tool("weather", "function", "Tells it.", {"type": "object"}, True),
        Tool("patch", "custom", format=grammar),
        Tool("web_search", "builtin", raw=search, dialect="responses"),
        Tool("mcp", "builtin", raw=mcp, dialect="responses"),
    ]


def test_tools_of_a_namespace_are_known_by_both_names() -> None:
    crm = {
        "type": "namespace",
        "name": "crm",
        "description": "Customers.",
        "tools": [FUNCTION | {"defer_loading": True}],
    }
    found = read(call(namespace="crm"), output(), {"role": "user", "content": "Hi"}, tools=[crm],
                 tool_choice={"type": "function", "name": "weather", "namespace": "crm"})  # fmt: skip
    assert [tool.name for tool in found.tools] == ["crm__weather"]
    assert found.tool_choice == ToolChoice("named", "crm__weather")
    assert found.messages[0].parts == [ToolCall("call_1", "crm__weather", "{}")]


@pytest.mark.parametrize(
    ("choice", "meant"),
    [
        ("auto", ToolChoice("auto")),
        ("none", ToolChoice("none")),
        ("required", ToolChoice("required")),
        ({"type": "function", "name": "weather"}, ToolChoice("named", "weather")),
        ({"type": "web_search_preview"}, ToolChoice("named", "web_search")),
        (
            {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "weather"}]},
            ToolChoice("required", allowed=("weather",)),
        ),
        (
            {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "web_search"}, {"type": "function", "name": "weather"}]},
            ToolChoice("auto", allowed=("web_search", "weather")),
        ),
    ],
)  # fmt: skip
def test_the_choice_among_tools(choice: Any, meant: ToolChoice) -> None:
    assert read(tools=[FUNCTION, {"type": "web_search"}], tool_choice=choice).tool_choice == meant


def test_the_format_of_the_answer() -> None:
    schema = {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": True, "description": "d"}
    found = read(text={"format": schema, "verbosity": "low"})
    assert found.format == ResponseFormat("schema", "n", {"type": "object"}, "d", True)
    assert found.verbosity == "low"
    assert read(text={"format": {"type": "json_object"}}).format == ResponseFormat("json")
    assert read(text={"format": {"type": "text"}}).format is None


def test_wishes_for_reasoning() -> None:
    found = read(reasoning={"effort": "xhigh", "summary": "auto"}, include=["reasoning.encrypted_content"])
    assert found.reasoning == ReasoningWish("xhigh", show=True, summary="auto", encrypted=True)
    assert read(reasoning={"effort": None, "summary": None}).reasoning == ReasoningWish()
    assert read(include=["reasoning.encrypted_content"]).reasoning == ReasoningWish(encrypted=True)
    assert read().reasoning is None
    pro = {"effort": "high", "mode": "pro"}
    assert read(reasoning=pro).reasoning == ReasoningWish("high", raw={"reasoning": pro})


def test_every_other_field_has_its_place() -> None:
    found = read(
        stream=True, parallel_tool_calls=False, max_output_tokens=9, temperature=0.5, top_p=0.9, top_logprobs=2,
        include=["message.output_text.logprobs"], metadata={"a": "b"}, user="u", service_tier="flex", prompt_cache_key="k",
    )  # fmt: skip
    assert (found.stream, found.parallel_tools, found.max_tokens, found.temperature) == (True, False, 9, 0.5)
    assert (found.top_p, found.top_logprobs, found.logprobs, found.metadata) == (0.9, 2, True, {"a": "b"})
    assert (found.user, found.service_tier, found.cache_key, found.wants_usage) == ("u", "flex", "k", True)
    assert (found.dialect, found.model) == ("responses", "m")


def test_what_has_no_place_is_kept() -> None:
    said = {
        "truncation": "auto",
        "max_tool_calls": 3,
        "client_metadata": {"a": 1},
        "context_management": [{"type": "compaction"}],
    }
    to_the_gateway = {"store": False, "previous_response_id": "resp_1", "safety_identifier": "s", "include": ["x"]}
    found = read(**said, **to_the_gateway, background=None)
    assert (found.extra, found.said) == (said, to_the_gateway)
    assert found.user == "s"


# ---------------------------------------------------------------- what is wrong


@pytest.mark.parametrize(
    ("items", "param"),
    [
        ([output()], "input[0].call_id"),
        ([user({"type": "input_text", "text": "a"}, {"type": "video"})], "input[0].content[1].type"),
        ([user({"text": "a"})], "input[0].content[0].type"),
        ([user({"type": "text", "text": "a"})], "input[0].content[0].type"),
        ([user({"type": "input_text"})], "input[0].content[0].text"),
        ([user()], "input[0].content"),
        ([{"role": "user", "content": ""}], "input[0].content"),
        ([{"role": "user"}], "input[0].content"),
        ([{"role": "critic", "content": "a"}], "input[0].role"),
        ([{"type": "message", "content": "a"}], "input[0].role"),
        ([{"content": "a"}], "input[0].type"),
        ([{"type": "telepathy"}], "input[0].type"),
        ([{"role": "system", "content": [{"type": "input_image", "image_url": "https://e.com/a"}]}], "input[0].content[0].type"),
        ([{"role": "assistant", "content": [{"type": "input_image", "image_url": "https://e.com/a"}]}], "input[0].content[0].type"),
        ([user({"type": "input_image"})], "input[0].content[0].image_url"),
        ([user({"type": "input_image", "image_url": "file:///etc/passwd"})], "input[0].content[0].image_url"),
        ([user({"type": "input_image", "image_url": "data:image/png,abc"})], "input[0].content[0].image_url"),
        ([user({"type": "input_image", "image_url": {"url": "https://e.com"}})], "input[0].content[0].image_url"),
        ([user({"type": "input_file", "filename": "a.pdf"})], "input[0].content[0].file_data"),
        ([user({"type": "input_file", "file_url": "ftp://e.com/a.pdf"})], "input[0].content[0].file_url"),
        ([user({"type": "input_audio"})], "input[0].content[0].input_audio"),
        ([{"type": "function_call", "name": "f", "arguments": "{}"}], "input[0].call_id"),
        ([{"type": "function_call", "call_id": "c", "arguments": "{}"}], "input[0].name"),
        ([call(arguments={"a": 1})], "input[0].arguments"),  # type: ignore[arg-type]
        ([call(), {"type": "function_call_output", "call_id": "call_1"}], "input[1].output"),
        ([call(), output(text=[{"type": "input_audio", "input_audio": {"data": ""}}])], "input[1].output[0].type"),
        ([{"type": "item_reference", "id": "msg_1"}], "input[0]"),
        ([{"id": "msg_1"}], "input[0]"),
        ([{"type": "compaction_trigger"}], "input[0]"),
        (["a"], "input[0]"),
    ],
)  # fmt: skip
def test_an_item_that_cannot_be_read_is_named(items: list[Any], param: str) -> None:
    told = refusal(*items)
    assert told.param == param
    assert told.message.startswith(param)
    assert told.message.endswith(".")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": None}, "input"),
        ({"input": 5}, "input"),
        ({"tools": [{"type": "function"}]}, "tools[0].name"),
        ({"tools": [{"name": "a"}]}, "tools[0].type"),
        ({"tools": [{"type": "function", "function": {"name": "a"}}]}, "tools[0].name"),
        ({"tools": [{"type": "function", "name": "a", "parameters": "{}"}]}, "tools[0].parameters"),
        ({"tools": [{"type": "namespace", "name": "a", "tools": [{"type": "function"}]}]}, "tools[0].tools[0].name"),
        ({"tool_choice": "any"}, "tool_choice"),
        ({"tools": [FUNCTION], "tool_choice": {"type": "function", "name": "other"}}, "tool_choice"),
        ({"tools": [FUNCTION], "tool_choice": {"type": "allowed_tools", "tools": []}}, "tool_choice.tools"),
        ({"tools": [FUNCTION], "tool_choice": {"type": "allowed_tools", "tools": [{"type": "mcp"}]}}, "tool_choice.tools[0]"),
        ({"text": {"format": {"type": "xml"}}}, "text.format.type"),
        ({"text": {"format": {"type": "json_schema", "name": "a"}}}, "text.format.schema"),
        ({"text": {"format": {"type": "json_schema", "schema": {}}}}, "text.format.name"),
        ({"reasoning": {"effort": "huge"}}, "reasoning.effort"),
        ({"max_output_tokens": "9"}, "max_output_tokens"),
        ({"model": None}, "model"),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_read_is_named(fields: dict[str, Any], param: str) -> None:
    assert refusal(**fields).param == param


@pytest.mark.parametrize("field", ["conversation", "prompt"])
def test_what_only_a_provider_could_look_up_is_refused(field: str) -> None:
    told = refusal(**{field: {"id": "x"}})
    assert isinstance(told, NotSupported)
    assert told.param == field


def test_a_request_without_a_model_is_refused() -> None:
    with pytest.raises(RequestError) as told:
        FRONT.read_call(b'{"input":"Hi"}')
    assert told.value.param == "model"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"model":"m","extra":' + b"[" * 100_000, b'{"model":"\xff"}', b'{"model":"m","input":"\\ud800"}'],
)
def test_what_is_no_json_is_refused_as_that(body: bytes) -> None:
    with pytest.raises(InvalidJSON):
        FRONT.read_call(body)
