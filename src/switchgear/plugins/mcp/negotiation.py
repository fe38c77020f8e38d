"""Which revision of the protocol a server speaks: asked in the newest way first, then with the handshake of the older ones.

MCP 2026-07-28 (Lifecycle, server/discover) and 2025-11-25 (Lifecycle, initialize). A server that does not know the first question
answers with an error, not at all, or ends; what is no sure sign of the newest revision leads to the handshake.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Final

import msgspec
from msgspec import Raw

from switchgear.core.errors import (
    PluginFailed,
    PluginUnauthorized,
    ServerGone,
    ToolAnswerInvalid,
    ToolServerError,
    ToolTimedOut,
)
from switchgear.plugins.mcp.channel import Channel
from switchgear.plugins.mcp.frames import UNSUPPORTED_VERSION, InvalidFrame, read_fields, read_text
from switchgear.plugins.mcp.revisions import HANDSHAKE, MODERN, OFFERED
from switchgear.plugins.mcp.session import Call, Server, Session, Terms

PROBE_SECONDS: Final = 5.0
"""Seconds after which a server that did not answer ``server/discover`` is greeted in the older way as well."""
START_SECONDS: Final = 60.0
_LONGEST_WORDS: Final = 64 * 1024
_SERVER_INFO: Final = "io.modelcontextprotocol/serverInfo"


class _Discovered(msgspec.Struct):
    supported: list[str] = msgspec.field(name="supportedVersions")
    capabilities: Raw
    instructions: str = ""
    meta: dict[str, Raw] = msgspec.field(name="_meta", default_factory=dict)


class _Initialized(msgspec.Struct):
    version: str = msgspec.field(name="protocolVersion")
    capabilities: Raw
    implementation: Raw = msgspec.field(name="serverInfo", default=Raw(b"{}"))
    instructions: str | None = None


class _Supported(msgspec.Struct):
    supported: list[str]


_discovered = msgspec.json.Decoder(_Discovered)
_initialized = msgspec.json.Decoder(_Initialized)
_supported = msgspec.json.Decoder(_Supported)
_UNREADABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


async def open_session(
    channel: Channel, terms: Terms, *, known: str = "", seconds: float = START_SECONDS, probe: float = PROBE_SECONDS
) -> Session:
    """A session over a channel that was not started yet. ``known`` is the revision this server spoke before, tried first.

    The channel is closed when no session comes of it. Raises PluginFailed: ServerGone, ToolTimedOut, ToolServerError,
    ToolAnswerInvalid, PluginUnauthorized.
    """
    session = Session(channel, terms)
    channel.start(session)
    try:
        try:
            async with asyncio.timeout(seconds):
                await _Negotiation(session, channel, seconds, probe).run(known)
        except TimeoutError:
            said = f"Plugin {terms.plugin} did not introduce itself within {seconds:g} s."
            raise ToolTimedOut(said, plugin=terms.plugin) from None
    except BaseException:  # cancelled or failed: nothing stays open, the reason goes on
        await channel.close(0.2)
        raise
    session.watch.start()
    return session


class _Negotiation:
    """One negotiation. Both questions may be open at once; the first good answer counts."""

    def __init__(self, session: Session, channel: Channel, seconds: float, probe: float) -> None:
        self._session = session
        self._channel = channel
        self._seconds = seconds
        self._probe = probe

    async def run(self, known: str) -> None:
        """Agree on a revision. Raises PluginFailed."""
        if known in HANDSHAKE:
            with contextlib.suppress(ToolServerError):  # another version of the server, of which nothing is known
                await self._initialize()
                return
        question = self._discover()
        try:
            await self._after(question)
        finally:
            question.future.cancel()

    async def _after(self, question: Call) -> None:
        """Go on from the first question."""
        try:
            answer = await asyncio.wait_for(asyncio.shield(question.future), self._probe)
        except TimeoutError:
            await self._both(question)
            return
        except (PluginUnauthorized, ServerGone):
            raise
        except PluginFailed as error:  # an answer that makes no sense is no sign of the newest revision either
            named = _named(error)
            if named and not set(named) & set(HANDSHAKE):
                raise self._no_common(named) from error
        else:
            if self._adopted(answer):
                return
        await self._initialize()

    async def _both(self, question: Call) -> None:
        """The server is slow, or does not answer what it does not know: greet it in the older way too."""
        greeting = asyncio.ensure_future(self._initialize())
        waiting: tuple[asyncio.Future[Any], ...] = (greeting, question.future)
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if question.future.done() and not question.future.exception() and self._adopted(question.future.result()):
                return
            try:
                await greeting
            except ToolServerError as error:
                if error.rpc_code != UNSUPPORTED_VERSION:
                    raise
                if not self._adopted(await question.future):  # it took the first question as the newest revision's
                    raise
        finally:
            greeting.cancel()
            await asyncio.wait([greeting])
            self._session.give_up(question, "not needed")

    def _discover(self) -> Call:
        session = self._session
        session.adopt(MODERN, Server())
        return session.begin("server/discover", b"{}", self._seconds)

    def _adopted(self, answer: Raw) -> bool:
        """Whether the answer to ``server/discover`` is one, from a server of the newest revision, which is then agreed."""
        try:
            found = _discovered.decode(answer)
        except _UNREADABLE:
            return False
        if MODERN not in found.supported:
            return False
        own = found.meta.get(_SERVER_INFO, Raw(b"{}"))
        self._session.adopt(MODERN, _server(own, found.capabilities, found.instructions))
        return True

    async def _initialize(self) -> None:
        session = self._session
        session.adopt("", Server())
        params = b'{"protocolVersion":"%b","capabilities":%b,"clientInfo":%b}' % (
            OFFERED.encode(), session.terms.capabilities, session.terms.implementation,
        )  # fmt: skip
        greeting = session.begin("initialize", params, self._seconds)
        try:
            answer = await greeting.future
        finally:
            session.forget(greeting)  # given up, it is not cancelled at the server (2025-11-25, Cancellation)
        try:
            found = _initialized.decode(answer)
        except _UNREADABLE:
            name = session.terms.plugin
            said = f"Plugin {name} did not introduce itself in the Model Context Protocol."
            raise ToolAnswerInvalid(said, plugin=name) from None
        if found.version not in HANDSHAKE:
            raise self._no_common([found.version])
        session.adopt(found.version, _server(found.implementation, found.capabilities, found.instructions or ""))
        session.notify("notifications/initialized")

    def _no_common(self, theirs: list[str]) -> PluginFailed:
        name = self._session.terms.plugin
        listed = ", ".join(each[:20] for each in theirs[:5])
        return ToolAnswerInvalid(
            f"Plugin {name} speaks revisions of the Model Context Protocol that Switchgear does not: {listed}.",
            plugin=name, hint="Look for another version of the plugin, or of Switchgear.",
        )  # fmt: skip


def _named(error: PluginFailed) -> list[str]:
    """The revisions that an error of the newest revision names; none for another error."""
    if not isinstance(error, ToolServerError) or error.rpc_code != UNSUPPORTED_VERSION:
        return []
    try:
        return _supported.decode(error.rpc_data).supported
    except _UNREADABLE:
        return []


def _server(own: Raw, capabilities: Raw, instructions: str) -> Server:
    """What a server says of itself, whatever of it can be read."""
    try:
        fields = read_fields(own)
    except InvalidFrame:
        fields, own = {}, Raw(b"{}")
    try:
        read_fields(capabilities)
    except InvalidFrame:
        capabilities = Raw(b"{}")
    return Server(
        name=read_text(fields.get("name"))[:200],
        version=read_text(fields.get("version"))[:200],
        instructions=instructions[:_LONGEST_WORDS],
        capabilities=capabilities.copy(),
        implementation=own.copy(),
    )
