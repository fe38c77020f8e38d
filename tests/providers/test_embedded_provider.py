"""The embedded provider: whichever process serves the model now, waited for while it starts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from switchgear.core.errors import (
    ContextLengthExceeded,
    ModelNotFound,
    ModelUnavailable,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
    RequestError,
)
from switchgear.core.secrets import Secret
from switchgear.providers.base import Operation, Outgoing
from switchgear.providers.embedded import EmbeddedProvider
from switchgear.providers.local.child import Endpoint
from switchgear.providers.local.embedded import EmbeddedModels
from switchgear.testing import Gate, ReadBody, ScriptedProvider, Send, faults, unused_port
from switchgear.testing.http1 import response

BOTH_LOOPS = True
BODY = b'{"model":"m","messages":[{"role":"user","content":"hi"}]}'


class Models:
    """Embedded models without processes: a test says where they answer."""

    names = ("m", "n")

    def __init__(self) -> None:
        self.endpoints: dict[str, Endpoint] = {}
        self.failed = ""
        self.ended = False
        self.waits = 0
        self._changed = asyncio.Event()

    def serve(self, name: str, provider: ScriptedProvider, key: str) -> None:
        self.move(name, Endpoint(provider.base_url, Secret(key)))

    def move(self, name: str, endpoint: Endpoint) -> None:
        self.endpoints[name] = endpoint
        self._changed.set()

    def endpoint(self, name: str) -> Endpoint | None:
        if name not in self.names:
            raise ModelNotFound(f"No {name}.")
        return self.endpoints.get(name)

    async def ready(self, name: str, timeout: float) -> Endpoint:
        self.waits += 1
        if self.failed:
            raise ModelUnavailable(self.failed)
        async with asyncio.timeout(timeout):
            while name not in self.endpoints:
                self._changed.clear()
                await self._changed.wait()
        return self.endpoints[name]

    async def gone(self, name: str, endpoint: Endpoint, timeout: float) -> bool:
        if self.ended and self.endpoints.get(name) == endpoint:
            del self.endpoints[name]
        return self.endpoints.get(name) != endpoint


def chat(model: str, body: bytes) -> Outgoing:
    return Outgoing(Operation.CHAT, "chat", model, body)


@asynccontextmanager
async def embedded(models: Models) -> AsyncIterator[EmbeddedProvider]:
    provider = EmbeddedProvider("local", cast("EmbeddedModels", models))
    try:
        yield provider
    finally:
        provider.close()


async def ask(provider: EmbeddedProvider, model: str = "m") -> bytes:
    with await provider.send(chat(model, BODY)) as answer:
        return await answer.body()


async def test_calls_reach_the_models_process_with_its_key() -> None:
    models = Models()
    async with ScriptedProvider(api_key="k1") as child, embedded(models) as provider:
        models.serve("m", child, "k1")
        assert b"hi" in await ask(provider)
        assert b"hi" in await ask(provider)
        assert (len(child.connections), models.waits) == (1, 0)
        assert await provider.list_models() == ["m", "n"]


async def test_after_a_restart_calls_go_to_the_new_process_and_old_connections_end() -> None:
    models = Models()
    async with (
        ScriptedProvider(api_key="k1") as old,
        ScriptedProvider(api_key="k2") as new,
        embedded(models) as provider,
    ):
        models.serve("m", old, "k1")
        await ask(provider)
        models.serve("m", new, "k2")
        await ask(provider)
        assert (len(old.requests), len(new.requests)) == (1, 1)
        await old.until(lambda: old.connections[0].closed_at)


async def test_a_call_under_way_at_a_restart_of_another_process_ends_first() -> None:
    models = Models()
    gate = Gate()
    async with ScriptedProvider() as old, ScriptedProvider() as new, embedded(models) as provider:
        old.plan(ReadBody(), gate, faults.ok({"last": 1})[1:])
        models.serve("m", old, "k")
        call = asyncio.ensure_future(ask(provider))
        await old.until(lambda: gate.reached)
        models.serve("m", new, "k")
        await ask(provider)
        gate.open()
        assert await call == b'{"last":1}'
        await old.until(lambda: old.connections[0].closed_at)


async def test_the_processes_of_two_models_are_used_side_by_side() -> None:
    models = Models()
    async with ScriptedProvider() as first, ScriptedProvider() as second, embedded(models) as provider:
        models.serve("m", first, "k")
        models.serve("n", second, "k")
        for _ in range(3):
            await ask(provider, "m")
            await ask(provider, "n")
        assert [len(child.connections) for child in (first, second)] == [1, 1]


async def test_a_model_that_starts_is_waited_for() -> None:
    models = Models()
    async with ScriptedProvider(api_key="k") as child, embedded(models) as provider:
        calls = [asyncio.ensure_future(ask(provider)) for _ in range(3)]
        while models.waits < 3:
            await asyncio.sleep(0)
        assert not child.requests
        models.serve("m", child, "k")
        assert all(b"hi" in told for told in await asyncio.gather(*calls))


async def test_a_model_that_failed_is_unavailable_with_the_reason() -> None:
    models = Models()
    models.failed = "smollm2 failed: the model file is truncated"
    async with embedded(models) as provider:
        with pytest.raises(ModelUnavailable, match="truncated"):
            await ask(provider)


async def test_what_a_process_says_is_shown_without_its_key() -> None:
    models = Models()
    key = "4f9a8b7c6d5e4f9a8b7c6d5e01234567"
    async with ScriptedProvider(api_key=key) as child, embedded(models) as provider:
        models.serve("m", child, key)
        await ask(provider)
        assert provider.redact(f"no {key}, no sk-0123456789") == "no [redacted], no sk-[redacted]"


async def test_an_unknown_model_is_not_found() -> None:
    async with embedded(Models()) as provider:
        with pytest.raises(ModelNotFound):
            await ask(provider, "x")


async def test_a_process_that_dies_in_a_call_is_a_providers_error() -> None:
    models = Models()
    async with ScriptedProvider() as child, embedded(models) as provider:
        child.plan(faults.hang_up("reset")[1:])
        models.serve("m", child, "k")
        with pytest.raises(ProviderError):
            await ask(provider)


def gone(key: str = "k") -> Endpoint:
    return Endpoint(f"http://127.0.0.1:{unused_port()}/v1", Secret(key))


async def waiting(models: Models, call: asyncio.Future[bytes]) -> None:
    while not models.waits and not call.done():
        await asyncio.sleep(0.001)


async def test_a_process_found_gone_is_waited_for_once_and_the_call_answered_by_the_next() -> None:
    models = Models()
    models.endpoints["m"] = gone()
    models.ended = True
    async with ScriptedProvider() as new, embedded(models) as provider:
        call = asyncio.ensure_future(ask(provider))
        await waiting(models, call)
        models.serve("m", new, "k2")
        assert b"hi" in await call
        assert (models.waits, len(new.requests)) == (1, 1)


async def test_a_process_that_ends_before_it_has_answered_anything_is_waited_for_too() -> None:
    models = Models()
    models.ended = True
    async with ScriptedProvider() as old, ScriptedProvider() as new, embedded(models) as provider:
        old.plan(faults.hang_up("reset"))
        models.serve("m", old, "k")
        call = asyncio.ensure_future(ask(provider))
        await waiting(models, call)
        models.serve("m", new, "k2")
        assert b"hi" in await call
        assert (len(old.requests), len(new.requests)) == (1, 1)


async def test_a_process_found_gone_twice_is_not_asked_again() -> None:
    models = Models()
    models.endpoints["m"] = gone()
    models.ended = True
    async with embedded(models) as provider:
        call = asyncio.ensure_future(ask(provider))
        await waiting(models, call)
        models.move("m", gone("k2"))
        with pytest.raises(ProviderUnreachable):
            await call
        assert models.waits == 1


async def test_a_process_found_gone_that_does_not_come_back_is_unavailable() -> None:
    models = Models()
    models.endpoints["m"] = gone()
    models.ended = True
    models.failed = "m is failed: out of memory"
    async with embedded(models) as provider:
        with pytest.raises(ModelUnavailable, match="out of memory"):
            await ask(provider)


async def test_what_the_model_cannot_be_asked_does_not_reach_its_process() -> None:
    models = Models()
    async with ScriptedProvider() as child, embedded(models) as provider:
        models.serve("m", child, "k")
        with pytest.raises(RequestError, match="messages must not be empty"):
            await provider.send(chat("m", b'{"model":"m","messages":[]}'))
        with pytest.raises(RequestError, match=r"Use all-minilm-l6-v2\."):
            await provider.send(Outgoing(Operation.EMBEDDING, "", "smollm2", b'{"model":"smollm2","input":"hi"}'))
        assert (child.requests, models.waits) == ([], 0)


async def test_the_process_is_told_how_long_the_answer_may_be() -> None:
    models = Models()
    async with ScriptedProvider() as child, embedded(models) as provider:
        models.serve("m", child, "k")
        await ask(provider)
        assert json.loads(child.requests[0].body)["max_tokens"] == 1024


@pytest.mark.parametrize(
    ("kind", "told", "shown"),
    [
        (ProviderRefused, {"message": "top_k is no number"}, "m: top_k is no number."),
        (
            ContextLengthExceeded,
            {"message": "request (9 tokens) exceeds the available context size (8 tokens), try increasing it"},
            "m: request (9 tokens) exceeds the available context size (8 tokens).",
        ),
    ],
)
async def test_a_refusal_is_told_without_a_provider_and_ends_with_a_full_stop(
    kind: type[ProviderRefused], told: dict[str, str], shown: str
) -> None:
    models = Models()
    async with ScriptedProvider() as child, embedded(models) as provider:
        child.plan(ReadBody(), Send(response({"error": told}, 400)))
        models.serve("m", child, "k")
        with pytest.raises(ProviderRefused) as raised:
            await ask(provider)
    assert (type(raised.value), raised.value.message) == (kind, shown)
    assert raised.value.upstream_status == 400
    assert "provider" not in raised.value.advice


async def test_the_environments_proxy_is_not_asked_for_a_loopback_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    models = Models()
    async with ScriptedProvider() as child, embedded(models) as provider:
        models.serve("m", child, "k")
        assert b"hi" in await ask(provider)
