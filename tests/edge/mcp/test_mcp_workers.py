"""Several workers of one gateway: whichever a request comes to, it is as if there were one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from mcp_rig import GreetedClient, ModernClient, Rig, events, fixture, serving
from tests.plugins.tool_servers import until

FORM = {"message": "Who are you?", "requestedSchema": {"type": "object", "properties": {}}}
ASK = {"method": "elicitation/create", "params": FORM}
ABLE = {"elicitation": {}}
ANSWER = {"action": "accept", "content": {"name": "Ann"}}

Both = tuple[Rig, Rig]


@pytest.fixture
async def both() -> AsyncIterator[Both]:
    async with (
        serving(old=fixture("2025-11-25")) as first,
        serving(beside=first, old=fixture("2025-11-25")) as second,
    ):
        yield first, second


async def test_a_session_is_known_everywhere_until_it_ends_anywhere(both: Both) -> None:
    first, second = both
    async with first.client() as here, second.client() as there:
        client = GreetedClient(here)
        await client.greet()
        client.http = there
        assert (await client.call("old__echo", a=1)).text == {"a": 1}
        assert (await there.delete("/mcp", headers=client.headers)).status_code == 204
        client.http = here
        async with asyncio.timeout(20):
            while (await client.ask("ping")).status != 404:
                await asyncio.sleep(0.01)


async def test_an_answer_that_comes_to_another_worker_finds_its_question(both: Both) -> None:
    first, second = both
    async with first.client() as here, second.client() as there:
        client = GreetedClient(here)
        await client.greet(capabilities=ABLE)
        body = client.message("tools/call", {"name": "old__ask", "arguments": ASK})
        async with here.stream("POST", "/mcp", json=body, headers=client.headers) as stream:
            messages = events(stream)
            question = await anext(messages)
            client.http = there
            await client.post({"jsonrpc": "2.0", "id": question["id"], "result": ANSWER})
            answer = await anext(messages)
    assert json.loads(answer["result"]["content"][0]["text"])["result"] == ANSWER


async def test_a_call_that_one_worker_holds_goes_on_through_another(both: Both) -> None:
    first, second = both
    async with first.client() as here, second.client() as there:
        asked = (await ModernClient(here, capabilities=ABLE).call("old__ask", **ASK)).result
        told = {"inputResponses": {"q1": ANSWER}, "requestState": asked["requestState"]}
        client = ModernClient(there, capabilities=ABLE)
        answer = await client.ask("tools/call", name="old__ask", arguments=ASK, **told)
        assert answer.text["result"] == ANSWER
        again = await client.ask("tools/call", name="old__ask", arguments=ASK, **told)
        assert again.error["code"] == -32602
    assert [record.outcome for record in first.records] == ["ok"]
    assert not second.records


async def test_a_call_held_by_a_worker_that_is_gone_is_not_waited_for(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("switchgear.edge.mcp.elsewhere.ACK_SECONDS", 0.1)
    first, second = both
    async with first.client() as here, second.client() as there:
        asked = (await ModernClient(here, capabilities=ABLE).call("old__ask", **ASK)).result
        first.front.close()
        told = {"inputResponses": {"q1": ANSWER}, "requestState": asked["requestState"]}
        client = ModernClient(there, capabilities=ABLE)
        assert (await client.ask("tools/call", name="old__ask", arguments=ASK, **told)).error["code"] == -32602


async def test_a_word_of_cancellation_reaches_the_worker_that_calls(both: Both) -> None:
    first, second = both
    async with first.client() as here, second.client() as there:
        client = GreetedClient(here)
        await client.greet()
        body = client.message("tools/call", {"name": "old__sleep", "arguments": {}})
        request = asyncio.ensure_future(here.post("/mcp", json=body, headers=client.headers))
        await until(lambda: first.calls.in_flight == 1)
        client.http = there
        await client.notify("notifications/cancelled", requestId=body["id"])
        assert (await request).status_code == 202
    assert first.records[0].outcome == "abandoned"


async def test_what_is_subscribed_at_one_worker_is_heard_on_a_stream_at_another(both: Both) -> None:
    first, second = both
    async with first.client() as here, second.client() as there:
        client = GreetedClient(here)
        await client.greet()
        async with there.stream("GET", "/mcp", headers=client.headers) as stream:
            await until(lambda: len(second.front.hub) == 1)
            await client.ask("resources/subscribe", uri="old+test://a")
            session = second.host.running("old")
            assert session is not None
            await until(lambda: session.watch.wanted)
            client.http = there
            await client.call("old__notify", method="notifications/resources/updated", params={"uri": "test://a"})
            assert (await anext(events(stream)))["params"] == {"uri": "old+test://a"}
            client.http = here
            await client.ask("resources/unsubscribe", uri="old+test://a")
            await until(lambda: not session.watch.wanted)
