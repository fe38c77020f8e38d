"""The request of a client as the canonical call.

``Call.extra`` keeps what has no place there, ``Asked.said`` what is meant for the gateway. ``instructions`` are the first message.
A call is whole here: ``previous_response_id`` and references to items are resolved before (``conversation``).
"""

from __future__ import annotations

from typing import Any, Final, cast, get_args

import msgspec

from switchgear.core.canonical import Effort, Message, ReasoningWish, ResponseFormat, Text, Tool, ToolChoice
from switchgear.core.errors import NotSupported
from switchgear.dialects.body import decode, other_fields, wrong
from switchgear.dialects.responses.asked import TO_THE_GATEWAY, Asked
from switchgear.dialects.responses.items import ItemReader
from switchgear.dialects.responses.tools import read_choice, read_tools
from switchgear.dialects.responses.wire import Item, Request, TextFormat, TextOptions

ENCRYPTED: Final = "reasoning.encrypted_content"
LOGPROBS: Final = "message.output_text.logprobs"

_PLACED: Final = frozenset(
    {
        "model", "input", "stream", "tools", "tool_choice", "parallel_tool_calls", "text", "reasoning", "max_output_tokens",
        "temperature", "top_p", "top_logprobs", "presence_penalty", "frequency_penalty", "metadata", "user", "service_tier",
        "prompt_cache_key",
    }
)  # fmt: skip
_EFFORTS: Final = frozenset(get_args(Effort))
_WISHES: Final = frozenset({"effort", "summary"})
_request = msgspec.json.Decoder(Request)
_raw_input = msgspec.json.Decoder(dict[str, Any])


def read_call(body: bytes) -> Asked:
    """The call in ``body``. Raises InvalidJSON, or RequestError with the field's path in ``param``."""
    request = decode(_request, body)
    extra = other_fields(body, _PLACED)
    _check_supported(extra)
    messages: list[Message] = []
    if request.instructions:
        messages.append(Message("system", [Text(request.instructions)]))
    definitions = request.tools or []
    if isinstance(request.input, str):
        if not request.input:
            raise wrong("input", "must not be empty")
        messages.append(Message("user", [Text(request.input)]))
    elif request.input:
        reader = ItemReader(_RawItems(body).item)
        reader.read(request.input)
        messages += reader.messages
        definitions = definitions + reader.tools
    else:
        raise wrong("input", "must be given" if request.input is None else "must not be empty")
    tools = read_tools(definitions) if definitions else []
    said = {name: extra.pop(name) for name in extra.keys() & TO_THE_GATEWAY} if extra else extra
    call = _call(request, messages, tools, extra)
    call.said = said
    return call


def read_item(raw: bytes | msgspec.Raw) -> Item:
    """One item, for what it is and is called. Raises RequestError."""
    return decode(_item, raw, "input")


_item = msgspec.json.Decoder(Item)


class _RawItems:
    """The items as they were written, decoded when the first is asked for."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._items: list[dict[str, Any]] | None = None

    def item(self, place: int) -> dict[str, Any]:
        if self._items is None:
            self._items = decode(_raw_input, self._body)["input"]
        return cast("list[dict[str, Any]]", self._items)[place]


def _call(request: Request, messages: list[Message], tools: list[Tool], extra: dict[str, Any]) -> Asked:
    include = request.include or ()
    return Asked(
        model=request.model,
        messages=messages,
        stream=request.stream is True,
        tools=tools,
        tool_choice=_choice(request, tools),
        parallel_tools=request.parallel_tool_calls,
        format=_format(request.text.format) if request.text is not None and request.text.format is not None else None,
        reasoning=_wish(request.reasoning, encrypted=ENCRYPTED in include),
        max_tokens=request.max_output_tokens,
        temperature=request.temperature,
        top_p=request.top_p,
        presence_penalty=request.presence_penalty,
        frequency_penalty=request.frequency_penalty,
        logprobs=True if LOGPROBS in include else None,
        top_logprobs=request.top_logprobs,
        user=request.user or request.safety_identifier or "",
        metadata=request.metadata,
        service_tier=request.service_tier or "",
        verbosity=_verbosity(request.text),
        cache_key=request.prompt_cache_key or "",
        wants_usage=True,
        dialect="responses",
        extra=extra,
    )


def _check_supported(extra: dict[str, Any]) -> None:
    if "conversation" in extra:
        raise NotSupported(
            "conversation: conversations are not kept here.",
            param="conversation",
            hint="Use previous_response_id, or send the items that came before.",
        )
    if "prompt" in extra:
        raise NotSupported(
            "prompt: a prompt that is kept at a provider can be used with that provider's own models only.",
            param="prompt",
            hint="Send its text as instructions and input.",
        )


def _choice(request: Request, tools: list[Tool]) -> ToolChoice | None:
    return None if request.tool_choice is None else read_choice(request.tool_choice, tools)


def _format(wanted: TextFormat) -> ResponseFormat | None:
    match wanted.type:
        case "text":
            return None
        case "json_object":
            return ResponseFormat("json")
        case "json_schema":
            if wanted.schema is None:
                raise wrong("text.format.schema", "must be given")
            if not wanted.name:
                raise wrong("text.format.name", "must be given")
            return ResponseFormat("schema", wanted.name, wanted.schema, wanted.description or "", wanted.strict)
    raise wrong("text.format.type", f'"{wanted.type[:40]}" is none of text, json_object and json_schema')


def _verbosity(text: TextOptions | None) -> str:
    return (text.verbosity or "") if text is not None else ""


def _wish(reasoning: dict[str, Any] | None, *, encrypted: bool) -> ReasoningWish | None:
    if not reasoning:
        return ReasoningWish(encrypted=True) if encrypted else None
    effort = reasoning.get("effort")
    if effort is not None and effort not in _EFFORTS:
        raise wrong("reasoning.effort", f"must be one of {', '.join(get_args(Effort))}")
    summary = reasoning.get("summary") or reasoning.get("generate_summary") or ""
    if not isinstance(summary, str):
        raise wrong("reasoning.summary", "must be auto, concise or detailed")
    raw = {} if reasoning.keys() <= _WISHES else {"reasoning": reasoning}
    return ReasoningWish(effort, show=True if summary else None, summary=summary, encrypted=encrypted, raw=raw)
