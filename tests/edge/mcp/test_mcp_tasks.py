"""Tasks of 2025-11-25: made, asked for, listed and cancelled under ids that are their maker's."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from mcp_rig import GreetedClient, Rig, events, serving
from tests.plugins.tool_servers import until

COMMAND = [sys.executable, "-S", "-E", str(Path(__file__).parent / "task_server.py")]
RELATED = "io.modelcontextprotocol/related-task"


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with serving(jobs=COMMAND) as rig:
        yield rig


async def made(client: GreetedClient) -> Any:
    answer = await client.ask("tools/call", name="jobs__job", arguments={}, task={"ttl": 60000})
    return answer.result["task"]


async def test_a_task_is_its_makers_alone(rig: Rig) -> None:
    other = rig.add_key("other")
    async with rig.client() as http, rig.client(other) as stranger:
        client, thief = GreetedClient(http), GreetedClient(stranger)
        await client.greet()
        await thief.greet()
        task = await made(client)
        assert task["status"] == "working"
        assert "task-1" not in task["taskId"]
        got = await client.ask("tasks/get", taskId=task["taskId"])
        assert got.result["taskId"] == task["taskId"]
        assert [one["taskId"] for one in (await client.ask("tasks/list")).result["tasks"]] == [task["taskId"]]
        assert (await thief.ask("tasks/list")).result["tasks"] == []
        for given in (task["taskId"], "task-1"):
            assert (await thief.ask("tasks/result", taskId=given)).error == {
                "code": -32602,
                "message": "Task not found.",
            }
            assert (await thief.ask("tasks/cancel", taskId=given)).error["code"] == -32602
        path = GreetedClient(http, "/mcp/jobs")
        await path.greet()
        assert (await path.ask("tasks/get", taskId=task["taskId"])).result["status"] == "working"


async def test_what_is_asked_during_a_task_names_it_as_its_maker_knows_it(rig: Rig) -> None:
    async with rig.client() as http:
        client = GreetedClient(http)
        await client.greet(capabilities={"elicitation": {}})
        task = await made(client)
        body = client.message("tasks/result", {"taskId": task["taskId"]})
        async with http.stream("POST", "/mcp", json=body, headers=client.headers) as stream:
            messages = events(stream)
            question = await anext(messages)
            assert question["params"]["_meta"][RELATED] == {"taskId": task["taskId"]}
            await client.post({"jsonrpc": "2.0", "id": question["id"], "result": {"action": "decline"}})
            answer = (await anext(messages))["result"]
    assert answer["_meta"][RELATED] == {"taskId": task["taskId"]}
    assert answer["content"][0]["text"] == '{"action": "decline"}'


async def test_a_task_that_changes_is_told_to_its_maker(rig: Rig) -> None:
    other = rig.add_key("other")
    async with rig.client() as http, rig.client(other) as stranger:
        client, bystander = GreetedClient(http), GreetedClient(stranger)
        await client.greet()
        await bystander.greet()
        task = await made(client)
        async with (
            http.stream("GET", "/mcp", headers=client.headers) as mine,
            stranger.stream("GET", "/mcp", headers=bystander.headers) as others,
        ):
            await until(lambda: len(rig.front.hub) == 2)
            await client.ask("tasks/cancel", taskId=task["taskId"])
            told = await anext(events(mine))
            assert told["method"] == "notifications/tasks/status"
            assert (told["params"]["taskId"], told["params"]["status"]) == (task["taskId"], "cancelled")
            rig.host.drop("jobs")
            assert (await anext(events(others)))["method"] == "notifications/tools/list_changed"
