"""Reading requests: what the stages need is checked and typed, the rest stays bytes.

Source: https://platform.openai.com/docs/api-reference. A key given twice counts with its last value, and that
value is the one sent on.
"""

from __future__ import annotations

import re

import msgspec

from switchgear.core.errors import InvalidJSON, RequestError
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


_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_chat = msgspec.json.Decoder(_Chat).decode
_completion = msgspec.json.Decoder(_Completion).decode
_embedding = msgspec.json.Decoder(_Embedding).decode

_PATH = re.compile(r" - at `\$\.?(?P<path>.*)`$")
_MISSING = re.compile(r"missing required field `(?P<field>[^`]+)`")
_BYTE = re.compile(r" \(byte (\d+)\)$")


_READ = frozenset({"model", "stream", "stream_options"})
_USUAL = _READ | {
    "messages", "prompt", "input", "max_tokens", "max_completion_tokens", "temperature", "top_p", "n", "stop", "tools",
    "tool_choice", "response_format", "seed", "user", "presence_penalty", "frequency_penalty", "logprobs",
    "top_logprobs", "parallel_tool_calls", "reasoning_effort", "metadata", "store", "dimensions", "encoding_format",
}  # fmt: skip


def decode(operation: Operation, body: bytes) -> ModelRequest:
    """The request in ``body``. Raises InvalidJSON or RequestError, naming place and reason."""
    if not body.isascii():
        _check_utf8(body)
    try:
        fields: dict[str, msgspec.Raw] = _fields(body)
        if not fields.keys() <= _USUAL:
            _check_spelling(fields)
        if operation is Operation.CHAT:
            chat = _chat(body)
            return _request(chat.model, chat.stream, chat.stream_options, fields, "messages")
        if operation is Operation.COMPLETION:
            completion = _completion(body)
            return _request(completion.model, completion.stream, completion.stream_options, fields, "prompt")
        return _request(_embedding(body).model, None, None, fields, "input")
    except msgspec.ValidationError as error:
        raise _wrong_type(str(error)) from error
    except msgspec.DecodeError as error:
        raise InvalidJSON(f"The body is not JSON: {_place(str(error), body)}.") from error
    except RecursionError as error:
        raise InvalidJSON("The body is nested too deeply.", hint="Send flatter JSON.") from error


def _request(
    model: str, stream: bool | None, options: _StreamOptions | None, fields: dict[str, msgspec.Raw], prompt: str
) -> ModelRequest:
    text = fields.get(prompt)
    wants_usage = options is not None and options.include_usage is True
    return ModelRequest(model, stream is True, fields, wants_usage, len(bytes(text)) if text is not None else 0)


def _check_spelling(fields: dict[str, msgspec.Raw]) -> None:
    """Refuse a second spelling of a field we read: a provider that ignores case would take that one."""
    for name in fields:
        if name not in _READ and name.casefold() in _READ:
            raise RequestError(f"{name[:40]} is not a field; it is spelt {name.casefold()}.", param=name[:40])


def _check_utf8(body: bytes) -> None:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidJSON(f"The body is not UTF-8: invalid byte 0x{body[error.start]:02x} at {error.start}.") from error


def _wrong_type(said: str) -> RequestError:
    """msgspec's ``Expected `str`, got `int` - at `$.model` `` as a sentence with the field's name."""
    found = _PATH.search(said)
    path = found["path"] if found else ""
    what = said[: found.start()] if found else said
    missing = _MISSING.search(what)
    if missing is not None:
        path = f"{path}.{missing['field']}" if path else missing["field"]
        return RequestError(f"{path} is missing.", param=path)
    return RequestError(f"{path or 'The body'}: {what[:1].lower()}{what[1:]}.", param=path or None)


def _place(said: str, body: bytes) -> str:
    """The decoder's reason, with line and column added to its byte position."""
    if not body.strip():
        return "it is empty"
    if body.startswith(b"\xef\xbb\xbf"):
        return "it begins with a byte order mark"
    reason = said.removeprefix("JSON is malformed: ").replace("Input data was truncated", "it ends too early")
    found = _BYTE.search(reason)
    if found is None:
        return reason
    offset = int(found[1])
    line = body.count(b"\n", 0, offset) + 1
    column = offset - body.rfind(b"\n", 0, offset)
    return f"{reason[: found.start()]} at line {line}, column {column}"
