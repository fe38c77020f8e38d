"""Vectors of texts from the embedded model, which runs in a process of its own."""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
from collections.abc import Sequence

import msgspec

from switchgear.core.errors import ModelUnavailable, SwitchgearError
from switchgear.providers.base import Operation, Outgoing, Provider

_log = logging.getLogger(__name__)
_MOST_TOKENS = 250
"""The model sees 256 tokens; of a text with more, what it did not see could be anything."""
_encode = msgspec.json.Encoder().encode


class _Row(msgspec.Struct):
    embedding: str


class _Counted(msgspec.Struct):
    prompt_tokens: int


class _Vectors(msgspec.Struct):
    data: list[_Row]
    usage: _Counted


_vectors = msgspec.json.Decoder(_Vectors)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, binascii.Error, IndexError)


class Embedder:
    """Asks ``provider``'s ``model``, and waits at most ``patience`` seconds for it: a call is not to wait for its cache."""

    def __init__(self, provider: Provider, model: str, patience: float = 2.0) -> None:
        self._provider = provider
        self._model = model
        self._patience = patience
        self._failing = False

    async def vector(self, text: str) -> bytes | None:
        """The unit vector of a text, as 32-bit floats; None where there is none to be had.

        That is so for a text that is longer than the model sees, and while the model does not answer.
        """
        try:
            async with asyncio.timeout(self._patience):
                told = await self._ask(text)
            vector = base64.b64decode(told.data[0].embedding, validate=True)
        except (SwitchgearError, TimeoutError, *_UNREADABLE) as error:
            if not self._failing:
                _log.warning("The embedding model does not answer; questions are not compared by meaning: %r", error)
            self._failing = True
            return None
        self._failing = False
        return vector if told.usage.prompt_tokens <= _MOST_TOKENS else None

    async def vectors(self, texts: Sequence[str]) -> list[bytes]:
        """The vectors of several texts, however long that takes; of long ones, only the beginning counts. Raises SwitchgearError."""
        try:
            told = await self._ask(texts)
            return [base64.b64decode(row.embedding, validate=True) for row in told.data]
        except _UNREADABLE as error:
            raise ModelUnavailable(f"{self._model} answered with something that is no vector.") from error

    async def _ask(self, texts: str | Sequence[str]) -> _Vectors:
        body = _encode({"model": self._model, "input": texts, "encoding_format": "base64"})
        with await self._provider.send(Outgoing(Operation.EMBEDDING, "", self._model, body)) as answer:
            return _vectors.decode(await answer.body())
