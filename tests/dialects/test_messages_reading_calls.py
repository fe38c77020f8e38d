"""Requests of Messages clients as canonical calls."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.canonical import (
    Call,
    Citation,
    File,
    Image,
    Message,
    Native,
    Reasoning,
    ReasoningWish,
    ResponseFormat,
    Signature,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from switchgear.core.errors import InvalidJSON, RequestError
from switchgear.dialects.messages import FRONT

PDF = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}
PNG = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
CALLED = {
    "role": "assistant",
    "content": [{"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": "sky"}}],
}


def body(**fields: Any) -> bytes:
    document = {"model": "claude", "max_tokens": 100, "messages": [{"role": "user", "content": "Hi"}]} | fields
    return json.dumps(document).encode()


def read(**fields: Any) -> Call:
    return FRONT.read_call(body(**fields))


def said(content: Any, role: str = "user") -> list[Message]:
    return read(messages=[{"role": role, "content": content}]).messages


def refused(**fields: Any) -> RequestError:
    with pytest.raises(RequestError) as caught:
        read(**fields)
    return caught.value


# ---------------------------------------------------------------- messages


def test_a_plain_question_is_one_message() -> None:
    call = read()
    assert call.messages == [Message("user", [Text("Hi")])]
    assert (call.model, call.max_tokens, call.stream, call.dialect) == ("claude", 100, False, "messages")
    assert call.extra == {}
    assert call.reasoning is None


def test_the_system_prompt_is_the_first_message() -> None:
    assert read(system="Be brief.").messages[0] == Message("system", [Text("Be brief.")])
    blocks = [{"type": "text", "text": "A", "cache_control": {"type": "ephemeral"}}, {"type": "text", "text": "B"}]
    assert read(system=blocks).messages[0] == Message("system", [Text("A", "5m"), Text("B")])


def test_system_messages_between_others_stay_there() -> None:
    call = read(
        messages=[
            {"role": "user", "content": "Hi"},
            {"role": "system", "content": [{"type": "text", "text": "In French"}]},
        ]
    )
    assert call.messages[1] == Message("system", [Text("In French")])


@pytest.mark.parametrize(
    ("block", "part"),
    [
        ({"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "1h"}}, Text("x", "1h")),
        ({"type": "image", "source": PNG}, Image(data="iVBORw0KGgo=", media_type="image/png")),
        (
            {"type": "image", "source": {"type": "url", "url": "https://a/b.png"}, "cache_control": {}},
            Image(url="https://a/b.png", cache="5m"),
        ),
        ({"type": "image", "source": {"type": "file", "file_id": "file_1"}}, Image(file_id="file_1")),
        (
            {"type": "document", "source": PDF, "title": "T", "context": "C", "citations": {"enabled": True}},
            File(
                data="JVBERi0=",
                media_type="application/pdf",
                filename="T",
                extra={"context": "C", "citations": {"enabled": True}},
            ),
        ),
        (
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "abc"}},
            File(text="abc", media_type="text/plain"),
        ),
        ({"type": "document", "source": {"type": "url", "url": "https://a/b.pdf"}}, File(url="https://a/b.pdf")),
        ({"type": "document", "source": {"type": "file", "file_id": "file_2"}}, File(file_id="file_2")),
        (
            {"type": "document", "source": {"type": "content", "content": "whole"}},
            File(text="whole", media_type="text/plain"),
        ),
        (
            {"type": "container_upload", "file_id": "f"},
            Native("messages", {"type": "container_upload", "file_id": "f"}),
        ),
    ],
)
def test_blocks_of_users_are_parts(block: dict[str, Any], part: object) -> None:
    assert said([block]) == [Message("user", [part])]


def test_a_document_of_blocks_is_its_text_and_its_images() -> None:
    source = {
        "type": "content",
        "content": [
            {"type": "text", "text": "a"},
            {"type": "image", "source": PNG},
            {"type": "text", "text": "b"},
        ],
    }
    assert said([{"type": "document", "source": source}])[0].parts == [
        File(text="a\n\nb", media_type="text/plain"),
        Image(data="iVBORw0KGgo=", media_type="image/png"),
    ]


def test_a_search_result_is_kept_and_can_be_read_by_others() -> None:
    block = {"type": "search_result", "source": "https://a", "title": "T", "content": [{"type": "text", "text": "x"}]}
    (part,) = said([block])[0].parts
    assert part == Native("messages", block, "T\nhttps://a\nx")


def test_results_of_tools_become_a_message_before_what_the_user_says() -> None:
    call = read(
        messages=[
            {"role": "user", "content": "Look"},
            {"role": "assistant", "content": [*CALLED["content"], CALLED["content"][0] | {"id": "toolu_2"}]},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Here:"},
                    {"type": "tool_result", "tool_use_id": "toolu_2", "content": "blue", "is_error": True},
                    {
                        "type": "tool_result",
                        "tool_use_id": "toolu_1",
                        "content": [{"type": "text", "text": "x"}, {"type": "image", "source": PNG}],
                        "cache_control": {"type": "ephemeral"},
                    },
                ],
            },
        ]
    )
    assert [message.role for message in call.messages] == ["user", "assistant", "tool", "user"]
    assert call.messages[2].parts == [
        ToolResult("toolu_2", [Text("blue")], is_error=True),
        ToolResult("toolu_1", [Text("x"), Image(data="iVBORw0KGgo=", media_type="image/png")], cache="5m"),
    ]
    assert call.messages[3].parts == [Text("Here:")]


def test_a_result_may_be_empty_or_hold_what_was_searched() -> None:
    results = [
        {"type": "tool_result", "tool_use_id": "toolu_1"},
        {
            "type": "tool_result",
            "tool_use_id": "toolu_1",
            "content": [
                {"type": "search_result", "source": "s", "title": "t", "content": [{"type": "text", "text": "x"}]},
                {"type": "tool_reference", "tool_name": "other"},
                {"type": "document", "source": {"type": "text", "data": "d"}},
            ],
        },
    ]
    call = read(messages=[{"role": "user", "content": "Look"}, CALLED, {"role": "user", "content": results}])
    assert call.messages[2].parts == [
        ToolResult("toolu_1", []),
        ToolResult("toolu_1", [Text("t\ns\nx"), Text("other"), File(text="d", media_type="text/plain")]),
    ]


def test_what_the_assistant_did_is_kept_in_order() -> None:
    searched = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "q"}}
    found = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
    cited = {
        "type": "web_search_result_location",
        "url": "https://a",
        "title": "A",
        "cited_text": "q",
        "encrypted_index": "e",
    }
    content = [
        {"type": "thinking", "thinking": "Hm", "signature": "sg1.claude.abc"},
        {"type": "redacted_thinking", "data": "xyz"},
        {"type": "thinking", "thinking": "", "signature": ""},
        searched,
        found,
        {"type": "text", "text": "So", "citations": [cited]},
        {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": "sky"}},
    ]
    assert said(content, "assistant")[0].parts == [
        Reasoning("Hm", Signature("claude", "abc")),
        Reasoning(signature=Signature("", "xyz"), redacted=True),
        Native("messages", searched),
        Native("messages", found),
        Text("So", citations=[Citation("https://a", "A", "q")]),
        ToolCall("toolu_1", "look", '{"at": "sky"}'),
    ]


def test_ids_that_were_carried_in_anthropics_alphabet_are_given_back() -> None:
    call = read(
        messages=[
            {"role": "assistant", "content": [{"type": "tool_use", "id": "sgt_Zi5sb29rOjA", "name": "look"}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "sgt_Zi5sb29rOjA", "content": "x"}]},
        ]
    )
    assert call.messages[0].parts == [ToolCall("f.look:0", "look", "{}")]
    assert call.messages[1].parts == [ToolResult("f.look:0", [Text("x")])]


def test_an_empty_answer_to_go_on_with_is_left_out() -> None:
    call = read(messages=[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": ""}])
    assert call.messages == [Message("user", [Text("Hi")])]


# ---------------------------------------------------------------- wishes


def test_tools_are_read_with_what_only_anthropic_knows_of_them() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    search = {"type": "web_search_20250305", "name": "web_search", "max_uses": 3}
    call = read(
        tools=[
            {
                "name": "f", "description": "d", "input_schema": schema, "strict": True,
                "cache_control": {"type": "ephemeral", "ttl": "1h"}, "input_examples": [{"a": 1}],
            },
            {"type": "custom", "name": "g", "input_schema": {}},
            search,
            {"type": "bash_20250124", "name": "bash"},
        ]
    )  # fmt: skip
    assert call.tools == [
        Tool("f", description="d", parameters=schema, strict=True, cache="1h", raw={"input_examples": [{"a": 1}]}, dialect="messages"),
        Tool("g", parameters={}, dialect="messages"),
        Tool("web_search", "builtin", raw=search, dialect="messages"),
        Tool("bash_20250124", "builtin", raw={"type": "bash_20250124", "name": "bash"}, dialect="messages"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("choice", "found", "parallel"),
    [
        ({"type": "auto"}, ToolChoice("auto"), None),
        ({"type": "any", "disable_parallel_tool_use": True}, ToolChoice("required"), False),
        ({"type": "none"}, ToolChoice("none"), None),
        ({"type": "tool", "name": "f", "disable_parallel_tool_use": False}, ToolChoice("named", "f"), True),
        ({"type": "tool", "name": "bash"}, ToolChoice("named", "bash_20250124"), None),
    ],
)
def test_the_choice_of_tools_is_read(choice: dict[str, Any], found: ToolChoice, parallel: bool | None) -> None:
    call = read(
        tools=[{"name": "f", "input_schema": {}}, {"type": "bash_20250124", "name": "bash"}], tool_choice=choice
    )
    assert call.tool_choice == found
    assert call.parallel_tools is parallel


@pytest.mark.parametrize(
    ("fields", "wish", "extra"),
    [
        ({"thinking": {"type": "enabled", "budget_tokens": 4000}}, ReasoningWish(budget=4000), {}),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 4000, "display": "omitted"}},
            ReasoningWish(budget=4000, show=False),
            {},
        ),
        ({"thinking": {"type": "disabled"}}, ReasoningWish("none"), {}),
        (
            {"thinking": {"type": "disabled"}, "output_config": {"effort": "low"}},
            ReasoningWish("none"),
            {"output_config": {"effort": "low"}},
        ),
        (
            {"thinking": {"type": "adaptive", "display": "summarized"}, "output_config": {"effort": "max"}},
            ReasoningWish("max", show=True, adaptive=True),
            {},
        ),
        ({"output_config": {"effort": "xhigh", "task_budget": 5}}, ReasoningWish("xhigh"), {"output_config": {"task_budget": 5}}),
        ({"output_config": {"effort": None}}, None, {}),
        ({"thinking": {"type": "between_tools"}}, ReasoningWish("none"), {"thinking": {"type": "between_tools"}}),
        ({"thinking": {"type": "new", "x": 1}}, None, {"thinking": {"type": "new", "x": 1}}),
    ],
)  # fmt: skip
def test_how_much_to_think_is_read(fields: dict[str, Any], wish: ReasoningWish | None, extra: dict[str, Any]) -> None:
    call = read(**fields)
    assert call.reasoning == wish
    assert call.extra == extra


@pytest.mark.parametrize("field", ["output_config", "output_format"])
def test_a_schema_for_the_answer_is_read_from_both_fields(field: str) -> None:
    told: dict[str, Any] = {"type": "json_schema", "schema": {"type": "object"}}
    call = read(**{field: {"format": told} if field == "output_config" else told})
    assert call.format == ResponseFormat("schema", schema={"type": "object"})
    assert call.extra == {}


def test_the_remaining_wishes_are_read() -> None:
    call = read(
        stream=True, temperature=0.5, top_p=0.9, top_k=40, stop_sequences=["X"], metadata={"user_id": "u", "x": "y"},
        service_tier="standard_only", mcp_servers=[{"type": "url"}], container="c", context_management=None,
    )  # fmt: skip
    assert (call.stream, call.temperature, call.top_p, call.top_k, call.stop) == (True, 0.5, 0.9, 40, ["X"])
    assert (call.user, call.service_tier) == ("u", "default")
    assert call.extra == {"mcp_servers": [{"type": "url"}], "container": "c", "metadata": {"x": "y"}}


def test_tokens_are_counted_for_a_request_without_max_tokens() -> None:
    call = FRONT.read_counting(b'{"model":"claude","messages":[{"role":"user","content":"Hi"}]}')
    assert call.max_tokens is None


# ---------------------------------------------------------------- what is wrong is named


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "assistant", "content": ""}]}, "messages"),
        ({"messages": [{"role": "user", "content": ""}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": []}]}, "messages[0].content"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"type": "smell"}]}]}, "messages[0].content[0].type"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0].text"),
        ({"messages": [{"role": "user", "content": CALLED["content"]}]}, "messages[0].content[0].type"),
        (
            {"messages": [{"role": "assistant", "content": [{"type": "image", "source": PNG}]}]},
            "messages[0].content[0].type",
        ),
        (
            {"messages": [{"role": "system", "content": [{"type": "image", "source": PNG}]}]},
            "messages[0].content[0].type",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "text", "data": "x"}}]}]},
            "messages[0].content[0].source.type",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "x"}]}]},
            "messages[0].content[0].tool_use_id",
        ),
        (
            {
                "messages": [
                    CALLED,
                    {"role": "user", "content": "Never mind."},
                    {"role": "assistant", "content": "Good."},
                    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1"}]},
                ]
            },
            "messages[3].content[0].tool_use_id",
        ),
        (
            {"messages": [{"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": [1]}]}]},
            "messages[0].content[0].input",
        ),
        ({"max_tokens": None}, "max_tokens"),
        ({"max_tokens": -1}, "max_tokens"),
        ({"max_tokens": "many"}, "max_tokens"),
        ({"model": None}, "model"),
        ({"system": [{"type": "image"}]}, "system[0].type"),
        ({"tools": [{"input_schema": {}}]}, "tools[0].name"),
        ({"tools": [{"name": "f"}]}, "tools[0].input_schema"),
        ({"tools": [{"name": "f", "input_schema": "x"}]}, "tools[0].input_schema"),
        ({"tools": [{"name": "f", "input_schema": {}, "description": 1}]}, "tools[0].description"),
        ({"tools": [{"name": "f", "input_schema": {}, "cache_control": 1}]}, "tools[0].cache_control"),
        ({"tools": [{"type": 3}]}, "tools[0].type"),
        ({"tool_choice": {"type": "tool"}}, "tool_choice.name"),
        ({"tool_choice": {"type": "tool", "name": "f"}}, "tool_choice.name"),
        ({"tool_choice": {"type": "some"}}, "tool_choice.type"),
        ({"thinking": {"type": "enabled"}}, "thinking.budget_tokens"),
        ({"output_config": {"effort": "huge"}}, "output_config.effort"),
        ({"output_config": {"format": {"type": "xml"}}}, "output_config.format.type"),
        ({"output_format": {"type": "json_schema"}}, "output_format.schema"),
        ({"metadata": {"user_id": 3}}, "metadata.user_id"),
        ({"stop_sequences": "x"}, "stop_sequences"),
        ({"Stream": True}, "Stream"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_path(fields: dict[str, Any], param: str) -> None:
    error = refused(**fields)
    assert error.param == param
    assert param in error.message


@pytest.mark.parametrize("text", [b"", b"{", b'{"model":"\xff"}', b"[" * 100_000])
def test_what_is_not_json_is_refused_as_that(text: bytes) -> None:
    with pytest.raises((InvalidJSON, RequestError)):
        FRONT.read_call(text)
