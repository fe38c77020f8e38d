"""Sentence vectors for the gateway's own use: from the real model, in time or not at all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from switchgear.core.errors import ModelUnavailable
from switchgear.providers.base import Provider
from switchgear.providers.embedded import EmbeddedProvider
from switchgear.providers.local.embedded import EmbeddedModels, EmbeddedSettings
from switchgear.providers.local.embedder import LocalEmbedder
from switchgear.providers.local.models import MINILM

needs_model = pytest.mark.skipif(bool(MINILM.missing()), reason='needs the extra "local"')


class Body:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def __enter__(self) -> Body:
        return self

    def __exit__(self, *exc: object) -> None:
        return

    async def body(self) -> bytes:
        return self._body


class Scripted:
    """A provider that answers with a body, an error, or never."""

    def __init__(self, answer: bytes | Exception | None) -> None:
        self.answer = answer

    async def send(self, outgoing: object) -> Body:
        if self.answer is None:
            await asyncio.Event().wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return Body(cast("bytes", self.answer))


class Ready:
    """Models that are ready, or are started by the first who asks."""

    def __init__(self, *, ready: bool = True) -> None:
        self.started = 0
        self._ready = ready

    def endpoint(self, name: str) -> object | None:
        return object() if self._ready else None

    async def ready(self, name: str, timeout: float) -> object:
        self.started += 1
        raise ModelUnavailable("not here")


def embedder(answer: bytes | Exception | None, models: Ready | None = None, seconds: float = 5.0) -> LocalEmbedder:
    return LocalEmbedder(cast("Any", models or Ready()), cast("Provider", Scripted(answer)), seconds)


@pytest.mark.parametrize(
    "answer",
    [b"", b"{}", b'{"data": []}', b'{"data": [{"embedding": "AAAA"}]}', b'{"data": [{"embedding": "%%%"}]}', ModelUnavailable("gone")],
)  # fmt: skip
async def test_what_is_no_vector_is_none(answer: bytes | Exception) -> None:
    assert await embedder(answer).vector("x") is None


async def test_nobody_waits_longer_than_a_call_can_spare() -> None:
    assert await embedder(None, seconds=0.01).vector("x") is None


async def test_only_so_many_wait_at_once() -> None:
    slow = embedder(None, seconds=30)
    waiting = [asyncio.create_task(slow.vector("x")) for _ in range(8)]
    await asyncio.sleep(0)
    assert await slow.vector("x") is None
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_model_that_is_not_there_is_started_and_not_waited_for() -> None:
    models = Ready(ready=False)
    one = embedder(b"", models, seconds=0.01)
    assert await one.vector("x") is None
    assert await one.vector("x") is None
    await asyncio.sleep(0)
    assert models.started == 1
    await one.close()


@pytest.fixture
async def models() -> AsyncIterator[EmbeddedModels]:
    made = EmbeddedModels(EmbeddedSettings(threads=1), commands={"smollm2": ["sleep", "60"]})
    made.start()
    yield made
    await made.stop()


@needs_model
async def test_the_real_model_makes_vectors_that_tell_texts_apart(models: EmbeddedModels) -> None:
    provider = EmbeddedProvider("local", models)
    one = LocalEmbedder(models, provider, seconds=10)
    deadline = time.monotonic() + 60
    vector = await one.vector("What is the capital of France?")
    while vector is None and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
        vector = await one.vector("What is the capital of France?")
    near, far = (
        await one.vector("Which city is France's capital?"),
        await one.vector("Prove this theorem by induction."),
    )
    assert vector is not None
    assert near is not None
    assert far is not None
    assert len(vector) == 384

    def likeness(left: Any, right: Any) -> float:
        return float(sum(a * b for a, b in zip(left, right, strict=True)))

    assert likeness(vector, vector) == pytest.approx(1.0, abs=0.01)
    assert likeness(vector, near) > likeness(vector, far) + 0.3
    await one.close()
    provider.close()
