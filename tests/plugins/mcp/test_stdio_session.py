"""Sessions with real processes over pipes: many calls at once, each its own, whatever the server does."""

import asyncio
import json
import os
from typing import Any

import pytest
from msgspec import Raw
from tool_servers import call, server_channel, serving, text_of, tool_params, until

from switchgear.core.errors import (
    PluginBusy,
    PluginFailed,
    ServerGone,
    ToolAnswerInvalid,
    ToolAnswerTooLarge,
    ToolServerError,
    ToolTimedOut,
)
from switchgear.plugins.mcp.asking import NOBODY, Asked, Caller, Declined
from switchgear.plugins.mcp.negotiation import open_session
from switchgear.plugins.mcp.session import Hooks, Session, Terms
from switchgear.plugins.permissions import PluginLimits

BOTH_LOOPS = True

REVISIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]
BOTH = pytest.mark.parametrize("revision", ["2025-11-25", "2026-07-28"])


# ------------------------------------------------------------ the beginning


@pytest.mark.parametrize("revision", REVISIONS)
async def test_every_revision_is_spoken_to_a_server_of_it(revision: str) -> None:
    async with serving(revision) as session:
        assert session.revision == revision
        assert (session.server.name, session.server.version) == ("fixture", "1.2.3")
        assert session.server.instructions == "Be kind."
        assert session.server.offers("tools", "listChanged")
        assert session.server.offers("logging")
        assert not session.server.offers("logging", "listChanged")
        assert not session.server.offers("prompts")
        assert await call(session, "echo", text="héllo") == {"text": "héllo"}


async def test_a_server_that_ignores_what_it_does_not_know_is_greeted_in_the_older_way() -> None:
    async with serving("2025-11-25", "ignores-unknown", probe=0.05) as session:
        assert session.revision == "2025-11-25"


async def test_a_server_that_is_only_slow_is_still_spoken_to_in_the_newest_way() -> None:
    async with serving("2026-07-28", "modern-only", probe=0.0001) as session:
        assert session.revision == "2026-07-28"


async def test_a_revision_that_is_known_is_asked_for_first() -> None:
    channel = await server_channel("2025-11-25")
    session = await open_session(channel, Terms("fixture"), known="2025-11-25")
    assert (await call(session, "seen"))["methods"][:2] == ["initialize", "notifications/initialized"]
    await session.close()


async def test_a_server_that_was_replaced_by_a_newer_one_is_asked_again() -> None:
    channel = await server_channel("2026-07-28", "modern-only")
    session = await open_session(channel, Terms("fixture"), known="2025-06-18")
    assert session.revision == "2026-07-28"
    await session.close()


async def test_a_revision_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(ToolAnswerInvalid, match="1999-01-01"):
        async with serving("2025-11-25", "odd-revision"):
            pass


async def test_a_server_that_says_nothing_is_given_up() -> None:
    with pytest.raises(ToolTimedOut):
        await open_session(await server_channel("2025-11-25", "deaf"), Terms("fixture"), seconds=0.3, probe=0.1)


async def test_a_server_that_ends_at_once_is_told_with_its_last_words() -> None:
    channel = await server_channel("2025-11-25", "dies-at-start")
    with pytest.raises(ServerGone, match="status 7"):
        await open_session(channel, Terms("fixture"))
    assert channel.last_words() == ("ready",)


# ------------------------------------------------------------ many at once


@BOTH
async def test_many_calls_at_once_get_each_its_own_answer(revision: str) -> None:
    async with serving(revision, limits=PluginLimits(concurrency=64)) as session:
        answers = await asyncio.gather(*(call(session, "echo", number=number) for number in range(300)))
        assert answers == [{"number": number} for number in range(300)]
        assert session.busy == 0
        assert session.dropped == 0


@BOTH
async def test_progress_reaches_the_call_it_is_of_with_the_callers_own_token(revision: str) -> None:
    async with serving(revision) as session:
        got: dict[str, list[Any]] = {"a": [], "b": [], "none": []}

        async def run(name: str, token: bytes) -> Any:
            return text_of(
                await session.request(
                    "tools/call",
                    json.dumps({"name": "progress", "_meta": {"progressToken": "not this"}}).encode(),
                    on_progress=lambda params: got[name].append(json.loads(params)),
                    caller=Caller(progress_token=token),
                )
            )

        tokens = await asyncio.gather(run("a", b'"mine"'), run("b", b"7"), run("none", b""))
        assert len(set(tokens)) == 3
        assert got["a"] == [{"progressToken": "mine", "progress": step, "message": f"step {step}"} for step in range(3)]
        assert [each["progressToken"] for each in got["b"]] == [7, 7, 7]
        assert [each["progress"] for each in got["none"]] == [0, 1, 2]
        assert "progressToken" not in got["none"][0]


async def test_a_call_that_nobody_follows_asks_for_no_progress() -> None:
    async with serving("2025-11-25") as session:
        params = json.dumps({"name": "meta", "_meta": {"progressToken": 1, "traceparent": "00-1"}}).encode()
        assert text_of(await session.request("tools/call", params)) == {"traceparent": "00-1"}


async def test_each_modern_request_says_who_asks_and_what_the_client_can_do() -> None:
    async with serving("2026-07-28") as session:
        said = await call(session, "meta")
        assert said["io.modelcontextprotocol/protocolVersion"] == "2026-07-28"
        assert said["io.modelcontextprotocol/clientInfo"]["name"] == "switchgear"
        assert said["io.modelcontextprotocol/clientCapabilities"] == {"sampling": {}}
        said = await call(session, "meta", Caller(capabilities=b'{"elicitation":{}}'))
        assert said["io.modelcontextprotocol/clientCapabilities"] == {"elicitation": {}}


@BOTH
async def test_a_caller_that_gives_up_ends_the_call_at_the_server(revision: str) -> None:
    async with serving(revision) as session:
        task = asyncio.ensure_future(call(session, "sleep", answers=True))
        await until(lambda: session.busy)
        while "tools/call" not in (await call(session, "seen"))["methods"][:-1]:
            pass
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: session.dropped == 1)  # it answered all the same, too late
        assert "notifications/cancelled" in (await call(session, "seen"))["methods"]
        assert session.busy == 0


async def test_a_call_ends_when_its_time_is_up_and_the_server_is_told() -> None:
    async with serving("2025-11-25", limits=PluginLimits(seconds=0.2)) as session:
        with pytest.raises(ToolTimedOut, match=r"tools/call within 0\.2 s"):
            await call(session, "sleep")
        assert (
            "notifications/cancelled"
            in text_of(await session.request("tools/call", tool_params("seen"), seconds=20))["methods"]
        )


async def test_calls_wait_for_a_place_and_too_many_are_refused() -> None:
    async with serving("2025-11-25", limits=PluginLimits(concurrency=1)) as session:
        first = asyncio.ensure_future(call(session, "sleep"))
        await until(lambda: session.busy == 1)
        with pytest.raises(PluginBusy, match="no room"):
            await session.request("tools/call", tool_params("echo"), seconds=0.05)
        waiting = [asyncio.ensure_future(call(session, "echo", n=n)) for n in range(32)]
        await until(lambda: session.busy == 33)
        with pytest.raises(PluginBusy, match="32 waiting"):
            await call(session, "echo")
        waiting.pop().cancel()
        first.cancel()
        assert await asyncio.gather(*waiting) == [{"n": n} for n in range(31)]
        assert session.busy == 0


async def test_a_session_can_be_drained() -> None:
    async with serving("2025-11-25") as session:
        assert await session.finish(0)
        running = asyncio.ensure_future(call(session, "sleep", seconds=0.1))
        await until(lambda: session.busy)
        assert not await session.finish(0.001)
        assert await session.finish(20)
        assert await running == "slept"


# ------------------------------------------------------------ errors


async def test_an_error_of_the_server_is_carried_as_it_came() -> None:
    async with serving("2025-11-25") as session:
        with pytest.raises(ToolServerError, match="it broke") as caught:
            await call(session, "fail", code=-32042)
        assert caught.value.rpc_code == -32042
        assert caught.value.rpc_message == "it broke"
        assert json.loads(caught.value.rpc_data) == {"why": "because"}
        with pytest.raises(ToolServerError) as unknown:
            await session.request("no/such")
        assert unknown.value.rpc_code == -32601


async def test_calls_of_a_server_that_ends_are_told_so_and_so_is_the_owner() -> None:
    async with serving("2025-11-25") as session:
        told: list[str] = []
        session.on_closed = lambda _, reason: told.append(reason)
        other = asyncio.ensure_future(call(session, "sleep"))
        await until(lambda: session.busy)
        with pytest.raises(ServerGone, match="ended with status 3"):
            await call(session, "leave", text='{"jsonrpc":"2.0","id":')
        with pytest.raises(ServerGone):
            await other
        with pytest.raises(ServerGone):
            await call(session, "echo")
        assert told == ["its process ended with status 3"]
        assert session.last_words()[-1] == "I am leaving now"


# ------------------------------------------------------------ hostile servers


@pytest.mark.parametrize(
    "text",
    [
        "garbage\n",
        "\n\n  \n\r\n",
        "\x00\xff\xfe\n",
        "[]\n",
        "[[[[1]]]]\n",
        "{}\n",
        "null\n",
        '{"jsonrpc":"2.0","id":99999,"result":{}}\n',
        '{"jsonrpc":"2.0","id":null,"result":{}}\n',
        '{"jsonrpc":"2.0","id":"{id}x","result":{}}\n',
        '{"jsonrpc":"2.0","id":[1],"result":{}}\n',
        '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":{id},"progress":"x"}}\n',
        '{"jsonrpc":"2.0","method":"notifications/progress","params":[]}\n',
        '{"jsonrpc":"2.0","method":"notifications/progress"}\n',
        '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"s1"}}\n',
        '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}\n',
        '{"jsonrpc":"2.0","method":"notifications/cancelled"}\n',
        '{"jsonrpc":"2.0","id":{id},"method":"ping"}\n',
        '{"jsonrpc":"2.0","id":null,"method":"ping"}\n',
        '{"jsonrpc":"2.0","id":1.5,"method":"nonsense","params":5}\n',
        "{" * 50_000 + "\n",
    ],
)
async def test_nonsense_between_frames_changes_nothing(text: str) -> None:
    async with serving("2025-11-25") as session:
        assert await call(session, "raw", text=text, answers=True) == "written"
        assert await call(session, "echo", still=1) == {"still": 1}
        assert not session.gone


@pytest.mark.parametrize(
    "text",
    [
        '{"jsonrpc":"2.0","id":{id},"result":5}\n',
        '{"jsonrpc":"2.0","id":{id},"result":null}\n',
        '{"jsonrpc":"2.0","id":{id}}\n',
        '{"jsonrpc":"2.0","id":{id},"result":{"a":"\xff"}}\n',
        '{"jsonrpc":"2.0","id":{id},"result":{"a":"\\ud800"}}\n',
        '{"jsonrpc":"2.0","id":{id},"result":' + "[" * 5000 + "]" * 5000 + "}\n",
        '{"result":{"a":nonsense},"jsonrpc":"2.0","id":{id}}\n',
    ],
)
async def test_an_answer_that_cannot_be_used_fails_its_call_alone(text: str) -> None:
    async with serving("2025-11-25") as session:
        other = asyncio.ensure_future(call(session, "sleep", seconds=0.2))
        with pytest.raises(ToolAnswerInvalid):
            await call(session, "raw", text=text)
        assert await other == "slept"


@pytest.mark.parametrize("error", ["5", "{}", '{"code":"x","message":[]}', '{"code":1e99,"message":"m"}'])
async def test_an_odd_error_object_is_an_error_of_the_server(error: str) -> None:
    async with serving("2025-11-25") as session:
        with pytest.raises(ToolServerError):
            await call(session, "raw", text='{"jsonrpc":"2.0","id":{id},"error":' + error + "}\n")


async def test_an_error_without_an_id_is_of_the_only_call_there_is() -> None:
    async with serving("2026-07-28") as session:
        with pytest.raises(ToolServerError, match="Parse error"):
            await call(
                session, "raw", text='{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}\n'
            )


async def test_a_second_answer_is_dropped_and_a_batch_is_read() -> None:
    async with serving("2025-03-26") as session:
        answer = '{"jsonrpc":"2.0","id":{id},"result":{"content":[{"type":"text","text":"%s"}]}}'
        assert await call(session, "raw", text=f"{answer % 'first'}\n{answer % 'second'}\n", answers=True) == "first"
        assert await call(session, "raw", text=f"[{answer % 'batched'},5]\n") == "batched"
        assert session.dropped >= 2


@pytest.mark.parametrize("last", [False, True])
async def test_an_answer_over_the_limit_fails_its_call_and_the_connection_stays(last: bool) -> None:
    async with serving("2025-11-25", limits=PluginLimits(response_bytes=100_000)) as session:
        other = asyncio.ensure_future(call(session, "sleep", seconds=0.3))
        with pytest.raises(ToolAnswerTooLarge, match="100000 bytes"):
            await call(session, "big", bytes=3_000_000, last=last)
        assert len(await call(session, "big", bytes=90_000, last=last)) == 90_000
        assert await other == "slept"


@pytest.mark.parametrize(
    ("text", "error"),
    [('{"jsonrpc":"2.0","id":{id},"result":{"a":"', ToolAnswerTooLarge), ("no frame ", ToolAnswerTooLarge)],
)
async def test_a_line_that_never_ends_fails_what_waits_and_ends_the_process(
    text: str, error: type[PluginFailed]
) -> None:
    async with serving("2025-11-25", limits=PluginLimits(response_bytes=100_000, seconds=60)) as session:
        gone: list[str] = []
        session.on_closed = lambda _session, reason: gone.append(reason)
        with pytest.raises(error, match="100000 bytes"):
            await call(session, "unending", text=text)
        await until(lambda: gone)
        assert "without ending the line" in gone[0]
        with pytest.raises(ServerGone, match="without ending the line"):
            await call(session, "echo")


async def test_of_several_that_wait_none_does_so_for_a_line_that_never_ends() -> None:
    async with serving("2025-11-25", limits=PluginLimits(response_bytes=100_000, seconds=60)) as session:
        calls = [asyncio.ensure_future(call(session, "sleep", seconds=50)) for _ in range(2)]
        with pytest.raises(ServerGone, match="without ending the line"):
            await call(session, "unending", text="no frame ")
        for each in calls:
            with pytest.raises(ServerGone):
                await each


async def test_a_server_that_asks_and_never_reads_fills_nobodys_memory() -> None:
    async with serving("2025-11-25") as session:
        assert await call(session, "flood", times=30_000) == "flooded"
        assert await call(session, "echo", still=1) == {"still": 1}


@pytest.mark.parametrize("to", ["people", "client"])
async def test_a_server_that_never_stops_talking_is_read_slowly(to: str) -> None:
    heard: list[bytes] = []
    async with serving("2025-11-25", hooks=Hooks(noise=heard.append), limits=PluginLimits(seconds=60)) as session:
        talking = asyncio.ensure_future(call(session, "talk", line="a\n", times=300_000, to=to))
        if to == "people":
            await until(lambda: session.last_words()[-1] == "a")
        else:
            await until(lambda: len(heard) > 20_000)
            assert not talking.done()
            assert len(heard) < 100_000
        talking.cancel()


async def test_a_large_request_and_a_large_answer_pass() -> None:
    async with serving("2025-11-25") as session:
        text = "é" * 400_000
        answers = await asyncio.gather(*(call(session, "echo", text=text) for _ in range(3)))
        assert all(answer == {"text": text} for answer in answers)


async def test_what_is_no_frame_is_handed_to_whoever_listens() -> None:
    noise: list[bytes] = []
    async with serving("2025-11-25", hooks=Hooks(noise=noise.append)) as session:
        await call(session, "raw", text="Starting server…\n".encode().decode("latin-1"), answers=True)
        assert [each.strip() for each in noise] == ["Starting server…".encode()]


async def test_a_listener_that_fails_costs_the_others_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    async with serving("2025-11-25", hooks=Hooks(notified=broken)) as session:
        assert await call(session, "notify", method="notifications/message") == "told"
        assert await call(session, "echo", still=1) == {"still": 1}
    assert "A listener to plugin fixture failed" in caplog.text


# ------------------------------------------------------------ what the server asks


class _Client:
    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.go = asyncio.Event()
        self.ended: list[str] = []

    async def sampling(self, asked: Asked) -> bytes:
        self.asked.append(asked)
        return b'{"role":"assistant",\n"content":{"type":"text","text":"yes"}}'

    async def slow(self, asked: Asked) -> bytes:
        self.asked.append(asked)
        try:
            await self.go.wait()
        finally:
            self.ended.append(asked.method)
        return b"{}"

    async def declines(self, asked: Asked) -> bytes:
        raise Declined(-1, "the user said no", b'{"why":1}')

    async def broken(self, asked: Asked) -> bytes:
        raise ZeroDivisionError

    def hooks(self) -> Hooks:
        return Hooks(
            {
                "sampling/createMessage": self.sampling,
                "elicitation/create": self.slow,
                "roots/list": self.declines,
                "x/broken": self.broken,
            }
        )


async def test_what_a_server_asks_is_answered_for_the_call_it_belongs_to(caplog: pytest.LogCaptureFixture) -> None:
    client = _Client()
    async with serving("2025-11-25", hooks=client.hooks()) as session:
        caller = Caller(context="client 1")
        answer = await call(session, "ask", caller, method="sampling/createMessage", params={"messages": []})
        assert answer["result"]["content"]["text"] == "yes"
        assert client.asked == [Asked("sampling/createMessage", Raw(b'{"messages":[]}'), caller, "fixture")]
        assert (await call(session, "ask", method="roots/list"))["error"] == {
            "code": -1, "message": "the user said no", "data": {"why": 1},
        }  # fmt: skip
        assert (await call(session, "ask", method="no/such"))["error"]["code"] == -32601
        assert (await call(session, "ask", method="ping"))["result"] == {}
        assert (await call(session, "ask", method="x/broken"))["error"]["code"] == -32603
    assert "ZeroDivisionError" in caplog.text


async def test_with_several_calls_under_way_nobody_is_taken_for_the_one_asked() -> None:
    client = _Client()
    async with serving("2025-11-25", hooks=client.hooks()) as session:
        other = asyncio.ensure_future(call(session, "sleep"))
        await until(lambda: session.busy)
        await call(session, "ask", Caller(context="client 1"), method="sampling/createMessage")
        assert client.asked[0].caller is NOBODY
        other.cancel()


async def test_the_clock_of_a_call_stands_still_while_the_client_is_asked() -> None:
    client = _Client()
    async with serving("2025-11-25", hooks=client.hooks(), limits=PluginLimits(seconds=2)) as session:
        task = asyncio.ensure_future(call(session, "ask", method="elicitation/create"))
        await until(lambda: client.asked)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(task), 2.2)
        client.go.set()
        assert (await task)["result"] == {}


async def test_what_is_asked_ends_with_the_call_and_when_the_server_takes_it_back() -> None:
    client = _Client()
    async with serving("2025-11-25", hooks=client.hooks()) as session:
        task = asyncio.ensure_future(call(session, "ask", method="elicitation/create"))
        await until(lambda: client.asked)
        task.cancel()
        await until(lambda: client.ended == ["elicitation/create"])
        task = asyncio.ensure_future(call(session, "ask", method="elicitation/create"))
        await until(lambda: len(client.asked) == 2)
        await call(session, "notify", method="notifications/cancelled", params={"requestId": "s2"})
        await until(lambda: len(client.ended) == 2)
        task.cancel()


# ------------------------------------------------------------ what the server tells


class _Listener:
    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []

    def notified(self, method: str, params: Raw, caller: Caller) -> None:
        self.heard.append((method, json.loads(bytes(params) or b"null")))

    @property
    def methods(self) -> list[str]:
        return [method for method, _ in self.heard]


@BOTH
async def test_notifications_reach_who_listens(revision: str) -> None:
    listener = _Listener()
    async with serving(revision, hooks=Hooks(notified=listener.notified)) as session:
        await call(session, "notify", method="notifications/tools/list_changed")
        await call(session, "notify", method="notifications/message", params={"level": "info", "data": "x"})
        assert listener.heard == [
            ("notifications/tools/list_changed", {}),
            ("notifications/message", {"level": "info", "data": "x"}),
        ]


async def test_what_a_server_tells_belongs_to_the_only_call_under_way() -> None:
    callers: list[Caller] = []
    hooks = Hooks(notified=lambda method, params, caller: callers.append(caller))
    said = {"method": "notifications/message", "params": {"level": "info", "data": "x"}}
    async with serving("2025-11-25", hooks=hooks) as session:
        caller = Caller(context="client 1")
        await call(session, "notify", caller, **said)
        other = asyncio.ensure_future(call(session, "sleep"))
        await until(lambda: session.busy)
        await call(session, "notify", caller, **said)
        other.cancel()
    assert callers == [caller, NOBODY]


async def test_a_resource_is_subscribed_to_while_anyone_wants_it() -> None:
    async with serving("2025-11-25") as session:
        await session.watch.subscribe("file:///a")
        await session.watch.subscribe("file:///a")
        await session.watch.unsubscribe("file:///a")
        assert (await call(session, "seen"))["subscribed"] == ["file:///a"]
        await session.watch.unsubscribe("file:///a")
        await session.watch.unsubscribe("file:///never")
        seen = await call(session, "seen")
        assert seen["subscribed"] == []
        assert seen["methods"].count("resources/subscribe") == 1


async def test_a_modern_server_is_asked_to_tell_of_lists_and_of_resources_that_are_wanted() -> None:
    async with serving("2026-07-28") as session:
        lists = {"toolsListChanged": True, "resourcesListChanged": True}
        assert (await call(session, "seen"))["listens"] == [lists]
        await session.watch.subscribe("file:///a")
        assert (await call(session, "seen"))["listens"] == [{**lists, "resourceSubscriptions": ["file:///a"]}]
        await session.watch.unsubscribe("file:///a")
        assert (await call(session, "seen"))["listens"] == [lists]


# ------------------------------------------------------------ the end


async def test_a_server_that_does_not_stop_is_ended() -> None:
    session: Session
    async with serving("2025-11-25", "stays") as session:
        pid = await call(session, "pid")
    assert session.gone == "it was stopped"
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
