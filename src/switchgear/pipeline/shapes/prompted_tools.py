"""Tools for models that have none: described in the prompt, called in the text, given back as calls.

Where the provider holds answers to a schema (the embedded model does), a forced call is decoded under the tool's own schema, so
that even a very small model makes a valid one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from switchgear.core.canonical import (
    Answer,
    Call,
    Event,
    Finished,
    Message,
    Part,
    PartEnd,
    ResponseFormat,
    Text,
    TextDelta,
    Tool,
    ToolCall,
    ToolCallBegin,
    ToolCallDelta,
    ToolResult,
)
from switchgear.core.ids import new_id
from switchgear.core.json_schema import parsed
from switchgear.dialects.custom_tools import wrapped

_TAGGED = re.compile(r"<tool_call>\s*(.*?)\s*(?:</tool_call>|\Z)", re.DOTALL)
_MAY_BE_A_CALL = ("{", "[", "`", "<")
_HOW = (
    "You can call tools. To call some, answer with only this JSON and nothing around it:\n"
    '{"tool_calls": [{"name": "NAME", "arguments": {}}]}\n'
)
_FREE = "To answer without a tool, answer in plain text.\n"
_FORCED = "You must call at least one tool now.\n"


class PromptedTools:
    """Lends tools to a model for one call. ``constrained``: the provider decodes under a schema where one is given."""

    changes = True

    def __init__(self, call: Call, *, constrained: bool) -> None:
        choice = call.tool_choice
        mode = choice.mode if choice is not None else "auto"
        names = set(choice.allowed) if choice is not None and choice.allowed else None
        self._tools = [tool for tool in call.tools if tool.kind != "builtin" and (names is None or tool.name in names)]
        self._named = choice.name if choice is not None and mode == "named" else ""
        if mode == "required" and len(self._tools) == 1:
            self._named = self._tools[0].name
        self._forced = mode in ("required", "named")
        self._off = mode == "none"
        self._constrained = constrained and self._forced and bool(self._tools)
        self._single = call.parallel_tools is False
        self._in_words = constrained  # the models of such providers are small, and repeat JSON that they see
        self.dropped = tuple(f"tools.{tool.name}" for tool in call.tools if tool.kind == "builtin")
        self._off = self._off or not self._tools
        self.note = "" if not self._tools else "tools=constrained" if self._constrained else "tools=prompted"

    @property
    def direct(self) -> str:
        """The tool whose arguments are all that the model writes; ``""`` when it has to say which it calls."""
        return self._named if self._constrained else ""

    def ask(self, call: Call) -> Call:
        """The call without tools: described in a system message, earlier calls and results as text."""
        names = {
            part.id: part.name for message in call.messages for part in message.parts if isinstance(part, ToolCall)
        }
        messages = [_as_text(message, names, in_words=self._in_words) for message in call.messages]
        if not self._off:
            place = next((at for at, message in enumerate(messages) if message.role != "system"), len(messages))
            messages.insert(place, Message("system", [Text(self._instruction())]))
        call.messages = messages
        if self._constrained:
            call.format = ResponseFormat("schema", "tool_call", self._schema())
        call.tools, call.tool_choice, call.parallel_tools = [], None, None
        return call

    def _instruction(self) -> str:
        described = "\n".join(msgspec.json.encode(_described(tool)).decode() for tool in self._tools)
        if self.direct:
            return f'Answer with only the JSON arguments for the tool "{self.direct}".\n\nTools:\n{described}'
        how = _HOW + (_FORCED if self._forced else _FREE)
        if self._named:
            how += f'Call the tool "{self._named}".\n'
        if self._single:
            how += "Call one tool only.\n"
        return f"{how}\nTools:\n{described}"

    def _schema(self) -> dict[str, Any]:
        if self._named:
            return next((_parameters(tool) for tool in self._tools if tool.name == self._named), {"type": "object"})
        calls = [
            {
                "type": "object",
                "properties": {"name": {"const": tool.name}, "arguments": _parameters(tool)},
                "required": ["name", "arguments"],
                "additionalProperties": False,
            }
            for tool in self._tools
        ]
        return calls[0] if len(calls) == 1 else {"anyOf": calls}

    def check(self, answer: Answer) -> Answer:
        """The answer with its calls as calls."""
        if self._off:
            return answer
        text = "".join(part.text for part in answer.parts if isinstance(part, Text))
        calls = self.calls_in(text)
        if calls:
            answer.parts = [*(part for part in answer.parts if not isinstance(part, Text)), *calls]
            if answer.finish in ("stop", "unsaid"):
                answer.finish = "tool_calls"
        return answer

    def calls_in(self, text: str) -> list[ToolCall]:
        """The tool calls that ``text`` stands for; none when it is an answer in words."""
        if self.direct:
            return [self._call(self.direct, text.strip() or "{}")]
        tagged = _TAGGED.findall(text)
        try:
            found: object = [parsed(one) for one in tagged] if tagged else parsed(text)
        except ValueError:
            return []
        if isinstance(found, dict) and isinstance(found.get("tool_calls"), list):
            found = found["tool_calls"]
        calls = []
        for one in found if isinstance(found, list) else [found]:
            call = self._read(one)
            if call is None:
                return []
            calls.append(call)
        return calls[:1] if self._single else calls

    def _read(self, one: object) -> ToolCall | None:
        """One call as a model may write it, or None."""
        if isinstance(one, dict) and isinstance(one.get("function"), dict):
            one = one["function"]
        if not isinstance(one, dict) or not isinstance(one.get("name"), str):
            return None
        if "arguments" not in one and "parameters" not in one:
            return None
        arguments = one.get("arguments", one.get("parameters"))
        text = arguments if isinstance(arguments, str) else msgspec.json.encode(arguments or {}).decode()
        return self._call(one["name"], text)

    def _call(self, name: str, arguments: str) -> ToolCall:
        custom = any(tool.name == name and tool.kind == "custom" for tool in self._tools)
        if custom:
            try:
                value = parsed(arguments)
            except ValueError:
                value = arguments
            arguments = str(value.get("input", "")) if isinstance(value, dict) else str(value)
        return ToolCall(new_id("call"), name, arguments, custom)

    def filter(self) -> PromptedStream:
        """The same for a stream."""
        return PromptedStream(self, passing=self._off)


class PromptedStream:
    """Words go on as they come; what may be a call waits for its end, but for arguments that are all there is."""

    def __init__(self, shape: PromptedTools, *, passing: bool) -> None:
        self._shape = shape
        self._words = passing
        self._waits = False
        self._held: list[TextDelta] = []
        self._begun = False
        self._index = 0
        self._finished: Finished | None = None

    def feed(self, events: Sequence[Event]) -> Sequence[Event]:
        """The events, text that may be a call held back, and with it the end."""
        passed: list[Event] = []
        for event in events:
            if isinstance(event, TextDelta) and not self._words:
                passed += self._direct(event) if self._shape.direct else self._text_of(event)
            elif isinstance(event, Finished):
                self._finished = event
            elif not (isinstance(event, PartEnd) and not self._words):
                passed.append(event)
        return passed

    def _direct(self, event: TextDelta) -> Sequence[Event]:
        """Text that is the arguments of the one tool, as a call that grows."""
        self._index = event.index
        grown: Event = ToolCallDelta(event.index, event.text)
        if self._begun:
            return (grown,)
        self._begun = True
        return (ToolCallBegin(event.index, new_id("call"), self._shape.direct), grown)

    def _text_of(self, event: TextDelta) -> Sequence[Event]:
        self._held.append(event)
        begun = event.text.lstrip()
        if self._waits or not begun:
            return ()
        if begun.startswith(_MAY_BE_A_CALL):
            self._waits = True
            return ()
        self._words = True
        held, self._held = self._held, []
        return held

    def finish(self) -> Sequence[Event]:
        """The calls, or the words that waited."""
        events: list[Event] = []
        text = "".join(held.text for held in self._held)
        calls = self._shape.calls_in(text) if text and not self._begun else []
        for index, call in enumerate(calls, self._held[0].index if self._held else 0):
            events += [ToolCallBegin(index, call.id, call.name, call.custom), ToolCallDelta(index, call.arguments)]
        if text and not calls:
            events += self._held
        if self._finished is not None:
            called = (calls or self._begun) and self._finished.finish in ("stop", "unsaid")
            events.append(Finished("tool_calls") if called else self._finished)
        return events


def _parameters(tool: Tool) -> dict[str, Any]:
    if tool.kind == "custom":
        return {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]}
    return tool.parameters or {"type": "object", "properties": {}}


def _described(tool: Tool) -> dict[str, Any]:
    return {"name": tool.name, "description": tool.description, "parameters": _parameters(tool)}


def _as_text(message: Message, names: Mapping[str, str], *, in_words: bool) -> Message:
    """A message with its tool calls and results as the text that this shape would have them be; what results show follows them.

    ``names`` are those of the tools that were called, by the call's id. ``in_words``: calls are told in a sentence.
    """
    if message.role == "tool":
        results = [part for part in message.parts if isinstance(part, ToolResult)]
        said = Text("\n".join([_result(part, part.name or names.get(part.call_id, part.call_id)) for part in results]))
        shown = [piece for part in results for piece in part.content if not isinstance(piece, Text)]
        return Message("user", [said, *shown])
    if not any(isinstance(part, ToolCall) for part in message.parts):
        return message
    made = [part for part in message.parts if isinstance(part, ToolCall)]
    rest: list[Part] = [part for part in message.parts if not isinstance(part, ToolCall)]
    if in_words:
        told = "\n".join([f"I call the tool {part.name} with {_json(part).decode()}." for part in made])
    else:
        calls = [{"name": part.name, "arguments": msgspec.Raw(_json(part))} for part in made]
        told = msgspec.json.encode({"tool_calls": calls}).decode()
    return Message("assistant", [*rest, Text(told)])


def _json(call: ToolCall) -> bytes:
    """Arguments as JSON, whatever a model wrote; those of a custom tool as it is called here."""
    if call.custom:
        return wrapped(call.arguments).encode()
    try:
        return msgspec.json.encode(parsed(call.arguments or "{}"))
    except ValueError:
        return msgspec.json.encode(call.arguments)


def _result(result: ToolResult, name: str) -> str:
    text = "\n".join(part.text for part in result.content if isinstance(part, Text))
    return f"{'Error' if result.is_error else 'Result'} of {name}: {text}"
