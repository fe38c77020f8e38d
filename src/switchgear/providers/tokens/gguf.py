"""The vocabulary in a GGUF file's metadata.

Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (version 3, little-endian).
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import Any, Final

_MAGIC: Final = b"GGUF"
_VERSIONS: Final = (2, 3)
_STRING, _ARRAY = 8, 9
_FORMATS: Final = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TOKENS: Final = "tokenizer.ggml.tokens"
_MERGES: Final = "tokenizer.ggml.merges"
_MOST: Final = 10_000_000


def vocabulary_of(path: Path) -> tuple[list[str], list[str]]:
    """The tokens and the merges (``"left right"``) of the model, in order. Raises OSError, ValueError for another kind of file."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            found = _Reader(data).metadata({_TOKENS, _MERGES})
        except (struct.error, UnicodeDecodeError, IndexError) as error:
            raise ValueError(f"{path.name} is no whole GGUF file: {error}") from error
    if found.keys() != {_TOKENS, _MERGES}:
        raise ValueError(f"{path.name} has no vocabulary of byte pairs")
    return found[_TOKENS], found[_MERGES]


class _Reader:
    """Reads the metadata from the file's start, values that are not asked for being passed over."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = 0

    def metadata(self, wanted: set[str]) -> dict[str, Any]:
        magic = self._data[:4]
        self._at = 4
        version = self._number("I")
        if magic != _MAGIC or version not in _VERSIONS:
            raise ValueError("no GGUF file of a known version")
        self._number("Q")  # how many tensors there are
        found: dict[str, Any] = {}
        for _ in range(min(self._number("Q"), _MOST)):
            name = self._string()
            value = self._value(self._number("I"))
            if name in wanted:
                found[name] = value
                if len(found) == len(wanted):
                    break
        return found

    def _value(self, kind: int) -> Any:
        if kind == _STRING:
            return self._string()
        if kind != _ARRAY:
            return self._number(_FORMATS[kind] if kind in _FORMATS else _unknown(kind))
        inner, count = self._number("I"), self._number("Q")
        if count > _MOST:
            raise ValueError(f"an array of {count} values")
        return [self._value(inner) for _ in range(count)]

    def _string(self) -> str:
        length = self._number("Q")
        start = self._at
        self._at += length
        return self._data[start : self._at].decode("utf-8")

    def _number(self, form: str) -> Any:
        value = struct.unpack_from("<" + form, self._data, self._at)[0]
        self._at += struct.calcsize("<" + form)
        return value


def _unknown(kind: int) -> str:
    raise ValueError(f"a value of the unknown type {kind}")
