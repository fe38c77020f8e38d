"""The zip file that a bundle is, read strictly: what two readers could understand differently is refused.

PKWARE's APPNOTE 6.3.10, without zip64, several disks and encryption. Only the central directory is believed, and each local header has
to say the same; entries lie one behind the other and share no byte.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from typing import IO, Final, NamedTuple

from switchgear.core.errors import InvalidBundle
from switchgear.core.structs import Frozen
from switchgear.plugins import names

_MIB: Final = 1 << 20
_END: Final = struct.Struct("<4s4H2LH")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_PIECE: Final = 1 << 18
_END_MARK: Final = b"PK\x05\x06"
_LONGEST_COMMENT: Final = 0xFFFF
_ENCRYPTED, _STREAMED, _UTF8 = 1 << 0, 1 << 3, 1 << 11
_DESCRIBED: Final = _STREAMED | _UTF8 | 0b110
"""The bits of flags that are understood: those of deflate's effort, which say nothing to a reader, among them."""
_STORED, _DEFLATED = 0, 8
_VOLUME, _FOLDER = 0x08, 0x10
_UNICODE_NAME: Final = 0x7075
_SIGNED_HEAD, _SIGNED_FOOT = b"MCPB_SIG_V1", b"MCPB_SIG_END"


class BundleLimits(Frozen, frozen=True):
    """How large a bundle may be: the file, its entries, all of them and one of them unpacked, in bytes but for ``entries``.

    ``ratio`` is how many times its packed size an entry of more than 1 MiB may have.
    """

    file_bytes: int = 256 * _MIB
    entries: int = 20_000
    directory_bytes: int = 8 * _MIB
    total_bytes: int = 1024 * _MIB
    entry_bytes: int = 512 * _MIB
    ratio: int = 200


USUAL: Final = BundleLimits()


class Entry(Frozen, frozen=True):
    """A file or a folder in the archive. ``name`` is safe, without a slash at the end; ``executable`` as its mode says."""

    name: str
    raw: bytes
    folder: bool
    executable: bool
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    at: int


class _End(NamedTuple):
    mark: bytes
    disk: int
    first_disk: int
    here: int
    entries: int
    size: int
    at: int
    comment: int


class Archive:
    """The entries of the zip in ``file`` (seekable, binary), and what is in them. Raises InvalidBundle."""

    def __init__(self, file: IO[bytes], limits: BundleLimits) -> None:
        self._file = file
        self._limits = limits
        file_size = file.seek(0, 2)
        if file_size > limits.file_bytes:
            raise InvalidBundle(f"The bundle has {file_size:,} bytes, at most {limits.file_bytes:,} are taken.")
        end, self._directory = self._find_end(file_size)
        self.entries = tuple(self._read_directory(end))
        self._check_names()
        self._check_sizes()
        self._starts = self._check_local()

    def content(self, entry: Entry) -> Iterator[bytes]:
        """The unpacked bytes of a file, in pieces. Raises InvalidBundle when they are not what the archive says of them."""
        self._file.seek(self._starts[entry.name])
        crc = size = 0
        for piece in self._inflated(entry) if entry.method == _DEFLATED else self._packed(entry):
            size += len(piece)
            crc = zlib.crc32(piece, crc)
            if size > entry.size:
                raise _wrong(entry.name, "is larger than the archive says")
            yield piece
        if size != entry.size:
            raise _wrong(entry.name, "is smaller than the archive says")
        if crc != entry.crc:
            raise _wrong(entry.name, "is damaged: its checksum is another one")

    def _packed(self, entry: Entry) -> Iterator[bytes]:
        left = entry.packed
        while left:
            piece = self._file.read(min(left, _PIECE))
            if not piece:
                raise InvalidBundle("The bundle is cut short.")
            left -= len(piece)
            yield piece

    def _inflated(self, entry: Entry) -> Iterator[bytes]:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        surplus = False
        try:
            for piece in self._packed(entry):
                surplus = surplus or inflater.eof
                rest = b"" if surplus else piece
                while rest and not inflater.eof:
                    yield inflater.decompress(rest, _PIECE)
                    rest = inflater.unconsumed_tail
            while not inflater.eof and (last := inflater.decompress(b"", _PIECE)):
                yield last
        except zlib.error as error:
            raise _wrong(entry.name, "is damaged: it cannot be unpacked") from error
        if not inflater.eof:
            raise _wrong(entry.name, "is cut short")
        if surplus or inflater.unused_data:
            raise _wrong(entry.name, "has something behind its end")

    def _read(self, at: int, size: int) -> bytes:
        self._file.seek(at)
        data = self._file.read(size)
        if len(data) != size:
            raise InvalidBundle("The bundle is cut short.")
        return data

    def _find_end(self, file_size: int) -> tuple[_End, int]:
        """The end record, and where it is: its comment reaches exactly to the end, or to the signature of MCPB behind it."""
        size = file_size - self._appended(file_size)
        tail_at = max(0, size - _LONGEST_COMMENT - _END.size)
        tail = self._read(tail_at, size - tail_at)
        places = list(_places(tail))
        if not places:
            raise InvalidBundle(
                "The file is no zip archive, which a bundle is.",
                hint="Get the bundle anew from its publisher; an OpenAPI document is installed as openapi:FILE.",
            )
        ends = [(place, end) for place in places if (end := _end_at(tail, place)) is not None]
        if not ends:
            raise InvalidBundle("The bundle is cut short, or has something behind its end.")
        if len(ends) > 1:
            raise InvalidBundle("The bundle has two ends, and is another archive to other readers.")
        place, end = ends[0]
        at = tail_at + place
        if end.disk or end.first_disk or end.here != end.entries:
            raise InvalidBundle("The bundle is a part of an archive on several disks.")
        if end.entries == 0xFFFF or 0xFFFFFFFF in (end.at, end.size) or self._is_zip64(at):
            raise InvalidBundle("The bundle is a zip64 archive, which no bundle needs to be.")
        if end.entries > self._limits.entries or end.size > self._limits.directory_bytes:
            raise InvalidBundle(f"The bundle has too many entries; at most {self._limits.entries:,} are taken.")
        if end.at + end.size != at:
            raise InvalidBundle("The bundle's directory is not where it should be, before its end.")
        return end, end.at

    def _is_zip64(self, at: int) -> bool:
        return at >= 20 and self._read(at - 20, 4) == b"PK\x06\x07"

    def _appended(self, file_size: int) -> int:
        """The length of the signature block that MCPB's own tool appends (its ``sign.js``); 0 where there is none."""
        least = len(_SIGNED_HEAD) + 4 + len(_SIGNED_FOOT)
        if file_size < least or self._read(file_size - len(_SIGNED_FOOT), len(_SIGNED_FOOT)) != _SIGNED_FOOT:
            return 0
        longest = min(file_size, _MIB)
        tail = self._read(file_size - longest, longest)
        place = tail.rfind(_SIGNED_HEAD)
        if place >= 0 and len(tail) - place >= least:
            (size,) = struct.unpack_from("<L", tail, place + len(_SIGNED_HEAD))
            if size + least == len(tail) - place:
                return int(size + least)
        raise InvalidBundle("The bundle has something behind its end.")

    def _read_directory(self, end: _End) -> Iterator[Entry]:
        data = self._read(end.at, end.size)
        at = 0
        for _ in range(end.entries):
            if len(data) - at < _CENTRAL.size or data[at : at + 4] != b"PK\x01\x02":
                raise InvalidBundle("The bundle's directory is damaged.")
            fields = _CENTRAL.unpack_from(data, at)
            name_at = at + _CENTRAL.size
            extra_at = name_at + fields[10]
            comment_at = extra_at + fields[11]
            at = comment_at + fields[12]
            if at > len(data):
                raise InvalidBundle("The bundle's directory is damaged.")
            yield _entry(fields, data[name_at:extra_at], data[extra_at:comment_at])
        if at != len(data):
            raise InvalidBundle("The bundle's directory holds more than its entries.")

    def _check_names(self) -> None:
        """No two names that are the same, or that some file system takes for the same; no file that is a folder to others."""
        spelt: dict[str, tuple[str, bool, str]] = {}
        written: set[str] = set()
        for entry in self.entries:
            steps = entry.name.split("/")
            for depth in range(1, len(steps) + 1):
                name, folder = "/".join(steps[:depth]), depth < len(steps) or entry.folder
                known, is_folder, first = spelt.setdefault(names.folded(name), (name, folder, entry.name))
                if known != name:
                    raise _wrong(name, f'stands beside "{known}", which is the same to some file systems')
                if is_folder != folder:
                    inner, file = (entry.name, first) if folder else (first, entry.name)
                    raise _wrong(inner, f'stands beside "{file}", which is a file and no folder')
            if entry.name in written:
                raise _wrong(entry.name, "stands twice in the bundle")
            written.add(entry.name)

    def _check_sizes(self) -> None:
        limits = self._limits
        if sum(entry.size for entry in self.entries) > limits.total_bytes:
            raise InvalidBundle(f"The bundle would unpack to more than {limits.total_bytes:,} bytes.")
        for entry in self.entries:
            if entry.size > limits.entry_bytes:
                raise _wrong(entry.name, f"would unpack to more than {limits.entry_bytes:,} bytes")
            if entry.size > _MIB and entry.size > limits.ratio * entry.packed:
                raise _wrong(entry.name, f"would unpack to more than {limits.ratio} times its size, as zip bombs do")

    def _check_local(self) -> dict[str, int]:
        """Where the content of each entry starts, by its name."""
        starts: dict[str, int] = {}
        free = 0
        for entry in sorted(self.entries, key=lambda entry: entry.at):
            if entry.at < free:
                raise _wrong(entry.name, "overlaps another entry, as zip bombs do")
            if entry.at + _LOCAL.size + len(entry.raw) > self._directory:
                raise _wrong(entry.name, "lies outside of the archive")
            header = self._read(entry.at, _LOCAL.size + len(entry.raw))
            starts[entry.name] = _content_at(entry, header)
            free = starts[entry.name] + entry.packed
            if free > self._directory:
                raise _wrong(entry.name, "lies outside of the archive")
        return starts


def _places(tail: bytes) -> Iterator[int]:
    at = tail.find(_END_MARK)
    while at >= 0:
        yield at
        at = tail.find(_END_MARK, at + 1)


def _end_at(tail: bytes, place: int) -> _End | None:
    """The end record at ``place``, if its comment reaches exactly to the end."""
    if len(tail) - place < _END.size:
        return None
    end = _End(*_END.unpack_from(tail, place))
    return end if place + _END.size + end.comment == len(tail) else None


def _entry(fields: tuple[int, ...], raw: bytes, extra: bytes) -> Entry:
    _, _, _, flags, method, _, _ = fields[:7]
    crc, packed, size = fields[7:10]
    disk, _, attributes, at = fields[13:17]
    name = _name(raw, flags, extra)
    folder = name.endswith("/")
    name = name.removesuffix("/")
    fault = names.fault(name)
    if fault:
        raise _wrong(name, fault)
    if flags & _ENCRYPTED:
        raise _wrong(name, "is encrypted")
    if flags & ~_DESCRIBED or disk or 0xFFFFFFFF in (packed, size, at):
        raise _wrong(name, "is packed in a way that no bundle needs")
    if method not in {_STORED, _DEFLATED}:
        raise _wrong(name, f"is packed with method {method}; known are stored and deflated")
    if (folder and size) or (method == _STORED and packed != size):
        raise _wrong(name, "has a size that cannot be")
    return Entry(name, raw, folder, _executable(name, folder, attributes), flags, method, crc, packed, size, at)


def _name(raw: bytes, flags: int, extra: bytes) -> str:
    """The name in an entry: in UTF-8, also where the archive does not say so, as Apple's tools do not."""
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _wrong(raw.decode("utf-8", "replace"), "is no name in UTF-8") from error
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        if kind == _UNICODE_NAME and not flags & _UTF8 and extra[at + 9 : at + 4 + size] != raw:
            raise _wrong(name, "has another name as well")
        at += 4 + size
    return name


def _executable(name: str, folder: bool, attributes: int) -> bool:
    """Whether the file may be executed. Raises InvalidBundle for what is neither a plain file nor a folder."""
    mode = attributes >> 16
    kind = stat.S_IFMT(mode)
    if kind == stat.S_IFLNK:
        raise _wrong(name, "is a link")
    if kind not in {0, stat.S_IFDIR if folder else stat.S_IFREG} or attributes & _VOLUME:
        raise _wrong(name, "is neither a file nor a folder")
    if attributes & _FOLDER and not folder:
        raise _wrong(name, "is said to be a file and a folder")
    if not folder and mode & (stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX):
        raise _wrong(name, "has a setuid, setgid or sticky bit")
    return bool(mode & 0o111) and not folder


def _content_at(entry: Entry, header: bytes) -> int:
    mark, _, flags, method, _, _, crc, packed, size, name_size, extra_size = _LOCAL.unpack_from(header)
    same = (
        mark == b"PK\x03\x04"
        and flags == entry.flags
        and method == entry.method
        and name_size == len(entry.raw)
        and header[_LOCAL.size :] == entry.raw
        and (
            (crc, packed, size) == (entry.crc, entry.packed, entry.size)
            or (bool(flags & _STREAMED) and (crc, packed, size) == (0, 0, 0))
        )
    )
    if not same:
        raise _wrong(entry.name, "is described in two ways that differ")
    return entry.at + _LOCAL.size + int(name_size) + int(extra_size)


def _wrong(name: str, what: str) -> InvalidBundle:
    shown = "".join(sign if sign.isprintable() else "\ufffd" for sign in name)
    return InvalidBundle(f'"{shown[:100]}{"…" if len(shown) > 100 else ""}" in the bundle {what}.')
