"""The tools that a model is offered in one chat: those of the catalogue that the key may see and the client wishes for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from msgspec import Raw

from switchgear.access.keys import Key
from switchgear.core.errors import RequestError
from switchgear.core.structs import Frozen
from switchgear.plugins.catalogue import Catalogue
from switchgear.plugins.naming import parted, prefixed
from switchgear.plugins.offer import TOOLS
from switchgear.plugins.sight import ALL, Sight

MOST_TOOLS: Final = 128
"""Functions that a model is offered: OpenAI takes no more."""
_REMEMBERED: Final = 64
_MOST_SCHEMA: Final = 64 << 10
"""Bytes of the schema of one tool; one with more is not offered, as every step would pay for it."""
_MOST_DESCRIPTION: Final = 4096
_FITS = re.compile(r"[A-Za-z0-9_-]{1,64}")
_UNFIT = re.compile(r"[^A-Za-z0-9_-]")
_LONGEST: Final = 64
_NO_ARGUMENTS: Final = Raw(b'{"type":"object","properties":{}}')


class _Annotations(msgspec.Struct):
    read_only: bool | None = msgspec.field(name="readOnlyHint", default=None)
    destructive: bool | None = msgspec.field(name="destructiveHint", default=None)


class _Definition(msgspec.Struct):
    name: str
    description: str | None = None
    schema: Raw = msgspec.field(name="inputSchema", default=_NO_ARGUMENTS)
    annotations: Raw = Raw(b"null")


_definitions = msgspec.json.Decoder(list[Raw])
_definition = msgspec.json.Decoder(_Definition)
_annotations = msgspec.json.Decoder(_Annotations | None)


class Offered(Frozen, frozen=True):
    """One tool: ``name`` is its own in ``plugin``, ``function`` what the model calls it, ``label`` what the client calls its server.

    ``shown`` is what the client calls it there. ``schema`` is the JSON Schema of its arguments, ``annotations`` the JSON of what it says of itself. ``destructive`` is whether it may
    destroy something, ``read_only`` whether it says that it changes nothing.
    """

    plugin: str
    name: str
    function: str
    description: str
    schema: bytes
    annotations: bytes
    destructive: bool
    read_only: bool
    label: str = ""
    shown: str = ""

    @property
    def full(self) -> str:
        """Its name among the tools of all plugins."""
        return prefixed(self.plugin, self.name)


class Server(Frozen, frozen=True):
    """What of the catalogue a client means: tools that ``patterns`` match and ``takes`` holds for, called ``label`` (each plugin's name if empty).

    ``wanted`` is the pattern or name as the client wrote it, at ``param``, for when there is no such thing.
    """

    patterns: tuple[str, ...]
    wanted: str
    param: str
    label: str = ""
    takes: Callable[[Offered], bool] | None = None


class Offers:
    """Finds what clients wish for in ``catalogue``; ``sight`` tells what of it a key may see."""

    def __init__(self, catalogue: Catalogue, sight: Callable[[Key], Sight]) -> None:
        self._catalogue = catalogue
        self._sight = sight
        self._read: dict[bytes, tuple[Offered, ...]] = {}

    def seen(self, key: Key) -> tuple[Offered, ...]:
        """Every tool that a key may see."""
        listed = self._catalogue.listed(TOOLS, self._sight(key))
        found = self._read.get(listed)
        if found is None:
            if len(self._read) >= _REMEMBERED:
                self._read.clear()
            found = self._read[listed] = tuple(_read(listed))
        return found

    def chosen(self, key: Key, servers: Sequence[Server]) -> list[Offered]:
        """The tools of ``servers``, each once. Raises RequestError where one has none that the key may see, or all have too many."""
        seen = self.seen(key)
        found: dict[str, Offered] = {}
        for server in servers:
            sight = Sight(server.patterns)
            matching = [one for one in seen if sight.tool(one.plugin, one.name)]
            if not matching:
                raise RequestError(
                    f'{server.param}: no tool here matches "{server.wanted[:100]}".',
                    param=server.param,
                    hint="switchgear plugin list shows the plugins; a key sees the tools that its patterns name.",
                )
            for one in matching:
                shown = one.full if server.label and ALL in server.patterns else one.name
                labelled = msgspec.structs.replace(one, label=server.label or one.plugin, shown=shown)
                if server.takes is None or server.takes(labelled):
                    found.setdefault(one.function, labelled)
        if len(found) > MOST_TOOLS:
            raise RequestError(
                f"{len(found)} tools are more than a model can be offered: at most {MOST_TOOLS}.",
                param=servers[0].param,
                hint="Name fewer of them: a plugin, or tools by a pattern such as files__read_*.",
            )
        return list(found.values())


def _read(listed: bytes) -> list[Offered]:
    """The tools of a list; one that cannot be read is left out."""
    found: dict[str, Offered] = {}
    for raw in _definitions.decode(b"[%b]" % listed):
        try:
            one = _definition.decode(raw)
            said = _annotations.decode(one.annotations)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        plugin, name = parted(one.name)
        schema = bytes(one.schema)
        if not plugin or not schema.startswith(b"{") or len(schema) > _MOST_SCHEMA:
            continue
        read_only = said is not None and said.read_only is True
        destructive = not read_only and (said is None or said.destructive is not False)
        function = fitting(one.name)
        description = (one.description or "")[:_MOST_DESCRIPTION]
        annotations = bytes(one.annotations)
        found[function] = Offered(plugin, name, function, description, schema, annotations, destructive, read_only)
    return list(found.values())


def fitting(name: str) -> str:
    """A tool's name as models take names of functions: what has other characters, or is too long, gets a hash at its end."""
    if _FITS.fullmatch(name):
        return name
    tail = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{_UNFIT.sub('_', name)[: _LONGEST - 9]}_{tail}"
