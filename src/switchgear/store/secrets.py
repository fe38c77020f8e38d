"""Secrets by name (a provider's API key, say), encrypted at rest."""

from __future__ import annotations

import time

from sqlalchemy import delete, insert, select, update

from switchgear.core.errors import NotFound, StoreUnavailable
from switchgear.core.secrets import Secret
from switchgear.store import tables
from switchgear.store.engine import Database
from switchgear.store.late_sealing import LateSealer


class Secrets:
    """Reads and changes stored secrets. Every method raises StoreUnavailable."""

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database = database
        self._sealer = LateSealer(secret)

    async def put(self, name: str, value: Secret) -> None:
        """Keeps ``value`` under ``name``, instead of what was there."""
        now = time.time_ns() // 1_000_000
        sealed = self._sealer.seal(name, value.reveal())
        table = tables.secrets
        async with self._database.change() as connection:
            changed = await connection.execute(
                update(table).where(table.c.name == name).values(sealed=sealed, updated_at=now)
            )
            if not changed.rowcount:
                await connection.execute(insert(table).values(name=name, sealed=sealed, created_at=now, updated_at=now))

    async def get(self, name: str) -> Secret:
        """The secret under ``name``. Raises NotFound, and StoreUnavailable when it was sealed elsewhere."""
        async with self._database.read() as connection:
            found = select(tables.secrets.c.sealed).where(tables.secrets.c.name == name)
            sealed = (await connection.execute(found)).scalar()
        if sealed is None:
            raise NotFound(f'No secret is named "{name}".', hint="Store it, or correct the name.")
        value = self._sealer.open(name, sealed)
        if value is None:
            raise StoreUnavailable(
                f'The secret "{name}" cannot be read: it was stored under another secret.key.',
                hint="Bring back the secret.key of that time, or store the secret again.",
            )
        return Secret(value)

    async def names(self) -> list[str]:
        """The names of all secrets, sorted."""
        async with self._database.read() as connection:
            return sorted((await connection.execute(select(tables.secrets.c.name))).scalars())

    async def delete(self, name: str) -> None:
        """Forgets the secret. Raises NotFound."""
        async with self._database.change() as connection:
            gone = await connection.execute(delete(tables.secrets).where(tables.secrets.c.name == name))
            if not gone.rowcount:
                raise NotFound(f'No secret is named "{name}".', hint="Nothing was deleted.")
