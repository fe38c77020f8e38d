"""Streamable HTTP as hostile, old and careless clients use it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from mcp_rig import GreetedClient, ModernClient, Rig, Spoken, events, fixture, serving
from tests.plugins.tool_servers import until

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with serving(old=fixture("2025-11-25"), new=fixture("2026-07-28")) as rig:
        yield rig


# ---------------------------------------------------------------- who may


async def test_who_has_no_key_is_told_what_would_help(rig: Rig) -> None:
    async with rig.client(None) as http:
        answer = await http.post("/mcp", json=PING)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["error"]["data"] == {"code": "missing_api_key"}


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"host": "127.0.0.1.evil.example:80"},
    ],
)
async def test_pages_of_other_sites_do_not_get_in(rig: Rig, headers: dict[str, str]) -> None:
    async with rig.client(**headers) as http:
        answer = await http.post("/mcp", json=PING)
    assert answer.status_code == 403
    said = answer.json()["error"]["message"]
    assert ("Requests of /mcp are not taken from a page of another origin." in said) == ("origin" in headers)


async def test_a_page_of_its_own_gets_in(rig: Rig) -> None:
    async with rig.client(origin=rig.url) as http:
        assert (await http.post("/mcp", json=PING)).status_code == 200


# ---------------------------------------------------------------- what comes


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", -32700),
        (b"{", -32700),
        (b"[]", -32600),
        (b"[1,2]", -32600),
        (b'"ping"', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', -32602),
        (b'{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600),
        (b"[" * 100_000, -32700),
        (b'{"a":' * 100_000, -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"\xff"}', -32700),
    ],
)
async def test_what_makes_no_sense_is_refused_and_never_a_defect(rig: Rig, body: bytes, code: int) -> None:
    async with rig.client() as http:
        answer = await http.post("/mcp", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (200, 400)
    said = answer.json()
    said = said[0] if isinstance(said, list) else said
    assert said["error"]["code"] in (code, -32600)


METHODS = (
    "tools/call", "resources/read", "prompts/get", "completion/complete", "tasks/get", "tools/list", "resources/subscribe",
    "logging/setLevel", "initialize", "subscriptions/listen",
)  # fmt: skip
NAMES = (
    "name", "uri", "ref", "taskId", "cursor", "level", "protocolVersion", "capabilities", "arguments", "_meta", "notifications",
    "requestState", "inputResponses",
)  # fmt: skip


@pytest.mark.parametrize("value", [None, 1, "x", [], {"a": 1}, "\U0001f600\0", "a" * 10_000])
async def test_odd_params_are_refused_and_never_a_defect(rig: Rig, value: Any) -> None:
    async with rig.client() as http:
        for method in METHODS:
            for params in (dict.fromkeys(NAMES, value), {}, {"name": "old__echo", "arguments": value}):
                answer = await http.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
                assert answer.status_code < 500
                spoken = Spoken(answer)
                assert spoken.body["jsonrpc"] == "2.0"
                assert spoken.body.get("error", {}).get("code") != -32603


@pytest.mark.parametrize("kind", [ModernClient, GreetedClient])
@pytest.mark.parametrize(
    ("method", "params", "field"),
    [
        ("tools/call", {"name": "old__echo", "arguments": "str"}, "arguments"),
        ("tools/call", {"name": "old__echo", "arguments": [1]}, "arguments"),
        ("tools/call", {"name": 5, "arguments": {}}, "name"),
        ("tools/call", {"arguments": {}}, "name"),
        ("prompts/get", {"name": "old__greet", "arguments": 5}, "arguments"),
        ("prompts/get", {"name": ["x"]}, "name"),
        ("resources/read", {"uri": {}}, "uri"),
    ],
)
async def test_params_of_another_type_are_refused_by_name_and_reach_no_plugin(
    rig: Rig, kind: type[ModernClient | GreetedClient], method: str, params: dict[str, Any], field: str
) -> None:
    async with rig.client() as http:
        client = kind(http)
        if isinstance(client, GreetedClient):
            await client.greet()
        error = (await client.ask(method, **params)).error
    assert error["code"] == -32602
    assert f"{field} must be a" in error["message"]
    assert not rig.records


async def test_content_types_and_methods_that_are_not_spoken(rig: Rig) -> None:
    async with rig.client() as http:
        assert (await http.post("/mcp", content=b"{}", headers={"content-type": "text/plain"})).status_code == 415
        assert (await http.post("/mcp", json=PING, headers={"accept": "image/png"})).status_code == 406
        put = await http.put("/mcp", json=PING)
        assert (put.status_code, put.headers["allow"]) == (405, "POST")
        for method in ("GET", "DELETE"):
            answer = await http.request(method, "/mcp")
            assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
            assert f"/mcp answers {method} for a session alone" in answer.json()["error"]["message"]
            answer = await http.request(method, "/mcp", headers={"mcp-protocol-version": "2026-07-28"})
            assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
            assert "Revision 2026-07-28 has no sessions" in answer.json()["error"]["message"]
        client = GreetedClient(http)
        await client.greet()
        put = await http.put("/mcp", json=PING, headers=client.headers)
        assert (put.status_code, put.headers["allow"]) == (405, "GET, POST, DELETE")
        assert (
            await http.post("/mcp", content=b"x" * 1_000_001, headers={"content-type": "application/json"})
        ).status_code == 413
        assert (await http.post("/mcp/../etc", json=PING)).status_code in (404, 405)


async def test_a_client_that_takes_no_streams_gets_its_answer_whole(rig: Rig) -> None:
    async with rig.client(accept="application/json") as http:
        answer = await ModernClient(http).ask("tools/call", {"progressToken": 1}, name="old__progress", arguments={})
    assert answer.headers["content-type"] == "application/json"
    assert answer.text


# ---------------------------------------------------------------- sessions


async def test_a_session_is_its_keys_and_ends_when_it_is_told_to(rig: Rig) -> None:
    other = rig.add_key("other")
    async with rig.client() as http, rig.client(other) as stranger:
        client = GreetedClient(http)
        await client.greet()
        assert (await stranger.post("/mcp", json=PING, headers=client.headers)).status_code == 404
        assert (await http.post("/mcp/old", json=PING, headers=client.headers)).status_code == 404
        forged = client.headers["mcp-session-id"][:-3] + "abc"
        assert (await http.post("/mcp", json=PING, headers={"mcp-session-id": forged})).status_code == 404
        assert (await http.delete("/mcp", headers=client.headers)).status_code == 204
        assert (await http.post("/mcp", json=PING, headers=client.headers)).status_code == 404
        assert (await http.delete("/mcp", headers=client.headers)).status_code == 404


async def test_ten_thousand_sessions_are_not_remembered(rig: Rig) -> None:
    async with rig.client() as http:
        client = GreetedClient(http)
        for _ in range(50):
            await client.greet()
    greeted = rig.front.greeted
    assert not greeted._levels
    assert not greeted._ended


async def test_messages_come_several_at_once_in_the_revision_that_has_that(rig: Rig) -> None:
    async with rig.client() as http:
        client = GreetedClient(http)
        await client.greet("2025-03-26")
        batch = [
            {"jsonrpc": "2.0", "id": 1, "method": "ping"},
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
            {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "old__echo", "arguments": {"a": 1}}},
            {"jsonrpc": "2.0", "id": 3, "method": "initialize", "params": {}},
        ]
        answer = (await client.post(batch)).body
        assert {one["id"] for one in answer} == {1, 2, 3}
        assert next(one for one in answer if one["id"] == 3)["error"]["code"] == -32600
        assert (await client.post([{"jsonrpc": "2.0", "method": "notifications/initialized"}])).status == 202
        await client.greet("2025-11-25")
        assert (await client.post(batch)).status == 400


# ---------------------------------------------------------------- streams


async def test_an_older_client_hears_of_lists_and_resources_on_its_stream(rig: Rig) -> None:
    async with rig.client() as http:
        client = GreetedClient(http)
        await client.greet()
        await client.ask("resources/subscribe", uri="old+test://a")
        async with http.stream("GET", "/mcp", headers=client.headers) as stream:
            assert stream.headers["content-type"] == "text/event-stream"
            await until(lambda: len(rig.front.hub) == 1)
            messages = events(stream)
            rig.host.drop("new")
            assert (await anext(messages))["method"] == "notifications/tools/list_changed"
            await until(lambda: rig.host.running("old") is not None and rig.host.running("old").watch.wanted)  # type: ignore[union-attr]
            await client.call("old__notify", method="notifications/resources/updated", params={"uri": "test://a"})
            told = await anext(messages)
            assert told == {
                "jsonrpc": "2.0",
                "method": "notifications/resources/updated",
                "params": {"uri": "old+test://a"},
            }
        await until(lambda: len(rig.front.hub) == 0)
        session = rig.host.running("old")
        assert session is not None
        await until(lambda: not session.watch.wanted)


async def test_a_key_subscribes_to_so_many_resources_and_to_none_of_endless_names(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("switchgear.edge.mcp.hub.MOST_WISHES_OF_A_KEY", 1)
    async with rig.client() as http:
        client = GreetedClient(http)
        await client.greet()
        assert (await client.ask("resources/subscribe", uri="old+test://a")).result == {}
        await client.greet()
        assert "already" in (await client.ask("resources/subscribe", uri="old+test://b")).error["message"]
        endless = await client.ask("resources/read", uri="old+test://" + "a" * 10_000)
        assert endless.error["code"] == -32002


async def test_a_newer_client_listens_for_what_it_names(rig: Rig) -> None:
    async with rig.client() as http:
        client = ModernClient(http)
        wanted = {"toolsListChanged": True, "resourceSubscriptions": ["new+test://b", "gone+test://b"]}
        body, headers = client.request("subscriptions/listen", notifications=wanted)
        async with http.stream("POST", "/mcp", json=body, headers=headers) as stream:
            messages = events(stream)
            first = await anext(messages)
            assert first["method"] == "notifications/subscriptions/acknowledged"
            assert first["params"]["notifications"] == {
                "toolsListChanged": True,
                "resourceSubscriptions": ["new+test://b"],
            }
            meta = {"io.modelcontextprotocol/subscriptionId": body["id"]}
            assert first["params"]["_meta"] == meta
            session = rig.host.running("new")
            assert session is not None
            await until(lambda: session.watch.wanted)
            await ModernClient(http).call(
                "new__notify", method="notifications/resources/updated", params={"uri": "test://b"}
            )
            told = await anext(messages)
            assert told["params"] == {"uri": "new+test://b", "_meta": meta}
            rig.host.drop("old")
            assert await anext(messages) == {
                "jsonrpc": "2.0",
                "method": "notifications/tools/list_changed",
                "params": {"_meta": meta},
            }


async def test_a_stream_ends_when_its_key_is_revoked(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switchgear.edge.mcp.hub.KEEP_ALIVE_SECONDS", 0.05)
    key = rig.add_key("short")
    async with rig.client(key) as http:
        client = GreetedClient(http)
        await client.greet()
        async with http.stream("GET", "/mcp", headers=client.headers) as stream:
            await until(lambda: len(rig.front.hub) == 1)
            rig.add_key("short", revoked_at=1)
            assert [message async for message in events(stream)] == []


async def test_what_a_server_logs_reaches_the_client_whose_call_it_is(rig: Rig) -> None:
    note = {"method": "notifications/message", "params": {"level": "warning", "data": "careful"}}
    async with rig.client() as http:
        client = GreetedClient(http)
        await client.greet()
        assert [each["params"]["data"] for each in (await client.call("old__notify", **note)).messages] == ["careful"]
        await client.ask("logging/setLevel", level="error")
        assert (await client.call("old__notify", **note)).messages == []
        modern = ModernClient(http)
        assert (await modern.call("old__notify", **note)).messages == []
        level = {"io.modelcontextprotocol/logLevel": "info"}
        heard = await modern.ask("tools/call", level, name="old__notify", arguments=note)
        assert [each["method"] for each in heard.messages] == ["notifications/message"]


async def test_a_silent_call_becomes_a_stream_that_says_it_is_there(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switchgear.edge.mcp.answer.KEEP_ALIVE_SECONDS", 0.05)
    async with rig.client() as http:
        body, headers = ModernClient(http).request("tools/call", name="old__sleep", arguments={"seconds": 0.4})
        answer = await http.post("/mcp", json=body, headers=headers)
    assert answer.text.startswith(": still here")
    assert json.loads(answer.text.rpartition("data: ")[2])["result"]["content"][0]["text"] == "slept"
    await asyncio.sleep(0)
