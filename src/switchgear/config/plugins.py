"""Plugins as the configuration file has them: where they come from, and what they may have at most."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from switchgear.config.fields import FilePath, Network, Seconds, Section, Text, WebURL
from switchgear.config.limits import LimitName

_TARGET: Final = r"^([A-Za-z0-9_*.-]+|\[[0-9A-Fa-f:.]+\]):[1-9][0-9]{0,4}$"
PLUGIN_NAME: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_GIB: Final = 1 << 30

PluginName = Annotated[str, Field(pattern=PLUGIN_NAME, max_length=64)]
Pattern = Annotated[str, Field(min_length=1, max_length=256)]
_Target = Annotated[str, Field(pattern=_TARGET, max_length=300)]
_Targets = Annotated[tuple[_Target, ...], Field(strict=False, max_length=1000)]
_Patterns = Annotated[tuple[Pattern, ...], Field(strict=False, max_length=1000)]
_Folders = Annotated[tuple[FilePath, ...], Field(strict=False, max_length=100)]
Approve = Literal["never", "destructive", "always"]


class SandboxSettings(Section):
    """The sandbox that plugins run in."""

    accept: Annotated[tuple[Text, ...], Field(strict=False, max_length=32)] = Field(
        (),
        description=(
            "Layers of the sandbox to do without where this machine has not got them. switchgear doctor names them; without a word here a "
            "plugin does not start."
        ),
        examples=[["cgroup"]],
    )


class PolicySettings(Section):
    """What plugins may be granted at most, whatever a person grants. What is left out is not capped."""

    network: _Targets | None = Field(
        None,
        description='Where plugins may connect to: "host:port", "*.example.com:443", "*:443" for every public host.',
        examples=[["*:443"]],
    )
    read: _Folders | None = Field(None, description="Folders that may be read.", examples=[["/srv/documents"]])
    write: _Folders | None = Field(None, description="Folders that may be changed.", examples=[["/srv/plugins"]])
    environment: _Patterns | None = Field(
        None, description="Environment variables of the gateway that may be seen.", examples=[["TZ"]]
    )
    secrets: _Patterns | None = Field(
        None, description="Sensitive settings that may be used, by name.", examples=[["*"]]
    )
    sampling: _Patterns | None = Field(
        None, description="Models that may be asked, by patterns of their names; none with [].", examples=[["fast"]]
    )
    sampling_usd: float = Field(
        1_000_000,
        ge=0,
        le=1_000_000,
        description="US dollars that a plugin's questions to models may cost in its period.",
    )
    subprocesses: bool = Field(True, description="Whether plugins may start other programs inside their sandbox.")


class CeilingSettings(Section):
    """What a plugin gets at most, whatever it asks for."""

    memory_mb: int = Field(4096, ge=16, le=1 << 20, description="Memory of all its processes in MiB.")
    processes: int = Field(512, ge=1, le=4096, description="Processes and threads at once.")
    cpus: float = Field(4.0, ge=0.01, le=1024, description="Cores.")
    disk_mb: int = Field(4096, ge=1, le=1 << 20, description="Its data folder in MiB.")
    calls_per_minute: int = Field(6000, ge=1, le=1_000_000, description="Calls in a minute.")
    concurrency: int = Field(256, ge=1, le=10_000, description="Calls at once.")
    seconds: float = Field(600.0, ge=0.1, le=86_400, description="Seconds that a call may take.")
    response_bytes: int = Field(64 << 20, ge=1024, le=_GIB, description="Bytes of a result.")


class OnePluginSettings(Section):
    """What holds for one plugin."""

    limits: LimitName | None = Field(
        None, description="Limits that hold for all calls of the plugin together.", examples=["tools"]
    )
    key_limits: LimitName | None = Field(
        None, description="Limits that hold for the calls of each key of the plugin.", examples=["tools-of-one"]
    )
    approve: Approve | None = Field(
        None, description="Which of its tools a person has to approve; as [plugins] approve says when left out."
    )


class PluginSettings(Section):
    """Plugins: MCP servers that the gateway runs, and offers at /mcp and in chats."""

    folders: _Folders = Field(
        (),
        description="Folders that are looked through for bundles; what is found there can be installed by its name.",
        examples=[["/srv/plugins"]],
    )
    registry: WebURL = Field(
        "https://registry.modelcontextprotocol.io",
        description="The registry that registry:NAME is looked up in, by the API of the official one.",
    )
    idle: Seconds = Field(900.0, description="Seconds without a call after which a plugin's process is ended.")
    start_timeout: Seconds = Field(
        60.0, description="Seconds that a plugin has to introduce itself when it is started."
    )
    install_timeout: Seconds = Field(900.0, description="Seconds that the installation of dependencies may take.")
    keep_versions: int = Field(
        3,
        ge=2,
        le=100,
        description="Versions of a plugin that stay on the disk, the one in use and the one before it among them.",
    )
    pins: Literal["strict", "new", "off"] = Field(
        "strict",
        description=(
            'What becomes of a plugin whose tools are not those that were accepted: "strict" quarantines it until somebody accepts the '
            'difference where one changed, and hides those that are new; "new" shows those that are new; "off" takes all as they come.'
        ),
    )
    approve: Approve = Field(
        "never",
        description=(
            "Which calls of tools a person has to approve: of none, of those that may destroy something by what they say of themselves, or "
            "of all."
        ),
    )
    approve_tools: _Patterns = Field(
        (),
        description="Tools that a person has to approve besides, by patterns of plugin__tool.",
        examples=[["files__delete_*", "mail__send"]],
    )
    approve_wait: Seconds = Field(
        60.0, description="Seconds that a call waits for its approval before the client is told to come back."
    )
    search_above: int = Field(
        100,
        ge=1,
        le=100_000,
        description="Tools above which /mcp offers a search for tools in place of all of them.",
    )
    search_always: _Patterns = Field(
        (), description="Tools that are offered beside the search, by patterns of plugin__tool.", examples=[["time"]]
    )
    login_private: Annotated[tuple[Network, ...], Field(strict=False, max_length=1000)] = Field(
        (),
        description=(
            "Hosts, addresses and networks of authorization servers that may be asked when somebody signs in to a plugin, although they are "
            "private."
        ),
        examples=[["login.internal.example.com", "10.20.0.0/16"]],
    )
    sandbox: SandboxSettings = Field(default_factory=SandboxSettings)
    policy: PolicySettings = Field(default_factory=PolicySettings)
    most: CeilingSettings = Field(default_factory=CeilingSettings)
    of: dict[PluginName, OnePluginSettings] = Field(
        default_factory=dict,
        description="What holds for single plugins, by name.",
        examples=[{"files": {"limits": "default", "approve": "destructive"}}],
    )
