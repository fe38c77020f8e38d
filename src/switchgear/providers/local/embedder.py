"""Sentence vectors for the gateway's own use, from the embedded embedding model in its process."""

from __future__ import annotations

import asyncio
import base64
from array import array
from collections.abc import Sequence
from typing import Final

import msgspec

from switchgear.core.errors import SwitchgearError
from switchgear.providers.base import Operation, Outgoing, Provider
from switchgear.providers.local.hosting import ModelHost
from switchgear.providers.local.models import MINILM

_SECONDS: Final = 0.05
"""What a call can spare."""
_STARTING_SECONDS: Final = 60.0
_MOST_AT_ONCE: Final = 8
"""Vectors that are waited for at once; the model makes one after the other."""
_SIZE: Final = 384 * 4
_encode = msgspec.json.Encoder().encode


class _Row(msgspec.Struct):
    embedding: str


class _Rows(msgspec.Struct):
    data: list[_Row]


_rows = msgspec.json.Decoder(_Rows)


class LocalEmbedder:
    """Makes vectors within ``seconds``. The model starts when it is first asked for, and until then there are none."""

    def __init__(self, models: ModelHost, provider: Provider, seconds: float = _SECONDS) -> None:
        self._models = models
        self._provider = provider
        self._seconds = seconds
        self._at_once = 0
        self._starting: asyncio.Task[None] | None = None

    async def vector(self, text: str) -> Sequence[float] | None:
        """The vector of a text; None when the model is not there, busy or too slow. Never raises."""
        if self._models.endpoint(MINILM.name) is None:
            self._start()
            return None
        if self._at_once >= _MOST_AT_ONCE:
            return None
        self._at_once += 1
        try:
            async with asyncio.timeout(self._seconds):
                return await self._made(text)
        except (TimeoutError, SwitchgearError, ValueError):  # msgspec's errors are ValueErrors, and so are base64's
            return None
        finally:
            self._at_once -= 1

    async def close(self) -> None:
        """Wait for the model no longer."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)

    async def _made(self, text: str) -> Sequence[float] | None:
        body = _encode({"model": MINILM.name, "input": text, "encoding_format": "base64"})
        with await self._provider.send(Outgoing(Operation.EMBEDDING, "", MINILM.name, body)) as answer:
            told = _rows.decode(await answer.body())
        packed = base64.b64decode(told.data[0].embedding) if told.data else b""
        return array("f", packed) if len(packed) == _SIZE else None

    def _start(self) -> None:
        if self._starting is None or self._starting.done():
            self._starting = asyncio.get_running_loop().create_task(self._until_ready(), name="sentence vectors")

    async def _until_ready(self) -> None:
        try:
            await self._models.ready(MINILM.name, _STARTING_SECONDS)
        except SwitchgearError:
            await asyncio.sleep(self._seconds)  # its state says why; who asks next starts it again
