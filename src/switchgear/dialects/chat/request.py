"""The request of Chat Completions as it is written: which fields there are, and of which type.

Source: https://platform.openai.com/docs/api-reference/chat/create (November 2026), and the fields that clients of OpenRouter,
LiteLLM, DeepSeek and Anthropic send beside them for reasoning and caching. Null says the same as nothing.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

LEGACY = "chat.functions"
"""``Tool.dialect`` of what came in the retired field ``functions``: its calls are answered as ``function_call``."""

Json = dict[str, Any]


class CacheControl(msgspec.Struct):
    """Anthropic's mark, which OpenRouter and LiteLLM take in chat too."""

    ttl: str | None = None


class _Part(msgspec.Struct, tag_field="type"):
    cache_control: CacheControl | None = None
    prompt_cache_breakpoint: Json | None = None


class TextPart(_Part, tag="text", kw_only=True):
    """Text."""

    text: str


class RefusalPart(_Part, tag="refusal", kw_only=True):
    """The model declined."""

    refusal: str


class ImageUrl(msgspec.Struct):
    """A URL, http or data."""

    url: str
    detail: str | None = None


class ImagePart(_Part, tag="image_url", kw_only=True):
    """An image; the bare string is Mistral's."""

    image_url: ImageUrl | str


class InputAudio(msgspec.Struct):
    """Sound as base64."""

    data: str
    format: str


class AudioPart(_Part, tag="input_audio", kw_only=True):
    """Sound."""

    input_audio: InputAudio


class FileFields(msgspec.Struct):
    """A document; ``format`` is LiteLLM's media type."""

    file_id: str | None = None
    file_data: str | None = None
    filename: str | None = None
    format: str | None = None


class FilePart(_Part, tag="file", kw_only=True):
    """A document."""

    file: FileFields


class ThinkingPart(_Part, tag="thinking", kw_only=True):
    """A thought within the content: Mistral's (parts), or Anthropic's (text)."""

    thinking: str | list[TextPart]
    signature: str | None = None


Part = TextPart | RefusalPart | ImagePart | AudioPart | FilePart | ThinkingPart


class WireFunction(msgspec.Struct):
    """A function that was called. ``arguments`` as an object is what some servers write."""

    name: str
    arguments: str | Json | None = None


class WireCustom(msgspec.Struct):
    """A custom tool that was called."""

    name: str
    input: str = ""


class WireToolCall(msgspec.Struct):
    """A call; ``extra_content`` is Google's, for thought signatures."""

    id: str
    type: Literal["function", "custom"] | None = None
    function: WireFunction | None = None
    custom: WireCustom | None = None
    extra_content: Any = None


class WireDetail(msgspec.Struct):
    """One of OpenRouter's ``reasoning_details``."""

    type: str = ""
    text: str | None = None
    summary: str | None = None
    data: str | None = None
    signature: str | None = None
    id: str | None = None
    format: str | None = None
    index: int | None = None


class ThinkingBlock(msgspec.Struct):
    """One of LiteLLM's ``thinking_blocks``, which have Anthropic's form."""

    type: str = ""
    thinking: str | None = None
    signature: str | None = None
    data: str | None = None


class AudioAnswer(msgspec.Struct):
    """Sound of an earlier answer."""

    id: str


class WireMessage(msgspec.Struct):
    """One message, whatever its role."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None
    name: str | None = None
    tool_calls: list[WireToolCall] | None = None
    tool_call_id: str | None = None
    function_call: WireFunction | None = None
    refusal: str | None = None
    audio: AudioAnswer | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    reasoning_details: list[WireDetail] | None = None
    thinking_blocks: list[ThinkingBlock] | None = None
    cache_control: CacheControl | None = None


class FunctionDefinition(msgspec.Struct):
    """A function that may be called."""

    name: str
    description: str | None = None
    parameters: Json | None = None
    strict: bool | None = None
    cache_control: CacheControl | None = None


class GrammarFields(msgspec.Struct):
    """What a custom tool takes, as a grammar."""

    syntax: str
    definition: str


class CustomFormat(msgspec.Struct):
    """Plain text, or text that matches a grammar."""

    type: Literal["text", "grammar"]
    grammar: GrammarFields | None = None


class CustomDefinition(msgspec.Struct):
    """A custom tool that may be called."""

    name: str
    description: str | None = None
    format: CustomFormat | None = None


class WireTool(msgspec.Struct):
    """A tool that may be called. One of another type than the two is the provider's own; it is read again as it is."""

    type: str | None = None
    function: FunctionDefinition | None = None
    custom: CustomDefinition | None = None
    cache_control: CacheControl | None = None


class Named(msgspec.Struct):
    """A tool by its name."""

    name: str


class ToolReference(msgspec.Struct):
    """A tool by its kind and name."""

    type: str = "function"
    function: Named | None = None
    custom: Named | None = None


class AllowedTools(msgspec.Struct):
    """Some of the tools."""

    mode: Literal["auto", "required"]
    tools: list[ToolReference]


class ChoiceFields(msgspec.Struct):
    """The choice of a tool, where it is more than a word."""

    type: Literal["function", "custom", "allowed_tools"] = "function"
    function: Named | None = None
    custom: Named | None = None
    allowed_tools: AllowedTools | None = None


class SchemaFields(msgspec.Struct):
    """A JSON Schema that the answer is to satisfy."""

    name: str = ""
    schema: Json | None = None
    description: str | None = None
    strict: bool | None = None


class FormatFields(msgspec.Struct):
    """The form of the answer. ``schema`` beside ``json_object`` is llama.cpp's and Together's."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: SchemaFields | None = None
    schema: Json | None = None


class StreamOptions(msgspec.Struct):
    """What else a stream is to have."""

    include_usage: bool | None = None


class ReasoningFields(msgspec.Struct):
    """OpenRouter's ``reasoning``."""

    effort: str | None = None
    max_tokens: int | None = None
    exclude: bool | None = None
    enabled: bool | None = None
    summary: str | None = None


class ThinkingFields(msgspec.Struct):
    """Anthropic's ``thinking``, which LiteLLM, Fireworks, DeepSeek and Z.ai take in chat too."""

    type: Literal["enabled", "disabled", "adaptive", "auto"]
    budget_tokens: int | None = None


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """The request. Read with this class one with fields that are not in it is refused; see ``AnyRequest``."""

    model: str
    messages: list[WireMessage]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    tools: list[WireTool] | None = None
    tool_choice: Literal["auto", "none", "required", "any"] | ChoiceFields | None = None
    functions: list[FunctionDefinition] | None = None
    function_call: Literal["auto", "none"] | Named | None = None
    parallel_tool_calls: bool | None = None
    response_format: FormatFields | None = None
    reasoning_effort: str | None = None
    reasoning: ReasoningFields | None = None
    thinking: ThinkingFields | None = None
    include_reasoning: bool | None = None
    verbosity: str | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: str | list[str] | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logit_bias: dict[str, float] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    n: int | None = None
    user: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    metadata: Json | None = None
    service_tier: str | None = None
    modalities: list[str] | None = None
    audio: Json | None = None
    web_search_options: Json | None = None


class AnyRequest(Request, forbid_unknown_fields=False):
    """The request, whatever else is in it."""


class RawTools(msgspec.Struct):
    """The tools as they were written."""

    tools: list[Json]
