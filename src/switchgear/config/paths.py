"""Where the data folder and the configuration file are, and the secret that the data folder keeps."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from switchgear.core.errors import DataFolderInUse, DataFolderUnusable
from switchgear.core.secrets import Secret

CONFIG_FILE: Final = "switchgear.toml"
LOCK_FILE: Final = "gateway.lock"
SECRET_FILE: Final = "secret.key"  # noqa: S105 - a file name
SECRET_BYTES: Final = 32

_HEX = re.compile(r"[0-9A-Fa-f]{64}")
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


def data_folder(option: Path | None, environ: Mapping[str, str]) -> Path:
    """The data folder: ``--data-dir``, ``SWITCHGEAR_DATA_DIR`` or the default, in that order; nothing is created.

    The default is ``switchgear`` in ``XDG_DATA_HOME`` (XDG Base Directory Specification: only when absolute), else in
    ``~/.local/share``. Raises DataFolderUnusable when the home folder cannot be found.
    """
    chosen = option or (Path(environ["SWITCHGEAR_DATA_DIR"]) if environ.get("SWITCHGEAR_DATA_DIR") else None)
    try:
        if chosen is not None:
            return chosen.expanduser().absolute()
        base = environ.get("XDG_DATA_HOME", "")
        if base.startswith("/"):
            return Path(base) / "switchgear"
        home = Path(environ["HOME"]) if environ.get("HOME", "").startswith("/") else Path.home()
    except RuntimeError:
        raise DataFolderUnusable(
            "The home folder cannot be found.", hint="Name a data folder with --data-dir."
        ) from None
    return home / ".local" / "share" / "switchgear"


def config_file(option: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The configuration file: ``--config``, ``SWITCHGEAR_CONFIG``, or ``switchgear.toml`` here if there is one.

    A file that was named is returned whether it exists or not; ``load`` says so when it does not.
    """
    if option is not None:
        return option
    if environ.get("SWITCHGEAR_CONFIG"):
        return Path(environ["SWITCHGEAR_CONFIG"])
    here = Path(CONFIG_FILE)
    return here if os.path.lexists(here) else None


def open_data_folder(folder: Path) -> Path:
    """Creates ``folder`` with mode 0700 when it is missing, and proves that files can be written in it.

    Raises DataFolderUnusable.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        raise DataFolderUnusable(f"The data folder {folder} is not a folder.") from None
    except (OSError, ValueError) as error:
        raise DataFolderUnusable(f"The data folder {folder} cannot be created: {_reason(error)}.") from None
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise DataFolderUnusable(f"The data folder {folder} cannot be written: {_reason(error)}.") from None
    return folder


@contextmanager
def held_folder(folder: Path) -> Iterator[int]:
    """Hold ``folder`` for a gateway that serves it; the hold ends with the process, however it ends.

    Gives the descriptor that holds it, for a program that takes this one's place. Raises DataFolderInUse when another one does, DataFolderUnusable when the lock cannot be made.
    """
    path = folder / LOCK_FILE
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise DataFolderUnusable(f"{path} cannot be opened: {_reason(error)}.") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise DataFolderInUse(f"Another gateway serves the data folder {folder}.") from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def folder_is_held(folder: Path) -> bool:
    """Whether a gateway serves ``folder`` now."""
    try:
        with held_folder(folder):
            return False
    except DataFolderInUse:
        return True
    except DataFolderUnusable:
        return False


def load_secret(folder: Path, *, override: Secret | None = None, warn: Callable[[str], None]) -> bytes:
    """The 32 bytes that key hashes are peppered with and that encryption at rest is derived from.

    ``override`` (``server.secret``, resolved: 64 hex digits) is taken when given. Otherwise they are those of
    ``secret.key`` in ``folder``, which is created with mode 0600 when it is missing: processes that start at once get
    the same bytes. ``warn`` is told when others can read the file. Raises DataFolderUnusable.
    """
    if override is not None:
        return _decoded(override.reveal(), "server.secret")
    path = folder / SECRET_FILE
    try:
        if not path.exists():
            _create(path, secrets.token_hex(SECRET_BYTES) + "\n")
        text = path.read_text("ascii")
    except UnicodeDecodeError:
        text = ""
    except OSError as error:
        raise DataFolderUnusable(f"{path} cannot be read or created: {_reason(error)}.") from None
    value = _decoded(text.removesuffix("\n"), str(path))
    if loose := loose_permissions(path):
        warn(loose)
    return value


def loose_permissions(path: Path) -> str | None:
    """A sentence when others than its owner can read or write ``path``; ``None`` when it is private or missing."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None
    private = 0o700 if path.is_dir() else 0o600
    if mode & 0o077:
        return f"{path} is open to others (mode {mode:04o}). Close it with: chmod {private:o} {path}"
    return None


def _decoded(text: str, where: str) -> bytes:
    if not _HEX.fullmatch(text):
        raise DataFolderUnusable(
            f"{where} does not hold 64 hex digits.",
            hint="Bring back the original: without it no key is recognised and no stored secret can be read.",
        )
    return bytes.fromhex(text)


def _create(path: Path, text: str) -> None:
    """Writes ``path`` whole or not at all, and leaves it alone when another process was first."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp: mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            return
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            _rename_first(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync(path.parent)


def _rename_first(temporary: Path, path: Path) -> None:
    """Renames onto ``path`` unless it exists, under the folder's lock: for file systems without hard links."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if not path.exists():
            temporary.rename(path)
    finally:
        os.close(folder)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _reason(error: OSError | ValueError) -> str:
    return ((error.strerror if isinstance(error, OSError) else None) or str(error)).lower()
