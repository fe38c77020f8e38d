"""Answers as Gemini and Ollama give them, whole and as a stream, for dialects that have no front half."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from switchgear.core.canonical import Answer, Part, Reasoning, Text, ToolCall
from switchgear.dialects.base import DialectName

Json = dict[str, Any]
_GOOGLE = {"stop": "STOP", "tool_calls": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"}


def provided(answer: Answer, provider: DialectName) -> bytes:
    """The whole answer."""
    documents = [*pieces(answer, provider)]
    if provider == "ollama":
        message: Json = {"role": "assistant", "content": ""}
        for document in documents:
            for name, value in document["message"].items():
                message[name] = value if name == "role" else (message.get(name) or type(value)()) + value
        return json.dumps(documents[-1] | {"message": message}).encode()
    parts = [part for document in documents for part in document["candidates"][0]["content"]["parts"]]
    return json.dumps(
        documents[-1] | {"candidates": [{"content": {"parts": parts}, "finishReason": _GOOGLE[answer.finish]}]}
    ).encode()


def streamed(answer: Answer, provider: DialectName) -> bytes:
    """The answer as a stream, framed."""
    frame = "{}\n" if provider == "ollama" else "data: {}\r\n\r\n"
    return "".join(frame.format(json.dumps(document)) for document in pieces(answer, provider)).encode()


def pieces(answer: Answer, provider: DialectName) -> Iterable[Json]:
    """The documents of a stream: a part each, its text in two pieces."""
    make = _of_ollama if provider == "ollama" else _of_gemini
    for part in answer.parts:
        if isinstance(part, Text | Reasoning):
            half = len(part.text) // 2
            for text in filter(None, (part.text[:half], part.text[half:])):
                yield make(Text(text) if isinstance(part, Text) else Reasoning(text))
        else:
            yield make(part)
    usage = answer.usage
    assert usage is not None
    if provider == "ollama":
        reason = "length" if answer.finish == "length" else "stop"
        counts = {"prompt_eval_count": usage.prompt_tokens, "eval_count": usage.completion_tokens}
        yield {
            "model": "m",
            "message": {"role": "assistant", "content": ""},
            "done": True,
            "done_reason": reason,
        } | counts
        return
    counts = {
        "promptTokenCount": usage.prompt_tokens,
        "cachedContentTokenCount": usage.cached_tokens,
        "candidatesTokenCount": usage.completion_tokens - usage.reasoning_tokens,
        "thoughtsTokenCount": usage.reasoning_tokens,
    }
    yield {"candidates": [{"content": {"parts": []}, "finishReason": _GOOGLE[answer.finish]}], "usageMetadata": counts}


def _of_gemini(part: Part) -> Json:
    return {"candidates": [{"content": {"role": "model", "parts": [_gemini_part(part)]}, "index": 0}]}


def _gemini_part(part: Part) -> Json:
    if isinstance(part, ToolCall):
        return {"functionCall": {"id": part.id, "name": part.name, "args": json.loads(part.arguments)}}
    assert isinstance(part, Text | Reasoning)
    return {"text": part.text} | ({"thought": True} if isinstance(part, Reasoning) else {})


def _of_ollama(part: Part) -> Json:
    message: Json = {"role": "assistant", "content": ""}
    if isinstance(part, ToolCall):
        function = {"name": part.name, "arguments": json.loads(part.arguments)}
        message["tool_calls"] = [{"id": part.id, "function": function}]
    else:
        assert isinstance(part, Text | Reasoning)
        message["thinking" if isinstance(part, Reasoning) else "content"] = part.text
    return {"model": "m", "message": message, "done": False}
