"""What working on batches takes, and what a line's answer is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from switchgear.access.keys import Key, Keyring
from switchgear.access.limits import Limiter
from switchgear.config.batches import BatchSettings
from switchgear.core.batches import BatchLinesFinished
from switchgear.core.calls import Usage
from switchgear.core.errors import SwitchgearError
from switchgear.pipeline.batches.native_lines import NativeLine
from switchgear.pipeline.batches.times import BatchTimes
from switchgear.routing.directory import Directory
from switchgear.store.batch_lines import FinishedLine
from switchgear.store.batches import KeptBatch
from switchgear.store.store import Store


class LineAnswer(msgspec.Struct, frozen=True):
    """What a call came to. With an ``error``, ``body`` is its document in the dialect of the endpoint. ``cost`` is nano-dollars."""

    request_id: str
    status: int
    body: bytes
    usage: Usage = Usage()
    cost: int | None = None
    error: SwitchgearError | None = None


class LineCaller(Protocol):
    """Sends one line as a call, through every stage that a call goes through."""

    async def answer(self, key: Key, endpoint: str, body: bytes, which: tuple[str, int]) -> LineAnswer:
        """The answer of the call, or its error. ``which`` names the batch and the line, for whoever asks about the call.

        A call that is to be made later, and asked no provider, is not recorded.
        """
        ...

    async def prepare(self, key: Key, endpoint: str, body: bytes, at: str = "") -> NativeLine:
        """The line as it is sent to the batch API of the model's first deployment. Raises SwitchgearError.

        ``at`` is the id of the deployment that it was sent to already.
        """
        ...

    def refusal(self, endpoint: str, error: SwitchgearError, request_id: str) -> bytes:
        """The document of an error in the dialect of the endpoint."""
        ...


class BatchContext(msgspec.Struct, frozen=True):
    """What all work on batches shares.

    ``worker`` is this process's name among all, new at each start. ``slots`` bounds the lines under way. ``longest_line`` is in bytes,
    ``folder`` where files may lie for a while.
    ``clock`` gives seconds that only grow.
    """

    store: Store
    keyring: Keyring
    directory: Callable[[], Directory]
    caller: LineCaller
    settings: Callable[[], BatchSettings]
    publish: Callable[[object], None]
    worker: str
    slots: asyncio.Semaphore
    longest_line: int
    folder: Path
    limiter: Limiter | None = None
    times: BatchTimes = BatchTimes()
    clock: Callable[[], float] = time.monotonic

    def key_of(self, batch: KeptBatch) -> Key:
        """The key whose batch it is. Raises AuthenticationError for one that is no longer good."""
        return self.keyring.by_id(batch.key_id, time.time())

    def count(self, batch: KeptBatch, added: Sequence[FinishedLine]) -> None:
        """Publish that lines were finished."""
        if added:
            completed = sum(line.ok for line in added)
            self.publish(BatchLinesFinished(batch.id, batch.endpoint, completed, len(added) - completed))

    def lease_ends(self) -> int:
        """When a lease that is taken or renewed now lapses, in milliseconds since the epoch."""
        return now_ms() + int(self.settings().lease * 1000)


def now_ms() -> int:
    """The time as the store has it."""
    return time.time_ns() // 1_000_000
