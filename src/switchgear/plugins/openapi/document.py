"""An OpenAPI document, read: 3.0, 3.1 and 3.2, with every mistake named by its place.

https://spec.openapis.org/oas/v3.0.4.html, v3.1.2.html and v3.2.0.html. An operation that has a mistake which matters for its requests is
left out, and so told; the others can be used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Final, TypeVar

from switchgear.config.problems import quoted
from switchgear.core.structs import Frozen
from switchgear.plugins.openapi.loading import Tree, load
from switchgear.plugins.openapi.mistakes import Mistake, Mistakes, Unusable, below, invalid
from switchgear.plugins.openapi.operations import BODY_FORMS, Answer, Body, Operation, Parameter, steps_out
from switchgear.plugins.openapi.parameters import Parameters
from switchgear.plugins.openapi.references import References
from switchgear.plugins.openapi.schemes import Requirement, Scheme, read_requirements, read_schemes
from switchgear.plugins.openapi.servers import Server, read_servers

MOST_OPERATIONS: Final = 5_000
T = TypeVar("T")
_VERSION: Final = re.compile(r"3\.([012])(?:\.\d{1,4}(?:-[0-9A-Za-z.-]{1,20})?)?")
_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "query")
_OWN_METHOD: Final = re.compile(r"[A-Z][A-Z0-9_-]{0,30}")
_SUCCESS: Final = re.compile(r"2(?:\d\d|XX)")
_JSON: Final = re.compile(r"application/(?:json|[a-z0-9.!#$&^_+-]+\+json)")
_LONGEST_TEXT: Final = 10_000
_MOST_NAMED: Final = 200
"""Tags, media types or responses of an operation that are looked at."""
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class ApiDocument(Frozen, frozen=True):
    """A document as it was understood. ``version`` is 3.0, 3.1 or 3.2; ``mistakes`` are those of operations that were left out, and lesser ones."""

    version: str
    title: str
    description: str
    release: str
    operations: tuple[Operation, ...]
    schemes: Mapping[str, Scheme]
    servers: tuple[Server, ...]
    mistakes: tuple[Mistake, ...]
    references: References


def read_document(data: bytes) -> ApiDocument:
    """The document in ``data``, JSON or YAML. Raises InvalidApiDocument where nothing in it can be called, and names every mistake."""
    tree = load(data)
    version = _version(tree)
    reader = _Reader(tree, version)
    operations = tuple(reader.operations())
    found = reader.mistakes.found
    if not operations:
        raise invalid(found or [Mistake("#/paths", "has no operation that can be called")])
    info = tree.get("info")
    info = info if isinstance(info, dict) else {}
    return ApiDocument(
        version=version,
        title=text_of(info.get("title")) or "An API",
        description=text_of(info.get("description")),
        release=text_of(info.get("version")),
        operations=operations,
        schemes=reader.schemes,
        servers=reader.servers,
        mistakes=found,
        references=reader.references,
    )


def text_of(value: object) -> str:
    """A text, or a number as one, bounded and without control characters; empty for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return _CONTROLS.sub(" ", value[:_LONGEST_TEXT]) if isinstance(value, str) else ""


def _version(tree: Tree) -> str:
    if "swagger" in tree:
        raise invalid(
            [
                Mistake(
                    "#/swagger",
                    "is Swagger 2, which is not read; convert it to OpenAPI 3 first, for instance with swagger2openapi",
                )
            ]
        )
    said = text_of(tree.get("openapi"))
    found = _VERSION.fullmatch(said)
    if found is None:
        what = (
            f"is {quoted(said)}; known are 3.0, 3.1 and 3.2"
            if said
            else "is missing: it says which version of OpenAPI 3 the document is in"
        )
        raise invalid([Mistake("#/openapi", what)])
    return f"3.{found[1]}"


class _Reader:
    def __init__(self, tree: Tree, version: str) -> None:
        self._tree = tree
        self.mistakes = Mistakes()
        self.references = References(tree, text_of(tree.get("$self")) if version == "3.2" else "")
        self.references.judge(self.mistakes)
        self._parameters = Parameters(self.references, self.mistakes)
        components = tree.get("components")
        components = components if isinstance(components, dict) else {}
        self.schemes = read_schemes(components.get("securitySchemes"), self.references, self.mistakes)
        self.servers = read_servers(tree.get("servers"), "#/servers", self.mistakes)
        self._no_way_in: Unusable | None = None
        self._security: tuple[Requirement, ...] = ()
        try:
            self._security = self._requirements(tree, "#")
        except Unusable as fault:  # matters to operations that say nothing of their own
            self._no_way_in = fault

    def _requirements(self, node: Tree, place: str) -> tuple[Requirement, ...]:
        """The ways in that are said at a place, else those of the whole document. Raises Unusable."""
        if "security" not in node:
            if self._no_way_in is not None:
                raise self._no_way_in
            return self._security
        return read_requirements(node["security"], below(place, "security"), self.schemes, self.mistakes)

    def operations(self) -> Iterator[Operation]:
        """Every operation that can be used."""
        paths = self._tree.get("paths")
        if not isinstance(paths, dict):
            self.mistakes.add("#/paths", "is missing, or no object: there is nothing to call")
            return
        number = 0
        for path, item in paths.items():
            if path.startswith("x-"):
                continue
            for operation in self._of_path(path, item):
                number += 1
                if number > MOST_OPERATIONS:
                    self.mistakes.add("#/paths", f"has more than {MOST_OPERATIONS:,} operations; the first are read")
                    return
                yield operation

    def _of_path(self, path: str, item: object) -> Iterator[Operation]:
        place = below("#/paths", path)
        found = self._usable(lambda: self._path_item(path, item, place))
        if found is None:
            return
        node, at = found
        for method, one, where in self._methods(node, at):
            operation = self._usable(lambda m=method, o=one, w=where: self._operation(m, path, (node, at), (o, w)))  # type: ignore[misc]  # mypy knows no defaults of lambdas
            if operation is not None:
                yield operation

    def _usable(self, read: Callable[[], T]) -> T | None:
        """What ``read`` gives; None where it finds that it cannot be used, which is noted."""
        try:
            return read()
        except Unusable as fault:
            self.mistakes.note(fault.mistake)
            return None

    def _path_item(self, path: str, item: object, place: str) -> tuple[Tree, str]:
        if not path.startswith("/") or not path.isprintable() or len(path) > 1000 or set(path) & set("?#"):
            raise Unusable(place, "is no path: it begins with / and has no ? or #")
        if steps_out(path):
            raise Unusable(place, "has a step that is . or ..")
        found, at = self.references.followed(item, place)
        if not isinstance(found, dict):
            raise Unusable(place, "is no object")
        own = {name: each for name, each in item.items() if name != "$ref"} if isinstance(item, dict) else {}
        return ({**found, **own}, place if own else at) if at != place else (found, place)

    def _methods(self, node: Tree, at: str) -> Iterator[tuple[str, Tree, str]]:
        for method in _METHODS:
            if method in node:
                yield from self._method(method.upper(), node[method], below(at, method))
        others = node.get("additionalOperations")
        for name, each in others.items() if isinstance(others, dict) else ():
            where = below(at, "additionalOperations", name)
            if _OWN_METHOD.fullmatch(name) and name not in ("CONNECT", "TRACE"):
                yield from self._method(name, each, where)
            else:
                self.mistakes.add(
                    where, "is no method that is called: upper-case letters, and neither CONNECT nor TRACE"
                )

    def _method(self, method: str, one: object, where: str) -> Iterator[tuple[str, Tree, str]]:
        if isinstance(one, dict):
            yield method, one, where
        else:
            self.mistakes.add(where, "is no object")

    def _operation(self, method: str, path: str, around: tuple[Tree, str], own: tuple[Tree, str]) -> Operation:
        item, at = around
        node, place = own
        given = [
            (each, below(where, "parameters"))
            for each, where in ((item.get("parameters"), at), (node.get("parameters"), place))
            if each is not None
        ]
        parameters = self._parameters.read(given, path, place)
        servers = self.servers
        for each, where in ((item, at), (node, place)):
            if "servers" in each:
                servers = read_servers(each["servers"], below(where, "servers"), self.mistakes) or servers
        tags = node.get("tags")
        return Operation(
            method=method,
            path=path,
            place=place,
            id=text_of(node.get("operationId"))[:200],
            summary=text_of(node.get("summary")) or text_of(item.get("summary")),
            description=text_of(node.get("description")) or text_of(item.get("description")),
            tags=tuple(text_of(each) for each in tags[:_MOST_NAMED]) if isinstance(tags, list) else (),
            deprecated=node.get("deprecated") is True,
            parameters=self._not_secret(parameters),
            body=self._body(node, place),
            answer=self._answer(node, place),
            security=self._requirements(node, place),
            servers=servers,
        )

    def _not_secret(self, parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
        """Without those that carry what a security scheme does: it is no argument."""
        secret = {(each.where, each.field.lower()) for each in self.schemes.values() if each.kind == "apiKey"}
        return tuple(each for each in parameters if (each.where, each.name.lower()) not in secret)

    def _body(self, node: Tree, place: str) -> Body | None:
        if "requestBody" not in node:
            return None
        body, at = self.references.followed(node["requestBody"], below(place, "requestBody"))
        if not isinstance(body, dict) or not isinstance(body.get("content"), dict) or not body["content"]:
            raise Unusable(at, "has no content, an object of media types")
        for form, known in BODY_FORMS:
            for name, each in islice(body["content"].items(), _MOST_NAMED):
                kind = name.partition(";")[0].strip().lower()
                if known.fullmatch(kind):
                    media, there = self.references.followed(each, below(at, "content", name))
                    media = media if isinstance(media, dict) else {}
                    encoding = media.get("encoding")
                    return Body(
                        form=form,
                        media_type=kind,
                        required=body.get("required") is True,
                        description=text_of(body.get("description")),
                        schema=media.get("schema", True),
                        place=below(there, "schema"),
                        encoding=encoding if isinstance(encoding, dict) else {},
                    )
        raise Unusable(below(at, "content"), "has no media type that can be sent")

    def _answer(self, node: Tree, place: str) -> Answer | None:
        """The JSON of the first success; None where none is described, or not in a way that can be used."""
        responses = node.get("responses")
        if not isinstance(responses, dict):
            return None
        for status in sorted(each for each in islice(responses, _MOST_NAMED) if _SUCCESS.fullmatch(each)):
            found = self._usable(lambda s=status: self._one_answer(responses[s], below(place, "responses", s)))  # type: ignore[misc]  # as above
            if found is not None:
                return found
        return None

    def _one_answer(self, response: object, place: str) -> Answer | None:
        node, at = self.references.followed(response, place)
        content = node.get("content") if isinstance(node, dict) else None
        for name, each in islice(content.items(), _MOST_NAMED) if isinstance(content, dict) else ():
            if _JSON.fullmatch(name.partition(";")[0].strip().lower()):
                media, there = self.references.followed(each, below(at, "content", name))
                if isinstance(media, dict) and "schema" in media:
                    return Answer(media["schema"], below(there, "schema"))
        return None
