"""Arguments of tool calls, held to the schemas of the tools."""

from __future__ import annotations

from collections.abc import Sequence

from switchgear.core.canonical import Answer, Call, Event, Finished, Tool, ToolCall, ToolCallBegin, ToolCallDelta
from switchgear.core.errors import InvalidAnswer
from switchgear.core.json_schema import Schema, parsed


class ArgumentsCheck:
    """Checks calls of functions. With ``every`` all of them; else those that are ``strict`` and that no provider enforces.

    ``field`` is what the client calls the schema of a tool. ``watches`` tells whether there is anything to check. Raises
    RequestError for a schema that is none.
    """

    note = ""
    changes = False
    dropped: tuple[str, ...] = ()

    def __init__(
        self,
        tools: Sequence[Tool],
        provider: str,
        *,
        every: bool,
        enforced: bool,
        field: str = "function.parameters",
    ) -> None:
        self._provider = provider
        self._every = every
        self._names = {tool.name for tool in tools if tool.kind != "builtin"}
        self._schemas = {
            tool.name: Schema(tool.parameters, f"tools[{at}].{field}")
            for at, tool in enumerate(tools)
            if tool.kind == "function" and tool.parameters and (every or (tool.strict is True and not enforced))
        }
        self.watches = every or bool(self._schemas)

    def ask(self, call: Call) -> Call:
        """The call as it is."""
        return call

    def check(self, answer: Answer) -> Answer:
        """The answer, its calls being right. Raises InvalidAnswer."""
        if answer.finish != "length":
            for part in answer.parts:
                if isinstance(part, ToolCall):
                    self.judge(part.name, part.arguments)
        return answer

    def judge(self, name: str, arguments: str) -> None:
        """Raise InvalidAnswer unless the call of the tool ``name`` is right."""
        if self._every and name not in self._names:
            raise self._invalid(name, "there is no such tool")
        schema = self._schemas.get(name)
        if schema is None:
            return
        try:
            wrong = schema.complaint(parsed(arguments or "{}"))
        except ValueError as error:
            wrong = f"its arguments are not JSON ({error})"
        if wrong:
            raise self._invalid(name, wrong)

    def _invalid(self, name: str, wrong: str) -> InvalidAnswer:
        return InvalidAnswer(
            f'The model called the tool "{name[:100]}" wrongly: {wrong}.',
            provider=self._provider,
            param="tools",
            complaint=f'The call of "{name[:100]}" was not valid: {wrong}. Call it again with correct arguments.',
        )

    def filter(self) -> ArgumentsStream:
        """The same for a stream: calls are judged when it is whole."""
        return ArgumentsStream(self)


class ArgumentsStream:
    """Collects the arguments that pass."""

    def __init__(self, shape: ArgumentsCheck) -> None:
        self._shape = shape
        self._names: dict[int, str] = {}
        self._arguments: dict[int, list[str]] = {}
        self._cut = False

    def feed(self, events: Sequence[Event]) -> Sequence[Event]:
        """The events as they are."""
        for event in events:
            if isinstance(event, ToolCallBegin):
                self._names[event.index] = event.name
                self._arguments.setdefault(event.index, [])
            elif isinstance(event, ToolCallDelta):
                self._arguments.setdefault(event.index, []).append(event.arguments)
            elif isinstance(event, Finished):
                self._cut = event.finish == "length"
        return events

    def finish(self) -> Sequence[Event]:
        """Nothing more. Raises InvalidAnswer."""
        if not self._cut:
            for index, name in self._names.items():
                self._shape.judge(name, "".join(self._arguments[index]))
        return ()
