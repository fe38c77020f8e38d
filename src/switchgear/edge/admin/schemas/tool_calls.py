"""Calls of plugins as the admin API shows them."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from switchgear.core.tool_calls import ToolOutcome
from switchgear.edge.admin.schemas.base import Answer


class PluginCall(Answer):
    """One call of a plugin. Neither arguments nor results are kept."""

    id: str = Field(description="The request id, as in x-request-id.")
    at: datetime = Field(description="When it began.")
    key_id: str
    key_name: str | None = Field(description="The key's name; null when it is not known any more.")
    team: str = Field(description="The team of the key; empty for none.")
    user: str = Field(description="The user of the key; empty for none.")
    plugin: str
    version: str = Field(description="The plugin's version.")
    tool: str = Field(description="The tool, prompt, resource or task by the plugin's own name.")
    method: str = Field(description="What was asked, such as `tools/call`.", examples=["tools/call"])
    outcome: ToolOutcome = Field(
        description="`ok`, `failed` (no result), `abandoned` (the client left or cancelled) or `refused` (the gateway said no)."
    )
    is_error: bool = Field(description="Whether the tool itself said that it failed.")
    error: str = Field(description="The code of the error; empty when there was none.")
    ms: float = Field(description="How long it took, in milliseconds.")
    bytes_in: int = Field(description="Bytes of its params.")
    bytes_out: int = Field(description="Bytes of its result.")
    parent: str = Field(description="The call of a model that it was a part of; empty for none.")
    step: int = Field(description="Which of that call's steps it was.")
    trace: str = Field(description="The traceparent the client sent.")


class PluginCallList(Answer):
    """Calls, newest first."""

    data: list[PluginCall]
    next: str | None = Field(description="Send it as `before` for the calls after these; null when there are none.")


class ToolCallSum(Answer):
    """The calls of a plugin, or of one of its tools."""

    plugin: str
    tool: str = Field(description="Empty where all tools are one line.")
    calls: int
    errors: int = Field(description="Those that failed, and those whose tool said that it failed.")
    refused: int = Field(description="Those the gateway said no to.")
    ms: float = Field(description="How long one took on average, in milliseconds.")
    last: datetime = Field(description="When the newest began.")


class ToolCallSummary(Answer):
    """Sums, those with most calls first."""

    data: list[ToolCallSum]
