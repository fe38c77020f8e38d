"""What a key sees, on lists and on calls alike, and what it is told of what it does not see."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from mcp_rig import GreetedClient, ModernClient, Rig, conformant, fixture, serving

from switchgear.access.limit_book import PluginNames
from switchgear.config.limits import LimitSettings


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with serving(tools=fixture("2025-11-25"), all=conformant("2026-07-28")) as rig:
        yield rig


async def test_a_key_with_patterns_sees_and_calls_what_they_match(rig: Rig) -> None:
    key = rig.add_key("few", tools=("tools__e*",))
    async with rig.client(key) as http:
        client = ModernClient(http)
        names = {tool["name"] for tool in (await client.ask("tools/list")).result["tools"]}
        assert names == {"tools__echo"}
        assert (await client.call("tools__echo", a=1)).text == {"a": 1}
        assert (await client.ask("resources/list")).result["resources"] == []
        own = ModernClient(http, "/mcp/tools")
        assert {tool["name"] for tool in (await own.ask("tools/list")).result["tools"]} == {"echo"}
        assert (await own.call("pid")).error["message"] == "Unknown tool: pid"


async def test_what_is_not_seen_is_answered_like_what_is_not_there(rig: Rig) -> None:
    key = rig.add_key("few", tools=("tools__echo",))
    async with rig.client(key) as http:
        client = ModernClient(http)
        hidden = await client.call("tools__pid")
        missing = await client.call("tools__pif")
        assert (hidden.status, hidden.error["code"]) == (missing.status, missing.error["code"]) == (400, -32602)
        assert hidden.error["message"].replace("pid", "") == missing.error["message"].replace("pif", "")
        resource = [
            await client.ask("resources/read", uri=uri) for uri in ("all+test://static-text", "no+test://static-text")
        ]
        assert resource[0].error["code"] == resource[1].error["code"]
        paths = [await ModernClient(http, path).ask("tools/list") for path in ("/mcp/all", "/mcp/no")]
        assert paths[0].status == paths[1].status == 404
        said = [path.body["error"]["message"] for path in paths]
        assert said[0].replace("/mcp/all", "") == said[1].replace("/mcp/no", "")
    assert not rig.records


async def test_a_key_that_may_not_call_sees_nothing(rig: Rig) -> None:
    key = rig.add_key("reader", scopes=("admin:read",))
    async with rig.client(key) as http:
        client = ModernClient(http)
        assert (await client.ask("tools/list")).result["tools"] == []
        assert (await client.call("tools__echo")).error["code"] == -32602


async def test_resources_prompts_and_completions_go_by_names_that_tell_plugins_apart(rig: Rig) -> None:
    async with rig.client() as http:
        client = ModernClient(http)
        uris = {one["uri"] for one in (await client.ask("resources/list")).result["resources"]}
        assert "all+test://static-text" in uris
        read = (await client.ask("resources/read", uri="all+test://static-text")).result
        assert read["contents"][0]["uri"] == "all+test://static-text"
        prompts = {one["name"] for one in (await client.ask("prompts/list")).result["prompts"]}
        assert "all__test_simple_prompt" in prompts
        assert (await client.ask("prompts/get", name="all__test_simple_prompt")).result["messages"]
        embedded = (await client.call("all__test_embedded_resource")).result["content"][0]["resource"]
        assert embedded["uri"].startswith("all+test://")
        completed = await client.ask(
            "completion/complete",
            ref={"type": "ref/prompt", "name": "all__test_prompt_with_arguments"},
            argument={"name": "arg1", "value": "par"},
        )
        assert "values" in completed.result["completion"]


async def test_limits_are_told_as_a_tool_that_failed_with_when_to_try_again(rig: Rig) -> None:
    rig.limit({"tools": PluginNames(key_limits="one")}, one=LimitSettings(rpm=1))
    async with rig.client() as http:
        client = GreetedClient(http)
        await client.greet()
        await client.call("tools__echo")
        refused = await client.call("tools__echo")
    assert refused.status == 200
    assert refused.result["isError"] is True
    assert "1 of 1 calls a minute" in refused.result["content"][0]["text"]
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.result["_meta"]["dev.switchgear/error"]["code"] == "rate_limit_exceeded"
    assert [record.outcome for record in rig.records] == ["ok", "refused"]


async def test_tasks_belong_to_the_key_that_made_them(rig: Rig) -> None:
    able = {"extensions": {"io.modelcontextprotocol/tasks": {}}}
    other = rig.add_key("other")
    async with rig.client() as http, rig.client(other) as stranger:
        client = ModernClient(http, capabilities=able)
        made = (await client.call("all__slow_compute", seconds=30)).result
        assert made["resultType"] == "task"
        assert (await client.ask("tasks/get", taskId=made["taskId"])).result["status"] == "working"
        thief = ModernClient(stranger, capabilities=able)
        for method in ("tasks/get", "tasks/cancel"):
            assert (await thief.ask(method, taskId=made["taskId"])).error == {
                "code": -32602,
                "message": "Task not found.",
            }
        unable = ModernClient(http)
        assert (await unable.ask("tasks/get", taskId=made["taskId"])).error["code"] == -32021
        assert (await client.ask("tasks/cancel", taskId=made["taskId"])).result == {"resultType": "complete"}
