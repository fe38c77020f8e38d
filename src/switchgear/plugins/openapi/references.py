"""References inside one document: JSON pointers in URI fragments (RFC 6901 section 6). What is outside is never fetched."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote

from switchgear.config.problems import quoted
from switchgear.plugins.openapi.loading import Tree
from switchgear.plugins.openapi.mistakes import Mistakes, Unusable, below

_MOST_HOPS: Final = 32
_LONGEST: Final = 2048
_DATA: Final = frozenset({"example", "examples", "default", "enum", "const", "value", "dataValue"})
"""Under these stands what is data, and may look like anything. Names of properties, parameters and the like may be the same."""
_NAMED: Final = frozenset(
    {"properties", "patternProperties", "dependentSchemas", "$defs", "definitions", "schemas", "responses", "parameters", "requestBodies",
     "headers", "securitySchemes", "links", "callbacks", "pathItems", "mediaTypes", "paths", "webhooks", "content", "encoding", "variables"}
)  # fmt: skip
"""Under these stand things by names that anybody chose."""

_Path = tuple[Any, str | int]
"""A step, behind those before it."""


class References:
    """The references of a document. ``own`` is the URI that it gives itself (3.2, ``$self``), empty without one."""

    def __init__(self, tree: Tree, own: str = "") -> None:
        self._tree = tree
        self._own = own.partition("#")[0]

    def target(self, reference: object, place: str) -> tuple[Any, str]:
        """What a reference at ``place`` leads to, and where that stands. Raises Unusable."""
        if not isinstance(reference, str):
            raise Unusable(place, "has a $ref that is no text")
        where, _, fragment = reference.partition("#")
        if where and where != self._own:
            raise Unusable(
                place,
                f"refers to {quoted(reference)}, which is outside of the document and is not fetched; put what it means under #/components",
            )
        if len(reference) > _LONGEST:
            raise Unusable(place, "has a $ref that is too long")
        pointer = unquote(fragment)
        if pointer and not pointer.startswith("/"):
            raise Unusable(place, f"refers to {quoted(reference)}, a name and not a place; write it as #/components/…")
        node: Any = self._tree
        for step in pointer.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict) and name in node:
                node = node[name]
            elif isinstance(node, list) and name.isascii() and name.isdigit() and int(name[:9]) < len(node):
                node = node[int(name[:9])]
            else:
                raise Unusable(place, f"refers to {quoted(reference)}, which is not there")
        return node, f"#{pointer}"

    def followed(self, node: object, place: str) -> tuple[Any, str]:
        """A node, or what its references lead to, and where that stands. Raises Unusable."""
        for _ in range(_MOST_HOPS):
            if not isinstance(node, dict) or "$ref" not in node:
                return node, place
            node, place = self.target(node["$ref"], place)
        raise Unusable(place, "refers to itself")

    def judge(self, mistakes: Mistakes) -> None:
        """Note every reference that leads nowhere or out of the document."""
        todo: list[tuple[object, _Path | None, bool]] = [(self._tree, None, False)]
        while todo:
            node, path, named = todo.pop()
            if isinstance(node, list):
                todo += [
                    (each, (path, number), False) for number, each in enumerate(node) if isinstance(each, dict | list)
                ]
                continue
            if not isinstance(node, dict):
                continue
            if not named and isinstance(node.get("$ref"), str):
                try:
                    self.target(node["$ref"], "#")
                except Unusable as fault:
                    mistakes.add(_told(path), fault.mistake.what)
            for name, each in node.items():
                if isinstance(each, dict | list) and (named or not (name in _DATA or name.startswith("x-"))):
                    todo.append((each, (path, name), not named and name in _NAMED))


def _told(path: _Path | None) -> str:
    steps: list[str | int] = []
    while path is not None:
        path, step = path
        steps.append(step)
    return below("#", *reversed(steps))
