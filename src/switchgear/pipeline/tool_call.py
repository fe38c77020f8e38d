"""One call of a plugin, stage by stage: seen by the key → approved → limits reserved → called → settled → recorded.

The one way in for whoever calls: clients of ``/mcp``, the tool loop of chats, the command line. Params and results pass as bytes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, TypedDict, Unpack

import msgspec
from msgspec import Raw

from switchgear.access.keys import Key
from switchgear.access.limits import Limiter
from switchgear.access.reservation import Reservation
from switchgear.core.errors import (
    InternalError,
    InvalidJSON,
    LimitReached,
    LimitsUndefined,
    NotFound,
    PermissionDenied,
    ShuttingDown,
    StateUnavailable,
    SwitchgearError,
)
from switchgear.core.ids import RequestIds
from switchgear.core.rates import Rates
from switchgear.core.structs import Frozen
from switchgear.core.tool_calls import ToolOutcome, ToolRecord
from switchgear.pipeline.mirrored import MirroredFields
from switchgear.plugins.catalogue import Catalogue, Found
from switchgear.plugins.installed import Installed
from switchgear.plugins.mcp.asking import NOBODY, Caller
from switchgear.plugins.mcp.session import Session
from switchgear.plugins.offer import TOOLS, Definition

TOOL_CALL: Final = "tools/call"
OnProgress = Callable[[bytes], None]

_REFUSALS = (LimitReached, LimitsUndefined, StateUnavailable, PermissionDenied)
_NO_ARGUMENTS: Final = b"{}"


class _Told(msgspec.Struct, gc=False):
    is_error: bool | None = msgspec.field(name="isError", default=None)
    type: str = msgspec.field(name="resultType", default="")


_told = msgspec.json.Decoder(_Told)
_object: msgspec.json.Decoder[dict[str, Raw]] = msgspec.json.Decoder(dict[str, Raw])
_encode = msgspec.json.Encoder().encode


class Plugins(Protocol):
    """The plugins that are set up (``plugins.host.PluginHost``)."""

    @property
    def catalogue(self) -> Catalogue:
        """What they offer."""
        ...

    def installed(self, name: str) -> Installed | None:
        """One of them."""
        ...

    def all(self) -> list[Installed]:
        """All of them."""
        ...

    def running(self, name: str) -> Session | None:
        """The open session with one, without starting it."""
        ...

    async def session(self, name: str) -> Session:
        """The session with one, started if need be. Raises PluginError."""
        ...


class Approvals(Protocol):
    """Decides which calls a person has to approve, and waits for that."""

    def needed(self, key: Key, plugin: str, tool: Definition, /) -> bool:
        """Whether a person has to approve the key's calls of this tool. Asked on every call: quick."""
        ...

    async def approve(
        self,
        key: Key,
        plugin: str,
        tool: Definition,
        arguments: bytes,
        waiting: Callable[[str, float], None] | None = None,
        /,
    ) -> str:
        """Return once the call is approved: the id of what it used up, if anything.

        ``waiting`` is told an id and the seconds waited. Raises ApprovalNeeded, ApprovalDenied.
        """
        ...

    async def give_back(self, approval: str, /) -> None:
        """The call that used an approval up was not made after all, or not to its end. Never raises."""
        ...


class How(TypedDict, total=False):
    """How a tool is called.

    ``plugin``: the name is that plugin's own. ``caller``: who it is for. ``on_progress`` gets the params of each progress notification.
    ``parent``: the id of the call of a model that it is a part of, ``step`` the number it has there. ``seconds`` caps the whole.
    """

    plugin: str
    caller: Caller
    on_progress: OnProgress | None
    parent: str
    step: int
    seconds: float | None


class Target(Frozen, frozen=True):
    """What a call is of: the plugin, and what of it by its own name. ``tool`` is the definition of a tool, ``arguments`` the JSON of its own."""

    plugin: str
    name: str
    tool: Definition | None = None
    arguments: bytes | Raw = _NO_ARGUMENTS


class ToolCall:
    """One call on its way, and what is known of it so far. ``rates`` is what its client is told of its limits, ``seconds`` caps the whole."""

    __slots__ = (
        "approval", "at", "bytes_in", "id", "key", "method", "parent", "rates", "seconds", "sent", "started", "step", "target", "trace",
    )  # fmt: skip

    def __init__(self, call_id: str, key: Key, method: str, target: Target) -> None:
        self.id = call_id
        self.key = key
        self.method = method
        self.target = target
        self.at = time.time()
        self.started = time.perf_counter()
        self.parent = ""
        self.step = 0
        self.trace = ""
        self.bytes_in = 0
        self.rates: Rates | None = None
        self.approval = ""
        self.sent = False
        self.seconds: float | None = None


class ToolCalls:
    """The stages, with what they need. One object serves every call; ``publish`` takes one ToolRecord a call."""

    def __init__(
        self,
        plugins: Plugins,
        limiter: Limiter,
        publish: Callable[[object], None],
        approvals: Approvals | None = None,
    ) -> None:
        self.plugins = plugins
        self._limiter = limiter
        self._publish = publish
        self._approvals = approvals
        self._ids = RequestIds()
        self.mirrored = MirroredFields()
        self.in_flight = 0
        self._stopped = False

    def stop(self) -> None:
        """The gateway ends now: calls that are cancelled from here on tell their clients so."""
        self._stopped = True

    # ------------------------------------------------------------ who may

    def find(self, key: Key, name: str, plugin: str = "") -> Found:
        """The tool called ``name``: among all, or in ``plugin``. Raises NotFound in the same words for none and for one that is not seen."""
        found = self.plugins.catalogue.find(TOOLS, name, key.sight, plugin)
        if found is None:
            raise NotFound(f"Unknown tool: {name[:200]}", param="name", hint="tools/list names those there are.")
        return found

    def begin(self, key: Key, method: str, target: Target) -> ToolCall:
        """A call, its clock running. Whoever begins it has looked whether the key sees the target."""
        return ToolCall(self._ids.next(), key, method, target)

    async def call(
        self,
        key: Key,
        name: str,
        arguments: bytes,
        **how: Unpack[How],
    ) -> Raw:
        """The result of a tool, a CallToolResult as it came. ``name`` is the one among all plugins', or its own in ``how["plugin"]``.

        ``arguments`` is a JSON object. Raises NotFound, LimitReached, LimitsUndefined, StateUnavailable, InvalidJSON, ApprovalNeeded,
        ApprovalDenied, PluginError.
        """
        found = self.find(key, name, how.get("plugin", ""))
        own = found.definition
        try:
            _object.decode(arguments)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            raise InvalidJSON("The arguments of the tool are no JSON object.", param="arguments") from None
        call = self.begin(key, TOOL_CALL, Target(found.plugin, own.name, own, arguments))
        call.parent, call.step, call.seconds = how.get("parent", ""), how.get("step", 0), how.get("seconds")
        params = b'{"name":%b,"arguments":%b}' % (_encode(own.name), arguments)
        return await self.send(
            call,
            params,
            caller=how.get("caller", NOBODY),
            on_progress=how.get("on_progress"),
        )

    # ------------------------------------------------------------ the stages

    async def send(
        self,
        call: ToolCall,
        params: bytes,
        *,
        caller: Caller = NOBODY,
        on_progress: OnProgress | None = None,
    ) -> Raw:
        """The result of a call that was begun; ``params`` is a JSON object as the plugin is to get it. Raises as ``call`` does.

        It is recorded in every case.
        """
        call.bytes_in = len(params)
        reserved: Reservation | None = None
        self.in_flight += 1
        try:
            if self._approvals is not None:
                await self._approved(call, caller, on_progress)
            taken = self._reserve(call)
            if taken is not None:
                reserved = taken if isinstance(taken, Reservation) else await taken
                call.rates = reserved.rates
            result = await self._asked(call, params, caller, on_progress)
        except SwitchgearError as error:
            if isinstance(error, LimitReached):
                call.rates = error.rates
            self._record(call, "refused" if _refused(error) else "failed", error.code)
            await self._unused(call, None)
            raise
        except asyncio.CancelledError:
            if self._stopped:
                raise self._cut_by_the_end(call) from None
            self._record(call, "abandoned", "client_closed_request")
            raise
        except Exception as error:
            self._record(call, "failed", InternalError.code)
            raise InternalError("The gateway met a defect of its own.", cause=repr(error)) from error
        finally:
            self.in_flight -= 1
            if reserved is not None:
                reserved.settle(0, 0)
        self._record(call, "ok", result=result)
        if call.approval:
            await self._unused(call, result)
        return result

    def _cut_by_the_end(self, call: ToolCall) -> ShuttingDown:
        if task := asyncio.current_task():
            task.uncancel()  # it goes on to tell the client
        self._record(call, "failed", ShuttingDown.code)
        return ShuttingDown("The gateway was stopped before the plugin had answered.")

    async def _approved(self, call: ToolCall, caller: Caller, on_progress: OnProgress | None) -> None:
        """Wait for a person where one has to approve the call."""
        target, approvals = call.target, self._approvals
        if approvals is None or target.tool is None or call.method != TOOL_CALL:
            return
        if approvals.needed(call.key, target.plugin, target.tool):
            waiting = None if on_progress is None or not caller.progress_token else _telling(caller, on_progress)
            arguments = bytes(target.arguments)
            call.approval = await approvals.approve(call.key, target.plugin, target.tool, arguments, waiting)

    async def _unused(self, call: ToolCall, result: Raw | None) -> None:
        """Where what was approved was not done, the same call passes when it is made again."""
        if self._approvals is None or not call.approval:
            return
        if not call.sent or (result is not None and _is_unfinished(result)):
            await self._approvals.give_back(call.approval)

    def _reserve(self, call: ToolCall) -> Reservation | Awaitable[Reservation] | None:
        """Take one call of every limit that holds; None where there is none."""
        plugin = call.target.plugin
        installed = self.plugins.installed(plugin)
        a_minute = None if installed is None else installed.limits.calls_per_minute
        plan = self._limiter.plan_of_plugin(call.key, plugin, a_minute)
        return None if plan is None else self._limiter.take(plan, 0, 0, call.id)

    async def _asked(self, call: ToolCall, params: bytes, caller: Caller, on_progress: OnProgress | None) -> Raw:
        target = call.target
        session = self.plugins.running(target.plugin)
        if session is None:
            session = await self.plugins.session(target.plugin)
        if target.tool is not None:
            headers = self.mirrored.of(target.plugin, target.tool, target.arguments)
            if headers:
                caller = msgspec.structs.replace(caller, headers=headers)
        call.sent = True
        return await session.request(call.method, params, on_progress=on_progress, seconds=call.seconds, caller=caller)

    # ------------------------------------------------------------ the record

    def _record(self, call: ToolCall, outcome: ToolOutcome, error: str = "", result: Raw | None = None) -> None:
        key, target = call.key, call.target
        installed = self.plugins.installed(target.plugin)
        self._publish(
            ToolRecord(
                call.id,
                int(call.at * 1000),
                key.id,
                key.team,
                key.user,
                target.plugin,
                "" if installed is None else installed.version,
                target.name,
                call.method,
                outcome,
                result is not None and _is_error(result),
                error,
                (time.perf_counter() - call.started) * 1000,
                call.bytes_in,
                0 if result is None else len(memoryview(result)),
                call.parent,
                call.step,
                call.trace,
            )
        )


def _telling(caller: Caller, on_progress: OnProgress) -> Callable[[str, float], None]:
    """Tells a client that its call waits for a person. Progress has to grow, and the tool's own begins at 0: so this stays just below."""

    def waiting(approval: str, seconds: float) -> None:
        told = {
            "progress": min(seconds / 86_400 - 1, 0) / 1000,
            "message": f"Waits for a person to approve it: {approval}",
        }
        on_progress(_encode({"progressToken": Raw(caller.progress_token), **told}))

    return waiting


def _refused(error: SwitchgearError) -> bool:
    return isinstance(error, _REFUSALS) or error.code.startswith(("approval_", "too_many_approvals"))


def _is_unfinished(result: Raw) -> bool:
    """Whether the server asks for something before it goes on (2026-07-28, ``input_required``)."""
    if b'"input_required"' not in bytes(result):
        return False
    try:
        return _told.decode(result).type == "input_required"
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False


def _is_error(result: Raw) -> bool:
    if b'"isError"' not in bytes(result):
        return False
    try:
        return _told.decode(result).is_error is True
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
