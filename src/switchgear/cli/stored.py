"""What the store holds that a configuration may name, read without making or changing anything."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from switchgear.app.stored_names import names_in
from switchgear.cli.where import Where
from switchgear.config import paths
from switchgear.config.load import Loaded, StoredNames, read, read_text
from switchgear.config.references import Resolver, parse_reference
from switchgear.core.errors import ConfigInvalid, SwitchgearError
from switchgear.core.secrets import Secret


@dataclass(frozen=True)
class Stored:
    """The store's secrets by name, and the names of what else the file may refer to."""

    secrets: Mapping[str, Secret]
    names: StoredNames


@dataclass(frozen=True)
class Checked:
    """A configuration without mistakes. ``unchecked`` are its references to secrets that no store could answer."""

    loaded: Loaded
    unchecked: tuple[str, ...]


async def checked(where: Where) -> Checked:
    """The configuration, checked as the gateway does when it starts. Raises ConfigInvalid, which lists every mistake.

    The store is asked when it is there, at this version's schema and in reach.
    """
    file = where.file()
    data = _tables(file)
    named = tuple(sorted(set(_secret_references(data))))
    stored = await _look(where, data, file)
    if stored is None:
        return Checked(read(file, where.environ), named)
    loaded = read(file, where.environ, secrets=stored.secrets.get, stored=stored.names)
    return Checked(loaded, ())


def _tables(file: Path | None) -> dict[str, Any]:
    """The file's tables; none where it has mistakes that are told elsewhere."""
    try:
        return tomllib.loads(read_text(file)) if file is not None else {}
    except (ConfigInvalid, ValueError, RecursionError):
        return {}


def _secret_references(value: object) -> list[str]:
    if isinstance(value, dict):
        return [found for each in value.values() for found in _secret_references(each)]
    if isinstance(value, list):
        return [found for each in value for found in _secret_references(each)]
    reference = parse_reference(value) if isinstance(value, str) else None
    return [str(reference)] if reference is not None and reference.kind == "secret" else []


async def _look(where: Where, data: dict[str, Any], file: Path | None) -> Stored | None:
    """What the store holds; ``None`` when there is none, or none that can be read as it is."""
    folder = where.folder()
    resolver = Resolver(where.environ, lambda _: None, file.parent if file else None)
    try:
        url = resolver.value(_text(data, "store", "url") or "sqlite:").reveal()
        secret = _text(data, "server", "secret")
        override = resolver.resolve(secret) if secret else None
        default = folder / "switchgear.db"
        if not folder.is_dir() or (url == "sqlite:" and not default.exists()):
            return None
        if override is None and not (folder / paths.SECRET_FILE).exists():
            return None
        return await _read(url, folder, paths.load_secret(folder, override=override, warn=lambda _: None))
    except SwitchgearError:
        return None


async def _read(url: str, folder: Path, pepper: bytes) -> Stored | None:
    from switchgear.store import engine, upgrade  # noqa: PLC0415 - slow to import, needed when there is a store
    from switchgear.store.store import Store  # noqa: PLC0415 - the same
    from switchgear.store.tables import HEAD  # noqa: PLC0415 - the same

    if url.startswith("sqlite:") and not engine.sqlite_path(url, folder).exists():
        return None
    if await upgrade.current(url, folder) != HEAD:
        return None  # to open it would upgrade it
    store = await Store.open(url, folder, secret=pepper)
    try:
        secrets = {name: await store.secrets.get(name) for name in await store.secrets.names()}
        return Stored(secrets, await names_in(store))
    finally:
        await store.close()


def _text(data: dict[str, Any], table: str, key: str) -> str | None:
    section = data.get(table)
    value = section.get(key) if isinstance(section, dict) else None
    return value if isinstance(value, str) else None
