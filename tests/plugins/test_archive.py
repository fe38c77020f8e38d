"""Zip files that lie, overlap, climb out or explode, and any bytes at all."""

from __future__ import annotations

import io
import os
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manifests import bundle, encoded, manifest

from switchgear.core.errors import InvalidBundle, InvalidManifest
from switchgear.plugins.archive import USUAL, Archive, BundleLimits
from switchgear.plugins.bundle import open_bundle

Make = Callable[[zipfile.ZipFile], None]


def zipped(make: Make, **options: Any) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        archive.writestr("manifest.json", encoded(manifest()))
        make(archive)
    return made.getvalue()


def holding(name: str, *, mode: int = 0, dos: int = 0, content: bytes = b"x") -> bytes:
    """A bundle with one more entry, whose attributes are as given."""
    info = zipfile.ZipInfo(name)
    info.filename = name  # as it is: the constructor cuts it at a null character
    info.external_attr = mode << 16 | dos
    info.create_system = 3

    def write(archive: zipfile.ZipFile) -> None:
        archive.writestr(info, content)

    return zipped(write)


def refused(data: bytes, limits: BundleLimits = USUAL) -> str:
    """The words in which a bundle is refused, after which nothing is left of it anywhere."""
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder, "a", "b")
        inside.mkdir(parents=True)
        with pytest.raises(InvalidBundle) as error:
            open_bundle(data, inside / "there", limits)
        assert sorted(os.walk(folder)) == sorted(
            [(folder, ["a"], []), (f"{folder}/a", ["b"], []), (f"{folder}/a/b", [], [])]
        )
        told = str(error.value)
        assert told.isprintable()
        return told


def patched(data: bytes, mark: bytes, offset: int, form: str, *values: int, at: int = -1) -> bytes:
    """``data`` with fields of a record overwritten: of the ``at``-th record that begins with ``mark``."""
    places = [place for place in range(len(data)) if data.startswith(mark, place)]
    changed = bytearray(data)
    struct.pack_into(form, changed, places[at] + offset, *values)
    return bytes(changed)


CENTRAL, LOCAL, END = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"
BOTH = ((LOCAL, 0), (CENTRAL, 2))


def lying(offset: int, form: str, value: int, data: bytes | None = None) -> bytes:
    """A bundle whose last entry says something else of itself, in both of its headers. ``offset`` is the local header's."""
    data = bundle({"big": b"ab" * 5000}) if data is None else data
    for mark, shift in BOTH:
        data = patched(data, mark, offset + shift, form, value)
    return data


@pytest.mark.parametrize(
    "name",
    [
        "../evil", "a/../../evil", "/etc/evil", "//evil", "a//b", "./a", "a/./b", "..", "a/..", "C:/evil", "C:evil", "a\\b",
        "..\\evil", "\\\\host\\share", "a\0b", "a\nb", "a\x1b[2Jb", "a\u202eb", "a\u200bb", "a ", " a", "a.", "a /b", "file:stream",
        "x" * 256, "/".join("x" * 33), "/".join(["x" * 200] * 4),
    ],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_or_hides_something_is_refused(name: str) -> None:
    assert "in the bundle" in refused(holding(name))


def test_an_empty_name_is_refused() -> None:
    assert "is empty" in refused(holding("/", content=b""))


@pytest.mark.parametrize(
    ("mode", "dos", "told"),
    [
        (stat.S_IFLNK | 0o777, 0, "is a link"),
        (stat.S_IFCHR | 0o666, 0, "neither a file nor a folder"),
        (stat.S_IFBLK | 0o666, 0, "neither a file nor a folder"),
        (stat.S_IFIFO | 0o666, 0, "neither a file nor a folder"),
        (stat.S_IFSOCK | 0o666, 0, "neither a file nor a folder"),
        (stat.S_IFDIR | 0o755, 0, "neither a file nor a folder"),
        (stat.S_IFREG | 0o4755, 0, "setuid"),
        (stat.S_IFREG | 0o2755, 0, "setuid"),
        (stat.S_IFREG | 0o1755, 0, "setuid"),
        (0o4755, 0, "setuid"),
        (0, 0x08, "neither a file nor a folder"),
        (0, 0x10, "a file and a folder"),
    ],
)
def test_what_is_no_plain_file_is_refused(mode: int, dos: int, told: str) -> None:
    assert told in refused(holding("odd", mode=mode, dos=dos))


def test_a_folder_that_is_a_link_is_refused() -> None:
    assert "is a link" in refused(holding("odd/", mode=stat.S_IFLNK | 0o777, content=b""))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("a", "a"), "stands twice"),
        (("manifest.json",), "stands twice"),
        (("Manifest.json",), 'beside "manifest.json"'),
        (("a/b", "A/c"), 'beside "a"'),
        (("straße", "STRASSE"), "beside"),
        (("é", "e\u0301"), "beside"),
        (("ﬁle", "file"), "beside"),
        (("K", "\u212a"), "beside"),
        (("m.py", "m.py/x"), '"m.py/x" in the bundle stands beside "m.py"'),
        (("m.py/x", "m.py"), '"m.py/x" in the bundle stands beside "m.py"'),
        (("a/", "a/b", "a/"), "stands twice"),
        (("a/", "a"), "beside"),
    ],
)
def test_names_that_are_the_same_somewhere_are_refused(names: tuple[str, ...], told: str) -> None:
    def write(archive: zipfile.ZipFile) -> None:
        for name in names:
            archive.writestr(name, b"")

    assert told in refused(zipped(write))


def test_a_name_that_is_not_in_utf8_is_refused() -> None:
    data = holding("aXb")
    assert "UTF-8" in refused(data.replace(b"aXb", b"a\xffb"))


def test_a_second_name_in_utf8_is_refused() -> None:
    info = zipfile.ZipInfo("plain")
    extra = struct.pack("<BL", 1, zlib.crc32(b"plain")) + b"other"
    info.extra = struct.pack("<2H", 0x7075, len(extra)) + extra
    assert "another name" in refused(zipped(lambda archive: archive.writestr(info, b"")))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = bundle({"zeros": b"\0" * (50 << 20)})
    assert len(bomb) < 100_000
    assert "as zip bombs do" in refused(bomb)


def test_all_entries_together_have_a_limit() -> None:
    files = {f"{number}": os.urandom(1000) for number in range(20)}
    assert "unpack to more than 10,000 bytes" in refused(bundle(files), BundleLimits(total_bytes=10_000))
    assert "unpack to more than 500 bytes" in refused(bundle(files), BundleLimits(entry_bytes=500))


def test_too_many_entries_are_refused() -> None:
    files = {f"{number}": b"" for number in range(30)}
    assert "too many entries" in refused(bundle(files), BundleLimits(entries=30))
    assert "too many entries" in refused(bundle(files), BundleLimits(directory_bytes=500))


def test_a_file_that_is_too_large_is_not_looked_at() -> None:
    assert "at most 100 are taken" in refused(bundle(), BundleLimits(file_bytes=100))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (lying(22, "<L", 9999), "larger than the archive says"),
        (lying(22, "<L", 10001), "smaller than the archive says"),
        (lying(22, "<L", 1), "larger than the archive says"),
        (lying(14, "<L", 7), "checksum"),
        (lying(18, "<L", 5), "cut short"),
        (lying(8, "<H", 12), "method 12"),
        (lying(6, "<H", 1), "encrypted"),
        (lying(6, "<H", 1 << 6), "no bundle needs"),
        (lying(6, "<H", 1 << 5), "no bundle needs"),
        (lying(6, "<H", 1 << 13), "no bundle needs"),
        (lying(22, "<L", 0xFFFFFFFF), "no bundle needs"),
        (lying(8, "<H", 0), "size that cannot be"),
        (patched(bundle(), LOCAL, 8, "<H", 0), "differ"),
        (patched(bundle(), LOCAL, 22, "<L", 3), "differ"),
        (patched(bundle(), LOCAL, 30, "<B", ord("S")), "differ"),
        (patched(bundle(), LOCAL, 6, "<H", 1 << 11), "differ"),
        (patched(bundle(), CENTRAL, 42, "<L", 0), "differ|overlaps"),
        (patched(bundle(), CENTRAL, 42, "<L", 1 << 20), "outside"),
        (patched(bundle(), CENTRAL, 20, "<L", 1 << 20), "outside|differ"),
        (patched(bundle(), CENTRAL, 34, "<H", 1), "no bundle needs"),
        (patched(bundle(), CENTRAL, 28, "<H", 5000), "damaged"),
        (patched(bundle(), END, 8, "<2H", 1, 1), "more than its entries"),
        (patched(bundle(), END, 8, "<2H", 3, 3), "damaged"),
        (patched(bundle(), END, 8, "<H", 1), "several disks"),
        (patched(bundle(), END, 4, "<H", 1), "several disks"),
        (patched(bundle(), END, 8, "<2H", 0xFFFF, 0xFFFF), "zip64"),
        (patched(bundle(), END, 16, "<L", 0xFFFFFFFF), "zip64"),
        (patched(bundle(), END, 16, "<L", 0), "not where it should be"),
        (patched(bundle(), END, 20, "<H", 9), "behind its end"),
        (patched(bundle(), END, 20, "<H", 22) + bundle()[-22:], "two ends"),
        (bundle() + b"x", "behind its end"),
        (b"#!/bin/sh\n" + bundle(), "not where it should be"),
        (bundle()[:-30], "no zip archive"),
        (bundle()[:-1], "cut short"),
        (patched(bundle(), END, 20, "<H", len(bundle())) + bundle(), "two ends|not where it should be"),
        (b"", "no zip archive"),
        (b"PK\x05\x06" + b"\0" * 18, ""),
    ],
)
def test_an_archive_that_lies_is_refused(data: bytes, told: str) -> None:
    if told == "":
        with tempfile.TemporaryDirectory() as folder, pytest.raises(InvalidManifest):
            open_bundle(data, Path(folder, "there"))
        return
    found = refused(data)
    assert any(each in found for each in told.split("|")), found


def test_entries_that_share_bytes_are_refused() -> None:
    """The bomb that has one kernel of zeros under thousands of names (D. Fifield, A better zip bomb, 2019)."""
    data = bundle({"one": b"x" * 100, "two": b"x" * 100})
    shared = patched(data, CENTRAL, 42, "<L", data.rindex(LOCAL, 0, data.index(b"one")))
    assert "overlaps" in refused(shared)


def test_what_follows_the_end_of_a_files_data_is_refused() -> None:
    def bloated(content: bytes, behind: bytes) -> bytes:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = packer.compress(content) + packer.flush() + behind
        made = zipped(lambda archive: archive.writestr("s", packed, zipfile.ZIP_STORED))
        made = lying(8, "<H", 8, made)
        made = lying(22, "<L", len(content), made)
        return lying(14, "<L", zlib.crc32(content), made)

    with tempfile.TemporaryDirectory() as folder:
        open_bundle(bloated(b"hello", b""), Path(folder, "there"))
    assert "behind its end" in refused(bloated(b"hello", b"x"))
    assert "behind its end" in refused(bloated(os.urandom(300_000), b"x" * 300_000))


def test_streamed_entries_folders_and_old_attributes_are_taken(tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        archive.writestr("manifest.json", encoded(manifest()))
        archive.mkdir("server")
        archive.writestr("server/main.py", b"print()\n" * 1000)
        archive.writestr("empty", b"")
    found = open_bundle(pipe.data, tmp_path / "there")
    assert set(found.files) == {"manifest.json", "server/main.py", "empty"}


def test_the_block_that_mcpbs_own_tool_appends_is_left_aside(tmp_path: Path) -> None:
    signed = bundle() + b"MCPB_SIG_V1" + struct.pack("<L", 5) + b"12345" + b"MCPB_SIG_END"
    assert open_bundle(signed, tmp_path / "a").digest == open_bundle(bundle(), tmp_path / "b").digest
    assert "behind its end" in refused(bundle() + b"MCPB_SIG_V1" + struct.pack("<L", 4) + b"12345" + b"MCPB_SIG_END")
    assert "behind its end" in refused(bundle() + b"MCPB_SIG_END")


def entries(data: bytes) -> Iterator[bytes]:
    archive = Archive(io.BytesIO(data), USUAL)
    for entry in archive.entries:
        yield from archive.content(entry)


@given(st.binary(max_size=400))
def test_any_bytes_are_refused(data: bytes) -> None:
    for whole in (data, data + END + b"\0" * 18, END + data):
        try:
            list(entries(whole))
        except InvalidBundle:
            continue


GOOD = bundle({"a": b"a" * 50, "b/c": b"xyz" * 50, "d": b""})


@settings(max_examples=600)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=4), st.integers(0, len(GOOD)))
def test_a_bundle_with_any_bytes_changed_is_read_or_refused(changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(GOOD)
    for at, value in changes:
        data[at] = value
    for whole in (bytes(data), bytes(data[:cut])):
        with tempfile.TemporaryDirectory() as folder:
            try:
                found = open_bundle(whole, Path(folder, "there"))
            except (InvalidBundle, InvalidManifest):
                assert list(Path(folder).iterdir()) == []
                continue
            assert {
                path.relative_to(found.folder).as_posix() for path in found.folder.rglob("*") if path.is_file()
            } == set(found.files)


FIELDS = st.tuples(
    st.sampled_from([(LOCAL, 30), (CENTRAL, 46), (END, 22)]), st.integers(0, 44), st.sampled_from(["<H", "<L", "<B"]),
    st.integers(-3, 2), st.sampled_from([0, 1, 2, 8, 0x7F, 0xFF, 0xFFFF, 0xFFFFFFFF, 0x80000000]),
)  # fmt: skip


@settings(max_examples=600)
@given(st.lists(FIELDS, min_size=1, max_size=4))
def test_a_bundle_with_any_fields_changed_is_read_or_refused(changes: list[Any]) -> None:
    data = bytearray(GOOD)
    for (mark, size), offset, form, which, value in changes:
        places = [place for place in range(len(GOOD)) if GOOD.startswith(mark, place)]
        width = struct.calcsize(form)
        place = places[which % len(places)] + offset % size
        if place + width <= len(data):
            struct.pack_into(form, data, place, value & ((1 << (8 * width)) - 1))
    with tempfile.TemporaryDirectory() as folder:
        try:
            open_bundle(bytes(data), Path(folder, "there"))
        except (InvalidBundle, InvalidManifest):
            assert list(Path(folder).iterdir()) == []
