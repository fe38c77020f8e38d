"""Sentence vectors for the gateway's own use, from the embedded embedding model in its process."""

from __future__ import annotations

import asyncio
import base64
from array import array
from collections.abc import Sequence
from typing import Final

import msgspec

from switchgear.core.errors import ModelUnavailable, SwitchgearError
from switchgear.providers.base import Operation, Outgoing, Provider
from switchgear.providers.local.hosting import ModelHost
from switchgear.providers.local.models import MINILM

_SECONDS: Final = 0.05
"""What a call can spare."""
_STARTING_SECONDS: Final = 60.0
_MOST_AT_ONCE: Final = 8
"""Vectors that are waited for at once; the model makes one after the other."""
_SIZE: Final = 384 * 4
_MOST_SEEN: Final = 250
"""The model sees 256 tokens; of a text with more, what it did not see could be anything."""
_encode = msgspec.json.Encoder().encode


class _Row(msgspec.Struct):
    embedding: str


class _Counted(msgspec.Struct):
    prompt_tokens: int


class _Rows(msgspec.Struct):
    data: list[_Row]
    usage: _Counted


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
        told = await self._soon(text)
        return array("f", told[0]) if told is not None else None

    async def packed(self, text: str) -> bytes | None:
        """The same as bytes, 32-bit floats; None also for a text that is longer than the model sees. Never raises."""
        told = await self._soon(text)
        return told[0] if told is not None and told[1] <= _MOST_SEEN else None

    async def all_packed(self, texts: Sequence[str]) -> list[bytes]:
        """The vectors of several texts, however long that takes. Raises ModelUnavailable, or what else went wrong."""
        await self._models.ready(MINILM.name, _STARTING_SECONDS)
        try:
            told = await self._asked(texts)
            return [base64.b64decode(row.embedding) for row in told.data]
        except ValueError as error:
            raise ModelUnavailable(f"{MINILM.name} answered with something that is no vector.") from error

    async def _soon(self, text: str) -> tuple[bytes, int] | None:
        """The vector and how many tokens the text has."""
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

    async def _made(self, text: str) -> tuple[bytes, int] | None:
        told = await self._asked(text)
        packed = base64.b64decode(told.data[0].embedding) if told.data else b""
        return (packed, told.usage.prompt_tokens) if len(packed) == _SIZE else None

    async def _asked(self, texts: str | Sequence[str]) -> _Rows:
        body = _encode({"model": MINILM.name, "input": texts, "encoding_format": "base64"})
        with await self._provider.send(Outgoing(Operation.EMBEDDING, "", MINILM.name, body)) as answer:
            return _rows.decode(await answer.body())

    def _start(self) -> None:
        if self._starting is None or self._starting.done():
            self._starting = asyncio.get_running_loop().create_task(self._until_ready(), name="sentence vectors")

    async def _until_ready(self) -> None:
        try:
            await self._models.ready(MINILM.name, _STARTING_SECONDS)
        except SwitchgearError:
            await asyncio.sleep(self._seconds)  # its state says why; who asks next starts it again
