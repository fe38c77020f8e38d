"""Tools of plugins as the admin API shows and calls them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from switchgear.edge.admin.schemas.base import Answer, Body
from switchgear.edge.admin.schemas.models import TestError


class ToolDefinition(Answer):
    """One tool, and what it takes."""

    name: str
    called: str = Field(description="Its name at /mcp, among those of other plugins.")
    title: str
    description: str
    destructive: bool = Field(description="Whether it may destroy something, by what it says of itself.")
    input_schema: dict[str, Any] | None = Field(
        description="The JSON Schema of its arguments; null where it has none that can be read."
    )
    output_schema: dict[str, Any] | None = Field(description="The JSON Schema of its structured result, if it has one.")
    definition: str = Field(description="The whole definition as it was accepted, JSON in a string.")


class ToolCallBody(Body):
    """What a tool is called with."""

    arguments: dict[str, Any] = Field({}, description="Its arguments, by name.")


class ToolCallProgress(Answer):
    """A line of progress. Empty lines say that nothing happened meanwhile."""

    progress: float
    total: float | None = None
    message: str = ""


class ToolCallEnd(Answer):
    """The last line."""

    ok: bool = Field(description="Whether there is a result; `isError` in it says whether the tool itself failed.")
    call_id: str = Field(description="Under which /api/tool-calls has it.")
    ms: float
    result: dict[str, Any] | None = Field(None, description="The CallToolResult of MCP, as the plugin gave it.")
    error: TestError | None = None
