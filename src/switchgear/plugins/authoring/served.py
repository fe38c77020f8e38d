"""A plugin's server that is started anew again and again while its clients stay: they speak to this, and this to the process of the day.

Clients of every revision are answered, whichever the server speaks. What a server asks of its client is not passed on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from msgspec import Raw

from switchgear.core.errors import PluginError, PluginFailed, ServerGone, ToolServerError
from switchgear.plugins.mcp.asking import Caller
from switchgear.plugins.mcp.frames import (
    INTERNAL_ERROR,
    InvalidFrame,
    joined,
    notification_frame,
    read_fields,
    read_text,
)
from switchgear.plugins.mcp.revisions import HANDSHAKE, MODERN, OFFERED
from switchgear.plugins.mcp.session import Hooks, Session
from switchgear.plugins.offer import KINDS, Kind, Offer, listed

READY_SECONDS: Final = 60.0
"""How long a client's request waits for a server that is being started, or mended."""
DRAIN_SECONDS: Final = 30.0
_LISTS: Final = {"tools": "tools", "resources": "resources", "resourceTemplates": "resources", "prompts": "prompts"}
_OWN: Final = Raw(b'{"name":"switchgear","version":"0"}')

Opened = Callable[[Hooks], Awaitable[Session]]
"""Starts a process, and gives the session with it. Raises PluginError."""


class Refused(Exception):
    """An error for a client: a JSON-RPC ``code`` and message, and ``data``, JSON or nothing."""

    def __init__(self, code: int, message: str, data: bytes = b"") -> None:
        super().__init__(message)
        self.code = code
        self.data = data


class Served:
    """The server and those who listen to it. ``offer`` is what it offers now. Of one event loop."""

    def __init__(self, open_session: Opened) -> None:
        self._open = open_session
        self._session: Session | None = None
        self._ready = asyncio.Event()
        self._starting = asyncio.Lock()
        self._listeners: set[Callable[[str, bytes], None]] = set()
        self._draining: set[asyncio.Task[None]] = set()
        self.offer = Offer()

    @property
    def revision(self) -> str:
        """The revision that the server speaks; empty while there is none."""
        return self._session.revision if self._session is not None else ""

    async def reload(self) -> frozenset[Kind]:
        """Start a new process, and go over to it; the one before ends when its calls have. The kinds of which it offers others than before.

        When it does not start, the one before goes on. Raises PluginError.
        """
        async with self._starting:
            session = await self._open(Hooks(notified=self._notified))
            try:
                offer = await listed(session.request, session.server.offers)
            except BaseException:  # it is of no use, whatever happened
                await session.close(1.0)
                raise
            before, self._session = self._session, session
            changed = (
                frozenset(kind for kind in KINDS if self.offer.of(kind) != offer.of(kind)) if before else frozenset()
            )
            self.offer = offer
            self._ready.set()
        if before is not None:
            self._drain(before)
        for name in sorted({_LISTS[kind.field] for kind in changed}):
            self._tell(f"notifications/{name}/list_changed", b"{}")
        return changed

    def listen(self, listener: Callable[[str, bytes], None]) -> Callable[[], None]:
        """Have ``listener`` told method and params (JSON) of each notification; what is returned ends that."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    async def greeting(self, asked: str) -> bytes:
        """The result of ``initialize``, for a client that asked for a revision. Raises Refused."""
        session = await self._current()
        revision = asked if asked in HANDSHAKE else OFFERED
        return b'{"protocolVersion":"%b",%b}' % (revision.encode(), self._about(session))

    async def discovery(self) -> bytes:
        """The result of ``server/discover``. Raises Refused."""
        session = await self._current()
        versions = msgspec.json.encode([MODERN, *HANDSHAKE])
        return b'{"resultType":"complete","supportedVersions":%b,"ttlMs":0,"cacheScope":"private",%b}' % (
            versions,
            self._about(session),
        )

    async def ask(
        self, method: str, params: bytes, *, modern: bool, on_progress: Callable[[bytes], None] | None, token: bytes
    ) -> bytes:
        """The result of any other request. Raises Refused."""
        session = await self._current()
        try:
            result = await session.request(method, params, on_progress=on_progress, caller=Caller(progress_token=token))
        except ToolServerError as error:
            raise Refused(error.rpc_code, error.rpc_message, error.rpc_data) from error
        except ServerGone as error:
            self._gone(session)
            raise Refused(INTERNAL_ERROR, error.message) from error
        except PluginFailed as error:
            raise Refused(INTERNAL_ERROR, error.message) from error
        return _modernised(method, result) if modern else bytes(result)

    async def close(self) -> None:
        """End everything."""
        for task in self._draining:
            task.cancel()
        if self._session is not None:
            await self._session.close(2.0)

    # ------------------------------------------------------------ inside

    async def _current(self) -> Session:
        """The session, started again if its process went away. Raises Refused when there is none in time."""
        session = self._session
        if session is not None and session.gone:
            self._gone(session)
            with contextlib.suppress(PluginError):  # whoever watches was told; it may be mended meanwhile
                await self.reload()
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._ready.wait()
        except TimeoutError:
            raise Refused(INTERNAL_ERROR, "The plugin does not start; its author can see why.") from None
        if self._session is None:
            raise Refused(INTERNAL_ERROR, "The plugin does not run.")
        return self._session

    def _gone(self, session: Session) -> None:
        if session is self._session:
            self._ready.clear()

    def _drain(self, session: Session) -> None:
        async def drain() -> None:
            await session.finish(DRAIN_SECONDS)
            await session.close(2.0)

        task = asyncio.ensure_future(drain())
        self._draining.add(task)
        task.add_done_callback(self._draining.discard)

    def _notified(self, method: str, params: Raw, _caller: Caller) -> None:
        self._tell(method, bytes(params) or b"{}")

    def _tell(self, method: str, params: bytes) -> None:
        for listener in tuple(self._listeners):
            listener(method, params)

    def _about(self, session: Session) -> bytes:
        """Fields that both ways of being introduced have. Lists may change with each start."""
        server = session.server
        capabilities = msgspec.json.decode(server.capabilities, type=dict[str, Any])
        for kind in ("tools", "resources", "prompts"):
            if isinstance(capabilities.get(kind), dict):
                capabilities[kind]["listChanged"] = True
        implementation = server.implementation if server.name else _OWN
        return (
            b'"capabilities":%b,"serverInfo":%b,"instructions":%b,"_meta":{"io.modelcontextprotocol/serverInfo":%b}'
            % (
                msgspec.json.encode(capabilities),
                implementation,
                msgspec.json.encode(server.instructions),
                implementation,
            )
        )


def _modernised(method: str, result: Raw) -> bytes:
    """A result with the fields that 2026-07-28 needs, where the server is older."""
    try:
        fields = read_fields(result)
    except InvalidFrame:
        return bytes(result)
    fields.setdefault("resultType", Raw(b'"complete"'))
    if method.endswith("/list") or method == "resources/read":
        fields.setdefault("ttlMs", Raw(b"0"))
        fields.setdefault("cacheScope", Raw(b'"private"'))
    return b"{%b}" % joined(fields)


def notification(method: str, params: bytes, subscription: bytes = b"") -> bytes:
    """A notification for a client, with the stream it belongs to in 2026-07-28 (JSON of its id)."""
    if not subscription:
        return notification_frame(method, params)
    fields = read_fields(params)
    fields["_meta"] = Raw(b'{"io.modelcontextprotocol/subscriptionId":%b}' % subscription)
    return notification_frame(method, b"{%b}" % joined(fields))


def named_revision(params: Raw) -> str:
    """The revision that a client asks for with ``initialize``."""
    try:
        return read_text(read_fields(params).get("protocolVersion"))
    except InvalidFrame:
        return ""
