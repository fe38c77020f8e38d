"""From a provider's settings to the provider that calls go to: one factory a kind."""

from __future__ import annotations

from typing import Final

import msgspec

from switchgear.config.providers import (
    AnthropicProviderSettings,
    AnyProvider,
    AzureProviderSettings,
    GeminiProviderSettings,
    LiteLLMProviderSettings,
    OllamaProviderSettings,
    OpenAIProviderSettings,
)
from switchgear.config.references import Resolver, parse_reference
from switchgear.core.secrets import Secret
from switchgear.providers.anthropic import AnthropicProvider
from switchgear.providers.azure import AzureProvider
from switchgear.providers.base import Provider
from switchgear.providers.connection import Timeouts
from switchgear.providers.gemini import GeminiProvider
from switchgear.providers.litellm.engine import Engine
from switchgear.providers.litellm.provider import LiteLLMProvider
from switchgear.providers.litellm.settings import LiteLLMSettings, Value
from switchgear.providers.ollama import OllamaProvider
from switchgear.providers.openai import OpenAIProvider
from switchgear.providers.transport import OriginSettings


class Built(msgspec.Struct, frozen=True):
    """A provider and what it was built from, so that a reload keeps those that did not change."""

    provider: Provider
    origin: OriginSettings
    secrets: dict[str, Secret]
    settings: AnyProvider


def build(name: str, settings: AnyProvider, resolver: Resolver, engine: Engine, previous: Built | None) -> Built:
    """The provider of ``settings``, or ``previous`` when nothing it was built from has changed. ``engine`` is LiteLLM's.

    Raises UnresolvedReference, and ValueError for what cannot be, in words that can be shown.
    """
    settings = settings.model_copy(update={"models": (), "prices": None})  # which are not the provider's to know
    origin = _origin(name, settings)
    secrets = _secrets(settings, resolver)
    if previous is not None and (previous.origin, previous.secrets, previous.settings) == (origin, secrets, settings):
        return previous
    return Built(_provider(settings, origin, secrets, engine), origin, secrets, settings)


def _provider(settings: AnyProvider, origin: OriginSettings, secrets: dict[str, Secret], engine: Engine) -> Provider:
    """A new provider. ``secrets`` are the settings' secrets by their places, as ``api_key`` and ``headers.x-team``."""
    headers = under("headers", secrets)
    match settings:
        case OpenAIProviderSettings():
            return OpenAIProvider(
                origin,
                secrets.get("api_key"),
                headers,
                stream_usage=settings.stream_usage,
                dialects=settings.dialects or (),
                batches=settings.batches,
            )
        case AnthropicProviderSettings():
            return AnthropicProvider(
                origin,
                secrets.get("api_key"),
                headers,
                auth=settings.auth,
                version=settings.version,
                batches=settings.batches,
            )
        case GeminiProviderSettings():
            return GeminiProvider(origin, secrets.get("api_key"), headers)
        case OllamaProviderSettings():
            return OllamaProvider(origin, secrets.get("api_key"), headers)
        case AzureProviderSettings():
            return _azure(settings, origin, secrets, headers)
        case LiteLLMProviderSettings():
            return LiteLLMProvider(_translated(settings, origin, secrets, headers), engine)


def _azure(
    settings: AzureProviderSettings, origin: OriginSettings, secrets: dict[str, Secret], headers: dict[str, Secret]
) -> AzureProvider:
    made = AzureProvider(
        origin,
        secrets.get("api_key"),
        headers,
        token=secrets.get("token"),
        api_version=settings.api_version or "",
        stream_usage=settings.stream_usage,
        dialects=settings.dialects or (),
    )
    if settings.batches:
        made.offer_batches()
    return made


def _translated(
    settings: LiteLLMProviderSettings, origin: OriginSettings, secrets: dict[str, Secret], headers: dict[str, Secret]
) -> LiteLLMSettings:
    """The settings of a provider that LiteLLM translates for. A parameter is a secret when it was a reference."""
    hidden = under("params", secrets)
    params: dict[str, Value] = {
        name: hidden[name] if isinstance(value, str) and parse_reference(value) else value
        for name, value in settings.params.items()
    }
    return LiteLLMSettings(
        origin, settings.litellm_provider, settings.base_url, secrets.get("api_key"), params, headers
    )


def under(table: str, secrets: dict[str, Secret]) -> dict[str, Secret]:
    """Those of ``secrets`` that stand in a table of the settings, by their names there."""
    return {place.removeprefix(f"{table}."): value for place, value in secrets.items() if place.startswith(f"{table}.")}


def _secrets(settings: AnyProvider, resolver: Resolver) -> dict[str, Secret]:
    """What stands behind every reference, and every text that may stand in its place."""
    return {
        place: resolver.document(text)
        if place.startswith("params.") and parse_reference(text)
        else resolver.value(text)
        for place, text in settings.secrets.items()
    }


_DEFAULT_BASE: Final = "https://litellm.invalid"
"""LiteLLM knows the address itself, and gives it with every request."""


def _origin(name: str, settings: AnyProvider) -> OriginSettings:
    limits = settings.timeouts
    return OriginSettings(
        provider=name,
        base_url=settings.base_url or _DEFAULT_BASE,
        timeouts=Timeouts(limits.connect, limits.first_byte, limits.between_bytes, limits.total),
        proxy=settings.proxy,
        ca_file=str(settings.ca_file) if settings.ca_file else None,
        max_response_bytes=settings.max_response_bytes,
        max_connections=settings.max_connections,
    )
