"""Providers as the configuration file has them: one table of settings a kind, told apart by ``kind``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Discriminator, Field, Tag, TypeAdapter

from switchgear.config.fields import (
    MIB,
    PRIVATE,
    FilePath,
    Headers,
    Params,
    ProxyURL,
    Seconds,
    SecretReference,
    Section,
    Text,
    WebURL,
)

DEFAULT_KIND: Final = "openai"
"""The kind of a provider that names none."""


class Timeouts(Section):
    """The four limits on waiting for a provider, in seconds."""

    connect: Seconds = Field(5.0, description="Seconds to connect, TLS included.")
    first_byte: Seconds = Field(60.0, description="Seconds from the request sent to the first byte of the answer.")
    between_bytes: Seconds = Field(30.0, description="Seconds between two parts of the answer.")
    total: Seconds = Field(600.0, description="Seconds for the whole call.")


class ProviderAccount(Section):
    """What the settings of every kind of provider have."""

    kind: str
    base_url: WebURL | None
    api_key: SecretReference | None = Field(
        None,
        description="Reference to the key; left out for an API that asks for none.",
        examples=["env:API_KEY"],
        repr=False,
        json_schema_extra=PRIVATE,
    )
    timeouts: Timeouts = Field(default_factory=Timeouts, description="Limits on waiting for the provider, in seconds.")
    headers: Headers = Field(
        default_factory=dict,
        description="Further headers of every request; a value is text or, for anything secret, a reference.",
        examples=[{"x-team": "search"}],
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
        64 * MIB, ge=1024, le=4096 * MIB, description="Largest answer in bytes; a longer one is cut with an error."
    )
    max_connections: int = Field(1000, ge=1, le=65535, description="Most connections open at once.")
    models: Annotated[tuple[Text, ...], Field(strict=False)] = Field(
        (),
        description="Models to list under GET /v1/models; others of the provider can be called too.",
        examples=[["gpt-5-mini"]],
    )
    prices: Text | None = Field(
        None,
        description="Provider in the catalogue whose prices and limits hold; by the kind and base_url when left out.",
        examples=["openai"],
    )

    @property
    def credential_headers(self) -> Mapping[str, str]:
        """The headers that credentials are sent in, and the setting that each is taken from."""
        return {"authorization": "api_key"} if self.api_key else {}

    @property
    def secrets(self) -> Mapping[str, str]:
        """Every text that is a reference or may be one, by its place in the table."""
        places = {"api_key": self.api_key} if self.api_key else {}
        return places | {f"headers.{name}": value for name, value in self.headers.items()}


class OpenAIProviderSettings(ProviderAccount):
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
    headers: Headers = Field(
        default_factory=dict,
        description="Further headers of every request; a value is text or, for anything secret, a reference.",
        examples=[{"openai-organization": "org-1"}],
        repr=False,
        json_schema_extra=PRIVATE,
    )
    dialects: Annotated[tuple[Literal["chat", "responses"], ...], Field(strict=False, min_length=1)] | None = Field(
        None,
        description=(
            'Forms of chat the API takes, the preferred one first; "responses" too at api.openai.com and "chat" alone '
            "elsewhere when left out."
        ),
        examples=[["chat", "responses"]],
    )
    stream_usage: bool = Field(
        True,
        description="Whether streams ask the provider for usage (stream_options); false for an API that refuses the field.",
    )
    batches: bool | None = Field(
        None,
        examples=[True],
        description="Whether it has OpenAI's Batch API, which batches of one model then go to; at api.openai.com alone when left out.",
    )


class AnthropicProviderSettings(ProviderAccount):
    """A provider with Anthropic's Messages API."""

    kind: Literal["anthropic"] = Field(description="Dialect of the API: Anthropic's Messages.")
    base_url: WebURL = Field("https://api.anthropic.com/v1", description="Base of the API, the part before /messages.")
    api_key: SecretReference | None = Field(
        None,
        description="Reference to the key; left out for an API that asks for none.",
        examples=["env:ANTHROPIC_API_KEY"],
        repr=False,
        json_schema_extra=PRIVATE,
    )
    auth: Literal["key", "bearer"] = Field(
        "key", description='How the key is sent: "key" as x-api-key, "bearer" as authorization.'
    )
    version: Text = Field("2023-06-01", description="The API's version, sent as anthropic-version.")
    batches: bool | None = Field(
        None,
        examples=[True],
        description=(
            "Whether it has Anthropic's Message Batches, which batches of one model then go to; at api.anthropic.com alone when left out."
        ),
    )

    @property
    def credential_headers(self) -> Mapping[str, str]:
        """``x-api-key`` or ``authorization``."""
        if not self.api_key:
            return {}
        return {"authorization" if self.auth == "bearer" else "x-api-key": "api_key"}


class GeminiProviderSettings(ProviderAccount):
    """A provider with Google's Gemini API (generateContent)."""

    kind: Literal["gemini"] = Field(description="Dialect of the API: Google's generateContent.")
    base_url: WebURL = Field(
        "https://generativelanguage.googleapis.com/v1beta", description="Base of the API, the part before /models."
    )
    api_key: SecretReference | None = Field(
        None,
        description="Reference to the key, sent as x-goog-api-key; left out for an API that asks for none.",
        examples=["env:GEMINI_API_KEY"],
        repr=False,
        json_schema_extra=PRIVATE,
    )

    @property
    def credential_headers(self) -> Mapping[str, str]:
        """``x-goog-api-key``."""
        return {"x-goog-api-key": "api_key"} if self.api_key else {}


class AzureProviderSettings(ProviderAccount):
    """A resource of Azure OpenAI. Its models are called by the names of their deployments."""

    kind: Literal["azure"] = Field(description="Azure OpenAI.")
    base_url: WebURL = Field(
        description="The resource's endpoint, without a path.", examples=["https://example.openai.azure.com"]
    )
    api_key: SecretReference | None = Field(
        None,
        description="Reference to one of the resource's keys, sent as api-key.",
        examples=["env:AZURE_OPENAI_API_KEY"],
        repr=False,
        json_schema_extra=PRIVATE,
    )
    token: SecretReference | None = Field(
        None,
        description="Reference to a Microsoft Entra ID access token, sent as a bearer token instead of a key.",
        examples=["file:/run/secrets/azure-token"],
        repr=False,
        json_schema_extra=PRIVATE,
    )
    api_version: Text | None = Field(
        None,
        description="Version of the API (api-version) for its dated form; the v1 form, which has none, when left out.",
        examples=["2024-10-21"],
    )
    dialects: Annotated[tuple[Literal["chat", "responses"], ...], Field(strict=False, min_length=1)] | None = Field(
        None,
        description="Forms of chat its deployments take, the preferred one first; by the API's version when left out.",
        examples=[["chat"]],
    )
    stream_usage: bool = Field(
        True,
        description="Whether streams ask for usage (stream_options); false for an API version that refuses the field.",
    )
    batches: bool = Field(
        False,
        description="Whether its deployments are made for batches (of the type GlobalBatch), which batches of one model then go to.",
    )

    @property
    def credential_headers(self) -> Mapping[str, str]:
        """``api-key``, ``authorization``."""
        headers = {"api-key": "api_key"} if self.api_key else {}
        return headers | ({"authorization": "token"} if self.token else {})

    @property
    def secrets(self) -> Mapping[str, str]:
        """Those of every kind, and the token."""
        return {**super().secrets, **({"token": self.token} if self.token else {})}


class OllamaProviderSettings(ProviderAccount):
    """An Ollama server."""

    kind: Literal["ollama"] = Field(description="Dialect of the API: Ollama's own.")
    base_url: WebURL = Field("http://127.0.0.1:11434", description="Base of the API, the part before /api/chat.")
    api_key: SecretReference | None = Field(
        None,
        description="Reference to a key, sent as a bearer token; a server of one's own asks for none.",
        examples=["env:OLLAMA_API_KEY"],
        repr=False,
        json_schema_extra=PRIVATE,
    )


class LiteLLMProviderSettings(ProviderAccount):
    """Any other provider, whose API is translated by LiteLLM. Needs the extra: pip install 'switchgear[litellm]'."""

    kind: Literal["litellm"] = Field(description="A provider that LiteLLM translates for.")
    litellm_provider: Text = Field(
        description="LiteLLM's name for the provider; switchgear catalogue list names those whose models are known.",
        examples=["bedrock"],
    )
    base_url: WebURL | None = Field(
        None,
        description="Base of the API; the provider's own when left out.",
        examples=["https://bedrock-runtime.eu-west-1.amazonaws.com"],
    )
    api_key: SecretReference | None = Field(
        None,
        description="Reference to the key, for a provider that has one.",
        examples=["env:COHERE_API_KEY"],
        repr=False,
        json_schema_extra=PRIVATE,
    )
    params: Params = Field(
        default_factory=dict,
        description=(
            "What else LiteLLM needs to know of the account, by LiteLLM's names; a value is text, a number, true or false "
            "or, for anything secret, a reference."
        ),
        examples=[{"aws_region_name": "eu-west-1", "aws_secret_access_key": "env:AWS_SECRET_ACCESS_KEY"}],
        repr=False,
        json_schema_extra=PRIVATE,
    )

    @property
    def secrets(self) -> Mapping[str, str]:
        """Those of every kind, and the parameters that are text."""
        texts = {f"params.{name}": value for name, value in self.params.items() if isinstance(value, str)}
        return {**super().secrets, **texts}


AnyProvider = (
    OpenAIProviderSettings
    | AnthropicProviderSettings
    | GeminiProviderSettings
    | AzureProviderSettings
    | OllamaProviderSettings
    | LiteLLMProviderSettings
)

KINDS: Final[Mapping[str, type[ProviderAccount]]] = {
    "openai": OpenAIProviderSettings,
    "anthropic": AnthropicProviderSettings,
    "gemini": GeminiProviderSettings,
    "azure": AzureProviderSettings,
    "ollama": OllamaProviderSettings,
    "litellm": LiteLLMProviderSettings,
}
"""The settings of each kind of provider."""


def kind_of(value: Any) -> str:
    """The kind that a provider's table, or its settings, name. What is no table counts as the default kind."""
    kind = value.get("kind", DEFAULT_KIND) if isinstance(value, dict) else getattr(value, "kind", DEFAULT_KIND)
    return kind if isinstance(kind, str) else repr(kind)


ProviderSettings = Annotated[
    Annotated[OpenAIProviderSettings, Tag("openai")]
    | Annotated[AnthropicProviderSettings, Tag("anthropic")]
    | Annotated[GeminiProviderSettings, Tag("gemini")]
    | Annotated[AzureProviderSettings, Tag("azure")]
    | Annotated[OllamaProviderSettings, Tag("ollama")]
    | Annotated[LiteLLMProviderSettings, Tag("litellm")],
    Discriminator(kind_of),
]
"""A provider of any kind."""

_ADAPTER: Final[TypeAdapter[AnyProvider]] = TypeAdapter(ProviderSettings)


def parse_provider(document: Mapping[str, object]) -> AnyProvider:
    """The settings that ``document`` holds, as a file's table or a stored document. Raises pydantic's ValidationError."""
    return _ADAPTER.validate_python(dict(document))
