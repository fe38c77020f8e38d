"""The keys that exist without anyone asking: the first admin key, and the CLI's own."""

from __future__ import annotations

import hashlib
import os
import platform
import time
from pathlib import Path
from typing import Final

from switchgear.access.keys import CLI_KEY_NAME, FIRST_START, hash_secret, new_secret
from switchgear.access.roles import CALL, OWNER
from switchgear.core.errors import DataFolderUnusable
from switchgear.core.ids import new_id
from switchgear.core.secrets import Secret
from switchgear.store.keys import Key, KeySecret
from switchgear.store.store import Store

CLI_KEY_FILE: Final = "cli.key"
FIRST_KEY_NAME: Final = "admin"


async def first_keys(store: Store, pepper: bytes, data_dir: Path) -> Secret | None:
    """Make sure the CLI has its key; on the first start of all make the admin key and return it, this once.

    Raises StoreUnavailable or DataFolderUnusable.
    """
    keys = await store.keys.all()
    first = None
    if not keys:
        first = new_secret()
        await store.keys.create(_key(FIRST_KEY_NAME, first, pepper))
    path = data_dir / CLI_KEY_FILE
    held = _read(path)
    hashes = {  # a key from before there were owners is replaced
        secret.hash for key in keys if key.revoked_at is None and OWNER in key.scopes for secret in key.secrets
    }
    if not held or hash_secret(pepper, held.encode()) not in hashes:
        fresh = new_secret()
        name = f"{CLI_KEY_NAME} of {_identity(data_dir)}"
        for key in keys:  # only what this data folder had before: another gateway on this database has its own
            if key.name == name and key.created_by == FIRST_START and key.revoked_at is None:
                await store.keys.revoke(key.id, _now())
        await store.keys.create(_key(name, fresh, pepper))
        _write(path, fresh.reveal())
    return first


def _key(name: str, secret: Secret, pepper: bytes) -> Key:
    now = _now()
    value = secret.reveal()
    return Key(
        id=new_id("key"),
        name=name,
        models=("*",),
        scopes=(CALL, OWNER),
        created_at=now,
        expires_at=None,
        revoked_at=None,
        created_by=FIRST_START,
        secrets=(KeySecret(hash_secret(pepper, value.encode()), value[-4:], now),),
    )


def _identity(data_dir: Path) -> str:
    """A short mark of this data folder among all that share a database, made of the host's name and the path."""
    return hashlib.sha256(f"{platform.node()}:{data_dir.absolute()}".encode()).hexdigest()[:6]


def _now() -> int:
    return int(time.time() * 1000)


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise DataFolderUnusable(f"{path} cannot be read: {error}.") from None


def _write(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text + "\n")
        temporary.replace(path)
    except OSError as error:
        raise DataFolderUnusable(f"{path} cannot be written: {error.strerror}.") from None
