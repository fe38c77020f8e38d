"""Providers and secrets as the admin API takes and shows them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from switchgear.config.fields import Headers, Section, Text
from switchgear.config.providers import (
    AnthropicProviderSettings,
    AzureProviderSettings,
    GeminiProviderSettings,
    LiteLLMProviderSettings,
    OllamaProviderSettings,
    OpenAIProviderSettings,
    kind_of,
)
from switchgear.edge.admin.schemas.base import Answer, Body
from switchgear.edge.admin.schemas.models import Source, TestError

_KEY = (
    "The key itself, which is kept encrypted and never shown, or `secret:NAME`; left out for an API that asks for none. "
    "References to the environment and to files are for the configuration file only."
)


class _Body(Section):
    """A provider to keep in the store: what stands under `[providers.NAME]` in the file, but for its key."""

    api_key: Annotated[str, StringConstraints(min_length=1, max_length=8192, pattern=r"^[!-~]+$")] | None = Field(
        None, description=_KEY, repr=False, json_schema_extra={"writeOnly": True, "x-private": True}
    )
    headers: Annotated[Headers, Field(max_length=50)] = Field(
        default_factory=dict,
        description="Further headers of every request; a value is text or, for anything secret, `secret:NAME`.",
        repr=False,
        json_schema_extra={"x-private": True},
    )
    models: Annotated[tuple[Text, ...], Field(strict=False, max_length=1000)] = Field(
        (), description="Models to list; others of the provider can be called too."
    )


class OpenAIBody(_Body, OpenAIProviderSettings):
    """A provider with an OpenAI-compatible API, to keep in the store."""


class AnthropicBody(_Body, AnthropicProviderSettings):
    """A provider with Anthropic's Messages API, to keep in the store."""


class GeminiBody(_Body, GeminiProviderSettings):
    """A provider with Google's Gemini API, to keep in the store."""


class AzureBody(_Body, AzureProviderSettings):
    """A resource of Azure OpenAI, to keep in the store."""


class OllamaBody(_Body, OllamaProviderSettings):
    """An Ollama server, to keep in the store."""


class LiteLLMBody(_Body, LiteLLMProviderSettings):
    """A provider that LiteLLM translates for, to keep in the store."""


ProviderBody = Annotated[
    Annotated[OpenAIBody, Tag("openai")]
    | Annotated[AnthropicBody, Tag("anthropic")]
    | Annotated[GeminiBody, Tag("gemini")]
    | Annotated[AzureBody, Tag("azure")]
    | Annotated[OllamaBody, Tag("ollama")]
    | Annotated[LiteLLMBody, Tag("litellm")],
    Discriminator(kind_of),
]
"""A provider of any kind; one that names no kind has an OpenAI-compatible API."""


class Support(Answer):
    """One thing that a provider can be asked for."""

    what: str = Field(
        description="A form of chat (`chat`, `responses`, `messages`, `gemini`, `ollama`) or an endpoint below `/v1`.",
        examples=["chat", "embeddings"],
    )
    how: Literal["passed", "translated", "own"] = Field(
        description="`passed`: bytes go as they are; `translated`; `own`: LiteLLM calls it with its own HTTP client."
    )


class Provider(Answer):
    """An account at an API we call."""

    name: str = Field(examples=["openai"])
    kind: Literal["openai", "anthropic", "gemini", "azure", "ollama", "litellm", "embedded"]
    source: Source = Field(description="Where it is defined.")
    base_url: str | None = Field(description="Null for the embedded one, and where LiteLLM knows it.")
    api_key: str | None = Field(description="The reference to its key, never the key.", examples=["env:OPENAI_API_KEY"])
    state: Literal["ready", "failed"] = Field(description="Whether calls can be sent; only a test tells if they work.")
    reason: str
    supports: list[Support] = Field(description="What it can be asked for; empty when it cannot be called.")
    settings: dict[str, Any] | None = Field(description="As in the file; what may be secret is redacted.")


class ProviderList(Answer):
    """Providers, by name."""

    data: list[Provider]


class ProviderTest(Answer):
    """What asking a provider for its models came to."""

    ok: bool
    latency_ms: float
    models: list[str] = Field(description="The models it says it has, at most 1,000 of them.")
    supports: list[Support] = Field(description="What it can be asked for.")
    error: TestError | None


class ProviderKind(Answer):
    """A kind of provider, and what its settings may be."""

    kind: Literal["openai", "anthropic", "gemini", "azure", "ollama", "litellm"]
    title: str = Field(examples=["Anthropic"])
    about: str
    base_url: str | None = Field(
        description="Where its API is when nothing else is said; null when that has to be said."
    )
    settings: dict[str, Any] = Field(
        description="JSON Schema (2020-12) of the body of PUT /api/providers/{name}, with a description of every field."
    )


class LiteLLMName(Answer):
    """A provider that LiteLLM translates for."""

    name: str = Field(description="LiteLLM's name for it: `litellm_provider`.", examples=["bedrock"])
    title: str = Field(examples=["Amazon Bedrock"])
    offers: list[str] = Field(description="What it can be asked for: `chat`, `embeddings`, `rerank`.")
    needs: list[str] = Field(
        description="Settings it cannot do without, beside a key.", examples=[["params.aws_region_name"]]
    )
    base_url: str | None = Field(description="Where its API is, as far as LiteLLM says.")
    kind: str | None = Field(description="The kind of our own that serves the same API better; null when none does.")
    models: int = Field(description="Models that the catalogue knows of it.")


class ProviderKinds(Answer):
    """What kinds of providers there are."""

    data: list[ProviderKind]
    litellm_installed: bool = Field(description="Whether LiteLLM is installed here: pip install 'switchgear[litellm]'.")
    litellm: list[LiteLLMName] = Field(description="The providers of the kind `litellm`, by their names.")


class Secret(Answer):
    """A stored secret, by its name alone."""

    name: str
    reference: str = Field(description="What settings write to use it.", examples=["secret:openai"])
    used_by: list[str] = Field(description="The providers that refer to it.")


class SecretList(Answer):
    """Secrets, by name."""

    data: list[Secret]


class SecretBody(Body):
    """A secret to keep."""

    value: Annotated[
        str, StringConstraints(min_length=1, max_length=65_536, pattern=r"^[^\r\n\x00]*[^\s\x00][^\r\n\x00]*$")
    ] = Field(description="The secret: one line of text.", json_schema_extra={"writeOnly": True})
