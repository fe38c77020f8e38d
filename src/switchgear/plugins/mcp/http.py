"""A remote tool server over streamable HTTP (MCP, Transports): one POST a frame, answered as JSON or as a stream of events.

2025-11-25 and before: a session id that the server may forget (404: it is introduced to us anew), a standing GET stream for what it
says of itself, and streams that go on where they broke off. 2026-07-28: none of these; each POST stands alone, and ending it is how
a call is given up.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, Final, TypeVar

from switchgear.core.errors import (
    PluginFailed,
    PluginUnauthorized,
    ProviderError,
    ServerGone,
    ToolAnswerInvalid,
    ToolAnswerTooLarge,
)
from switchgear.plugins.mcp.channel import Outgoing, Receiver
from switchgear.plugins.mcp.endpoint import Endpoint, Event, EventReader, RefusedStatus, media_type
from switchgear.plugins.mcp.frames import (
    NEWLINES,
    InvalidFrame,
    error_frame,
    notification_frame,
    read,
    read_fault,
    read_text,
)
from switchgear.plugins.mcp.revisions import MODERN
from switchgear.plugins.mcp.talk import Talk
from switchgear.providers.transport import Answer

T = TypeVar("T")

ACCEPT: Final = ("accept", "application/json, text/event-stream")
RESUMPTIONS: Final = 5
"""Times in a row that a stream is taken up again without anything having come."""
STANDING_WAIT: Final = 60.0
"""The longest wait before the standing stream is opened again."""
MOST_TOLD: Final = 256
"""POSTs under way of what nobody waits for; more of it is dropped."""
TOLD_SECONDS: Final = 30.0
"""For a POST of what nobody waits for."""
_INITIALIZED: Final = b'"notifications/initialized"'
_JSON: Final = b"application/json"
_EVENTS: Final = b"text/event-stream"
_NAMED: Final = frozenset({"tools/call", "prompts/get", "resources/read", "tasks/get", "tasks/update", "tasks/cancel"})
_VERSION_FIELD_SINCE: Final = "2025-06-18"


class _Stream:
    """How far a stream of events was read, and how long to wait before it is taken up again."""

    def __init__(self) -> None:
        self.last = ""
        self.retry = 1.0
        self.heard = False


class HttpChannel:
    """A channel to one endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._plugin = endpoint.plugin
        self._loop = asyncio.get_running_loop()
        self._receiver: Receiver | None = None
        self._revision = ""
        self._session = ""
        self._hello: bytes | None = None
        self._talk = Talk()
        self._introduced: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._posts: dict[int, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    # ------------------------------------------------------------ Channel

    @property
    def under_pressure(self) -> bool:
        """Never: each frame has a request of its own."""
        return False

    def start(self, receiver: Receiver) -> None:
        """Begin to receive."""
        self._receiver = receiver

    def send(self, frame: bytes, call: Outgoing | None = None) -> None:
        """Post a frame."""
        if self._closed:
            return
        if call is not None:
            if call.method == "initialize":
                self._hello, self._session = frame, ""
            task = self._begin(self._call(frame, call))
            self._posts[call.number] = task
            task.add_done_callback(lambda _: self._posts.pop(call.number, None))
        elif self._revision < MODERN and len(self._tasks) < MOST_TOLD:  # the newest has nothing that a client tells
            task = self._begin(self._tell(frame))
            if self._introduced is None and _INITIALIZED in frame:  # goes before everything else
                self._introduced = task
                task.add_done_callback(self._now_stand)

    def give_up(self, call: Outgoing, frame: bytes) -> None:
        """End the call's request, and tell the server where that alone is no sign."""
        if (task := self._posts.get(call.number)) is not None:
            task.cancel()
        self.send(frame)

    def agreed(self, revision: str) -> None:
        """The revision from now on."""
        self._revision = revision

    def last_words(self) -> tuple[str, ...]:
        """None: what it writes for people stays where it runs."""
        return ()

    async def drain(self) -> None:
        """Nothing to wait for."""

    async def close(self, grace_seconds: float) -> None:
        """End every request, and the session if there is one."""
        if self._closed:
            return
        self._closed = True
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        try:
            if self._session:
                with contextlib.suppress(PluginFailed, RefusedStatus, TimeoutError):  # it forgets the session some time
                    async with asyncio.timeout(grace_seconds):
                        await self._endpoint.tell(b"DELETE", self._fields(None))
        finally:
            self._endpoint.close()
            if self._receiver is not None:
                self._receiver.closed("it was stopped")

    # ------------------------------------------------------------ requests

    def _now_stand(self, _: asyncio.Task[None]) -> None:
        if not self._closed:
            self._begin(self._stand())

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _fields(self, call: Outgoing | None) -> list[tuple[str, str]]:
        fields = [ACCEPT]
        if self._session:
            fields.append(("mcp-session-id", self._session))
        if self._revision >= _VERSION_FIELD_SINCE:
            fields.append(("mcp-protocol-version", self._revision))
        if call is not None and self._revision >= MODERN:
            fields.append(("mcp-method", call.method))
            if call.method in _NAMED and (name := read_text(call.subject)):
                fields.append(("mcp-name", name))
            fields += call.headers
        return fields

    async def _tell(self, frame: bytes) -> None:
        """Post what nobody answers."""
        with contextlib.suppress(PluginFailed, RefusedStatus, TimeoutError):  # who waits for an effect has a time limit
            async with asyncio.timeout(TOLD_SECONDS):
                await self._post(self._endpoint.tell, frame, None)

    async def _call(self, frame: bytes, call: Outgoing) -> None:
        """Post a request and receive until it is answered or cannot be."""
        receiver = self._receiver
        if receiver is None:
            return
        try:
            if self._introduced is not None and not self._introduced.done():
                await asyncio.wait([self._introduced])
            with await self._post(self._endpoint.send, frame, call) as answer:
                if call.method == "initialize":
                    self._session = _session_id(answer)
                await self._receive(answer, call, receiver)
        except RefusedStatus as error:
            self._told_error(error, call, receiver)
        except PluginFailed as error:
            receiver.failed(call.number, error)

    async def _post(self, send: Callable[..., Awaitable[T]], frame: bytes, call: Outgoing | None) -> T:
        """Post a frame; if the server forgot the session, once more in a new one. Raises PluginFailed, RefusedStatus."""
        session = self._session
        try:
            return await send(b"POST", self._fields(call), frame)
        except RefusedStatus as error:
            if error.status != 404 or not session or self._hello is None:
                raise
            await self._renew(session)
        return await send(b"POST", self._fields(call), frame)

    def _told_error(self, error: RefusedStatus, call: Outgoing, receiver: Receiver) -> None:
        """A status that is no success: the JSON-RPC error in its body if there is one, with the id it may lack."""
        try:
            frame = read(error.body)
        except InvalidFrame:
            frame = None
        if frame is None or not frame.error:
            receiver.failed(call.number, self._endpoint.refused(error))
            return
        fault = read_fault(frame.error)
        receiver.frame(error_frame(call.number, int(fault.code), fault.message, bytes(fault.data)), call.number)

    # ------------------------------------------------------------ answers

    async def _receive(self, answer: Answer, call: Outgoing, receiver: Receiver) -> None:
        kind = media_type(answer)
        if kind == _JSON:
            receiver.frame(await self._whole(answer), call.number)
        elif kind == _EVENTS:
            stream = _Stream()
            await self._events(
                answer,
                stream,
                partial(self._heard, answer, call.number, receiver),
                lambda: not receiver.waits(call.number),
            )
            if stream.last and receiver.waits(call.number):
                await self._resume(stream, call, receiver)
        if receiver.waits(call.number):
            said = f"Plugin {self._plugin} ended its answer to {call.method} without a result (HTTP status {answer.status})."
            receiver.failed(call.number, ToolAnswerInvalid(said, plugin=self._plugin))

    def _heard(self, answer: Answer, number: int, receiver: Receiver, data: bytes) -> None:
        self._take(receiver, data, number)
        if not receiver.waits(number):
            answer.hurry(1.0)  # nothing more is wanted of it; whole, its connection can be used again

    def _take(self, receiver: Receiver, data: bytes, number: int | None = None) -> None:
        self._talk.heard(receiver.frame(data, number), len(data))

    async def _whole(self, answer: Answer) -> bytes:
        """A body that is no stream, on one line. Raises PluginFailed."""
        body = bytearray()
        endpoint = self._endpoint

        def sink(piece: bytes) -> None:
            if len(body) + len(piece) > endpoint.response_bytes:
                raise endpoint.too_large()
            body.extend(piece)

        try:
            await answer.pipe(sink)
        except ProviderError as error:
            raise endpoint.translated(error) from error
        return bytes(body).translate(NEWLINES)

    async def _events(
        self, answer: Answer, stream: _Stream, heard: Callable[[bytes], None], enough: Callable[[], bool]
    ) -> None:
        """Hand on the data of each event until the stream ends. Raises PluginFailed, but not for a stream that breaks off."""
        reader = EventReader(self._plugin, self._endpoint.response_bytes)

        def sink(piece: bytes) -> None:
            for event in reader.feed(piece):
                _follow(stream, event)
                if event.data and event.kind == "message":
                    heard(event.data)
                else:
                    self._talk.said += 1
            if pause := self._talk.pause(self._loop.time()):
                answer.pause()
                self._loop.call_later(pause, answer.resume)

        try:
            await answer.pipe(sink)
        except ProviderError as error:
            failure = self._endpoint.translated(error)
            if isinstance(failure, ToolAnswerTooLarge) or not (stream.last or enough()):
                raise failure from error

    async def _resume(self, stream: _Stream, call: Outgoing, receiver: Receiver) -> None:
        """Take a stream up where it broke off, as often as it goes on (MCP, Transports, Resumability)."""
        tries = 0
        while stream.last and tries < RESUMPTIONS and receiver.waits(call.number):
            await asyncio.sleep(stream.retry)
            stream.heard = False
            try:
                with await self._get(stream) as answer:
                    heard = partial(self._heard, answer, call.number, receiver)
                    await self._events(answer, stream, heard, lambda: not receiver.waits(call.number))
            except ServerGone:
                stream.heard = False  # not reached this time
            except RefusedStatus:
                return  # it cannot take it up
            tries = 0 if stream.heard else tries + 1

    async def _get(self, stream: _Stream) -> Answer:
        fields = self._fields(None)
        if stream.last:
            fields.append(("last-event-id", stream.last))
        return await self._endpoint.send(b"GET", fields)

    # ------------------------------------------------------------ the session

    async def _stand(self) -> None:
        """Hold a stream open for what the server says of itself, if it has one."""
        stream = _Stream()
        failures = 0
        while self._receiver is not None:
            receiver, session = self._receiver, self._session
            try:
                with await self._get(stream) as answer:
                    if media_type(answer) != _EVENTS:
                        return
                    stream.heard = False
                    await self._events(answer, stream, partial(self._take, receiver), lambda: True)
                failures = 0 if stream.heard else failures + 1
            except RefusedStatus as error:
                if error.status != 404 or not session:
                    return  # 405: it has none
                failures += 1
                stream.last = ""
                with contextlib.suppress(PluginFailed):
                    await self._renew(session)
            except PluginUnauthorized:
                return
            except PluginFailed:
                failures += 1
            await asyncio.sleep(stream.retry + random.uniform(0, min(STANDING_WAIT, 2.0**failures - 1)))

    async def _renew(self, forgotten: str) -> None:
        """Be introduced again, once for everyone who noticed. Raises PluginFailed."""
        if self._session != forgotten or self._hello is None:
            return
        if self._renewing is None:
            self._renewing = self._begin(self._introduce(self._hello))
            self._renewing.add_done_callback(self._renewed)
        await asyncio.wait([self._renewing])
        if self._session == forgotten:
            said = f"Plugin {self._plugin} forgot the session, and did not begin another."
            raise PluginFailed(said, plugin=self._plugin)

    def _renewed(self, _: asyncio.Task[None]) -> None:
        self._renewing = None

    async def _introduce(self, hello: bytes) -> None:
        """The handshake, in a session that replaces the one before when it is through."""
        with contextlib.suppress(PluginFailed, RefusedStatus, TimeoutError):  # whoever waits sees that nothing changed
            async with asyncio.timeout(TOLD_SECONDS):
                with await self._endpoint.send(b"POST", [ACCEPT], hello) as answer:
                    session = _session_id(answer)
                    if media_type(answer) == _JSON:
                        await self._whole(answer)
                    else:
                        await self._events(answer, _Stream(), lambda _: answer.hurry(1.0), lambda: True)
                fields = [each for each in self._fields(None) if each[0] != "mcp-session-id"]
                fields += [("mcp-session-id", session)] if session else []
                introduced = notification_frame("notifications/initialized")
                await self._endpoint.tell(b"POST", fields, introduced)
                self._session = session
                if self._receiver is not None:
                    self._receiver.renewed()


def _follow(stream: _Stream, event: Event) -> None:
    stream.heard = True
    if event.id:
        stream.last = event.id
    if event.retry is not None:
        stream.retry = min(event.retry, STANDING_WAIT)


def _session_id(answer: Answer) -> str:
    """The session id in an answer, visible ASCII (MCP 2025-11-25, Transports); empty when there is none of use."""
    given = answer.header(b"mcp-session-id").decode("latin-1")
    return given if len(given) <= 1024 and given.isascii() and given.isprintable() and " " not in given else ""
