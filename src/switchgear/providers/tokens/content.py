"""What of a request is counted: its texts, and how much there is that is no text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from switchgear.core.canonical import (
    Audio,
    Call,
    File,
    Image,
    Native,
    Part,
    Reasoning,
    Refusal,
    Text,
    Tool,
    ToolCall,
    ToolResult,
)

_encode = msgspec.json.Encoder().encode
_prompts = msgspec.json.Decoder(str | list[str | int | list[int]] | None)

_TOOL_TOKENS: Final = 8
"""What a tool costs beside its words."""


class Content(msgspec.Struct):
    """The ``texts`` of a request, and how many messages, media (images, sounds, documents) and tools it has.

    ``counted`` are tokens that came as numbers. ``pure`` is whether there is nothing but text, so that a count can be exact.
    """

    texts: list[str]
    messages: int = 0
    media: int = 0
    tools: int = 0
    counted: int = 0
    pure: bool = True

    @property
    def size(self) -> int:
        """Characters of all texts."""
        return sum(map(len, self.texts))


def content_of_call(call: Call) -> Content:
    """What is counted of a chat."""
    content = Content([], messages=len(call.messages), tools=len(call.tools))
    for message in call.messages:
        content.texts.append(message.role)
        content.texts.extend(text for part in message.parts for text in _texts(part, content))
        if message.name:
            content.texts.append(message.name)
    for tool in call.tools:
        content.texts.append(_told(tool))
    if call.tools or call.format is not None:
        content.pure = False
        content.counted += _TOOL_TOKENS * len(call.tools)
    if call.format is not None and call.format.schema:
        content.texts.append(_encode(call.format.schema).decode())
    return content


def content_of_fields(fields: Mapping[str, msgspec.Raw], name: str) -> Content | None:
    """What is counted of a field that holds a text, several, or tokens (``prompt``, ``input``); None for anything else."""
    try:
        given = _prompts.decode(fields.get(name, b"null"))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    content = Content([])
    for each in [given] if isinstance(given, str) else given or ():
        if isinstance(each, str):
            content.texts.append(each)
        else:
            content.counted += 1 if isinstance(each, int) else len(each)
    return content


def _texts(part: Part, content: Content) -> Iterable[str]:
    """The texts of a part; what it has beside them is noted."""
    if isinstance(part, Text | Refusal):
        return (part.text,)
    if isinstance(part, Reasoning):
        content.pure = False
        return (part.text,)
    if isinstance(part, ToolCall):
        content.pure = False
        return (part.name, part.arguments)
    if isinstance(part, ToolResult):
        content.pure = False
        return [text for inner in part.content for text in _texts(inner, content)]
    content.pure = False
    return _of_media(part, content)


def _of_media(part: Image | Audio | File | Native, content: Content) -> Iterable[str]:
    if isinstance(part, Native):
        return (part.text or _encode(part.raw).decode(),)
    if isinstance(part, File) and part.text:
        return (part.text,)
    content.media += 1
    return ()


def _told(tool: Tool) -> str:
    return f"{tool.name}\n{tool.description}\n{_encode(tool.parameters or tool.raw or {}).decode()}"
