"""Operations as tools: a name, a schema of what goes in and of what comes out, and how arguments become a request."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from switchgear.config.problems import nearest, quoted
from switchgear.core.errors import InvalidSettings
from switchgear.core.structs import Frozen
from switchgear.plugins.openapi.choices import Choices
from switchgear.plugins.openapi.document import ApiDocument
from switchgear.plugins.openapi.loosening import loosened
from switchgear.plugins.openapi.mistakes import Mistakes, Unusable
from switchgear.plugins.openapi.operations import Body, Operation, Parameter
from switchgear.plugins.openapi.paging import Paging, paging_of
from switchgear.plugins.openapi.schemas import FILE, TOO_LARGE, Schemas

LONGEST_NAME: Final = 64
"""Characters of a name: what model providers take."""
_LONGEST_DESCRIPTION: Final = 1024
_MOST_INPUT: Final = 24 * 1024
_MOST_OUTPUT: Final = 16 * 1024
"""Bytes of a schema. Models read it with each call."""
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9_-]+")
_NOT_LETTERS: Final = re.compile(r"[^A-Za-z0-9]+")
_NOT_ARGUMENT: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "QUERY"})
_BASE64: Final = {"type": "string", "contentEncoding": "base64", "description": "The content in base64."}


class Input(Frozen, frozen=True):
    """An argument that is a parameter of the operation."""

    argument: str
    parameter: Parameter


class Tool(Frozen, frozen=True):
    """A tool: ``definition`` is its JSON as ``tools/list`` tells it. ``body`` is the argument with what is sent, empty without one.

    ``files`` are the fields of the body that hold files. ``output`` is the JSON of the schema of what comes back, empty without one.
    """

    name: str
    definition: bytes
    operation: Operation
    inputs: tuple[Input, ...]
    body: str
    files: frozenset[str]
    output: bytes
    paging: Paging


class Toolset(Frozen, frozen=True):
    """The tools of a document by name, in its order. ``faults`` are sentences on what was left out."""

    tools: Mapping[str, Tool]
    faults: tuple[str, ...]


def tools_of(document: ApiDocument, choices: Choices) -> Toolset:
    """The chosen operations as tools. Takes up to seconds for a large document. Raises InvalidSettings for a choice that matches nothing."""
    maker = _Maker(document, choices)
    chosen = [each for each in document.operations if choices.takes(each)]
    if not chosen:
        tags = [tag for each in document.operations for tag in each.tags]
        raise InvalidSettings(
            f"None of the API's {len(document.operations):,} operations is chosen.",
            hint=f"Choose fewer conditions. {nearest('', tags, noun='Tags')}",
        )
    known = {name for each in document.operations for name in (each.id, each.words)}
    for key in (*choices.names, *choices.descriptions):
        if key not in known:
            raise InvalidSettings(f"{quoted(key)} is no operation. {nearest(key, known - {''})}")
    tools: dict[str, Tool] = {}
    for operation in chosen[: choices.most]:
        try:
            tool = maker.tool(operation, tools)
        except Unusable as fault:
            maker.mistakes.note(fault.mistake)
        else:
            tools[tool.name] = tool
    faults = [str(each) for each in (*document.mistakes, *maker.mistakes.found)]
    if len(chosen) > choices.most:
        faults.append(f"{len(chosen):,} operations are chosen; the first {choices.most:,} are offered.")
    return Toolset(tools, tuple(dict.fromkeys(faults)))


class _Maker:
    def __init__(self, document: ApiDocument, choices: Choices) -> None:
        self.mistakes = Mistakes()
        self._choices = choices
        references, version = document.references, document.version
        self._sent = Schemas(references, version, "in", self.mistakes)
        self._forms = Schemas(references, version, "in", self.mistakes, files=True)
        self._answered = Schemas(references, version, "out", self.mistakes)

    def tool(self, operation: Operation, taken: Mapping[str, Tool]) -> Tool:
        """An operation as a tool with a name that is not taken. Raises Unusable."""
        name = self._name(operation, taken)
        inputs = _inputs(operation)
        schema, body, files = self._input(operation, inputs)
        output = self._output(operation)
        title = operation.summary.strip()[:100]
        definition: dict[str, Any] = {"name": name}
        if title:
            definition["title"] = title
        definition["description"] = self._description(operation)
        definition["inputSchema"] = schema
        if output is not None:
            definition["outputSchema"] = output
        definition["annotations"] = _annotations(operation.method)
        return Tool(
            name=name,
            definition=msgspec.json.encode(definition),
            operation=operation,
            inputs=inputs,
            body=body,
            files=files,
            output=msgspec.json.encode(output) if output is not None else b"",
            paging=paging_of(
                [(each.argument, each.parameter.name) for each in inputs if each.parameter.where == "query"], schema
            ),
        )

    def _name(self, operation: Operation, taken: Mapping[str, Tool]) -> str:
        names = self._choices.names
        given = names.get(operation.id) if operation.id else None
        given = given or names.get(operation.words)
        if given is not None:
            if not _NAME.fullmatch(given) or given in taken:
                raise InvalidSettings(
                    f'"names": {quoted(given)} is taken, or no name of 1 to 64 letters, digits, _, - and dots.'
                )
            return given
        plain = _NOT_PLAIN.sub("_", operation.id).strip("_")
        if not plain:
            plain = _NOT_LETTERS.sub("_", f"{operation.method.lower()}_{operation.path}").strip("_")
        if len(plain) > LONGEST_NAME:
            plain = f"{plain[: LONGEST_NAME - 9]}_{hashlib.sha256(plain.encode()).hexdigest()[:8]}"
        name, number = plain, 2
        wanted = set(names.values())
        while name in taken or name in wanted:
            name, number = f"{plain[: LONGEST_NAME - 5]}_{number}", number + 1
        return name

    def _description(self, operation: Operation) -> str:
        told = self._choices.descriptions
        given = (told.get(operation.id) if operation.id else None) or told.get(operation.words)
        if given:
            return given[:_LONGEST_DESCRIPTION]
        parts = [each.strip() for each in (operation.summary, operation.description) if each.strip()]
        if len(parts) == 2 and parts[1].startswith(parts[0]):
            parts = parts[1:]
        words = "\n\n".join(parts) or operation.words
        return words if len(words) <= _LONGEST_DESCRIPTION else words[: _LONGEST_DESCRIPTION - 1] + "…"

    def _input(self, operation: Operation, inputs: tuple[Input, ...]) -> tuple[dict[str, Any], str, frozenset[str]]:
        """The schema of the arguments, the argument that is the body, and the fields of that which are files."""
        properties: dict[str, Any] = {}
        for each in inputs:
            properties[each.argument] = _described(
                self._sent.converted(each.parameter.schema, each.parameter.place), each.parameter
            )
        required = [each.argument for each in inputs if each.parameter.required]
        body, files = operation.body, frozenset[str]()
        schemas, argument = self._sent, ""
        if body is not None:
            argument = _free("body", properties)
            if body.required:
                required.append(argument)
            if body.form == "multipart":  # its definitions are others: binary texts are files in them
                schemas = self._forms
                for each in inputs:
                    properties[each.argument] = _described(
                        schemas.converted(each.parameter.schema, each.parameter.place), each.parameter
                    )
            properties[argument], files = self._body(body, schemas)
        schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
        if required:
            schema["required"] = required
        for name in reversed(properties):  # what is too long by itself, the last first: the body
            if len(msgspec.json.encode(schema)) <= _MOST_INPUT:
                break
            properties[name] = TOO_LARGE
        return schemas.whole(schema, _MOST_INPUT), argument, files

    def _body(self, body: Body, schemas: Schemas) -> tuple[Any, frozenset[str]]:
        if body.form == "binary":
            return _BASE64, frozenset()
        if body.form == "text":
            return {
                "type": "string",
                "description": body.description[:1000] or f"The {body.media_type} to send.",
            }, frozenset()
        schema = schemas.converted(body.schema, body.place)
        files = frozenset[str]()
        if body.form == "multipart":
            fields = schemas.resolved(schema).get("properties", {})
            files = frozenset(name for name, each in fields.items() if _is_file(schemas, each))
        found = {} if schema is True else {"not": {}} if schema is False else schema
        if body.description and "description" not in found:
            found = {**found, "description": body.description[:1000]}
        if body.form != "json" and "type" not in found and "$ref" not in found:
            found = {**found, "type": "object"}
        return found, files

    def _output(self, operation: Operation) -> dict[str, Any] | None:
        """The schema of a success, if that is an object and can be told in a reasonable length."""
        if operation.answer is None:
            return None
        try:
            schema = self._answered.converted(operation.answer.schema, operation.answer.place)
        except Unusable as fault:
            self.mistakes.note(fault.mistake)
            return None
        if not isinstance(schema, dict) or not _is_object(self._answered, schema):
            return None
        if len(msgspec.json.encode(schema)) > _MOST_OUTPUT:
            return None
        return loosened(self._answered.whole(schema, _MOST_OUTPUT))


def _inputs(operation: Operation) -> tuple[Input, ...]:
    """The parameters, each under a name of its own that model providers take."""
    found: dict[str, Parameter] = {}
    for each in operation.parameters:
        name = _NOT_ARGUMENT.sub("_", each.name)[:60].strip("_") or each.where
        if name in found:
            name = f"{name[:50]}_{each.where}"
        found[_free(name, found)] = each
    return tuple(Input(name, parameter) for name, parameter in found.items())


def _free(name: str, taken: Mapping[str, Any]) -> str:
    whole, number = name, 2
    while name in taken:
        name, number = f"{whole}_{number}", number + 1
    return name


def _described(schema: dict[str, Any] | bool, parameter: Parameter) -> dict[str, Any]:
    found = {} if schema is True else {"not": {}} if schema is False else dict(schema)
    if parameter.description:
        found["description"] = parameter.description[:1000]
    if parameter.deprecated:
        found["deprecated"] = True
    return found


def _is_file(schemas: Schemas, schema: Any) -> bool:
    found = schemas.resolved(schema)
    if found.get("type") == "array":
        found = schemas.resolved(found.get("items", True))
    data = found.get("properties", {}).get("data") if found.get("additionalProperties") is False else None
    return bool(data == FILE["properties"]["data"])


def _is_object(schemas: Schemas, schema: dict[str, Any], depth: int = 0) -> bool:
    found = schemas.resolved(schema)
    kind = found.get("type")
    if kind is not None:
        return bool(kind == "object")
    if "properties" in found:
        return True
    return depth < 8 and any(
        isinstance(each, dict) and _is_object(schemas, each, depth + 1) for each in found.get("allOf", ())
    )


def _annotations(method: str) -> dict[str, bool]:
    """What the method alone says (RFC 9110 section 9.2). A POST or PATCH may do anything: nothing is said of it."""
    if method in _SAFE:
        return {"readOnlyHint": True, "idempotentHint": True, "openWorldHint": True}
    found = {"readOnlyHint": False, "openWorldHint": True}
    if method in ("PUT", "DELETE"):
        found["idempotentHint"] = True
    if method == "DELETE":
        found["destructiveHint"] = True
    return found
