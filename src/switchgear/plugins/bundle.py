"""Bundles: packed, unpacked, and the digest that names their content.

The digest is the SHA-256 of the canonical list: a JSON array of ``[path, sha256]`` for each file, sorted by the bytes of the paths,
without white space, behind a line that names the form. Two folders have the same list if and only if they hold the same files.
Everything here blocks; run it in a thread.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import secrets
import shutil
import stat
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, Final

import msgspec

from switchgear.core.errors import InvalidBundle, InvalidManifest
from switchgear.core.structs import Frozen
from switchgear.plugins import names
from switchgear.plugins.archive import USUAL, Archive, BundleLimits, Entry
from switchgear.plugins.manifest import FILE as MANIFEST
from switchgear.plugins.manifest import LARGEST as LARGEST_MANIFEST
from switchgear.plugins.manifest import Manifest, read_manifest

SIGNATURE: Final = "META-INF/switchgear.signature.json"
"""The one file that the canonical list leaves out: it is made from it."""
LARGEST_SIGNATURE: Final = 1 << 20
KEY_SUFFIX: Final = ".switchgear-key"
"""The end of the name of a publisher's private key."""
_FORM: Final = b"switchgear-bundle-1\n"
_PART: Final = ".switchgear-bundle-"
_PIECE: Final = 1 << 18
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_IGNORED: Final = ".mcpbignore"
_LEFT_OUT: Final = (
    *(
        ".git",
        ".gitignore",
        ".DS_Store",
        "Thumbs.db",
        "__pycache__",
        ".pytest_cache",
        ".venv",
        ".bin",
        ".cache",
        ".hypothesis",
        ".ruff_cache",
        ".switchgear",
        _IGNORED,
    ),
    *(".env*", ".npmrc", "*.mcpb", f"*{KEY_SUFFIX}", f"{_PART}*"),
)
"""What is never packed, wherever it is: versioning, caches, links of npm, and what may be secret."""


class Bundle(Frozen, frozen=True):
    """An unpacked bundle in ``folder``. ``files`` are sha256 (hex) by path, ``digest`` names all of them (hex).

    ``signature`` is what its signature file holds; empty where there is none.
    """

    folder: Path
    manifest: Manifest
    files: Mapping[str, str]
    digest: str
    signature: bytes


def open_bundle(source: Path | bytes, into: Path, limits: BundleLimits = USUAL) -> Bundle:
    """Unpack ``source`` as the new folder ``into``, whole or not at all, also when the power fails.

    Raises InvalidBundle and InvalidManifest for what is not safe or no bundle, OSError when it cannot be read or written.
    """
    with unpacked(source, into.parent, limits) as bundle:
        return keep(bundle, into)


@contextmanager
def unpacked(source: Path | bytes, beside: Path, limits: BundleLimits = USUAL) -> Iterator[Bundle]:
    """``source`` unpacked in a folder of its own in ``beside``, which is gone afterwards unless it is kept. Raises as ``open_bundle``."""
    folder = beside / f"{_PART}{secrets.token_hex(16)}"
    with _opened(source) as file:
        archive = Archive(file, limits)
        folder.mkdir(mode=0o700)
        try:
            _extract(archive, folder)
            yield read_folder(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def keep(bundle: Bundle, into: Path) -> Bundle:
    """Move an unpacked bundle to the new folder ``into``, on the same file system. Raises OSError; FileExistsError where there is one."""
    if into.is_symlink() or into.exists():
        raise FileExistsError(errno.EEXIST, "There is something already", str(into))
    bundle.folder.chmod(0o755)
    _sync(bundle.folder)
    bundle.folder.rename(into)
    _sync_one(into.parent)
    return msgspec.structs.replace(bundle, folder=into)


def sweep(beside: Path) -> None:
    """Remove from ``beside`` what a killed process left half unpacked. For when no other process unpacks there."""
    for left in beside.glob(f"{_PART}*"):
        shutil.rmtree(left, ignore_errors=True)


def read_folder(folder: Path) -> Bundle:
    """The bundle that lies unpacked in ``folder``, read anew. Raises InvalidBundle, InvalidManifest, OSError."""
    files = hashes(folder)
    if MANIFEST not in files:
        raise InvalidManifest(f"There is no {MANIFEST} in the bundle.")
    signature = folder / SIGNATURE
    return Bundle(
        folder,
        read_manifest(_read(folder / MANIFEST, LARGEST_MANIFEST + 1)),
        files,
        digest(files),
        _read(signature, LARGEST_SIGNATURE) if signature.is_file() else b"",
    )


def hashes(folder: Path) -> dict[str, str]:
    """The sha256 of every file in ``folder`` but the signature, by its path in it. Folders that are empty count for nothing.

    Raises InvalidBundle for whatever is neither a plain file nor a folder, or has a name that no bundle may have.
    """
    return {name: _sha256(path) for name, path in _walk(folder) if name != SIGNATURE}


def canonical(files: Mapping[str, str]) -> bytes:
    """The canonical list of ``files`` (sha256 in hex by path)."""
    listed = sorted(files.items(), key=lambda item: item[0].encode())
    return _FORM + msgspec.json.encode(listed)


def digest(files: Mapping[str, str]) -> str:
    """The sha256 of the canonical list, in hex."""
    return hashlib.sha256(canonical(files)).hexdigest()


def digest_of(folder: Path) -> str:
    """The digest of what is in ``folder`` now. Raises as ``hashes`` does."""
    return digest(hashes(folder))


def differences(files: Mapping[str, str], folder: Path) -> list[str]:
    """In words, what in ``folder`` is not as ``files`` says; empty when everything is. Raises as ``hashes`` does."""
    now = hashes(folder)
    told = [f'"{name}" is gone.' for name in files if name not in now]
    told += [f'"{name}" was added.' for name in now if name not in files]
    told += [f'"{name}" was changed.' for name, sha in files.items() if now.get(name, sha) != sha]
    return sorted(told)


def pack(folder: Path, out: Path, *, whole: bool = False) -> Bundle:
    """Write what is in ``folder`` as the bundle ``out``, instead of what was there: the same bytes for the same files, always.

    Unless it is to be the ``whole`` folder, versioning, caches, secrets (``.git``, ``__pycache__``, ``.env`` …) and what the patterns in
    ``.mcpbignore`` name are left out.
    Raises InvalidBundle, InvalidManifest, OSError.
    """
    part = out.with_name(f"{_PART}{secrets.token_hex(16)}")
    patterns = () if whole else (*_LEFT_OUT, *_ignored(folder))
    files = sorted(_walk(folder, patterns), key=lambda item: item[0].encode())
    try:
        with part.open("xb") as file:
            _write_zip(file, files)
            file.flush()
            os.fsync(file.fileno())
        packed = _read_archive(part, folder)
        part.replace(out)
        _sync_one(out.parent)
    finally:
        part.unlink(missing_ok=True)
    return packed


def _read_archive(file: Path, folder: Path) -> Bundle:
    """The bundle in ``file``, made from ``folder``, as whoever gets it will find it."""
    with _opened(file) as opened:
        archive = Archive(opened, USUAL)
        entries = {entry.name: entry for entry in archive.entries if not entry.folder}
        if MANIFEST not in entries:
            raise InvalidManifest(f"There is no {MANIFEST} in {folder}.")
        manifest = read_manifest(b"".join(archive.content(entries[MANIFEST])))
        entry_point = manifest.server.entry_point.removeprefix("./")
        if entry_point not in entries:
            raise InvalidManifest(f"{MANIFEST}: $.server.entry_point {entry_point} is no file in {folder}.")
        signature = b"".join(archive.content(entries.pop(SIGNATURE))) if SIGNATURE in entries else b""
        files = {}
        for name, entry in entries.items():
            content = hashlib.sha256()
            for piece in archive.content(entry):
                content.update(piece)
            files[name] = content.hexdigest()
    return Bundle(folder, manifest, files, digest(files), signature)


def _ignored(folder: Path) -> tuple[str, ...]:
    """The patterns of ``.mcpbignore``."""
    if not (folder / _IGNORED).is_file():
        return ()
    lines = (line.strip() for line in _read(folder / _IGNORED, _PIECE).decode("utf-8", "replace").splitlines())
    return tuple(line.strip("/") for line in lines if line and not line.startswith("#"))


def _left_out(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a pattern matches a path, or its last step."""
    return any(fnmatchcase(name, pattern) or fnmatchcase(name.rpartition("/")[2], pattern) for pattern in patterns)


def _write_zip(file: IO[bytes], files: list[tuple[str, Path]]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, path in files:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3
            info.compress_type = zipfile.ZIP_DEFLATED
            mode = 0o755 if path.stat().st_mode & 0o111 else 0o644
            info.external_attr = (stat.S_IFREG | mode) << 16
            info.file_size = path.stat().st_size
            with path.open("rb") as content, archive.open(info, "w") as entry:
                shutil.copyfileobj(content, entry, _PIECE)


@contextmanager
def _opened(source: Path | bytes) -> Iterator[IO[bytes]]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    # A pipe would keep whoever opens it waiting.
    descriptor = os.open(source, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:  # noqa: PTH123 - it is opened already
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise InvalidBundle(f"{source} is no file.")
        yield file


def _extract(archive: Archive, folder: Path) -> None:
    """Write every entry. Nothing in ``folder`` is anybody else's, and no entry is a link, so no path leads out of it."""
    made = {folder}
    for entry in archive.entries:
        target = folder / entry.name
        _make(target if entry.folder else target.parent, made)
        if not entry.folder:
            _write(archive, entry, target)


def _make(folder: Path, made: set[Path]) -> None:
    """Make ``folder`` and those it lies in, which others may look into whatever the umask is."""
    if folder not in made:
        _make(folder.parent, made)
        folder.mkdir()
        folder.chmod(0o755)
        made.add(folder)


def _write(archive: Archive, entry: Entry, target: Path) -> None:
    mode = 0o755 if entry.executable else 0o644
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - it is opened already
        os.fchmod(descriptor, mode)
        file.writelines(archive.content(entry))


def _walk(folder: Path, patterns: tuple[str, ...] = ()) -> Iterator[tuple[str, Path]]:
    """Every file below ``folder`` that no pattern matches: its path in it, and its path. Raises InvalidBundle."""
    waiting = [(folder, "")]
    while waiting:
        inside, prefix = waiting.pop()
        with os.scandir(inside) as listing:
            entries = list(listing)
        for entry in entries:
            name = prefix + os.fsencode(entry.name).decode("utf-8", "replace")
            if _left_out(name, patterns):
                continue
            fault = names.fault(name)
            if not fault and entry.is_dir(follow_symlinks=False):
                waiting.append((Path(entry.path), name + "/"))
                continue
            if not fault and not entry.is_file(follow_symlinks=False):
                fault = "is a link" if entry.is_symlink() else "is neither a file nor a folder"
            if fault:
                shown = "".join(sign if sign.isprintable() else "\ufffd" for sign in name)
                raise InvalidBundle(f'"{shown}" in {folder} {fault}.')
            yield name, Path(entry.path)


def _sha256(path: Path) -> str:
    with _plain(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(path: Path, most: int) -> bytes:
    with _plain(path) as file:
        return file.read(most)


@contextmanager
def _plain(path: Path) -> Iterator[io.BufferedReader]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:  # noqa: PTH123 - it is opened already
        yield file


def _sync(folder: Path) -> None:
    """Everything in ``folder`` is on the disk when this returns."""
    for inside, _, files in os.walk(folder):
        for name in files:
            _sync_one(Path(inside, name))
        _sync_one(Path(inside))


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
