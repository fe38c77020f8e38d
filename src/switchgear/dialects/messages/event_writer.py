"""A streamed canonical answer as a Messages stream.

Source: https://platform.claude.com/docs/en/build-with-claude/streaming: ``message_start``, then blocks one at a time, each opened,
filled and closed, then ``message_delta`` and ``message_stop``. What comes for a block while another one is open is held until
that ends: text and thinking end as soon as something else begins, a tool call when its arguments are whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from switchgear.core.calls import Usage
from switchgear.core.canonical import (
    Begin,
    Call,
    Cited,
    Event,
    Finished,
    PartEnd,
    ReasoningDelta,
    ReasoningSigned,
    RefusalDelta,
    TextDelta,
    ToolCallBegin,
    ToolCallDelta,
)
from switchgear.dialects.messages.answer_writer import hides_thinking, text_block, tool_block
from switchgear.dialects.messages.citations import write_citation
from switchgear.dialects.messages.finishing import stop_reason
from switchgear.dialects.messages.ids import message_id, tool_id
from switchgear.dialects.messages.usage import write_counts, write_usage

_encode = msgspec.json.Encoder().encode
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NONE = -1
_TEXT, _THINKING, _TOOL = "text", "thinking", "tool"

_Content = TextDelta | RefusalDelta | ReasoningDelta | ReasoningSigned | ToolCallBegin | ToolCallDelta | Cited


class MessagesWriter:
    """Writes one answer to ``call``; ``answer_id`` names it where the provider gives no id of Anthropic's kind."""

    def __init__(self, call: Call, answer_id: str) -> None:
        self._call = call
        self._answer_id = answer_id
        self._hidden = hides_thinking(call)
        self._out: list[bytes] = []
        self._begun = False
        self._blocks = 0
        """Blocks that have ended, which is the index of the open one."""
        self._open = _NONE
        self._kind = ""
        self._prefix = b""
        """Of a delta of the open block, up to its text."""
        self._arguments: list[str] = []
        self._custom = False
        self._whole = False
        """Whether the open call's arguments have been found whole."""
        self._held: dict[int, list[_Content]] = {}
        self._ended: set[int] = set()
        """Those held that said they ended."""
        self._called = False
        self._refused = False
        self._finished: Finished | None = None
        self._write: dict[type[Any], Callable[[Any], None]] = {
            Begin: self._begin,
            TextDelta: self._content,
            RefusalDelta: self._content,
            ReasoningDelta: self._content,
            ReasoningSigned: self._content,
            ToolCallBegin: self._content,
            ToolCallDelta: self._content,
            Cited: self._content,
            PartEnd: self._part_end,
            Finished: self._finish,
        }

    def write(self, events: Sequence[Event]) -> bytes:
        """The events in this dialect, possibly nothing yet."""
        for event in events:
            write = self._write.get(type(event))
            if write is not None:
                write(event)
        return self._taken()

    def beside(self, block: dict[str, Any], arguments: str = "") -> bytes:
        """A block of another origin, whole, after what was open; ``arguments`` are JSON that comes as its input."""
        if not self._begun:
            self._begin(Begin())
        self._ended.update(self._held)
        self._close()
        self._start(block)
        if arguments:
            self._out.append(self._delta_prefix(b'"input_json_delta","partial_json":') + _encode(arguments) + b"}}\n\n")
        self._stop()
        return self._taken()

    def opening(self) -> bytes:
        """The beginning of the message, unless it was written."""
        self._begin(Begin())
        return self._taken()

    def finish(self, usage: Usage, more: dict[str, Any] | None = None) -> bytes:
        """What was held, and the end of the answer; ``more`` are members of our own beside it."""
        if not self._begun:
            self._begin(Begin())
        self._ended.update(self._held)
        self._close()
        finished = self._finished or Finished("stop")
        delta = {
            "stop_reason": stop_reason(
                finished.finish, stop_sequence=finished.stop_sequence, called=self._called, refused=self._refused
            ),
            "stop_sequence": finished.stop_sequence or None,
            "stop_details": None,
            "container": None,
        }
        told = {"type": "message_delta", "delta": delta, "usage": write_counts(usage)}
        self._send("message_delta", told | (more or {}))
        self._out.append(b'event: message_stop\ndata: {"type":"message_stop"}\n\n')
        return self._taken()

    def _taken(self) -> bytes:
        out = self._out
        if len(out) == 1:
            return out.pop()
        data = b"".join(out)
        out.clear()
        return data

    def _send(self, name: str, document: dict[str, Any]) -> None:
        self._out.append(b"event: %b\ndata: %b\n\n" % (name.encode(), _encode(document)))

    # ------------------------------------------------------------ the message

    def _begin(self, begin: Begin) -> None:
        if self._begun:
            return
        self._begun = True
        message: dict[str, Any] = {
            "id": message_id(begin.id, self._answer_id),
            "type": "message",
            "role": "assistant",
            "model": begin.model or self._call.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "stop_details": None,
            "container": None,
            "usage": write_usage(begin.usage or Usage()),
        }
        self._send("message_start", {"type": "message_start", "message": message})

    def _finish(self, finished: Finished) -> None:
        self._finished = finished

    # ------------------------------------------------------------ which block is written

    def _content(self, event: _Content) -> None:
        index = event.index
        if index == self._open:
            self._fill(event)
        elif index in self._held:
            self._held[index].append(event)
        elif self._open == _NONE:
            self._enter(event)
        elif self._kind is not _TOOL or self._is_whole():
            self._close()
            self._content(event)  # what was held went first, and may be open now
        else:
            self._held[index] = [event]

    def _part_end(self, end: PartEnd) -> None:
        if end.index == self._open:
            self._close()
        elif end.index in self._held:
            self._ended.add(end.index)

    def _drain(self) -> None:
        """Write what was held, in the order in which it began, up to a call that has more to come."""
        held = self._held
        while held and self._open == _NONE:
            index = next(iter(held))
            for event in held.pop(index):
                self._content_of_held(event)
            if self._open != _NONE and (
                index in self._ended or (held and (self._kind is not _TOOL or self._is_whole()))
            ):
                self._end_block()

    def _content_of_held(self, event: _Content) -> None:
        if event.index == self._open:
            self._fill(event)
        else:
            self._enter(event)

    def _is_whole(self) -> bool:
        """Whether the arguments of the open call are a whole object, so that no more of them can come."""
        if not self._whole and self._arguments and not self._custom and self._arguments[-1].rstrip().endswith("}"):
            try:
                _object.decode("".join(self._arguments))
                self._whole = True
            except (msgspec.DecodeError, RecursionError, UnicodeError):
                self._whole = False
        return self._whole

    # ------------------------------------------------------------ blocks

    def _enter(self, event: _Content) -> None:
        """Open the block that ``event`` begins or goes on with, and write it."""
        if isinstance(event, ToolCallDelta) or (isinstance(event, ReasoningDelta) and self._hidden):
            return  # of a call that is closed or was never begun; of thoughts that are not to be shown
        if not self._begun:
            self._begin(Begin())
        if isinstance(event, ReasoningSigned) and event.redacted:
            self._start({"type": "redacted_thinking", "data": event.signature.marked()})
            self._stop()
            return
        self._open = event.index
        if isinstance(event, ToolCallBegin):
            self._kind, self._called = _TOOL, True
            self._arguments, self._whole, self._custom = [], False, event.custom
            name = tool_id(event.id) if event.id else f"toolu_{self._answer_id.replace('_', '')}_{event.index}"
            self._start(tool_block(name, event.name, {}))
            self._prefix = self._delta_prefix(b'"input_json_delta","partial_json":')
            return
        if isinstance(event, ReasoningDelta | ReasoningSigned):
            self._kind = _THINKING
            self._start({"type": "thinking", "thinking": "", "signature": ""})
            self._prefix = self._delta_prefix(b'"thinking_delta","thinking":')
        else:
            self._kind = _TEXT
            self._start(text_block(""))
            self._prefix = self._delta_prefix(b'"text_delta","text":')
        self._fill(event)

    def _delta_prefix(self, kind: bytes) -> bytes:
        return (
            b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,"delta":{"type":'
            % self._blocks
            + kind
        )

    def _start(self, block: dict[str, Any]) -> None:
        self._send(
            "content_block_start", {"type": "content_block_start", "index": self._blocks, "content_block": block}
        )

    def _fill(self, event: _Content) -> None:
        """Write more of the open block."""
        if isinstance(event, TextDelta | ReasoningDelta | RefusalDelta):
            if isinstance(event, RefusalDelta):
                self._refused = True
            if event.text:
                self._out.append(self._prefix + _encode(event.text) + b"}}\n\n")
        elif isinstance(event, ToolCallDelta):
            if event.arguments:
                self._arguments.append(event.arguments)
                if not self._custom:
                    self._out.append(self._prefix + _encode(event.arguments) + b"}}\n\n")
        elif isinstance(event, ReasoningSigned):
            self._out.append(
                self._delta_prefix(b'"signature_delta","signature":') + _encode(event.signature.marked()) + b"}}\n\n"
            )
        elif isinstance(event, Cited):
            self._out.append(
                self._delta_prefix(b'"citations_delta","citation":')
                + _encode(write_citation(event.citation))
                + b"}}\n\n"
            )

    def _close(self) -> None:
        """End the open block, if any, and go on with what was held."""
        if self._open != _NONE:
            self._end_block()
        self._drain()

    def _end_block(self) -> None:
        if self._kind is _TOOL:
            if self._custom:
                self._out.append(
                    self._prefix + _encode(_encode({"input": "".join(self._arguments)}).decode()) + b"}}\n\n"
                )
            elif not self._arguments:
                self._out.append(self._prefix + b'"{}"}}\n\n')
        self._open = _NONE
        self._stop()

    def _stop(self) -> None:
        self._out.append(
            b'event: content_block_stop\ndata: {"type":"content_block_stop","index":%d}\n\n' % self._blocks
        )
        self._blocks += 1
