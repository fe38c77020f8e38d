"""A remote tool server over HTTP with SSE, the transport of 2024-11-05 that later revisions replaced.

One GET stays open for everything the server says; its first event names the URL, of the same origin, to which every frame is posted.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, Final

from switchgear.core.errors import PluginFailed, ProviderError, ToolAnswerTooLarge
from switchgear.plugins.mcp.channel import Outgoing, Receiver
from switchgear.plugins.mcp.endpoint import Endpoint, Event, EventReader, RefusedStatus, media_type
from switchgear.plugins.mcp.talk import Talk

POST_SECONDS: Final = 30.0
"""For a server to take a frame."""
_INITIALIZED: Final = b'"notifications/initialized"'
MOST_POSTS: Final = 256
"""POSTs under way of what nobody waits for; more of it is dropped."""


class SseChannel:
    """A channel to one endpoint, which is asked for the stream; frames go where its first event says."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._plugin = endpoint.plugin
        self._loop = asyncio.get_running_loop()
        self._receiver: Receiver | None = None
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._introduced: asyncio.Task[None] | None = None
        self._reason = ""
        self._talk = Talk()
        self._listening: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def under_pressure(self) -> bool:
        """Never: each frame has a request of its own."""
        return False

    def start(self, receiver: Receiver) -> None:
        """Open the stream."""
        self._receiver = receiver
        self._listening = self._loop.create_task(self._listen(receiver))

    def send(self, frame: bytes, call: Outgoing | None = None) -> None:
        """Post a frame, once the server said where to."""
        if not self._closed and (call is not None or len(self._tasks) < MOST_POSTS):
            task = self._begin(self._post(frame, call))
            if _INITIALIZED in frame:  # goes before everything else
                self._introduced = task

    def give_up(self, call: Outgoing, frame: bytes) -> None:  # noqa: ARG002 - the frame says it all here
        """Tell the server."""
        self.send(frame)

    def agreed(self, revision: str) -> None:
        """Nothing depends on it here."""

    def last_words(self) -> tuple[str, ...]:
        """None: what it writes for people stays where it runs."""
        return ()

    async def drain(self) -> None:
        """Nothing to wait for."""

    async def close(self, grace_seconds: float) -> None:  # noqa: ARG002 - the server is told by the end of the stream
        """End the stream and every request."""
        await self._end("it was stopped")

    # ------------------------------------------------------------ requests

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _post(self, frame: bytes, call: Outgoing | None) -> None:
        before = self._introduced
        try:
            async with asyncio.timeout(POST_SECONDS):
                if before is not None and not before.done() and before is not asyncio.current_task():
                    await asyncio.wait([before])
                await asyncio.shield(self._ready)
                await self._endpoint.tell(b"POST", (), frame)
            return
        except RefusedStatus as error:
            failure = self._endpoint.refused(error)
        except TimeoutError:
            failure = PluginFailed(f"Plugin {self._plugin} did not take a request.", plugin=self._plugin)
        except PluginFailed as error:
            failure = error
        if call is not None and self._receiver is not None:
            self._receiver.failed(call.number, failure)

    # ------------------------------------------------------------ the stream

    async def _listen(self, receiver: Receiver) -> None:
        try:
            with await self._endpoint.send(b"GET", [("accept", "text/event-stream")]) as answer:
                if media_type(answer) != b"text/event-stream":
                    reason = "it answered with no stream of events"
                else:
                    reader = EventReader(self._plugin, self._endpoint.response_bytes)

                    def sink(piece: bytes) -> None:
                        for event in reader.feed(piece):
                            self._heard(event, receiver)
                        if pause := self._talk.pause(self._loop.time()):
                            answer.pause()
                            self._loop.call_later(pause, answer.resume)

                    await answer.pipe(sink)
                    reason = "it ended its stream"
        except RefusedStatus as error:
            reason = f"it answered with HTTP status {error.status}"
        except ProviderError as error:
            failure = self._endpoint.translated(error)
            reason = "an answer was too large" if isinstance(failure, ToolAnswerTooLarge) else "its stream broke off"
            reason = self._reason or reason
        except PluginFailed as error:
            reason = error.message.rstrip(".")
        self._begin(self._end(reason))

    def _heard(self, event: Event, receiver: Receiver) -> None:
        if event.kind == "message" and event.data:
            self._talk.heard(receiver.frame(event.data), len(event.data))
        elif event.kind == "endpoint" and not self._ready.done():
            try:
                self._endpoint.sibling(event.data.decode("latin-1"))
            except PluginFailed:
                self._reason = "its endpoint is on another host"
                raise ProviderError(self._reason, provider=self._plugin) from None
            self._ready.set_result(None)

    async def _end(self, reason: str) -> None:
        if self._closed:
            return
        self._closed = True
        current = asyncio.current_task()
        tasks = {task for task in (*self._tasks, self._listening) if task is not None and task is not current}
        for task in tasks:
            task.cancel()
        with contextlib.suppress(ValueError):  # none
            await asyncio.wait(tasks)
        self._ready.cancel()
        self._endpoint.close()
        if self._receiver is not None:
            self._receiver.closed(reason)
