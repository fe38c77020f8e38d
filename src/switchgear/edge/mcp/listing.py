"""What the gateway says of itself, and the lists of what a key sees: from bytes that are made once."""

from __future__ import annotations

from typing import Final, Protocol

import msgspec
from msgspec import Raw

from switchgear.access.keys import Key
from switchgear.edge.mcp.message import Message
from switchgear.edge.mcp.refusals import INVALID_PARAMS
from switchgear.edge.mcp.turn import Turn
from switchgear.pipeline.tool_call import Plugins
from switchgear.plugins.mcp.revisions import HANDSHAKE, MODERN, OFFERED
from switchgear.plugins.offer import KINDS, TOOLS, Kind

TTL_MS: Final = 60_000
"""How long a client may keep a list (2026-07-28, Caching); one that listens hears of changes before."""
TASKS: Final = "io.modelcontextprotocol/tasks"
_BY_METHOD: Final = {kind.method: kind for kind in KINDS}
_SERVER_INFO: Final = "io.modelcontextprotocol/serverInfo"
_INSTRUCTIONS: Final = (
    "Tools of several plugins, each named plugin__tool; URIs of resources begin with the plugin's name and a plus sign."
)
_encode = msgspec.json.Encoder().encode


class OwnTools(Protocol):
    """Tools of the gateway's own, which stand beside or in the place of what plugins offer."""

    def listed(self, key: Key, plugin: str) -> bytes | None:
        """The definitions to list in the place of all that the key sees, with commas between; None: list what it sees."""
        ...

    def has(self, key: Key, plugin: str, name: str) -> bool:
        """Whether a tool of that name is the gateway's own, there."""
        ...

    def meant(self, plugin: str, name: str, arguments: Raw) -> tuple[str, Raw] | None:
        """The name and arguments of the plugin's tool that a call stands for; None where it stands for itself. Raises InvalidJSON."""
        ...

    async def call(self, key: Key, plugin: str, name: str, arguments: bytes) -> bytes:
        """The result, a CallToolResult. Raises SwitchgearError."""
        ...


class Listing:
    """Answers ``server/discover``, what ``initialize`` is answered with, and lists. ``version`` is the gateway's."""

    def __init__(self, plugins: Plugins, version: str, own: OwnTools | None = None) -> None:
        self._plugins = plugins
        self._version = version
        self._own = own

    def discover(self, turn: Turn) -> None:
        """Say what is spoken and offered here."""
        turn.result(
            _encode(
                {
                    "resultType": "complete",
                    "supportedVersions": [MODERN, *reversed(HANDSHAKE)],
                    "capabilities": self._capabilities() | {"extensions": {TASKS: {}}},
                    "instructions": self._instructions(turn.plugin),
                    "ttlMs": TTL_MS,
                    "cacheScope": "private",
                    "_meta": {_SERVER_INFO: self._implementation(turn.plugin)},
                }
            )
        )

    def greeting(self, plugin: str, revision: str) -> bytes:
        """The result of ``initialize``."""
        capabilities = self._capabilities()
        if revision == OFFERED:
            capabilities["tasks"] = {"list": {}, "cancel": {}, "requests": {"tools": {"call": {}}}}
        return _encode(
            {
                "protocolVersion": revision,
                "capabilities": capabilities,
                "serverInfo": self._implementation(plugin),
                "instructions": self._instructions(plugin),
            }
        )

    def answer_list(self, turn: Turn) -> None:
        """Answer with everything of a kind that the key sees; there are no further pages."""
        message = turn.message
        if "cursor" in message.fields and bytes(message.fields["cursor"]) != b"null":
            turn.error(INVALID_PARAMS, "This cursor is none of this list's: it has one page.")
            return
        kind = _BY_METHOD[message.method]
        turn.result(_page(message, kind, self._items(turn, kind)))

    def _items(self, turn: Turn, kind: Kind) -> bytes:
        if kind is TOOLS and self._own is not None:
            own = self._own.listed(turn.key, turn.plugin)
            if own is not None:
                return own
        return self._plugins.catalogue.listed(kind, turn.key.sight, turn.plugin)

    @staticmethod
    def _capabilities() -> dict[str, object]:
        return {
            "tools": {"listChanged": True},
            "resources": {"subscribe": True, "listChanged": True},
            "prompts": {"listChanged": True},
            "completions": {},
            "logging": {},
        }

    def _implementation(self, plugin: str) -> object:
        """What names this server: on the path of a plugin that is the plugin, as its server says while it runs."""
        session = self._plugins.running(plugin) if plugin else None
        if session is not None and session.server.name:
            return Raw(session.server.implementation)
        installed = self._plugins.installed(plugin) if plugin else None
        if installed is not None:
            return {"name": installed.name, "title": installed.title or installed.name, "version": installed.version}
        return {"name": "switchgear", "title": "Switchgear", "version": self._version}

    def _instructions(self, plugin: str) -> str:
        if not plugin:
            return _INSTRUCTIONS
        offer = self._plugins.catalogue.offer(plugin)  # what was accepted, whatever the server says by now
        installed = self._plugins.installed(plugin)
        return (offer.instructions if offer is not None else "") or (
            installed.description if installed is not None else ""
        )


def _page(message: Message, kind: Kind, items: bytes) -> bytes:
    head = b'"resultType":"complete","ttlMs":%d,"cacheScope":"private",' % TTL_MS if message.modern else b""
    return b'{%b"%b":[%b]}' % (head, kind.field.encode(), items)
