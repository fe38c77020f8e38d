"""Usage records on disk while the database does not take them: appended, checksummed, and given back in order.

A folder below ``spool`` in the data folder belongs to one process, which holds a lock on it; folders whose process is
gone are taken over by whoever finds them. In a folder are segments, written one after the other. Each record is a frame: a
marker, the payload's length, a CRC-32 of length and payload, the payload (the record in MessagePack). What a process that
was killed left half written is found by its checksum and dropped; reading goes on at the next marker.

Everything here blocks. It may be called from several threads, which take turns.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import struct
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from switchgear.core.calls import CallRecord
from switchgear.core.ids import new_id

FOLDER = "spool"
SEGMENT_BYTES = 8 << 20
_MARKER = b"\xf5\xd6SR"
_HEAD = struct.Struct("!4sII")
_LENGTH = struct.Struct("!I")
_TRIES = 10
_SET_ASIDE = ".unreadable"

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(CallRecord).decode


class SpoolFull(Exception):
    """The spool may not grow any more."""


class Piece(msgspec.Struct, frozen=True):
    """Some records from the beginning of a spool, and how many among them could not be read."""

    records: list[CallRecord]
    unreadable: int


class _Segment:
    """One file: ``count`` records from offset ``at`` on, of ``size`` bytes in all."""

    def __init__(self, path: Path, count: int = 0, size: int = 0) -> None:
        self.path = path
        self.count = count
        self.size = size
        self.at = 0
        self.next = 0
        self.data: bytes | None = None

    @classmethod
    def found(cls, path: Path) -> _Segment:
        """A file that another process wrote. Raises OSError."""
        data = _content(path)
        return cls(path, sum(1 for _ in _frames(data, 0)), len(data))

    def first(self, most: int) -> Piece:
        """The next records, at most so many."""
        if self.data is None:
            self.data = _content(self.path)
        records: list[CallRecord] = []
        unreadable = 0
        self.next = self.size
        for payload, end in _frames(self.data, self.at):
            try:
                records.append(_decode(payload))
            except msgspec.MsgspecError:
                unreadable += 1
            if len(records) + unreadable >= most:
                self.next = end
                break
        return Piece(records, unreadable)


class Spool:
    """What this process keeps on disk, and what it found of others that are gone.

    ``folder`` is the data folder, ``most`` how many bytes all segments may have together, ``segment`` at how many a new one
    is begun.
    """

    def __init__(self, folder: Path, most: int, *, segment: int = SEGMENT_BYTES) -> None:
        self._root = folder / FOLDER
        self._most = most
        self._segment = segment
        self._segments: list[_Segment] = []
        self._locks: dict[Path, int] = {}
        self._own: Path | None = None
        self._file: int | None = None
        self._begun = 0
        self._passed_over: list[str] = []
        self._turn = threading.RLock()

    @property
    def records(self) -> int:
        """Records that were not given back yet."""
        return sum(segment.count for segment in self._segments)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(segment.size for segment in self._segments)

    @property
    def passed_over(self) -> list[str]:
        """What could not be taken over, and why: a sentence for each."""
        return [*self._passed_over]

    def adopt(self) -> int:
        """Take over what processes left that are gone; how many records that brings. Raises OSError.

        What cannot be read is left out (``passed_over``), and a file so set aside: the others come all the same.
        """
        with self._turn:
            before = self.records
            for folder in sorted(self._root.iterdir()) if self._root.is_dir() else ():
                if folder in self._locks or not folder.is_dir():
                    continue
                try:
                    self._adopt(folder)
                except FileNotFoundError:  # its owner was just ending
                    continue
                except OSError as error:
                    self._passed_over.append(str(error))
            self._segments.sort(key=lambda segment: segment.path)  # folders and files are named by when they were begun
            return self.records - before

    def _adopt(self, folder: Path) -> None:
        if not self._lock(folder):
            return
        try:
            for path in [path for path in folder.iterdir() if path.suffix != _SET_ASIDE]:
                try:
                    self._segments.append(_Segment.found(path))
                except OSError as error:
                    self._passed_over.append(str(error))
                    _put_aside(path)
        finally:
            self._tidy(folder)

    def append(self, records: Sequence[CallRecord], *, durable: bool) -> None:
        """Keep ``records``, all of them or none; with ``durable`` they are on the disk when it returns.

        Raises SpoolFull and OSError.
        """
        frames = b"".join(_framed(_encode(record)) for record in records)
        with self._turn:
            self._append(frames, len(records), durable)

    def _append(self, frames: bytes, count: int, durable: bool) -> None:
        if self.size + len(frames) > self._most:
            raise SpoolFull
        file, segment = self._open()
        try:
            _write(file, frames)
            if durable:
                os.fdatasync(file)
        except OSError:
            with suppress(OSError):  # what was written of it is not to be read
                os.ftruncate(file, segment.size)
            self._finish()
            raise
        segment.size += len(frames)
        segment.count += count
        if segment.size >= self._segment:
            self._finish()

    def first(self, most: int) -> Piece:
        """The oldest records, at most so many; the same again until ``given_back``. Raises OSError."""
        with self._turn:
            if self._file is not None and len(self._segments) == 1:
                self._finish()  # what is read is not written any more
            return self._segments[0].first(most) if self._segments else Piece([], 0)

    def given_back(self, piece: Piece) -> None:
        """Forget what ``first`` gave: it is in the database. Raises OSError."""
        with self._turn:
            segment = self._segments[0]
            segment.at = segment.next
            segment.count -= len(piece.records) + piece.unreadable
            if segment.at >= segment.size:
                del self._segments[0]
                segment.path.unlink(missing_ok=True)
                self._tidy(segment.path.parent)

    def set_aside(self) -> int:
        """Leave out the oldest file, which cannot be read; how many records that costs."""
        with self._turn:
            segment = self._segments.pop(0)
            _put_aside(segment.path)
            return segment.count

    def close(self) -> None:
        """Let go of everything; what is left is for whoever comes next."""
        with self._turn:
            self._finish()
            for folder in list(self._locks):
                self._tidy(folder)
            for lock in self._locks.values():
                os.close(lock)
            self._locks.clear()
            self._segments.clear()

    def _open(self) -> tuple[int, _Segment]:
        if self._file is None:
            own = self._claimed()
            self._begun += 1
            path = own / f"{self._begun:08}"
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_EXCL, 0o600)
            self._segments.append(_Segment(path))
            _sync(own)
            _sync(self._root)
        return self._file, self._segments[-1]

    def _claimed(self) -> Path:
        """The folder of this process: a new one, unless it has one."""
        for _ in range(_TRIES):
            if self._own is not None and self._own in self._locks:
                return self._own
            self._own = self._root / f"{time.time_ns():019}-{new_id('spool')}"
            self._own.mkdir(mode=0o700, parents=True)
            with suppress(FileNotFoundError):  # another process took it for one that was left, before it was locked
                self._lock(self._own)
        raise OSError(errno.EBUSY, "Other processes take every folder", str(self._root))

    def _finish(self) -> None:
        """Write no more to the segment that is written."""
        file, self._file = self._file, None
        if file is None:
            return
        os.close(file)
        if not self._segments[-1].size:
            self._segments.pop().path.unlink(missing_ok=True)

    def _lock(self, folder: Path) -> bool:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._locks[folder] = descriptor
        return True

    def _tidy(self, folder: Path) -> None:
        """Remove a folder that holds nothing more, unless it is the one that is written to."""
        if folder == self._own and self._file is not None:
            return
        if not any(segment.path.parent == folder for segment in self._segments):
            with suppress(OSError):  # somebody put something there
                folder.rmdir()
            lock = self._locks.pop(folder, None)
            if lock is not None:
                os.close(lock)


def _content(path: Path) -> bytes:
    """What is in a regular file. Nothing else is opened: a pipe would have its reader wait for good. Raises OSError."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise OSError(errno.EINVAL, "This is not a regular file", str(path))
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        return file.read()


def _put_aside(path: Path) -> None:
    """Give it a name that is passed over, where the disk allows."""
    with suppress(OSError):
        path.rename(path.with_name(path.name + _SET_ASIDE))


def _framed(payload: bytes) -> bytes:
    length = _LENGTH.pack(len(payload))
    return _HEAD.pack(_MARKER, len(payload), zlib.crc32(payload, zlib.crc32(length))) + payload


def _frames(data: bytes, at: int) -> Iterator[tuple[bytes, int]]:
    """The payloads from offset ``at`` on, each with where it ends; what is damaged or cut off is passed over."""
    view = memoryview(data)
    while (at := data.find(_MARKER, at)) >= 0:
        begin = at + _HEAD.size
        if begin > len(data):
            return
        _, length, checksum = _HEAD.unpack_from(data, at)
        payload = bytes(view[begin : begin + length])
        if len(payload) == length and zlib.crc32(payload, zlib.crc32(_LENGTH.pack(length))) == checksum:
            at = begin + length
            yield payload, at
        else:
            at += 1


def _write(file: int, data: bytes) -> None:
    """All of it: the system may write less at a time."""
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
