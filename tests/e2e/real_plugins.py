"""Plugins as others publish them, installed from npm and PyPI; what they are let near; and how a client calls them."""

from __future__ import annotations

import contextlib
import http.server
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

from switchgear.testing import served

CONFIG = "[local]\nenabled = false\n"
MODERN = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
PAGE = b"<html><body><h1>Harbour</h1><p>Three boats came in this morning.</p></body></html>"


class Plugin:
    """One plugin at ``/mcp/{name}`` of a gateway."""

    def __init__(self, gateway: served, name: str) -> None:
        self._url = f"{gateway.url}/mcp/{name}"
        self._key = gateway.key

    def ask(self, method: str, **params: Any) -> Any:
        """The result of a request."""
        headers = {
            "authorization": f"Bearer {self._key}",
            "accept": "application/json, text/event-stream",
            "mcp-protocol-version": MODERN,
            "mcp-method": method,
        }
        for named in ("name", "uri"):
            if named in params:
                headers["mcp-name"] = params[named]
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": META}}
        answer = httpx.post(self._url, headers=headers, json=message, timeout=120, trust_env=False).json()
        assert "result" in answer, answer
        return answer["result"]

    def tools(self) -> set[str]:
        return {tool["name"] for tool in self.ask("tools/list")["tools"]}

    def call(self, tool: str, **arguments: Any) -> str:
        """What a tool said; it must have succeeded."""
        result = self.ask("tools/call", name=tool, arguments=arguments)
        assert not result.get("isError"), result
        return str(result["content"][0]["text"])

    def refused(self, tool: str, **arguments: Any) -> str:
        """What a tool said that must have failed."""
        result = self.ask("tools/call", name=tool, arguments=arguments)
        assert result.get("isError"), result
        return str(result["content"][0]["text"])


def a_repository(folder: Path) -> Path:
    """A repository of one commit, and a change that is in none."""
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]

    def git(*what: str) -> None:
        subprocess.run(["git", *who, *what], cwd=folder, check=True, capture_output=True)

    folder.mkdir()
    git("init", "--quiet")
    (folder / "boats.txt").write_text("two\n")
    git("add", ".")
    git("commit", "--quiet", "--message", "Count the boats")
    (folder / "boats.txt").write_text("three\n")
    return folder


@contextlib.contextmanager
def a_site() -> Iterator[tuple[int, Sequence[str]]]:
    """The port of a web site on 127.0.0.1 with one page, ``/page``, and what it was asked for so far."""
    asked: list[str] = []

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = PAGE if self.path == "/page" else b""
            self.send_response(200 if body else 404)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=site.serve_forever, daemon=True)
    thread.start()
    try:
        yield site.server_address[1], asked
    finally:
        site.shutdown()
        thread.join()
        site.server_close()
