"""Tools of MCP servers in the Responses API, with OpenAI's own client."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openai
import pytest
from chat_rig import REMOTE, ChatRig, serving_chats

from switchgear.core.errors import ApprovalNeeded


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[ChatRig]:
    async with serving_chats(tmp_path) as made:
        yield made


def server(**more: Any) -> dict[str, Any]:
    return {"type": "mcp", "server_label": "files", "require_approval": "never", **more}


def items(response: Any) -> list[tuple[str, Any]]:
    return [(one.type, one) for one in response.output]


async def test_the_tools_of_a_plugin_are_listed_called_and_answered_with(rig: ChatRig) -> None:
    rig.calls(("files__add", {"a": 2, "b": 3}), text="Let me see.")
    rig.upstream.reply("It is 5.")
    response = await rig.client.responses.create(
        model="chat/m", input="2 + 3?", tools=[server(allowed_tools=["add", "delete"])]
    )
    kinds = [kind for kind, _ in items(response)]
    assert kinds == ["mcp_list_tools", "message", "mcp_call", "message"]
    listed, _, called, _ = response.output
    assert [tool.name for tool in listed.tools] == ["add", "delete"]
    assert (called.name, called.server_label, called.output, called.error) == ("add", "files", "5", None)
    assert (called.status, json.loads(called.arguments)) == ("completed", {"a": 2, "b": 3})
    assert response.output_text == "Let me see.It is 5."
    assert response.status == "completed"
    assert response.usage is not None
    assert response.usage.input_tokens == sum(one.usage.prompt_tokens for one in rig.records)
    assert response.tools[0].type == "mcp"


async def test_a_conversation_goes_on_from_a_response_with_tools(rig: ChatRig) -> None:
    rig.calls(("files__add", {"a": 2, "b": 3}))
    rig.upstream.reply("It is 5.")
    first = await rig.client.responses.create(model="chat/m", input="2 + 3?", tools=[server()])
    rig.upstream.reply("I added.")
    second = await rig.client.responses.create(
        model="chat/m", input="How?", tools=[server()], previous_response_id=first.id
    )
    assert [kind for kind, _ in items(second)] == ["message"]
    messages = rig.asked()[-1]["messages"]
    assert [one["role"] for one in messages] == ["user", "assistant", "tool", "assistant", "user"]
    assert messages[1]["tool_calls"][0]["function"]["name"] == "files__add"
    assert messages[2]["content"] == "5"
    rig.upstream.reply("Still known.")
    third = await rig.client.responses.create(model="chat/m", input="And?", previous_response_id=second.id)
    assert third.output_text == "Still known."


async def test_events_are_those_of_the_reference_and_in_order(rig: ChatRig) -> None:
    rig.calls(("files__add", {"a": 2, "b": 3}), text="Well.")
    rig.upstream.reply("5.")
    stream = await rig.client.responses.create(
        model="chat/m", input="2 + 3?", tools=[server(allowed_tools=["add"])], stream=True
    )
    events = [event async for event in stream]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    kinds = [event.type for event in events if "mcp" in event.type]
    assert kinds == [
        "response.mcp_list_tools.in_progress",
        "response.mcp_list_tools.completed",
        "response.mcp_call.in_progress",
        "response.mcp_call_arguments.delta",
        "response.mcp_call_arguments.done",
        "response.mcp_call.completed",
    ]
    done = [event for event in events if event.type == "response.output_item.done"]
    assert [event.output_index for event in done] == [0, 1, 2, 3]
    assert [event.item.type for event in done] == ["mcp_list_tools", "message", "mcp_call", "message"]
    assert events[-1].type == "response.completed"
    assert [one.type for one in events[-1].response.output] == [event.item.type for event in done]


async def test_calls_side_by_side_keep_their_places(rig: ChatRig) -> None:
    rig.calls(("files__meet", {"n": 1}), ("files__meet", {"n": 2}))
    rig.upstream.reply("Met.")
    response = await rig.client.responses.create(model="chat/m", input="Go.", tools=[server()])
    calls = [one for kind, one in items(response) if kind == "mcp_call"]
    assert sorted(json.loads(one.arguments)["n"] for one in calls) == [1, 2]
    assert {one.output for one in calls} == {"met"}
    assert len({one.id for one in calls}) == 2


async def test_a_call_waits_for_approval_and_is_made_once_it_is_given(rig: ChatRig) -> None:
    rig.calls(("files__delete", {"path": "a"}))
    asking = [server(require_approval="always")]
    first = await rig.client.responses.create(model="chat/m", input="Delete a.", tools=asking)
    kind, request = items(first)[-1]
    assert (kind, request.name, request.server_label) == ("mcp_approval_request", "delete", "files")
    assert rig.tools.called == []
    rig.upstream.reply("It is gone.")
    second = await rig.client.responses.create(
        model="chat/m",
        input=[{"type": "mcp_approval_response", "approval_request_id": request.id, "approve": True}],
        tools=asking,
        previous_response_id=first.id,
    )
    assert [kind for kind, _ in items(second)] == ["mcp_call", "message"]
    assert second.output[0].approval_request_id == request.id
    assert second.output[0].output == "a is gone"
    assert rig.asked()[-1]["messages"][-1]["content"] == "a is gone"
    rig.upstream.reply("Yes.")
    await rig.client.responses.create(model="chat/m", input="Sure?", tools=asking, previous_response_id=second.id)
    assert [one["role"] for one in rig.asked()[-1]["messages"]] == ["user", "assistant", "tool", "assistant", "user"]
    assert len(rig.tools.called) == 1


async def test_a_call_that_is_declined_is_told_to_the_model(rig: ChatRig) -> None:
    rig.calls(("files__delete", {"path": "a"}))
    asking = [server(require_approval={"never": {"tool_names": ["add"]}})]
    first = await rig.client.responses.create(model="chat/m", input="Delete a.", tools=asking)
    rig.upstream.reply("Fine.")
    said = {
        "type": "mcp_approval_response",
        "approval_request_id": first.output[-1].id,
        "approve": False,
        "reason": "I need it.",
    }
    await rig.client.responses.create(model="chat/m", input=[said], tools=asking, previous_response_id=first.id)  # type: ignore[call-overload]  # as dictionaries
    assert rig.asked()[-1]["messages"][-1]["content"] == "The user declined this call. I need it."
    assert rig.tools.called == []


async def test_an_operators_approval_is_asked_for_until_it_is_there(rig: ChatRig) -> None:
    rig.tools.refusals["files__delete"] = [
        ApprovalNeeded("An operator has to approve it.", approval="appr_1"),
        ApprovalNeeded("An operator has to approve it.", approval="appr_1"),
    ]
    rig.calls(("files__delete", {"path": "a"}))
    response = await rig.client.responses.create(model="chat/m", input="Delete a.", tools=[server()])
    for _ in range(2):
        request = response.output[-1]
        assert request.type == "mcp_approval_request"
        assert request.model_extra["switchgear"]["approval"]["id"] == "appr_1"
        assert request.model_extra["switchgear"]["approval"]["by"] == "operator"
        rig.upstream.reply("It is gone.")
        response = await rig.client.responses.create(
            model="chat/m",
            input=[{"type": "mcp_approval_response", "approval_request_id": request.id, "approve": True}],
            tools=[server()],
            previous_response_id=response.id,
        )
    assert response.output_text == "It is gone."


@pytest.mark.parametrize(
    "address",
    [
        {"server_url": "switchgear:files"},
        {"connector_id": "switchgear:files"},
        {"server_url": "HOST/mcp/files"},
        {"server_url": "HOST/mcp/"},
        {"server_url": REMOTE},
    ],
)
async def test_a_server_is_meant_by_its_name_or_an_address_of_ours(rig: ChatRig, address: dict[str, str]) -> None:
    tool = server(server_label="mine") | {name: one.replace("HOST", rig.url) for name, one in address.items()}
    rig.upstream.reply("Hello.")
    response = await rig.client.responses.create(model="chat/m", input="Hi.", tools=[tool])
    listed = response.output[0]
    assert listed.type == "mcp_list_tools"
    assert listed.server_label == "mine"
    assert "files__add" in [one["function"]["name"] for one in rig.asked()[-1]["tools"]]


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/mcp",
        "https://other.example.com/mcp/files",
        "http://[broken/mcp",
        "file:///etc/passwd",
        "https://files.example.com/mcp/../x",
    ],
)
async def test_an_address_of_somebody_else_is_refused(rig: ChatRig, address: str) -> None:
    with pytest.raises(openai.BadRequestError, match="installed here"):
        await rig.client.responses.create(model="chat/m", input="Hi.", tools=[server(server_url=address)])
    assert rig.asked() == []


async def test_what_a_server_was_to_be_told_in_secret_is_not_repeated(rig: ChatRig) -> None:
    rig.upstream.reply("Hello.")
    tool = server(authorization="sk-secret-1", headers={"x": "sk-secret-2"})
    response = await rig.client.responses.create(model="chat/m", input="Hi.", tools=[tool])
    assert "sk-secret" not in response.model_dump_json()
    kept = await rig.client.responses.retrieve(response.id)
    assert "sk-secret" not in kept.model_dump_json()


async def test_no_more_calls_are_made_than_the_client_allows(rig: ChatRig) -> None:
    rig.calls(("files__add", {"a": 1, "b": 1}), ("files__add", {"a": 2, "b": 2}))
    rig.upstream.reply("Two.")
    response = await rig.client.responses.create(model="chat/m", input="Hi.", tools=[server()], max_tool_calls=1)
    assert len(rig.tools.called) == 1
    assert sorted(one.status for kind, one in items(response) if kind == "mcp_call") == ["completed", "failed"]


async def test_a_limit_leaves_the_response_incomplete(rig: ChatRig) -> None:
    rig.calls(("files__add", {"a": 1, "b": 1}))
    response = await rig.client.responses.create(
        model="chat/m", input="Hi.", tools=[server()], extra_body={"switchgear": {"max_steps": 1}}
    )
    assert response.status == "incomplete"
    assert response.incomplete_details is not None
    assert response.incomplete_details.reason == "max_steps"
    assert response.output_text == "[Stopped: the limit of 1 steps was reached.]"


async def test_the_clients_own_functions_are_called_beside_ours(rig: ChatRig) -> None:
    own = {"type": "function", "name": "ask_user", "parameters": {"type": "object", "properties": {}}}
    rig.calls(("files__add", {"a": 1, "b": 1}, "call_g"), ("ask_user", {}, "call_c"))
    first = await rig.client.responses.create(model="chat/m", input="Hi.", tools=[server(), own])
    calls = dict(items(first))
    assert calls["function_call"].call_id == "call_c"
    assert calls["mcp_call"].output == "2"
    rig.upstream.reply("Both.")
    second = await rig.client.responses.create(
        model="chat/m",
        input=[{"type": "function_call_output", "call_id": "call_c", "output": "yes"}],
        tools=[server(), own],
        previous_response_id=first.id,
    )
    assert second.output_text == "Both."
    assert {one["content"] for one in rig.asked()[-1]["messages"] if one["role"] == "tool"} == {"2", "yes"}


async def test_a_response_in_the_background_has_tools_too(rig: ChatRig) -> None:
    rig.calls(("files__add", {"a": 2, "b": 3}))
    rig.upstream.reply("It is 5.")
    stream = await rig.client.responses.create(
        model="chat/m", input="2 + 3?", tools=[server()], background=True, stream=True
    )
    last = [event async for event in stream][-1]
    assert last.type == "response.completed"
    assert [one.type for one in last.response.output] == ["mcp_list_tools", "mcp_call", "message"]
