"""The stages of a call by themselves, with a real provider object and a scripted upstream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest

from switchgear.access.keys import Keyring, hash_secret, new_secret
from switchgear.access.roles import ADMIN, CALL
from switchgear.core.calls import CallRecord
from switchgear.core.canonical import Call
from switchgear.core.errors import (
    InternalError,
    ModelNotAllowed,
    ModelNotFound,
    ProviderDisconnected,
    ProviderError,
    StoreUnavailable,
    SwitchgearError,
    UnknownKey,
)  # fmt: skip
from switchgear.core.secrets import Secret
from switchgear.events.bus import EventBus
from switchgear.observe.logs import LogControl
from switchgear.pipeline.attempt import Attempts
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.model_call import ModelCalls
from switchgear.pipeline.prepare import Preparation
from switchgear.pipeline.record import Recorder
from switchgear.pipeline.shapes import shapes_for
from switchgear.providers.base import Operation
from switchgear.providers.catalogue import Catalog
from switchgear.providers.openai import OpenAIProvider
from switchgear.providers.transport import OriginSettings
from switchgear.routing.directory import Deployment, Directory, Model
from switchgear.routing.router import Router
from switchgear.routing.rules import RouteRules
from switchgear.store.keys import Key, KeySecret
from switchgear.testing import FaultUpstream, Gate, Plan, chat_chunk, chat_stream, faults, sse, tokens

PEPPER = b"p" * 32
PROVIDER_KEY = "4f9a8b7c6d5e4f9a8b7c6d5e01234567"


class NoImages:
    """Stands where calls without images do not look."""

    async def prepare(self, call: Call, deployment: Deployment) -> bool:
        raise AssertionError("there are none")


class Written:
    """A reply that keeps what it was told, and the order of it."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.text = b""
        self.pressure: Callable[[bool], None] | None = None
        self.fail_at = ""

    def _note(self, what: str, data: bytes = b"") -> None:
        if what == self.fail_at:
            raise RuntimeError("told to nobody")
        self.order.append(what)
        self.text += data

    def whole(self, call: ModelCall, body: bytes) -> None:
        self._note("whole", body)

    def begin(self, call: ModelCall) -> None:
        self._note("begin")

    def write(self, events: bytes) -> None:
        self._note("write", events)

    def end(self, events: bytes) -> None:
        self._note("end", events)

    def listen(self, pressure: Callable[[bool], None] | None) -> None:
        self.pressure = pressure or self.pressure


class Rig:
    """The stages with all they need, and the records they published."""

    def __init__(self, upstream: FaultUpstream) -> None:
        self.upstream = upstream
        self.records: list[CallRecord] = []
        self.commit: Callable[[], Any] | None = None
        self.token = new_secret().reveal().encode()
        self.keyring = Keyring(PEPPER)
        self.admit(("fast", "test/*"))
        bus = EventBus()
        bus.subscribe(CallRecord, self.records.append)
        self.provider = OpenAIProvider(OriginSettings("test", upstream.base_url), Secret(PROVIDER_KEY))
        self.directory = Directory({"test": self.provider}, Catalog.load(), {"test": ["alpha"]}, {"test": "openai"})
        deployment = self.directory.deployment(self.provider, "gpt-4o-mini")
        self.directory.define(Model("fast", (deployment,), rules=RouteRules(attempts=1)))
        self.directory.define(Model("hidden", (deployment,), rules=RouteRules(attempts=1)))
        self.logs = LogControl()
        self.recorder = Recorder(bus)
        attempts = Attempts(Preparation(NoImages(), shapes_for), self.recorder, self.logs)
        self.calls = ModelCalls(
            self.keyring, lambda: self.directory, self.recorder, self.logs, (Router(random=lambda: 0.0), attempts)
        )

    def admit(self, models: tuple[str, ...], scopes: tuple[str, ...] = (CALL,)) -> None:
        held = KeySecret(hash_secret(PEPPER, self.token), "", 0)
        self.keyring.load([Key("key_1", "ci", models, scopes, 0, None, None, "test", (held,))])

    def begin(self) -> ModelCall:
        call = self.calls.begin(Operation.CHAT)
        self.calls.authenticate(call, self.token)
        return call

    async def run(self, model: str = "fast", reply: Written | None = None, **fields: Any) -> Written:
        """One call to its end."""
        written = reply or Written()
        await self.calls.run(self.begin(), request(model, **fields), written)
        return written


def request(model: str, *, stream: bool = False, wants_usage: bool = False, **fields: Any) -> ModelRequest:
    body = {"model": model, "messages": [], **({"stream": True} if stream else {}), **fields}
    raw = {name: msgspec.Raw(json.dumps(value).encode()) for name, value in body.items()}
    return ModelRequest(model, stream, raw, wants_usage, 40)


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with FaultUpstream() as upstream:
        made = Rig(upstream)
        yield made
        made.provider.close()


# ---------------------------------------------------------------- calls that end well


async def test_a_whole_answer_is_recorded_before_it_is_given(rig: Rig) -> None:
    rig.upstream.answer(faults.ok({"choices": [{}], "usage": tokens(1000, 500)}))
    reply = await rig.run()
    assert reply.order == ["whole"]
    (record,) = rig.records
    assert (record.outcome, record.status, record.error, record.attempts) == ("ok", 200, "", 1)
    assert (record.model, record.provider, record.deployment) == ("fast", "test", "gpt-4o-mini")
    assert (record.usage.prompt_tokens, record.usage.completion_tokens) == (1000, 500)
    assert record.cost == 1000 * 150 + 500 * 600  # nano-dollars: $0.15 and $0.60 a million
    assert record.key_id == "key_1"
    assert record.first_token_ms is None  # it came at once; a time to the first token is a stream's
    assert rig.calls.in_flight == 0


async def test_a_stream_ends_only_when_its_record_is_committed(rig: Rig) -> None:
    seen: list[list[str]] = []
    reply = Written()

    async def committed() -> None:
        seen.append(list(reply.order))
        assert len(rig.records) == 1

    rig.recorder._committed = committed
    rig.upstream.answer(faults.stream(chat_stream(usage=tokens(3, 2))))
    await rig.run(reply=reply, stream=True)
    assert len(seen) == 1
    assert "begin" in seen[0]
    assert "end" not in seen[0]
    assert reply.order[-1] == "end"
    assert reply.text.endswith(b"data: [DONE]\n\n")
    assert b"[DONE]" not in reply.text[:-14]


async def test_a_record_that_cannot_be_committed_ends_the_call_with_an_error(rig: Rig) -> None:
    async def refused() -> None:
        raise StoreUnavailable("The disk is full.")

    rig.recorder._committed = refused
    rig.upstream.answer(faults.stream())
    reply = Written()
    with pytest.raises(StoreUnavailable):
        await rig.run(reply=reply, stream=True)
    assert "end" not in reply.order
    assert len(rig.records) == 1  # published once, not a second time as failed


# ---------------------------------------------------------------- what is sent


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (..., {"include_usage": True}),
        (None, {"include_usage": True}),
        ({}, {"include_usage": True}),
        ({"include_usage": False}, {"include_usage": True}),
        ({"include_usage": None, "x": 1}, {"include_usage": True, "x": 1}),
    ],
)
async def test_usage_is_asked_for_when_the_client_did_not(rig: Rig, options: Any, expected: dict[str, Any]) -> None:
    rig.upstream.answer(faults.stream())
    fields = {} if options is ... else {"stream_options": options}
    await rig.run(stream=True, **fields)
    sent = rig.upstream.requests[-1].json
    assert sent == {"model": "gpt-4o-mini", "messages": [], "stream": True, "stream_options": expected}


async def test_a_client_that_asked_for_usage_sees_it(rig: Rig) -> None:
    rig.upstream.answer(faults.stream(chat_stream(usage=tokens(3, 2))))
    options = {"include_usage": True}
    reply = await rig.run(stream=True, wants_usage=True, stream_options=options)
    assert rig.upstream.requests[-1].json["stream_options"] == options
    assert b'"total_tokens":5' in reply.text


async def test_a_provider_that_may_not_be_asked_for_usage_is_not(rig: Rig) -> None:
    rig.provider.stream_usage = False
    rig.upstream.answer(faults.stream())
    await rig.run(stream=True)
    assert "stream_options" not in rig.upstream.requests[-1].json
    assert rig.records[0].usage.estimated


async def test_a_whole_answer_asks_for_nothing(rig: Rig) -> None:
    await rig.run(temperature=0.5)
    assert rig.upstream.requests[-1].json == {"model": "gpt-4o-mini", "messages": [], "temperature": 0.5}


# ---------------------------------------------------------------- calls that do not end well


@pytest.mark.parametrize(("model", "error"), [("fats", ModelNotFound), ("hidden", ModelNotAllowed)])
async def test_a_model_that_may_not_be_called_is_refused_before_anything_is_sent(
    rig: Rig, model: str, error: type[SwitchgearError]
) -> None:
    call = rig.begin()
    with pytest.raises(error) as raised:
        await rig.calls.run(call, request(model), Written())
    rig.calls.failed(call, raised.value)
    (record,) = rig.records
    assert (record.outcome, record.status, record.provider) == ("refused", raised.value.http_status, "")
    assert rig.upstream.requests == []


async def test_a_call_without_a_key_is_not_recorded(rig: Rig) -> None:
    call = rig.calls.begin(Operation.CHAT)
    with pytest.raises(UnknownKey) as raised:
        rig.calls.authenticate(call, b"sk-sg-" + b"x" * 40)
    rig.calls.failed(call, raised.value)
    assert rig.records == []


async def test_a_failed_call_is_recorded_once(rig: Rig) -> None:
    rig.upstream.answer(faults.hang_up())
    call = rig.begin()
    with pytest.raises(ProviderDisconnected) as raised:
        await rig.calls.run(call, request("fast"), Written())
    rig.calls.failed(call, raised.value)
    rig.calls.left(call)
    (record,) = rig.records
    assert (record.outcome, record.status, record.error) == ("failed", 502, "provider_disconnected")
    assert record.first_token_ms is None
    assert rig.calls.in_flight == 0


async def test_a_call_that_is_cancelled_is_recorded_as_abandoned_and_ends_upstream(rig: Rig) -> None:
    rig.upstream.answer(faults.stall_mid_stream())
    reply = Written()
    task = asyncio.create_task(rig.run(reply=reply, stream=True))
    await rig.upstream.until(lambda: "write" in reply.order)
    assert rig.calls.in_flight == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (record,) = rig.records
    assert (record.outcome, record.status, record.error) == ("abandoned", 499, "client_closed_request")
    assert record.usage.estimated
    assert record.usage.prompt_tokens == 10
    assert record.usage.completion_tokens > 0
    assert record.cost
    assert rig.calls.in_flight == 0
    await rig.upstream.until(lambda: rig.upstream.connections[0].closed_at)


@pytest.mark.parametrize("where", ["whole", "begin", "write", "end"])
async def test_a_defect_is_an_internal_error_and_recorded(rig: Rig, where: str) -> None:
    rig.upstream.always(faults.ok() if where == "whole" else faults.stream())
    reply = Written()
    reply.fail_at = where
    with pytest.raises(InternalError) as raised:
        await rig.run(reply=reply, stream=where != "whole")
    assert "told to nobody" not in raised.value.message
    assert "told to nobody" in (raised.value.cause or "")
    assert len(rig.records) == 1
    assert rig.calls.in_flight == 0


QUOTA = {"error": {"message": f"Key {PROVIDER_KEY} is over quota", "param": f"key={PROVIDER_KEY}"}}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "plan",
    [
        faults.status(400, QUOTA),
        faults.ok(QUOTA),
        faults.ok(QUOTA | {"usage": {"prompt_tokens": 1, "completion_tokens": 0}}),
        faults.ok([QUOTA]),
        faults.ok({"error": QUOTA["error"]["message"]}),
        faults.ok({"error": [QUOTA["error"]["message"]]}),
        faults.stream([QUOTA]),
        faults.stream([QUOTA], done=False),
        faults.stream([chat_chunk("a"), QUOTA]),
        faults.ok(b"Key", {"content-type": f"text/plain; key={PROVIDER_KEY}"}),
    ],
    ids=[
        "refusal", "in body", "with usage", "in a list", "text", "texts", "event", "event at the end", "later event",
        "content-type",
    ],
)  # fmt: skip
async def test_no_error_shows_the_providers_key(rig: Rig, plan: Plan, *, stream: bool) -> None:
    rig.upstream.answer(plan)
    reply = Written()
    with pytest.raises(ProviderError) as raised:
        await rig.run(reply=reply, stream=stream)
    error = raised.value
    shown = f"{error.message} {error.advice} {error.param} {error.cause} {error.__cause__} {reply.text!r}"
    assert PROVIDER_KEY not in shown
    assert (error.provider, rig.records[0].error) == ("test", error.code)


# ---------------------------------------------------------------- back-pressure


async def test_a_reply_under_pressure_holds_the_provider(rig: Rig) -> None:
    gate = Gate()
    first = faults.stream([chat_chunk("a")], done=False)[:-1]
    rest = faults.stream([chat_chunk("b"), chat_chunk(finish_reason="stop")])[2:]
    rig.upstream.answer(first, gate, rest)
    reply = Written()
    task = asyncio.create_task(rig.run(reply=reply, stream=True))
    await rig.upstream.until(lambda: b'"a"' in reply.text)
    assert reply.pressure is not None
    reply.pressure(True)
    gate.open()
    connection = rig.upstream.connections[0]
    sent = len(sse([chat_chunk("b")]))
    await rig.upstream.until(lambda: connection.bytes_sent > sent)
    for _ in range(20):  # the loop turns: bytes that wait would have come by now
        await asyncio.sleep(0)
    assert b'"b"' not in reply.text
    reply.pressure(False)
    await task
    assert b'"b"' in reply.text


# ---------------------------------------------------------------- debug lines on demand


@pytest.mark.parametrize(("scopes", "shown"), [((CALL, ADMIN), True), ((CALL,), False)])
async def test_only_a_call_with_an_admin_key_can_be_debugged(rig: Rig, scopes: tuple[str, ...], shown: bool) -> None:
    rig.admit(("*",), scopes)
    call = rig.begin()
    with rig.calls.debugged(call):
        assert rig.logs.debug_enabled is shown
    assert rig.logs.debug_enabled is False


async def test_limits_are_settled_before_the_books_have_the_call() -> None:
    happened: list[str] = []
    bus = EventBus()
    bus.subscribe(CallRecord, lambda record: happened.append("booked"))
    call = ModelCall("req_1", Operation.CHAT)
    call.settle = lambda: happened.append("settled")
    await Recorder(bus).record(call)
    assert happened == ["settled", "booked"]
