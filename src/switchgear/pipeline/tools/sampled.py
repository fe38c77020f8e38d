"""``sampling/createMessage`` as a request of Chat Completions, and its answer as the result.

Source: Model Context Protocol 2025-11-25, Sampling, with tools; older revisions have a part of it. ``includeContext`` is passed over, as
its default says: a plugin is told nothing of what others said.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Raw

from switchgear.core.canonical import Answer, Finish, Text, ToolCall
from switchgear.dialects.data_urls import data_url
from switchgear.plugins.mcp.asking import Declined

_INVALID_PARAMS: Final = -32602
_STOPS: Final[dict[Finish, str]] = {"length": "maxTokens", "tool_calls": "toolUse"}
_SOUNDS: Final = {"audio/wav": "wav", "audio/mpeg": "mp3", "audio/mp3": "mp3"}
_MOST_TOKENS: Final = 1 << 20
_encode = msgspec.json.Encoder().encode


class _Content(msgspec.Struct):
    type: str
    text: str = ""
    data: str = ""
    mime: str = msgspec.field(name="mimeType", default="")
    id: str = ""
    name: str = ""
    input: Raw = Raw(b"{}")
    use: str = msgspec.field(name="toolUseId", default="")
    content: list[_Content] = []


class _Message(msgspec.Struct):
    role: str
    content: _Content | list[_Content]


class _Hint(msgspec.Struct):
    name: str = ""


class _Preferences(msgspec.Struct):
    hints: list[_Hint] = []


class _Tool(msgspec.Struct):
    name: str
    description: str | None = None
    schema: Raw = msgspec.field(name="inputSchema", default=Raw(b'{"type":"object"}'))


class _Choice(msgspec.Struct):
    mode: str = "auto"


class _Params(msgspec.Struct):
    messages: list[_Message]
    most: int = msgspec.field(name="maxTokens")
    system: str | None = msgspec.field(name="systemPrompt", default=None)
    temperature: float | None = None
    stop: list[str] | None = msgspec.field(name="stopSequences", default=None)
    preferences: _Preferences | None = msgspec.field(name="modelPreferences", default=None)
    tools: list[_Tool] | None = None
    choice: _Choice | None = msgspec.field(name="toolChoice", default=None)


_params = msgspec.json.Decoder(_Params)


def _read(params: bytes | Raw) -> _Params:
    try:
        return _params.decode(params)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Declined(_INVALID_PARAMS, f"These are no params of sampling/createMessage: {error}") from None


def model_hints(params: bytes | Raw) -> list[str]:
    """Parts of names of models that the server would like, the best first. Raises Declined."""
    preferences = _read(params).preferences
    return [one.name for one in preferences.hints if one.name] if preferences is not None else []


def read_request(params: bytes | Raw) -> tuple[dict[str, Any], int]:
    """The fields of the request but for the model, and the longest answer in tokens. Raises Declined for what makes no sense."""
    asked = _read(params)
    if not 1 <= asked.most <= _MOST_TOKENS:
        raise Declined(_INVALID_PARAMS, f"maxTokens must be from 1 to {_MOST_TOKENS}.")
    messages: list[dict[str, Any]] = [{"role": "system", "content": asked.system}] if asked.system else []
    for one in asked.messages:
        messages += _said(one)
    if not messages:
        raise Declined(_INVALID_PARAMS, "messages must not be empty.")
    fields: dict[str, Any] = {"messages": messages, "max_tokens": asked.most}
    if asked.temperature is not None:
        fields["temperature"] = asked.temperature
    if asked.stop:
        fields["stop"] = asked.stop
    if asked.tools:
        fields["tools"] = [
            {
                "type": "function",
                "function": {"name": one.name, "description": one.description or "", "parameters": one.schema},
            }
            for one in asked.tools
        ]
        if asked.choice is not None and asked.choice.mode in ("required", "none"):
            fields["tool_choice"] = asked.choice.mode
    return fields, asked.most


def _said(message: _Message) -> list[dict[str, Any]]:
    """One message as those of a chat: results of tools are messages of their own."""
    content = message.content if isinstance(message.content, list) else [message.content]
    if message.role == "assistant":
        said: dict[str, Any] = {
            "role": "assistant",
            "content": "".join(one.text for one in content if one.type == "text"),
        }
        calls = [
            {"id": one.id, "type": "function", "function": {"name": one.name, "arguments": bytes(one.input).decode()}}
            for one in content
            if one.type == "tool_use"
        ]
        return [said | ({"tool_calls": calls} if calls else {})]
    if message.role != "user":
        raise Declined(_INVALID_PARAMS, f"There is no role {message.role[:40]!r}: user and assistant are known.")
    found: list[dict[str, Any]] = [
        {"role": "tool", "tool_call_id": one.use, "content": "\n".join(each.text for each in one.content)}
        for one in content
        if one.type == "tool_result"
    ]
    parts = [_part(one) for one in content if one.type != "tool_result"]
    return found + ([{"role": "user", "content": parts}] if parts else [])


def _part(one: _Content) -> dict[str, Any]:
    if one.type == "text":
        return {"type": "text", "text": one.text}
    if one.type == "image" and one.data:
        return {"type": "image_url", "image_url": {"url": data_url(one.mime or "image/png", one.data)}}
    if one.type == "audio" and one.mime in _SOUNDS:
        return {"type": "input_audio", "input_audio": {"data": one.data, "format": _SOUNDS[one.mime]}}
    raise Declined(_INVALID_PARAMS, f"Content of the type {one.type[:40]!r} cannot be shown to a model.")


def write_result(answer: Answer, model: str) -> bytes:
    """The result that an answer is."""
    text = "".join(part.text for part in answer.parts if isinstance(part, Text))
    calls = [
        {"type": "tool_use", "id": part.id, "name": part.name, "input": _object(part.arguments)}
        for part in answer.parts
        if isinstance(part, ToolCall)
    ]
    said: dict[str, Any] = {"type": "text", "text": text}
    content: Any = [*([said] if text else []), *calls] if calls else said
    stop = _STOPS.get(answer.finish, "endTurn")
    return _encode({"role": "assistant", "content": content, "model": model, "stopReason": stop})


def _object(arguments: str) -> Any:
    try:
        value = msgspec.json.decode(arguments)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {}
