"""Plugins as the admin API takes and shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from switchgear.core.periods import Per
from switchgear.edge.admin.schemas.base import Answer, Body
from switchgear.edge.admin.schemas.models import TestError

Text = Annotated[str, StringConstraints(max_length=65_536)]
Source = Annotated[str, StringConstraints(min_length=1, max_length=4096)]
Many = Annotated[list[Annotated[str, StringConstraints(min_length=1, max_length=1024)]], Field(max_length=64)]
SettingName = Annotated[str, StringConstraints(min_length=1, max_length=128)]
SettingValue = str | float | bool | list[str] | None
Settings = Annotated[dict[SettingName, SettingValue], Field(max_length=256)]
SecretValues = Annotated[dict[SettingName, Text], Field(max_length=256)]
State = Literal["discovered", "installed", "enabled", "disabled", "failed", "quarantined"]
Kind = Literal["bundle", "remote", "openapi"]


class SamplingBody(Body):
    """Models that may be asked, and for how much."""

    models: Many = Field(min_length=1, description="Patterns of models' names.", examples=[["fast"]])
    usd: float = Field(gt=0, le=1_000_000, description="US dollars in a period.")
    per: Per = "month"


class PermissionsBody(Body):
    """What is granted. What is left out is not."""

    network: Many = Field([], description="Where it may connect to, as host:port.", examples=[["api.example.com:443"]])
    read: Many = Field([], description="Files and folders that it may read.")
    write: Many = Field([], description="Files and folders that it may read and change.")
    environment: Many = Field([], description="Environment variables of the gateway that it may see.")
    secrets: Many = Field([], description="Sensitive settings that it may use.")
    sampling: SamplingBody | None = None
    subprocesses: bool = Field(False, description="Whether it may start other programs inside its sandbox.")


class LimitsBody(Body):
    """What it gets at most; what is left out stays."""

    memory_mb: int | None = Field(None, ge=16, le=1 << 20)
    processes: int | None = Field(None, ge=1, le=4096)
    cpus: float | None = Field(None, ge=0.01, le=1024)
    disk_mb: int | None = Field(None, ge=1, le=1 << 20)
    calls_per_minute: int | None = Field(None, ge=1, le=1_000_000)
    concurrency: int | None = Field(None, ge=1, le=10_000)
    seconds: float | None = Field(None, ge=0.1, le=86_400)
    response_bytes: int | None = Field(None, ge=1024, le=1 << 30)


class ProposalBody(Body):
    """Where a plugin comes from."""

    source: Source = Field(
        description="pypi:NAME, npm:NAME, https://…, registry:NAME, or the name of one that was discovered.",
        examples=["pypi:mcp-server-time"],
    )
    arguments: Annotated[list[Text], Field(max_length=64)] = Field(
        [], description="What its command is given besides, for a package."
    )
    name: Annotated[str, StringConstraints(max_length=64, pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$")] = Field(
        "", description="What to call it, where it does not say itself."
    )
    variables: Annotated[dict[SettingName, bool], Field(max_length=64)] = Field(
        {},
        description=(
            "Variables that the environment of a package's server has: each becomes a setting of this name, a secret where it says true."
        ),
        examples=[{"API_KEY": True, "LOG_LEVEL": False}],
    )
    permissions: PermissionsBody | None = Field(
        None, description="What it is going to need, for a package that does not say."
    )


class InstallBody(Body):
    """What is said to a proposal."""

    settings: Settings = Field({}, description="Values of settings, by name.")
    secrets: SecretValues = Field({}, description="Values of sensitive settings, or HTTP fields for a remote server.")
    permissions: PermissionsBody | None = Field(None, description="What is granted; all that is asked when left out.")
    limits: LimitsBody | None = None
    unsigned: bool = Field(False, description="Accept that nobody who is trusted signed it, this once.")
    downgrade: bool = Field(False, description="Accept an older version, or other content under the same, this once.")
    new_publisher: bool = Field(False, description="Accept that another publisher signed it than before, this once.")
    enable: bool = Field(True, description="Whether it may be called at once.")


class ConfigureBody(Body):
    """Settings to change; null takes a value away."""

    settings: Settings = Field({}, description="Values of settings, by name.")
    secrets: SecretValues = Field({}, description="Values of sensitive settings, by name.")


class GrantBody(Body):
    """What is granted from now on, instead of what was."""

    permissions: PermissionsBody
    limits: LimitsBody | None = None


class UseBody(Body):
    """The version to use."""

    version: Annotated[str, StringConstraints(max_length=128)] = Field(
        "", description="One that is on the disk; the one that was in use before, when left out."
    )


class AcceptBody(Body):
    """What was reviewed."""

    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="As the review has it: what is accepted is that and nothing that came since."
    )


class DisableBody(Body):
    """Why."""

    reason: Annotated[str, StringConstraints(max_length=500)] = ""


class Permissions(Answer):
    """What is asked, granted or withheld."""

    network: list[str]
    read: list[str]
    write: list[str]
    environment: list[str]
    secrets: list[str]
    sampling: dict[str, object] | None
    subprocesses: bool
    words: list[str] = Field(description="The same, a sentence for each.")


class Limits(Answer):
    """What it gets at most: memory and disk in MiB, cores, calls, seconds and bytes of a call."""

    memory_mb: int
    processes: int
    cpus: float
    disk_mb: int
    calls_per_minute: int
    concurrency: int
    seconds: float
    response_bytes: int


class Setting(Answer):
    """A setting. The value of a sensitive one is never shown."""

    name: str
    type: str
    title: str
    description: str
    required: bool
    sensitive: bool
    multiple: bool
    default: SettingValue = Field(None, description="What holds while nothing is set.")
    min: float | None = Field(None, description="The smallest number that it takes.")
    max: float | None = Field(None, description="The largest number that it takes.")
    set: bool = Field(description="Whether it has a value.")
    value: SettingValue = None


class Process(Answer):
    """How its process or connection is."""

    state: Literal["stopped", "starting", "running", "waiting", "draining", "failed"]
    reason: str
    words: list[str] = Field(description="What it wrote last before it ended.")
    failures: int
    revision: str = Field(description="The revision of MCP that it speaks.")
    calls: int = Field(description="Calls under way.")


class Tool(Answer):
    """A tool as it is offered."""

    name: str
    called: str = Field(description="Its name at /mcp, among those of other plugins.")
    title: str
    description: str
    destructive: bool = Field(description="Whether it may destroy something, by what it says of itself.")


class Plugin(Answer):
    """A plugin that is installed."""

    name: str
    title: str
    description: str
    kind: Kind
    state: State
    reason: str
    version: str
    previous: str
    source: str
    digest: str
    publisher: str = Field(description="The id of the key that signed it; empty for nobody.")
    url: str
    permissions: Permissions = Field(description="What holds: granted, filled in, and capped.")
    granted: Permissions = Field(
        description="What a person granted, with settings still to be filled in; what holds is in `permissions`."
    )
    asked: Permissions = Field(description="What its manifest asks for, and what was granted besides.")
    withheld: list[str] = Field(description="What was granted and the operator's policy does not let it have.")
    limits: Limits
    settings: list[Setting]
    tools: int
    resources: int
    prompts: int
    process: Process | None = Field(description="null where it has not run since the gateway started.")
    installed_at: datetime


class PluginList(Answer):
    """Plugins, by name."""

    data: list[Plugin]


class ToolList(Answer):
    """Tools of a plugin."""

    data: list[Tool]


class Version(Answer):
    """A version of a plugin that is on the disk."""

    version: str
    digest: str = Field(description="The sha256 of its content, in hex; empty for what runs elsewhere.")
    publisher: str = Field(description="The id of the key that signed it; empty for nobody.")
    source: str
    installed_at: datetime
    current: bool = Field(description="Whether it is the one in use.")
    previous: bool = Field(description="Whether it is the one that was in use before.")


class VersionList(Answer):
    """Versions, newest first."""

    data: list[Version]


class DefinitionChange(Answer):
    """A definition that says something else than what was accepted."""

    kind: Literal["tool", "prompt", "resource template", "instructions"]
    name: str
    before: str | None = Field(description="What was accepted, in lines; null where there was nothing.")
    after: str | None = Field(description="What it says now, in lines; null where it is gone.")


class Review(Answer):
    """How what a plugin offers stands to what was accepted of it."""

    state: Literal["same", "new", "changed"]
    differences: list[str]
    digest: str = Field(description="What accepting it names.")
    changes: list[DefinitionChange] = Field(description="The same, definition by definition, before and after.")


class Proposal(Answer):
    """Something that may be installed."""

    id: str
    name: str
    title: str
    description: str
    version: str
    kind: Kind
    source: str
    current: str = Field(description="The version that is installed; empty for none.")
    trust: str = Field(description="Who signed it, and what stands against it.")
    flags: list[Literal["unsigned", "downgrade", "new_publisher"]] = Field(
        description="What has to be said to install it."
    )
    asked: Permissions
    granted: Permissions = Field(description="What it has once it is installed and nothing else is said.")
    more: list[str] = Field(description="What it asks for that was not granted to the version that is installed.")
    withheld: list[str] = Field(description="What it asks for and the operator's policy does not let it have.")
    limits: Limits
    settings: list[Setting]
    signs_in: bool = Field(description="Whether somebody has to sign in to it: switchgear plugin login NAME.")
    headers: list[str] = Field(description="HTTP fields that a remote server wants, to be given as secrets.")
    needs: dict[str, str] = Field(description="Other plugins that it needs, and their versions.")
    tools: list[str] = Field(description="Tools that its manifest announces.")
    operations: dict[str, str] = Field(
        description="Operations of an API as METHOD /path, by the names of their tools: the settings say which become tools."
    )


class FoundBundle(Answer):
    """A bundle that lies where bundles are looked for."""

    name: str
    version: str
    title: str
    description: str
    source: str
    installed: str = Field(description="The version that is installed; empty for none.")
    fault: str = Field(description="Why it cannot be installed; empty where it can.")


class FoundList(Answer):
    """Bundles that can be installed by their names."""

    data: list[FoundBundle]


class InstallProgress(Answer):
    """A line of progress."""

    told: str
    detail: bool = Field(False, description="Whether it is an installer's line.")


class InstallEnd(Answer):
    """The last line."""

    ok: bool
    plugin: Plugin | None = None
    error: TestError | None = None
