"""Keys in the environment add their providers."""

from __future__ import annotations

import pytest

from switchgear.config.discover import KNOWN_PROVIDERS, discover
from switchgear.config.load import load, read
from switchgear.config.schema import Settings
from switchgear.core.errors import ConfigInvalid


def test_an_environment_without_keys_adds_nothing() -> None:
    assert discover({"PATH": "/bin", "OPENAI_API_KEY": "", "GROQ_API_KEY": "  "}, ()) == ((), ())


@pytest.mark.parametrize("known", KNOWN_PROVIDERS, ids=lambda known: known.name)
def test_every_known_key_adds_its_provider(known) -> None:  # type: ignore[no-untyped-def]
    address = {} if known.base_url else {known.base_url_variable: "https://here.test"}
    for variable in known.variables:
        (found,), problems = discover({variable: "k"} | address, ())
        assert not problems
        assert (found.name, found.variable) == (known.name, variable)
        assert found.provider.kind == known.kind
        assert found.provider.base_url == (known.base_url or "https://here.test")
        assert found.provider.api_key == f"env:{variable}"
        assert found.provider.prices == known.prices


def test_a_key_of_azure_needs_its_endpoint_and_may_have_a_version() -> None:
    environ = {"AZURE_OPENAI_API_KEY": "k"}
    assert discover(environ, ()) == ((), ())
    environ |= {"AZURE_OPENAI_ENDPOINT": "https://us.openai.azure.com/", "OPENAI_API_VERSION": "2024-10-21"}
    (found,), _ = discover(environ, ())
    assert (found.provider.base_url, found.provider.api_version) == ("https://us.openai.azure.com", "2024-10-21")


@pytest.mark.parametrize(
    ("host", "base_url"),
    [
        ("127.0.0.1:11435", "http://127.0.0.1:11435"),
        ("gpu", "http://gpu:11434"),
        ("http://gpu:80/", "http://gpu:80"),
        ("https://ollama.test/api-gate", "https://ollama.test/api-gate"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        (":8080", "http://127.0.0.1:8080"),
        ("[::]:8080", "http://[::1]:8080"),
        ("[::1]", "http://[::1]:11434"),
    ],
)
def test_a_host_of_ollama_adds_it_without_a_key(host: str, base_url: str) -> None:
    (found,), problems = discover({"OLLAMA_HOST": host}, ())
    assert not problems
    assert (found.name, found.variable, found.provider.kind) == ("ollama", "OLLAMA_HOST", "ollama")
    assert (found.provider.base_url, found.provider.api_key) == (base_url, None)


def test_a_host_of_ollama_that_is_none_is_a_problem() -> None:
    found, (problem,) = discover({"OLLAMA_HOST": "two words"}, ())
    assert not found
    assert problem.message == "OLLAMA_HOST is not the URL of an API."


def test_a_provider_of_the_file_keeps_its_name() -> None:
    assert discover({"OPENAI_API_KEY": "k"}, {"openai"}) == ((), ())


def test_openai_base_url_is_honoured() -> None:
    (found,), _ = discover({"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://10.0.0.1:8000/v1/"}, ())
    assert found.provider.base_url == "http://10.0.0.1:8000/v1"


def test_an_unusable_openai_base_url_is_a_problem_that_shows_no_value() -> None:
    environ = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "https://user:hidden@host"}
    with pytest.raises(ConfigInvalid) as caught:
        load(None, environ)
    (problem,) = caught.value.problems
    assert (problem.file, problem.path) == ("environment", "OPENAI_BASE_URL")
    assert "hidden" not in str(caught.value)
    assert "[providers.openai]" in problem.suggestion


def test_our_own_key_in_a_clients_environment_is_no_provider() -> None:
    assert discover({"OPENAI_API_KEY": "sk-sg-abc", "OPENAI_BASE_URL": "http://127.0.0.1:4100/v1"}, ()) == ((), ())


def test_found_providers_are_part_of_the_settings_and_told_for_the_start() -> None:
    loaded = read(None, {"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k"})
    assert [(each.name, each.variable) for each in loaded.found] == [
        ("openai", "OPENAI_API_KEY"),
        ("anthropic", "ANTHROPIC_API_KEY"),
    ]
    assert loaded.settings.providers["anthropic"].base_url == "https://api.anthropic.com/v1"
    assert loaded.settings != Settings()
