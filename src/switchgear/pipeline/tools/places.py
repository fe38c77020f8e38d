"""Which plugins a client means by the address of an MCP server. Nothing is ever dialled that is not installed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from switchgear.core.errors import RequestError

SCHEME: Final = "switchgear:"
ALL: Final = "*"
_PATH: Final = "/mcp"


class Places:
    """Knows addresses: our own at ``hosts`` (as in a ``Host`` field, lower case), and those of ``installed`` plugins, each a name and a URL."""

    def __init__(self, hosts: Iterable[str], installed: Iterable[tuple[str, str]]) -> None:
        self._hosts = frozenset(hosts)
        self._installed = installed

    def pattern(self, url: str, param: str) -> str:
        """What of the catalogue an address stands for: a plugin's name, or ``*``. Raises RequestError for any other."""
        if url.lower().startswith(SCHEME):
            return url[len(SCHEME) :].strip("/") or ALL
        try:
            parts = urlsplit(url)
            host = parts.netloc.lower()
        except ValueError:
            parts, host = urlsplit(""), ""
        path = parts.path.rstrip("/")
        if host in self._hosts and (path == _PATH or path.startswith(f"{_PATH}/")):
            return path[len(_PATH) + 1 :] or ALL
        for name, address in self._installed:
            if address and address.rstrip("/") == url.rstrip("/"):
                return name
        raise RequestError(
            f"{param}: only MCP servers that are installed here can be used, and this address is none of them.",
            param=param,
            hint="Install it with: switchgear plugin install URL. An installed one is named as switchgear:NAME.",
        )
