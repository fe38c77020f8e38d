"""A server that says anything at all: every call ends, in its own answer or a typed error, and nothing is raised at the channel."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from switchgear.core.errors import PluginError, ProviderResponseTooLarge
from switchgear.plugins.mcp.channel import Outgoing, Receiver
from switchgear.plugins.mcp.endpoint import EventReader
from switchgear.plugins.mcp.session import Hooks, Server, Session, Terms

CALLS = 3
RESULT = {"content": [{"type": "text", "text": "the answer"}]}
METHODS = [
    "notifications/progress",
    "notifications/cancelled",
    "notifications/message",
    "ping",
    "sampling/createMessage",
    "",
    "x",
]
NUMBERS = st.integers(-2, CALLS + 2) | st.sampled_from(["1", "2", "01", 1.0, 2.5, None, True, "x", 10**30, [], {}])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PARAMS = JSON | st.fixed_dictionaries({"progressToken": NUMBERS, "requestId": NUMBERS, "progress": JSON})
FRAMES = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0") | JSON,
        "id": NUMBERS,
        "method": st.sampled_from(METHODS) | JSON,
        "params": PARAMS,
        "result": st.just(RESULT) | JSON,
        "error": st.fixed_dictionaries({}, optional={"code": JSON, "message": JSON, "data": JSON}) | JSON,
    },
)
SAID = st.lists(FRAMES | st.lists(FRAMES, max_size=3) | st.binary(max_size=40), max_size=8)


class SilentChannel:
    """A channel to nobody, which keeps what it is given to send."""

    under_pressure = False

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.receiver: Receiver | None = None

    def start(self, receiver: Receiver) -> None:
        self.receiver = receiver

    def send(self, frame: bytes, call: Outgoing | None = None) -> None:
        self.sent.append(frame)

    def give_up(self, call: Outgoing, frame: bytes) -> None:
        self.sent.append(frame)

    def agreed(self, revision: str) -> None:
        pass

    def last_words(self) -> Sequence[str]:
        return ()

    async def drain(self) -> None:
        pass

    async def close(self, grace_seconds: float) -> None:
        if self.receiver is not None:
            self.receiver.closed("it was stopped")


def _bytes(said: Any) -> bytes:
    return said if isinstance(said, bytes) else json.dumps(said).encode()


@settings(max_examples=300)
@given(SAID, st.sampled_from(["2025-11-25", "2026-07-28"]))
def test_whatever_is_said_every_call_ends(said: list[Any], revision: str) -> None:
    async def talk() -> None:
        heard: list[object] = []
        channel = SilentChannel()
        session = Session(channel, Terms("p", hooks=Hooks(notified=lambda *what: heard.append(what))))  # type: ignore[arg-type]
        channel.start(session)
        session.adopt(revision, Server())
        calls = [
            asyncio.ensure_future(session.request("tools/call", b'{"name":"x"}', on_progress=heard.append, seconds=60))
            for _ in range(CALLS)
        ]
        await asyncio.sleep(0)
        for each in said:
            session.frame(_bytes(each))
        await asyncio.sleep(0)
        for number in range(1, CALLS + 1):
            session.frame(_bytes({"jsonrpc": "2.0", "id": number, "result": RESULT}))
        for call in calls:
            with contextlib.suppress(PluginError):  # a hostile answer came first
                assert isinstance(json.loads(bytes(await call)), dict)
        await session.close()
        for frame in channel.sent:
            assert frame.count(b"\n") == 1
            json.loads(frame)

    asyncio.run(talk())


async def test_an_answer_reaches_its_own_call_among_garbage() -> None:
    channel = SilentChannel()
    session = Session(channel, Terms("p"))  # type: ignore[arg-type]
    channel.start(session)
    session.adopt("2026-07-28", Server())
    calls = [asyncio.ensure_future(session.request("tools/call", b"{}")) for _ in range(2)]
    await asyncio.sleep(0)
    for garbage in (
        b"",
        b"null",
        b"[]",
        b"[[]]",
        b"\xff",
        b'{"id":3,"result":{}}',
        b'{"id":null,"error":{}}',
        b"[" * 10_000,
    ):
        session.frame(garbage)
    session.frame(b'[{"id":2,"result":{"n":2}},{"id":1,"result":{"n":1}}]')
    assert [json.loads(bytes(each)) for each in await asyncio.gather(*calls)] == [{"n": 1}, {"n": 2}]
    await session.close()


EVENTS = st.lists(
    st.fixed_dictionaries(
        {"data": JSON},
        optional={"kind": st.sampled_from(["message", "endpoint", "ping"]), "number": st.sampled_from("123")},
    ),
    max_size=5,
)


@given(EVENTS, st.sampled_from(["\n", "\r\n", "\r"]), st.data())
def test_events_come_out_as_they_went_in_however_they_are_cut(events: list[Any], end: str, data: st.DataObject) -> None:
    stream = b"".join(
        end.join(
            [
                f"event: {each.get('kind', 'message')}",
                f"data: {json.dumps(each['data'])}",
                f"id: {each.get('number', '9')}",
                "",
                "",
            ]
        ).encode()
        for each in events
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    reader, got = EventReader("p", 4096), []
    for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        got += reader.feed(stream[start:stop])
    got += reader.feed(b": end\n\n")
    assert [(each.kind, json.loads(each.data), each.id) for each in got] == [
        (each.get("kind", "message"), each["data"], each.get("number", "9")) for each in events
    ]


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_any_bytes_are_events_or_too_many(pieces: list[bytes]) -> None:
    reader = EventReader("p", 256)
    with contextlib.suppress(ProviderResponseTooLarge):
        for piece in pieces:
            for event in reader.feed(piece):
                assert isinstance(event.data, bytes)


def test_an_event_without_an_end_is_refused() -> None:
    with pytest.raises(ProviderResponseTooLarge):
        EventReader("p", 256).feed(b"data: " + b"x" * 1000)


def test_a_result_is_passed_as_it_came() -> None:
    async def talk() -> Raw:
        channel = SilentChannel()
        session = Session(channel, Terms("p"))  # type: ignore[arg-type]
        channel.start(session)
        session.adopt("2025-11-25", Server())
        call = asyncio.ensure_future(session.request("tools/call", b"{}"))
        await asyncio.sleep(0)
        session.frame(b'{"result": {"a":  1.0e2, "a": "\\u00e9" } , "id":1, "jsonrpc":"2.0"}')
        return await call

    assert bytes(asyncio.run(talk())) == b'{"a":  1.0e2, "a": "\\u00e9" }'
