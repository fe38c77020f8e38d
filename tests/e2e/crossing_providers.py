"""Streams as providers of every dialect send them, written out by hand from a few steps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from switchgear.testing import Plan, ReadBody, Send, http1
from switchgear.testing import faults as testing_faults

Json = dict[str, Any]


class Says(NamedTuple):
    """Text."""

    text: str


class Calls(NamedTuple):
    """A tool call begins, the ``number`` th."""

    number: int
    name: str


class Writes(NamedTuple):
    """More arguments of a call."""

    number: int
    arguments: str


class Counts(NamedTuple):
    """Usage so far."""

    prompt: int
    completion: int


class Ends(NamedTuple):
    """The answer is whole."""

    prompt: int
    completion: int


Step = Says | Calls | Writes | Counts | Ends
HELLO: tuple[Step, ...] = (Says("Hel"), Says("lo."), Ends(21, 34))
ERRORS: dict[str, Json] = {
    "chat": {"error": {"message": "Overloaded.", "type": "server_error", "code": "server_is_overloaded"}},
    "messages": {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded."}},
    "responses": {"type": "error", "code": "server_is_overloaded", "message": "Overloaded.", "param": None},
    "gemini": {"error": {"code": 503, "message": "Overloaded.", "status": "UNAVAILABLE"}},
    "ollama": {"error": "Overloaded."},
}
"""What providers send in the middle of a stream when they cannot go on."""


def wire(dialect: str, steps: Iterable[Step]) -> list[bytes]:
    """The events of a stream, framed, one or several a step."""
    makers: dict[str, Callable[[], _Maker]] = {
        "chat": _Chat, "responses": _Responses, "messages": _Messages, "gemini": _Gemini, "ollama": _Ollama,
    }  # fmt: skip
    maker = makers[dialect]()
    documents = [*maker.begin()]
    for step in steps:
        documents += maker.step(step)
    return [frame(dialect, document) for document in documents]


def frame(dialect: str, document: Json | str) -> bytes:
    """One event."""
    data = document if isinstance(document, str) else json.dumps(document)
    if dialect == "ollama":
        return f"{data}\n".encode()
    if dialect in ("messages", "responses") and isinstance(document, dict):
        return f"event: {document['type']}\ndata: {data}\n\n".encode()
    return f"data: {data}\n\n".encode()


def error(dialect: str) -> bytes:
    """An error in the middle of a stream."""
    return frame(dialect, ERRORS[dialect])


def streamed(dialect: str, events: Sequence[bytes], *end: Any) -> Plan:
    """A streamed answer, a chunk an event, and then its end or ``end``."""
    kind = "application/x-ndjson" if dialect == "ollama" else "text/event-stream; charset=utf-8"
    head = http1.head(200, {"content-type": kind, "transfer-encoding": "chunked"})
    sent = [Send(http1.chunk(event)) for event in events]
    return (ReadBody(), Send(head), *sent, *(end or (Send(http1.LAST_CHUNK),)))


def whole(dialect: str, text: str) -> Plan:
    """A whole answer that says ``text``, with 21 and 34 tokens."""
    usage: Json = {"input_tokens": 21, "output_tokens": 34}
    message: Json = {"role": "assistant", "content": text}
    counts = {"promptTokenCount": 21, "candidatesTokenCount": 34}
    candidate = {"content": {"parts": [{"text": text}]}, "finishReason": "STOP"}
    item = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}
    bodies: dict[str, Json] = {
        "chat": {
            "id": "c", "object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 21, "completion_tokens": 34},
        },
        "responses": {"id": "resp_1", "status": "completed", "output": [item], "usage": usage},
        "messages": {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn", "usage": usage,
        },
        "gemini": {"candidates": [candidate], "usageMetadata": counts},
        "ollama": {"model": "m", "message": message, "done": True, "prompt_eval_count": 21, "eval_count": 34},
    }  # fmt: skip
    return testing_faults.ok(bodies[dialect])


# ---------------------------------------------------------------- each dialect


class _Maker:
    """Makes the documents of a stream. Dialects in which calls come whole send them at the end."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.arguments: dict[int, str] = {}

    def begin(self) -> list[Any]:
        return []

    def step(self, step: Step) -> list[Any]:
        if isinstance(step, Says):
            return self.says(step.text)
        if isinstance(step, Calls):
            self.names[step.number] = step.name
            self.arguments[step.number] = ""
            return self.calls(step)
        if isinstance(step, Writes):
            self.arguments[step.number] += step.arguments
            return self.writes(step)
        if isinstance(step, Counts):
            return self.counts(step)
        return self.ends(step)

    def says(self, text: str) -> list[Any]:
        raise NotImplementedError

    def calls(self, step: Calls) -> list[Any]:
        return []

    def writes(self, step: Writes) -> list[Any]:
        return []

    def counts(self, step: Counts) -> list[Any]:
        raise NotImplementedError

    def ends(self, step: Ends) -> list[Any]:
        raise NotImplementedError


class _Chat(_Maker):
    def _chunk(self, delta: Json, **more: Any) -> Json:
        choice = {"index": 0, "delta": delta, "finish_reason": None} | more
        return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}

    def begin(self) -> list[Any]:
        return [self._chunk({"role": "assistant", "content": ""})]

    def says(self, text: str) -> list[Any]:
        return [self._chunk({"content": text})]

    def calls(self, step: Calls) -> list[Any]:
        function = {"name": step.name, "arguments": ""}
        call = {"index": step.number, "id": f"call_{step.number}", "type": "function", "function": function}
        return [self._chunk({"tool_calls": [call]})]

    def writes(self, step: Writes) -> list[Any]:
        return [self._chunk({"tool_calls": [{"index": step.number, "function": {"arguments": step.arguments}}]})]

    def counts(self, step: Counts | Ends) -> list[Any]:
        usage = {"prompt_tokens": step.prompt, "completion_tokens": step.completion}
        return [self._chunk({}) | {"choices": [], "usage": usage}]

    def ends(self, step: Ends) -> list[Any]:
        reason = "tool_calls" if self.names else "stop"
        return [self._chunk({}, finish_reason=reason), *self.counts(step), "[DONE]"]


class _Messages(_Maker):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[int] = []
        self.blocks: dict[str, int] = {}

    def begin(self) -> list[Any]:
        message = {"id": "msg_1", "type": "message", "usage": {"input_tokens": 5, "output_tokens": 1}}
        return [{"type": "message_start", "message": message}]

    def _block(self, key: str, block: Json) -> list[Any]:
        if key in self.blocks:
            return []
        number = self.blocks[key] = len(self.blocks)
        self.open.append(number)
        return [{"type": "content_block_start", "index": number, "content_block": block}]

    def _delta(self, key: str, **delta: Any) -> Json:
        return {"type": "content_block_delta", "index": self.blocks[key], "delta": delta}

    def says(self, text: str) -> list[Any]:
        begun = self._block("text", {"type": "text", "text": ""})
        return [*begun, self._delta("text", type="text_delta", text=text)]

    def calls(self, step: Calls) -> list[Any]:
        block = {"type": "tool_use", "id": f"toolu_{step.number}", "name": step.name, "input": {}}
        return self._block(f"call {step.number}", block)

    def writes(self, step: Writes) -> list[Any]:
        return [self._delta(f"call {step.number}", type="input_json_delta", partial_json=step.arguments)]

    def counts(self, step: Counts | Ends) -> list[Any]:
        usage = {"input_tokens": step.prompt, "output_tokens": step.completion}
        return [{"type": "message_delta", "delta": {}, "usage": usage}]

    def ends(self, step: Ends) -> list[Any]:
        closed = [{"type": "content_block_stop", "index": number} for number in self.open]
        [last] = self.counts(step)
        reason = "tool_use" if self.names else "end_turn"
        return [*closed, last | {"delta": {"stop_reason": reason}}, {"type": "message_stop"}]


class _Responses(_Maker):
    def __init__(self) -> None:
        super().__init__()
        self.items: dict[str, int] = {}
        self.text = ""

    def begin(self) -> list[Any]:
        return [{"type": "response.created", "response": {"id": "resp_1", "model": "m", "status": "in_progress"}}]

    def _added(self, key: str, item: Json) -> list[Any]:
        if key in self.items:
            return []
        number = self.items[key] = len(self.items)
        return [{"type": "response.output_item.added", "output_index": number, "item": item}]

    def says(self, text: str) -> list[Any]:
        self.text += text
        begun = self._added("text", {"type": "message", "id": "msg_1", "role": "assistant", "content": []})
        place = {"item_id": "msg_1", "output_index": self.items["text"], "content_index": 0}
        return [*begun, {"type": "response.output_text.delta", "delta": text} | place]

    def _item(self, number: int) -> Json:
        call = {"type": "function_call", "id": f"fc_{number}", "call_id": f"call_{number}"}
        return call | {"name": self.names[number], "arguments": self.arguments[number]}

    def calls(self, step: Calls) -> list[Any]:
        return self._added(f"call {step.number}", self._item(step.number))

    def writes(self, step: Writes) -> list[Any]:
        place = {"item_id": f"fc_{step.number}", "output_index": self.items[f"call {step.number}"]}
        return [{"type": "response.function_call_arguments.delta", "delta": step.arguments} | place]

    def counts(self, step: Counts) -> list[Any]:
        return [{"type": "response.in_progress", "response": self._response(step, "in_progress", [])}]

    def _response(self, step: Counts | Ends, status: str, output: list[Json]) -> Json:
        usage = {"input_tokens": step.prompt, "output_tokens": step.completion}
        return {"id": "resp_1", "model": "m", "status": status, "output": output, "usage": usage}

    def ends(self, step: Ends) -> list[Any]:
        output: list[Json] = []
        for key in self.items:
            if key == "text":
                content = [{"type": "output_text", "text": self.text, "annotations": []}]
                output.append({"type": "message", "id": "msg_1", "role": "assistant", "content": content})
            else:
                output.append(self._item(int(key.removeprefix("call "))))
        done: list[Any] = [
            {"type": "response.output_item.done", "output_index": number, "item": item}
            for number, item in enumerate(output)
        ]
        return [*done, {"type": "response.completed", "response": self._response(step, "completed", output)}]


class _Gemini(_Maker):
    def _event(self, *parts: Json) -> Json:
        return {"candidates": [{"content": {"role": "model", "parts": list(parts)}, "index": 0}]}

    def says(self, text: str) -> list[Any]:
        return [self._event({"text": text})]

    def counts(self, step: Counts | Ends) -> list[Any]:
        counts = {"promptTokenCount": step.prompt, "candidatesTokenCount": step.completion}
        return [self._event() | {"usageMetadata": counts}]

    def ends(self, step: Ends) -> list[Any]:
        calls = [
            self._event({"functionCall": {"name": name, "args": json.loads(self.arguments[number])}})
            for number, name in sorted(self.names.items())
        ]
        [last] = self.counts(step)
        last["candidates"][0]["finishReason"] = "STOP"
        return [*calls, last]


class _Ollama(_Maker):
    def _line(self, **message: Any) -> Json:
        return {"model": "m", "message": {"role": "assistant", "content": ""} | message, "done": False}

    def says(self, text: str) -> list[Any]:
        return [self._line(content=text)]

    def counts(self, step: Counts | Ends) -> list[Any]:
        return [self._line() | {"prompt_eval_count": step.prompt, "eval_count": step.completion}]

    def ends(self, step: Ends) -> list[Any]:
        calls = [
            self._line(tool_calls=[{"function": {"name": name, "arguments": json.loads(self.arguments[number])}}])
            for number, name in sorted(self.names.items())
        ]
        [last] = self.counts(step)
        return [*calls, last | {"done": True, "done_reason": "stop"}]
