"""What a document says of one operation: what goes into its requests, and what comes back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal
from urllib.parse import unquote

from switchgear.core.structs import Frozen
from switchgear.plugins.openapi.schemes import Requirement
from switchgear.plugins.openapi.servers import Server

_STEPS: Final = re.compile(r"[/\\]|%2f|%5c", re.IGNORECASE)

Where = Literal["path", "query", "header", "cookie", "querystring"]
Style = Literal["simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "deepObject", "cookie"]
BodyForm = Literal["json", "form", "multipart", "binary", "text"]

BODY_FORMS: Final[tuple[tuple[BodyForm, re.Pattern[str]], ...]] = (
    ("json", re.compile(r"application/(?:json|[a-z0-9.!#$&^_+-]+\+json)")),
    ("form", re.compile(r"application/x-www-form-urlencoded")),
    ("multipart", re.compile(r"multipart/form-data")),
    ("json", re.compile(r"\*/\*|application/\*")),
    ("text", re.compile(r"text/[a-z0-9.!#$&^_+*-]+|application/(?:xml|yaml|x-yaml|x-ndjson|jsonl|graphql|[a-z0-9.!#$&^_+-]+\+(?:xml|yaml))")),
    ("binary", re.compile(r"application/octet-stream|(?:image|audio|video|font)/[a-z0-9.!#$&^_+*-]+|application/[a-z0-9.!#$&^_+-]+")),
)  # fmt: skip
"""Forms that bodies are sent in, the one that suits a model best first."""


class Parameter(Frozen, frozen=True):
    """A parameter. ``media_type`` is that of its value where it is written as a text of its own (``content``), and empty otherwise."""

    name: str
    where: Where
    required: bool
    style: Style
    explode: bool
    reserved: bool
    media_type: str
    description: str
    deprecated: bool
    schema: Any
    place: str


class Body(Frozen, frozen=True):
    """What is sent. ``encoding`` says of properties of a form how they are written, as the document does."""

    form: BodyForm
    media_type: str
    required: bool
    description: str
    schema: Any
    place: str
    encoding: Mapping[str, Any]


class Answer(Frozen, frozen=True):
    """The schema of a success in JSON, and where it stands."""

    schema: Any
    place: str


class Operation(Frozen, frozen=True):
    """One operation. ``id`` may be empty. ``security`` are the ways in, each enough by itself; none when anybody may."""

    method: str
    path: str
    place: str
    id: str
    summary: str
    description: str
    tags: tuple[str, ...]
    deprecated: bool
    parameters: tuple[Parameter, ...]
    body: Body | None
    answer: Answer | None
    security: tuple[Requirement, ...]
    servers: tuple[Server, ...]

    @property
    def words(self) -> str:
        """What it is called among people: its method and path."""
        return f"{self.method} {self.path}"


def steps_out(path: str) -> bool:
    """Whether a part of a path would be taken for a step, as servers and proxies decode it (RFC 3986 section 5.2.4)."""
    return any(step in (".", "..") for step in _STEPS.split(unquote(path)))
