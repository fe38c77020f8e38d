"""A canonical call as a Messages request.

Source: https://platform.claude.com/docs/en/api/messages. ``max_tokens`` is required there: it is the call's, else the model's most
(``Capabilities.max_output``), else what ``models`` says of its generation.
"""

from __future__ import annotations

from typing import Any

import msgspec

from switchgear.core.canonical import Call, Tool, ToolChoice, Written
from switchgear.core.capabilities import Target
from switchgear.core.errors import RequestError
from switchgear.dialects.custom_tools import as_function
from switchgear.dialects.messages.models import ModelTraits, traits_of
from switchgear.dialects.messages.schemas import compilable
from switchgear.dialects.messages.thinking import ThinkingPlan, plan_thinking
from switchgear.dialects.messages.turns import TurnWriter, cache_control

_encode = msgspec.json.Encoder().encode
LEAST_TOP_P = 0.95
"""The least ``top_p`` that may go with thinking (``/build-with-claude/extended-thinking``)."""
_NO_ARGUMENTS = {"type": "object", "properties": {}}
_UNKNOWN = (
    "seed", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs", "verbosity", "cache_key",
    "audio",
)  # fmt: skip
"""Wishes of a call that Anthropic has no words for."""
_SERVICE_TIERS = {"auto": "auto", "default": "standard_only", "standard_only": "standard_only"}


def write_call(call: Call, target: Target) -> Written:
    """The body of a request for ``target``. Raises RequestError for what it cannot be asked."""
    _refuse(call)
    traits = traits_of(target.model)
    dropped: list[str] = []
    writer = TurnWriter(call, target, dropped, later_system=traits.later_system)
    turns = writer.write()
    _check_prefill(turns, target, traits)
    body: dict[str, Any] = {"model": target.model, "max_tokens": 0, "messages": turns}
    if writer.system:
        plain = len(writer.system) == 1 and "cache_control" not in writer.system[0]
        body["system"] = writer.system[0]["text"] if plain else writer.system
    if call.stream:
        body["stream"] = True
    if target.capabilities.tool_choice is False:
        traits = msgspec.structs.replace(traits, forced_tools=False)
    forced = _write_tools(body, call, traits, dropped)
    plan = plan_thinking(call, target, traits, turns, dropped, forced=forced)
    body["max_tokens"] = plan.max_tokens
    _write_output(body, call, target, plan, dropped)
    _write_sampling(body, call, traits, plan, dropped)
    if call.stop:
        _write_stops(body, call.stop, dropped)
    _write_others(body, call, dropped)
    return Written(_encode(body), dropped)


def _refuse(call: Call) -> None:
    if call.n is not None and call.n > 1:
        raise RequestError("n: this model gives one answer a request.", param="n")
    if call.modalities and "audio" in call.modalities:
        raise RequestError("modalities: this model does not answer with audio.", param="modalities")


def _check_prefill(turns: list[dict[str, Any]], target: Target, traits: ModelTraits) -> None:
    """An answer that was begun for the model ends without space, and is taken by some models only."""
    if not turns:
        raise RequestError("messages: they say nothing.", param="messages")
    if turns[-1]["role"] != "assistant":
        return
    last = turns[-1]["content"][-1]
    if last["type"] != "text":
        return  # a turn that the provider paused goes on this way
    takes = target.capabilities.prefill
    if takes is False or (takes is None and not traits.prefill):
        raise RequestError(
            f"messages: {target.model} does not go on with an answer that was begun for it.",
            param="messages",
            hint="Let the last message be the user's.",
        )
    last["text"] = last["text"].rstrip()


# ---------------------------------------------------------------- tools


def _write_tools(body: dict[str, Any], call: Call, traits: ModelTraits, dropped: list[str]) -> bool:
    """The tools and how to choose among them. Returns whether one must be called."""
    choice = call.tool_choice
    tools: dict[str, dict[str, Any]] = {}
    for tool in call.tools:
        if choice is not None and choice.allowed and tool.name not in choice.allowed:
            continue
        wire = _tool(tool, traits, dropped)
        if wire is None:
            dropped.append(f"tools.{tool.name}")
        else:
            tools[tool.name] = wire
    if tools:
        body["tools"] = list(tools.values())
    chosen = _choice(choice, tools, traits, dropped)
    if call.parallel_tools is False and tools and (chosen is None or chosen["type"] != "none"):
        chosen = {**(chosen or {"type": "auto"}), "disable_parallel_tool_use": True}
    if chosen is not None:
        body["tool_choice"] = chosen
    return chosen is not None and chosen["type"] in ("any", "tool")


def _choice(
    choice: ToolChoice | None, tools: dict[str, dict[str, Any]], traits: ModelTraits, dropped: list[str]
) -> dict[str, Any] | None:
    if choice is None:
        return None
    if choice.mode in ("required", "named"):
        if choice.mode == "named" and choice.name not in tools:
            raise RequestError(
                f"tool_choice: the tool {choice.name[:80]!r} cannot be offered to this model.", param="tool_choice"
            )
        if not tools:
            raise RequestError("tool_choice: there is no tool to choose.", param="tool_choice")
        if not traits.forced_tools:
            dropped.append("tool_choice")
            return {"type": "auto"}
        return {"type": "any"} if choice.mode == "required" else {"type": "tool", "name": tools[choice.name]["name"]}
    return {"type": choice.mode} if tools else None


def _tool(tool: Tool, traits: ModelTraits, dropped: list[str]) -> dict[str, Any] | None:
    if tool.kind == "builtin":
        if tool.dialect == "messages":
            return tool.raw
        return _web_search(tool.raw or {}) if tool.name == "web_search" else None
    if tool.kind == "custom":
        tool = as_function(tool)
    wire: dict[str, Any] = {"name": tool.name}
    if tool.description:
        wire["description"] = tool.description
    parameters = tool.parameters
    wire["input_schema"] = (
        parameters if parameters and "type" in parameters else {**_NO_ARGUMENTS, **(parameters or {})}
    )
    if tool.strict:
        if traits.schemas:
            wire["strict"] = True
        else:
            dropped.append(f"tools.{tool.name}.strict")
    if tool.cache:
        wire["cache_control"] = cache_control(tool.cache)
    if tool.raw and tool.dialect == "messages":
        wire.update(tool.raw)
    return wire


def _web_search(told: dict[str, Any]) -> dict[str, Any]:
    """Web search as other dialects ask for it: the user's place and the domains searched."""
    wire: dict[str, Any] = {"type": "web_search_20250305", "name": "web_search"}
    place = told.get("user_location")
    if isinstance(place, dict):
        place = place.get("approximate") or place  # Chat Completions has it one level deeper
        known = {name: place[name] for name in ("city", "region", "country", "timezone") if place.get(name)}
        if known:
            wire["user_location"] = {"type": "approximate", **known}
    filters = told.get("filters")
    if isinstance(filters, dict) and filters.get("allowed_domains"):
        wire["allowed_domains"] = filters["allowed_domains"]
    return wire


# ---------------------------------------------------------------- the rest


def _write_output(body: dict[str, Any], call: Call, target: Target, plan: ThinkingPlan, dropped: list[str]) -> None:
    """``thinking`` and ``output_config``; a format the model is not held to is named, for the gateway to check."""
    if plan.thinking is not None:
        body["thinking"] = plan.thinking
    config: dict[str, Any] = {}
    if plan.effort is not None:
        config["effort"] = plan.effort
    if call.format is not None:
        able = target.capabilities.schema
        traits = traits_of(target.model)
        held = (traits.schemas and able != "checked") if traits.claude else able == "native"
        schema = call.format.schema if held and call.format.kind == "schema" else None
        if schema is not None and call.dialect != "messages":
            schema = compilable(schema)
        if schema is None:
            dropped.append("response_format")
        else:
            config["format"] = {"type": "json_schema", "schema": schema}
    if config:
        body["output_config"] = config


def _write_sampling(
    body: dict[str, Any], call: Call, traits: ModelTraits, plan: ThinkingPlan, dropped: list[str]
) -> None:
    """``temperature``, ``top_p`` and ``top_k`` as far as the model takes them; 1 is the temperature everywhere."""
    free = traits.sampling and not plan.on
    temperature, top_p = call.temperature, call.top_p
    if temperature is not None:
        if temperature > 1 or not (free or temperature == 1):
            dropped.append("temperature")
        if free or temperature == 1:
            body["temperature"] = min(temperature, 1.0)
    if top_p is not None:
        taken = traits.sampling and (free or top_p >= LEAST_TOP_P)
        if taken and not (traits.one_sampling and "temperature" in body):
            body["top_p"] = top_p
        else:
            dropped.append("top_p")
    if call.top_k is not None:
        if free:
            body["top_k"] = call.top_k
        else:
            dropped.append("top_k")


def _write_stops(body: dict[str, Any], stops: list[str], dropped: list[str]) -> None:
    """Stop sequences; Anthropic refuses blank ones."""
    told = [stop for stop in stops if stop.strip()]
    if told:
        body["stop_sequences"] = told
    if len(told) < len(stops):
        dropped.append("stop")


def _write_others(body: dict[str, Any], call: Call, dropped: list[str]) -> None:
    if call.user:
        body["metadata"] = {"user_id": call.user}
    if call.metadata:
        dropped.append("metadata")
    if call.service_tier:
        tier = _SERVICE_TIERS.get(call.service_tier)
        if tier is None:
            dropped.append("service_tier")
        else:
            body["service_tier"] = tier
    dropped.extend(name for name in _UNKNOWN if getattr(call, name) not in (None, "", False))
    if call.dialect != "messages":
        dropped.extend(call.extra)
        return
    for name, value in call.extra.items():
        if name in ("output_config", "metadata") and isinstance(value, dict):
            body[name] = {**body.get(name, {}), **value}
        else:
            body[name] = value
