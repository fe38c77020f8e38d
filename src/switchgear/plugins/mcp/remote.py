"""Which transport a remote server speaks: found out once, when it is installed, and kept (MCP, Transports, Backwards compatibility)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from switchgear.core.errors import PluginFailed, PluginUnauthorized, PluginUnavailable, ServerGone
from switchgear.plugins.mcp.channel import Channel
from switchgear.plugins.mcp.endpoint import Endpoint
from switchgear.plugins.mcp.http import HttpChannel
from switchgear.plugins.mcp.negotiation import open_session
from switchgear.plugins.mcp.revisions import HANDSHAKE
from switchgear.plugins.mcp.session import Session, Terms
from switchgear.plugins.mcp.sse import SseChannel

Transport = Literal["http", "sse"]


def remote_channel(endpoint: Endpoint, transport: Transport) -> Channel:
    """A new channel to a remote server."""
    return SseChannel(endpoint) if transport == "sse" else HttpChannel(endpoint)


async def open_remote(
    endpoint: Callable[[], Endpoint], terms: Terms, *, seconds: float = 30.0
) -> tuple[Session, Transport]:
    """A session with a server of which only the URL is known, and the transport it speaks: streamable HTTP, else the older one.

    ``endpoint`` makes a new one for each try. Raises PluginFailed: why the first try failed, unless the server did not answer at all.
    """
    try:
        return await open_session(HttpChannel(endpoint()), terms, seconds=seconds), "http"
    except (PluginUnauthorized, PluginUnavailable, ServerGone):
        raise
    except PluginFailed as error:
        try:
            return await open_session(SseChannel(endpoint()), terms, known=HANDSHAKE[0], seconds=seconds), "sse"
        except PluginFailed:
            raise error from None
