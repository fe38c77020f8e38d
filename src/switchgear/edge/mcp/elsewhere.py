"""Held calls that a client comes back to at another worker: its answers go to the one that holds the call, and the result comes back."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec
from msgspec import Raw

from switchgear.core.errors import InvalidJSON, SwitchgearError, ToolServerError
from switchgear.core.structs import Frozen
from switchgear.edge.mcp.held import GONE, HeldCalls, State
from switchgear.edge.mcp.relay import Relay
from switchgear.edge.mcp.turn import Turn

ACK_SECONDS: Final = 5.0
"""Within this a worker that lives says that it has the call."""
_INTERNAL: Final = -32603
_NOTHING: Final = Raw(b"null")


class _Resume(Frozen, frozen=True):
    ticket: int
    state: State
    responses: Raw


class _Resumed(Frozen, frozen=True):
    """``result`` is null in the word that the call is being worked on; ``code`` is set where there is no result."""

    ticket: int
    result: Raw = _NOTHING
    code: int = 0
    message: str = ""
    data: Raw = _NOTHING


_resume = msgspec.json.Decoder(_Resume)
_resumed = msgspec.json.Decoder(_Resumed)


class _Waiting:
    __slots__ = ("heard", "result")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.heard: asyncio.Future[None] = loop.create_future()
        self.result: asyncio.Future[bytes] = loop.create_future()


class HeldElsewhere:
    """Goes on with calls that other workers hold, and lets them go on with ours."""

    def __init__(self, held: HeldCalls, relay: Relay) -> None:
        self._held = held
        self._relay = relay
        self._waiting: dict[int, _Waiting] = {}
        self._tickets = 0
        self._tasks: set[asyncio.Task[None]] = set()
        relay.hear("resume", self._asked)
        relay.hear("resumed", self._told)

    async def resume(self, turn: Turn, state: State) -> bytes:
        """The result of a call that the worker named by ``state`` holds, or what is asked next. Raises SwitchgearError."""
        self._tickets += 1
        ticket = self._tickets
        waiting = self._waiting[ticket] = _Waiting(asyncio.get_running_loop())
        try:
            responses = turn.message.fields.get("inputResponses", _NOTHING)
            self._relay.tell(state.node, "resume", _Resume(ticket, state, responses))
            await asyncio.wait({waiting.heard}, timeout=ACK_SECONDS)
            if not waiting.heard.done():
                raise InvalidJSON(GONE, param="requestState")
            return await waiting.result
        finally:
            del self._waiting[ticket]

    def close(self) -> None:
        """Nobody is waited for any more."""
        for task in self._tasks:
            task.cancel()

    def _told(self, _: str, body: Raw) -> None:
        told = _resumed.decode(body)
        waiting = self._waiting.get(told.ticket)
        if waiting is None or waiting.result.done():
            return
        if not waiting.heard.done():
            waiting.heard.set_result(None)
        if told.code:
            data = b"" if bytes(told.data) == b"null" else bytes(told.data)
            waiting.result.set_exception(
                ToolServerError(told.message, rpc_code=told.code, rpc_message=told.message, rpc_data=data)
            )
        elif bytes(told.result) != b"null":
            waiting.result.set_result(bytes(told.result))

    def _asked(self, teller: str, body: Raw) -> None:
        asked = _resume.decode(body)
        self._relay.tell(teller, "resumed", _Resumed(asked.ticket))
        task = asyncio.ensure_future(self._go_on(teller, asked))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _go_on(self, teller: str, asked: _Resume) -> None:
        responses = None if bytes(asked.responses) == b"null" else asked.responses
        try:
            result = Raw(await self._held.go_on(asked.state, responses))
            told = _Resumed(asked.ticket, result)
        except ToolServerError as error:
            data = Raw(error.rpc_data) if error.rpc_data else _NOTHING
            told = _Resumed(asked.ticket, code=error.rpc_code or _INTERNAL, message=error.rpc_message, data=data)
        except SwitchgearError as error:
            told = _Resumed(
                asked.ticket, code=-32602 if isinstance(error, InvalidJSON) else _INTERNAL, message=error.told
            )
        self._relay.tell(teller, "resumed", told)
