"""What deployments went through: every change of a breaker, written in the background and kept for some days."""

from __future__ import annotations

import asyncio
import logging
from collections import deque

import msgspec
from sqlalchemy import BigInteger, and_, delete, desc, insert, literal, select, tuple_

from switchgear.core.errors import StoreUnavailable
from switchgear.core.health import BreakerChanged, BreakerState
from switchgear.core.ids import RequestIds
from switchgear.store import tables
from switchgear.store.engine import Database
from switchgear.store.pages import cursor_of, position

_log = logging.getLogger(__name__)
_columns = tables.health_events.c
_BOUND = 5_000
_BATCH = 200
_GATHER_SECONDS = 0.1
_PAUSE_SECONDS = 2.0
_CLOSE_SECONDS = 2.0


class HealthEvent(msgspec.Struct, frozen=True):
    """One change: ``at`` is milliseconds, ``wait_ms`` how long after it the deployment was to be tried again."""

    id: str
    at: int
    deployment: str
    was: BreakerState
    became: BreakerState
    reason: str
    wait_ms: int


class HealthPage(msgspec.Struct, frozen=True):
    """Changes, newest first; ``before`` is the cursor of the next, older page, or None at the end."""

    events: list[HealthEvent]
    before: str | None


class HealthLog:
    """Takes changes and reads them. ``add`` never waits; what it is given is in the store within a moment.

    To be used from one event loop; its task starts with the first change. While the store takes nothing, the newest few thousand
    are kept in memory.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ids = RequestIds()
        self._pending: deque[HealthEvent] = deque(maxlen=_BOUND)
        self._task: asyncio.Task[None] | None = None
        self._failing = False
        self._writing = asyncio.Lock()

    def add(self, change: BreakerChanged) -> None:
        """Keep a change."""
        self._pending.append(
            HealthEvent(
                self._ids.next().replace("req_", "hev_", 1),
                change.at,
                _storable(change.deployment),
                change.before,
                change.after,
                _storable(change.reason),
                round(change.wait * 1000),
            )
        )
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._write_pending(), name="health log")

    async def flush(self) -> None:
        """Return when what was added is in the store. Raises StoreUnavailable."""
        while self._pending:
            async with self._writing:
                await self._write_some()

    async def list(self, deployment: str, *, limit: int = 100, before: str | None = None) -> HealthPage:
        """Up to ``limit`` changes of a deployment, newest first, older than the cursor ``before``.

        Raises StoreUnavailable, and RequestError for a bad cursor.
        """
        conditions = [_columns.deployment == _storable(deployment)]
        if before is not None:
            at, event_id = position(before)
            conditions.append(tuple_(_columns.at, _columns.id) < tuple_(literal(at, BigInteger), literal(event_id)))
        asked = (
            select(tables.health_events)
            .where(and_(True, *conditions))
            .order_by(desc(_columns.at), desc(_columns.id))
            .limit(limit + 1)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(asked)).all()
        events = [
            HealthEvent(row.id, row.at, row.deployment, row.was, row.became, row.reason, row.wait_ms)
            for row in rows[:limit]
        ]
        more = len(rows) > limit and events
        return HealthPage(events, cursor_of(events[-1].at, events[-1].id) if more else None)

    async def prune(self, before: int) -> int:
        """Forget what happened before that moment (milliseconds); how many changes that were. Raises StoreUnavailable."""
        async with self._database.write() as connection:
            return (await connection.execute(delete(tables.health_events).where(_columns.at < before))).rowcount

    async def close(self) -> None:
        """Write what is pending, if that can be done soon, and stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        try:
            await asyncio.wait_for(self.flush(), _CLOSE_SECONDS)
        except (StoreUnavailable, TimeoutError):
            _log.warning("%d changes of deployments' health were not kept", len(self._pending))

    async def _write_pending(self) -> None:
        await asyncio.sleep(_GATHER_SECONDS)
        while self._pending:
            try:
                async with self._writing:
                    await self._write_some()
                self._failing = False
            except StoreUnavailable as error:
                if not self._failing:
                    _log.warning("The history of deployments' health waits for the store: %s", error)
                self._failing = True
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _write_some(self) -> None:
        """Write the oldest that are pending. They stay pending when that fails, or is cancelled before the commit."""
        batch = [self._pending[place] for place in range(min(_BATCH, len(self._pending)))]
        if not batch:
            return
        async with self._database.write() as connection:
            known = await connection.execute(select(_columns.id).where(_columns.id.in_([each.id for each in batch])))
            written = {row.id for row in known}
            rows = [msgspec.structs.asdict(each) for each in batch if each.id not in written]
            if rows:
                await connection.execute(insert(tables.health_events), rows)
        done = {each.id for each in batch}
        while self._pending and self._pending[0].id in done:
            self._pending.popleft()


def _storable(text: str) -> str:
    """``text`` as both engines take it: PostgreSQL has no place for a null, and neither for half a surrogate pair."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
