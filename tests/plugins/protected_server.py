"""A remote tool server that wants a token of an authorization server, for itself and with its scopes (MCP, Authorization)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.oauth_server import OAuthServer, oauth_server
from tests.plugins.remote_server import Asked, RemoteServer

from switchgear.plugins.oauth.addresses import Remote
from switchgear.plugins.oauth.kept import Kept
from switchgear.plugins.oauth.logins import Logins
from switchgear.plugins.oauth.renewal import Means
from switchgear.store.store import Store

SECRET = b"a secret of the tests, 32 bytes."
PLUGIN = "remote"
BACK = "http://127.0.0.1:1/oauth/callback"
"""Where nobody listens: what comes back is taken out of the redirect."""


@dataclass
class ProtectedServer(RemoteServer):
    """``needs`` are the scopes a token has to have; ``pointing``: its challenge names its metadata, else that is at a well-known place,
    of the whole origin where ``rooted``. ``document`` replaces fields of the metadata.
    """

    auth: OAuthServer = field(default_factory=OAuthServer)
    needs: set[str] = field(default_factory=set)
    told: str = ""
    before: str = ""
    pointing: bool = True
    rooted: bool = False
    described: bool = True
    document: dict[str, Any] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)

    @property
    def metadata(self) -> str:
        return "/.well-known/oauth-protected-resource" + ("" if self.rooted else "/mcp")

    async def handle(self, asked: Asked) -> None:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        known = self.auth.access.get(token)
        if asked.path.startswith("/.well-known/"):
            usual = {"resource": self.url, "authorization_servers": [self.auth.issuer]}
            found = self.described and asked.path == self.metadata
            await self.reply(asked, 200 if found else 404, usual | self.document if found else b"")
            return
        if token:
            self.tokens.append(token)
        if known is None or known["resource"] != self.document.get("resource", self.url):
            await self.reply(asked, 401, www_authenticate=self.challenge(""))
        elif not self.needs <= set(known.get("scope", "").split()):
            await self.reply(asked, 403, www_authenticate=self.challenge('error="insufficient_scope", '))
        else:
            await super().handle(asked)

    async def outcome(self, asked: Asked, stream: asyncio.StreamWriter) -> Any:
        if asked.rpc == "tools/list":
            return {"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]}
        return await super().outcome(asked, stream)

    def challenge(self, error: str) -> str:
        scope = " ".join(sorted(self.needs)) or self.told
        where = f'resource_metadata="http://127.0.0.1:{self.port}{self.metadata}", ' if self.pointing else ""
        rest = f'scope="{scope}"' if scope else 'realm="x"'
        return f"{self.before}Bearer {error}{where}{rest}"


class Clock:
    """Seconds since 1970, as the test wants them."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Scene:
    """A protected plugin, who gives tokens for it, and a gateway that signs in to it."""

    server: ProtectedServer
    auth: OAuthServer
    store: Store
    clock: Clock
    gateway: str = ""

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def remote(self) -> Remote:
        return Remote(PLUGIN, self.url, private=True)

    @property
    def kept(self) -> Kept:
        return Kept(self.store.plugin_secrets, PLUGIN)

    def worker(self) -> Logins:
        """One of several processes that share the store."""
        return Logins(Means(self.store.plugin_secrets, self.store.leases, now=self.clock), lambda: self.gateway)


@asynccontextmanager
async def scene(
    tmp_path: Path, *, auth: dict[str, Any] | None = None, gateway: str = "", **server: Any
) -> AsyncIterator[Scene]:
    """All of it, closed in the end."""
    async with oauth_server(**(auth or {})) as oauth, protected_server(auth=oauth, **server) as remote:
        store = await Store.open("sqlite:", tmp_path, secret=SECRET)
        try:
            yield Scene(remote, oauth, store, Clock(), gateway)
        finally:
            await store.close(1)


@asynccontextmanager
async def protected_server(**settings: Any) -> AsyncIterator[ProtectedServer]:
    """One that listens on 127.0.0.1 until the end."""
    made = ProtectedServer(**settings)
    tasks: set[asyncio.Task[None]] = set()

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(made.connection(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_server(accepted, "127.0.0.1", 0)
    made.port = listening.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        listening.close()
        left = {*tasks, *made.tasks}
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)
