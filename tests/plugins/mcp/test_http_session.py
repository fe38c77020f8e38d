"""Sessions with remote servers over streamable HTTP and over the older SSE transport, on real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from remote_server import RemoteServer, remote_server
from tool_servers import call, tool_params, until

from switchgear.core.errors import (
    PluginFailed,
    PluginUnauthorized,
    PluginUnavailable,
    ServerGone,
    ToolAnswerInvalid,
    ToolAnswerTooLarge,
    ToolServerError,
    ToolTimedOut,
)
from switchgear.plugins.mcp.asking import Asked, Caller
from switchgear.plugins.mcp.endpoint import Authorization, Endpoint, Fields, Fixed
from switchgear.plugins.mcp.http import HttpChannel
from switchgear.plugins.mcp.negotiation import open_session
from switchgear.plugins.mcp.remote import open_remote, remote_channel
from switchgear.plugins.mcp.session import Hooks, Session, Terms
from switchgear.plugins.mcp.sse import SseChannel
from switchgear.plugins.permissions import PluginLimits
from switchgear.providers.guard import PublicOnly, resolve
from switchgear.testing import unused_port

BOTH_LOOPS = True

LIMITS = PluginLimits(response_bytes=100_000, seconds=20)
NO_HOOKS = Hooks()
NOBODY = Fixed()


def endpoint(url: str, authorization: Authorization = NOBODY) -> Endpoint:
    return Endpoint("remote", url, resolve, authorization, LIMITS.response_bytes)


@asynccontextmanager
async def session_with(
    server: RemoteServer, hooks: Hooks = NO_HOOKS, authorization: Authorization = NOBODY
) -> AsyncIterator[Session]:
    """A session, closed afterwards."""
    made = endpoint(server.url, authorization)
    channel = SseChannel(made) if server.kind == "sse" else HttpChannel(made)
    known = "2024-11-05" if server.kind == "sse" else ""
    session = await open_session(channel, Terms("remote", LIMITS, hooks), known=known)
    try:
        yield session
    finally:
        await session.close(2.0)


KINDS = pytest.mark.parametrize(
    "settings",
    [
        {"revision": "2025-03-26"},
        {"revision": "2025-11-25"},
        {"revision": "2025-11-25", "answers": "sse"},
        {"revision": "2026-07-28"},
        {"revision": "2026-07-28", "answers": "sse"},
        {"revision": "2024-11-05", "kind": "sse"},
    ],
    ids=lambda each: "-".join(each.values()),
)


async def _hears(_asked: Asked) -> bytes:
    return b'{"role":"assistant"}'


# ------------------------------------------------------------ every kind


@KINDS
async def test_calls_of_many_clients_get_each_its_own_answer(settings: dict[str, Any]) -> None:
    async with remote_server(**settings) as server, session_with(server) as session:
        assert session.revision == settings["revision"]
        answers = await asyncio.gather(*(call(session, "echo", n=n, text="é") for n in range(40)))
        assert answers == [{"n": n, "text": "é"} for n in range(40)]
        assert session.dropped == 0
        with pytest.raises(ToolServerError, match="Unknown tool"):
            await call(session, "no such tool ✗\r\nx-evil: 1")


@KINDS
async def test_progress_comes_with_the_call(settings: dict[str, Any]) -> None:
    async with remote_server(**settings) as server, session_with(server) as session:
        got: list[Any] = []
        await session.request(
            "tools/call", tool_params("progress"), on_progress=lambda params: got.append(json.loads(params)),
            caller=Caller(progress_token=b'"t"'),
        )  # fmt: skip
        assert got == [{"progressToken": "t", "progress": 0}, {"progressToken": "t", "progress": 1}]


@pytest.mark.parametrize("settings", [{"revision": "2025-11-25"}, {"revision": "2024-11-05", "kind": "sse"}], ids=str)
async def test_what_the_server_asks_is_answered(settings: dict[str, Any]) -> None:
    asked: list[Asked] = []

    async def hears(one: Asked) -> bytes:
        asked.append(one)
        return await _hears(one)

    async with (
        remote_server(**settings) as server,
        session_with(server, Hooks({"sampling/createMessage": hears})) as session,
    ):
        answers = await asyncio.gather(
            *(call(session, "ask", Caller(context=n)) for n in range(3 if server.kind == "http" else 1))
        )
        assert [answer["result"] for answer in answers] == [{"role": "assistant"}] * len(answers)
        assert {one.caller.context for one in asked} == set(range(len(answers)))


# ------------------------------------------------------------ 2026-07-28


async def test_a_modern_request_says_in_its_fields_what_its_body_says() -> None:
    async with remote_server(revision="2026-07-28") as server, session_with(server) as session:
        fields = (("Mcp-Param-City", "Köln"), ("bad name:", "x"), ("Mcp-Param-Line", "a\r\nx-evil: 1"))
        headers = await call(session, "headers", Caller(headers=fields))
        assert headers["mcp-protocol-version"] == "2026-07-28"
        assert (headers["mcp-method"], headers["mcp-name"]) == ("tools/call", "headers")
        assert headers["mcp-param-city"] == "=?base64?S8O2bG4=?="
        assert headers["mcp-param-line"].startswith("=?base64?")
        assert "x-evil" not in headers
        assert "mcp-session-id" not in headers


async def test_a_request_about_a_task_says_in_its_fields_which() -> None:
    async with remote_server(revision="2026-07-28") as server, session_with(server) as session:
        await session.request("tasks/get", b'{"taskId":"t-1"}')
        (asked,) = server.asked("tasks/get")
        assert (asked.headers["mcp-method"], asked.headers["mcp-name"]) == ("tasks/get", "t-1")


async def test_a_modern_call_is_given_up_by_ending_its_request() -> None:
    async with remote_server(revision="2026-07-28") as server, session_with(server) as session:
        task = asyncio.ensure_future(call(session, "sleep"))
        await until(lambda: server.asked("tools/call"))
        task.cancel()
        await until(lambda: server.gone)
        assert server.asked("notifications/cancelled") == []
        with pytest.raises(ToolTimedOut):
            await session.request("tools/call", tool_params("sleep"), seconds=0.05)
        await until(lambda: server.gone == 2)


async def test_a_modern_server_tells_on_the_stream_it_was_asked_for_and_is_asked_again_when_that_breaks() -> None:
    heard: list[str] = []
    async with (
        remote_server(revision="2026-07-28") as server,
        session_with(server, Hooks(notified=lambda method, *_: heard.append(method))),
    ):
        await until(lambda: server.streams)
        assert server.asked("subscriptions/listen")[0].body["params"]["notifications"] == {"toolsListChanged": True}
        await server.tell("notifications/tools/list_changed")
        await until(lambda: heard)
        server.streams[0].transport.abort()
        await until(lambda: len(server.streams) == 2)
        await server.tell("notifications/tools/list_changed")
        await until(lambda: len(heard) == 2)


# ------------------------------------------------------------ 2025-11-25


async def test_a_session_is_named_in_every_request_and_ended() -> None:
    async with remote_server() as server:
        async with session_with(server) as session:
            headers = await call(session, "headers")
            assert headers["mcp-session-id"] == "session-1"
            assert headers["mcp-protocol-version"] == "2025-11-25"
            assert "mcp-method" not in headers
            order = [request.rpc for request in server.requests if request.method == "POST"]
            assert order == ["server/discover", "initialize", "notifications/initialized", "tools/call"]
            assert "mcp-protocol-version" not in server.asked("initialize")[0].headers
        assert server.sessions == set()
        assert server.requests[-1].method == "DELETE"


async def test_a_session_the_server_forgot_is_begun_anew_once_for_all_calls() -> None:
    renewed: list[int] = []
    async with remote_server() as server, session_with(server, Hooks(renewed=lambda: renewed.append(1))) as session:
        await session.watch.subscribe("file:///a")
        server.sessions.clear()
        answers = await asyncio.gather(*(call(session, "echo", n=n) for n in range(10)))
        assert answers == [{"n": n} for n in range(10)]
        assert len(server.asked("initialize")) == 2
        assert len(server.asked("notifications/initialized")) == 2
        assert renewed == [1]
        await until(lambda: len(server.asked("resources/subscribe")) == 2)


async def test_a_server_that_forgets_and_begins_no_session_fails_the_call() -> None:
    async with remote_server() as server, session_with(server) as session:
        server.sessions.clear()
        server.status["initialize"] = (500, b"")
        with pytest.raises(PluginFailed, match="forgot the session"):
            await call(session, "echo")
        server.status.clear()
        assert await call(session, "echo", n=1) == {"n": 1}


async def test_a_call_that_is_given_up_is_told_and_its_request_ended() -> None:
    async with remote_server() as server, session_with(server) as session:
        task = asyncio.ensure_future(call(session, "sleep"))
        await until(lambda: server.asked("tools/call"))
        task.cancel()
        await until(lambda: server.gone and server.asked("notifications/cancelled"))
        number = server.asked("tools/call")[0].body["id"]
        assert server.asked("notifications/cancelled")[0].body["params"]["requestId"] == number


async def test_a_stream_that_breaks_off_is_taken_up_again() -> None:
    async with remote_server() as server, session_with(server) as session:
        result = await session.request("tools/call", tool_params("broken"))
        assert json.loads(bytes(result))["content"][0]["text"] == "whole"
        taken_up = [request for request in server.requests if "last-event-id" in request.headers]
        assert [request.headers["last-event-id"] for request in taken_up] == ["before", "before"]


async def test_what_the_server_says_of_itself_comes_on_a_stream_that_is_kept_open() -> None:
    heard: list[str] = []
    hooks = Hooks(notified=lambda method, *_: heard.append(method))
    async with remote_server() as server, session_with(server, hooks):
        await until(lambda: server.streams)
        await server.tell("notifications/tools/list_changed")
        await until(lambda: heard == ["notifications/tools/list_changed"])
        server.streams[0].transport.abort()
        await until(lambda: len(server.streams) == 2)
        await server.tell("notifications/tools/list_changed")
        await until(lambda: len(heard) == 2)


async def test_a_server_without_such_a_stream_is_not_asked_again() -> None:
    async with remote_server(standing=False) as server, session_with(server) as session:
        await until(lambda: [request for request in server.requests if request.method == "GET"])
        await call(session, "echo")
        assert len([request for request in server.requests if request.method == "GET"]) == 1


# ------------------------------------------------------------ what goes wrong


@KINDS
async def test_an_answer_over_the_limit_fails_its_call(settings: dict[str, Any]) -> None:
    async with remote_server(**settings) as server, session_with(server) as session:
        with pytest.raises(ServerGone if server.kind == "sse" else ToolAnswerTooLarge, match=r"100000 bytes|too large"):
            await call(session, "big", bytes=5_000_000)
        if server.kind == "http":
            assert len(await call(session, "big", bytes=50_000)) == 50_000


async def test_an_event_without_end_is_not_kept() -> None:
    async with remote_server() as server, session_with(server) as session:
        with pytest.raises(ToolAnswerTooLarge):
            await call(session, "endless")


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, b"<html>oops", PluginFailed),
        (500, b'{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"oops"}}', ToolServerError),
        (400, b'{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"oops"}}', ToolServerError),
        (404, b"", PluginFailed),
        (202, b"", ToolAnswerInvalid),
        (200, b"<html>", ToolAnswerInvalid),
        (200, b'{"jsonrpc":"2.0","id":999,"result":{}}', ToolAnswerInvalid),
        (200, b"[]", ToolAnswerInvalid),
        (300, b"", PluginFailed),
    ],
)
async def test_an_answer_that_is_none_fails_its_call(status: int, body: bytes, error: type[PluginFailed]) -> None:
    async with remote_server(revision="2026-07-28") as server, session_with(server) as session:
        server.status["tools/call"] = (status, body)
        with pytest.raises(error):
            await call(session, "echo")
        server.status.clear()
        assert await call(session, "echo", n=1) == {"n": 1}


async def test_a_server_that_cannot_be_reached_is_told_so_and_may_come_back() -> None:
    with pytest.raises(ServerGone, match="Plugin remote cannot be reached"):
        await open_session(HttpChannel(endpoint(f"http://127.0.0.1:{unused_port()}/mcp")), Terms("remote"))


@pytest.mark.parametrize(
    "url", ["ftp://x/", "http://", "http://u:p@h/", "http://h/a b", "http://h/\r\nx: y", "http://[", "x" * 9]
)
def test_a_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(PluginUnavailable, match="no usable URL"):
        endpoint(url)


async def test_the_guard_judges_the_address_before_anything_is_sent() -> None:
    async with remote_server() as server:
        guarded = Endpoint("remote", server.url, PublicOnly(), NOBODY, 1000)
        with pytest.raises(PluginUnavailable, match="not a public address"):
            await open_session(HttpChannel(guarded), Terms("remote"))
        assert server.requests == []


async def test_a_redirect_is_followed_inside_the_origin_alone() -> None:
    async with remote_server(redirect="/mcp/") as server, session_with(server) as session:
        assert await call(session, "echo", n=1) == {"n": 1}
        assert server.asked("tools/call")[0].path == "/mcp/"
    async with remote_server(redirect="http://127.0.0.2/mcp/") as server:
        with pytest.raises(PluginFailed, match=r"another host, 127\.0\.0\.2"):
            await open_session(HttpChannel(endpoint(server.url)), Terms("remote"))


async def test_an_old_server_that_points_elsewhere_is_not_followed() -> None:
    async with remote_server(kind="sse", endpoint="http://127.0.0.2/messages") as server:
        with pytest.raises(ServerGone, match="on another host"):
            await open_session(SseChannel(endpoint(server.url)), Terms("remote"), known="2024-11-05")


async def test_an_old_server_whose_stream_ends_is_gone() -> None:
    async with remote_server(kind="sse", revision="2024-11-05") as server, session_with(server) as session:
        task = asyncio.ensure_future(call(session, "sleep"))
        await until(lambda: server.asked("tools/call"))
        server.streams[0].transport.abort()
        with pytest.raises((ServerGone, ToolServerError)):
            await task
        await until(lambda: session.gone)


# ------------------------------------------------------------ which transport


@KINDS
async def test_the_transport_of_a_url_is_found_out(settings: dict[str, Any]) -> None:
    async with remote_server(**settings) as server:
        session, transport = await open_remote(lambda: endpoint(server.url), Terms("remote", LIMITS))
        assert transport == settings.get("kind", "http")
        assert await call(session, "echo", n=1) == {"n": 1}
        await session.close()
        again = await open_session(
            remote_channel(endpoint(server.url), transport), Terms("remote"), known=session.revision
        )
        await again.close()


async def test_a_url_that_is_no_tool_server_says_why() -> None:
    async with remote_server() as server:
        server.status = {"server/discover": (404, b""), "initialize": (404, b""), "": (200, b"<html>")}
        with pytest.raises(PluginFailed, match="HTTP status 404"):
            await open_remote(lambda: endpoint(server.url), Terms("remote"))


# ------------------------------------------------------------ authorization


class _Renewing:
    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.challenges: list[str] = []

    async def fields(self) -> Fields:
        return (("authorization", f"Bearer {self.tokens[0]}"),)

    async def refused(self, status: int, challenge: str) -> bool:
        self.challenges.append(challenge)
        del self.tokens[0]
        return bool(self.tokens)


async def test_authorization_is_renewed_when_it_is_refused() -> None:
    async with remote_server(unauthorized={"Bearer new"}) as server:
        renewing = _Renewing("old", "new")
        async with session_with(server, authorization=renewing) as session:
            assert await call(session, "echo", n=1) == {"n": 1}
        assert renewing.challenges == ['Bearer resource_metadata="http://127.0.0.1/x"']


async def test_a_server_that_does_not_accept_us_says_how_to_sign_in() -> None:
    async with remote_server(unauthorized={"Bearer other"}) as server:
        with pytest.raises(PluginUnauthorized, match="sign in") as caught:
            await open_session(
                HttpChannel(endpoint(server.url, Fixed([("authorization", "Bearer x")]))), Terms("remote")
            )
        assert caught.value.challenge == 'Bearer resource_metadata="http://127.0.0.1/x"'
        assert len(server.requests) == 1
