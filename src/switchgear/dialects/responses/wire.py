"""The Responses dialect as it is decoded: types only, so that one pass over the body checks it.

Source: https://platform.openai.com/docs/api-reference/responses/create and https://www.openresponses.org. An item is one wide type,
because several kinds of item need not say what they are; fields that no kind of ours reads are looked up in the body.
"""

from __future__ import annotations

from typing import Any

import msgspec


class InputAudio(msgspec.Struct):
    """Audio of an ``input_audio`` part."""

    data: str
    format: str = ""


class Breakpoint(msgspec.Struct):
    """``prompt_cache_breakpoint``: the prompt up to here is worth keeping for ``ttl``."""

    mode: str = ""
    ttl: str | None = None


class Annotation(msgspec.Struct):
    """Where a part of an ``output_text`` comes from. Only citations of the web are read."""

    type: str = ""
    url: str | None = None
    title: str | None = None
    start_index: int | None = None
    end_index: int | None = None


class Content(msgspec.Struct):
    """A part of an item's content, of its summary or of a tool's output."""

    type: str = ""
    text: str | None = None
    refusal: str | None = None
    image_url: str | None = None
    detail: str | None = None
    file_id: str | None = None
    file_data: str | None = None
    file_url: str | None = None
    filename: str | None = None
    input_audio: InputAudio | None = None
    annotations: list[Annotation] | None = None
    prompt_cache_breakpoint: Breakpoint | None = None


class Item(msgspec.Struct):
    """An item of the input or of the output, of whatever kind."""

    type: str | None = None
    id: str | None = None
    role: str | None = None
    content: str | list[Content] | None = None
    call_id: str | None = None
    name: str | None = None
    namespace: str | None = None
    arguments: Any = None
    input: str | None = None
    output: str | list[Content] | dict[str, Any] | None = None
    summary: list[Content] | None = None
    encrypted_content: str | None = None
    tools: list[dict[str, Any]] | None = None


class TextFormat(msgspec.Struct):
    """``text.format``."""

    type: str
    name: str | None = None
    schema: dict[str, Any] | None = None
    description: str | None = None
    strict: bool | None = None


class TextOptions(msgspec.Struct):
    """``text``."""

    format: TextFormat | None = None
    verbosity: str | None = None


class Request(msgspec.Struct):
    """The body of a request."""

    model: str
    input: str | list[Item] | None = None
    instructions: str | None = None
    stream: bool | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    text: TextOptions | None = None
    reasoning: dict[str, Any] | None = None
    include: list[str] | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_logprobs: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    metadata: dict[str, Any] | None = None
    user: str | None = None
    safety_identifier: str | None = None
    service_tier: str | None = None
    prompt_cache_key: str | None = None


class InputDetails(msgspec.Struct):
    """Of ``usage.input_tokens``."""

    cached_tokens: int | float | None = None
    cache_write_tokens: int | float | None = None


class OutputDetails(msgspec.Struct):
    """Of ``usage.output_tokens``."""

    reasoning_tokens: int | float | None = None


class WireUsage(msgspec.Struct):
    """``usage`` of a response."""

    input_tokens: int | float | None = None
    output_tokens: int | float | None = None
    total_tokens: int | float | None = None
    input_tokens_details: InputDetails | None = None
    output_tokens_details: OutputDetails | None = None


class IncompleteDetails(msgspec.Struct):
    """Why a response is incomplete."""

    reason: str | None = None


class Response(msgspec.Struct):
    """A response as a provider gives it."""

    id: str | None = None
    model: str | None = None
    created_at: int | float | None = None
    status: str | None = None
    output: list[Item] | None = None
    usage: WireUsage | None = None
    incomplete_details: IncompleteDetails | None = None
    service_tier: str | None = None
    error: msgspec.Raw = msgspec.Raw()


class StreamEvent(msgspec.Struct):
    """An event of a stream, of whatever kind."""

    type: str | None = None
    delta: str | None = None
    output_index: int | None = None
    content_index: int | None = None
    summary_index: int | None = None
    text: str | None = None
    refusal: str | None = None
    arguments: str | None = None
    input: str | None = None
    item: Item | None = None
    annotation: Annotation | None = None
    response: Response | None = None
    error: msgspec.Raw = msgspec.Raw()
    code: Any = None
    message: str | None = None
    param: str | None = None
