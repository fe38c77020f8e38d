"""The gateway itself as the admin API shows it: status, configuration, log level."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from switchgear.edge.admin.schemas.base import Answer, Body

Level = Literal["debug", "info", "warning", "error"]


class StoreStatus(Answer):
    """How the store is doing."""

    kind: Literal["sqlite", "postgresql"]
    state: Literal["ready", "unavailable"]
    reason: str
    durability: Literal["batched", "strict"]
    usage_pending: int = Field(description="Usage records waiting in memory to be written.")
    usage_lost: int = Field(description="Usage records given up since the start.")
    usage_spooled: int = Field(description="Usage records on disk that wait for the database.")
    usage_spool_bytes: int = Field(description="Bytes they take there.")
    usage_state: Literal["ok", "spooling", "degraded"]


class StateStatus(Answer):
    """How the state is doing that gateways share."""

    shared: bool = Field(description="Whether other processes share it.")
    state: Literal["ok", "degraded"]
    reason: str
    since: datetime = Field(description="When it entered this state.")
    on_loss: Literal["local", "refuse"]
    members: int = Field(description="Gateways that share it, this one included.")


class EmbeddedStatus(Answer):
    """How an embedded model is doing."""

    name: str
    state: str
    reason: str
    since: datetime = Field(description="When it entered this state.")
    restarts: int


class WorkerStatus(Answer):
    """One worker process of the host that answers."""

    number: int = Field(description="From 1; a worker that was replaced has the same.")
    pid: int = Field(description="Process id; 0 while there is no process.")
    state: str = Field(description="starting, ready, restarting, draining, or silent when it does not answer.")
    reason: str
    restarts: int = Field(description="How often it was replaced.")
    started_at: datetime
    calls_in_flight: int
    memory_bytes: int


class Status(Answer):
    """The gateway at this moment."""

    version: str
    url: str = Field(description="Where it listens; empty when it serves nothing.")
    started_at: datetime
    uptime_seconds: float
    calls_in_flight: int
    memory_bytes: int = Field(description="Memory that the workers hold together (resident sets).")
    keys: int = Field(description="Keys that are active.")
    models: int = Field(description="Aliases, the embedded ones included.")
    providers: int
    log_level: Level
    store: StoreStatus
    state: StateStatus
    embedded: list[EmbeddedStatus]
    workers: list[WorkerStatus]


class Config(Answer):
    """The configuration as it runs."""

    settings: dict[str, Any] = Field(description="As in the file, with defaults; what may be secret is redacted.")
    sources: dict[str, str] = Field(description="Where each provider and alias is defined.")


class ConfigValue(Answer):
    """One setting."""

    name: str = Field(examples=["server.port"])
    value: Any = Field(description="As it runs; what may be secret is redacted.")
    about: str = Field(description="What it means.")
    source: Literal["file", "command line", "environment", "default"] = Field(description="Where its value comes from.")
    line: int | None = Field(description="The line of the configuration file, from 1, where it stands there.")


class ConfigValues(Answer):
    """The settings of the configuration, in the order of the reference."""

    file: str | None = Field(description="The configuration file; null when there is none.")
    data: list[ConfigValue]


class Reload(Answer):
    """What a reload did."""

    changed: list[str] = Field(description="Sections that changed and are in force.")
    needs_restart: list[str] = Field(description="Sections that changed and wait for a restart.")
    notes: list[str] = Field(description="What was passed over, in sentences.")


class Log(Answer):
    """The lowest level that is logged."""

    level: Level


class LogChange(Body):
    """The level to log from now on."""

    level: Level = Field(description="Least severity that is logged; holds until the next start or reload.")
