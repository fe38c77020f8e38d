"""JSON with the line of everything in it, read from files that nobody has to trust: sizes and depth have limits."""

from __future__ import annotations

import json
import os
import re
import stat
from bisect import bisect_right
from json.decoder import scanstring  # type: ignore[attr-defined]  # there since Python 2, not in its stubs
from pathlib import Path
from typing import Any, Final, NamedTuple

from switchgear.config.problems import quoted
from switchgear.core.errors import Problem, ThemeInvalid

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 16
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d{0,15})(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?(?![\d.eE])")
_WORDS: Final = {"true": True, "false": False, "null": None}


class Node(NamedTuple):
    """A value and the line where it begins: a member's is that of its name. Objects and arrays hold nodes."""

    value: Any
    line: int


def read_text(path: Path, shown: str) -> str:
    """The text of a theme file. ``shown`` is how mistakes name it. Raises ThemeInvalid."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise mistake(shown, None, f"It cannot be read: {_reason(error)}.") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise mistake(shown, None, "It is not a file.")
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise mistake(shown, None, f"It is larger than {MAX_BYTES // 1024} KiB.", "A theme takes a tenth of that.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise mistake(shown, line, f"It is not UTF-8: invalid byte 0x{content[error.start]:02x}.") from None


def parse(text: str, shown: str) -> Node:
    """The document that ``text`` is (RFC 8259), an object. Raises ThemeInvalid: the first thing that is no JSON ends the reading."""
    return _Reader(text, shown).document()


def mistake(file: str, line: int | None, message: str, suggestion: str = "", path: str = "") -> ThemeInvalid:
    """One mistake that ends the reading of a file."""
    return ThemeInvalid.of((Problem(file, line, path, message, suggestion),))


def _reason(error: OSError | ValueError) -> str:
    return ((error.strerror if isinstance(error, OSError) else None) or str(error)).lower()


class _Reader:
    def __init__(self, text: str, shown: str) -> None:
        self._text = text.removeprefix("\ufeff")
        self._shown = shown
        self._breaks = [at for at, character in enumerate(self._text) if character == "\n"]

    def document(self) -> Node:
        node, at = self._value(self._skip(0), 0)
        at = self._skip(at)
        if at < len(self._text):
            raise self._wrong(at, "There is something after the end of the object.")
        if not isinstance(node.value, dict):
            raise self._wrong(0, "A theme is an object in braces.")
        return node

    def _line(self, at: int) -> int:
        return bisect_right(self._breaks, at - 1) + 1

    def _wrong(self, at: int, message: str, suggestion: str = "") -> ThemeInvalid:
        return mistake(self._shown, self._line(min(at, len(self._text))), message, suggestion)

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def _value(self, at: int, depth: int) -> tuple[Node, int]:
        if depth > MAX_DEPTH:
            raise self._wrong(at, f"This is more than {MAX_DEPTH} levels deep.")
        line = self._line(at)
        first = self._text[at : at + 1]
        if first == "{":
            members, end = self._object(at, depth)
            return Node(members, line), end
        if first == "[":
            elements, end = self._array(at, depth)
            return Node(elements, line), end
        if first == '"':
            text, end = self._string(at)
            return Node(text, line), end
        if found := _NUMBER.match(self._text, at):
            return Node(float(found[0]) if set(found[0]) & set(".eE") else int(found[0]), line), found.end()
        for word, value in _WORDS.items():
            if self._text.startswith(word, at):
                return Node(value, line), at + len(word)
        raise self._unexpected(at, "a value")

    def _object(self, at: int, depth: int) -> tuple[dict[str, Node], int]:
        members: dict[str, Node] = {}
        at = self._skip(at + 1)
        if self._text.startswith("}", at):
            return members, at + 1
        while True:
            if not self._text.startswith('"', at):
                raise self._unexpected(at, "a name in quotes")
            line = self._line(at)
            name, end = self._string(at)
            if name in members:
                raise self._wrong(at, f"{quoted(name)} stands here a second time.", "Keep one of the two.")
            end = self._skip(end)
            if not self._text.startswith(":", end):
                raise self._unexpected(end, f"a colon after {quoted(name)}")
            node, end = self._value(self._skip(end + 1), depth + 1)
            members[name] = Node(node.value, line)
            at, more = self._next(end, "}")
            if not more:
                return members, at

    def _array(self, at: int, depth: int) -> tuple[list[Node], int]:
        elements: list[Node] = []
        at = self._skip(at + 1)
        if self._text.startswith("]", at):
            return elements, at + 1
        while True:
            node, end = self._value(at, depth + 1)
            elements.append(node)
            at, more = self._next(end, "]")
            if not more:
                return elements, at

    def _next(self, at: int, closing: str) -> tuple[int, bool]:
        """Past a comma, or past the end; whether there is more."""
        at = self._skip(at)
        if self._text.startswith(closing, at):
            return at + 1, False
        if not self._text.startswith(",", at):
            raise self._unexpected(at, f"a comma or {closing}")
        return self._skip(at + 1), True

    def _string(self, at: int) -> tuple[str, int]:
        try:
            text, end = scanstring(self._text, at + 1, True)
        except json.JSONDecodeError as error:
            raise self._wrong(
                at, "The text in quotes is not closed, or has a character that must be escaped."
            ) from error
        return text, end

    def _unexpected(self, at: int, wanted: str) -> ThemeInvalid:
        if at >= len(self._text):
            return self._wrong(at, f"The file ends where {wanted} should be.")
        met = quoted(self._text[at])
        hint = "JSON has no comma before a closing bracket." if self._text[at] in "}]" else ""
        hint = "JSON has no comments: use $description." if self._text[at] == "/" else hint
        return self._wrong(at, f"Here stands {met} where {wanted} should be.", hint)
