"""Servers that ask something of the client during a call, across the revisions, and calls that are held for that."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from mcp_rig import GreetedClient, ModernClient, Rig, conformant, events, fixture, serving
from tests.plugins.tool_servers import until

FORM = {"message": "Who are you?", "requestedSchema": {"type": "object", "properties": {"name": {"type": "string"}}}}
ASK = {"method": "elicitation/create", "params": FORM}
ABLE = {"elicitation": {}}
ANSWER = {"action": "accept", "content": {"name": "Ann"}}


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with serving(old=fixture("2025-11-25"), all=conformant("2026-07-28")) as rig:
        yield rig


async def greeted(rig: Rig, http: Any, capabilities: Any = ABLE) -> GreetedClient:
    client = GreetedClient(http)
    await client.greet(capabilities=capabilities)
    return client


async def asked_on_the_stream(client: GreetedClient, tool: str, answer: Any, **arguments: Any) -> list[Any]:
    """Call a tool, answer what is asked meanwhile, and give all that was said."""
    body = client.message("tools/call", {"name": tool, "arguments": arguments})
    said = []
    async with client.http.stream("POST", client.path, json=body, headers=client.headers) as stream:
        assert stream.headers["content-type"] == "text/event-stream"
        async for message in events(stream):
            said.append(message)
            if "method" in message and "id" in message:
                told = await client.post({"jsonrpc": "2.0", "id": message["id"], **answer})
                assert told.status == 202
    return said


async def test_an_older_client_is_asked_on_the_stream_of_its_call(rig: Rig) -> None:
    async with rig.client() as http:
        client = await greeted(rig, http)
        said = await asked_on_the_stream(client, "old__ask", {"result": ANSWER}, **ASK)
    assert said[0]["method"] == "elicitation/create"
    assert said[0]["params"] == FORM
    heard = json.loads(said[-1]["result"]["content"][0]["text"])
    assert heard["result"] == ANSWER


async def test_an_older_client_may_refuse_with_an_error(rig: Rig) -> None:
    async with rig.client() as http:
        client = await greeted(rig, http)
        said = await asked_on_the_stream(client, "old__ask", {"error": {"code": -1, "message": "no"}}, **ASK)
    heard = json.loads(said[-1]["result"]["content"][0]["text"])
    assert heard["error"] == {"code": -1, "message": "no"}


async def test_nobody_else_can_answer_for_a_client(rig: Rig) -> None:
    other_key = rig.add_key("other")
    async with rig.client() as http, rig.client(other_key) as stranger:
        client = await greeted(rig, http)
        foreign = await greeted(rig, stranger)
        again = await greeted(rig, http)
        body = client.message("tools/call", {"name": "old__ask", "arguments": ASK})
        async with http.stream("POST", "/mcp", json=body, headers=client.headers) as stream:
            messages = events(stream)
            question = await anext(messages)
            for thief in (foreign, again):  # another key, and another session of the same key
                await thief.post({"jsonrpc": "2.0", "id": question["id"], "result": {"action": "decline"}})
            await client.post({"jsonrpc": "2.0", "id": question["id"], "result": ANSWER})
            answer = await anext(messages)
    assert json.loads(answer["result"]["content"][0]["text"])["result"] == ANSWER


async def test_a_client_that_cannot_be_asked_is_not(rig: Rig) -> None:
    async with rig.client() as http:
        client = await greeted(rig, http, {})
        answer = await client.call("old__ask", **ASK)
    assert answer.text["error"]["code"] == -32601


async def test_a_newer_client_brings_its_answers_with_the_call_again(rig: Rig) -> None:
    async with rig.client() as http:
        client = ModernClient(http, capabilities=ABLE)
        asked = await client.call("old__ask", **ASK)
        assert asked.result["resultType"] == "input_required"
        ((number, question),) = asked.result["inputRequests"].items()
        assert question == ASK
        state = asked.result["requestState"]
        told = {"inputResponses": {number: ANSWER}, "requestState": state}
        answer = await client.ask("tools/call", name="old__ask", arguments=ASK, **told)
        assert answer.text["result"] == ANSWER
        assert answer.result["resultType"] == "complete"
        again = await client.ask("tools/call", name="old__ask", arguments=ASK, **told)
        assert again.error["code"] == -32602
    assert [record.outcome for record in rig.records] == ["ok"]


async def test_what_is_not_answered_is_asked_again(rig: Rig) -> None:
    async with rig.client() as http:
        client = ModernClient(http, capabilities=ABLE)
        first = (await client.call("old__ask", **ASK)).result
        told = {"inputResponses": {}, "requestState": first["requestState"]}
        second = (await client.ask("tools/call", name="old__ask", arguments=ASK, **told)).result
    assert second["inputRequests"] == first["inputRequests"]
    assert second["requestState"] != first["requestState"]


async def test_a_held_call_belongs_to_its_key_and_to_what_was_called(rig: Rig) -> None:
    other = rig.add_key("other")
    async with rig.client() as http, rig.client(other) as stranger:
        client = ModernClient(http, capabilities=ABLE)
        state = (await client.call("old__ask", **ASK)).result["requestState"]
        told = {"inputResponses": {"q1": ANSWER}, "requestState": state}
        thief = ModernClient(stranger, capabilities=ABLE)
        assert (await thief.ask("tools/call", name="old__ask", arguments=ASK, **told)).error["code"] == -32602
        assert (await client.ask("tools/call", name="old__echo", arguments={}, **told)).error["code"] == -32602
        forged = {**told, "requestState": state[:-4] + "AAAA"}
        assert (await client.ask("tools/call", name="old__ask", arguments=ASK, **forged)).result["inputRequests"]


async def test_a_newer_client_that_lacks_what_is_needed_is_told_so(rig: Rig) -> None:
    async with rig.client() as http:
        answer = await ModernClient(http, capabilities={"roots": {}}).call("old__ask", **ASK)
    assert answer.status == 400
    assert answer.error["code"] == -32021
    assert answer.error["data"] == {"requiredCapabilities": {"elicitation": {}}}


async def test_an_older_client_is_asked_what_a_newer_server_needs(rig: Rig) -> None:
    async with rig.client() as http:
        client = await greeted(rig, http)
        said = await asked_on_the_stream(client, "all__test_input_required_result_elicitation", {"result": ANSWER})
    assert said[0]["method"] == "elicitation/create"
    assert "Ann" in said[-1]["result"]["content"][0]["text"]


async def test_a_client_that_leaves_ends_its_call(rig: Rig) -> None:
    async with rig.client() as http:
        client = ModernClient(http)
        body, headers = client.request("tools/call", name="old__sleep", arguments={})
        request = asyncio.ensure_future(http.post("/mcp", json=body, headers=headers))
        await until(lambda: rig.calls.in_flight == 1)
        request.cancel()
        await asyncio.wait([request])
        await until(lambda: bool(rig.records))
    assert rig.records[0].outcome == "abandoned"


async def test_an_older_client_cancels_with_a_word(rig: Rig) -> None:
    async with rig.client() as http:
        client = await greeted(rig, http)
        body = client.message("tools/call", {"name": "old__sleep", "arguments": {}})
        request = asyncio.ensure_future(client.post(body))
        await until(lambda: rig.calls.in_flight == 1)
        await client.notify("notifications/cancelled", requestId=body["id"])
        assert (await request).body is None
    assert rig.records[0].outcome == "abandoned"


async def test_a_call_that_the_end_of_the_gateway_cuts_says_so(rig: Rig) -> None:
    async with rig.client() as http:
        request = asyncio.ensure_future(ModernClient(http).call("old__sleep"))
        await until(lambda: rig.calls.in_flight == 1)
        rig.calls.stop()
        for task in rig.serving:
            task.cancel()
        answer = await request
    assert answer.result["isError"] is True
    assert answer.result["_meta"]["dev.switchgear/error"]["code"] == "shutting_down"
    assert rig.records[-1].outcome == "failed"


async def test_who_was_sent_elsewhere_is_told_when_that_is_done(rig: Rig) -> None:
    page = {"mode": "url", "url": "https://pay.example/1", "message": "Pay", "elicitationId": "e1"}
    async with rig.client() as http:
        client = await greeted(rig, http, {"elicitation": {"url": {}}})
        other = await greeted(rig, http)
        async with (
            http.stream("GET", "/mcp", headers=client.headers) as mine,
            http.stream("GET", "/mcp", headers=other.headers),
        ):
            await until(lambda: len(rig.front.hub) == 2)
            question = {"method": "elicitation/create", "params": page}
            await asked_on_the_stream(client, "old__ask", {"result": {"action": "accept"}}, **question)
            done = {"method": "notifications/elicitation/complete", "params": {"elicitationId": "e1"}}
            await other.call("old__notify", **done)
            assert await anext(events(mine)) == {"jsonrpc": "2.0", **done}
