"""A canonical call as the body of a request to an OpenAI-compatible provider.

Sources: https://platform.openai.com/docs/api-reference/chat/create; for the others https://docs.mistral.ai/api,
https://openrouter.ai/docs/api-reference/parameters, https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html.

Which words a server takes is in ``models``. ``max_completion_tokens`` goes to OpenAI's and Azure's models, all of which know it and
some of which refuse ``max_tokens``; everyone else gets ``max_tokens``, which all of them know. What a client wrote for Chat
Completions itself is sent as it was written; only what other dialects say is fitted to the model.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from switchgear.core.canonical import Call, ReasoningWish, ResponseFormat, Tool, ToolChoice, Written
from switchgear.core.capabilities import Target
from switchgear.core.errors import RequestError
from switchgear.dialects.chat.models import Traits, traits_of
from switchgear.dialects.chat.write_messages import MessageWriter, cache_control
from switchgear.dialects.custom_tools import as_function
from switchgear.dialects.effort import nearest, wished_effort

Json = dict[str, Any]

_encode = msgspec.json.Encoder().encode
_MOST_STOPS = 4
_LONGEST_USER = 64
_TIERS = frozenset({"auto", "default", "flex", "priority"})
_FORMAT_NAME = "answer"
_NO_PARAMETERS: Json = {"type": "object", "properties": {}}
_OPENAI_HAS_NOT = ("top_k",)
_MISTRAL_HAS_NOT = (
    "top_k",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "user",
    "service_tier",
    "verbosity",
    "prompt_cache_key",
)
_PLAIN = (
    "temperature", "top_p", "top_k", "seed", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs",
    "top_logprobs", "n", "metadata", "modalities", "audio",
)  # fmt: skip
"""Fields that are called the same on both sides."""


def write_call(call: Call, target: Target) -> Written:
    """The body of a request for ``target``. Raises RequestError for what it cannot be asked."""
    return _CallWriter(call, target).write()


class _CallWriter:
    """Writes one call."""

    __slots__ = ("_call", "_dropped", "_fields", "_same", "_target", "_traits")

    def __init__(self, call: Call, target: Target) -> None:
        self._call = call
        self._target = target
        self._traits: Traits = traits_of(target)
        self._same = call.dialect == "chat"
        self._dropped: list[str] = []
        self._fields: Json = {}

    def write(self) -> Written:
        call, fields = self._call, self._fields
        fields["model"] = self._target.model
        messages = MessageWriter(call, self._target, self._traits)
        fields["messages"] = messages.write()
        self._dropped += messages.dropped
        if call.stream:
            fields["stream"] = True
            if self._target.stream_usage or (self._same and call.wants_usage):
                fields["stream_options"] = {"include_usage": True}
        if call.max_tokens is not None:
            fields["max_completion_tokens" if self._traits.openai else "max_tokens"] = call.max_tokens
        for name in _PLAIN:
            if (value := getattr(call, name)) is not None:
                fields[name] = value
        if call.stop:
            fields["stop"] = call.stop
        self._wish()
        if self._same:
            for name, value in call.extra.items():
                fields.setdefault(name, value)
        else:
            self._dropped += call.extra
            self._fit()
        return Written(_encode(fields), self._dropped)

    def _wish(self) -> None:
        """What the answer is to be like, who asks, and how it is to be served."""
        call, fields = self._call, self._fields
        if call.tools:
            self._tools()
        if call.format is not None:
            fields["response_format"] = _format(call.format)
        if call.reasoning is not None:
            self._reason(call.reasoning)
        if call.user:
            given = "safety_identifier" in call.extra
            name = "safety_identifier" if self._traits.openai and not given else "user"
            fields[name] = call.user if self._same else _short(call.user)
        if call.cache_key:
            fields["prompt_cache_key"] = call.cache_key
        if call.service_tier:
            fields["service_tier"] = call.service_tier
        if call.verbosity:
            fields["verbosity"] = call.verbosity

    # ------------------------------------------------------------ tools

    def _tools(self) -> None:
        call, fields = self._call, self._fields
        cached = not self._traits.openai and not self._traits.mistral
        cached = cached and (self._same or "claude" in self._target.model.lower())
        written: list[Json] = []
        named: dict[str, Json] = {}
        for tool in call.tools:
            if tool.kind == "builtin":
                made = self._builtin(tool)
                if made is None:
                    continue
            else:
                made = self._tool(tool)
                if tool.cache and cached:
                    made["cache_control"] = cache_control(tool.cache)
            written.append(made)
            named[tool.name] = made
        if call.tool_choice is not None:
            written = self._chosen(written, named, call.tool_choice)
        if written:
            fields["tools"] = written
            if call.parallel_tools is not None:
                fields["parallel_tool_calls"] = call.parallel_tools

    def _tool(self, tool: Tool) -> Json:
        if tool.kind == "custom":
            if self._traits.openai:
                return {"type": "custom", "custom": _custom(tool)}
            tool = as_function(tool)
        function: Json = {"name": tool.name}
        if tool.description:
            function["description"] = tool.description
        if tool.parameters is not None:
            function["parameters"] = tool.parameters
        elif not self._same:
            function["parameters"] = _NO_PARAMETERS
        if tool.strict is not None:
            function["strict"] = tool.strict
        return {"type": "function", "function": function}

    def _builtin(self, tool: Tool) -> Json | None:
        """A tool that the provider runs: as it was written for this dialect, and web search from any."""
        raw = tool.raw or {}
        if tool.dialect == "chat":
            if "type" in raw:
                return raw
            self._fields["web_search_options"] = raw
        elif tool.name == "web_search" and (not self._traits.openai or "search" in self._target.model):
            self._fields["web_search_options"] = _search(raw)
        else:
            self._dropped.append(f"tools.{tool.name}")
        return None

    def _chosen(self, written: list[Json], named: dict[str, Json], choice: ToolChoice) -> list[Json]:
        """Put the choice into the fields; the tools that are left to choose from are given back."""
        for name in choice.allowed or ((choice.name,) if choice.name else ()):
            if name not in named:
                what = f"tool_choice: the tool {name[:64]} cannot be chosen at this provider."
                raise RequestError(what, param="tool_choice")
        if choice.mode == "named":
            self._fields["tool_choice"] = _reference(named[choice.name])
        elif choice.allowed and self._traits.openai:
            tools = {"mode": choice.mode, "tools": [_reference(named[name]) for name in choice.allowed]}
            self._fields["tool_choice"] = {"type": "allowed_tools", "allowed_tools": tools}
        elif written or "web_search_options" in self._fields:
            self._fields["tool_choice"] = choice.mode
            if choice.allowed:  # the same in everyone's words: offer only those
                return [named[name] for name in choice.allowed]
        elif choice.mode == "required":
            raise RequestError("tool_choice: this provider has none of the tools.", param="tool_choice")
        return written

    # ------------------------------------------------------------ reasoning

    def _reason(self, wish: ReasoningWish) -> None:
        if self._same and wish.raw:
            self._fields.update(wish.raw)
            return
        effort = wished_effort(wish)
        if effort is None:
            return
        efforts = self._traits.efforts
        if not efforts or self._target.capabilities.reasoning is False:
            if effort != "none":
                self._dropped.append("reasoning")
            return
        self._fields["reasoning_effort"] = nearest(effort, efforts)

    # ------------------------------------------------------------ what the model takes of another dialect's words

    def _fit(self) -> None:
        """Leave out, and name, what the server refuses or has no words for."""
        fields, traits = self._fields, self._traits
        if traits.openai:
            self._drop(*_OPENAI_HAS_NOT, "metadata")
            if fields.get("service_tier", "auto") not in _TIERS:
                self._drop("service_tier")
            if len(fields.get("stop", ())) > _MOST_STOPS:
                fields["stop"] = fields["stop"][:_MOST_STOPS]
                self._dropped.append("stop")
            if traits.reasons:
                self._fit_reasoning()
            else:
                self._drop("verbosity")
            return
        self._drop("verbosity", "prompt_cache_key", "service_tier", "metadata")
        if traits.mistral:
            self._drop(*_MISTRAL_HAS_NOT)
            if "seed" in fields:
                fields["random_seed"] = fields.pop("seed")

    def _fit_reasoning(self) -> None:
        """OpenAI's reasoning models take sampling only while they do not reason, and no stop sequences."""
        fields = self._fields
        if fields.get("reasoning_effort") != "none":
            for name in ("temperature", "top_p"):
                if fields.get(name) == 1:
                    del fields[name]
            self._drop("temperature", "top_p", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs")
        self._drop("stop", "logit_bias")
        if self._target.model.startswith("o"):
            self._drop("parallel_tool_calls")

    def _drop(self, *names: str) -> None:
        for name in names:
            if name in self._fields:
                del self._fields[name]
                self._dropped.append(name)


def _format(form: ResponseFormat) -> Json:
    if form.kind == "json":
        return {"type": "json_object"}
    schema: Json = {"name": form.name or _FORMAT_NAME}
    if form.description:
        schema["description"] = form.description
    if form.schema is not None:
        schema["schema"] = form.schema
    if form.strict is not None:
        schema["strict"] = form.strict
    return {"type": "json_schema", "json_schema": schema}


def _custom(tool: Tool) -> Json:
    custom: Json = {"name": tool.name}
    if tool.description:
        custom["description"] = tool.description
    form = tool.format or {}
    if form.get("type") == "grammar":
        grammar = {"syntax": form.get("syntax", ""), "definition": form.get("definition", "")}
        custom["format"] = {"type": "grammar", "grammar": grammar}
    return custom


def _search(raw: Json) -> Json:
    """Web search as Responses or Messages says it: how much context, and where the user is."""
    options: Json = {}
    if size := raw.get("search_context_size"):
        options["search_context_size"] = size
    place = raw.get("user_location")
    if isinstance(place, dict):
        near = {name: place[name] for name in ("city", "country", "region", "timezone") if place.get(name)}
        options["user_location"] = {"type": "approximate", "approximate": near}
    return options


def _reference(tool: Json) -> Json:
    kind = tool["type"]
    return {"type": kind, kind: {"name": tool[kind]["name"]}} if kind in ("function", "custom") else {"type": kind}


def _short(user: str) -> str:
    """A user's name in the 64 characters that OpenAI takes; a longer one always becomes the same other one."""
    return user if len(user) <= _LONGEST_USER else hashlib.sha256(user.encode()).hexdigest()
