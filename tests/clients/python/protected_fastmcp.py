"""A FastMCP server with FastMCP's own authorization server in front of it, at the port of 127.0.0.1 that is given."""

from __future__ import annotations

import sys

from fastmcp import FastMCP
from fastmcp.server.auth.auth import ClientRegistrationOptions, RevocationOptions
from fastmcp.server.auth.providers.in_memory import InMemoryOAuthProvider
from fastmcp.server.dependencies import get_access_token

PORT = int(sys.argv[1])

auth = InMemoryOAuthProvider(
    base_url=f"http://127.0.0.1:{PORT}",
    client_registration_options=ClientRegistrationOptions(
        enabled=True, valid_scopes=["files:read"], default_scopes=["files:read"]
    ),
    revocation_options=RevocationOptions(enabled=True),
    required_scopes=["files:read"],
)
server = FastMCP("protected", auth=auth)


@server.tool
def scopes() -> list[str]:
    """The scopes of whoever calls."""
    token = get_access_token()
    assert token is not None
    return token.scopes


server.run("http", host="127.0.0.1", port=PORT, show_banner=False, log_level="ERROR")
