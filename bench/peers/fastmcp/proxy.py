"""FastMCP's proxy in front of a stdio server, with one client that stays connected: ``proxy.py PORT SERVER``."""

import asyncio
import sys

from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from fastmcp.server import create_proxy


async def main(port: int, server: str) -> None:
    async with Client(StdioTransport(sys.executable, [server])) as client:
        proxy = create_proxy(client, name="bench")
        how = {"stateless_http": True, "json_response": True, "log_level": "error", "show_banner": False}
        await proxy.run_async(transport="http", host="127.0.0.1", port=port, **how)


asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
