"""A call as the request of a provider that has the Responses API itself (OpenAI, Azure).

Nothing is kept there: ``store`` is false whatever the client asked for, because the gateway keeps what is to be kept, and a
provider that reasons is asked for ``reasoning.encrypted_content``, with which its thoughts can be sent back.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from switchgear.core.canonical import Call, Message, ReasoningWish, ResponseFormat, Text, Tool, Written
from switchgear.core.capabilities import Target
from switchgear.core.errors import NotSupported
from switchgear.dialects.effort import wished_effort
from switchgear.dialects.responses.asked import said_in
from switchgear.dialects.responses.call_reader import ENCRYPTED
from switchgear.dialects.responses.input_items import ItemWriter
from switchgear.dialects.responses.tools import written_choice, written_tools

_encode = msgspec.json.Encoder().encode
_LEAST_OUTPUT: Final = 16
"""The API takes no smaller limit; clients that only look whether a model answers set one."""
_UNSAYABLE: Final = ("logit_bias", "stop", "logprobs", "audio")
_UNSAYABLE_NUMBERS: Final = ("top_k", "seed")
_PENALTIES: Final = ("presence_penalty", "frequency_penalty")


def write_call(call: Call, target: Target) -> Written:
    """The body of a request for ``target``. Raises RequestError for what it cannot be asked."""
    own = call.dialect == "responses"
    dropped = [name for name in _UNSAYABLE_NUMBERS if getattr(call, name) is not None]
    dropped += [name for name in _UNSAYABLE if getattr(call, name)]
    if call.n is not None and call.n > 1:
        raise NotSupported("n: this model gives one answer a call.", param="n")
    if call.modalities and "audio" in call.modalities:
        raise NotSupported("modalities: this model does not answer in audio.", param="modalities")
    tools = _tools(call.tools, dropped)
    messages, instructions = call.messages, _instructions(call.messages)
    if instructions is not None:
        messages = messages[1:]
    body: dict[str, Any] = {**call.extra} if own else {}
    body |= {"model": target.model, "input": ItemWriter(call, target, dropped).written(messages), "store": False}
    body |= _sampling(call, dropped, own=own)
    body |= _more(call, instructions)
    body |= _reasoning(call.reasoning, target, dropped)
    if tools:
        body["tools"] = written_tools(tools, strict=None if own else False)
        if own:
            _leave_out_nulls(body["tools"])
    if call.tool_choice is not None and (tools or call.tool_choice.mode not in ("auto", "none")):
        body["tool_choice"] = written_choice(call.tool_choice, tools)
    include = _include(call, target)
    if include:
        body["include"] = include
    return Written(_encode(body), dropped)


def _leave_out_nulls(definitions: list[dict[str, Any]]) -> None:
    """What was not said stays unsaid: tools here are strict where nothing is said, and null is said."""
    for definition in definitions:
        for inner in definition.get("tools") or [definition]:
            if isinstance(inner, dict) and inner.get("type") == "function" and inner.get("strict") is None:
                inner.pop("strict", None)


def _instructions(messages: list[Message]) -> str | None:
    """The first message, where it can stand as ``instructions``: one plain text of the system's."""
    first = messages[0] if messages else None
    if first is None or first.role != "system" or len(first.parts) != 1 or first.id:
        return None
    part = first.parts[0]
    return part.text if isinstance(part, Text) and part.text and not part.cache else None


def _sampling(call: Call, dropped: list[str], *, own: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"temperature": call.temperature, "top_p": call.top_p}
    if call.max_tokens is not None:
        found["max_output_tokens"] = max(call.max_tokens, _LEAST_OUTPUT)
    if own:
        found |= {name: getattr(call, name) for name in (*_PENALTIES, "top_logprobs")}
    else:
        dropped += [name for name in (*_PENALTIES, "top_logprobs") if getattr(call, name)]
    return {name: value for name, value in found.items() if value is not None}


def _more(call: Call, instructions: str | None) -> dict[str, Any]:
    text: dict[str, Any] = {"verbosity": call.verbosity} if call.verbosity else {}
    if call.format is not None:
        text["format"] = _format(call.format)
    identifier = said_in(call).get("safety_identifier")
    found: dict[str, Any] = {
        "stream": call.stream or None,
        "instructions": instructions,
        "parallel_tool_calls": call.parallel_tools,
        "text": text or None,
        "metadata": call.metadata,
        "service_tier": call.service_tier or None,
        "prompt_cache_key": call.cache_key or None,
        "safety_identifier": identifier,
        "user": call.user if call.user and call.user != identifier else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _format(wanted: ResponseFormat) -> dict[str, Any]:
    if wanted.kind == "json":
        return {"type": "json_object"}
    found: dict[str, Any] = {"type": "json_schema", "name": wanted.name or "answer", "schema": wanted.schema}
    if wanted.description:
        found["description"] = wanted.description
    if wanted.strict is not None:
        found["strict"] = wanted.strict
    return found


def _reasoning(wish: ReasoningWish | None, target: Target, dropped: list[str]) -> dict[str, Any]:
    if wish is None:
        return {}
    effort = wished_effort(wish)
    summary = wish.summary or ("auto" if wish.show else "")
    said: dict[str, Any] = {**wish.raw.get("reasoning", {})} if wish.raw else {}
    said.pop("generate_summary", None)
    said |= ({"effort": effort} if effort else {}) | ({"summary": summary} if summary else {})
    if said and target.capabilities.reasoning is False:
        dropped.append("reasoning")
        return {}
    return {"reasoning": said} if said else {}


def _include(call: Call, target: Target) -> list[str]:
    """What is to be in the answer. Models that do not reason refuse to be asked for what they thought."""
    asked = said_in(call).get("include")
    include = [one for one in asked if one != ENCRYPTED] if isinstance(asked, list) else []
    wish, known = call.reasoning, target.capabilities.reasoning
    if known is not False and (known or (wish is not None and wished_effort(wish) != "none")):
        include.append(ENCRYPTED)
    return include


def _tools(tools: list[Tool], dropped: list[str]) -> list[Tool]:
    """The tools this dialect has words for; web search of another dialect is its own."""
    found: list[Tool] = []
    for tool in tools:
        if tool.kind != "builtin" or tool.dialect == "responses":
            found.append(tool)
        elif tool.name == "web_search":
            found.append(Tool("web_search", "builtin", raw=_web_search(tool.raw or {}, dropped), dialect="responses"))
        else:
            dropped.append(f"tools.{tool.name}")
    return found


def _web_search(raw: dict[str, Any], dropped: list[str]) -> dict[str, Any]:
    """Web search as chat (``web_search_options``) and Messages have it; Gemini's says nothing more."""
    found: dict[str, Any] = {"type": "web_search"}
    location = raw.get("user_location")
    if isinstance(location, dict):
        inner = location.get("approximate")
        found["user_location"] = {"type": "approximate", **(inner if isinstance(inner, dict) else location)}
    if raw.get("search_context_size"):
        found["search_context_size"] = raw["search_context_size"]
    if raw.get("allowed_domains"):
        found["filters"] = {"allowed_domains": raw["allowed_domains"]}
    dropped += [f"tools.web_search.{name}" for name in ("blocked_domains", "max_uses") if raw.get(name)]
    return found
