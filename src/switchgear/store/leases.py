"""Leases: which process of all that share the store does a thing now, and when it was done last."""

from __future__ import annotations

import time

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from switchgear.store import tables
from switchgear.store.engine import Database


class Turn(msgspec.Struct, frozen=True):
    """What became of asking: ``mine`` is whether it is the asker's turn; else ask again in ``wait`` seconds."""

    mine: bool
    wait: float = 0.0


class Leases:
    """Takes, keeps and gives back leases. Every method raises StoreUnavailable.

    Times are the database's own where it is a server, so that hosts need not agree on theirs.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, name: str, holder: str, *, every: float, seconds: float) -> Turn:
        """Takes the lease ``name`` for ``seconds``, if nobody has it and it was last done ``every`` seconds ago or earlier."""
        # Looked at before it is written: most who ask find that it is not their turn, and need no write for that.
        async with self._database.read() as connection:
            wait: int | None = (await connection.execute(self._due(name, every))).scalar()
        if wait is None:
            await self._make(name)
        elif wait > 0:
            return Turn(mine=False, wait=wait / 1000)
        lease = tables.leases.c
        async with self._database.write() as connection:
            now = self._now()
            free = and_(lease.name == name, lease.until <= now, lease.done_at <= now - int(every * 1000))
            values = {"holder": holder, "until": now + int(seconds * 1000)}
            if (await connection.execute(update(tables.leases).where(free).values(**values))).rowcount:
                return Turn(mine=True)
            left: int = (await connection.execute(self._due(name, every))).scalar_one()
        return Turn(mine=False, wait=max(left, 1) / 1000)

    async def renew(self, name: str, holder: str, *, seconds: float) -> bool:
        """Keeps the lease for ``seconds`` from now; False when another holder has it."""
        return await self._change(name, holder, until=self._now() + int(seconds * 1000))

    async def done(self, name: str, holder: str, *, ago: float) -> None:
        """Gives the lease back; what it is for was done, and begun ``ago`` seconds before now."""
        await self._change(name, holder, until=literal(0), done_at=self._now() - int(ago * 1000))

    async def give_back(self, name: str, holder: str) -> None:
        """Gives the lease back, with nothing done."""
        await self._change(name, holder, until=literal(0))

    async def _change(self, name: str, holder: str, **values: ColumnElement[int]) -> bool:
        held = and_(tables.leases.c.name == name, tables.leases.c.holder == holder)
        async with self._database.write() as connection:
            return bool((await connection.execute(update(tables.leases).where(held).values(**values))).rowcount)

    def _due(self, name: str, every: float) -> Select[int]:
        """The milliseconds until the lease may be taken."""
        lease = tables.leases.c
        later = func.greatest if self._database.kind == "postgresql" else func.max
        due = later(lease.until, lease.done_at + int(every * 1000)) - self._now()
        return select(due).where(lease.name == name)

    async def _make(self, name: str) -> None:
        row = insert(tables.leases).values(name=name, holder="", until=0, done_at=0)
        async with self._database.write() as connection:
            try:
                async with connection.begin_nested():
                    await connection.execute(row)
            except IntegrityError:
                return  # another process was first

    def _now(self) -> ColumnElement[int]:
        """Milliseconds since the epoch."""
        if self._database.kind == "postgresql":
            return cast(func.extract("epoch", func.clock_timestamp()) * 1000, BigInteger)
        return literal(time.time_ns() // 1_000_000, BigInteger)
