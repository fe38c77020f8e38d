"""What the scripted provider says when nothing is scripted: the same answer to the same question, in every run.

Chat and completions say the prompt again; a token is a word with the space before it, so usage can be checked by
counting. Embeddings are unit vectors made from the text's SHA-256.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
import struct
from collections.abc import Iterable, Mapping
from typing import Any

from .shapes import Delta, Json

DIMENSIONS = 8


def split_tokens(text: str) -> list[str]:
    """The words of ``text``, each with the space around it; joined they are ``text`` again."""
    return re.findall(r"\s*\S+(?:\s+$)?", text) if text.strip() else []


def count(text: str) -> int:
    """Tokens of ``text``."""
    return len(split_tokens(text))


def content_text(content: Any) -> str:
    """The text of a message's content: a string, or the text parts of a list, joined."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(str(part.get("text", "")) for part in parts if isinstance(part, Mapping))


def prompt_texts(body: Mapping[str, Any]) -> list[str]:
    """Every text the request gives the model."""
    if "messages" in body:
        return [content_text(message.get("content")) for message in body["messages"]]
    prompt = body.get("prompt", body.get("input", ""))
    if isinstance(prompt, str):
        return [prompt]
    if prompt and isinstance(prompt[0], int):
        return [" ".join(map(str, prompt))]
    return [text if isinstance(text, str) else " ".join(map(str, text)) for text in prompt]


def echo(body: Mapping[str, Any]) -> tuple[list[Delta], str]:
    """The deltas that say the last user message (or prompt) again, and the finish reason: ``length`` when cut short."""
    texts = prompt_texts(body)
    users = [
        text for text, message in zip(texts, body.get("messages", ()), strict=False) if message.get("role") == "user"
    ]
    words = split_tokens((users or texts or [""])[-1])
    limit = body.get("max_completion_tokens", body.get("max_tokens"))
    cut = limit is not None and len(words) > limit
    return [{"content": word} for word in (words[:limit] if cut else words)], "length" if cut else "stop"


def vector(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """A unit vector of single-precision numbers that depends on ``text`` alone."""
    raw = b"".join(hashlib.sha256(f"{index}:{text}".encode()).digest() for index in range((dimensions + 7) // 8))
    numbers = [value / 2**31 - 1 for value in struct.unpack(f"<{len(raw) // 4}I", raw)][:dimensions]
    length = math.sqrt(sum(number * number for number in numbers)) or 1.0
    return list(struct.unpack(f"<{dimensions}f", struct.pack(f"<{dimensions}f", *(n / length for n in numbers))))


def embedding(text: str, index: int, body: Mapping[str, Any]) -> Json:
    """One entry of an embeddings answer, in the encoding the request asks for."""
    numbers = vector(text, body.get("dimensions") or DIMENSIONS)
    value: Any = numbers
    if body.get("encoding_format") == "base64":
        value = base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()
    return {"object": "embedding", "index": index, "embedding": value}


def merge(deltas: Iterable[Delta]) -> Json:
    """The whole message that ``deltas`` add up to, as OpenAI's clients put it together."""
    message: Json = {"role": "assistant", "content": None}
    calls: dict[int, Json] = {}
    for delta in deltas:
        for name, value in delta.items():
            if name == "tool_calls":
                _merge_calls(calls, value)
            elif isinstance(value, str) and name != "role":
                message[name] = (message.get(name) or "") + value
            elif value is not None or name not in message:
                message[name] = value
    if calls:
        message["tool_calls"] = [calls[index] for index in sorted(calls)]
    return message


def _merge_calls(calls: dict[int, Json], fragments: Iterable[Mapping[str, Any]]) -> None:
    for fragment in fragments:
        call = calls.setdefault(
            fragment["index"], {"id": None, "type": "function", "function": {"name": "", "arguments": ""}}
        )
        call["id"] = fragment.get("id", call["id"])
        for name, text in fragment.get("function", {}).items():
            call["function"][name] += text


def fragments(calls: Iterable[Mapping[str, Any]], size: int = 5) -> list[Delta]:
    """Whole tool calls as OpenAI streams them: name and id first, then the arguments, ``size`` characters a piece."""
    deltas: list[Delta] = []
    for index, call in enumerate(calls):
        name, text = call["function"]["name"], call["function"]["arguments"]
        opening = {"index": index, "id": call["id"], "type": "function", "function": {"name": name, "arguments": ""}}
        deltas.append({"tool_calls": [opening]})
        for start in range(0, len(text), size):
            piece = {"index": index, "function": {"arguments": text[start : start + size]}}
            deltas.append({"tool_calls": [piece]})
    return deltas
