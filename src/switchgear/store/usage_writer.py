"""The one way a call's record reaches the database: collected in memory, committed in groups.

``add`` costs an append. A task commits what has gathered, at most every 100 ms, or at once when somebody waits
for it (``committed``); everybody who waits shares the same transaction. While the database does not take them,
records go to a spool on disk, where those who wait find them durable too, and from there to the database in order as soon
as it is back. Without a spool, or when that is full, they stay in memory up to a bound.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Literal

import msgspec
import structlog

from switchgear.core.calls import CallRecord
from switchgear.core.errors import StoreUnavailable
from switchgear.store import failures
from switchgear.store.engine import Database, Durability
from switchgear.store.spool import Piece, Spool, SpoolFull
from switchgear.store.usage_rows import RowWriter, scrubbed

INTERVAL_SECONDS = 0.1
BOUND = 100_000
BATCH = 2_000
MAINTENANCE_SECONDS = 3600.0
MAINTENANCE_AGAIN_SECONDS = 60.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0

_REFUSALS = (*failures.DRIVER_ERRORS, ValueError, TypeError, OverflowError)


class WriterHealth(msgspec.Struct, frozen=True):
    """How the writer is doing.

    While the database does not take records it is ``spooling``, or ``degraded`` when the disk does not take them either,
    with the ``reason`` in a sentence; it is ``ok`` again when all are in the database. ``pending`` records wait in memory,
    ``spooled`` ones on disk, in ``spool_bytes``; ``lost`` ones were given up since the start: the bound was passed, or no
    database would take them.
    """

    state: Literal["ok", "spooling", "degraded"]
    reason: str
    pending: int
    lost: int
    spooled: int = 0
    spool_bytes: int = 0


class UsageWriter:
    """Collects records of finished calls and commits them in batches, each once.

    To be used from one event loop. The task starts with the first record, or with ``start``.
    """

    def __init__(
        self,
        database: Database,
        durability: Durability,
        *,
        interval: float = INTERVAL_SECONDS,
        bound: int = BOUND,
        pause: float = FIRST_PAUSE_SECONDS,
    ) -> None:
        self._database = database
        self._rows = RowWriter(database, durability)
        self._strict = durability == "strict"
        self._spool: Spool | None = None
        self._adopted = False
        self._refused = False  # the disk did not take what the database did not take
        self._giving: Literal["", "trying", "works"] = ""  # back what is on disk, and whether the database takes it
        self._retry_at = 0.0
        self._interval = interval
        self._bound = bound
        self._first_pause = pause
        self._log = structlog.get_logger("switchgear.store")
        self._pending: deque[CallRecord] = deque()
        self._added = 0  # records ever given
        self._settled = 0  # of these, the first so many are committed or lost
        self._lost = 0
        self._lost_until = 0  # of these, the first so many may be lost to the bound
        self._reason = ""
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._some = asyncio.Event()
        self._urgent = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self._closed = False
        self._next_maintenance = float("-inf")

    @property
    def health(self) -> WriterHealth:
        """The state of this moment."""
        spool = self._spool
        spooled, size = (spool.records, spool.size) if spool is not None else (0, 0)
        state: Literal["ok", "spooling", "degraded"] = "ok"
        if self._reason or size:
            state = "degraded" if self._refused or spool is None else "spooling"
        return WriterHealth(state, self._reason, len(self._pending), self._lost, spooled, size)

    def start(self, spool: Spool) -> None:
        """Has records kept in ``spool`` from now on, and takes over what processes that are gone left in theirs."""
        self._spool = spool
        self._begin()

    def _begin(self) -> None:
        self._some.set()
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name="usage-writer")

    def add(self, record: CallRecord) -> None:
        """Takes a record to be committed soon. Never blocks, never raises."""
        pending = self._pending
        pending.append(record)
        self._added += 1
        if len(pending) > self._bound or self._closed:
            pending.popleft()
            self._settled += 1
            self._lost += 1
            self._lost_until = self._settled
        elif not self._some.is_set():
            self._begin()

    async def committed(self) -> None:
        """Returns once everything added before is committed, or durable in the spool. Raises StoreUnavailable.

        The records are kept and tried again even then.
        """
        target = self._added
        if self._settled >= target:
            if 0 < target <= self._lost_until:
                raise _given_up()
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append((target, waiter))
        self._urgent.set()
        await waiter

    async def flush(self) -> None:
        """The same as ``committed``: for whoever wants to read what was just written."""
        await self.committed()

    async def close(self, deadline: float = 10.0) -> None:
        """Commits what is pending, for at most ``deadline`` seconds, or spools it; then stops. What is left is lost and logged."""
        self._closing = True
        if self._task is not None:
            self._some.set()
            self._urgent.set()
            _, unfinished = await asyncio.wait([self._task], timeout=deadline)
            if unfinished:
                self._task.cancel()
                with suppress(asyncio.CancelledError):
                    await self._task
            self._task = None
        self._closed = True
        if self._pending and self._spool is not None:
            await self._keep_on_disk(self._spool)
        if self._pending:
            count = len(self._pending)
            self._pending.clear()
            self._settled += count
            self._lost += count
            self._log.error("usage records lost at the end", lost=count, reason=self._reason)
        self._fail_waiters(StoreUnavailable("The record of this call could not be committed before the end."))
        await self._rows.close()
        if self._spool is not None:
            await asyncio.to_thread(self._spool.close)

    # ------------------------------------------------------------ the task

    async def _run(self) -> None:
        pause = self._first_pause
        while True:
            if self._spool is not None and not self._adopted:
                await self._adopt(self._spool)
            await self._gather()
            if self._closing and not self._pending:
                return
            if time.monotonic() >= self._retry_at:
                try:
                    caught_up = await self._catch_up()
                except Exception as error:  # noqa: BLE001 - whatever it is, a writer that ended would lose every record after
                    await self._degrade(error)
                    self._retry_at = time.monotonic() + pause
                    pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                else:
                    pause = self._first_pause
                    if caught_up:
                        self._recover()
            if self._pending and self._reason:
                await self._set_aside()

    async def _gather(self) -> None:
        """Waits for a first record, then for company, unless somebody waits for the commit.

        While the database takes none, also until it is to be tried again.
        """
        until_retry = max(self._retry_at - time.monotonic(), 0.0) if self._reason else None
        if not self._pending:
            self._some.clear()
            if self._closing or (self._spool is not None and self._owes(self._spool)):
                return
            await _wait(self._some, until_retry)
        elif self._refused and until_retry is not None:
            await asyncio.sleep(min(until_retry, 0.1) if self._closing else until_retry)
            return
        if self._pending and not (self._waiters or self._closing):
            self._urgent.clear()
            await _wait(self._urgent, self._interval)

    async def _catch_up(self) -> bool:
        """Commit everything: what waits on disk first, which at the end is left to whoever comes next, with the rest.

        Whether the database took something.
        """
        spool = self._spool
        if spool is not None and spool.size:
            if self._closing and await self._keep_on_disk(spool):
                return False
            if not self._closing:
                await self._give_back(spool)
        await self._commit_pending()
        return True

    async def _commit_pending(self) -> None:
        await self._maintain()
        while self._pending:
            batch = [self._pending[i] for i in range(min(BATCH, len(self._pending)))]
            first = self._settled
            self._settle(first, len(batch), await self._insert(batch, first))

    async def _insert(self, batch: Sequence[CallRecord], first: int) -> set[int]:
        """Commits the records after number ``first``; the numbers of those that no database would take."""
        try:
            await self._rows.insert(batch)
        except _REFUSALS as error:
            if not self._blames_records(error):
                raise
            return await self._insert_singly(batch, first)
        return set()

    # ------------------------------------------------------------ on disk

    def _owes(self, spool: Spool) -> bool:
        """Whether there is something to do although no record is pending and the database is not known to be away."""
        return not self._adopted or (spool.size > 0 and not self._reason)

    async def _adopt(self, spool: Spool) -> None:
        self._adopted = True
        try:
            count = await asyncio.to_thread(spool.adopt)
        except OSError as error:
            self._log.error("usage records on disk cannot be read", reason=str(error))
            return
        for reason in spool.passed_over:
            self._log.error("usage records on disk cannot be read, and are left there", reason=reason)
        if count:
            self._log.info("usage records of before are on disk and go to the database now", count=count)

    async def _give_back(self, spool: Spool) -> None:
        """Commit what is on disk, oldest first. Those who wait meanwhile find their records behind it, and wait for the disk alone."""
        self._giving = "trying"
        keeper = asyncio.get_running_loop().create_task(self._keep_meanwhile(spool), name="usage-keeper")
        try:
            await self._maintain()
            while spool.size and not self._closing:
                await self._give_back_some(spool)
                self._giving = "works"
                if self._waiters and self._refused:  # no room: they go to the database before what is on disk
                    return
        finally:
            self._giving = ""
            self._urgent.set()
            await keeper

    async def _give_back_some(self, spool: Spool) -> None:
        try:
            piece = await asyncio.to_thread(spool.first, BATCH)
        except OSError as error:
            count = await asyncio.to_thread(spool.set_aside)
            self._lost += count
            self._log.error("usage records on disk cannot be read", reason=str(error), lost=count)
        else:
            lost = await self._insert(piece.records, 0) if piece.records else set()
            await self._forget(spool, piece, len(lost))

    async def _keep_meanwhile(self, spool: Spool) -> None:
        """Put on disk what somebody waits for, and what becomes much, for as long as records are given back.

        A database that hangs is found out after seconds only, and a long outage leaves much to give back.
        """
        while self._giving:
            self._urgent.clear()
            if self._waiters or len(self._pending) >= BATCH:
                self._refused = not await self._keep_on_disk(spool)
                if self._refused and self._giving == "trying" and self._reason:
                    self._fail_waiters(StoreUnavailable(self._reason))
            await _wait(self._urgent, self._interval)

    async def _forget(self, spool: Spool, piece: Piece, refused: int) -> None:
        self._lost += refused + piece.unreadable
        if piece.unreadable:
            self._log.error("usage records on disk were damaged", lost=piece.unreadable)
        await asyncio.to_thread(spool.given_back, piece)

    async def _set_aside(self) -> None:
        """Put what the database does not take on disk; if that does not work either, those who wait are told."""
        if self._spool is None or not await self._keep_on_disk(self._spool):
            self._refused = True
            self._fail_waiters(StoreUnavailable(self._reason))

    async def _keep_on_disk(self, spool: Spool) -> bool:
        """Append what is pending to the spool; whether that worked."""
        while self._pending:
            batch = [self._pending[i] for i in range(min(BATCH, len(self._pending)))]
            first = self._settled
            try:
                lost = await asyncio.to_thread(_append, spool, batch, first, self._strict)
            except (SpoolFull, OSError) as error:
                if not self._refused:
                    why = "it is full" if isinstance(error, SpoolFull) else str(error)
                    self._log.error("usage records cannot be put on disk either; kept in memory", reason=why)
                return False
            self._settle(first, len(batch), lost)
        self._refused = False
        return True

    def _settle(self, first: int, count: int, lost: set[int]) -> None:
        """Forgets the batch that began after record ``first``; ``lost`` are the numbers of those refused."""
        pushed_out = self._settled - first  # by the bound, while they were being written
        self._lost += len(lost) - min(pushed_out, count)
        for _ in range(count - pushed_out):
            self._pending.popleft()
            self._settled += 1
        waiters, self._waiters = self._waiters, []
        for target, waiter in waiters:
            if target > self._settled:
                self._waiters.append((target, waiter))
            elif waiter.done():
                continue
            elif target in lost or target <= self._lost_until:
                waiter.set_exception(_given_up())
            else:
                waiter.set_result(None)

    def _blames_records(self, error: Exception) -> bool:
        if not isinstance(error, failures.DRIVER_ERRORS):
            return True
        return failures.understand(error, self._database.where).data

    async def _insert_singly(self, batch: Sequence[CallRecord], first: int) -> set[int]:
        """Commits one by one a batch that was refused for its values, so that one bad record loses only itself."""
        lost: set[int] = set()
        for number, record in enumerate(batch, first + 1):
            try:
                await self._rows.insert([scrubbed(record)])
            except _REFUSALS as error:
                if not self._blames_records(error):
                    raise
                await self._rows.reset()
                await self._rows.probe()  # raises when it is the database after all
                lost.add(number)
                self._log.error("usage record refused by the database", call=record.id, error=type(error).__name__)
        return lost

    async def _maintain(self) -> None:
        """On PostgreSQL keeps a week of partitions ahead. Without them records go to the default partition."""
        now = time.monotonic()
        if now < self._next_maintenance:
            return
        self._next_maintenance = now + MAINTENANCE_SECONDS
        try:
            await self._rows.maintain(time.time_ns() // 1_000_000)
        except failures.DRIVER_ERRORS as error:
            self._next_maintenance = now + MAINTENANCE_AGAIN_SECONDS
            await self._rows.reset()
            self._log.warning("usage partitions not made", reason=self._database.unavailable(error).message)

    # ------------------------------------------------------------ health

    async def _degrade(self, error: Exception) -> None:
        await self._rows.reset()
        failure = error if isinstance(error, StoreUnavailable) else self._database.unavailable(error)
        if not self._reason:
            self._log.error(
                f"usage records cannot be written; kept {'in memory' if self._spool is None else 'on disk'}",
                reason=failure.message,
                cause=failure.cause,
                pending=len(self._pending),
            )
        self._reason = failure.message

    def _recover(self) -> None:
        self._refused = False
        if self._reason:
            self._reason = ""
            self._log.info("usage records are written again", lost=self._lost)

    def _fail_waiters(self, error: StoreUnavailable) -> None:
        waiters, self._waiters = self._waiters, []
        for _, waiter in waiters:
            if not waiter.done():
                waiter.set_exception(error)


def _append(spool: Spool, batch: Sequence[CallRecord], first: int, strict: bool) -> set[int]:
    """Puts ``batch`` on disk, mended or left out where it cannot be written; the numbers of those left out.

    Raises SpoolFull and OSError.
    """
    try:
        spool.append(batch, durable=strict)
    except (TypeError, ValueError, OverflowError):
        pass
    else:
        return set()
    lost: set[int] = set()
    for number, record in enumerate(batch, first + 1):
        try:
            spool.append([scrubbed(record)], durable=strict)
        except (TypeError, ValueError, OverflowError):
            lost.add(number)
    return lost


async def _wait(event: asyncio.Event, seconds: float | None) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _given_up() -> StoreUnavailable:
    return StoreUnavailable("The record of this call could not be kept.")
