"""OpenAI's wire shapes, built by hand so that tests do not depend on the code they test.

Source: the OpenAI API reference (chat, completions, embeddings, errors) and the HTML standard, section 9.2
(server-sent events). Every builder takes extra fields by keyword and puts them at the top level.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import EllipsisType
from typing import Any

import msgspec

Json = dict[str, Any]
Delta = Mapping[str, Any]
"""What one streamed chunk adds: ``{"content": …}``, ``{"tool_calls": […]}`` and so on."""

CREATED = 1_767_225_600
"""The ``created`` of every built answer: answers are the same in every run."""


def sse(events: Iterable[str | bytes | Mapping[str, Any]], *, done: bool = True) -> bytes:
    """Server-sent events, one ``data:`` line each, and ``data: [DONE]`` after them unless ``done`` is false."""
    lines: list[bytes] = []
    for event in events:
        if isinstance(event, str):
            lines.append(event.encode())
        else:
            lines.append(event if isinstance(event, bytes) else msgspec.json.encode(event))
    if done:
        lines.append(b"[DONE]")
    return b"".join(b"data: " + line + b"\n\n" for line in lines)


def tokens(prompt: int, completion: int) -> Json:
    """A ``usage`` object with the total worked out."""
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def tool_call(name: str, arguments: Mapping[str, Any] | str, *, id: str = "call_1") -> Json:  # noqa: A002 - OpenAI's word
    """A whole tool call of the assistant; ``arguments`` are encoded as the JSON text OpenAI sends."""
    text = arguments if isinstance(arguments, str) else msgspec.json.encode(arguments).decode()
    return {"id": id, "type": "function", "function": {"name": name, "arguments": text}}


def chat_completion(
    content: str | None = "Hello.",
    *,
    tool_calls: Sequence[Json] = (),
    finish_reason: str | None = None,
    usage: Mapping[str, Any] | EllipsisType | None = ...,
    model: str = "test-model",
    **more: Any,
) -> Json:
    """A ``chat.completion`` with one choice; the finish reason fits the content unless given.

    ``usage`` is 1 + 1 tokens unless given, and ``usage=None`` leaves the field out.
    """
    message: Json = {"role": "assistant", "content": content, "refusal": None}
    if tool_calls:
        message["tool_calls"] = list(tool_calls)
    reason = finish_reason or ("tool_calls" if tool_calls else "stop")
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
    answer: Json = {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": CREATED,
        "model": model,
        "choices": [choice],
    }
    if usage is not None:
        answer["usage"] = tokens(1, 1) if usage is ... else dict(usage)
    return answer | more


def chat_chunk(
    delta: str | Delta | None = None,
    *,
    finish_reason: str | None = None,
    usage: Mapping[str, Any] | EllipsisType | None = ...,
    model: str = "test-model",
    **more: Any,
) -> Json:
    """One ``chat.completion.chunk``. A string is its content; ``None`` gives an empty delta.

    ``usage`` appears when given: ``usage=None`` is what OpenAI sends on every chunk but the last when the client
    asked for ``include_usage``; the last then has no choices: ``chat_chunk(usage=tokens(3, 5), choices=[])``.
    """
    content = {"content": delta} if isinstance(delta, str) else dict(delta or {})
    choice = {"index": 0, "delta": content, "logprobs": None, "finish_reason": finish_reason}
    chunk: Json = {
        "id": "chatcmpl-test",
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": model,
        "choices": [choice],
    }
    if usage is not ...:
        chunk["usage"] = usage
    return chunk | more


def chat_stream(
    pieces: Iterable[str] = ("Hello", "."), *, usage: Mapping[str, Any] | None = None, model: str = "test-model"
) -> list[Json]:
    """The chunks of a whole answer: role, pieces, finish reason and, when ``usage`` is given, usage as OpenAI does."""
    asked: dict[str, Any] = {} if usage is None else {"usage": None}
    chunks = [chat_chunk({"role": "assistant", "content": "", "refusal": None}, model=model, **asked)]
    chunks += [chat_chunk(piece, model=model, **asked) for piece in pieces]
    chunks.append(chat_chunk(finish_reason="stop", model=model, **asked))
    if usage is not None:
        chunks.append(chat_chunk(usage=usage, model=model, choices=[]))
    return chunks


def error_body(message: str, *, type: str = "server_error", code: str | None = None, param: str | None = None) -> Json:  # noqa: A002 - OpenAI's word
    """OpenAI's error envelope."""
    return {"error": {"message": message, "type": type, "param": param, "code": code}}
