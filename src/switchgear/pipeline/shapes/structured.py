"""Structured output where a provider does not hold answers to a schema: asked for in the prompt, checked when it is here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from switchgear.core.canonical import (
    Answer,
    Call,
    Event,
    Finish,
    Finished,
    Message,
    Refusal,
    RefusalDelta,
    ResponseFormat,
    Text,
    TextDelta,
    ToolCall,
    ToolCallBegin,
)
from switchgear.core.errors import InvalidAnswer
from switchgear.core.json_schema import Schema, parsed, unfenced

_OVER: Final[tuple[Finish, ...]] = ("stop", "unsaid")
"""How an answer ends that is whole, as far as anybody said."""


class StructuredOutput:
    """Holds an answer to ``wanted``.

    ``prompted``: the provider cannot be told, so the prompt tells the model, and a fence around the JSON is taken off. ``checked``:
    an answer that is not what was wanted is an error. ``field`` is what the client calls it. Answers that were cut, refused, or call
    tools are left as they are.
    """

    dropped: tuple[str, ...] = ()

    def __init__(
        self,
        wanted: ResponseFormat,
        provider: str,
        *,
        prompted: bool,
        checked: bool,
        field: str = "response_format",
    ) -> None:
        self.note = "schema=prompted" if prompted else ""
        self._field = field
        self._wanted = wanted
        self._provider = provider
        self._prompted = self.changes = prompted
        self._checked = checked
        self._schema = Schema(wanted.schema, field) if wanted.schema is not None else None

    def ask(self, call: Call) -> Call:
        """The call with the schema in its prompt, where it must be there."""
        if self._prompted:
            call.format = None
            call.messages = [*call.messages]
            place = next(
                (at for at, message in enumerate(call.messages) if message.role != "system"), len(call.messages)
            )
            call.messages.insert(place, Message("system", [Text(self._instruction())]))
        return call

    def _instruction(self) -> str:
        if self._wanted.schema is None:
            return "Answer with one JSON object and nothing else: no explanation, no code fence."
        schema = msgspec.json.encode(self._wanted.schema).decode()
        about = f" It is: {self._wanted.description}." if self._wanted.description else ""
        return (
            "Answer with JSON that satisfies the following JSON Schema and with nothing else: no explanation, no code "
            f"fence.{about}\n\n{schema}"
        )

    def check(self, answer: Answer) -> Answer:
        """The answer, its text being JSON as wanted. Raises InvalidAnswer."""
        if answer.finish not in _OVER or any(isinstance(part, ToolCall | Refusal) for part in answer.parts):
            return answer
        texts = [part for part in answer.parts if isinstance(part, Text)]
        if self._prompted and len(texts) == 1:
            texts[0].text = unfenced(texts[0].text)
        self.judge("".join(part.text for part in texts))
        return answer

    def judge(self, text: str) -> None:
        """Raise InvalidAnswer unless ``text`` is what was wanted."""
        if not self._checked:
            return
        try:
            value = parsed(text)
        except ValueError as error:
            raise self._invalid(f"it is not JSON ({error})") from error
        wrong = self._schema.complaint(value) if self._schema is not None else ""
        if not wrong and self._schema is None and not isinstance(value, dict):
            wrong = "it is not a JSON object"
        if wrong:
            raise self._invalid(wrong)

    def _invalid(self, wrong: str) -> InvalidAnswer:
        return InvalidAnswer(
            f"The model's answer is not what {self._field} asks for: {wrong}.",
            provider=self._provider,
            param=self._field,
            complaint=f"That was not valid: {wrong}. Answer again with the corrected JSON and nothing else.",
        )

    def filter(self) -> StructuredStream:
        """The same for a stream: it is judged at its end."""
        return StructuredStream(self, fenced=self._prompted)


class StructuredStream:
    """Text goes on as it comes, unless it begins with a fence: then it waits for the other one."""

    def __init__(self, shape: StructuredOutput, *, fenced: bool) -> None:
        self._shape = shape
        self._may_be_fenced = fenced
        self._fenced = False
        self._text: list[str] = []
        self._held: list[TextDelta] = []
        self._finish: Finish = "stop"
        self._free = False

    def feed(self, events: Sequence[Event]) -> Sequence[Event]:
        """The events, text that may have to lose its fence held back."""
        passed: list[Event] = []
        for event in events:
            if isinstance(event, TextDelta):
                self._text.append(event.text)
                passed += self._text_of(event)
                continue
            if isinstance(event, ToolCallBegin | RefusalDelta):
                self._free = True
            elif isinstance(event, Finished):
                self._finish = event.finish
            passed.append(event)
        return passed

    def _text_of(self, event: TextDelta) -> Sequence[Event]:
        if not self._may_be_fenced:
            return (event,)
        self._held.append(event)
        begun = event.text.lstrip()
        if self._fenced or not begun:
            return ()
        if begun.startswith("`"):
            self._fenced = True
            return ()
        self._may_be_fenced = False
        held, self._held = self._held, []
        return held

    def finish(self) -> Sequence[Event]:
        """The text that waited. Raises InvalidAnswer."""
        if self._finish in _OVER and not self._free:
            self._shape.judge("".join(self._text))
        if not self._held:
            return ()
        return (TextDelta(self._held[0].index, unfenced("".join(held.text for held in self._held))),)
