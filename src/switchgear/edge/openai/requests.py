"""Reading requests: what the stages need is checked and typed, the rest stays bytes.

Source: https://platform.openai.com/docs/api-reference. A key given twice counts with its last value, and that
value is the one sent on.
"""

from __future__ import annotations

import msgspec

from switchgear.dialects.body import check_spelling, fields_of
from switchgear.dialects.body import decode as decode_body
from switchgear.pipeline.call import ModelRequest
from switchgear.providers.base import Operation


class _StreamOptions(msgspec.Struct):
    include_usage: bool | None = None


class _Message(msgspec.Struct):
    role: str


class _Chat(msgspec.Struct):
    model: str
    messages: list[_Message]
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    n: int | None = None
    tools: list[dict[str, msgspec.Raw]] | None = None


class _Completion(msgspec.Struct):
    model: str
    prompt: str | list[str | int | list[int]] | None = None
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    n: int | None = None


class _Embedding(msgspec.Struct):
    model: str
    input: str | list[str | int | list[int]]
    dimensions: int | None = None
    encoding_format: str | None = None


_chat = msgspec.json.Decoder(_Chat)
_completion = msgspec.json.Decoder(_Completion)
_embedding = msgspec.json.Decoder(_Embedding)

_CHAT_PROMPT = ("messages", "tools", "functions", "response_format", "prediction")

_READ = frozenset({"model", "stream", "stream_options"})
_USUAL = _READ | {
    "messages", "prompt", "input", "max_tokens", "max_completion_tokens", "temperature", "top_p", "n", "stop", "tools",
    "tool_choice", "response_format", "seed", "user", "presence_penalty", "frequency_penalty", "logprobs",
    "top_logprobs", "parallel_tool_calls", "reasoning_effort", "metadata", "store", "dimensions", "encoding_format",
}  # fmt: skip


def decode(operation: Operation, body: bytes) -> ModelRequest:
    """The request in ``body``. Raises InvalidJSON or RequestError, naming place and reason."""
    fields = fields_of(body)
    if not fields.keys() <= _USUAL:
        check_spelling(fields, _READ)
    if operation is Operation.CHAT:
        chat = decode_body(_chat, body)
        request = _request(chat.model, chat.stream, chat.stream_options, fields, _CHAT_PROMPT, body)
        request.max_tokens = _larger(chat.max_tokens, chat.max_completion_tokens)
        return request
    if operation is Operation.COMPLETION:
        completion = decode_body(_completion, body)
        request = _request(completion.model, completion.stream, completion.stream_options, fields, ("prompt",))
        request.max_tokens = completion.max_tokens
        return request
    return _request(decode_body(_embedding, body).model, None, None, fields, ("input",))


def _larger(one: int | None, other: int | None) -> int | None:
    """Of the two names of the same limit, as nobody knows which of them a provider goes by."""
    if one is None or other is None:
        return one if other is None else other
    return max(one, other)


def _request(
    model: str,
    stream: bool | None,
    options: _StreamOptions | None,
    fields: dict[str, msgspec.Raw],
    prompt: tuple[str, ...],
    body: bytes = b"",
) -> ModelRequest:
    size = 0
    for name in prompt:
        if name in fields:
            size += len(bytes(fields[name]))
    wants_usage = options is not None and options.include_usage is True
    return ModelRequest(model, stream is True, fields, wants_usage, size, body)
