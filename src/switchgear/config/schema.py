"""The configuration file as it may be written: every section, field, default and bound.

The descriptions here are the ones of the reference page and of the JSON Schema, which are generated from this module.
Unknown keys and wrong types are errors; ``load`` words them. All objects are frozen.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

from switchgear.config.references import REFERENCE_PATTERN, parse_reference

LOCAL_PROVIDER: Final = "local"
"""The embedded provider's name; the file cannot define another one of that name."""

EMBEDDED_MODEL: Final = "smollm2"

PROVIDER_NAME: Final = r"^[a-z0-9][a-z0-9_-]*$"
ALIAS_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._:-]*$"

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_FRAMING = frozenset(
    {"connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)
_SECRET_HEADER = re.compile(r"auth|key|token|secret|password|cookie|credential", re.IGNORECASE)
_DAY: Final = 86_400.0
_MIB: Final = 1024 * 1024


class Mistake(ValueError):
    """A value that cannot be: ``message`` follows its path ("must be …"), ``advice`` says what to do."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


def _reference(text: str) -> str:
    if parse_reference(text) is not None:
        return text
    if text.startswith(("env:", "file:", "secret:")):
        raise Mistake("is not a valid reference.", 'Write "env:NAME", "file:PATH" or "secret:NAME".')
    raise Mistake(
        "must be a reference, not the secret itself.",
        'Write "env:NAME", "file:PATH" or "secret:NAME", and keep the secret there.',
    )


def _outer_reference(text: str) -> str:
    """A reference that can be resolved before the store is open."""
    if text.startswith("secret:"):
        raise Mistake(
            "cannot be a secret of the store, which it is needed to open.",
            "Use env:NAME or file:PATH.",
        )
    return text


def _web_url(text: str, *, credentials: bool = False) -> str:
    advice = 'Write it like "https://host/path".'
    if not text.isascii() or not text.isprintable() or " " in text:
        raise Mistake("is not a URL.", advice)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise Mistake("is not a URL.", advice) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise Mistake("must be an http:// or https:// URL with a host.", advice)
    if parts.query or parts.fragment or text.endswith(("?", "#")):
        raise Mistake("must not have a query or a fragment.", advice)
    if parts.username is not None and not credentials:
        raise Mistake("must not hold a user name or password.", "Use api_key, or a header with a reference.")
    return text.rstrip("/")


def _proxy(text: str) -> str:
    return text if text == "none" else _web_url(text, credentials=True)


def _store_url(text: str) -> str:
    if parse_reference(text) is not None:
        return _outer_reference(text)
    return check_store_url(text)


def check_store_url(text: str) -> str:
    """``text`` when it is the URL of a store we know; raises Mistake when it is not."""
    if text == "sqlite:":
        return text
    if text.startswith("sqlite:"):
        path = text.removeprefix("sqlite:")
        if path.startswith("/") and not path.startswith("//") and "\0" not in path:
            return text
        raise Mistake("must be sqlite: and an absolute path.", 'Write it like "sqlite:/var/lib/switchgear.db".')
    advice = 'Write "sqlite:", "sqlite:/path" or "postgresql://user@host/database".'
    try:
        parts = urlsplit(text)
        named = parts.scheme == "postgresql" and parts.port != 0 and len(parts.path) > 1
    except ValueError:
        raise Mistake("is not a URL.", advice) from None
    if not named:
        raise Mistake("is not a store we know.", advice)
    return text


def _path(path: Path, info: ValidationInfo) -> Path:
    if str(path) in {"", "."} or "\0" in str(path):
        raise Mistake("is not a path to a file.")
    folder = (info.context or {}).get("folder")
    try:
        path = path.expanduser()
    except RuntimeError:
        raise Mistake("has a home folder that cannot be found.") from None
    return path if folder is None else Path(folder) / path


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.:_%-]+", text):
        raise Mistake("is not a host name or an IP address.", 'Write it like "127.0.0.1", "0.0.0.0" or "::1".')
    return text


def _headers(headers: dict[str, str]) -> dict[str, str]:
    """Every header's name and value; a value that is secret by the look of its name must be a reference."""
    if len({name.lower() for name in headers}) < len(headers):
        raise Mistake("gives one header twice.", "Upper and lower case make no difference in a header's name.")
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            raise Mistake("holds a name that is not one of an HTTP header.", "Use letters, digits and hyphens.")
        if name.lower() in _FRAMING:
            raise Mistake(f"must not set {name.lower()}.", "The gateway sets it itself.")
        if value.startswith(("env:", "file:", "secret:")):
            _reference(value)
            continue
        if _SECRET_HEADER.search(name):
            raise Mistake(
                f"must give {name} as a reference, not the secret itself.",
                'Write "env:NAME", "file:PATH" or "secret:NAME", and keep the secret there.',
            )
        if not value.isascii() or not value.replace("\t", " ").isprintable() or value != value.strip():
            raise Mistake(f"must give {name} as one line of ASCII text.")
    return headers


def _not_local(name: str) -> str:
    if name == LOCAL_PROVIDER:
        raise Mistake("is the embedded provider's name.", "Choose another name; [local] sets up the embedded one.")
    return name


SecretReference = Annotated[str, AfterValidator(_reference), Field(json_schema_extra={"pattern": REFERENCE_PATTERN})]
WebURL = Annotated[str, AfterValidator(_web_url), Field(json_schema_extra={"format": "uri"})]
ProxyURL = Annotated[str, AfterValidator(_proxy)]
StoreURL = Annotated[str, AfterValidator(_store_url)]
FilePath = Annotated[Path, Field(strict=False), AfterValidator(_path)]
Host = Annotated[str, AfterValidator(_host)]
Headers = Annotated[dict[str, str], AfterValidator(_headers)]
Seconds = Annotated[float, Field(gt=0, le=_DAY)]
ProviderName = Annotated[str, Field(pattern=PROVIDER_NAME, max_length=64)]
AliasName = Annotated[str, Field(pattern=ALIAS_NAME, max_length=128)]
Text = Annotated[str, Field(min_length=1, max_length=512)]

PRIVATE: Final[dict[str, Any]] = {"x-private": True}
"""Marks a field whose value may hold a secret: it is in no message, log or repr."""


class Section(BaseModel):
    """A table of the file: frozen, typed strictly, without unknown keys, and silent about values in its errors."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, allow_inf_nan=False, validate_default=False
    )


class ServerSettings(Section):
    """Where the gateway listens, and how long and how much it takes from a client."""

    host: Host = Field(
        "127.0.0.1",
        description="Address to listen on. Any other than a loopback address needs tls_cert and tls_key, or trusted_proxy.",
    )
    port: int = Field(4100, ge=1, le=65535, description="TCP port to listen on.")
    max_body_bytes: int = Field(
        32 * _MIB,
        ge=1024,
        le=4096 * _MIB,
        description="Largest request body in bytes; a larger one is answered with 413.",
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
    secret: Annotated[SecretReference, AfterValidator(_outer_reference)] | None = Field(
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
        description='"batched" commits usage records within 250 ms; "strict" commits them before the last byte of the answer.',
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


class Timeouts(Section):
    """The four limits on waiting for a provider, in seconds."""

    connect: Seconds = Field(5.0, description="Seconds to connect, TLS included.")
    first_byte: Seconds = Field(60.0, description="Seconds from the request sent to the first byte of the answer.")
    between_bytes: Seconds = Field(30.0, description="Seconds between two parts of the answer.")
    total: Seconds = Field(600.0, description="Seconds for the whole call.")


class OpenAIProviderSettings(Section):
    """A provider with an OpenAI-compatible API."""

    kind: Literal["openai"] = Field("openai", description='Dialect of the API; "openai" is any OpenAI-compatible one.')
    base_url: WebURL = Field(
        description="Base of the API, the part before /chat/completions.", examples=["https://api.openai.com/v1"]
    )
    api_key: SecretReference | None = Field(
        None,
        description="Reference to the key, sent as a bearer token; left out for an API that asks for none.",
        examples=["env:OPENAI_API_KEY"],
        repr=False,
        json_schema_extra=PRIVATE,
    )
    timeouts: Timeouts = Field(default_factory=Timeouts, description="Limits on waiting for the provider, in seconds.")
    headers: Headers = Field(
        default_factory=dict,
        description="Further headers of every request; a value is text or, for anything secret, a reference.",
        examples=[{"openai-organization": "org-1"}],
        repr=False,
        json_schema_extra=PRIVATE,
    )
    proxy: ProxyURL | None = Field(
        None,
        description='HTTP proxy for this provider; "none" ignores HTTPS_PROXY and HTTP_PROXY, which count otherwise.',
        examples=["http://proxy.internal:3128"],
        repr=False,
        json_schema_extra=PRIVATE,
    )
    ca_file: FilePath | None = Field(
        None,
        description="PEM file with the certificate authorities to trust instead of the system's.",
        examples=["tls/ca.pem"],
    )
    max_response_bytes: int = Field(
        64 * _MIB, ge=1024, le=4096 * _MIB, description="Largest answer in bytes; a longer one is cut with an error."
    )
    max_connections: int = Field(1000, ge=1, le=65535, description="Most connections open at once.")
    models: Annotated[tuple[Text, ...], Field(strict=False)] = Field(
        (),
        description="Models to list under GET /v1/models; others of the provider can be called too.",
        examples=[["gpt-5-mini"]],
    )
    stream_usage: bool = Field(
        True,
        description="Whether streams ask the provider for usage (stream_options); false for an API that refuses the field.",
    )
    prices: Text | None = Field(
        None,
        description="Provider in the price catalogue whose prices hold; guessed from the name and base_url when left out.",
        examples=["openai"],
    )


ProviderSettings = OpenAIProviderSettings
"""A provider of any kind; a union told apart by ``kind`` as soon as there are two kinds."""


class DeploymentSettings(Section):
    """One provider's model behind an alias."""

    provider: Text = Field(description='Name of a provider of this file, one found in the environment, or "local".')
    model: Text = Field(description="Name of the model at the provider.")
    weight: int = Field(1, ge=1, le=1_000_000, description="Share of the calls, for strategies that share them out.")


class AliasSettings(Section):
    """A model that clients can call by this name."""

    deployments: Annotated[tuple[DeploymentSettings, ...], Field(strict=False, min_length=1, max_length=256)] = Field(
        description="What stands behind the alias, in order of preference."
    )
    strategy: Literal["ordered"] = Field(
        "ordered", description='How a deployment is chosen; "ordered" takes the first.'
    )


class Settings(Section):
    """The whole configuration file."""

    server: ServerSettings = Field(default_factory=ServerSettings)
    store: StoreSettings = Field(default_factory=StoreSettings)
    log: LogSettings = Field(default_factory=LogSettings)
    observe: ObserveSettings = Field(default_factory=ObserveSettings)
    local: LocalSettings = Field(default_factory=LocalSettings)
    providers: dict[Annotated[ProviderName, AfterValidator(_not_local)], ProviderSettings] = Field(
        default_factory=dict, description="Accounts at APIs we call, by the name that models and clients use."
    )
    models: dict[AliasName, AliasSettings] = Field(
        default_factory=dict, description="Aliases: models that clients can call, and the deployments behind each."
    )
