"""Tools of MCP servers in Anthropic's Messages: whole, streamed, and gone on with."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from chat_rig import ChatRig, serving_chats

ASKED = {"role": "user", "content": "Go on."}
SERVERS = [{"type": "url", "url": "switchgear:files", "name": "mine"}]
TOOLSET = {"type": "mcp_toolset", "mcp_server_name": "mine"}
BETA = {"anthropic-beta": "mcp-client-2025-11-20,other-beta"}


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[ChatRig]:
    async with serving_chats(tmp_path) as made:
        yield made


async def message(rig: ChatRig, *messages: Any, status: int = 200, **fields: Any) -> dict[str, Any]:
    body = {
        "model": "chat/m",
        "max_tokens": 100,
        "messages": list(messages) or [ASKED],
        "mcp_servers": SERVERS,
        "tools": [TOOLSET],
        **fields,
    }
    answer = await rig.http.post("/v1/messages", json=body, headers=BETA)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def kinds(answer: dict[str, Any]) -> list[str]:
    return [block["type"] for block in answer["content"]]


async def test_a_tool_is_used_and_the_message_tells_of_it(rig: ChatRig) -> None:
    rig.calls(("files__add", {"a": 2, "b": 3}), text="Let me see.")
    rig.upstream.reply("It is 5.")
    answer = await message(rig)
    assert kinds(answer) == ["text", "mcp_tool_use", "mcp_tool_result", "text"]
    _, use, result, _ = answer["content"]
    assert (use["name"], use["server_name"], use["input"]) == ("add", "mine", {"a": 2, "b": 3})
    assert use["id"].startswith("mcptoolu_")
    assert result["tool_use_id"] == use["id"]
    assert (result["content"], result["is_error"]) == ([{"type": "text", "text": "5"}], False)
    assert answer["stop_reason"] == "end_turn"
    assert answer["usage"]["input_tokens"] == sum(one.usage.prompt_tokens for one in rig.records)
    assert answer["switchgear"]["steps"] == 2


async def test_a_conversation_goes_on_with_what_the_message_told(rig: ChatRig) -> None:
    rig.calls(("files__add", {"a": 2, "b": 3}), text="Let me see.")
    rig.upstream.reply("It is 5.")
    first = await message(rig)
    rig.upstream.reply("Yes.")
    await message(rig, ASKED, {"role": "assistant", "content": first["content"]}, {"role": "user", "content": "Sure?"})
    messages = rig.asked()[-1]["messages"]
    assert [one["role"] for one in messages] == ["user", "assistant", "tool", "assistant", "user"]
    assert messages[1]["tool_calls"][0]["function"]["name"] == "files__add"
    assert messages[2]["content"] == "5"


async def test_a_stream_has_the_blocks_one_after_the_other(rig: ChatRig) -> None:
    rig.calls(("files__steps", {"n": 1}), text="Walking.")
    rig.upstream.reply("Arrived.")
    body = {"model": "chat/m", "max_tokens": 9, "messages": [ASKED], "mcp_servers": SERVERS, "tools": [TOOLSET]}
    answer = await rig.http.post("/v1/messages", json=body | {"stream": True}, headers=BETA)
    events = [
        (name.removeprefix("event: "), json.loads(data.removeprefix("data: ")))
        for name, data in (event.split("\n") for event in answer.text.strip().split("\n\n"))
    ]
    starts = [data for name, data in events if name == "content_block_start"]
    assert [one["content_block"]["type"] for one in starts] == ["text", "mcp_tool_use", "mcp_tool_result", "text"]
    assert [one["index"] for one in starts] == [0, 1, 2, 3]
    inputs = [data["delta"]["partial_json"] for _, data in events if data.get("delta", {}).get("partial_json")]
    assert [json.loads(one) for one in inputs] == [{"n": 1}]
    assert starts[2]["content_block"]["content"] == [{"type": "text", "text": "walked"}]
    told = [data["tool"] for name, data in events if name == "switchgear"]
    assert [one["progress"]["progress"] for one in told if "progress" in one] == [0, 1, 2]
    assert [name for name, _ in events][-2:] == ["message_delta", "message_stop"]
    assert [name for name, _ in events].count("message_start") == 1
    delta = events[-2][1]
    assert delta["delta"]["stop_reason"] == "end_turn"
    assert delta["switchgear"]["steps"] == 2


async def test_only_the_tools_that_a_toolset_enables_are_offered(rig: ChatRig) -> None:
    rig.upstream.reply("Hi.")
    toolset = TOOLSET | {"default_config": {"enabled": False}, "configs": {"add": {"enabled": True}}}
    await message(rig, tools=[toolset])
    assert [one["function"]["name"] for one in rig.asked()[-1]["tools"]] == ["files__add"]


async def test_the_first_beta_configures_its_tools_at_the_server(rig: ChatRig) -> None:
    rig.upstream.reply("Hi.")
    servers = [SERVERS[0] | {"tool_configuration": {"enabled": True, "allowed_tools": ["delete"]}}]
    await message(rig, mcp_servers=servers, tools=[])
    assert [one["function"]["name"] for one in rig.asked()[-1]["tools"]] == ["files__delete"]


async def test_a_paused_message_goes_on_when_it_is_sent_back_with_the_approval(rig: ChatRig) -> None:
    rig.calls(("files__delete", {"path": "a"}), ("files__add", {"a": 1, "b": 1}), text="Deleting.")
    wish = {"approval": "ask"}
    first = await message(rig, switchgear=wish)
    assert first["stop_reason"] == "pause_turn"
    assert kinds(first) == ["text", "mcp_tool_use", "mcp_tool_use", "mcp_tool_result"]
    (approval,) = first["switchgear"]["stopped"]["approvals"]
    assert [name for name, *_ in rig.tools.called] == ["files__add"]
    rig.upstream.reply("Gone.")
    paused = {"role": "assistant", "content": first["content"]}
    approvals = {first["content"][1]["id"]: True}
    assert approval["id"] in approvals
    second = await message(rig, ASKED, paused, switchgear=wish | {"approvals": approvals})
    assert kinds(second) == ["mcp_tool_result", "text"]
    messages = rig.asked()[-1]["messages"]
    assert [one["role"] for one in messages] == ["user", "assistant", "tool", "tool"]
    assert {one["content"] for one in messages[2:]} == {"a is gone", "2"}
    rig.upstream.reply("Yes.")
    rest = {"role": "assistant", "content": second["content"]}
    await message(rig, ASKED, paused, rest, {"role": "user", "content": "Sure?"}, switchgear=wish)
    messages = rig.asked()[-1]["messages"]
    assert [one["role"] for one in messages] == ["user", "assistant", "tool", "tool", "assistant", "user"]
    assert len(rig.tools.called) == 2


async def test_a_limit_pauses_the_message(rig: ChatRig) -> None:
    rig.calls(("files__add", {"a": 1, "b": 1}))
    first = await message(rig, switchgear={"max_steps": 1})
    assert first["stop_reason"] == "pause_turn"
    assert first["switchgear"]["stopped"]["reason"] == "max_steps"
    rig.upstream.reply("Two.")
    second = await message(rig, ASKED, {"role": "assistant", "content": first["content"]})
    assert second["content"][-1]["text"] == "Two."
    assert [one["role"] for one in rig.asked()[-1]["messages"]] == ["user", "assistant", "tool"]


async def test_the_clients_own_tools_are_used_beside_ours(rig: ChatRig) -> None:
    own = {"name": "ask_user", "input_schema": {"type": "object"}}
    rig.calls(("files__add", {"a": 1, "b": 1}), ("ask_user", {}, "call_c"))
    first = await message(rig, tools=[TOOLSET, own])
    assert first["stop_reason"] == "tool_use"
    used = next(block for block in first["content"] if block["type"] == "tool_use")
    rig.upstream.reply("Both.")
    result = {"type": "tool_result", "tool_use_id": used["id"], "content": "yes"}
    second = await message(
        rig,
        ASKED,
        {"role": "assistant", "content": first["content"]},
        {"role": "user", "content": [result]},
        tools=[TOOLSET, own],
    )
    assert second["content"][-1]["text"] == "Both."
    assert {one["content"] for one in rig.asked()[-1]["messages"] if one["role"] == "tool"} == {"2", "yes"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"mcp_servers": [{"type": "url", "url": "https://evil.example/mcp", "name": "mine"}]}, "installed here"),
        ({"tools": [{"type": "mcp_toolset", "mcp_server_name": "other"}]}, "none of mcp_servers"),
        ({"tools": [TOOLSET, TOOLSET]}, "each once"),
    ],
)
async def test_servers_that_make_no_sense_are_refused(rig: ChatRig, fields: dict[str, Any], said: str) -> None:
    answer = await message(rig, status=400, **fields)
    assert said in answer["error"]["message"]
    assert rig.asked() == []
