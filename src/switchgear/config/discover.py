"""Providers whose keys stand in the environment: they are added without a configuration file.

Every one speaks OpenAI's dialect. Base addresses are from each provider's own page on compatibility with OpenAI's API.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from pydantic import ValidationError

from switchgear.config.providers import DEFAULT_KIND, AnyProvider, parse_provider
from switchgear.core.errors import Problem

OWN_KEY_PREFIX = "sk-sg-"
"""How our own keys begin: a client's OPENAI_API_KEY that opens this gateway is no provider's key."""


class KnownProvider(NamedTuple):
    """A provider that is found by its variables; ``prices`` is its name in the price catalogue.

    One of ``variables`` holds its key. ``base_url_variable`` may hold another address than ``base_url``, and has to where
    that is empty. ``further`` are settings by the variables that may hold them.
    """

    name: str
    variables: tuple[str, ...]
    base_url: str
    prices: str
    base_url_variable: str = ""
    kind: str = DEFAULT_KIND
    further: tuple[tuple[str, str], ...] = ()

    @property
    def all_variables(self) -> tuple[str, ...]:
        """Every variable that is looked at."""
        return (*self.variables, *filter(None, (self.base_url_variable,)), *(variable for _, variable in self.further))


KNOWN_PROVIDERS: tuple[KnownProvider, ...] = (
    KnownProvider("openai", ("OPENAI_API_KEY",), "https://api.openai.com/v1", "openai", "OPENAI_BASE_URL"),
    # ANTHROPIC_BASE_URL is not honoured: it is set for clients, and often names this very gateway.
    KnownProvider("anthropic", ("ANTHROPIC_API_KEY",), "https://api.anthropic.com/v1", "anthropic", kind="anthropic"),
    KnownProvider(
        "gemini",
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        "https://generativelanguage.googleapis.com/v1beta",
        "gemini",
        kind="gemini",
    ),
    KnownProvider(
        "azure",
        ("AZURE_OPENAI_API_KEY",),
        "",
        "azure",
        "AZURE_OPENAI_ENDPOINT",
        kind="azure",
        further=(("api_version", "OPENAI_API_VERSION"),),
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
    KnownProvider("ollama", (), "http://127.0.0.1:11434", "ollama", "OLLAMA_HOST", kind="ollama"),
)


class Found(NamedTuple):
    """A provider found in the environment: ``variable`` holds its key, or its address where it needs no key."""

    name: str
    variable: str
    provider: AnyProvider


def known_provider(name: str) -> KnownProvider | None:
    """What is known of a provider by the name people give it."""
    return next((known for known in KNOWN_PROVIDERS if known.name == name), None)


def discover(environ: Mapping[str, str], defined: Collection[str]) -> tuple[tuple[Found, ...], tuple[Problem, ...]]:
    """The providers whose keys are in ``environ`` and whose names are not ``defined`` by the file, in a fixed order.

    The problems are variables that are set to something unusable.
    """
    found: list[Found] = []
    problems: list[Problem] = []
    for known, variable in _present(environ, defined):
        try:
            provider = parse_provider(_settings(known, variable, environ))
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


def _settings(known: KnownProvider, variable: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The table that the file would hold for it."""
    address = environ.get(known.base_url_variable, "").strip() if known.base_url_variable else ""
    if known.kind == "ollama":
        address = _ollama_address(address)
    settings = {"kind": known.kind, "base_url": address or known.base_url, "prices": known.prices}
    if known.variables:
        settings["api_key"] = f"env:{variable}"
    return settings | {name: value for name, of in known.further if (value := environ.get(of, "").strip())}


def _ollama_address(host: str) -> str:
    """The URL of a server whose ``OLLAMA_HOST`` is ``host``: a URL, a host and a port, or either alone.

    The address a server listens on is not always one to connect to. Source: https://docs.ollama.com/faq
    """
    scheme, mark, rest = host.rpartition("://")
    name, slash, path = rest.partition("/")
    if name.endswith("]") or ":" not in name:
        name += "" if mark else ":11434"
    if name.startswith(":"):
        name = "127.0.0.1" + name
    address = name.replace("0.0.0.0", "127.0.0.1", 1).replace("[::]", "[::1]", 1)
    return f"{scheme or 'http'}://{address}{slash}{path}"


def _present(environ: Mapping[str, str], defined: Collection[str]) -> Iterator[tuple[KnownProvider, str]]:
    for known in KNOWN_PROVIDERS:
        if known.name in defined or not (known.base_url or environ.get(known.base_url_variable, "").strip()):
            continue
        for variable in known.variables or (known.base_url_variable,):
            value = environ.get(variable, "").strip()
            if value and not value.startswith(OWN_KEY_PREFIX):
                yield known, variable
                break
