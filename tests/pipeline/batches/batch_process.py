"""A process that works on batches whose lines are answered by the test."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from switchgear.access.keys import Key, Keyring
from switchgear.config.batches import BatchSettings
from switchgear.core.batches import BATCH_WINDOW_MS, ENDED, BatchChanged
from switchgear.core.calls import Usage
from switchgear.core.errors import SwitchgearError
from switchgear.edge.openai.errors import error_document
from switchgear.pipeline.batches.context import BatchContext, LineAnswer, now_ms
from switchgear.pipeline.batches.times import BatchTimes
from switchgear.pipeline.batches.work import BatchWork
from switchgear.store.batches import KeptBatch
from switchgear.store.files import KeptFile
from switchgear.store.keys import Key as StoredKey
from switchgear.store.store import Store

Answer = Callable[[str, int], SwitchgearError | bytes | None]
"""What a line's call comes to, by its custom_id and how often it was sent before; None for an ordinary answer."""
TIMES = BatchTimes(look=0.05, first_pause=0.02, longest_pause=0.1, longest_wait=0.3, gather=0.01, grace=0.2)


class Models:
    """A directory in which every model exists."""

    def find(self, name: str) -> object:
        return object()


class Caller:
    """Answers lines as the test says, and knows which were sent how often."""

    def __init__(self) -> None:
        self.answers: Answer = lambda custom_id, before: None
        self.sent: dict[str, int] = {}
        self.at_once = 0
        self.most_at_once = 0
        self.seconds = 0.0
        self.gate = asyncio.Event()
        self.gate.set()

    async def answer(self, key: Key, endpoint: str, body: bytes, which: tuple[str, int]) -> LineAnswer:
        asked = json.loads(body)["say"]
        before = self.sent.get(asked, 0)
        self.sent[asked] = before + 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.gate.wait()
            await asyncio.sleep(self.seconds)
            said = self.answers(asked, before)
        finally:
            self.at_once -= 1
        request_id = f"req_{asked}"
        if isinstance(said, SwitchgearError):
            return LineAnswer(request_id, said.http_status, error_document(said, request_id), error=said)
        return LineAnswer(request_id, 200, said or b'{"said":"%b"}' % asked.encode(), Usage(2, 1), 5)


class Batching:
    """Everything of one process that works on batches."""

    def __init__(self, store: Store, caller: Caller, worker: str, **settings: Any) -> None:
        self.store = store
        self.caller = caller
        self.events: list[object] = []
        self.keyring = Keyring(b"p" * 32)
        self.allow()
        chosen = BatchSettings(**({"concurrency": 8, "lease": 1.0} | settings))
        self.context = BatchContext(
            store=store,
            keyring=self.keyring,
            directory=Models,  # type: ignore[arg-type,return-value]
            caller=caller,
            settings=lambda: chosen,
            publish=self.events.append,
            worker=worker,
            slots=asyncio.Semaphore(chosen.concurrency),
            longest_line=100_000,
            folder=Path(tempfile.gettempdir()),
            times=TIMES,
        )
        self.work = BatchWork(self.context)

    def allow(self, **changes: Any) -> None:
        """Let the key be as it was made but for ``changes``."""
        row = StoredKey("key_a", "ci", ("*",), ("call",), 1, None, None, "cli", ())
        self.keyring.load([msgspec.structs.replace(row, **changes)])

    async def begin(self, count: int, **changes: Any) -> str:
        """A new batch of so many lines; its id."""
        lines = [
            {"custom_id": f"c{n}", "method": "POST", "url": "/v1/embeddings", "body": {"model": "m", "say": f"c{n}"}}
            for n in range(1, count + 1)
        ]
        return await self.begin_with(b"".join(json.dumps(one).encode() + b"\n" for one in lines), **changes)

    async def begin_with(self, content: bytes, **changes: Any) -> str:
        """A new batch with this input file; its id."""
        now = now_ms()
        number = len((await self.store.batches.list(None, limit=1000)).batches)
        writer = self.store.contents.writer(f"file-{number}", now)
        await writer.write(content)
        await writer.finish()
        await self.store.files.keep(KeptFile(f"file-{number}", "", "key_a", "in", "batch", len(content), now))
        values = {
            "id": f"batch_{number}",
            "key_id": "key_a",
            "endpoint": "/v1/embeddings",
            "input_file_id": f"file-{number}",
            "created_at": now,
            "expires_at": now + BATCH_WINDOW_MS,
            "runner": "gateway",
        }
        await self.store.batches.create(KeptBatch(**(values | changes)), 1000)  # type: ignore[arg-type]
        self.work.wake()
        return f"batch_{number}"

    async def until(self, batch_id: str, happened: Callable[[KeptBatch], bool], seconds: float = 30) -> KeptBatch:
        """The batch as soon as ``happened`` is true of it."""
        async with asyncio.timeout(seconds):
            while not happened(batch := await self.store.batches.get(batch_id, None)):
                await asyncio.sleep(0.01)
        return batch

    async def ended(self, batch_id: str) -> KeptBatch:
        return await self.until(batch_id, lambda batch: batch.status in ENDED)

    async def read(self, batch_id: str, *, ok: bool = True) -> list[dict[str, Any]]:
        """The output or error file of a batch."""
        content = b"".join([piece async for piece in self.store.batch_lines.content(batch_id, ok=ok)])
        return [json.loads(text) for text in content.splitlines()]

    async def ids(self, batch_id: str, *, ok: bool = True) -> list[str]:
        return [one["custom_id"] for one in await self.read(batch_id, ok=ok)]

    def statuses(self) -> list[str]:
        """What the events said, without repetition."""
        said = [one.status for one in self.events if isinstance(one, BatchChanged)]
        return [status for place, status in enumerate(said) if place == 0 or said[place - 1] != status]
