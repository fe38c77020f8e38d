"""What a database's failure means, in one sentence: the one place where driver errors are understood."""

from __future__ import annotations

import sqlite3

import msgspec
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from switchgear.core.errors import DataFolderUnusable, StartupError, StoreUnavailable, StoreUnusable

_SQLITE = {
    sqlite3.SQLITE_BUSY: "is locked by another process",
    sqlite3.SQLITE_LOCKED: "is locked by another process",
    sqlite3.SQLITE_CORRUPT: "is damaged",
    sqlite3.SQLITE_NOTADB: "is damaged, or is not a database",
}
_SQLITE_VALUES = {sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE}
_FOLDER = {
    sqlite3.SQLITE_READONLY: "cannot be written: the file or its folder is read-only",
    sqlite3.SQLITE_PERM: "cannot be opened: this user may not read and write it",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: its folder is missing, or this user may not read and write it",
    sqlite3.SQLITE_FULL: "cannot be written: the disk is full",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk failed",
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html; the first two characters are the class.
_POSTGRES = {
    "08": "cannot be reached",
    "25006": "is read-only",
    "28": "refused the user name or password",
    "3D": "does not exist on that server",
    "40": "was busy with a conflicting transaction",
    "42501": "does not give this user the rights it needs",
    "53100": "cannot be written: the server's disk is full",
    "53300": "has no free connections",
    "53": "is out of resources",
    "55P03": "is locked by another process",
    "57": "is starting, stopping or cancelled the statement",
    "58": "failed to read or write its disk",
    "XX": "is damaged",
}


class ConnectFailed(Exception):
    """asyncpg could not connect; its own exception is the cause."""


DRIVER_ERRORS = (SQLAlchemyError, sqlite3.Error, ConnectFailed, OSError)
"""What a database, its driver or the way to it raises. A time limit is an OSError in Python 3.11."""


class Failure(msgspec.Struct, frozen=True):
    """A driver's error, understood.

    ``folder``: the folder or disk is at fault, not the database. ``data``: the values sent may be at fault.
    ``damage``: the file is.
    """

    sentence: str
    cause: str
    folder: bool = False
    data: bool = False
    damage: bool = False


def driver_error(error: BaseException) -> BaseException:
    """The driver's own exception inside whatever wraps it."""
    while True:
        inner: BaseException | None = error.orig if isinstance(error, DBAPIError) else None
        if inner is None or inner is error:
            inner = error.__cause__ if _is_wrapper(error) else None
        if inner is None:
            return error
        error = inner


def _is_wrapper(error: BaseException) -> bool:
    """SQLAlchemy's asyncpg adapter raises its own classes from the driver's."""
    return isinstance(error, ConnectFailed) or type(error).__module__.startswith("sqlalchemy.")


def understand(error: BaseException, where: str) -> Failure:
    """What ``error`` means for the database described by ``where``."""
    inner = driver_error(error)
    cause = f"{type(inner).__name__}: {inner}"
    if isinstance(inner, sqlite3.Error):
        code = (getattr(inner, "sqlite_errorcode", 0) or 0) & 0xFF
        words = _SQLITE.get(code) or _FOLDER.get(code)
        return Failure(
            f"{where} {words or 'gave an error'}.",
            cause,
            folder=code in _FOLDER,
            data=not code or code in _SQLITE_VALUES,
            damage=code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB},
        )
    state = getattr(inner, "sqlstate", None)
    if isinstance(state, str):
        words = _POSTGRES.get(state) or _POSTGRES.get(state[:2])
        return Failure(f"{where} {words or 'gave an error'}.", cause, data=state[:2] in {"22", "23"})
    if isinstance(inner, OSError) or _connection_lost(inner):
        return Failure(f"{where} cannot be reached.", cause)
    return Failure(f"{where} gave an error.", cause, data=True)


def _connection_lost(error: BaseException) -> bool:
    """asyncpg's InterfaceError stands for closed connections and, as DataError's parent, for bad values."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return "InterfaceError" in names and "DataError" not in names


def unavailable(error: BaseException, where: str) -> StoreUnavailable:
    """The error for a request while serving."""
    failure = understand(error, where)
    return StoreUnavailable(failure.sentence, cause=failure.cause)


def unusable(error: BaseException, where: str) -> StartupError:
    """The error for a command or a start."""
    failure = understand(error, where)
    kind = DataFolderUnusable if failure.folder else StoreUnusable
    return kind(failure.sentence, cause=failure.cause)
