"""What each side of a crossing can say, and what a call means whatever it is written in.

``CLIENTS`` are the fronts, ``PROVIDERS`` the backs, each with the words it has; a crossing keeps what is in both sets. Gemini and Ollama
have no front half here, so ``crossing_heard`` reads their requests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from crossing_heard import heard_by_gemini, heard_by_ollama

from switchgear.core.canonical import (
    Audio,
    Call,
    Effort,
    File,
    Image,
    Message,
    Part,
    Reasoning,
    Refusal,
    Text,
    Tool,
    ToolCall,
    ToolResult,
)
from switchgear.core.capabilities import Target
from switchgear.dialects.base import Back, DialectName
from switchgear.dialects.custom_tools import as_function, wrapped
from switchgear.dialects.effort import BUDGETS, EFFORTS, effort_of, nearest, wished_effort
from switchgear.dialects.registry import BACKS, FRONTS

PROVIDER = "p"

_SAMPLING = {"temperature", "top_p"}
_ALL_CLIENTS = {
    "several_texts", "image_url", "file_data", "result_images", "choice", "parallel", "schema", "reasoning", "user", "tier", "system",
    "strict", "stop", "thoughts", "max_tokens", "tools", "stream", "file_name", *_SAMPLING,
}  # fmt: skip
_OPENAI = {
    "detail",
    "audio",
    "refusals",
    "custom",
    "json",
    "schema_name",
    "allowed",
    "parallel_true",
    "verbosity",
    "cache_key",
}

CLIENTS: dict[DialectName, set[str]] = {
    "chat": _ALL_CLIENTS | _OPENAI | {"later_system", "cache", "file_url", "top_k", "seed", "penalties"},
    "responses": (_ALL_CLIENTS | _OPENAI | {"later_system", "any_order", "file_id", "file_url", "metadata"}) - {"stop"},
    "messages": _ALL_CLIENTS | {"any_order", "file_id", "file_url", "cache", "top_k", "is_error", "budget", "redacted"},
}
"""The words of each client. ``several_texts``: texts side by side stay apart; ``any_order``: an assistant's parts do."""


class Tongue(NamedTuple):
    """One kind of provider: its ``words``, and how much thinking it hears when asked for some."""

    back: Back
    target: Target
    words: set[str]
    hears: Callable[[Effort], Effort]
    read: Callable[[bytes], Call]
    tiers: frozenset[str] = frozenset({"auto", "default"})


def _of(*efforts: Effort) -> Callable[[Effort], Effort]:
    return lambda effort: nearest(effort, efforts)


def _by_budget(effort: Effort) -> Effort:
    return effort_of(BUDGETS[effort])


def _tongue(name: DialectName, kind: str, model: str, words: set[str], **more: Any) -> Tongue:
    read = more.pop("read", None) or FRONTS[name].read_call
    return Tongue(BACKS[name], Target(PROVIDER, kind, model, native_signatures=name), words, read=read, **more)


_TIERS = frozenset({"auto", "default", "flex", "priority"})
_CHAT = {
    "several_texts", "image_url", "file_data", "result_images", "choice", "parallel", "schema", "user", "tier", "system", "strict",
    "max_tokens", "tools", "later_system", "stream", "file_name", *_OPENAI,
}  # fmt: skip
_GOOGLE = {
    "several_texts", "image_url", "file_data", "file_url", "result_images", "choice", "allowed", "schema", "reasoning", "system",
    "max_tokens", "tools", "stop", "top_k", "json", "audio", "penalties", "is_error", "seed", *_SAMPLING,
}  # fmt: skip
_OLLAMA = {
    "result_images", "schema", "reasoning", "system", "max_tokens", "tools", "stop", "top_k", "json", "is_error",
    "seed", "penalties", "later_system", "stream", *_SAMPLING,
}  # fmt: skip

PROVIDERS: dict[str, Tongue] = {
    "openai chat": _tongue(
        "chat", "openai", "gpt-4.1", (_CHAT | _SAMPLING | {"stop", "seed", "penalties"}) - {"verbosity"}, hears=_of("none"),
        tiers=_TIERS,
    ),
    "openai chat that reasons": _tongue(
        "chat", "openai", "gpt-5.6", _CHAT | {"reasoning", "seed"}, hears=_of("none", "low", "medium", "high", "xhigh", "max"),
        tiers=_TIERS,
    ),
    "chat of others": _tongue(
        "chat", "openai", "anthropic/claude-opus-4.5",
        (_CHAT | _SAMPLING | {"stop", "seed", "penalties", "top_k", "thoughts", "redacted", "cache", "reasoning", "file_url"})
        - {"several_texts", "custom", "verbosity", "cache_key", "tier", "refusals", "allowed"},
        hears=_of("none", "low", "medium", "high"),
    ),
    "responses": _tongue(
        "responses", "openai", "gpt-5.6",
        (_CHAT | _SAMPLING | {"any_order", "thoughts", "reasoning", "file_url", "file_id", "metadata"}), hears=_of(*EFFORTS),
        tiers=_TIERS,
    ),
    "messages with budgets": _tongue(
        "messages", "anthropic", "claude-opus-4-5",
        CLIENTS["messages"] | {"stop"}, hears=_by_budget,
    ),
    "messages that adapts": _tongue(
        "messages", "anthropic", "claude-opus-4-8", CLIENTS["messages"] - _SAMPLING - {"top_k", "budget"},
        hears=_of("none", "low", "medium", "high", "xhigh", "max"),
    ),
    "gemini 3": _tongue(
        "gemini", "gemini", "gemini-3.6-flash", _GOOGLE, hears=_of("minimal", "low", "medium", "high"), read=heard_by_gemini,
    ),
    "gemini 2.5": _tongue("gemini", "gemini", "gemini-2.5-flash", _GOOGLE | {"budget"}, hears=_by_budget, read=heard_by_gemini),
    "ollama": _tongue("ollama", "ollama", "qwen3", _OLLAMA, hears=_of("none", "low", "medium", "high", "max"), read=heard_by_ollama),
}  # fmt: skip
"""Kinds of providers whose models take different words."""


# ---------------------------------------------------------------- what a call means

_INTRODUCES = re.compile(r"(From the tool call .*:|What the tool call .* gave:)", re.DOTALL)
"""A text that says which call the images after it are from, where results of tools hold text only."""
_ELSEWHERE = "(See the next user message.)"
_NO_PARAMETERS = {"type": "object", "properties": {}}


def meaning(call: Call, words: set[str], hears: Callable[[Effort], Effort] | None = None) -> dict[str, Any]:
    """What a call says as far as ``words`` go, the same for every way to say it.

    Not told apart are: JSON in another spelling; neighbouring messages of one role; images within a result of a tool and in a user's
    message after it; a refusal and its text, and a custom tool and the function that stands in for it, where not both sides
    have the former; a tool that takes nothing and one that says nothing of it; ``strict: false`` and nothing; ``auto`` and nothing; whose
    mark a signature bears. With ``hears`` the wish to think is put as the provider hears it.
    """
    said: dict[str, Any] = {"turns": _turns(call.messages, words)}
    for word in (
        "stream",
        "max_tokens",
        "temperature",
        "top_p",
        "top_k",
        "stop",
        "seed",
        "user",
        "verbosity",
        "cache_key",
        "metadata",
    ):
        if word in words:
            said[word] = getattr(call, word)
    if "penalties" in words:
        said["penalties"] = (call.presence_penalty, call.frequency_penalty)
    if "tier" in words:
        said["tier"] = call.service_tier
    if "tools" in words:
        said["tools"] = [_tool(tool, words) for tool in call.tools]
    if (
        "choice" in words
        and call.tool_choice is not None
        and (call.tool_choice.mode != "auto" or call.tool_choice.allowed)
    ):
        choice = call.tool_choice
        said["choice"] = (choice.mode, choice.name, choice.allowed if "allowed" in words else ())
    if "parallel" in words:
        said["parallel"] = call.parallel_tools if "parallel_true" in words else call.parallel_tools is not False
    if call.format is not None:
        named = (call.format.name, call.format.description, call.format.strict) if "schema_name" in words else ()
        said["format"] = (call.format.kind, call.format.schema, named)
    if call.reasoning is not None and (effort := wished_effort(call.reasoning)) is not None:
        said["effort"] = effort if hears is None else hears(effort)
    return said  # fmt: skip


def _tool(tool: Tool, words: set[str]) -> tuple[Any, ...]:
    if tool.kind == "custom" and "custom" not in words:
        tool = as_function(tool)
    parameters = (tool.parameters or _NO_PARAMETERS) if tool.kind == "function" else tool.format
    cache = tool.cache if "cache" in words else ""
    return tool.name, tool.kind, tool.description, parameters, tool.strict is True and "strict" in words, cache


def _turns(messages: list[Message], words: set[str]) -> list[tuple[str, list[Any]]]:
    turns: list[tuple[str, list[Any]]] = []
    carried: list[Any] = []
    for message in messages:
        if message.role == "tool":
            carried += _shown(message, words)
            said = [_result(part, words) for part in message.parts if isinstance(part, ToolResult)]
        else:
            said = [one for part in message.parts if (one := _part(part, words)) is not None]
            if carried:
                turns.append(("user", carried))
                carried = []
        if turns and turns[-1][0] == message.role:
            turns[-1][1].extend(said)
        else:
            turns.append((message.role, said))
    if carried:
        turns.append(("user", carried))
    return turns


def _shown(message: Message, words: set[str]) -> list[Any]:
    """The images of results."""
    results = [part for part in message.parts if isinstance(part, ToolResult)]
    return [
        _medium(piece, words - {"cache"}) for result in results for piece in result.content if isinstance(piece, Image)
    ]


def _result(result: ToolResult, words: set[str]) -> tuple[Any, ...]:
    texts = [piece.text for piece in result.content if isinstance(piece, Text) and piece.text != _ELSEWHERE]
    return ("result", result.call_id, "\n\n".join(filter(None, texts)), result.is_error and "is_error" in words)


def _part(part: Part, words: set[str]) -> tuple[Any, ...] | None:
    if isinstance(part, Text):
        if _INTRODUCES.fullmatch(part.text):
            return None
        return ("text", part.text, part.cache if "cache" in words else "")
    if isinstance(part, Refusal):
        return ("refusal" if "refusals" in words else "text", part.text, "")
    if isinstance(part, ToolCall):
        if part.custom and "custom" in words:
            return ("custom call", part.id, part.name, part.arguments)
        arguments = wrapped(part.arguments) if part.custom else part.arguments
        return ("call", part.id, part.name, json.loads(arguments))
    if isinstance(part, Reasoning):
        return ("thought", part.text, part.signature.value if part.signature else "")
    assert isinstance(part, Image | File | Audio)
    return _medium(part, words)


def _medium(part: Image | File | Audio, words: set[str]) -> tuple[Any, ...]:
    if isinstance(part, Audio):
        return ("audio", part.data, part.format)
    name = part.detail if isinstance(part, Image) else part.filename if part.data and "file_name" in words else ""
    kind = part.media_type if part.data else ""
    cache = part.cache if "cache" in words else ""
    return (type(part).__name__, part.url, part.file_id, part.data, kind, name, cache)
