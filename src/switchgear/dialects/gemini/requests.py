"""A call as the body of ``generateContent`` and ``streamGenerateContent`` (https://ai.google.dev/api/generate-content, v1beta)."""

from __future__ import annotations

from typing import Any

import msgspec

from switchgear.core.canonical import Call, Tool, ToolChoice, Written
from switchgear.core.capabilities import Target
from switchgear.core.errors import NotSupported
from switchgear.dialects.custom_tools import as_function
from switchgear.dialects.gemini.contents import Contents
from switchgear.dialects.gemini.families import Family, family_of, thinking_config
from switchgear.dialects.gemini.schema import format_json, functions_json, parameters

Json = dict[str, Any]

_encode = msgspec.json.Encoder().encode
_TIERS = {
    "flex": "flex",
    "priority": "priority",
    "default": "standard",
    "standard": "standard",
    "standard_only": "standard",
}
_EXTRA = {
    "safety_settings": "safetySettings",
    "safetySettings": "safetySettings",
    "cached_content": "cachedContent",
    "cachedContent": "cachedContent",
}
"""Google's own fields that clients of other dialects send along."""

_SAMPLING = (
    ("max_tokens", "maxOutputTokens"),
    ("temperature", "temperature"),
    ("top_p", "topP"),
    ("top_k", "topK"),
    ("presence_penalty", "presencePenalty"),
    ("frequency_penalty", "frequencyPenalty"),
)
_UNSAID = ("logit_bias", "logprobs", "user", "metadata", "verbosity", "audio", "cache_key")
"""Fields of a call without a word in this dialect; log probabilities have one, but no place in a canonical answer."""
_MOST_SEED = 0x7FFF_FFFF


def write_call(call: Call, target: Target) -> Written:
    """The body for ``target``; whether it streams is said in the path. Raises RequestError for what Gemini cannot be asked."""
    if call.n is not None and call.n > 1:
        raise NotSupported("Gemini gives one answer at a time.", param="n")
    dropped: list[str] = []
    family = family_of(target.model)
    said = Contents(call, target, family)
    document: Json = {"contents": said.contents}
    if said.system:
        document["systemInstruction"] = {"parts": said.system}
    if call.tools:
        _add_tools(document, call, family, dropped)
    elif call.tool_choice is not None and call.tool_choice.mode in ("required", "named"):
        raise NotSupported("There is no tool that the model could be made to call.", param="tool_choice")
    if config := _config(call, target, family, dropped):
        document["generationConfig"] = config
    _add_others(document, call, dropped)
    return Written(_encode(document), dropped)


def _config(call: Call, target: Target, family: Family, dropped: list[str]) -> Json:
    config: Json = {}
    for name, here in _SAMPLING:
        value = getattr(call, name)
        if value is not None:
            config[here] = value
    if call.stop:
        config["stopSequences"] = call.stop
    if call.seed is not None:
        config["seed"] = call.seed & _MOST_SEED  # 32 bits with a sign; the same seed stays the same
    if call.format is not None:
        _add_format(config, call, target, family, dropped)
    if call.reasoning is not None:
        thinking = None if target.capabilities.reasoning is False else thinking_config(call.reasoning, family)
        if thinking:
            config["thinkingConfig"] = thinking
        elif thinking is None and call.reasoning.effort != "none" and call.reasoning.budget != 0:
            dropped.append("reasoning")
    return config


def _add_format(config: Json, call: Call, target: Target, family: Family, dropped: list[str]) -> None:
    """JSON, by a schema where there is one and the provider holds answers to it.

    Before generation 3 a format and functions exclude each other (400, INVALID_ARGUMENT).
    """
    form = call.format
    if form is None:
        return
    if call.tools and not family.third:
        dropped.append("response_format")
        return
    config["responseMimeType"] = "application/json"
    if form.kind == "schema" and form.schema is not None and target.capabilities.schema != "checked":
        config["responseJsonSchema"] = format_json(form.schema)


def _add_others(document: Json, call: Call, dropped: list[str]) -> None:
    if call.service_tier:
        if tier := _TIERS.get(call.service_tier):
            document["serviceTier"] = tier
        elif call.service_tier != "auto":
            dropped.append("service_tier")
    if call.modalities is not None and call.modalities != ["text"]:
        dropped.append("modalities")
    dropped += [name for name in _UNSAID if getattr(call, name)]
    for name, value in call.extra.items():
        if (here := _EXTRA.get(name)) is not None:
            document[here] = value
        else:
            dropped.append(name)


# ---------------------------------------------------------------- tools


def _add_tools(document: Json, call: Call, family: Family, dropped: list[str]) -> None:
    functions = [_declaration(tool) for tool in call.tools if tool.kind != "builtin"]
    builtin = [tool.name for tool in call.tools if tool.kind == "builtin"]
    search = "web_search" in builtin and (family.third or not functions)  # before, one request had either
    dropped += [f"tools.{name}" for name in builtin if not (search and name == "web_search")]
    tools: list[Json] = []
    if functions:
        tools.append({"functionDeclarations": functions_json(functions)})
    if search:
        tools.append({"googleSearch": {}})
    if tools:
        document["tools"] = tools
    choice = _calling(call, functions, family)
    config: Json = {"functionCallingConfig": choice} if choice else {}
    if search and functions:
        config["includeServerSideToolInvocations"] = True
    if config:
        document["toolConfig"] = config
    if call.parallel_tools is False and functions:
        dropped.append("parallel_tool_calls")


def _declaration(tool: Tool) -> Json:
    if tool.kind == "custom":
        tool = as_function(tool)
    made: Json = {"name": tool.name}
    if tool.description:
        made["description"] = tool.description
    if (taken := parameters(tool.parameters)) is not None:
        made["parametersJsonSchema"] = taken
    return made


def _calling(call: Call, functions: list[Json], family: Family) -> Json | None:
    """``functionCallingConfig``; None where the model decides, as it does when nothing is said.

    ``VALIDATED`` leaves the model its choice too, and holds its calls to their schemas, or to some of the functions
    (https://ai.google.dev/gemini-api/docs/function-calling, "Function calling modes").
    """
    choice = call.tool_choice or ToolChoice("auto")
    names = [function["name"] for function in functions]
    allowed = [name for name in choice.allowed if name in names]
    if choice.mode == "named":
        if choice.name not in names:
            raise NotSupported(f"Gemini cannot be made to call {choice.name[:80]!r}.", param="tool_choice")
        return {"mode": "ANY", "allowedFunctionNames": [choice.name]}
    if not names or (choice.allowed and not allowed):
        if choice.mode == "required":
            raise NotSupported(
                "Gemini has none of the tools that the model could be made to call.", param="tool_choice"
            )
        return {"mode": "NONE"} if choice.allowed and names else None
    if choice.mode == "none":
        return {"mode": "NONE"}
    if choice.mode == "required":
        return {"mode": "ANY", "allowedFunctionNames": allowed} if allowed else {"mode": "ANY"}
    if allowed:
        return {"mode": "VALIDATED", "allowedFunctionNames": allowed}
    return {"mode": "VALIDATED"} if family.third and any(tool.strict for tool in call.tools) else None
