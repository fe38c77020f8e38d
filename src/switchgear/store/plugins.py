"""Plugins as they are set up, the versions of them that are on the disk, and their secrets, encrypted.

What the documents in the rows mean is decided in ``plugins``; here they are kept. Times are milliseconds since the epoch.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final, TypedDict, Unpack

import msgspec
from sqlalchemy import Row, Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from switchgear.core.errors import Conflict, NotFound, StoreUnavailable
from switchgear.core.secrets import Secret
from switchgear.store import plugin_tables
from switchgear.store.engine import Database
from switchgear.store.late_sealing import LateSealer


class Plugin(msgspec.Struct, frozen=True):
    """A plugin. ``version`` is in use, ``previous`` the one to go back to; ``setup`` is what a person chose."""

    name: str
    kind: str
    version: str
    previous: str
    state: str
    reason: str
    setup: dict[str, Any]
    created_at: int
    created_by: str
    updated_at: int


class PluginVersion(msgspec.Struct, frozen=True):
    """A version on the disk: ``digest`` names its content, ``key_id`` who signed it, ``document`` describes it.

    ``offer`` are the definitions that were accepted, as JSON; empty before anybody saw them.
    """

    plugin: str
    version: str
    digest: str
    key_id: str
    source: str
    document: str
    offer: str
    installed_at: int


class PluginChanges(TypedDict, total=False):
    """What to change of a plugin; what is left out stays."""

    version: str
    previous: str
    state: str
    reason: str
    setup: dict[str, Any]


class Plugins:
    """Reads and changes plugins. Every method raises StoreUnavailable; one that names a plugin also NotFound."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[tuple[Plugin, list[PluginVersion]]]:
        """Every plugin by name, with its versions, the newest last."""
        plugins, versions = plugin_tables.plugins, plugin_tables.plugin_versions
        of: dict[str, list[PluginVersion]] = {}
        async with self._database.read() as connection:
            rows = (await connection.execute(select(plugins).order_by(plugins.c.name))).all()
            for row in await connection.execute(select(versions).order_by(versions.c.installed_at)):
                of.setdefault(row.plugin, []).append(_version(row))
        return [(_plugin(row), of.get(row.name, [])) for row in rows]

    async def get(self, name: str) -> tuple[Plugin, list[PluginVersion]]:
        """The plugin of this name, with its versions, the newest last."""
        versions = plugin_tables.plugin_versions
        async with self._database.read() as connection:
            plugin = await _load(connection, name)
            asked = select(versions).where(versions.c.plugin == name).order_by(versions.c.installed_at)
            return plugin, [_version(row) for row in await connection.execute(asked)]

    async def install(self, plugin: Plugin, version: PluginVersion, *, secrets: Mapping[str, bytes]) -> None:
        """Keep a version and let it be the one in use, with what was chosen for it: all of it or nothing.

        ``secrets`` are sealed values by name (``PluginSecrets.sealed``); those that are not named stay.
        """
        plugins, versions = plugin_tables.plugins, plugin_tables.plugin_versions
        row = msgspec.structs.asdict(plugin) | {"setup": _json(plugin.setup)}
        async with self._database.change() as connection:
            await _put(connection, versions, msgspec.structs.asdict(version), ("plugin", "version"))
            await _put(connection, plugins, row, ("name",))
            for name, sealed in secrets.items():
                kept = {"plugin": plugin.name, "name": name, "sealed": sealed, "updated_at": plugin.updated_at}
                await _put(connection, plugin_tables.plugin_secrets, kept, ("plugin", "name"))

    async def update(self, name: str, **changes: Unpack[PluginChanges]) -> Plugin:
        """Changes what is given and leaves the rest."""
        values: dict[str, Any] = {**changes, "updated_at": _now()}
        if "setup" in changes:
            values["setup"] = _json(changes["setup"])
        table = plugin_tables.plugins
        async with self._database.change() as connection:
            await connection.execute(update(table).where(table.c.name == name).values(values))
            return await _load(connection, name)

    async def accept(self, name: str, version: str, offer: str, *, instead_of: str | None = None) -> bool:
        """Let ``offer`` be what is accepted of a version; False where another than ``instead_of`` was accepted meanwhile."""
        table = plugin_tables.plugin_versions
        which = update(table).where(table.c.plugin == name, table.c.version == version)
        if instead_of is not None:
            which = which.where(table.c.offer == instead_of)
        async with self._database.change() as connection:
            return bool((await connection.execute(which.values(offer=offer))).rowcount)

    async def forget_version(self, name: str, version: str) -> None:
        """Forget a version that is not in use. Raises Conflict for the one that is."""
        plugins, versions = plugin_tables.plugins, plugin_tables.plugin_versions
        async with self._database.change() as connection:
            plugin = await _load(connection, name)
            if plugin.version == version:
                raise Conflict(f"Version {version} of {name} is in use.", hint="Remove the plugin, or use another one.")
            await connection.execute(delete(versions).where(versions.c.plugin == name, versions.c.version == version))
            if plugin.previous == version:
                await connection.execute(update(plugins).where(plugins.c.name == name).values(previous=""))

    async def remove(self, name: str) -> None:
        """Forget a plugin with its versions and secrets."""
        async with self._database.change() as connection:
            await _load(connection, name)
            for table in (plugin_tables.plugin_versions, plugin_tables.plugin_secrets):
                await connection.execute(delete(table).where(table.c.plugin == name))
            await connection.execute(delete(plugin_tables.plugins).where(plugin_tables.plugins.c.name == name))


class PluginSecrets:
    """Sensitive settings, headers and tokens of plugins. Every method raises StoreUnavailable.

    Changes of them alone move no revision: they are read when a plugin is started, and tokens are renewed often.
    """

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database = database
        self._sealer = LateSealer(secret)

    def sealed(self, plugin: str, name: str, value: str) -> bytes:
        """``value``, encrypted so that it opens for this plugin under this name only."""
        return self._sealer.seal(_under(plugin, name), value)

    async def put(self, plugin: str, name: str, value: Secret, *, instead_of: Secret | None = None) -> bool:
        """Keeps ``value`` instead of what was there; with ``instead_of`` only if that was there, else False."""
        row = {
            "plugin": plugin,
            "name": name,
            "sealed": self.sealed(plugin, name, value.reveal()),
            "updated_at": _now(),
        }
        async with self._database.write() as connection:
            if instead_of is not None:
                found = await _secret(connection, plugin, name)
                if found is None or self._sealer.open(_under(plugin, name), found) != instead_of.reveal():
                    return False
            await _put(connection, plugin_tables.plugin_secrets, row, ("plugin", "name"))
        return True

    async def get(self, plugin: str, name: str) -> Secret | None:
        """The secret, if there is one. StoreUnavailable is raised for one that was sealed elsewhere, too."""
        async with self._database.read() as connection:
            sealed = await _secret(connection, plugin, name)
        return None if sealed is None else self._open(plugin, name, sealed)

    async def of(self, plugin: str, *, under: str = "") -> dict[str, Secret]:
        """The secrets of a plugin whose names begin with ``under``, by name."""
        table = plugin_tables.plugin_secrets
        async with self._database.read() as connection:
            rows = (await connection.execute(select(table).where(table.c.plugin == plugin))).all()
        return {row.name: self._open(plugin, row.name, row.sealed) for row in rows if row.name.startswith(under)}

    async def names(self, plugin: str) -> list[str]:
        """The names of a plugin's secrets, sorted."""
        table = plugin_tables.plugin_secrets
        async with self._database.read() as connection:
            return sorted((await connection.execute(select(table.c.name).where(table.c.plugin == plugin))).scalars())

    async def delete(self, plugin: str, name: str) -> None:
        """Forgets the secret, if there is one."""
        table = plugin_tables.plugin_secrets
        async with self._database.write() as connection:
            await connection.execute(delete(table).where(table.c.plugin == plugin, table.c.name == name))

    def _open(self, plugin: str, name: str, sealed: bytes) -> Secret:
        value = self._sealer.open(_under(plugin, name), sealed)
        if value is None:
            raise StoreUnavailable(
                f'The secret "{name}" of plugin {plugin} cannot be read: it was stored under another secret.key.',
                hint="Bring back the secret.key of that time, or set the secret again.",
            )
        return Secret(value)


_MISSING: Final = "switchgear plugin list shows those that are installed."


async def _load(connection: AsyncConnection, name: str) -> Plugin:
    table = plugin_tables.plugins
    row = (await connection.execute(select(table).where(table.c.name == name))).first()
    if row is None:
        raise NotFound(f'No plugin is named "{name}".', hint=_MISSING)
    return _plugin(row)


async def _secret(connection: AsyncConnection, plugin: str, name: str) -> bytes | None:
    table = plugin_tables.plugin_secrets
    asked = select(table.c.sealed).where(table.c.plugin == plugin, table.c.name == name)
    return (await connection.execute(asked)).scalar()


async def _put(connection: AsyncConnection, table: Table, row: dict[str, Any], keys: tuple[str, ...]) -> None:
    which = [table.c[key] == row[key] for key in keys]
    changed = await connection.execute(update(table).where(*which).values(row))
    if not changed.rowcount:
        await connection.execute(insert(table).values(row))


def _plugin(row: Row[Any]) -> Plugin:
    return Plugin(**{**row._mapping, "setup": msgspec.json.decode(row.setup)})  # noqa: SLF001 - SQLAlchemy's public name


def _version(row: Row[Any]) -> PluginVersion:
    return PluginVersion(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def _under(plugin: str, name: str) -> str:
    return f"plugin {plugin} {name}"


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _now() -> int:
    return time.time_ns() // 1_000_000
