"""Responses that are made in the background: tasks that go on when the client that asked is gone.

A response that is worked on is kept with the moment until which somebody surely works on it, and that moment is moved on while
somebody does. One whose moment has passed was let go of, by a process that was killed: whoever finds it says that it failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from switchgear.core.errors import (
    GatewayError,
    InternalError,
    RequestTooLarge,
    ShuttingDown,
    StoreUnavailable,
    SwitchgearError,
    TooManyAtOnce,
)
from switchgear.dialects.responses.errors import error_object
from switchgear.edge.openai.responses_events import ResponseEvents, ended, number_of, readable, status_of
from switchgear.edge.openai.responses_turns import Turn, ids_of, now_ms
from switchgear.pipeline.call import ModelCall
from switchgear.providers.sse import split_events
from switchgear.store.responses import KeptResponse, Responses

_log = logging.getLogger(__name__)
_LEASE_SECONDS: Final = 30.0
_MOST_A_KEY: Final = 100
_REPLAYED_BYTES: Final = 64 << 20
_LONGEST_STREAM: Final = 64 << 20
_TRIES: Final = 6
_FIRST_PAUSE: Final = 0.1

Work = Callable[["BackgroundRun"], Awaitable[None]]
"""Makes the response; what is given is where it is written."""


class BackgroundRun:
    """One response that is worked on: where the answer is written, and from where its events are read."""

    def __init__(self, turn: Turn, row: KeptResponse) -> None:
        self.id = row.id
        self.key_id = row.key_id
        self.streamed = turn.request.stream
        self.row = row
        self.state = ResponseEvents(turn.overlay, row.document)
        self.events: list[tuple[int, bytes]] = []
        self.size = 0
        self.done = False
        self.task: asyncio.Task[None] | None = None
        self._last = b""
        self._news = asyncio.Event()

    # ------------------------------------------------------------ how the answer is written

    def whole(self, call: ModelCall, body: bytes) -> None:  # noqa: ARG002 - the protocol's
        """The answer at once."""
        self.state.document = self.state.overlay.over(body)

    def begin(self, call: ModelCall) -> None:
        """A stream begins."""

    def write(self, events: bytes) -> None:
        """Whole events of it. Raises RequestTooLarge when they are more than are remembered."""
        self._add(self.state.take(events))
        if self.size > _LONGEST_STREAM:
            raise RequestTooLarge(f"The events of the response are over the limit of {_LONGEST_STREAM} bytes.", hint="")

    def end(self, events: bytes) -> None:
        """The last events, which are shown once the response is kept."""
        self._last = self.state.take(events)

    def listen(self, pressure: Callable[[bool], None] | None) -> None:
        """Nobody has to keep up."""

    def fail(self, error: SwitchgearError) -> None:
        """The answer failed; of one that is too large, or cannot be read, nothing is shown."""
        if isinstance(error, RequestTooLarge) or not readable(self.state.document):
            self.state.forget(self.row.document)
        self._last = self.state.fail(error)

    def cancel(self) -> None:
        """The answer is not wanted any more."""
        if not readable(self.state.document):
            self.state.forget(self.row.document)
        self._last = self.state.cancel()

    # ------------------------------------------------------------ how it is read

    @property
    def news(self) -> asyncio.Event:
        """Is set when there is more to read than now, or when nothing more will come."""
        return self._news

    def settled(self) -> None:
        """Nothing more comes; the last events are shown."""
        if self._last and self.streamed and not self.done:
            self._add(self._last)
        self.done = True
        self._news.set()

    def _add(self, events: bytes) -> None:
        self.events += [(number_of(event), event) for event in split_events(events)]
        self.size += len(events)
        news, self._news = self._news, asyncio.Event()
        news.set()


class BackgroundResponses:
    """All that this process works on. ``lease`` is in seconds; ``most`` is how many a key may have at once."""

    def __init__(self, responses: Responses, lease: float = _LEASE_SECONDS, most: int = _MOST_A_KEY) -> None:
        self._responses = responses
        self._lease = lease
        self._most = most
        self._runs: dict[str, BackgroundRun] = {}
        self._ended: dict[str, BackgroundRun] = {}
        self._closing = False
        self._watch: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look after what is worked on, here and by others."""
        self._watch = asyncio.create_task(self._watched(), name="background responses")

    async def close(self) -> None:
        """End everything; what is still worked on has failed."""
        self._closing = True
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        stopped = ShuttingDown("The gateway was stopped before the response was complete.", hint="Ask again.")
        await asyncio.gather(*(self._break_off(run, stopped) for run in list(self._runs.values())))

    # ------------------------------------------------------------ beginning and ending

    def alive_until(self) -> int:
        """Until when a response that is worked on now is surely worked on, in milliseconds."""
        return now_ms() + int(self._lease * 1000)

    async def begin(self, turn: Turn, row: KeptResponse, work: Work) -> BackgroundRun:
        """Keep a response that is worked on from now on, and work on it.

        Raises TooManyAtOnce, ShuttingDown, StoreUnavailable, RequestTooLarge.
        """
        if self._closing:
            raise ShuttingDown("The gateway is stopping.")
        if sum(run.key_id == row.key_id for run in self._runs.values()) >= self._most:
            raise TooManyAtOnce(f"This key has {self._most} responses in the background already.", param="background")
        run = self._runs[row.id] = BackgroundRun(turn, row)
        try:
            await self._responses.keep(row, ids_of(row))
        except BaseException:
            del self._runs[row.id]
            raise
        run.task = asyncio.create_task(self._worked(run, work), name=f"background {row.id}")
        return run

    def find(self, response_id: str, key_id: str) -> BackgroundRun | None:
        """The run of a response that this process works or worked on, as long as its events are remembered."""
        run = self._runs.get(response_id) or self._ended.get(response_id)
        return run if run is not None and run.key_id == key_id else None

    async def cancel(self, kept: KeptResponse) -> None:
        """End a response that is worked on, by whomever. Raises StoreUnavailable."""
        run = self._runs.get(kept.id)
        if run is not None:
            await self._break_off(run, None)
            return
        row = msgspec.structs.replace(
            kept, status="cancelled", document=ended(kept.document, "cancelled"), alive_until=None
        )
        await self._responses.settle(row)

    async def drop(self, response_id: str) -> None:
        """Stop working on a response that was deleted, and forget its events."""
        self._ended.pop(response_id, None)
        run = self._runs.get(response_id)
        if run is not None:
            await self._left(run)
            self._ended.pop(response_id, None)

    async def _worked(self, run: BackgroundRun, work: Work) -> None:
        try:
            await _made(run, work)
        except SwitchgearError as error:
            if isinstance(error, InternalError):
                _log.exception("Defect while making %s in the background", run.id)
            run.fail(error)
        await self._settle(run, run.state.document)
        self._forget(run)

    async def _break_off(self, run: BackgroundRun, error: SwitchgearError | None) -> None:
        """End a response before it is whole: as failed, or without an error as cancelled."""
        await self._stop(run)
        if run.done:
            return  # it was complete just before
        if error is not None:
            run.fail(error)
        else:
            run.cancel()
        await self._settle(run, run.state.document)
        self._forget(run)

    async def _stop(self, run: BackgroundRun) -> None:
        if run.task is not None:
            run.task.cancel()
            await asyncio.wait([run.task])

    def _forget(self, run: BackgroundRun) -> None:
        """It is worked on no more. Its events are remembered for a while, for those that read them."""
        run.settled()
        if self._runs.pop(run.id, None) is None or not run.streamed:
            return
        self._ended[run.id] = run
        while sum(one.size for one in self._ended.values()) > _REPLAYED_BYTES:
            del self._ended[next(iter(self._ended))]

    async def _settle(self, run: BackgroundRun, document: bytes) -> None:
        """Keep how a response ended. A store that cannot be reached is asked again a few times."""
        row = msgspec.structs.replace(run.row, status=status_of(document), document=document, alive_until=None)
        pause = _FIRST_PAUSE
        for _ in range(_TRIES):
            try:
                await self._responses.settle(row, ids_of(row))
            except RequestTooLarge as error:
                failed = ended(run.row.document, "failed", error=error_object(error))
                row = msgspec.structs.replace(run.row, status="failed", document=failed, alive_until=None)
            except StoreUnavailable as error:
                _log.warning("The end of the response %s cannot be kept: %s", run.id, error)
                if self._closing:
                    return
                await asyncio.sleep(pause)
                pause *= 2
            else:
                return

    # ------------------------------------------------------------ looking after

    async def _watched(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(self._lease / 3)

    async def look(self) -> None:
        """Say of what is worked on here that it is, and of what nobody works on any more that it failed."""
        with contextlib.suppress(StoreUnavailable):  # the next look tells, and a lease is as long as three
            for run in list(self._runs.values()):
                if run.task is not None and run.task.done() and not run.task.cancelled():
                    self._forget(run)  # a defect ended it: it is let go of
                elif run.task is not None and not await self._responses.touch(run.id, self.alive_until()):
                    await self._left(run)
            for kept in await self._responses.orphans(now_ms()):
                if kept.id not in self._runs:
                    await self.give_up(kept)

    async def _left(self, run: BackgroundRun) -> None:
        """Let go of a response that was ended or deleted by others while it is worked on here."""
        if run.id not in self._runs:
            return
        await self._stop(run)
        if not run.done:
            run.cancel()
            self._forget(run)

    async def give_up(self, kept: KeptResponse) -> None:
        """Say of a response that nobody works on any more that it failed. Raises StoreUnavailable."""
        error = error_object(GatewayError("The gateway ended before the response was complete.", hint="Ask again."))
        document = ended(kept.document, "failed", error=error)
        await self._responses.settle(
            msgspec.structs.replace(kept, status="failed", document=document, alive_until=None)
        )


async def _made(run: BackgroundRun, work: Work) -> None:
    """Work; a defect ends the response as any other error does."""
    try:
        await work(run)
    except SwitchgearError:
        raise
    except Exception as error:
        raise InternalError("The gateway met a defect of its own.", cause=repr(error)) from error
