"""JSON Schemas as they come from clients: checked before they are used, and never a reason to fetch anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import msgspec

from switchgear.core.errors import RequestError

_DEEPEST = 200
_SAME_PLACE = ("allOf", "anyOf", "oneOf")
_FENCED = re.compile(r"\A\s*```[A-Za-z0-9_-]*[ \t]*\n(?P<inside>.*?)\n?\s*```\s*\Z", re.DOTALL)
_MENTIONED = 3


class Schema:
    """A JSON Schema (draft 2020-12 unless it says otherwise) that answers or arguments are held to.

    References stay within the schema. Raises RequestError, naming ``param``, for one that is not valid, that refers to something
    outside or to nothing, or whose references go round in a circle.
    """

    def __init__(self, schema: dict[str, Any], param: str) -> None:
        _check_references(schema, param)
        try:
            self._validator = jsonschema_rs.validator_for(
                schema, offline=True, pattern_options=jsonschema_rs.RegexOptions()
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            reason = str(error).partition("\n")[0]
            raise RequestError(f"{param} is not a valid JSON Schema: {reason[:300]}.", param=param) from error

    def complaint(self, value: object) -> str:
        """What is wrong with ``value``, in a sentence a model understands; ``""`` when nothing is."""
        try:
            found = list(_first(self._validator.iter_errors(value), _MENTIONED))
        except ValueError as error:  # an integer that no number type of the validator holds
            return str(error)[:300]
        return "; ".join(f"{_place(error.instance_path)}: {error.message[:300]}" for error in found)


def without_root_references(schema: dict[str, Any]) -> dict[str, Any]:
    """The same schema for readers that know references to definitions only: its root becomes one, where anything refers to it."""
    if not any(_refers_to_root(node) for node in _nodes(schema)):
        return schema
    name = "root"
    while name in schema.get("$defs", {}):
        name += "_"
    moved = {key: value for key, value in schema.items() if key not in ("$defs", "$schema", "$id")}
    document = {"$defs": {**schema.get("$defs", {}), name: moved}, "$ref": f"#/$defs/{name}"}
    told: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document))
    for node in _nodes(told):
        reference = node["$ref"] if _refers_to_root(node) else ""
        if reference:
            node["$ref"] = f"#/$defs/{name}{reference[1:]}"
    return told | {"$ref": f"#/$defs/{name}"}


def _refers_to_root(node: dict[str, Any]) -> bool:
    reference = node.get("$ref")
    return isinstance(reference, str) and (
        reference == "#" or (reference.startswith("#/") and not reference.startswith("#/$defs/"))
    )


def parsed(text: str) -> object:
    """The JSON in ``text``, as the whole of it or as the only thing in a fenced block. Raises ValueError."""
    found = _FENCED.match(text)
    try:
        return msgspec.json.decode(found["inside"] if found else text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(str(error)) from error


def unfenced(text: str) -> str:
    """``text`` without the fence around it, if it is one fenced block."""
    found = _FENCED.match(text)
    return found["inside"] if found else text


def _first(errors: Iterator[jsonschema_rs.ValidationError], most: int) -> Iterator[jsonschema_rs.ValidationError]:
    for number, error in enumerate(errors):
        if number == most:
            return
        yield error


def _place(path: list[str | int]) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def _check_references(schema: dict[str, Any], param: str) -> None:
    """Raise for references that leave the schema, lead nowhere, or lead back to themselves with nothing in between."""
    found = list(_nodes(schema, param))
    for node in found:
        reference = node.get("$ref")
        if isinstance(reference, str) and not reference.startswith("#"):
            raise RequestError(
                f'{param} refers to "{reference[:200]}", which is outside of it.',
                param=param,
                hint='Put the definition under "$defs" and refer to it as "#/$defs/NAME".',
            )
    for node in found:
        _follow(schema, node, param, ())


def _nodes(schema: dict[str, Any], param: str = "schema") -> Iterator[dict[str, Any]]:
    """Every object in a schema that may be a schema itself. Raises RequestError for one that is too deep."""
    nodes: list[tuple[object, int]] = [(schema, 0)]
    while nodes:
        node, depth = nodes.pop()
        if depth > _DEEPEST:
            raise RequestError(f"{param} is nested too deeply.", param=param)
        if isinstance(node, dict):
            yield node
            nodes += [(value, depth + 1) for name, value in node.items() if name not in ("enum", "const", "default")]
        elif isinstance(node, list):
            nodes += [(value, depth + 1) for value in node]


def _follow(schema: dict[str, Any], node: object, param: str, seen: tuple[int, ...]) -> None:
    """Go where a node's references and alternatives lead without descending into a value."""
    if not isinstance(node, dict):
        return
    if id(node) in seen or len(seen) > _DEEPEST:
        raise RequestError(
            f"{param} has a reference that leads back to itself and describes nothing.",
            param=param,
            hint="Let the cycle pass through properties or items.",
        )
    seen = (*seen, id(node))
    reference = node.get("$ref")
    if isinstance(reference, str):
        _follow(schema, _target(schema, reference), param, seen)
    for name in _SAME_PLACE:
        others = node.get(name)
        for other in others if isinstance(others, list) else ():
            _follow(schema, other, param, seen)


def _target(schema: dict[str, Any], reference: str) -> object:
    """What a JSON pointer within the schema names (RFC 6901); None for an anchor or for nothing, which the validator judges."""
    node: Any = schema
    if reference == "#":
        return node
    if not reference.startswith("#/"):
        return None
    for step in reference[2:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict):
            node = node.get(name)
        elif isinstance(node, list) and name.isdigit() and int(name) < len(node):
            node = node[int(name)]
        else:
            return None
    return node
