"""A streamed Messages answer as canonical events.

Source: https://platform.claude.com/docs/en/build-with-claude/streaming. Events of kinds that are not known are passed over, as it says.
"""

from __future__ import annotations

import msgspec

from switchgear.core.canonical import (
    Begin,
    Broken,
    Cited,
    Counted,
    Event,
    Finished,
    PartEnd,
    ReasoningDelta,
    ReasoningSigned,
    RefusalDelta,
    Signature,
    TextDelta,
    ToolCallBegin,
    ToolCallDelta,
)
from switchgear.core.capabilities import Target
from switchgear.dialects.base import NotThisDialectError
from switchgear.dialects.messages.answer_reader import StopDetails, arguments_of
from switchgear.dialects.messages.citations import WireCitation, read_citation
from switchgear.dialects.messages.finishing import read_finish
from switchgear.dialects.messages.usage import WireUsage


class _Delta(msgspec.Struct, gc=False):
    """A delta of any kind, of a block or of the message."""

    type: str | None = None
    text: str | None = None
    partial_json: str | None = None
    thinking: str | None = None
    signature: str | None = None
    citation: WireCitation | None = None
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: StopDetails | None = None


class _Start(msgspec.Struct, gc=False):
    """A block as it begins."""

    type: str = ""
    id: str | None = None
    name: str | None = None
    text: str | None = None
    thinking: str | None = None
    signature: str | None = None
    data: str | None = None
    input: msgspec.Raw = msgspec.Raw(b"")


class _Message(msgspec.Struct, gc=False):
    id: str | None = None
    model: str | None = None
    usage: WireUsage | None = None


class _Event(msgspec.Struct, gc=False):
    type: str = ""
    index: int | None = None
    delta: _Delta | None = None
    content_block: _Start | None = None
    message: _Message | None = None
    usage: WireUsage | None = None


class _Block:
    """A block that has begun. ``index`` is its place among the parts, -1 until it says something or if it is none of ours."""

    __slots__ = ("arguments", "index", "kind", "signature")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.index = -1
        self.signature = ""
        self.arguments = ""
        """Of a tool call that has streamed none: what it began with."""


_event = msgspec.json.Decoder(_Event)


class MessagesReader:
    """Reads one stream of ``provider``'s."""

    __slots__ = ("_blocks", "_ended", "_latest", "_parts", "_provider", "_usage", "complete")

    def __init__(self, target: Target) -> None:
        self._provider = target.provider
        self._blocks: dict[int, _Block] = {}
        self._latest = 0
        self._parts = 0
        self._usage = WireUsage()
        self._ended = False
        self.complete = False

    def read(self, data: bytes) -> list[Event]:
        """What one event says. Raises NotThisDialectError."""
        try:
            event = _event.decode(data)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise NotThisDialectError(f"an event of a Messages stream: {error}") from error
        if self._ended:
            return []
        found: list[Event] = []
        kind = event.type
        if kind == "content_block_delta":
            if event.delta is not None:
                self._delta(self._block(event.index, event.delta), event.delta, found)
        elif kind == "error":
            self._ended = True
            found.append(Broken(data))
        else:
            self._rare(event, found)
        return found

    def _rare(self, event: _Event, found: list[Event]) -> None:
        kind = event.type
        if kind == "content_block_start":
            self._start(event, found)
        elif kind == "content_block_stop":
            self._end(self._latest if event.index is None else event.index, found)
        elif kind == "message_start":
            self._message_start(event, found)
        elif kind == "message_delta":
            self._message_delta(event, found)
        elif kind == "message_stop":
            if not self.complete:
                found.append(Finished("unsaid"))
            self.complete = self._ended = True

    # ------------------------------------------------------------ the message

    def _message_start(self, event: _Event, found: list[Event]) -> None:
        message = event.message or _Message()
        if message.usage is not None:
            self._usage.update(message.usage)
        found.append(Begin(message.id or "", message.model or "", usage=self._usage.usage()))

    def _message_delta(self, event: _Event, found: list[Event]) -> None:
        if event.usage is not None:
            self._usage.update(event.usage)
            usage = self._usage.usage()
            if usage is not None:
                found.append(Counted(usage))
        delta = event.delta
        if delta is None or delta.stop_reason is None:
            return
        for number in list(self._blocks):
            self._end(number, found)
        if delta.stop_details is not None and delta.stop_details.explanation:
            found.append(RefusalDelta(self._parts, delta.stop_details.explanation))
            self._parts += 1
        found.append(Finished(read_finish(delta.stop_reason), delta.stop_sequence or ""))
        self.complete = True

    # ------------------------------------------------------------ blocks

    def _block(self, number: int | None, delta: _Delta) -> _Block:
        """The block a delta belongs to; one that was never begun begins now, as far as the delta tells what it is."""
        if number is None:
            number = self._latest
        block = self._blocks.get(number)
        if block is None:
            kind = "text" if delta.text is not None else "thinking" if delta.thinking is not None else ""
            block = self._blocks[number] = _Block(kind)
            self._latest = number
        return block

    def _index(self, block: _Block) -> int:
        if block.index < 0:
            block.index = self._parts
            self._parts += 1
        return block.index

    def _start(self, event: _Event, found: list[Event]) -> None:
        start = event.content_block
        if start is None:
            return
        number = self._latest + 1 if event.index is None else event.index
        if number in self._blocks:
            self._end(number, found)
        self._latest = number
        kind = start.type
        block = self._blocks[number] = _Block(kind)
        if kind == "tool_use":
            found.append(ToolCallBegin(self._index(block), start.id or "", start.name or ""))
            block.arguments = arguments_of(start.input)
        elif kind == "redacted_thinking":
            if start.data:
                found.append(ReasoningSigned(self._index(block), Signature(self._provider, start.data), redacted=True))
        elif start.text or start.thinking or start.signature:
            self._delta(block, _Delta(text=start.text, thinking=start.thinking, signature=start.signature), found)

    def _delta(self, block: _Block, delta: _Delta, found: list[Event]) -> None:
        kind = block.kind
        if kind == "text":
            if delta.text:
                found.append(TextDelta(self._index(block), delta.text))
            elif delta.citation is not None:
                found.append(Cited(self._index(block), read_citation(delta.citation)))
        elif kind == "tool_use":
            if delta.partial_json:
                block.arguments = ""
                found.append(ToolCallDelta(block.index, delta.partial_json))
        elif kind == "thinking":
            if delta.thinking:
                found.append(ReasoningDelta(self._index(block), delta.thinking))
            elif delta.signature:
                block.signature += delta.signature

    def _end(self, number: int, found: list[Event]) -> None:
        block = self._blocks.pop(number, None)
        if block is None:
            return
        if block.arguments:
            found.append(ToolCallDelta(block.index, block.arguments))
        if block.signature:
            found.append(ReasoningSigned(self._index(block), Signature(self._provider, block.signature)))
        if block.index >= 0:
            found.append(PartEnd(block.index))
