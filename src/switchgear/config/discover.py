"""Providers whose keys stand in the environment: they are added without a configuration file.

Every one speaks OpenAI's dialect. Base addresses are from each provider's own page on compatibility with OpenAI's API.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from pydantic import ValidationError

from switchgear.config.schema import OpenAIProviderSettings
from switchgear.core.errors import Problem

OWN_KEY_PREFIX = "sk-sg-"
"""How our own keys begin: a client's OPENAI_API_KEY that opens this gateway is no provider's key."""


class KnownProvider(NamedTuple):
    """A provider that is found by its variables; ``prices`` is its name in the price catalogue."""

    name: str
    variables: tuple[str, ...]
    base_url: str
    prices: str
    base_url_variable: str = ""


KNOWN_PROVIDERS: tuple[KnownProvider, ...] = (
    KnownProvider("openai", ("OPENAI_API_KEY",), "https://api.openai.com/v1", "openai", "OPENAI_BASE_URL"),
    # ANTHROPIC_BASE_URL is not honoured: it names a server of Anthropic's dialect, often this very gateway.
    KnownProvider("anthropic", ("ANTHROPIC_API_KEY",), "https://api.anthropic.com/v1", "anthropic"),
    KnownProvider(
        "gemini",
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        "https://generativelanguage.googleapis.com/v1beta/openai",
        "gemini",
    ),
    KnownProvider("cerebras", ("CEREBRAS_API_KEY",), "https://api.cerebras.ai/v1", "cerebras"),
    KnownProvider("deepinfra", ("DEEPINFRA_API_KEY",), "https://api.deepinfra.com/v1/openai", "deepinfra"),
    KnownProvider("deepseek", ("DEEPSEEK_API_KEY",), "https://api.deepseek.com/v1", "deepseek"),
    KnownProvider("fireworks", ("FIREWORKS_API_KEY",), "https://api.fireworks.ai/inference/v1", "fireworks_ai"),
    KnownProvider("groq", ("GROQ_API_KEY",), "https://api.groq.com/openai/v1", "groq"),
    KnownProvider("mistral", ("MISTRAL_API_KEY",), "https://api.mistral.ai/v1", "mistral"),
    KnownProvider("moonshot", ("MOONSHOT_API_KEY",), "https://api.moonshot.ai/v1", "moonshot"),
    KnownProvider("nebius", ("NEBIUS_API_KEY",), "https://api.tokenfactory.nebius.com/v1", "nebius"),
    KnownProvider("nvidia", ("NVIDIA_API_KEY",), "https://integrate.api.nvidia.com/v1", "nvidia_nim"),
    KnownProvider("openrouter", ("OPENROUTER_API_KEY",), "https://openrouter.ai/api/v1", "openrouter"),
    KnownProvider("perplexity", ("PERPLEXITY_API_KEY",), "https://api.perplexity.ai", "perplexity"),
    KnownProvider("sambanova", ("SAMBANOVA_API_KEY",), "https://api.sambanova.ai/v1", "sambanova"),
    KnownProvider("together", ("TOGETHER_API_KEY",), "https://api.together.xyz/v1", "together_ai"),
    KnownProvider("xai", ("XAI_API_KEY",), "https://api.x.ai/v1", "xai"),
)


class Found(NamedTuple):
    """A provider found in the environment: ``variable`` holds its key."""

    name: str
    variable: str
    provider: OpenAIProviderSettings


def known_provider(name: str) -> KnownProvider | None:
    """What is known of a provider by the name people give it."""
    return next((known for known in KNOWN_PROVIDERS if known.name == name), None)


def discover(environ: Mapping[str, str], defined: Collection[str]) -> tuple[tuple[Found, ...], tuple[Problem, ...]]:
    """The providers whose keys are in ``environ`` and whose names are not ``defined`` by the file, in a fixed order.

    The problems are variables that are set to something unusable.
    """
    found: list[Found] = []
    problems: list[Problem] = []
    for known, variable in _with_keys(environ, defined):
        base_url = environ.get(known.base_url_variable, "").strip() if known.base_url_variable else ""
        try:
            provider = OpenAIProviderSettings.model_validate(
                {"base_url": base_url or known.base_url, "api_key": f"env:{variable}", "prices": known.prices}
            )
        except ValidationError:
            problems.append(
                Problem(
                    file="environment",
                    line=None,
                    path=known.base_url_variable,
                    message=f"{known.base_url_variable} is not the URL of an API.",
                    suggestion=f"Correct or unset it, or define [providers.{known.name}] in the configuration file.",
                )
            )
        else:
            found.append(Found(known.name, variable, provider))
    return tuple(found), tuple(problems)


def _with_keys(environ: Mapping[str, str], defined: Collection[str]) -> Iterator[tuple[KnownProvider, str]]:
    for known in KNOWN_PROVIDERS:
        if known.name in defined:
            continue
        for variable in known.variables:
            value = environ.get(variable, "").strip()
            if value and not value.startswith(OWN_KEY_PREFIX):
                yield known, variable
                break
