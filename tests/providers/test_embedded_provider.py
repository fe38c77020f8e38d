"""The embedded provider: whichever process serves the model now, waited for while it starts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from switchgear.core.errors import ModelNotFound, ModelUnavailable, ProviderError
from switchgear.core.secrets import Secret
from switchgear.providers.base import Operation
from switchgear.providers.embedded import EmbeddedProvider
from switchgear.providers.local.child import Endpoint
from switchgear.providers.local.embedded import EmbeddedModels
from switchgear.testing import Gate, ReadBody, ScriptedProvider, faults

BOTH_LOOPS = True
BODY = b'{"model":"m","messages":[{"role":"user","content":"hi"}]}'


class Models:
    """Embedded models without processes: a test says where they answer."""

    names = ("m", "n")

    def __init__(self) -> None:
        self.endpoints: dict[str, Endpoint] = {}
        self.failed = ""
        self.waits = 0
        self._changed = asyncio.Event()

    def serve(self, name: str, provider: ScriptedProvider, key: str) -> None:
        self.endpoints[name] = Endpoint(provider.base_url, Secret(key))
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


@asynccontextmanager
async def embedded(models: Models) -> AsyncIterator[EmbeddedProvider]:
    provider = EmbeddedProvider("local", cast("EmbeddedModels", models))
    try:
        yield provider
    finally:
        provider.close()


async def ask(provider: EmbeddedProvider, model: str = "m") -> bytes:
    with await provider.send(Operation.CHAT, model, BODY) as answer:
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


async def test_the_environments_proxy_is_not_asked_for_a_loopback_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    models = Models()
    async with ScriptedProvider() as child, embedded(models) as provider:
        models.serve("m", child, "k")
        assert b"hi" in await ask(provider)
