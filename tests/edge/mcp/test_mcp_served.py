"""``/mcp`` of a whole gateway: with nothing installed, and to its end."""

from __future__ import annotations

import signal
from typing import Any

import httpx

from switchgear.testing import served

CONFIG = """
[local]
enabled = false

[server]
drain_timeout = 60
"""


def ask(http: httpx.Client, method: str, headers: dict[str, str], **params: Any) -> httpx.Response:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return http.post("/mcp", json=body, headers=headers)


def test_a_stream_ends_with_the_gateway_and_does_not_hold_it_up() -> None:
    with served(CONFIG, stop_timeout=30) as gateway:
        headers = {"authorization": f"Bearer {gateway.key}", "accept": "application/json, text/event-stream"}
        with httpx.Client(base_url=gateway.url, headers=headers, timeout=30) as http:
            greeted = ask(http, "initialize", {}, protocolVersion="2025-11-25", capabilities={}, clientInfo={})
            session = {"mcp-session-id": greeted.headers["mcp-session-id"]}
            assert ask(http, "tools/list", session).json()["result"] == {"tools": []}
            assert ask(http, "tools/call", session, name="files__read").json()["error"]["code"] == -32602
            with http.stream("GET", "/mcp", headers=session) as stream:
                gateway.process.send_signal(signal.SIGTERM)
                assert list(stream.iter_bytes()) == []
        assert gateway.process.wait(30) == 0
