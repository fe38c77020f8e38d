"""From a provider's settings to the provider: one of every kind, and the same one as long as nothing of it changes."""

from __future__ import annotations

from typing import Any

import pytest

from switchgear.app.accounts import Built, build
from switchgear.config.providers import parse_provider
from switchgear.config.references import Resolver
from switchgear.core.errors import UnresolvedReference
from switchgear.core.secrets import Secret
from switchgear.providers.litellm.engine import Engine

OPENAI = {"base_url": "https://api.test/v1", "api_key": "env:KEY"}


def built(document: dict[str, Any], before: Built | None = None, **environ: str) -> Built:
    return build("p", parse_provider(document), Resolver({"KEY": "sk-1"} | environ, lambda _: None), Engine(), before)


@pytest.mark.parametrize(
    "document",
    [
        OPENAI,
        {"kind": "anthropic", "api_key": "env:KEY"},
        {"kind": "gemini", "api_key": "env:KEY"},
        {"kind": "azure", "base_url": "https://us.openai.azure.com", "token": "env:KEY"},
        {"kind": "ollama"},
        {"kind": "litellm", "litellm_provider": "cohere", "api_key": "env:KEY"},
    ],
    ids=lambda document: str(document.get("kind", "openai")),
)
def test_a_provider_is_of_its_kind(document: dict[str, Any]) -> None:
    provider = built(document).provider
    assert (provider.name, provider.kind) == ("p", document.get("kind", "openai"))
    provider.close()


def test_a_provider_is_kept_while_nothing_it_is_made_of_changes() -> None:
    first = built(OPENAI)
    assert built(OPENAI, first) is first
    assert built(OPENAI | {"models": ["m"], "prices": "groq"}, first) is first


@pytest.mark.parametrize(
    ("change", "environ"),
    [
        ({"base_url": "https://other.test/v1"}, {}),
        ({"headers": {"x-team": "blue"}}, {}),
        ({"stream_usage": False}, {}),
        ({"dialects": ["responses"]}, {}),
        ({"max_connections": 3}, {}),
        ({}, {"KEY": "sk-2"}),
    ],
)
def test_a_provider_is_made_anew_when_something_changes(change: dict[str, Any], environ: dict[str, str]) -> None:
    first = built(OPENAI)
    assert built(OPENAI | change, first, **environ) is not first


def test_parameters_are_resolved_and_may_be_documents() -> None:
    document = {
        "kind": "litellm", "litellm_provider": "vertex_ai",
        "params": {"vertex_credentials": "env:ACCOUNT", "region": "eu", "fast": True},
    }  # fmt: skip
    secrets = built(document, ACCOUNT='{\n"type": "service_account"}').secrets
    assert secrets["params.vertex_credentials"] == Secret('{\n"type": "service_account"}')
    assert secrets["params.region"] == Secret("eu")
    with pytest.raises(UnresolvedReference):
        built(document)
