"""JSON Schemas as they come from clients: checked before they are used, and never a reason to fetch anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from switchgear.core.errors import RequestError

_DEEPEST = 200
_ALTERNATIVES = ("allOf", "anyOf", "oneOf")
_CONDITIONS = ("if", "then", "else", "not")
_MOST_NODES = 20_000
_MOST_WORK = 1_000
"""Schemas that one value may have to meet at one place; OpenAI's own limit on enum values is of that order."""
_MOST_JUDGED = 2_000_000
"""Schemas times values that are met in one judgement: some tenths of a second at worst."""
_FENCED = re.compile(r"\A\s*```[A-Za-z0-9_-]*[ \t]*\n(?P<inside>.*?)\n?\s*```\s*\Z", re.DOTALL)


class Schema:
    """A JSON Schema (draft 2020-12 unless it says otherwise) that answers or arguments are held to.

    References stay within the schema. Raises RequestError, naming ``param``, for one that is not valid, that refers to something
    outside or to nothing, or whose references go round in a circle.
    """

    def __init__(self, schema: dict[str, Any], param: str) -> None:
        import jsonschema_rs  # noqa: PLC0415 - 3 MB and 20 ms that calls without a schema do not need

        _check_references(schema, param)
        self._work = _most_work(schema, param)
        try:
            self._invalid = jsonschema_rs.ValidationError
            self._validator = jsonschema_rs.validator_for(
                schema, offline=True, pattern_options=jsonschema_rs.RegexOptions()
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            reason = str(error).partition("\n")[0]
            raise RequestError(f"{param} is not a valid JSON Schema: {reason[:300]}.", param=param) from error

    def complaint(self, value: object) -> str:
        """What is wrong with ``value`` first, in a sentence a model understands; ``""`` when nothing is.

        A value so large that judging it could hold up everybody else is not judged.
        """
        if self._work * _size(value) > _MOST_JUDGED:
            return ""
        try:
            self._validator.validate(value)
        except self._invalid as error:
            return f"{_place(error.instance_path)}: {error.message[:300]}"
        except ValueError as error:  # an integer that no number type of the validator holds
            return str(error)[:300]
        return ""


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
    settled: set[int] = set()
    for node in found:
        _follow(schema, node, param, set(), settled)


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


def _follow(schema: dict[str, Any], node: object, param: str, path: set[int], settled: set[int]) -> None:
    """Go where a node's references and alternatives lead without descending into a value; each node once."""
    if not isinstance(node, dict) or id(node) in settled:
        return
    if id(node) in path or len(path) > _DEEPEST:
        raise RequestError(
            f"{param} has a reference that leads back to itself and describes nothing.",
            param=param,
            hint="Let the cycle pass through properties or items.",
        )
    path.add(id(node))
    for other in _same_place(schema, node):
        _follow(schema, other, param, path, settled)
    path.discard(id(node))
    settled.add(id(node))


def _same_place(schema: dict[str, Any], node: dict[str, Any]) -> Iterator[object]:
    """The schemas that a value which meets ``node`` meets as well, at the same place."""
    reference = node.get("$ref")
    if isinstance(reference, str):
        yield _target(schema, reference)
    for name in _ALTERNATIVES:
        others = node.get(name)
        yield from others if isinstance(others, list) else ()
    yield from (node[name] for name in _CONDITIONS if name in node)
    dependent = node.get("dependentSchemas")
    yield from dependent.values() if isinstance(dependent, dict) else ()


def _most_work(schema: dict[str, Any], param: str) -> int:
    """How many schemas one value has to meet at one place at most. Raises RequestError where alternatives multiply.

    Counted from the leaves, each node once; a node that is met again counts again, as a validator meets it again.
    """
    work: dict[int, int] = {}
    most = 1
    for number, node in enumerate(_nodes(schema, param)):
        if number > _MOST_NODES:
            raise RequestError(f"{param} has more than {_MOST_NODES} parts.", param=param, hint="Send a smaller one.")
        most = max(most, _work(schema, node, work))
        if most > _MOST_WORK:
            raise RequestError(
                f"{param} combines more than {_MOST_WORK} alternatives at one place.",
                param=param,
                hint="Use fewer allOf, anyOf, oneOf and if, or fewer references between them.",
            )
    return most


def _work(schema: dict[str, Any], node: object, work: dict[int, int]) -> int:
    if not isinstance(node, dict):
        return 1
    known = work.get(id(node))
    if known is None:
        known = work[id(node)] = min(
            1 + sum(_work(schema, other, work) for other in _same_place(schema, node)), _MOST_WORK + 1
        )
    return known


def _size(value: object) -> int:
    """How many values there are in a JSON value, itself among them; more than is judged is not counted on."""
    size, rest = 0, [value]
    while rest and size <= _MOST_JUDGED:
        one = rest.pop()
        size += 1
        if isinstance(one, dict):
            rest.extend(one.values())
        elif isinstance(one, list):
            rest.extend(one)
    return size


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
