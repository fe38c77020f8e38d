"""Tools in Chat Completions: what is asked with the field ``switchgear``, and what is told with it in answers and chunks.

A plain client sees one answer: the text of all steps, and calls of its own tools. The field has what else there is to know:
``tool`` in chunks, and in the last of them (or the answer) how the loop ended and, where the client has to go on, ``messages``, which take
the place of the answer's message in the conversation.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import Raw

from switchgear.core.canonical import (
    Answer,
    Event,
    Finished,
    ReasoningSigned,
    TextDelta,
    ToolCall,
)
from switchgear.core.errors import NotSupported
from switchgear.dialects.assembly import Assembly
from switchgear.dialects.base import DialectName
from switchgear.dialects.body import decode
from switchgear.dialects.chat.read_call import read_call
from switchgear.dialects.chat.write_answer import write_answer
from switchgear.dialects.chat.writer import StreamWriter
from switchgear.dialects.data_urls import data_url
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.tools.dialog import Called, Ending, next_request
from switchgear.pipeline.tools.offered import Offered, Server
from switchgear.pipeline.tools.places import Places
from switchgear.pipeline.tools.stated import member, stated
from switchgear.pipeline.tools.wish import FIELD, wish_in

_encode = msgspec.json.Encoder().encode
_list = msgspec.json.Decoder(list[Raw])
_AUTO: Final = Raw(b'"auto"')
_SIZED: Final = ("messages", "tools", "functions", "response_format", "prediction")
_SHOWN: Final = 2000
"""Characters of a result that are shown with the event that it is there."""


class _Function(msgspec.Struct):
    name: str = ""
    arguments: str = ""


class _MadeCall(msgspec.Struct):
    id: str = ""
    function: _Function | None = None


class _Message(msgspec.Struct):
    role: str = ""
    tool_calls: list[_MadeCall] | None = None
    tool_call_id: str = ""


_messages = msgspec.json.Decoder(list[_Message])


class ChatDialog:
    """One chat of a client of Chat Completions (``dialog.Dialog``). Raises RequestError for a wish that makes no sense."""

    def __init__(self, call: ModelCall, request: ModelRequest, places: Places) -> None:  # noqa: ARG002 - one form for all
        self.dialect: DialectName = "chat"
        self.max_calls: int | None = None
        self._request = request
        self._fields = {name: raw for name, raw in request.fields.items() if name != FIELD}
        self.wish = wish_in(request.fields)
        self.servers: Sequence[Server] = [
            Server((pattern,), pattern, f"{FIELD}.tools[{place}]") for place, pattern in enumerate(self.wish.tools)
        ]
        self._before: list[Raw] = decode(_list, self._fields["messages"], "messages")
        self._since: list[bytes] = []
        self._tools: list[bytes] = []
        told = {
            name: raw for name, raw in self._fields.items() if name != "tool_choice"
        }  # which may name a tool of ours
        self._asked = read_call(_encode(told))
        if self.wish.run and self._asked.n is not None and self._asked.n > 1:
            raise NotSupported("With tools that the gateway runs there is one answer: n must be 1.", param="n")
        self._offered: dict[str, Offered] = {}
        self._step = 0
        self._call_id = call.id
        self._writer = StreamWriter(self._asked, call.id)
        self._assembly = Assembly()
        self._said = self._new_step = False
        self._signed: list[Event] = []
        self._of_others: list[ToolCall] = []

    # ------------------------------------------------------------ the conversation

    def offer(self, tools: Sequence[Offered]) -> None:
        """The model is offered these, besides the client's own."""
        self._offered = {one.function: one for one in tools}
        own: list[Raw] = decode(_list, self._fields["tools"], "tools") if self._has("tools") else []
        self._tools = [*map(bytes, own), *map(_definition, tools)]

    def _has(self, name: str) -> bool:
        raw = self._fields.get(name)
        return raw is not None and bytes(raw) != b"null"

    def waiting(self) -> list[Called]:
        """Calls at the end of the conversation that have no result yet."""
        made: dict[str, _MadeCall] = {}
        for one in decode(_messages, self._fields["messages"], "messages"):
            if one.role == "tool":
                made.pop(one.tool_call_id, None)
            else:
                made = {call.id: call for call in one.tool_calls or () if call.function is not None}
        found = []
        for call in made.values():
            if call.function is not None and (tool := self._offered.get(call.function.name)) is not None:
                said = self.wish.approvals.get(call.id)
                found.append(Called(call.id, tool, call.function.arguments or "{}", said))
        return found

    def shown_id(self, call_id: str) -> str:
        """The id by which the client knows a call that the model made."""
        return call_id

    def asks(self, one: Called) -> bool:
        """Whether the client wants to be asked before this call."""
        return self.wish.approval == "ask" and one.tool.destructive

    def request(self) -> ModelRequest:
        """The request of the next step."""
        fields = dict(self._fields)
        fields["messages"] = Raw(b"[%b]" % b",".join([*map(bytes, self._before), *self._since]))
        if self._tools:
            fields["tools"] = Raw(b"[%b]" % b",".join(self._tools))
        if self._step and "tool_choice" in fields:
            fields["tool_choice"] = _AUTO  # what was to be called has been
        self._step += 1
        return next_request(self._request, fields, _SIZED)

    def said(self, answer: Answer) -> None:
        """The model called tools."""
        self._of_others = [
            part for part in answer.parts if isinstance(part, ToolCall) and part.name not in self._offered
        ]
        written = msgspec.json.decode(write_answer(answer, self._asked))["choices"][0]["message"]
        kept = {name: value for name, value in written.items() if value or name == "content"}
        self._since.append(_encode(kept))

    def answered(self, called: Sequence[Called]) -> None:
        """What became of the calls."""
        images: list[Any] = []
        for one in called:
            if one.outcome is None:
                continue
            self._since.append(_encode({"role": "tool", "tool_call_id": one.id, "content": one.outcome.text}))
            if one.outcome.images:
                images.append({"type": "text", "text": f"From the tool call {one.id}:"})
                images += [
                    {"type": "image_url", "image_url": {"url": data_url(each.media_type, each.data)}}
                    for each in one.outcome.images
                ]
        if images and not self._of_others and all(one.outcome for one in called):
            self._since.append(_encode({"role": "user", "content": images}))

    # ------------------------------------------------------------ what the client is told

    def opening(self) -> bytes:
        """What comes before the model's first word: nothing."""
        return b""

    def heard(self, events: Sequence[Event]) -> bytes:
        """More of what the model says. Signatures wait until it is known that nothing comes after what they belong to."""
        told: list[Event] = []
        for event in events:
            if isinstance(event, ReasoningSigned):
                self._signed.append(event)
                continue
            if isinstance(event, TextDelta) and event.text:
                if self._new_step and self._said:
                    event.text = "\n\n" + event.text
                self._said, self._new_step = True, False
            told.append(event)
        return self._told(told)

    def _told(self, events: Sequence[Event]) -> bytes:
        self._assembly.add(events)
        return self._writer.write(events) if self._asked.stream else b""

    def calling(self, called: Sequence[Called]) -> bytes:  # noqa: ARG002 - each is told of as it begins
        """The model made these calls."""
        self._new_step = True
        self._signed.clear()
        return b""

    def running(self, one: Called) -> bytes:
        """A call begins."""
        return self._shown({**_named(one), "status": "running", "arguments": one.arguments[:_SHOWN]})

    def progressed(self, one: Called, progress: bytes) -> bytes:
        """A tool tells of its progress."""
        return self._shown({**_named(one), "status": "running", "progress": Raw(progress)})

    def returned(self, one: Called) -> bytes:
        """A call has its outcome, or waits."""
        if (outcome := one.outcome) is not None:
            more: dict[str, Any] = {"status": outcome.status, "ms": round(one.ms, 1), "output": outcome.text[:_SHOWN]}
            return self._shown({**_named(one), **more} | ({"error": outcome.code} if outcome.code else {}))
        if one.waits is None:
            return b""
        return self._shown({**_named(one), "status": "waiting", "approval": {"id": one.waits.id, "by": one.waits.by}})

    def _shown(self, tool: dict[str, Any]) -> bytes:
        return self._writer.beside(member({"tool": tool})) if self._asked.stream else b""

    def _close(self, ending: Ending) -> bytes:
        """The last of what is said, and why it ends."""
        last: list[Event] = []
        if ending.note:
            before = "\n\n" if self._said else ""
            last.append(TextDelta(1 << 30, f"{before}[{ending.note}]"))
        reason = "length" if ending.reason.startswith("max_") else ending.finish
        return self._told([*last, *self._signed, Finished(reason)])

    def end(self, ending: Ending) -> bytes:
        """The end of the stream."""
        told = self._close(ending)
        return told + self._writer.beside(self._stated(ending)) + self._writer.finish(ending.usage)

    def whole(self, ending: Ending) -> bytes:
        """The answer at once."""
        self._close(ending)
        answer = self._assembly.answer()
        answer.id, answer.usage = answer.id or self._call_id, ending.usage
        answer.created = answer.created or int(time.time())
        return write_answer(answer, self._asked)[:-1] + b"," + self._stated(ending) + b"}"

    def _stated(self, ending: Ending) -> bytes:
        more = bool(ending.reason) or ending.unfinished or self.wish.messages
        return member(stated(ending) | ({"messages": [Raw(one) for one in self._since]} if more else {}))


def _definition(tool: Offered) -> bytes:
    return b'{"type":"function","function":{"name":%b,"description":%b,"parameters":%b}}' % (
        _encode(tool.function), _encode(tool.description), tool.schema,
    )  # fmt: skip


def _named(one: Called) -> dict[str, Any]:
    return {"id": one.id, "name": one.tool.full, "plugin": one.tool.plugin}
