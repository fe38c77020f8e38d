"""How the map names providers and models, and how they name themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

_ALIASES: Final = {
    "bedrock_converse": "bedrock",
    "azure_text": "azure",
    "claude": "anthropic",
    "cohere_chat": "cohere",
    "fireworks": "fireworks_ai",
    "google": "gemini",
    "mistralai": "mistral",
    "together": "together_ai",
    "vertex": "vertex_ai",
    "x-ai": "xai",
}
_HOSTS: Final = {
    "api.openai.com": "openai",
    "api.anthropic.com": "anthropic",
    "api.cerebras.ai": "cerebras",
    "api.cohere.ai": "cohere",
    "api.cohere.com": "cohere",
    "api.deepinfra.com": "deepinfra",
    "api.deepseek.com": "deepseek",
    "api.fireworks.ai": "fireworks_ai",
    "api.groq.com": "groq",
    "api.mistral.ai": "mistral",
    "api.moonshot.ai": "moonshot",
    "api.novita.ai": "novita",
    "api.perplexity.ai": "perplexity",
    "api.sambanova.ai": "sambanova",
    "api.studio.nebius.com": "nebius",
    "api.tokenfactory.nebius.com": "nebius",
    "api.together.ai": "together_ai",
    "api.together.xyz": "together_ai",
    "api.x.ai": "xai",
    "generativelanguage.googleapis.com": "gemini",
    "integrate.api.nvidia.com": "nvidia_nim",
    "openrouter.ai": "openrouter",
}
_DATED = re.compile(r"[-@](?:\d{4}-\d{2}-\d{2}|\d{8})$")
_NOT_A_NAME = re.compile(
    r"""^(?:ft:                                                # a price for fine-tuned models, not a model
        |(?:us|eu|au|in|jp|ca|apac|global|us-gov)[./]             # the same model in one region
        |global-standard/|invoke/|[a-z]{2}(?:-gov)?-[a-z]+-\d/|\*/|\d+-month-commitment/
        |(?:together|fireworks)-ai-                            # a price by size, not a model
        |(?:(?:hd|standard|low|medium|high|auto)/)?\d+-x-\d+/  # a price by the size of images
        |.*(?:^|/)(?:container|sample_spec)$)""",
    re.VERBOSE,
)
FINE_TUNED: Final = "ft:"


def family(provider: str) -> str:
    """One name for the map's several spellings of a provider (``vertex_ai-language-models`` is ``vertex_ai``)."""
    plain = provider.removeprefix("text-completion-")
    head, dash, _ = plain.partition("-")
    if dash and head in {"vertex_ai", "fireworks_ai"}:
        plain = head
    return _ALIASES.get(plain, plain)


def spellings(family_name: str, model: str) -> Iterator[str]:
    """The names under which the map may have the model, most exact first."""
    plain = model.removeprefix(f"{family_name}/")
    for name in dict.fromkeys((plain, plain.lower(), *_broader(plain))):
        yield f"{family_name}/{name}"
        yield name


def callable_name(family_name: str, name: str) -> str | None:
    """How the provider itself calls the model that the map has under ``name``; None for what is no model's name."""
    plain = name.removeprefix(f"{family_name}/")
    return None if _NOT_A_NAME.match(plain) else plain


def provider_for(base_url: str) -> str | None:
    """The map's name for the provider that answers at ``base_url``, None when it is not a known one."""
    return _HOSTS.get((urlsplit(base_url).hostname or "").lower())


def _broader(name: str) -> Iterator[str]:
    if name.startswith(FINE_TUNED):  # ft:gpt-4o-mini-2024-07-18:organisation:suffix:id
        yield ":".join(name.split(":")[:2])
    undated = _DATED.sub("", name)
    if undated != name:
        yield undated
