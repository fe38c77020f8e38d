"""What is sent and answered in every measurement: the same bytes for every gateway.

Model names carry the shape of the answer, because every gateway passes the model on: ``bench-unary`` is answered
at once, ``stream-100x20`` with 100 chunks 20 ms apart. That way one upstream serves every load and nothing
depends on fields that a gateway may drop.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

UNARY_MODEL = "bench-unary"
_SHAPE = re.compile(rb'"model"\s*:\s*"stream-(\d{1,5})x(\d{1,5})"')

_SYSTEM = (
    "You are a careful assistant for the support team of a company that sells garden tools. Answer in the language "
    "of the question, in at most four sentences. Name the product and its article number when you know them, never "
    "promise a date of delivery, and say so when a question is better answered by a person."
)
_QUESTION = (
    "Hello, I bought the battery hedge trimmer in spring and it ran well until last week. Now the motor starts, runs "
    "for about ten seconds and stops, and the light on the battery blinks red three times. The battery is charged "
    "and the blades are clean and oiled. I have tried the battery in the lawn mower of the same series and it works "
    "there without any trouble. Is this something I can repair at home, or does the trimmer have to be sent in?"
)
_ANSWER = (
    "Three red blinks mean that the trimmer's electronics stopped the motor because it drew too much current. Since "
    "the battery works in the mower, the fault is most likely in the drive of the trimmer: a bent blade or a dry "
    "gear. Please take the battery out, loosen the blades and move them by hand; if they stick, send it in."
)


@dataclass(frozen=True)
class StreamShape:
    """A streamed answer: ``chunks`` pieces of content, one every ``every_ms`` milliseconds."""

    chunks: int
    every_ms: int

    @property
    def model(self) -> str:
        """The model name that asks for this shape."""
        return f"stream-{self.chunks}x{self.every_ms}"

    @property
    def seconds(self) -> float:
        """How long the upstream takes for one answer."""
        return self.chunks * self.every_ms / 1000

    @classmethod
    def asked_for(cls, body: bytes) -> StreamShape | None:
        """The shape that a request body's model names, or ``None``."""
        found = _SHAPE.search(body)
        return cls(int(found[1]), int(found[2])) if found else None


STEADY = StreamShape(100, 20)
SLOW = StreamShape(30, 500)
SHAPES = (STEADY, SLOW)
"""The shapes that gateways with a list of models are configured for."""


def request_body(model: str, *, stream: bool) -> bytes:
    """A chat request of about 1 kB, as a client library would send it."""
    asked: dict[str, object] = {
        "model": model,
        "messages": [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": _QUESTION}],
        "temperature": 0.2,
        "max_tokens": 400,
    }
    if stream:
        asked |= {"stream": True, "stream_options": {"include_usage": True}}
    return json.dumps(asked).encode()


def message_body(model: str, *, stream: bool) -> bytes:
    """The same request in Anthropic's Messages form."""
    asked: dict[str, object] = {
        "model": model,
        "system": _SYSTEM,
        "messages": [{"role": "user", "content": _QUESTION}],
        "temperature": 0.2,
        "max_tokens": 400,
    }
    return json.dumps(asked | ({"stream": True} if stream else {})).encode()


def message_answer() -> bytes:
    """The same answer in Anthropic's Messages form."""
    answer = {
        "id": "msg_01XFDUDYJgAACzvnptvVoYEL",
        "type": "message",
        "role": "assistant",
        "model": UNARY_MODEL,
        "content": [{"type": "text", "text": _ANSWER}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 187, "output_tokens": 71},
    }
    return json.dumps(answer, separators=(",", ":")).encode()


def unary_answer() -> bytes:
    """A chat completion of about 800 bytes with usage."""
    usage = {
        "prompt_tokens": 187,
        "completion_tokens": 71,
        "total_tokens": 258,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
    message = {"role": "assistant", "content": _ANSWER, "refusal": None}
    answer = {
        "id": "chatcmpl-CXk3pTq0vWm8Zs5yRb1uLd7n",
        "object": "chat.completion",
        "created": 1762000000,
        "model": UNARY_MODEL,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": usage,
        "system_fingerprint": "fp_44709d6fcb",
    }
    return json.dumps(answer, separators=(",", ":")).encode()


def piece(number: int) -> str:
    """The content of chunk ``number``: numbered, so that a lost, doubled or swapped chunk shows."""
    return f" word{number}"


def _event(model: str, delta: dict[str, str], finish: str | None) -> bytes:
    chunk = {
        "id": "chatcmpl-CXk3pTq0vWm8Zs5yRb1uLd7n",
        "object": "chat.completion.chunk",
        "created": 1762000000,
        "model": model,
        "system_fingerprint": "fp_44709d6fcb",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
    }
    return b"data: " + json.dumps(chunk, separators=(",", ":")).encode() + b"\n\n"


def stream_events(shape: StreamShape, *, usage: bool) -> list[bytes]:
    """The events of one answer: one a chunk (about 250 bytes), then the finish, the usage and ``[DONE]`` together."""
    events = [_event(shape.model, {"content": piece(number)}, None) for number in range(shape.chunks)]
    events[0] = _event(shape.model, {"role": "assistant", "content": piece(0)}, None)
    last = _event(shape.model, {}, "stop")
    if usage:
        counted = {"prompt_tokens": 187, "completion_tokens": shape.chunks, "total_tokens": 187 + shape.chunks}
        tail = {"id": "chatcmpl-CXk3pTq0vWm8Zs5yRb1uLd7n", "object": "chat.completion.chunk", "created": 1762000000}
        ending = tail | {"model": shape.model, "choices": [], "usage": counted}
        last += b"data: " + json.dumps(ending, separators=(",", ":")).encode() + b"\n\n"
    return [*events, last + b"data: [DONE]\n\n"]


def message_events(shape: StreamShape) -> list[bytes]:
    """The events of one answer in Anthropic's Messages form: one a chunk, the others with the first and the last."""
    usage = {"input_tokens": 187, "output_tokens": 1}
    message = {"id": "msg_01XFDUDYJgAACzvnptvVoYEL", "type": "message", "role": "assistant", "model": shape.model}
    message |= {"content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}
    block = {"index": 0, "content_block": {"type": "text", "text": ""}}
    deltas = [{"index": 0, "delta": {"type": "text_delta", "text": piece(number)}} for number in range(shape.chunks)]
    events = [_named("content_block_delta", delta) for delta in deltas]
    events[0] = _named("message_start", {"message": message}) + _named("content_block_start", block) + events[0]
    end = {"delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": shape.chunks}}
    last = _named("content_block_stop", {"index": 0}) + _named("message_delta", end) + _named("message_stop", {})
    return [*events, last]


def _named(name: str, fields: dict[str, object]) -> bytes:
    data = json.dumps({"type": name} | fields, separators=(",", ":"))
    return f"event: {name}\ndata: {data}\n\n".encode()


@dataclass(frozen=True)
class StreamVerdict:
    """What a streamed answer held. ``problem`` is empty when it was complete."""

    chunks: int
    problem: str


def judge_stream(body: bytes, shape: StreamShape) -> StreamVerdict:
    """Whether ``body`` is the whole answer: every chunk once and in order, finish, usage, and ``[DONE]`` at the end.

    One in Anthropic's Messages form ends with ``message_stop``.
    """
    if body.startswith(b"event: message_start"):
        return _judge_messages(body, shape)
    chunks, text, finished, counted = 0, "", False, False
    events = [line[6:].strip() for line in body.split(b"\n") if line.startswith(b"data: ")]
    for event in events:
        if event == b"[DONE]":
            continue
        try:
            chunk = json.loads(event)
            choices = chunk["choices"]
        except (ValueError, TypeError, KeyError):
            return StreamVerdict(chunks, f"an event that is no chunk: {event[:120]!r}")
        counted = counted or bool(chunk.get("usage"))
        if not choices:
            continue
        content = choices[0]["delta"].get("content")
        finished = finished or choices[0].get("finish_reason") == "stop"
        if content:
            chunks, text = chunks + 1, text + content
    return StreamVerdict(chunks, _problem(events, text, shape, finished=finished, counted=counted))


def _judge_messages(body: bytes, shape: StreamShape) -> StreamVerdict:
    told = [json.loads(line[6:]) for line in body.split(b"\n") if line.startswith(b"data: ")]
    texts = [event["delta"]["text"] for event in told if event["type"] == "content_block_delta"]
    ends = [event for event in told if event["type"] == "message_delta"]
    if "".join(texts) != "".join(map(piece, range(shape.chunks))):
        return StreamVerdict(len(texts), f"the content is not that of {shape.chunks} chunks in order")
    if len(ends) != 1 or ends[0]["delta"]["stop_reason"] != "end_turn" or not ends[0]["usage"]["output_tokens"]:
        return StreamVerdict(len(texts), "no stop reason or no usage")
    if told[-1]["type"] != "message_stop":
        return StreamVerdict(len(texts), "does not end with message_stop")
    return StreamVerdict(len(texts), "")


def _problem(events: list[bytes], text: str, shape: StreamShape, *, finished: bool, counted: bool) -> str:
    if text != "".join(map(piece, range(shape.chunks))):
        return f"the content is not that of {shape.chunks} chunks in order"
    if not finished:
        return "no finish reason"
    if not counted:
        return "no usage, though it was asked for"
    if events[-1] != b"[DONE]" or events.count(b"[DONE]") != 1:
        return "does not end with one [DONE]"
    return ""
