"""One connection to a tool server, used for many calls of many clients at once.

Ids and progress tokens on the wire are the session's own, so that no client can meet another's. Params and results pass as
bytes. The server is taken for hostile: what it sends makes a call fail or is counted and dropped, and never raises.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, cast

import msgspec
from msgspec import UNSET, Raw

from switchgear.core.errors import (
    PluginFailed,
    ServerGone,
    ToolAnswerInvalid,
    ToolServerError,
    ToolTimedOut,
)
from switchgear.plugins.mcp.asking import NOBODY, Asked, Caller, Desk, Handler
from switchgear.plugins.mcp.channel import Channel, Outgoing
from switchgear.plugins.mcp.frames import (
    Frame,
    Id,
    InvalidFrame,
    answered,
    joined,
    notification_frame,
    number_of,
    read,
    read_batch,
    read_fault,
    read_fields,
    read_id,
    request_frame,
    with_meta,
)
from switchgear.plugins.mcp.places import Places
from switchgear.plugins.mcp.revisions import MODERN
from switchgear.plugins.mcp.watching import FOREVER, Watch
from switchgear.plugins.permissions import PluginLimits

NO_PARAMS: Final = Raw(b"{}")
NO_ID: Final = Raw(b"null")

_log = logging.getLogger(__name__)


class Server(msgspec.Struct, frozen=True):
    """What a server says of itself. ``capabilities`` and ``implementation`` are JSON objects as they came."""

    name: str = ""
    version: str = ""
    instructions: str = ""
    capabilities: Raw = Raw(b"{}")
    implementation: Raw = Raw(b"{}")

    def offers(self, kind: str, ability: str = "") -> bool:
        """Whether it has a kind of thing (``tools``, ``resources``…), and of that an ability (``listChanged``, ``subscribe``)."""
        try:
            fields = read_fields(self.capabilities)
            if kind not in fields:
                return False
            return not ability or bytes(read_fields(fields[kind]).get(ability, b"")) == b"true"
        except InvalidFrame:
            return False


def _nothing(*_: object) -> None:
    """Where nobody listens."""


class Hooks(msgspec.Struct, frozen=True):
    """Who hears what a server says of itself.

    ``requests``: handlers of what it asks, by method. ``notified``: method, params and the caller it belongs to (``NOBODY`` where
    that cannot be told; over stdio what is logged while one call is under way belongs to that) of each notification but progress and cancellations. ``noise``: a line that is no frame. ``renewed``: the server
    lost its memory of the connection; lists may have changed.
    """

    requests: Mapping[str, Handler] = {}
    notified: Callable[[str, Raw, Caller], None] = _nothing
    noise: Callable[[bytes], None] = _nothing
    renewed: Callable[[], None] = _nothing


class Terms(msgspec.Struct, frozen=True):
    """The gateway's side of a connection: the name of the plugin, its limits, who listens, and what we say of ourselves.

    ``capabilities`` and ``implementation`` are JSON objects (``ClientCapabilities``, ``Implementation``). ``remote``: it runs elsewhere, and
    is tried again however often it could not be reached.
    """

    plugin: str
    limits: PluginLimits = PluginLimits()
    hooks: Hooks = Hooks()
    capabilities: bytes = b"{}"
    implementation: bytes = b'{"name":"switchgear","version":"0"}'
    remote: bool = False


class Call(Outgoing):
    """A request that waits for its answer.

    ``asked`` is how many requests of the server that belong to it are being worked on, and ``held`` since when: its clock stands still
    meanwhile. ``seconds`` is its time limit.
    """

    __slots__ = ("asked", "caller", "deadline", "future", "held", "on_progress", "seconds")

    asked: int
    caller: Caller
    deadline: float
    future: asyncio.Future[Raw]
    held: float
    on_progress: Callable[[bytes], None] | None
    seconds: float


class Session:
    """A connection to one server, opened by ``negotiation.open_session``; the receiver of its channel.

    ``revision`` is the one agreed on, ``server`` what the server said of itself. ``dropped`` counts what made no sense.
    """

    def __init__(self, channel: Channel, terms: Terms) -> None:
        self.terms = terms
        self.revision = ""
        self.server = Server()
        self.dropped = 0
        self.last_used = 0.0
        self.on_closed: Callable[[Session, str], None] = _nothing
        self.watch = Watch(self)
        self._channel = channel
        self._loop = asyncio.get_running_loop()
        self._hooks = terms.hooks
        self._places = Places(terms.plugin, terms.limits.concurrency, channel)
        self._calls: dict[int, Call] = {}
        self._numbers = 0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = FOREVER
        self._modern = b""
        self._gone = ""
        self._desk = Desk(terms.plugin, terms.hooks.requests, channel.send)

    # ------------------------------------------------------------ calls

    @property
    def gone(self) -> str:
        """Why the connection has ended; empty while it has not."""
        return self._gone

    @property
    def busy(self) -> int:
        """Calls under way or waiting for a place."""
        return self._places.busy

    async def request(
        self,
        method: str,
        params: bytes | Raw = b"{}",
        *,
        on_progress: Callable[[bytes], None] | None = None,
        seconds: float | None = None,
        caller: Caller = NOBODY,
    ) -> Raw:
        """The result of a request, a JSON object as the server wrote it. ``params`` is a JSON object, ``_meta`` in it as the client's.

        ``on_progress`` gets the params of each progress notification, with the caller's token in place of ours. ``seconds`` caps the
        whole, waiting for a place included, and stands still while the server waits for an answer of the client. Cancelling the task
        that waits tells the server. Raises ToolServerError, ToolTimedOut, ServerGone, PluginBusy, PluginFailed, InvalidJSON.
        """
        limit = seconds or self.terms.limits.seconds
        places = self._places
        if not places.free:
            limit = await places.wait(limit)
        places.taken += 1
        try:
            call = self.begin(method, params, limit, caller, on_progress)
            try:
                return await call.future
            except asyncio.CancelledError:
                self.give_up(call, "the caller gave up")
                raise
        finally:
            self.last_used = self._loop.time()
            places.give_back()

    def begin(
        self,
        method: str,
        params: bytes | Raw,
        seconds: float,
        caller: Caller = NOBODY,
        on_progress: Callable[[bytes], None] | None = None,
    ) -> Call:
        """Send a request and give the call that waits for its answer, which takes no place. Raises ServerGone, InvalidJSON."""
        if self._gone:
            raise self._gone_error()
        number = self._numbers + 1
        own = b"" if on_progress is None else b'"progressToken":%d' % number
        if self._modern:
            modern = self._modern + (caller.capabilities or self.terms.capabilities)
            own = b"%b,%b" % (modern, own) if own else modern
        plain, subject = with_meta(params, own)
        self._numbers = number
        call = Call(number, method, subject, caller.headers)
        call.asked = 0
        call.caller = caller
        call.on_progress = on_progress
        call.future = self._loop.create_future()
        call.seconds = seconds
        call.deadline = deadline = self._loop.time() + seconds
        self._calls[number] = call
        if deadline < self._timer_at:
            self._arm(deadline)
        self._channel.send(request_frame(number, method, plain), call)
        return call

    def notify(self, method: str, params: bytes = b"") -> None:
        """Send a notification; ``params`` is a JSON object on one line, or nothing."""
        self._channel.send(notification_frame(method, params))

    def give_up(self, call: Call, why: str) -> None:
        """Wait no longer for a call, and tell the server, unless it is answered."""
        if self._calls.pop(call.number, None) is not None:
            params = b'{"requestId":%d,"reason":"%b"}' % (call.number, why.encode())
            self._channel.give_up(call, notification_frame("notifications/cancelled", params))
            self._desk.end_call(call)

    def forget(self, call: Call) -> None:
        """Wait no longer for a call, without a word to the server."""
        self._calls.pop(call.number, None)

    def adopt(self, revision: str, server: Server) -> None:
        """Speak ``revision`` from now on. For the negotiation."""
        self.revision = revision
        self.server = server
        self._modern = b""
        if revision >= MODERN:
            self._modern = (
                b'"io.modelcontextprotocol/protocolVersion":"%b","io.modelcontextprotocol/clientInfo":%b,'
                b'"io.modelcontextprotocol/clientCapabilities":' % (revision.encode(), self.terms.implementation)
            )
        self._channel.agreed(revision)

    async def finish(self, seconds: float) -> bool:
        """Wait until no call is under way or waits; whether that was so within ``seconds``."""
        return await self._places.idle(seconds)

    async def close(self, grace_seconds: float = 2.0) -> None:
        """End the connection; calls that wait get ServerGone."""
        await self._channel.close(grace_seconds)

    def last_words(self) -> tuple[str, ...]:
        """The last lines the server wrote for people, oldest first."""
        return self._channel.last_words()

    # ------------------------------------------------------------ time

    def _arm(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = when
        self._timer = self._loop.call_at(when, self._check_time)

    def _check_time(self) -> None:
        """Run when a call's time may be up: one timer a session, armed again only when it fires."""
        self._timer = None
        self._timer_at = FOREVER
        now = self._loop.time()
        late: list[Call] = []
        due = FOREVER
        for call in self._calls.values():
            if call.deadline > now:
                due = min(due, call.deadline)
            elif not call.asked:
                late.append(call)
        for call in late:
            self.give_up(call, "time limit")
            said = f"Plugin {self.terms.plugin} did not answer {call.method} within {call.seconds:.3g} s."
            self._fail(call, ToolTimedOut(said, plugin=self.terms.plugin))
        if due < self._timer_at:
            self._arm(due)

    # ------------------------------------------------------------ Receiver

    def frame(self, data: bytes, call: int | None = None) -> int:
        """Take what the server sent; how many frames of it answered no call. Called by the channel."""
        try:
            frame = read(data)
        except InvalidFrame as error:
            return self._not_a_frame(data, call, error)
        if not frame.method:
            return self._answered(frame)
        if frame.id is UNSET:
            self._notified(frame, call)
        else:
            self._asked(frame, call)
        return 1

    def _answered(self, frame: Frame) -> int:
        number = frame.id if type(frame.id) is int else number_of(frame.id)
        if number is None:
            only = self._only_call() if frame.error and frame.id is None else None
            number = only.number if only else 0  # it could not read which; there may be only one
        call = self._calls.pop(number, None)
        if call is None:  # answered before, given up, or never asked
            self.dropped += 1
            return 1
        result = frame.result
        if result and not frame.error and memoryview(result)[0] == 0x7B:  # {
            if not call.future.done():
                call.future.set_result(result)
        elif frame.error:
            self._refused(call, frame.error)
        else:
            name = self.terms.plugin
            said = f"Plugin {name} answered {call.method} with something that is no result."
            self._fail(call, ToolAnswerInvalid(said, plugin=name))
        if call.asked:
            self._desk.end_call(call)
        return 0

    def _refused(self, call: Call, error: Raw) -> None:
        name = self.terms.plugin
        fault = read_fault(error)
        said = fault.message if len(fault.message) <= 500 else fault.message[:500] + "…"
        message = f"Plugin {name} answered {call.method} with an error: {said or 'no message'}"
        self._fail(
            call,
            ToolServerError(
                message, plugin=name, rpc_code=int(fault.code), rpc_message=fault.message, rpc_data=bytes(fault.data)
            ),
        )

    def _fail(self, call: Call, error: PluginFailed) -> None:
        if not call.future.done():
            call.future.set_exception(error)

    def _not_a_frame(self, data: bytes, call: int | None, error: InvalidFrame) -> int:
        try:
            batch = read_batch(data)
        except InvalidFrame:
            batch = []
        if batch:  # a batch in a batch is none
            return sum(1 if bytes(each).startswith(b"[") else self.frame(bytes(each), call) for each in batch)
        self.dropped += 1
        number = answered(data[:512], data)
        found = self._calls.pop(number, None) if number is not None else None
        if found is None:
            self._tell(self._hooks.noise, data)
            return 1
        name = self.terms.plugin
        said = f"Plugin {name} answered {found.method} with what cannot be read: {error}."
        self._fail(found, ToolAnswerInvalid(said, plugin=name))
        return 0

    def waits(self, call: int) -> bool:
        """Whether a call still waits for its answer. Called by the channel."""
        return call in self._calls

    def failed(self, call: int | None, error: PluginFailed) -> None:
        """An answer cannot come. Called by the channel."""
        found = self._calls.get(call) if call is not None else self._only_call()
        if found is None:
            self.dropped += call is None
            return
        del self._calls[found.number]
        self._fail(found, error)
        self._desk.end_call(found)

    def renewed(self) -> None:
        """The server forgot the connection and was introduced anew. Called by the channel."""
        self.watch.renew()
        self._tell(self._hooks.renewed)

    def closed(self, reason: str) -> None:
        """The connection ended. Called by the channel."""
        self._gone = reason
        if self._timer is not None:
            self._timer.cancel()
        calls, self._calls = self._calls, {}
        for call in calls.values():
            self._fail(call, self._gone_error())
        self.watch.close()
        self._desk.close()
        self._places.close()
        self._tell(self.on_closed, self, reason)

    def _gone_error(self) -> PluginFailed:
        return ServerGone(f"Plugin {self.terms.plugin} went away: {self._gone}.", plugin=self.terms.plugin)

    # ------------------------------------------------------------ what the server says of itself

    def _notified(self, frame: Frame, number: int | None) -> None:
        method = frame.method
        if method == "notifications/progress":
            self._progressed(frame.params)
        elif method == "notifications/cancelled":
            self._withdrawn(frame.params)
        elif method != "notifications/subscriptions/acknowledged":
            if number is not None:
                call = self._calls.get(number)
            else:  # what is logged belongs to a call that is alone
                call = self._only_call() if method == "notifications/message" else None
            self._tell(self._hooks.notified, method, frame.params, call.caller if call else NOBODY)

    def _progressed(self, params: Raw) -> None:
        try:
            fields = read_fields(params)
            number = number_of(read_id(fields.pop("progressToken", NO_ID)))
        except InvalidFrame:
            self.dropped += 1
            return
        call = self._calls.get(number) if number is not None else None
        if call is None:
            self.dropped += 1
        elif call.on_progress is not None:
            token = call.caller.progress_token
            if token:
                fields["progressToken"] = Raw(token)
            self._tell(call.on_progress, b"{%b}" % joined(fields))

    def _withdrawn(self, params: Raw) -> None:
        try:
            number = read_id(read_fields(params).get("requestId", NO_ID))
        except InvalidFrame:
            self.dropped += 1
            return
        self._desk.withdraw(number)

    def _asked(self, frame: Frame, number: int | None) -> None:
        call = self._calls.get(number) if number is not None else self._asking_call()
        caller = call.caller if call else NOBODY
        asked = Asked(frame.method, frame.params or NO_PARAMS, caller, self.terms.plugin)
        if call is not None:
            if not call.asked:
                call.held = self._loop.time()
            call.asked += 1
        self._desk.ask(cast("Id", frame.id), asked, call, partial(self._told, call))

    def _told(self, call: Call | None) -> None:
        """What the server asked is over: the clock of the call goes on."""
        if call is None:
            return
        call.asked -= 1
        if not call.asked and call.number in self._calls:
            call.deadline += self._loop.time() - call.held
            if call.deadline < self._timer_at:
                self._arm(call.deadline)

    def _only_call(self) -> Call | None:
        """The call a server's request belongs to where nothing tells: the only one under way that ends some time."""
        found = [call for call in self._calls.values() if call.deadline != FOREVER]
        return found[0] if len(found) == 1 else None

    def _asking_call(self) -> Call | None:
        """The same for what a server asks: of one client's calls also the only one that does not wait for an answer already."""
        found = self._only_call()
        if found is not None:
            return found
        under_way = [call for call in self._calls.values() if call.deadline != FOREVER]
        if len({call.caller.whose for call in under_way}) != 1 or not under_way[0].caller.whose:
            return None
        free = [call for call in under_way if not call.asked]
        return free[0] if len(free) == 1 else None

    def _tell(self, listener: Callable[..., None], *what: object) -> None:
        try:
            listener(*what)
        except Exception:  # noqa: BLE001 - a listener's defect must not end the connection of everyone else
            _log.exception("A listener to plugin %s failed", self.terms.plugin)
