"""OAuth with implementations that are not ours: FastMCP's server and authorization server behind the gateway, the mcp package's client in
front of it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from tests.edge.mcp.token_signer import Signer, publish
from tests.oauth_server import browse, oauth_server

from client_environment import Environment
from switchgear.testing import served, unused_port

HERE = Path(__file__).resolve().parent / "python"
CONFIG = """
[local]
enabled = false

[server]
public_url = "{url}"

[mcp.oauth]
scopes = ["mcp"]

[[mcp.oauth.issuers]]
issuer = "{issuer}"
keys = [{{ key = "people" }}]
"""
ALONE = "[local]\nenabled = false\n"


@asynccontextmanager
async def fastmcp(clients: Environment) -> AsyncIterator[str]:
    """The URL of a FastMCP server that wants a login."""
    port = unused_port()
    process = await asyncio.create_subprocess_exec(clients.python, HERE / "protected_fastmcp.py", str(port))
    url = f"http://127.0.0.1:{port}/mcp"
    try:
        async with httpx.AsyncClient(trust_env=False) as http, asyncio.timeout(60):
            while True:
                try:
                    if (await http.post(url)).status_code == 401:
                        break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        yield url
    finally:
        process.kill()
        await process.wait()


async def ran(gateway: served | None, *command: str | Path) -> str:
    """What a command printed."""
    environ = {**os.environ} | ({"SWITCHGEAR_DATA_DIR": str(gateway.data_dir)} if gateway is not None else {})
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe, env=environ)
    async with asyncio.timeout(120):
        out, err = await process.communicate()
    assert process.returncode == 0, (out + err).decode()
    return out.decode()


async def plugin(gateway: served, *words: str) -> str:
    return await ran(gateway, sys.executable, "-m", "switchgear", "plugin", *words)


async def test_the_gateway_signs_in_to_a_fastmcp_server(clients: Environment):
    async with fastmcp(clients) as url, served(ALONE) as gateway:
        told = await plugin(gateway, "install", url, "--name", "protected", "--yes")
        assert "plugin login protected" in told
        headers = {"authorization": f"Bearer {gateway.key}"}
        login = f"{gateway.url}/api/plugins/protected/login"
        async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=60) as http:
            begun = (await http.post(login, json={})).json()
            page = await http.get(await browse(begun["url"]))
            assert page.status_code == 200, page.text
            assert (await http.get(login)).json()["scopes"] == ["files:read"]
            assert "files:read" in await plugin(gateway, "call", "protected", "scopes")
            assert (await http.delete(login)).json() == {"revoked": True, "note": ""}


async def test_the_mcp_client_finds_out_where_to_sign_in(clients: Environment):
    signer = Signer()
    async with oauth_server(signer=signer, wrong={"scopes_supported": ["mcp"]}) as auth:
        publish(auth, signer)
        gateway = served()
        gateway._config = CONFIG.format(url=gateway.url, issuer=auth.issuer)
        async with gateway, httpx.AsyncClient(trust_env=False) as http:
            headers = {"authorization": f"Bearer {gateway.key}"}
            made = await http.post(f"{gateway.url}/api/keys", json={"name": "people"}, headers=headers)
            assert made.status_code == 201, made.text
            tools = json.loads(await ran(None, clients.python, HERE / "mcp_oauth_client.py", f"{gateway.url}/mcp"))
            assert isinstance(tools, list)
            assert auth.asked("/authorize")[0].form["resource"] == f"{gateway.url}/mcp"
            assert auth.asked("/authorize")[0].form["scope"] == "mcp"
