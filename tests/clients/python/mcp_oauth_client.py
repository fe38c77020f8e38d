"""The ``mcp`` package's client at a /mcp that it knows nothing of but the URL: it finds out where to sign in, and lists the tools."""

from __future__ import annotations

import asyncio
import json
import sys
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

URL = sys.argv[1]
BACK = "http://127.0.0.1:1/callback"


class Storage:
    """What the client keeps."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class Browser:
    """What a person does in one."""

    def __init__(self) -> None:
        self.ended_at = ""

    async def open(self, url: str) -> None:
        async with httpx2.AsyncClient() as http:
            self.ended_at = (await http.get(url)).headers["location"]

    async def came_back(self) -> AuthorizationCodeResult:
        told = {name: values[0] for name, values in parse_qs(urlsplit(self.ended_at).query).items()}
        return AuthorizationCodeResult(code=told["code"], state=told["state"], iss=told["iss"])


async def main() -> None:
    browser = Browser()
    metadata = OAuthClientMetadata(client_name="a test", redirect_uris=[BACK], grant_types=["authorization_code"])
    provider = OAuthClientProvider(URL, metadata, Storage(), browser.open, browser.came_back)
    async with (
        httpx2.AsyncClient(auth=provider, timeout=30) as http,
        Client(streamable_http_client(URL, http_client=http), mode="legacy") as client,
    ):
        print(json.dumps(sorted(tool.name for tool in (await client.list_tools()).tools)))


asyncio.run(main())
