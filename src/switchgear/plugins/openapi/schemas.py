"""Schemas of a document as JSON Schema 2020-12 that stands by itself: what is referred to is put under ``$defs``.

Whatever a document holds, what comes out is a valid schema, of bounded size, whose references go round in no circle without a value
in between. 3.0 has a dialect of its own (OpenAPI 3.0, section 4.7.24); 3.1 and 3.2 are 2020-12 with a vocabulary that says nothing to a
validator.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, Literal

import msgspec

from switchgear.plugins.openapi.loading import DEEPEST, Tree
from switchgear.plugins.openapi.mistakes import Mistakes, Unusable, below
from switchgear.plugins.openapi.references import References

Side = Literal["in", "out"]
"""What is sent, without what is only read; or what comes back, without what is only written."""
Schema = dict[str, Any] | bool

_TYPES: Final = frozenset({"null", "boolean", "object", "array", "number", "string", "integer"})
_SCHEMA: Final = frozenset(
    {
        "additionalProperties",
        "items",
        "contains",
        "not",
        "if",
        "then",
        "else",
        "propertyNames",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)
_SCHEMAS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_NAMED: Final = frozenset({"properties", "patternProperties", "dependentSchemas"})
_NUMBERS: Final = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
_COUNTS: Final = frozenset(
    {"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains"}
)
_TEXTS: Final = frozenset({"title", "description", "format", "pattern", "contentEncoding", "contentMediaType"})
_SAMPLES: Final = frozenset({"const", "default", "example", "examples"})
_FLAGS: Final = frozenset({"uniqueItems", "deprecated"})
_SAME_PLACE: Final = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")
_MOST_WORK: Final = 3_000_000
"""Schemas that are converted; what is not under a name is converted wherever it is referred to."""
_LONGEST_TEXT: Final = 1_000
_LONGEST_VALUE: Final = 2_000
_MOST_CHOICES: Final = 1_000
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_PREFIX: Final = "#/$defs/"
TOO_LARGE: Final = {"description": "Any value: what it has to be is too long to be told here."}
FILE: Final[dict[str, Any]] = {
    "type": "object",
    "description": "A file.",
    "properties": {
        "data": {"type": "string", "contentEncoding": "base64", "description": "Its content in base64."},
        "text": {"type": "string", "description": "Its content where that is text, instead of data."},
        "name": {"type": "string", "maxLength": 255, "description": "Its name."},
        "type": {"type": "string", "maxLength": 100, "description": "Its media type."},
    },
    "additionalProperties": False,
}
"""A file in a form."""


class _Definition:
    __slots__ = ("place", "refs", "schema", "size")

    def __init__(self, place: str) -> None:
        self.place = place
        self.schema: Schema = True
        self.refs: tuple[str, ...] = ()
        self.size = 0


class Schemas:
    """The schemas of one document, each converted once. ``files``: binary texts are files of a form."""

    def __init__(
        self, references: References, version: str, side: Side, mistakes: Mistakes, *, files: bool = False
    ) -> None:
        self._references = references
        self._old = version == "3.0"
        self._hidden = "readOnly" if side == "in" else "writeOnly"
        self._files = files
        self._mistakes = mistakes
        self._names: dict[str, str] = {}
        self._definitions: dict[str, _Definition] = {}
        self._todo: list[tuple[str, Any]] = []
        self._work = 0

    def converted(self, node: object, place: str) -> Schema:
        """What stands at a place as a schema, its references to ``$defs`` that ``whole`` adds. Raises Unusable."""
        schema = self._schema(node, place)
        self._settle()
        return schema

    def whole(self, schema: dict[str, Any], most_bytes: int) -> dict[str, Any]:
        """A schema with the definitions it needs, nearest first; those that make it too large say nothing of their values."""
        found: dict[str, Schema] = {}
        room = most_bytes - len(msgspec.json.encode(schema))
        todo = list(references_in(schema))
        for name in todo:  # grows while it is gone through
            if name in found:
                continue
            definition = self._definitions[name]
            if definition.size <= room:
                room -= definition.size
                found[name] = definition.schema
                todo += definition.refs
            else:
                found[name] = TOO_LARGE
        return {**schema, "$defs": found} if found else schema

    def resolved(self, schema: Schema) -> dict[str, Any]:
        """A converted schema, or what it refers to in the first place."""
        for _ in range(32):
            if not isinstance(schema, dict):
                return {}
            if "$ref" not in schema:
                return schema
            schema = self._definitions[schema["$ref"][len(_PREFIX) :]].schema
        return {}

    # ------------------------------------------------------------ references

    def _reference(self, node: Tree, place: str) -> Schema:
        target, at = self._references.target(node["$ref"], place)
        name = self._names.get(at)
        if name is None:
            name = self._named(at)
            self._definitions[name] = _Definition(at)
            self._todo.append((name, target))
        found: dict[str, Any] = {"$ref": _PREFIX + name}
        if isinstance(told := node.get("description"), str) and told:
            found["description"] = told[:_LONGEST_TEXT]
        return found

    def _named(self, place: str) -> str:
        plain = _NOT_PLAIN.sub("_", place.rpartition("/")[2])[:60].strip("_") or "root"
        name, number = plain, 2
        while name in self._definitions:
            name, number = f"{plain}_{number}", number + 1
        self._names[place] = name
        return name

    def _settle(self) -> None:
        """Convert what was referred to, what that refers to, and so on."""
        new: list[str] = []
        while self._todo:
            name, node = self._todo.pop()
            definition = self._definitions[name]
            try:
                definition.schema = self._schema(node, definition.place)
            except Unusable as fault:
                self._mistakes.note(fault.mistake)
                definition.schema = {"description": "Any value: the API's document does not say what it has to be."}
            new.append(name)
        self._break_circles(new)
        for name in new:
            definition = self._definitions[name]
            definition.refs = tuple(dict.fromkeys(references_in(definition.schema)))
            definition.size = len(msgspec.json.encode(definition.schema)) + len(name) + 4

    def _break_circles(self, names: list[str]) -> None:
        """Take out references that lead back to where they stand, with no value in between: they describe nothing, and never end."""
        done: set[str] = set()
        for first in names:
            path = [first]
            on_path = {first}
            rest = {first: self._same_place(first)}
            while path:
                here = path[-1]
                if not rest[here]:
                    done.add(here)
                    on_path.discard(path.pop())
                    continue
                there = rest[here].pop()
                if there in on_path:
                    definition = self._definitions[here]
                    self._mistakes.add(
                        definition.place,
                        f"refers to {self._definitions[there].place} and is reached from there again: the reference is left out",
                    )
                    definition.schema = _without(definition.schema, _PREFIX + there)
                elif there not in done:
                    path.append(there)
                    on_path.add(there)
                    rest[there] = self._same_place(there)

    def _same_place(self, name: str) -> list[str]:
        """The definitions that a value of this one has to meet as well, as a whole."""
        found: list[str] = []
        todo = [self._definitions[name].schema]
        while todo:
            node = todo.pop()
            if not isinstance(node, dict):
                continue
            if "$ref" in node:
                found.append(node["$ref"][len(_PREFIX) :])
            for key in _SAME_PLACE:
                other = node.get(key)
                todo += other if isinstance(other, list) else [other] if isinstance(other, dict) else []
            dependent = node.get("dependentSchemas")
            todo += dependent.values() if isinstance(dependent, dict) else ()
        return found

    # ------------------------------------------------------------ one schema

    def _schema(self, node: object, place: str, depth: int = 0) -> Schema:
        if isinstance(node, bool):
            return node
        if not isinstance(node, dict):
            self._mistakes.add(place, "is no schema")
            return {}
        self._work += 1
        if depth > DEEPEST or self._work > _MOST_WORK:
            raise Unusable(place, "is nested too deeply, or part of schemas that are too many to be read")
        if "$ref" in node and not isinstance(node["$ref"], dict):
            found = self._reference(node, place)
            others = (
                {} if self._old else {name: each for name, each in node.items() if name not in ("$ref", "description")}
            )
            extra = self._schema(others, place, depth + 1) if others else {}
            return {**extra, **found} if isinstance(found, dict) and isinstance(extra, dict) else found
        if self._files and _binary(node):
            return {
                **FILE,
                **(
                    {"description": node["description"][:_LONGEST_TEXT]}
                    if isinstance(node.get("description"), str)
                    else {}
                ),
            }
        return self._keywords(node, place, depth)

    def _keywords(self, node: Tree, place: str, depth: int) -> Schema:
        schema: dict[str, Any] = {}
        for name, value in node.items():
            if name in _SAMPLES:
                _sample(schema, name, value)
            elif name in _SCHEMA:
                self._one(schema, name, value, (place, depth))
            elif name in _SCHEMAS:
                self._several(schema, name, value, (place, depth))
            elif name in _NAMED:
                self._by_name(schema, name, value, (place, depth))
            elif (judge := _JUDGES.get(name)) is not None:
                kept = judge(value)
                if kept is not None:
                    schema[name] = kept
                elif not (self._old and name.startswith("exclusive")):
                    self._mistakes.add(below(place, name), "has a value that this keyword cannot have")
        self._types(schema, node, place)
        if self._old:
            _modern(schema, node)
        self._show(schema, node)
        return schema

    def _show(self, schema: dict[str, Any], node: Tree) -> None:
        """Require nothing that is not shown."""
        properties = node.get("properties")
        if "required" in schema and isinstance(properties, dict):
            hidden = {
                name for name, each in properties.items() if isinstance(each, dict) and each.get(self._hidden) is True
            }
            schema["required"] = [name for name in schema["required"] if name not in hidden]

    def _one(self, schema: dict[str, Any], name: str, value: object, at: tuple[str, int]) -> None:
        place, depth = below(at[0], name), at[1] + 1
        if name == "items" and isinstance(value, list):  # of older drafts
            self._several(schema, "prefixItems", value, at)
        else:
            schema[name] = self._schema(value, place, depth)

    def _several(self, schema: dict[str, Any], name: str, value: object, at: tuple[str, int]) -> None:
        place, depth = below(at[0], name), at[1] + 1
        if isinstance(value, list) and value:
            schema[name] = [self._schema(each, below(place, number), depth) for number, each in enumerate(value)]
        else:
            self._mistakes.add(place, "is no list of schemas")

    def _by_name(self, schema: dict[str, Any], name: str, value: object, at: tuple[str, int]) -> None:
        place, depth = below(at[0], name), at[1] + 1
        if not isinstance(value, dict):
            self._mistakes.add(place, "is no object of schemas")
            return
        schema[name] = {
            each: self._schema(one, below(place, each), depth)
            for each, one in value.items()
            if not (name == "properties" and isinstance(one, dict) and one.get(self._hidden) is True)
        }

    def _types(self, schema: dict[str, Any], node: Tree, place: str) -> None:
        given = node.get("type")
        if given is None:
            return
        types = given if isinstance(given, list) else [given]
        known = [each for each in types if isinstance(each, str) and each in _TYPES]
        if len(known) < len(types):
            self._mistakes.add(below(place, "type"), f"is none of {', '.join(sorted(_TYPES))}")
        if known:
            schema["type"] = list(dict.fromkeys(known)) if isinstance(given, list) else known[0]


def _binary(node: Tree) -> bool:
    """Whether it is a text that stands for bytes (3.0: format; 3.1: contentMediaType, or nothing said but a media type)."""
    if node.get("type") == "string" and node.get("format") in ("binary", "base64"):
        return True
    return "contentMediaType" in node and "contentEncoding" not in node and node.get("type") in (None, "string")


def _modern(schema: dict[str, Any], node: Tree) -> None:
    """What 3.0 says in ways of its own: ``nullable``, and exclusive bounds as booleans."""
    for flag, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(node.get(flag), bool):
            schema.pop(flag, None)
            if node[flag] and bound in schema:
                schema[flag] = schema.pop(bound)
    if node.get("nullable") is not True:
        return
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    if any(name in schema for name in ("allOf", "anyOf", "oneOf")):  # meant so, where the specification leaves it open
        told: dict[str, Any] = {
            name: schema.pop(name) for name in ("title", "description", "default", "deprecated") if name in schema
        }
        inner = dict(schema)
        schema.clear()
        schema.update(told)
        schema["anyOf"] = [inner, {"type": "null"}]


def _sample(schema: dict[str, Any], name: str, value: object) -> None:
    """A value that is an example, or stands for itself, unless it is long."""
    if name == "examples" and not isinstance(value, list):
        return
    if name != "const" and len(msgspec.json.encode(value)) > _LONGEST_VALUE:
        return
    if name == "example":
        schema.setdefault("examples", [value])
    else:
        schema[name] = value


def references_in(schema: Schema) -> Iterator[str]:
    """The names of definitions that a converted schema refers to, in order."""
    todo: list[Schema] = [schema]
    for node in todo:  # grows while it is gone through
        if isinstance(node, dict):
            if "$ref" in node:
                yield node["$ref"][len(_PREFIX) :]
            todo += inside(node)


def inside(node: dict[str, Any]) -> Iterator[Schema]:
    """The schemas that stand in a converted one, one step down."""
    for name, value in node.items():
        if name in _SCHEMA:
            yield value
        elif name in _SCHEMAS:
            yield from value
        elif name in _NAMED:
            yield from value.values()


def _without(schema: Schema, reference: str) -> Schema:
    """A schema without a reference where it stands for the whole value."""
    if not isinstance(schema, dict):
        return schema
    found = dict(schema)
    if found.get("$ref") == reference:
        del found["$ref"]
    for name in ("if", "then", "else", "not"):
        if name in found:
            found[name] = _without(found[name], reference)
    for name in ("allOf", "anyOf", "oneOf"):
        if name not in found:
            continue
        kept = [
            _without(each, reference)
            for each in found[name]
            if not (isinstance(each, dict) and each.get("$ref") == reference)
        ]
        found[name] = kept
        if not kept:
            del found[name]
    if "dependentSchemas" in found:
        found["dependentSchemas"] = {
            name: _without(each, reference) for name, each in found["dependentSchemas"].items()
        }
    return found


# ------------------------------------------------------------ keywords with plain values


def _number(value: object) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) else None


def _positive(value: object) -> int | float | None:
    return found if (found := _number(value)) is not None and found > 0 else None


def _count(value: object) -> int | None:
    found = _number(value)
    return int(found) if found is not None and found >= 0 and found == int(found) and found < 1 << 53 else None


def _text(value: object) -> str | None:
    return value[:_LONGEST_TEXT] if isinstance(value, str) else None


def _pattern(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= _LONGEST_TEXT else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _names(value: object) -> list[str] | None:
    return (
        list(dict.fromkeys(value)) if isinstance(value, list) and all(isinstance(each, str) for each in value) else None
    )


def _choices(value: object) -> list[Any] | None:
    return value if isinstance(value, list) and 0 < len(value) <= _MOST_CHOICES else None


def _dependent(value: object) -> dict[str, list[str]] | None:
    if not isinstance(value, dict):
        return None
    return {name: names for name, each in value.items() if (names := _names(each)) is not None}


_JUDGES: Final[dict[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(_NUMBERS, _number),
    **dict.fromkeys(_COUNTS, _count),
    **dict.fromkeys(_TEXTS, _text),
    **dict.fromkeys(_FLAGS, _flag),
    "pattern": _pattern,
    "multipleOf": _positive,
    "required": _names,
    "enum": _choices,
    "dependentRequired": _dependent,
}
"""Give what a keyword may have as its value; None for what it may not."""
