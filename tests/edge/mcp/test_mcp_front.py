"""Clients of both kinds of revisions, in front of servers of both kinds."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from mcp_rig import GreetedClient, ModernClient, Rig, fixture, serving

BOTH_LOOPS = True


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with serving(old=fixture("2025-11-25"), new=fixture("2026-07-28")) as rig:
        yield rig


async def test_a_client_of_today_discovers_what_is_spoken_here(rig: Rig) -> None:
    async with rig.client() as http:
        found = await ModernClient(http).ask("server/discover")
    assert found.status == 200
    assert found.result["supportedVersions"][0] == "2026-07-28"
    assert found.result["resultType"] == "complete"
    assert found.result["capabilities"]["tools"] == {"listChanged": True}


async def test_a_client_that_greets_gets_a_session_and_its_revision(rig: Rig) -> None:
    async with rig.client() as http:
        client = GreetedClient(http)
        assert (await client.greet("2025-06-18")).result["protocolVersion"] == "2025-06-18"
        assert (await client.ask("ping")).result == {}
        assert (await GreetedClient(http).greet("1999-01-01")).result["protocolVersion"] == "2025-11-25"


async def test_tools_of_all_plugins_are_listed_under_names_that_tell_them_apart(rig: Rig) -> None:
    async with rig.client() as http:
        found = (await ModernClient(http).ask("tools/list")).result
        names = {tool["name"] for tool in found["tools"]}
        assert {"old__echo", "new__echo"} <= names
        assert found["ttlMs"] > 0
        assert found["cacheScope"] == "private"
        client = GreetedClient(http)
        await client.greet()
        assert {tool["name"] for tool in (await client.ask("tools/list")).result["tools"]} == names


async def test_the_path_of_a_plugin_lists_its_tools_under_their_own_names(rig: Rig) -> None:
    async with rig.client() as http:
        names = {tool["name"] for tool in (await ModernClient(http, "/mcp/old").ask("tools/list")).result["tools"]}
        assert "echo" in names
        answer = await ModernClient(http, "/mcp/old").call("echo", a=1)
        assert answer.text == {"a": 1}
        assert (await ModernClient(http, "/mcp/nobody").ask("tools/list")).status == 404


@pytest.mark.parametrize("plugin", ["old", "new"])
async def test_a_tool_is_called_through_either_revision(rig: Rig, plugin: str) -> None:
    async with rig.client() as http:
        answer = await ModernClient(http).call(f"{plugin}__echo", text="grüß dich")
        assert answer.text == {"text": "grüß dich"}
        assert answer.result["resultType"] == "complete"
        client = GreetedClient(http)
        await client.greet()
        assert (await client.call(f"{plugin}__echo", text="hi")).text == {"text": "hi"}
    first = rig.records[0]
    assert (first.plugin, first.tool, first.method, first.outcome) == (plugin, "echo", "tools/call", "ok")
    assert first.key_id == "key_all"
    assert first.version == "1.0.0"


async def test_progress_reaches_who_asked_for_it(rig: Rig) -> None:
    async with rig.client() as http:
        for client in (ModernClient(http), GreetedClient(http)):
            if isinstance(client, GreetedClient):
                await client.greet()
                answer = await client.ask(
                    "tools/call", name="new__progress", arguments={}, _meta={"progressToken": "mine"}
                )
            else:
                answer = await client.ask("tools/call", {"progressToken": "mine"}, name="old__progress", arguments={})
            assert [each["params"]["progressToken"] for each in answer.messages] == ["mine"] * 3
            assert answer.result["content"]


async def test_an_error_of_a_server_comes_through_as_it_was(rig: Rig) -> None:
    async with rig.client() as http:
        client = GreetedClient(http)
        await client.greet()
        answer = await client.call("old__fail", code=-32050, message="it broke")
    assert answer.error == {"code": -32050, "message": "it broke", "data": {"why": "because"}}
    assert rig.records[-1].outcome == "failed"
    assert rig.records[-1].error == "tool_server_error"
