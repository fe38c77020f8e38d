"""Keeps finished lines: several in one transaction, and never many that are not kept yet.

Whoever finishes a line waits while too many are not committed. What is lost when the process is killed is sent again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from switchgear.core.errors import StoreUnavailable
from switchgear.store.batch_lines import BatchLines, FinishedLine, Progress

_log = logging.getLogger(__name__)
_MOST_LINES: Final = 256
_MOST_BYTES: Final = 8 << 20
_LONGEST_PAUSE: Final = 2.0


class HeldPart:
    """A part that this process has taken: the number of its first line, and how many of its lines are not finished."""

    __slots__ = ("first", "open")

    def __init__(self, first: int, lines: int) -> None:
        self.first = first
        self.open = lines


class Committing:
    """Commits the finished lines of one batch. ``told`` is called after each commit; with None the batch has ended.

    ``gather`` is how many seconds a line waits for company.
    """

    def __init__(
        self, lines: BatchLines, batch_id: str, told: Callable[[Progress | None], None], gather: float
    ) -> None:
        self._lines = lines
        self._batch_id = batch_id
        self._told = told
        self._gather = gather
        self._waiting: list[FinishedLine] = []
        self._done: list[int] = []
        self._size = 0
        self._some = asyncio.Event()
        self._hurry = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._closing = False
        self._task = asyncio.create_task(self._run(), name=f"commits of {batch_id}")

    async def add(self, line: FinishedLine, part: HeldPart) -> None:
        """Take a finished line; waits while there is no room."""
        self._take(line, part)
        await self._room.wait()

    def _take(self, line: FinishedLine, part: HeldPart) -> None:
        self._waiting.append(line)
        self._size += len(line.line)
        part.open -= 1
        if not part.open:
            self._done.append(part.first)
        if len(self._waiting) >= _MOST_LINES or self._size >= _MOST_BYTES:
            self._room.clear()
            self._hurry.set()
        self._some.set()

    def drop(self, part: HeldPart) -> None:
        """Take a part whose lines were all finished before."""
        self._done.append(part.first)
        self._some.set()

    async def close(self) -> None:
        """Commit what is waiting. When this is cancelled, that is lost."""
        self._closing = True
        self._some.set()
        self._hurry.set()
        try:
            await asyncio.shield(self._task)
        finally:
            self._task.cancel()

    async def _run(self) -> None:
        while True:
            if self._waiting or self._done:
                if not self._closing and not self._hurry.is_set():
                    await self._company()
                await self._commit()
            elif self._closing:
                return
            else:
                self._some.clear()
                await self._some.wait()

    async def _company(self) -> None:
        try:
            async with asyncio.timeout(self._gather):
                await self._hurry.wait()
        except TimeoutError:
            return

    async def _commit(self) -> None:
        """Commit what is waiting."""
        lines, self._waiting = self._waiting, []
        done, self._done = self._done, []
        self._size = 0
        progress = await self._finished(lines, done)
        if len(self._waiting) < _MOST_LINES and self._size < _MOST_BYTES:
            self._hurry.clear()
            self._room.set()
        self._told(progress)

    async def _finished(self, lines: list[FinishedLine], done: list[int]) -> Progress | None:
        """Commit; a store that does not take it is asked again and again."""
        pause = self._gather
        while True:
            try:
                return await self._lines.finish(self._batch_id, lines, done)
            except StoreUnavailable as error:
                _log.warning("Lines of the batch %s cannot be kept yet: %s", self._batch_id, error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
