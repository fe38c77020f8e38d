"""The turns of a conversation of the Messages API, with the gateway's own tools as the client's.

A message of an assistant that has calls and results of the gateway's tools becomes several: what it said and called, the results in a
user's, what it said then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Raw

from switchgear.dialects.body import decode
from switchgear.pipeline.tools.dialog import Called
from switchgear.pipeline.tools.offered import Offered, fitting
from switchgear.plugins.naming import prefixed

_MARK: Final = b'"mcp_tool_'
_USE: Final = "mcp_tool_use"
_RESULT: Final = "mcp_tool_result"
_UNANSWERED: Final = "Not called: nobody approved it."
_encode = msgspec.json.Encoder().encode


class _Message(msgspec.Struct):
    role: str
    content: list[Raw]


class _Block(msgspec.Struct):
    type: str = ""
    id: str = ""
    name: str = ""
    server_name: str = ""
    input: Raw = Raw(b"{}")
    tool_use_id: str = ""
    is_error: bool | None = None
    content: Raw = Raw(b"[]")


class _Typed(msgspec.Struct):
    type: str = ""


_message = msgspec.json.Decoder(_Message)
_block = msgspec.json.Decoder(_Block)
_typed = msgspec.json.Decoder(_Typed)


class Turns:
    """The ``messages`` as a model gets them, once they are ``read``; ``waiting`` are the calls at their end that were not made."""

    def __init__(self, before: Sequence[Raw]) -> None:
        self._before = before
        self._open: list[Any] = []
        self.messages: list[bytes] = []
        self.waiting: list[Called] = []

    def read(self, tools: Sequence[Offered], approvals: Mapping[str, bool]) -> None:
        """Read the messages; what waits is called if it is one of ``tools``, unless ``approvals`` say otherwise."""
        known = {(one.label, one.shown): one for one in tools}
        reading: _Reading | None = None
        for place, message in enumerate(self._before):
            raw = bytes(message)
            if _MARK in raw:
                told = decode(_message, raw, f"messages[{place}]")
                if reading is None:  # one that goes on from another that was paused is one with it
                    reading = _Reading(known)
                for block in told.content:
                    reading.take(block)
                continue
            if reading is not None:
                self.messages += reading.ended()
                reading = None
            self.messages.append(raw)
        if reading is not None:
            self._wait(reading, approvals)

    def _wait(self, reading: _Reading, approvals: Mapping[str, bool]) -> None:
        """The conversation ends with calls that may wait."""
        for call_id, (one, tool) in reading.calls.items():
            if tool is not None:
                arguments = bytes(one.input).decode()
                self.waiting.append(Called(call_id, tool, arguments, approvals.get(call_id), request=call_id))
        waiting = {one.id for one in self.waiting}
        messages = reading.ended(waiting)
        if waiting and reading.results:
            messages.pop()
            self._open = reading.results
        self.messages += messages

    def add(self, role: str, blocks: Sequence[Any]) -> None:
        """What was said since; results that came before these are of the same turn."""
        told = [*self._open, *blocks]
        self._open = []
        if told:
            self.messages.append(_turn(role, told))


class _Reading:
    """One turn of an assistant, block by block. ``calls`` are those of our tools that have no result yet."""

    def __init__(self, known: Mapping[tuple[str, str], Offered]) -> None:
        self._known = known
        self._done: list[bytes] = []
        self._said: list[Any] = []
        self.results: list[Any] = []
        self.calls: dict[str, tuple[_Block, Offered | None]] = {}

    def take(self, raw: Raw) -> None:
        """One block. Raises RequestError."""
        kind = decode(_typed, raw).type
        if kind == _RESULT:
            one = decode(_block, raw)
            if self.calls.pop(one.tool_use_id, None) is not None:
                self.results.append(_result(one))
            return
        if self.results:
            self._done = self.ended()
            self._said, self.results, self.calls = [], [], {}
        if kind != _USE:
            self._said.append(raw)
            return
        one = decode(_block, raw)
        tool = self._known.get((one.server_name, one.name))
        name = tool.function if tool is not None else fitting(prefixed(one.server_name, one.name))
        self._said.append({"type": "tool_use", "id": one.id, "name": name, "input": one.input})
        self.calls[one.id] = one, tool

    def ended(self, waiting: Collection[str] = ()) -> list[bytes]:
        """The messages that it makes; calls that do not wait have a result then."""
        self.results += [_unanswered(each) for each in self.calls if each not in waiting]
        said = [_turn("assistant", self._said)] if self._said else []
        return [*self._done, *said, *([_turn("user", self.results)] if self.results else [])]


def _turn(role: str, blocks: Sequence[Any]) -> bytes:
    return _encode({"role": role, "content": blocks})


def _result(one: _Block) -> dict[str, Any]:
    told: dict[str, Any] = {"type": "tool_result", "tool_use_id": one.tool_use_id, "content": one.content}
    return told | ({"is_error": True} if one.is_error else {})


def _unanswered(call_id: str) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": call_id, "content": _UNANSWERED, "is_error": True}
