"""A search in the place of more tools than a model should read, at ``/mcp``."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from mcp_rig import GreetedClient, ModernClient, Rig, fixture, serving

from switchgear.edge.mcp.searched import SearchedTools
from switchgear.plugins.search import Search, SearchRules

BOTH_LOOPS = True
RULES = SearchRules(above=3, always=("old__echo",))


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with serving(
        own=lambda host: SearchedTools(Search(host.catalogue, RULES)),
        old=fixture("2025-11-25"),
        new=fixture("2026-07-28"),
    ) as rig:
        yield rig


async def test_two_tools_stand_for_all_of_them_and_find_and_call_the_others(rig: Rig) -> None:
    async with rig.client() as http:
        greeted = GreetedClient(http)
        await greeted.greet()
        for client in (ModernClient(http), greeted):
            names = [tool["name"] for tool in (await client.ask("tools/list")).result["tools"]]
            assert names == ["search_tools", "call_tool", "old__echo"]
            found = (await client.call("search_tools", query="echo what I say", limit=2)).text["tools"]
            assert {tool["name"] for tool in found} == {"old__echo", "new__echo"}
            assert all("inputSchema" in tool for tool in found)
            answer = await client.call("call_tool", name="new__echo", arguments={"text": "grüß dich"})
            assert answer.text == {"text": "grüß dich"}
    assert [(one.plugin, one.tool, one.outcome) for one in rig.records] == [("new", "echo", "ok")] * 2


async def test_progress_of_a_tool_that_was_found_reaches_who_called(rig: Rig) -> None:
    async with rig.client() as http:
        inner = {"name": "old__progress", "arguments": {}}
        answer = await ModernClient(http).ask("tools/call", {"progressToken": 7}, name="call_tool", arguments=inner)
    assert [each["params"]["progressToken"] for each in answer.messages] == [7] * 3


async def test_a_key_neither_finds_nor_calls_what_it_does_not_see(rig: Rig) -> None:
    narrow = rig.add_key("narrow", tools=("old",))
    async with rig.client(narrow) as http:
        client = ModernClient(http)
        listed = (await client.ask("tools/list")).result["tools"]
        assert "new" not in json.dumps(listed[0]).split("There are tools of:")[1]
        found = (await client.call("search_tools", query="echo")).text["tools"]
        assert {tool["name"].partition("__")[0] for tool in found} == {"old"}
        unseen = await client.call("call_tool", name="new__echo", arguments={})
        missing = await client.call("call_tool", name="new__nothing", arguments={})
        assert unseen.error["code"] == missing.error["code"]
        assert unseen.error["message"].replace("echo", "nothing") == missing.error["message"]


async def test_the_path_of_a_plugin_has_no_search(rig: Rig) -> None:
    async with rig.client() as http:
        client = ModernClient(http, "/mcp/old")
        assert "search_tools" not in {tool["name"] for tool in (await client.ask("tools/list")).result["tools"]}
        assert "error" in (await client.call("search_tools", query="echo")).body


async def test_a_call_of_nothing_is_told_what_is_missing(rig: Rig) -> None:
    async with rig.client() as http:
        answer = await ModernClient(http).call("call_tool", tool="old__echo")
    assert 'call_tool takes "name"' in answer.error["message"]
