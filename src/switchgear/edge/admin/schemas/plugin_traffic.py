"""What plugins wrote and exchanged, as the admin API shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from switchgear.edge.admin.schemas.base import Answer


class PluginLogEntry(Answer):
    """Something that happened to a plugin."""

    at: datetime
    kind: Literal["wrote", "state", "denied"] = Field(
        description="Whether it wrote a line to standard error, its process changed, or a connection was refused to it."
    )
    text: str


class PluginLog(Answer):
    """What happened lately, oldest first."""

    data: list[PluginLogEntry]


class PluginFrame(Answer):
    """A frame between the gateway and a plugin."""

    at: float = Field(description="Seconds since 1970.")
    plugin: str
    direction: Literal["sent", "received"] = Field(description="Towards the plugin, or from it.")
    kind: Literal["request", "answer", "error", "notification", "noise"]
    method: str = Field(description="Of an answer, that of its request.")
    id: str = Field(description="As JSON; empty where there is none.")
    ms: float | None = Field(description="How long an answer took, where that is known.")
    bytes: int
    frame: str = Field(description="What is in it, without secrets; cut at 64 KiB.")
