"""The body of a Messages request as it is decoded: types only, so that one pass checks it.

Source: https://platform.claude.com/docs/en/api/messages. Fields that nothing here reads are left out of the types; those at the
top level are kept by the reader, those of ``Native`` blocks are looked up in the body.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from switchgear.dialects.messages.citations import WireCitation


class CacheControl(msgspec.Struct):
    """``{"type": "ephemeral", "ttl": "5m" | "1h"}``."""

    type: str = "ephemeral"
    ttl: str | None = None


class Block(msgspec.Struct, tag_field="type"):
    """A content block."""


class TextBlock(Block, tag="text"):
    """Text, with the sources it cites."""

    text: str
    cache_control: CacheControl | None = None
    citations: list[WireCitation] | None = None


class Base64Source(Block, tag="base64"):
    """Binary content."""

    data: str
    media_type: str = ""


class UrlSource(Block, tag="url"):
    """Content to be fetched."""

    url: str


class FileSource(Block, tag="file"):
    """An uploaded file."""

    file_id: str


class PlainTextSource(Block, tag="text"):
    """A document that is its text."""

    data: str
    media_type: str = "text/plain"


ImageSource = Base64Source | UrlSource | FileSource


class ImageBlock(Block, tag="image"):
    """An image."""

    source: ImageSource
    cache_control: CacheControl | None = None


class ContentSource(Block, tag="content"):
    """A document made of blocks."""

    content: str | list[TextBlock | ImageBlock]


class DocumentBlock(Block, tag="document"):
    """A document."""

    source: Base64Source | UrlSource | FileSource | PlainTextSource | ContentSource
    title: str | None = None
    context: str | None = None
    citations: dict[str, Any] | None = None
    cache_control: CacheControl | None = None


class SearchResultBlock(Block, tag="search_result"):
    """What the client's own search found."""

    source: str
    title: str
    content: list[TextBlock]
    cache_control: CacheControl | None = None


class ToolReferenceBlock(Block, tag="tool_reference"):
    """A tool that the client's own tool search found."""

    tool_name: str


class ToolUseBlock(Block, tag="tool_use"):
    """A tool call."""

    id: str
    name: str
    input: msgspec.Raw = msgspec.Raw(b"{}")


ResultContent = TextBlock | ImageBlock | DocumentBlock | SearchResultBlock | ToolReferenceBlock


class ToolResultBlock(Block, tag="tool_result"):
    """What a tool answered."""

    tool_use_id: str
    content: str | list[ResultContent] | None = None
    is_error: bool | None = None
    cache_control: CacheControl | None = None


class ThinkingBlock(Block, tag="thinking"):
    """What the model thought, signed by its provider."""

    thinking: str
    signature: str | None = None


class RedactedThinkingBlock(Block, tag="redacted_thinking"):
    """What the model thought, readable by its provider only."""

    data: str


class NativeBlock(Block):
    """A block that no other dialect has."""


class ServerToolUse(NativeBlock, tag="server_tool_use"):
    """A call of a tool that the provider runs."""


class WebSearchResult(NativeBlock, tag="web_search_tool_result"):
    """What web search found."""


class WebFetchResult(NativeBlock, tag="web_fetch_tool_result"):
    """What was fetched."""


class CodeExecutionResult(NativeBlock, tag="code_execution_tool_result"):
    """What code printed."""


class BashExecutionResult(NativeBlock, tag="bash_code_execution_tool_result"):
    """What a shell printed."""


class EditorExecutionResult(NativeBlock, tag="text_editor_code_execution_tool_result"):
    """What an edit did."""


class ToolSearchResult(NativeBlock, tag="tool_search_tool_result"):
    """Which tools were found."""


class McpToolUse(NativeBlock, tag="mcp_tool_use"):
    """A call of a tool of an MCP server that the provider reaches."""


class McpToolResult(NativeBlock, tag="mcp_tool_result"):
    """What such a tool answered."""


class ContainerUpload(NativeBlock, tag="container_upload"):
    """A file for the provider's container."""


class Compaction(NativeBlock, tag="compaction"):
    """The provider's summary of what was said before."""


ContentBlock = (
    TextBlock
    | ImageBlock
    | DocumentBlock
    | SearchResultBlock
    | ToolUseBlock
    | ToolResultBlock
    | ThinkingBlock
    | RedactedThinkingBlock
    | ServerToolUse
    | WebSearchResult
    | WebFetchResult
    | CodeExecutionResult
    | BashExecutionResult
    | EditorExecutionResult
    | ToolSearchResult
    | McpToolUse
    | McpToolResult
    | ContainerUpload
    | Compaction
)


class WireMessage(msgspec.Struct):
    """One message."""

    role: Literal["user", "assistant", "system"]
    content: str | list[ContentBlock]


class WireToolChoice(msgspec.Struct):
    """How tools are to be chosen."""

    type: Literal["auto", "any", "tool", "none"]
    name: str | None = None
    disable_parallel_tool_use: bool | None = None


class Thinking(msgspec.Struct):
    """Whether and how much to think."""

    type: str
    budget_tokens: int | None = None
    display: str | None = None


class MessagesRequest(msgspec.Struct):
    """The request. ``max_tokens`` is optional here because counting tokens takes the same body without it."""

    model: str
    messages: list[WireMessage]
    max_tokens: int | None = None
    system: str | list[TextBlock] | None = None
    stream: bool | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: WireToolChoice | None = None
    thinking: Thinking | None = None
    output_config: dict[str, Any] | None = None
    output_format: dict[str, Any] | None = None
    stop_sequences: list[str] | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    metadata: dict[str, Any] | None = None
    service_tier: str | None = None
