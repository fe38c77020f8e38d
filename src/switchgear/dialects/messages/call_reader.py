"""A Messages request as a canonical call.

Source: https://platform.claude.com/docs/en/api/messages, with the fields of November 2026: ``output_config`` (effort and JSON
schema), adaptive thinking, tools that the provider runs, and the older ``output_format``.
"""

from __future__ import annotations

from typing import Any

import msgspec

from switchgear.core.canonical import (
    Call,
    Effort,
    Message,
    ReasoningWish,
    ResponseFormat,
    Text,
    Tool,
    ToolChoice,
)
from switchgear.core.errors import RequestError
from switchgear.dialects.body import check_spelling, decode, fields_of, other_fields, wrong
from switchgear.dialects.effort import EFFORTS
from switchgear.dialects.messages.conversation import ConversationReader, read_text
from switchgear.dialects.messages.requests import MessagesRequest, Thinking, WireToolChoice

_request = msgspec.json.Decoder(MessagesRequest)
_KNOWN = frozenset(MessagesRequest.__struct_fields__)
_READ = frozenset({"model", "stream", "messages", "max_tokens"})
_TOOL_FIELDS = frozenset({"name", "type", "description", "input_schema", "strict", "cache_control"})
_MODES: dict[str, Any] = {"auto": "auto", "any": "required", "none": "none"}
_EFFORTS: dict[str, Effort] = {effort: effort for effort in EFFORTS if effort not in ("none", "minimal")}
_DISPLAYED = {"summarized": True, "omitted": False}
_SERVICE_TIERS = {"standard_only": "default"}


def read_call(body: bytes, *, counting: bool = False) -> Call:
    """The request in ``body``. ``counting``: it is one of ``count_tokens``, which has no ``max_tokens``.

    Raises InvalidJSON, or RequestError with the field's path in ``param``.
    """
    wire = decode(_request, body)
    extra = other_fields(body, _KNOWN)
    if extra:
        check_spelling(extra, _READ)
    if not wire.messages:
        raise wrong("messages", "at least one message is needed")
    if wire.max_tokens is None and not counting:
        raise RequestError("max_tokens is missing.", param="max_tokens")
    if wire.max_tokens is not None and wire.max_tokens < 0:
        raise wrong("max_tokens", "a number of tokens is not negative")
    messages = ConversationReader(body).read(wire.messages)
    if not messages:
        raise wrong("messages", "a message must not be empty")
    if wire.system:
        messages.insert(0, _system(wire.system))
    call = Call(
        wire.model,
        messages,
        stream=wire.stream is True,
        max_tokens=wire.max_tokens,
        temperature=wire.temperature,
        top_p=wire.top_p,
        top_k=wire.top_k,
        stop=wire.stop_sequences or [],
        wants_usage=True,
        dialect="messages",
        extra=extra,
    )
    _read_wishes(call, wire, body)
    return call


def _system(system: Any) -> Message:
    return Message("system", [Text(system)] if isinstance(system, str) else [read_text(block) for block in system])


def _read_wishes(call: Call, wire: MessagesRequest, body: bytes) -> None:
    """The fields that a plain question does not have."""
    if wire.tools:
        call.tools = [_tool(number, tool) for number, tool in enumerate(wire.tools)]
    if wire.tool_choice is not None:
        _read_choice(call, wire.tool_choice)
    if wire.thinking is not None or wire.output_config is not None:
        config = dict(wire.output_config or {})
        if (told := config.pop("format", None)) is not None:
            call.format = _format(told, "output_config.format")
        _read_thinking(call, wire.thinking, config, body)
    if wire.output_format is not None and call.format is None:
        call.format = _format(wire.output_format, "output_format")
    if wire.metadata is not None:
        _read_metadata(call, dict(wire.metadata))
    if wire.service_tier:
        call.service_tier = _SERVICE_TIERS.get(wire.service_tier, wire.service_tier)


# ---------------------------------------------------------------- tools


def _tool(number: int, tool: dict[str, Any]) -> Tool:
    name = tool.get("name")
    kind = tool.get("type")
    at = f"tools[{number}]"
    if kind is not None and kind != "custom":
        if not isinstance(kind, str):
            raise wrong(f"{at}.type", "expected `str`")
        shared = "web_search" if kind.startswith("web_search_") else kind
        return Tool(shared, "builtin", raw=tool, dialect="messages", cache=_cache(tool, at))
    if not isinstance(name, str) or not name:
        raise RequestError(f"{at}.name is missing.", param=f"{at}.name")
    schema = tool.get("input_schema")
    if schema is None:
        raise RequestError(f"{at}.input_schema is missing.", param=f"{at}.input_schema")
    if not isinstance(schema, dict):
        raise wrong(f"{at}.input_schema", "expected `object`")
    description, strict = tool.get("description"), tool.get("strict")
    if description is not None and not isinstance(description, str):
        raise wrong(f"{at}.description", "expected `str`")
    others = None
    if not tool.keys() <= _TOOL_FIELDS:
        others = {key: value for key, value in tool.items() if key not in _TOOL_FIELDS}
    return Tool(
        name,
        description=description or "",
        parameters=schema,
        strict=strict if isinstance(strict, bool) else None,
        raw=others,
        dialect="messages",
        cache=_cache(tool, at),
    )


def _cache(fields: dict[str, Any], at: str) -> str:
    control = fields.get("cache_control")
    if control is None:
        return ""
    if not isinstance(control, dict):
        raise wrong(f"{at}.cache_control", "expected `object`")
    ttl = control.get("ttl")
    return ttl if isinstance(ttl, str) else "5m"


def _read_choice(call: Call, choice: WireToolChoice) -> None:
    if choice.type == "tool":
        if not choice.name:
            raise RequestError("tool_choice.name is missing.", param="tool_choice.name")
        names = [_tool_name(tool) for tool in call.tools]
        if choice.name not in names:
            raise wrong("tool_choice.name", "no tool has this name")
        call.tool_choice = ToolChoice("named", call.tools[names.index(choice.name)].name)
    else:
        call.tool_choice = ToolChoice(_MODES[choice.type])
    if choice.disable_parallel_tool_use is not None:
        call.parallel_tools = not choice.disable_parallel_tool_use


def _tool_name(tool: Tool) -> str:
    """The name by which the request calls a tool."""
    return str((tool.raw or {}).get("name") or tool.name) if tool.kind == "builtin" else tool.name


# ---------------------------------------------------------------- thinking and output


def _read_thinking(call: Call, thinking: Thinking | None, config: dict[str, Any], body: bytes) -> None:
    """What was said of thinking, in ``call.reasoning``; what only Anthropic knows of it, in ``call.extra``."""
    effort = _effort(config)
    kept: dict[str, Any] = {}
    if thinking is None:
        call.reasoning = ReasoningWish(effort) if effort is not None else None
    elif thinking.type == "enabled":
        if thinking.budget_tokens is None:
            raise RequestError("thinking.budget_tokens is missing.", param="thinking.budget_tokens")
        call.reasoning = ReasoningWish(effort, thinking.budget_tokens, show=_DISPLAYED.get(thinking.display or ""))
    elif thinking.type == "adaptive":
        call.reasoning = ReasoningWish(effort, show=_DISPLAYED.get(thinking.display or ""), adaptive=True)
    else:  # off, or of a kind we do not know: the effort is then one of answering, which other dialects do not have
        if effort is not None:
            config["effort"] = effort
        if thinking.type in ("disabled", "between_tools"):
            call.reasoning = ReasoningWish("none")
        if thinking.type != "disabled":
            kept["thinking"] = msgspec.json.decode(fields_of(body)["thinking"])
    config = {name: value for name, value in config.items() if value is not None}
    if config:
        kept["output_config"] = config
    if kept:
        call.extra = {**call.extra, **kept}


def _effort(config: dict[str, Any]) -> Effort | None:
    effort = config.pop("effort", None)
    if effort is None:
        return None
    if not isinstance(effort, str) or effort not in _EFFORTS:
        raise wrong("output_config.effort", f"expected one of {', '.join(_EFFORTS)}")
    return _EFFORTS[effort]


def _format(told: object, at: str) -> ResponseFormat:
    if not isinstance(told, dict) or told.get("type") != "json_schema":
        raise wrong(f"{at}.type", "expected `json_schema`")
    schema = told.get("schema")
    if not isinstance(schema, dict):
        raise RequestError(f"{at}.schema is missing.", param=f"{at}.schema")
    return ResponseFormat("schema", schema=schema)


def _read_metadata(call: Call, metadata: dict[str, Any]) -> None:
    user = metadata.pop("user_id", None)
    if user is not None and not isinstance(user, str):
        raise wrong("metadata.user_id", "expected `str`")
    call.user = user or ""
    if metadata:
        call.extra = {**call.extra, "metadata": metadata}
