"""What one plugin offers: its tools, resources, templates and prompts, as its server wrote them.

Definitions stay bytes; what is read of them is the name that they are asked for by, and what a person has to approve. Lists that
do not end, or hold what is no definition, are cut or left out, and told of.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec
from msgspec import Raw

from switchgear.core.errors import ToolServerError
from switchgear.core.structs import Frozen
from switchgear.plugins.mcp.frames import METHOD_NOT_FOUND, InvalidFrame, joined, read_fields, read_text

MOST: Final = 10_000
"""Definitions of one kind that are kept of a plugin."""
MOST_PAGES: Final = 200
MOST_BYTES: Final = 16 << 20
"""Bytes of the definitions of one kind that are kept of a plugin."""
LARGEST: Final = 1 << 20
"""Bytes of one definition."""
MOST_FAULTS: Final = 100
LONGEST_NAME: Final = 128
"""Characters of a tool's name (2026-07-28, Tools: Tool names)."""
LONGEST_URI: Final = 8192

Ask = Callable[[str, bytes], Awaitable[Raw]]
"""Sends a request, by method and params, and gives its result. Raises PluginError."""


class Kind(Frozen, frozen=True):
    """A kind of thing that servers offer: the method that lists it, the field it is in, the one that names it, and the ability it needs."""

    method: str
    field: str
    named: str
    ability: str


TOOLS: Final = Kind("tools/list", "tools", "name", "tools")
RESOURCES: Final = Kind("resources/list", "resources", "uri", "resources")
TEMPLATES: Final = Kind("resources/templates/list", "resourceTemplates", "uriTemplate", "resources")
PROMPTS: Final = Kind("prompts/list", "prompts", "name", "prompts")
KINDS: Final = (TOOLS, RESOURCES, TEMPLATES, PROMPTS)


def digest_of(document: bytes) -> str:
    """The SHA-256 of what a JSON document says in hex, whatever the order of its fields and its blanks.

    Of one that not every reader understands alike (a field given twice, a number too large) it is that of its very bytes.
    """
    try:
        said = json.loads(document, object_pairs_hook=_each_once)
        return sha256(json.dumps(said, sort_keys=True, allow_nan=False).encode()).hexdigest()
    except (ValueError, RecursionError):
        return sha256(document).hexdigest()


class Definition(Frozen, frozen=True):
    """One thing that is offered: its name or URI, and the JSON object that defines it.

    ``destructive`` is what a tool says of itself; one that says nothing may destroy (2026-07-28, Tool annotations).
    """

    name: str
    document: bytes
    destructive: bool = False

    def renamed(self, kind: Kind, name: str) -> bytes:
        """The definition under another name."""
        fields = read_fields(self.document)
        fields[kind.named] = Raw(msgspec.json.encode(name))
        return b"{%b}" % joined(fields)

    @property
    def digest(self) -> str:
        """The SHA-256 of what it says, as ``digest_of`` gives it."""
        return digest_of(self.document)


Definitions = Mapping[str, Definition]


class Offer(Frozen, frozen=True):
    """Everything that a plugin offers, by kind and name. ``faults`` are sentences on what was left out.

    ``instructions`` are what its server says to models of how all of that is used.
    """

    things: Mapping[Kind, Definitions] = {}
    faults: tuple[str, ...] = ()
    instructions: str = ""

    def of(self, kind: Kind) -> Definitions:
        """The definitions of a kind."""
        return self.things.get(kind, {})


class _Annotations(msgspec.Struct):
    read_only: bool | None = msgspec.field(name="readOnlyHint", default=None)
    destructive: bool | None = msgspec.field(name="destructiveHint", default=None)


class _Annotated(msgspec.Struct):
    annotations: _Annotations | None = None


_annotated = msgspec.json.Decoder(_Annotated)
_items = msgspec.json.Decoder(list[Raw])


async def listed(ask: Ask, offers: Callable[[str], bool]) -> Offer:
    """What a server offers. ``offers`` tells whether it has an ability (``tools``). Raises PluginError."""
    things: dict[Kind, Definitions] = {}
    faults: list[str] = []
    for kind in KINDS:
        if offers(kind.ability):
            things[kind] = await _listed(ask, kind, faults)
    return Offer(things, tuple(faults))


async def _listed(ask: Ask, kind: Kind, faults: list[str]) -> Definitions:
    found: dict[str, Definition] = {}
    cursor, seen, size = "", set[str](), 0
    for _ in range(MOST_PAGES):
        params = msgspec.json.encode({"cursor": cursor}) if cursor else b"{}"
        try:
            page = read_fields(await ask(kind.method, params))
            items = _items.decode(page.get(kind.field, Raw(b"[]")))
        except ToolServerError as error:
            if error.rpc_code == METHOD_NOT_FOUND:  # it has the ability, and not this part of it
                return found
            raise
        except (InvalidFrame, msgspec.DecodeError):
            faults.append(f"{kind.method} gave no list of {kind.field}.")
            return found
        for item in items:
            size += len(memoryview(item))
            if size <= MOST_BYTES:
                _take(kind, item, found, faults)
        if size > MOST_BYTES:
            faults.append(f"{kind.method} gives more than {MOST_BYTES >> 20} MiB: the first {len(found):,} are kept.")
            return found
        cursor = read_text(page.get("nextCursor"))
        if not cursor:
            return found
        if cursor in seen or len(found) >= MOST:
            break
        seen.add(cursor)
    faults.append(f"{kind.method} does not end: the first {len(found):,} are kept.")
    return found


def _take(kind: Kind, item: bytes | Raw, found: dict[str, Definition], faults: list[str]) -> None:
    fault = _taken(kind, item, found)
    if fault and len(faults) < MOST_FAULTS:
        faults.append(fault)


def _taken(kind: Kind, item: bytes | Raw, found: dict[str, Definition]) -> str:
    """What is wrong with an item of a list; empty when it was taken, or there are enough."""
    try:
        fields = read_fields(item)
    except InvalidFrame:
        return f"{kind.method} lists something that is no definition."
    name = read_text(fields.get(kind.named))
    longest = LONGEST_NAME if kind.named == "name" else LONGEST_URI
    if not name or len(name) > longest or not name.isprintable():
        return f"{kind.method} lists one without a {kind.named} that can be used."
    if name in found:
        return f'{kind.method} lists "{name[:100]}" twice: the first is kept.'
    if len(memoryview(item)) > LARGEST:
        return f'{kind.method} lists "{name[:100]}" with more than {LARGEST >> 20} MiB.'
    if len(found) < MOST:
        found[name] = Definition(name, bytes(item), kind is TOOLS and _destructive(item))
    return ""


def of_documents(kind: Kind, documents: Iterable[bytes | Raw]) -> Definitions:
    """Definitions from the documents that were kept of them; what is none is left out."""
    found: dict[str, Definition] = {}
    for one in documents:
        _take(kind, one, found, [])
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field is given twice")
    return fields


def _destructive(item: bytes | Raw) -> bool:
    try:
        said = _annotated.decode(item).annotations
    except msgspec.ValidationError:
        return True
    if said is None:
        return True
    return not said.read_only and said.destructive is not False
