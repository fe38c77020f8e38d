"""What a tool server asks of its client: sampling, elicitation, roots, ping (before 2026-07-28)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec
from msgspec import Raw

from switchgear.core.errors import SwitchgearError
from switchgear.plugins.mcp.channel import Outgoing
from switchgear.plugins.mcp.frames import (
    INTERNAL_ERROR,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    Id,
    error_frame,
    result_frame,
)

MOST_AT_ONCE: Final = 64
"""Requests of one server that are worked on at the same time; more are refused."""

_log = logging.getLogger(__name__)


class Caller(msgspec.Struct, frozen=True):
    """Who a call is made for. ``context`` is the caller's own and comes back with what the server asks during the call.

    ``progress_token`` is the JSON of the client's own token, put into the progress it is handed; without one there is none in it.
    ``capabilities`` is the JSON object of what the client can do (2026-07-28 says it with each call), by default what the gateway can.
    ``whose`` names the client: where a server asks and does not say during which call, one of the same client is told from the others by
    not having been asked yet. ``headers`` are HTTP fields that mirror arguments of the call (2026-07-28, ``x-mcp-header``); other transports leave them out.
    """

    context: object = None
    progress_token: bytes = b""
    capabilities: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    whose: str = ""


NOBODY: Final = Caller()


class Asked(msgspec.Struct, frozen=True):
    """The request of a ``plugin``'s server, and who the call it belongs to is made for: nobody where that cannot be told."""

    method: str
    params: Raw
    caller: Caller = NOBODY
    plugin: str = ""


class Declined(Exception):
    """Raised by a handler to answer with a JSON-RPC error of its own choice; ``data`` is JSON."""

    def __init__(self, code: int, message: str, data: bytes = b"") -> None:
        super().__init__(message)
        self.code = code
        self.data = data


Handler = Callable[[Asked], Awaitable[bytes]]
"""Gives the JSON object of the result. Raises Declined, or a SwitchgearError whose message the server is told."""


class Desk:
    """Works on what one server asks: a task a request, so many at once, ended with the call that it belongs to."""

    def __init__(self, plugin: str, handlers: Mapping[str, Handler], send: Callable[[bytes], None]) -> None:
        self._plugin = plugin
        self._handlers = handlers
        self._send = send
        self._tasks: dict[Id, asyncio.Task[bytes]] = {}
        self._calls: dict[int, set[Id]] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    def ask(self, number: Id, asked: Asked, call: Outgoing | None, done: Callable[[], None]) -> None:
        """Work on a request, which may belong to ``call``; ``done`` is called when it is over."""
        handler = self._handlers.get(asked.method)
        if asked.method == "ping":
            self._send(result_frame(number, b"{}"))
        elif handler is None:
            self._send(error_frame(number, METHOD_NOT_FOUND, "Method not found"))
        elif number in self._tasks:
            self._send(error_frame(number, INVALID_REQUEST, "This id is in use"))
        elif len(self._tasks) >= MOST_AT_ONCE:
            self._send(error_frame(number, INTERNAL_ERROR, f"More than {MOST_AT_ONCE} requests at once"))
        else:
            task = asyncio.ensure_future(handler(asked))
            self._tasks[number] = task
            if call is not None:
                self._calls.setdefault(call.number, set()).add(number)

            def ended(task: asyncio.Task[bytes]) -> None:
                self._ended(number, call, task)
                done()

            task.add_done_callback(ended)
            return
        done()

    def _ended(self, number: Id, call: Outgoing | None, task: asyncio.Task[bytes]) -> None:
        del self._tasks[number]
        if call is not None and (others := self._calls.get(call.number)) is not None:
            others.discard(number)
            if not others:
                del self._calls[call.number]
        if task.cancelled():
            return  # the one who asked, or the call, is gone: nobody waits for an answer
        error = task.exception()
        if error is None:
            self._send(result_frame(number, task.result()))
        elif isinstance(error, Declined):
            self._send(error_frame(number, error.code, str(error), error.data))
        elif isinstance(error, SwitchgearError):
            self._send(error_frame(number, INTERNAL_ERROR, error.message))
        else:
            _log.error("Answering a request of plugin %s failed", self._plugin, exc_info=error)
            self._send(error_frame(number, INTERNAL_ERROR, "Internal error"))

    def withdraw(self, number: Id) -> None:
        """The server does not want it any more (``notifications/cancelled``)."""
        if (task := self._tasks.get(number)) is not None:
            task.cancel()

    def end_call(self, call: Outgoing) -> None:
        """The call is over, and with it what the server asked during it."""
        for number in self._calls.pop(call.number, ()):
            self._tasks[number].cancel()

    def close(self) -> None:
        """End everything."""
        for task in list(self._tasks.values()):
            task.cancel()
