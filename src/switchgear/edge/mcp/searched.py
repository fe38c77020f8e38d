"""The search for tools at ``/mcp``, where a key sees more of them than a model should read."""

from __future__ import annotations

from msgspec import Raw

from switchgear.access.keys import Key
from switchgear.plugins.search import CALL_TOOL, SEARCH_TOOL, Search, unwrapped


class SearchedTools:
    """The two tools of a search, among all plugins. They can be called however many tools there are: a client may have kept an older list."""

    def __init__(self, search: Search) -> None:
        self._search = search

    def listed(self, key: Key, plugin: str) -> bytes | None:
        """The definitions to list in the place of all that the key sees, with commas between; None: list what it sees."""
        return None if plugin else self._search.offered(key.sight)

    def has(self, _key: Key, plugin: str, name: str) -> bool:
        """Whether a tool of that name is answered here."""
        return not plugin and name == SEARCH_TOOL

    def meant(self, plugin: str, name: str, arguments: Raw) -> tuple[str, Raw] | None:
        """The name and arguments of the tool that a call is of, where it is a call of the one that calls others. Raises InvalidJSON."""
        return unwrapped(arguments) if not plugin and name == CALL_TOOL else None

    async def call(self, key: Key, _plugin: str, _name: str, arguments: bytes) -> bytes:
        """What is found, a CallToolResult."""
        return await self._search.answer(arguments, key.sight)
