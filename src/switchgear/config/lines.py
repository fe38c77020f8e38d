"""Where in a TOML text each key and each array element stands, to word a mistake and to say where a value comes from."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from itertools import islice

from tree_sitter import Language, Node, Parser
from tree_sitter_toml import language

from switchgear.config.problems import Place

_DEEPEST = 12
"""Levels below which nothing is indexed; the schema has fewer."""


class LineIndex:
    """The line (from 1) of every key and element of a valid TOML document."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Place, int] = {}
        self._counts: dict[Place, int] = {}
        root = Parser(Language(language())).parse(text.encode()).root_node
        for node in root.named_children:
            if node.type == "pair":
                self._pair((), node)
            elif node.type in {"table", "table_array_element"}:
                self._table(node)

    def line(self, path: Place) -> int | None:
        """The line of ``path``, or of the nearest table above it that the file writes."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return None

    def exact(self, path: Place) -> int | None:
        """The line that writes ``path`` itself; None where the file does not."""
        return self._lines.get(path)

    def _table(self, node: Node) -> None:
        keys = list(islice(_keys(node.named_children[0]), _DEEPEST)) if node.named_children else []
        path: Place = ()
        for position, key in enumerate(keys):
            path = (*path, key)
            last = position == len(keys) - 1
            if last and node.type == "table_array_element":
                self._lines.setdefault(path, _line(node))
                count = self._counts.get(path, 0)
                self._counts[path] = count + 1
                path = (*path, count)
            elif path in self._counts and not last:
                path = (*path, self._counts[path] - 1)  # [a.b] under [[a]] belongs to its last element
            self._lines.setdefault(path, _line(node))
        if path:
            self._lines[path] = _line(node)
        for child in node.named_children[1:]:
            if child.type == "pair":
                self._pair(path, child)

    def _pair(self, path: Place, node: Node) -> None:
        if len(node.named_children) < 2:
            return
        for key in _keys(node.named_children[0]):
            path = (*path, key)
            self._lines.setdefault(path, _line(node))
            if len(path) > _DEEPEST:
                return
        self._value(path, node.named_children[1])

    def _value(self, path: Place, node: Node) -> None:
        if len(path) > _DEEPEST:
            return
        if node.type == "inline_table":
            for child in node.named_children:
                if child.type == "pair":
                    self._pair(path, child)
        elif node.type == "array":
            elements = [child for child in node.named_children if child.type != "comment"]
            for index, child in enumerate(elements):
                self._lines.setdefault((*path, index), _line(child))
                self._value((*path, index), child)


def _line(node: Node) -> int:
    return int(node.start_point[0]) + 1


def _keys(node: Node) -> Iterator[str]:
    """The parts of a key from left to right; the grammar nests ``a.b.c`` to the left."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.type == "dotted_key":
            waiting.extend(reversed(current.named_children))
        elif current.type in {"bare_key", "quoted_key"}:
            yield _unquoted((current.text or b"").decode())


def _unquoted(key: str) -> str:
    if key[:1] not in {'"', "'"}:
        return key
    try:
        return str(tomllib.loads(f"key = {key}")["key"])
    except tomllib.TOMLDecodeError:
        return key
