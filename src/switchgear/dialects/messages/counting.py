"""About how many tokens a request is, where its provider does not count them."""

from __future__ import annotations

import msgspec

from switchgear.core.canonical import (
    Call,
    File,
    Native,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)

CHARACTERS_PER_TOKEN = 4
"""The usual rule of thumb for English text and JSON."""
MESSAGE_TOKENS = 4
"""What a message costs beside its text."""
MEDIA_TOKENS = 1500
"""What an image of usual size costs (https://platform.claude.com/docs/en/build-with-claude/vision); a document is at least that."""

_encode = msgspec.json.Encoder().encode


def estimated_tokens(call: Call) -> int:
    """The tokens of the messages and tools of ``call``, by the length of their text. Thoughts of earlier turns count too."""
    characters = 0
    media = 0
    for message in call.messages:
        for part in message.parts:
            size, images = _size(part)
            characters += size
            media += images
    for tool in call.tools:
        characters += len(tool.name) + len(tool.description) + len(_encode(tool.parameters or tool.raw or {}))
    texts = -(-characters // CHARACTERS_PER_TOKEN)
    return texts + media * MEDIA_TOKENS + (len(call.messages) + len(call.tools)) * MESSAGE_TOKENS


def _size(part: Part) -> tuple[int, int]:
    """Characters of text, and how many images or documents, a part is."""
    if isinstance(part, Text | Reasoning | Refusal):
        return len(part.text), 0
    if isinstance(part, ToolCall):
        return len(part.name) + len(part.arguments), 0
    if isinstance(part, ToolResult):
        sizes = [_size(inner) for inner in part.content]
        return sum(size for size, _ in sizes), sum(images for _, images in sizes)
    if isinstance(part, File):
        return len(part.text), 0 if part.text else 1
    if isinstance(part, Native):
        return len(part.text or _encode(part.raw)), 0
    return 0, 1  # an image or a recording
