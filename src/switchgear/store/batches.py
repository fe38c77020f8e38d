"""Batches: what was asked, how far it is, and who works on it. Their lines are in ``batch_lines``.

A batch belongs to a key. A worker prepares, polls or ends a batch while it holds its lease; what it writes then counts only as long
as it holds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Row, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from switchgear.core.batches import BatchStatus
from switchgear.core.errors import Conflict, NotFound, TooManyAtOnce
from switchgear.store import tables
from switchgear.store.engine import Database
from switchgear.store.files import KeptFile

Runner = Literal["", "gateway", "native"]
"""Who answers the lines: the gateway, one by one, or a provider's batch API; empty until that is decided."""

_LONGEST_ID: Final = 128
_PIECE: Final = 500
_columns = tables.batches.c
_PARTS = tables.batch_parts.c
_LINES = tables.batch_lines.c


class KeptBatch(msgspec.Struct, frozen=True):
    """A batch. Times are milliseconds since the epoch, ``cost`` nano-dollars.

    ``metadata``, ``errors``, ``stop`` and ``native`` are JSON, empty for none. ``stop`` is why lines are not sent any more,
    ``reason`` why they wait, until ``not_before``. ``model`` is the one that all lines name, or empty.
    """

    id: str
    key_id: str
    endpoint: str
    input_file_id: str
    created_at: int
    expires_at: int
    model: str = ""
    status: BatchStatus = "validating"
    runner: Runner = ""
    metadata: str = ""
    output_seconds: int | None = None
    in_progress_at: int | None = None
    finalizing_at: int | None = None
    cancelling_at: int | None = None
    ended_at: int | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    errors: str = ""
    stop: str = ""
    reason: str = ""
    not_before: int = 0
    total: int = 0
    completed: int = 0
    failed: int = 0
    output_bytes: int = 0
    error_bytes: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    cost: int = 0
    native: str = ""
    worker: str = ""
    leased_until: int = 0


class BatchPage(msgspec.Struct, frozen=True):
    """A part of a list, and whether more follows."""

    batches: list[KeptBatch]
    more: bool


class Part(msgspec.Struct, frozen=True):
    """Some lines of a batch's input file: the number of the first, how many, and where they lie in the file."""

    first: int
    lines: int
    start: int
    size: int
    tries: int = 0


class Batches:
    """Knows the batches. Every method raises StoreUnavailable; ``key_id`` is None for whoever may see all."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, batch: KeptBatch, most: int) -> None:
        """Adds a batch. Raises TooManyAtOnce when the key has ``most`` unfinished ones already."""
        unfinished = select(func.count()).where(and_(_columns.key_id == batch.key_id, _columns.ended_at.is_(None)))
        async with self._database.write() as connection:
            if (await connection.execute(unfinished)).scalar_one() >= most:
                raise TooManyAtOnce(f"This key has {most} unfinished batches already.")
            await connection.execute(insert(tables.batches).values(msgspec.structs.asdict(batch)))

    async def get(self, batch_id: str, key_id: str | None) -> KeptBatch:
        """The batch with this id. Raises NotFound."""
        if len(batch_id) <= _LONGEST_ID and "\0" not in batch_id:
            async with self._database.read() as connection:
                row = (await connection.execute(select(tables.batches).where(_of(batch_id, key_id)))).first()
            if row is not None:
                return _kept(row)
        raise _not_found(batch_id)

    async def list(
        self, key_id: str | None, *, limit: int, after: str = "", statuses: Sequence[BatchStatus] = ()
    ) -> BatchPage:
        """Batches, newest first, those that follow ``after`` (an id). Raises NotFound when that is no batch the key may see."""
        asked = select(tables.batches)
        if key_id is not None:
            asked = asked.where(_columns.key_id == key_id)
        if statuses:
            asked = asked.where(_columns.status.in_(statuses))
        if after:
            last = await self.get(after, key_id)
            same = and_(_columns.created_at == last.created_at, _columns.id < last.id)
            asked = asked.where(or_(_columns.created_at < last.created_at, same))
        ordered = asked.order_by(_columns.created_at.desc(), _columns.id.desc()).limit(limit + 1)
        async with self._database.read() as connection:
            rows = (await connection.execute(ordered)).all()
        return BatchPage([_kept(row) for row in rows[:limit]], len(rows) > limit)

    async def cancel(self, batch_id: str, key_id: str | None, now: int) -> KeptBatch:
        """Asks for a batch to be ended; the batch as it is then. Raises NotFound, and Conflict for one that has ended."""
        await self.get(batch_id, key_id)
        async with self._database.write() as connection:
            row = await locked(connection, batch_id)
            if row is None:
                raise _not_found(batch_id)
            if row.ended_at is not None or row.status == "finalizing":
                raise Conflict(f"The batch is {row.status}: it cannot be cancelled.")
            if row.status != "cancelling":
                await connection.execute(
                    update(tables.batches)
                    .where(_columns.id == batch_id)
                    .values(status="cancelling", cancelling_at=now, not_before=0, reason="")
                )
            row = (await connection.execute(select(tables.batches).where(_columns.id == batch_id))).one()
        return _kept(row)

    async def uses(self, file_id: str) -> str | None:
        """The id of an unfinished batch whose input the file is, if there is one."""
        asked = select(_columns.id).where(and_(_columns.ended_at.is_(None), _columns.input_file_id == file_id)).limit(1)
        async with self._database.read() as connection:
            return (await connection.execute(asked)).scalar()

    async def of_file(self, file_id: str) -> tuple[str, bool] | None:
        """The batch whose output (True) or error file (False) this is; None for any other file."""
        asked = select(_columns.id, _columns.output_file_id).where(
            or_(_columns.output_file_id == file_id, _columns.error_file_id == file_id)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(asked)).first()
        return None if row is None else (row.id, row.output_file_id == file_id)

    # ------------------------------------------------------------ working on them

    async def unfinished(self, limit: int) -> Sequence[KeptBatch]:
        """Batches that have not ended, oldest first."""
        asked = select(tables.batches).where(_columns.ended_at.is_(None))
        ordered = asked.order_by(_columns.created_at, _columns.id).limit(limit)
        async with self._database.read() as connection:
            return [_kept(row) for row in (await connection.execute(ordered)).all()]

    async def lease(self, batch_id: str, worker: str, now: int, until: int) -> KeptBatch | None:
        """Takes an unfinished batch, unless another worker has it; the batch as it is then."""
        async with self._database.write() as connection:
            row = await locked(connection, batch_id)
            if row is None or row.ended_at is not None or (row.leased_until > now and row.worker != worker):
                return None
            await connection.execute(
                update(tables.batches).where(_columns.id == batch_id).values(worker=worker, leased_until=until)
            )
            return msgspec.structs.replace(_kept(row), worker=worker, leased_until=until)

    async def change(self, batch_id: str, worker: str, **values: Any) -> bool:
        """Changes columns of a batch that ``worker`` has; False when it does not have it any more."""
        async with self._database.write() as connection:
            done = await connection.execute(
                update(tables.batches)
                .where(and_(_columns.id == batch_id, _columns.worker == worker, _columns.ended_at.is_(None)))
                .values(values)
            )
        return bool(done.rowcount)

    async def note(self, batch_id: str, **values: Any) -> None:
        """Changes what is said of an unfinished batch (``reason``, ``not_before``, ``stop``), whoever has it."""
        async with self._database.write() as connection:
            await connection.execute(
                update(tables.batches).where(and_(_columns.id == batch_id, _columns.ended_at.is_(None))).values(values)
            )

    async def begin(self, batch_id: str, worker: str, parts: Sequence[Part], **values: Any) -> bool:
        """Replaces what is to be done of a batch by ``parts`` and sets it in progress; False as in ``change``."""
        async with self._database.write() as connection:
            row = await locked(connection, batch_id)
            if row is None or row.worker != worker or row.status != "validating":
                return False
            await connection.execute(delete(tables.batch_parts).where(_PARTS.batch_id == batch_id))
            if parts:
                free = {"batch_id": batch_id, "worker": "", "leased_until": 0}
                await connection.execute(
                    insert(tables.batch_parts), [msgspec.structs.asdict(part) | free for part in parts]
                )
            await connection.execute(
                update(tables.batches).where(_columns.id == batch_id).values({"status": "in_progress", **values})
            )
        return True

    async def end(
        self, batch_id: str, worker: str, status: BatchStatus, files: Sequence[KeptFile], **values: Any
    ) -> bool:
        """Ends a batch, and keeps its ``files``; False as in ``change``, and then nothing is kept."""
        async with self._database.write() as connection:
            row = await locked(connection, batch_id)
            if row is None or row.ended_at is not None or row.worker != worker:
                return False
            if files:
                await connection.execute(insert(tables.files), [msgspec.structs.asdict(one) for one in files])
            await connection.execute(delete(tables.batch_parts).where(_PARTS.batch_id == batch_id))
            ended = {"status": status, "worker": "", "leased_until": 0, "reason": "", **values}
            await connection.execute(update(tables.batches).where(_columns.id == batch_id).values(ended))
        return True

    async def renew(self, batch_ids: Sequence[str], worker: str, until: int) -> None:
        """Moves on the ends of all leases that the worker has: of ``batch_ids``, and of parts."""
        async with self._database.write() as connection:
            if batch_ids:
                held = and_(_columns.id.in_(batch_ids), _columns.worker == worker)
                await connection.execute(update(tables.batches).where(held).values(leased_until=until))
            await connection.execute(
                update(tables.batch_parts).where(_PARTS.worker == worker).values(leased_until=until)
            )

    async def release(self, batch_id: str, worker: str) -> None:
        """Lets go of a batch and of its parts, whose unfinished lines others may take at once."""
        async with self._database.write() as connection:
            held = and_(_columns.id == batch_id, _columns.worker == worker)
            await connection.execute(update(tables.batches).where(held).values(worker="", leased_until=0))
            parts = and_(_PARTS.batch_id == batch_id, _PARTS.worker == worker)
            await connection.execute(
                update(tables.batch_parts).where(parts).values(worker="", leased_until=0, tries=_PARTS.tries - 1)
            )

    # ------------------------------------------------------------ forgetting

    async def prune(self, now: int, kept: int) -> int:
        """Forgets batches that ended more than ``kept`` milliseconds ago, and lines whose file was deleted; how many batches."""
        old = select(_columns.id).where(_columns.ended_at <= now - kept)
        async with self._database.read() as connection:
            gone = (await connection.execute(old)).scalars().all()
        for batch_id in gone:
            await self.drop_lines(batch_id)
            async with self._database.write() as connection:
                await connection.execute(delete(tables.batches).where(_columns.id == batch_id))
        for ok, name in ((True, _columns.output_file_id), (False, _columns.error_file_id)):
            file = exists(tables.files.c.id).where(and_(tables.files.c.id == name, tables.files.c.provider == ""))
            line = exists(_LINES.number).where(and_(_LINES.batch_id == _columns.id, _LINES.ok.is_(ok)))
            async with self._database.read() as connection:
                asked = select(_columns.id).where(and_(_columns.ended_at.is_not(None), ~file, line))
                left = (await connection.execute(asked)).scalars().all()
            for batch_id in left:
                await self.drop_lines(batch_id, ok=ok)
        return len(gone)

    async def drop_lines(self, batch_id: str, *, ok: bool | None = None) -> None:
        """Forgets finished lines: those of one kind, or all. Other writers get their turn in between."""
        which = and_(_LINES.batch_id == batch_id, *(() if ok is None else (_LINES.ok.is_(ok),)))
        some = select(_LINES.number).where(which).limit(_PIECE)
        while True:
            async with self._database.write() as connection:
                done = await connection.execute(
                    delete(tables.batch_lines).where(and_(_LINES.batch_id == batch_id, _LINES.number.in_(some)))
                )
            if done.rowcount < _PIECE:
                return


async def locked(connection: AsyncConnection, batch_id: str) -> Row[Any] | None:
    """The batch, which nobody else changes until the transaction ends."""
    asked = select(tables.batches).where(_columns.id == batch_id).with_for_update()
    return (await connection.execute(asked)).first()


def _of(batch_id: str, key_id: str | None) -> Any:
    return _columns.id == batch_id if key_id is None else and_(_columns.id == batch_id, _columns.key_id == key_id)


def _not_found(batch_id: str) -> NotFound:
    name = batch_id if len(batch_id) <= _LONGEST_ID else f"{batch_id[:_LONGEST_ID]}…"
    return NotFound(f'No batch has the id "{name}".', hint="GET /v1/batches lists the batches of this key.")


def _kept(row: Row[Any]) -> KeptBatch:
    return KeptBatch(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
