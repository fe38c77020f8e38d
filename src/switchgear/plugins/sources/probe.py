"""A remote server asked, before it is installed, who it is, how it is spoken to, and whether it wants somebody to sign in."""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from switchgear.core.errors import PluginUnauthorized
from switchgear.core.structs import Frozen
from switchgear.plugins.installed import USUAL_LIMITS, Transport
from switchgear.plugins.manifest import plugin_name
from switchgear.plugins.mcp.endpoint import Authorization, Endpoint, Fixed
from switchgear.plugins.mcp.remote import open_remote
from switchgear.plugins.mcp.session import Server, Terms
from switchgear.plugins.sources.making import short_name
from switchgear.providers.guard import Resolve

_SECONDS: Final = 30.0
_LONGEST: Final = 200
_COMMON: Final = frozenset({"mcp", "api", "www", "sse", "server", "remote", "localhost"})


class Probed(Frozen, frozen=True):
    """What a remote server said. ``name`` is one for its plugin, never empty.

    ``authorization`` is its WWW-Authenticate field where it wants somebody to sign in, in which case nothing else is known of it;
    ``needs_authorization`` tells so, for the field may be empty. ``transport`` is None then.
    """

    name: str
    version: str = ""
    revision: str = ""
    transport: Transport | None = None
    server: Server = Server()
    needs_authorization: bool = False
    authorization: str = ""


async def probe(
    url: str, guard: Resolve, authorization: Authorization | None = None, *, seconds: float = _SECONDS
) -> Probed:
    """Open a session with the server at ``url``, and end it. ``guard`` judges what is dialled.

    Raises PluginFailed: it cannot be reached, or speaks no transport of the protocol.
    """
    name = name_of_host(url)
    terms = Terms(name, USUAL_LIMITS, remote=True)

    def endpoint() -> Endpoint:
        return Endpoint(name, url, guard, authorization or Fixed(), USUAL_LIMITS.response_bytes)

    try:
        session, transport = await open_remote(endpoint, terms, seconds=seconds)
    except PluginUnauthorized as error:
        return Probed(name, needs_authorization=True, authorization=error.challenge)
    try:
        server = session.server
        told = short_name(server.name[:_LONGEST]) if server.name.isprintable() else ""
        return Probed(told or name, server.version[:_LONGEST], session.revision, transport, server)
    finally:
        await session.close(1.0)


def name_of_host(url: str) -> str:
    """A name for the plugin of a URL of which nothing else is known: ``linear`` for ``https://mcp.linear.app/mcp``."""
    host = urlsplit(url).hostname or ""
    try:
        return f"remote-{plugin_name(str(ipaddress.ip_address(host)))}"
    except ValueError:
        pass
    labels = [plugin_name(each) for each in host.split(".")[:-1] or host.split(".")]
    telling = [each for each in labels if each and each not in _COMMON]
    return (telling[-1] if telling else plugin_name(host))[:64].strip("-") or "remote"
