"""The configuration file as it may be written: every section, field, default and bound.

The descriptions here are the ones of the reference page and of the JSON Schema, which are generated from this module and
from ``providers`` and ``models`` beside it. Unknown keys and wrong types are errors; ``load`` words them. All objects are
frozen.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from switchgear.config.batches import BatchSettings
from switchgear.config.cache import CacheSettings
from switchgear.config.console import ConsoleSettings
from switchgear.config.conversations import ConversationSettings
from switchgear.config.fields import (
    MIB,
    PRIVATE,
    AliasName,
    FilePath,
    Host,
    Mistake,
    Network,
    OuterReference,
    ProviderName,
    Seconds,
    SecretReference,
    Section,
    StoreURL,
    Text,
    WebURL,
)
from switchgear.config.health import HealthSettings
from switchgear.config.limits import LimitName, LimitSettings, OwnerEntry, TeamSettings, UserSettings
from switchgear.config.mcp import McpSettings
from switchgear.config.models import AliasSettings
from switchgear.config.plugins import PluginSettings
from switchgear.config.providers import ProviderSettings
from switchgear.config.routes import RetryDefaults
from switchgear.config.sign_in import SignInSettings
from switchgear.config.state import StateSettings

LOCAL_PROVIDER: Final = "local"
"""The embedded provider's name; the file cannot define another one of that name."""

EMBEDDED_MODEL: Final = "smollm2"


def _not_local(name: str) -> str:
    if name == LOCAL_PROVIDER:
        raise Mistake("is the embedded provider's name.", "Choose another name; [local] sets up the embedded one.")
    return name


class ServerSettings(Section):
    """Where the gateway listens, and how long and how much it takes from a client."""

    host: Host = Field(
        "127.0.0.1",
        description="Address to listen on. Any other than a loopback address needs tls_cert and tls_key, or trusted_proxy.",
    )
    port: int = Field(4100, ge=1, le=65535, description="TCP port to listen on.")
    workers: int = Field(
        1, ge=1, le=256, description="Processes that serve, for several cores. More than one need a shared [state]."
    )
    max_body_bytes: int = Field(
        32 * MIB,
        ge=1024,
        le=4096 * MIB,
        description="Largest request body in bytes; a larger one is answered with 413.",
    )
    max_upload_bytes: int = Field(
        512 * MIB,
        ge=1024,
        le=65_536 * MIB,
        description="Largest upload (a file, audio, an image to edit) in bytes; a larger one is answered with 413.",
    )
    header_timeout: Seconds = Field(10.0, description="Seconds a client may take to send its request headers.")
    body_timeout: Seconds = Field(
        30.0, description="Seconds a client may take to send its request body, and one more for every 16 KiB of it."
    )
    keep_alive: Seconds = Field(75.0, description="Seconds an idle connection stays open.")
    drain_timeout: Seconds = Field(30.0, description="Seconds that open calls get to finish when the gateway stops.")
    tls_cert: FilePath | None = Field(
        None,
        description="PEM file with the certificate chain; relative paths start at the configuration file's folder.",
        examples=["tls/cert.pem"],
    )
    tls_key: FilePath | None = Field(
        None, description="PEM file with the certificate's private key.", examples=["tls/key.pem"]
    )
    trusted_proxy: bool = Field(
        False,
        description="A reverse proxy in front terminates TLS: allows any host, and its X-Forwarded-* headers are believed.",
    )
    public_url: WebURL | None = Field(
        None,
        description=(
            "The gateway's own URL, as browsers and authorization servers reach it; the address it listens on when left out. With https it "
            "is known to authorization servers by a document there."
        ),
        examples=["https://gateway.example.com"],
    )
    secret: OuterReference | None = Field(
        None,
        description="Reference to 64 hex digits that replace the data folder's secret.key, for gateways that share a store.",
        examples=["env:SWITCHGEAR_SECRET"],
        repr=False,
        json_schema_extra=PRIVATE,
    )


class StoreSettings(Section):
    """Where keys, providers, usage and the audit log are kept."""

    url: StoreURL = Field(
        "sqlite:",
        description=(
            'Database: "sqlite:" is switchgear.db in the data folder, "sqlite:/path" another file, "postgresql://…" a server. '
            "A reference may stand here, for a URL with a password."
        ),
        repr=False,
        json_schema_extra=PRIVATE,
    )
    durability: Literal["batched", "strict"] = Field(
        "batched",
        description=(
            '"batched" commits usage records within 250 ms; "strict" before the last byte of the answer, or has them on disk by '
            "then while the database does not take them."
        ),
    )
    spool_max_bytes: int = Field(
        256 * MIB,
        ge=0,
        le=1_048_576 * MIB,
        description=(
            "Bytes of usage records that a process keeps in the data folder while the database does not take them; with 0, and "
            "beyond, they wait in memory, and strict calls fail."
        ),
    )
    usage_days: int = Field(
        90,
        ge=32,
        le=36_500,
        description="Days that records of single calls are kept; budgets of a month are counted from them.",
    )
    minute_days: int = Field(3, ge=1, le=366, description="Days that sums over minutes are kept.")
    hour_days: int = Field(90, ge=1, le=3660, description="Days that sums over hours are kept.")
    day_days: int = Field(1830, ge=1, le=36_500, description="Days that sums over days are kept.")
    error_days: int = Field(
        90, ge=1, le=3660, description="Days after which a group of errors that do not come any more is forgotten."
    )


class LogSettings(Section):
    """What the gateway logs."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severity that is logged.")
    format: Literal["auto", "pretty", "json"] = Field(
        "auto", description='"auto" is "pretty" on a terminal and "json" elsewhere.'
    )


class ObserveSettings(Section):
    """Where traces go. Nothing is sent anywhere unless otlp_endpoint is set."""

    otlp_endpoint: WebURL | None = Field(
        None, description="OTLP/HTTP collector that receives traces.", examples=["http://127.0.0.1:4318"]
    )
    otlp_headers: dict[str, SecretReference] = Field(
        default_factory=dict,
        description="Headers for the collector; each value is a reference.",
        examples=[{"authorization": "env:OTLP_AUTHORIZATION"}],
        repr=False,
        json_schema_extra=PRIVATE,
    )
    service_name: Text = Field("switchgear", description="service.name of the traces.")


class LocalSettings(Section):
    """The embedded model, which answers without any provider."""

    enabled: bool = Field(True, description="Whether the embedded model is offered and started.")
    memory_mb: int = Field(1024, ge=384, le=1_048_576, description="Memory ceiling of each model's process in MiB.")
    context: int = Field(4096, ge=256, le=8192, description="Context length in tokens, for prompt and answer together.")
    threads: int | None = Field(
        None,
        ge=1,
        le=1024,
        description="Threads it computes with; half the cores, at most 4, when left out.",
        examples=[4],
    )


class VisionSettings(Section):
    """Images in calls: how many and how large, and where the gateway may fetch them for providers that do not."""

    max_images: int = Field(50, ge=0, le=1000, description="Most images of one call.")
    max_bytes: int = Field(20 * MIB, ge=1024, le=256 * MIB, description="Largest image in bytes.")
    max_pixels: int = Field(
        50_000_000, ge=4096, le=1_000_000_000, description="Largest image in pixels, width times height."
    )
    scale_to: int | None = Field(
        None,
        ge=64,
        le=16_384,
        description=(
            "Longest side in pixels to which larger images are scaled down (needs the extra: pip install "
            "'switchgear[images]'); images are sent as they are when left out."
        ),
        examples=[2048],
    )
    allow_hosts: Annotated[tuple[Host, ...], Field(strict=False, max_length=1000)] = Field(
        (),
        description="Hosts that images may be fetched from, and their subdomains; any public host when left out.",
        examples=[["images.example.com"]],
    )
    allow_private: Annotated[tuple[Network, ...], Field(strict=False, max_length=1000)] = Field(
        (),
        description="Hosts, addresses and networks that images may be fetched from although they are private.",
        examples=[["10.20.0.0/16"]],
    )
    timeout: Seconds = Field(10.0, description="Seconds to fetch an image.")


class ResponsesSettings(Section):
    """Responses that are kept for previous_response_id and retrieval, where a client does not say store=false."""

    retention_days: int = Field(30, ge=1, le=3650, description="Days after which a response is deleted.")
    max_stored_bytes: int = Field(
        16 * MIB,
        ge=1024,
        le=64 * MIB,
        description="Largest response that is kept, in bytes with all that it answers; a larger one is answered, not kept.",
    )


class Settings(Section):
    """The whole configuration file."""

    server: ServerSettings = Field(default_factory=ServerSettings)
    store: StoreSettings = Field(default_factory=StoreSettings)
    state: StateSettings = Field(default_factory=StateSettings)
    log: LogSettings = Field(default_factory=LogSettings)
    observe: ObserveSettings = Field(default_factory=ObserveSettings)
    local: LocalSettings = Field(default_factory=LocalSettings)
    vision: VisionSettings = Field(default_factory=VisionSettings)
    responses: ResponsesSettings = Field(default_factory=ResponsesSettings)
    batches: BatchSettings = Field(default_factory=BatchSettings)
    conversations: ConversationSettings = Field(default_factory=ConversationSettings)
    cache: CacheSettings = Field(default_factory=CacheSettings)
    health: HealthSettings = Field(default_factory=HealthSettings)
    retry: RetryDefaults = Field(default_factory=RetryDefaults)
    plugins: PluginSettings = Field(default_factory=PluginSettings)
    mcp: McpSettings = Field(default_factory=McpSettings)
    sign_in: SignInSettings = Field(default_factory=SignInSettings)
    console: ConsoleSettings = Field(default_factory=ConsoleSettings)
    providers: dict[Annotated[ProviderName, AfterValidator(_not_local)], ProviderSettings] = Field(
        default_factory=dict, description="Accounts at APIs we call, by the name that models and clients use."
    )
    models: dict[AliasName, AliasSettings] = Field(
        default_factory=dict, description="Aliases: models that clients can call, and the deployments behind each."
    )
    limits: dict[LimitName, LimitSettings] = Field(
        default_factory=dict,
        description=(
            "Limits by the name that keys, teams, users and models use. Those called default hold for every key that names none."
        ),
    )
    teams: dict[OwnerEntry, TeamSettings] = Field(
        default_factory=dict,
        description='Teams by the name that keys use; "*" is every team without an entry, each for itself.',
    )
    users: dict[OwnerEntry, UserSettings] = Field(
        default_factory=dict,
        description='Users by the name that keys use; "*" is every user without an entry, each for themselves.',
    )
