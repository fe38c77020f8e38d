"""HTTP fields that mirror arguments of tools which ask for that (MCP 2026-07-28, ``x-mcp-header``), read once for each definition."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from switchgear.core.errors import ToolAnswerInvalid
from switchgear.plugins.mcp.parameters import Named, fields_of, named_fields
from switchgear.plugins.offer import Definition

_KEY: Final = b"x-mcp-header"
_MOST: Final = 20_000


class _Tool(msgspec.Struct):
    input: Raw = msgspec.field(name="inputSchema", default=Raw(b"{}"))


_tool = msgspec.json.Decoder(_Tool)


class MirroredFields:
    """What definitions of tools name. A tool whose schema names fields wrongly has none, as with clients that do not know of them."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[bytes, Named]] = {}

    def named(self, plugin: str, tool: Definition) -> Named:
        """Where in the arguments of a tool a value is that goes into a field, and the field."""
        which = plugin, tool.name
        found = self._known.get(which)
        if found is None or found[0] is not tool.document:
            if len(self._known) >= _MOST:
                self._known.clear()
            found = self._known[which] = tool.document, _named(plugin, tool)
        return found[1]

    def of(self, plugin: str, tool: Definition, arguments: bytes | Raw) -> tuple[tuple[str, str], ...]:
        """The fields of a call with these arguments."""
        named = self.named(plugin, tool)
        return fields_of(named, arguments) if named else ()


def _named(plugin: str, tool: Definition) -> Named:
    if _KEY not in tool.document:
        return ()
    try:
        return named_fields(plugin, tool.name, msgspec.json.decode(_tool.decode(tool.document).input))
    except (ToolAnswerInvalid, msgspec.DecodeError, RecursionError):
        return ()
