"""The parameters of an operation, as a document writes them (OpenAPI 3.2, section 4.12)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from switchgear.plugins.openapi.loading import Tree
from switchgear.plugins.openapi.mistakes import Mistakes, Unusable, below
from switchgear.plugins.openapi.operations import Parameter, Style, Where
from switchgear.plugins.openapi.references import References

MOST: Final = 200
"""Parameters of one operation."""
_TEMPLATE: Final = re.compile(r"\{([^{}]*)\}")
_STYLES: Final[dict[Where, tuple[Style, ...]]] = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form", "cookie"),
    "querystring": ("form",),
}
"""Those of each place, what holds where none is said first."""
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_OURS: Final = frozenset(
    {"accept", "content-type", "authorization", "host", "content-length", "transfer-encoding", "connection", "cookie", "te", "trailer",
     "upgrade", "keep-alive", "expect", "accept-encoding", "user-agent", "proxy-authorization", "proxy-connection"}
)  # fmt: skip
"""Header fields that are not for arguments: the first three by the specification, the others frame the request."""


class Parameters:
    """Reads the parameters of operations; one that many share is read once."""

    def __init__(self, references: References, mistakes: Mistakes) -> None:
        self._references = references
        self._mistakes = mistakes
        self._known: dict[str, Parameter | None] = {}

    def read(self, given: Sequence[tuple[object, str]], path: str, place: str) -> tuple[Parameter, ...]:
        """The parameters of an operation at ``place``: those of its path first, which its own replace.

        A part of the path that nobody describes is a text. Raises Unusable.
        """
        found: dict[tuple[str, str], Parameter] = {}
        for listed, where in given:
            if not isinstance(listed, list):
                raise Unusable(where, "is no list")
            if len(listed) > MOST:
                raise Unusable(where, f"has more than {MOST} parameters")
            for number, each in enumerate(listed):
                parameter = self._one(each, below(where, number))
                if parameter is not None:
                    found[parameter.name, parameter.where] = parameter
        parts = list(dict.fromkeys(_TEMPLATE.findall(path)))
        for name in parts:
            if (name, "path") not in found:
                self._mistakes.add(place, f"has no parameter for {{{name[:60]}}} of its path; it is taken for a text")
                found[name, "path"] = Parameter(
                    name, "path", True, "simple", False, False, "", "", False, {"type": "string"}, place
                )
        return tuple(each for each in found.values() if each.where != "path" or each.name in parts)

    def _one(self, given: object, place: str) -> Parameter | None:
        node, at = self._references.followed(given, place)
        if at not in self._known:
            self._known[at] = _parameter(node, at)
        return self._known[at]


def _parameter(node: Any, place: str) -> Parameter | None:
    """One parameter; None for one that is not for arguments. Raises Unusable."""
    if not isinstance(node, dict):
        raise Unusable(place, "is no object")
    name, where = node.get("name"), node.get("in")
    if not isinstance(name, str) or not 0 < len(name) <= 200 or not name.isprintable():
        raise Unusable(place, "has no name")
    if not isinstance(where, str) or where not in _STYLES:
        raise Unusable(place, f"is in none of {', '.join(_STYLES)}")
    if where == "header":
        if name.lower() in _OURS:
            return None
        if not _TOKEN.fullmatch(name):
            raise Unusable(place, "has a name that no header field can have")
    style = _style(node, where, place)
    media_type, schema, at = _described(node, place)
    explode = node.get("explode")
    return Parameter(
        name=name,
        where=where,
        required=where == "path" or node.get("required") is True,
        style=style,
        explode=explode if isinstance(explode, bool) else style in ("form", "cookie"),
        reserved=node.get("allowReserved") is True,
        media_type=media_type,
        description=node["description"][:2000] if isinstance(node.get("description"), str) else "",
        deprecated=node.get("deprecated") is True,
        schema=schema,
        place=at,
    )


def _style(node: Tree, where: Where, place: str) -> Style:
    styles = _STYLES[where]
    said = node.get("style", styles[0])
    for each in styles:
        if said == each:
            return each
    raise Unusable(below(place, "style"), f"is none of those for a parameter in {where}: {', '.join(styles)}")


def _described(node: Tree, place: str) -> tuple[str, Any, str]:
    """The media type of the value, its schema and where that stands. Raises Unusable."""
    content = node.get("content")
    if content is None:
        return "", node.get("schema", True), below(place, "schema")
    if not isinstance(content, dict) or len(content) != 1:
        raise Unusable(below(place, "content"), "has to have exactly one media type")
    (media_type, media), *_ = content.items()
    if not isinstance(media, dict):
        raise Unusable(below(place, "content", media_type), "is no object")
    return (
        media_type.partition(";")[0].strip().lower(),
        media.get("schema", True),
        below(place, "content", media_type, "schema"),
    )
