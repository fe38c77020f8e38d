"""Which tools mean what is asked for: sentence vectors of their definitions, made beside the calls.

Imported only where there is an embedded model, since it needs numpy. A vector is made once of each text, and kept while a tool has it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Final, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from switchgear.core.errors import SwitchgearError
from switchgear.plugins.ranking import Tool

_log = logging.getLogger(__name__)
DIMENSIONS: Final = 384
_AT_ONCE: Final = 32
_LONGEST: Final = 800
"""Characters of a description that are looked at; the model sees about as many."""
_LEAST: Final = 0.15
"""Cosine similarity below which two texts have nothing to do with each other."""
_REST_SECONDS: Final = 60.0
Vectors = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Makes sentence vectors, 384 32-bit floats (``providers.local.embedder.LocalEmbedder``)."""

    async def packed(self, text: str) -> bytes | None:
        """The vector of a text; None when there is none in time. Never raises."""
        ...

    async def all_packed(self, texts: Sequence[str]) -> list[bytes]:
        """The vectors of several texts. Raises SwitchgearError."""
        ...

    async def close(self) -> None:
        """Wait for the model no longer."""
        ...


class Nearness:
    """The vectors of the tools there are."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[bytes, Vectors] = {}
        self._rows: list[Tool] = []
        self._matrix: Vectors = np.zeros((0, DIMENSIONS), dtype=np.float32)
        self._wanted: Sequence[Tool] = ()
        self._shown: Sequence[Tool] = self._wanted
        self._task: asyncio.Task[None] | None = None
        self._rest_until = 0.0

    def follow(self, tools: Sequence[Tool]) -> None:
        """Let these be the tools there are. Vectors that are not there yet are made meanwhile."""
        self._wanted = tools
        self._rest_until = 0.0
        self._go_on()

    def forget(self, tool: Tool) -> None:
        """A tool that is gone is found no more, before ``follow`` says what there is."""
        if tool in self._rows:
            kept = [place for place, one in enumerate(self._rows) if one is not tool]
            self._rows, self._matrix = [self._rows[place] for place in kept], self._matrix[kept]

    @property
    def ready(self) -> bool:
        """Whether all tools have their vectors."""
        return self._shown is self._wanted

    async def ranked(self, question: str, seen: Collection[Tool] | None, most: int) -> list[Tool]:
        """The tools that are near, the nearest first; none while there are no vectors."""
        self._go_on()
        if not self._rows:
            return []
        vector = _vector(await self._embedder.packed(question[:_LONGEST]))
        if vector is None:
            return []
        rows, near = self._rows, self._matrix @ vector  # both as they are after the wait
        found: list[Tool] = []
        for place in np.argsort(-near):
            if near[place] < _LEAST or len(found) >= most:
                break
            if seen is None or rows[place] in seen:
                found.append(rows[place])
        return found

    async def close(self) -> None:
        """Make no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._embedder.close()

    def _go_on(self) -> None:
        """Make what is missing, if nobody does and it did not fail a moment ago."""
        if (
            self._shown is not self._wanted
            and time.monotonic() >= self._rest_until
            and (self._task is None or self._task.done())
        ):
            self._task = asyncio.create_task(self._learn(), name="tools by meaning")

    async def _learn(self) -> None:
        while self._shown is not (wanted := self._wanted):
            texts = await asyncio.to_thread(_texts, wanted)
            names = {tool: sha256(text.encode("utf-8", "replace")).digest() for tool, text in texts.items()}
            missing = {names[tool]: text for tool, text in texts.items() if names[tool] not in self._known}
            if not await self._made(missing):
                break
            self._show(wanted, names)

    async def _made(self, missing: Mapping[bytes, str]) -> bool:
        """Whether the vectors are there; after trouble nothing is tried for a while."""
        if not missing:
            return True
        left = [*missing.items()]
        try:
            while left:
                now, left = left[:_AT_ONCE], left[_AT_ONCE:]
                made = await self._embedder.all_packed([text for _, text in now])
                for (name, _), packed in zip(now, made, strict=True):
                    vector = _vector(packed)
                    self._known[name] = vector if vector is not None else np.zeros(DIMENSIONS, dtype=np.float32)
        except SwitchgearError as error:
            _log.info("Tools are found by their words alone for now: %s", error)
            self._rest_until = time.monotonic() + _REST_SECONDS
            return False
        return True

    def _show(self, tools: Sequence[Tool], names: Mapping[Tool, bytes]) -> None:
        if tools is not self._wanted:
            return
        self._known = {name: self._known[name] for name in names.values()}
        self._shown, self._rows = tools, [*tools]
        empty = np.zeros((0, DIMENSIONS), dtype=np.float32)
        self._matrix = np.stack([self._known[names[tool]] for tool in tools]) if tools else empty


def _texts(tools: Sequence[Tool]) -> dict[Tool, str]:
    """What each tool is, in a sentence or two."""
    return {tool: f"{tool.name.replace('_', ' ')} ({tool.plugin}): {_description(tool)[:_LONGEST]}" for tool in tools}


def _description(tool: Tool) -> str:
    try:
        said = msgspec.json.decode(tool.definition.document)
    except (ValueError, RecursionError):
        return ""
    told = said.get("description") if isinstance(said, dict) else None
    return told if isinstance(told, str) else ""


def _vector(packed: bytes | None) -> Vectors | None:
    if packed is None or len(packed) != DIMENSIONS * 4:
        return None
    found: Vectors = np.frombuffer(packed, dtype=np.float32)
    return found if np.isfinite(found).all() else None
