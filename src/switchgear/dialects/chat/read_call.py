"""A request of Chat Completions as a canonical call.

Source: https://platform.openai.com/docs/api-reference/chat/create. ``functions`` and ``function_call``, which ``tools`` replaced,
are read too, and answered in their own form.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec

from switchgear.core.canonical import Call, Effort, ReasoningWish, ResponseFormat, Tool, ToolChoice
from switchgear.core.errors import RequestError
from switchgear.dialects.body import check_spelling, decode, fields_of, other_fields, wrong
from switchgear.dialects.chat.conversation import ConversationReader
from switchgear.dialects.chat.request import (
    LEGACY,
    AnyRequest,
    CacheControl,
    ChoiceFields,
    CustomDefinition,
    FormatFields,
    FunctionDefinition,
    Named,
    RawTools,
    ReasoningFields,
    Request,
    SchemaFields,
    ThinkingFields,
    ToolReference,
    WireTool,
)
from switchgear.dialects.effort import EFFORTS

_only_known = msgspec.json.Decoder(Request)
_any = msgspec.json.Decoder(AnyRequest)
_raw_tools = msgspec.json.Decoder(RawTools)
_KNOWN = frozenset(Request.__struct_fields__)
_SPELT = frozenset({"model", "stream", "stream_options", "messages"})
_CACHED = "5m"
_THOUGHT_FIELDS = ("reasoning_effort", "reasoning", "thinking", "include_reasoning")
_DEFAULT_EFFORT: Effort = "medium"
"""What ``reasoning.enabled`` alone asks for (https://openrouter.ai/docs/guides/best-practices/reasoning-tokens)."""


def read_call(body: bytes) -> Call:
    """The request in ``body``. Raises InvalidJSON, or RequestError with the field's path in ``param``."""
    wire: Request
    extra: dict[str, Any] = {}
    try:
        wire = _only_known.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        wire = decode(_any, body)
        extra = other_fields(body, _KNOWN)
        check_spelling(extra, _SPELT)
    if not wire.messages:
        raise wrong("messages", "there must be at least one message")
    stop = wire.stop
    call = Call(
        wire.model,
        ConversationReader().read(wire.messages),
        stream=wire.stream is True,
        max_tokens=wire.max_tokens if wire.max_completion_tokens is None else wire.max_completion_tokens,
        temperature=wire.temperature,
        top_p=wire.top_p,
        top_k=wire.top_k,
        stop=([stop] if stop else []) if isinstance(stop, str) else stop or [],
        seed=wire.seed,
        presence_penalty=wire.presence_penalty,
        frequency_penalty=wire.frequency_penalty,
        logit_bias=wire.logit_bias,
        logprobs=wire.logprobs,
        top_logprobs=wire.top_logprobs,
        n=wire.n,
        user=wire.user or wire.safety_identifier or "",
        metadata=wire.metadata,
        service_tier=wire.service_tier or "",
        verbosity=wire.verbosity or "",
        modalities=wire.modalities,
        audio=wire.audio,
        cache_key=wire.prompt_cache_key or "",
        wants_usage=wire.stream_options is not None and wire.stream_options.include_usage is True,
        dialect="chat",
        extra=extra,
    )
    if wire.user and wire.safety_identifier and wire.user != wire.safety_identifier:
        extra["safety_identifier"] = wire.safety_identifier
    if wire.tools or wire.functions or wire.web_search_options is not None or wire.tool_choice is not None:
        _read_tools(call, wire, body)
    if wire.response_format is not None:
        call.format = _format(wire.response_format)
    call.reasoning = _wish(wire, body)
    return call


# ---------------------------------------------------------------- tools


def _read_tools(call: Call, wire: Request, body: bytes) -> None:
    tools: list[Tool] = []
    raw: list[dict[str, Any]] | None = None
    for number, tool in enumerate(wire.tools or ()):
        if tool.type in ("function", "custom", None):
            tools.append(_tool(f"tools[{number}]", tool))
            continue
        raw = decode(_raw_tools, body).tools if raw is None else raw
        shared = "web_search" if tool.type.startswith("web_search") else tool.type
        tools.append(Tool(shared, "builtin", raw=raw[number], dialect="chat"))
    tools += [_function(function, "", LEGACY) for function in wire.functions or ()]
    if wire.web_search_options is not None:
        tools.append(Tool("web_search", "builtin", raw=wire.web_search_options, dialect="chat"))
    call.tools = tools
    call.parallel_tools = wire.parallel_tool_calls
    if wire.tool_choice is not None:
        call.tool_choice = _choice(wire.tool_choice, {tool.name for tool in tools})
    elif isinstance(wire.function_call, Named):
        call.tool_choice = ToolChoice("named", _known(wire.function_call.name, tools, "function_call.name"))
    elif wire.function_call is not None:
        call.tool_choice = ToolChoice(wire.function_call)


def _tool(path: str, tool: WireTool) -> Tool:
    cache = _cache(tool.cache_control)
    if tool.type == "custom" or (tool.type is None and tool.custom is not None):
        if tool.custom is None:
            raise RequestError(f"{path}.custom is missing.", param=f"{path}.custom")
        return _custom(path, tool.custom, cache)
    if tool.function is None:
        raise RequestError(f"{path}.function is missing.", param=f"{path}.function")
    return _function(tool.function, cache, "chat")


def _function(function: FunctionDefinition, cache: str, dialect: str) -> Tool:
    return Tool(
        function.name,
        description=function.description or "",
        parameters=function.parameters,
        strict=function.strict,
        dialect=dialect,
        cache=cache or _cache(function.cache_control),
    )


def _custom(path: str, custom: CustomDefinition, cache: str) -> Tool:
    form: dict[str, Any] | None = None
    if custom.format is not None and custom.format.type == "grammar":
        grammar = custom.format.grammar
        if grammar is None:
            raise RequestError(f"{path}.custom.format.grammar is missing.", param=f"{path}.custom.format.grammar")
        form = {"type": "grammar", "syntax": grammar.syntax, "definition": grammar.definition}
    return Tool(custom.name, "custom", custom.description or "", format=form, dialect="chat", cache=cache)


def _cache(control: CacheControl | None) -> str:
    return "" if control is None else control.ttl or _CACHED


def _choice(choice: str | ChoiceFields, names: set[str]) -> ToolChoice:
    if isinstance(choice, str):
        return ToolChoice("required" if choice in ("required", "any") else cast("Any", choice))
    if choice.type == "allowed_tools":
        if choice.allowed_tools is None:
            raise RequestError("tool_choice.allowed_tools is missing.", param="tool_choice.allowed_tools")
        allowed = tuple(
            _referred(f"tool_choice.allowed_tools.tools[{number}]", tool, names)
            for number, tool in enumerate(choice.allowed_tools.tools)
        )
        return ToolChoice(choice.allowed_tools.mode, allowed=allowed)
    return ToolChoice("named", _referred("tool_choice", choice, names))


def _referred(path: str, given: ChoiceFields | ToolReference, names: set[str]) -> str:
    """The name of the tool that is referred to; it must be one of the call's."""
    named = given.custom if given.type == "custom" else given.function
    if named is None:
        if given.type in names:  # a tool of the provider's own goes by its type
            return given.type
        raise RequestError(f"{path}.{given.type} is missing.", param=f"{path}.{given.type}")
    if named.name not in names:
        raise wrong(f"{path}.{given.type}.name", "no tool has this name")
    return named.name


def _known(name: str, tools: list[Tool], path: str) -> str:
    if all(tool.name != name for tool in tools):
        raise wrong(path, "no function has this name")
    return name


# ---------------------------------------------------------------- the form of the answer, and thinking


def _format(given: FormatFields) -> ResponseFormat | None:
    if given.type == "text":
        return None
    if given.type == "json_object" and given.schema is None:
        return ResponseFormat("json")
    fields = given.json_schema
    if given.type == "json_schema" and fields is None:
        raise RequestError("response_format.json_schema is missing.", param="response_format.json_schema")
    fields = fields or SchemaFields(schema=given.schema)
    return ResponseFormat("schema", fields.name, fields.schema, fields.description or "", fields.strict)


def _wish(wire: Request, body: bytes) -> ReasoningWish | None:
    """What is wished of reasoning, in whichever of the four ways it was said; the one with a number or word counts."""
    if (
        wire.reasoning_effort is None
        and wire.reasoning is None
        and wire.thinking is None
        and wire.include_reasoning is None
    ):
        return None
    effort = _effort(wire.reasoning_effort, "reasoning_effort")
    budget: int | None = None
    show = wire.include_reasoning
    summary = ""
    adaptive = False
    if wire.reasoning is not None:
        told, budget = _openrouter(wire.reasoning)
        effort = effort or told
        show = show if wire.reasoning.exclude is None else not wire.reasoning.exclude
        summary = wire.reasoning.summary or ""
    if wire.thinking is not None:
        told, limit = _anthropic(wire.thinking)
        effort, budget = effort or told, limit if budget is None else budget
        adaptive = wire.thinking.type in ("adaptive", "auto")
    written = fields_of(body)
    raw = {name: msgspec.json.decode(written[name]) for name in _THOUGHT_FIELDS if getattr(wire, name) is not None}
    return ReasoningWish(effort, budget, show, summary, adaptive=adaptive, raw=raw)


def _openrouter(fields: ReasoningFields) -> tuple[Effort | None, int | None]:
    effort = _effort(fields.effort, "reasoning.effort")
    if effort is None and fields.max_tokens is None and fields.enabled is not None:
        effort = _DEFAULT_EFFORT if fields.enabled else "none"
    return effort, fields.max_tokens


def _anthropic(fields: ThinkingFields) -> tuple[Effort | None, int | None]:
    if fields.type == "disabled":
        return "none", None
    if fields.type == "enabled" and fields.budget_tokens is None:
        return _DEFAULT_EFFORT, None
    return None, fields.budget_tokens


def _effort(given: str | None, path: str) -> Effort | None:
    """The effort; ``default`` (Groq's) says nothing."""
    if given is None or given == "default":
        return None
    if given not in EFFORTS:
        raise wrong(path, f"expected one of {', '.join(EFFORTS)}")
    return given
