"""What is generated from the schema: the template, the JSON Schema, the reference page."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import BaseModel, ValidationError

from switchgear.config.export import PAGE_FILE, SCHEMA_FILE, json_schema, reference_page, schema_text
from switchgear.config.health import HealthSettings, ProbeSettings
from switchgear.config.load import load
from switchgear.config.models import AliasSettings, CapabilitySettings, DeploymentSettings, PriceSettings
from switchgear.config.providers import KINDS, OpenAIProviderSettings, Timeouts
from switchgear.config.schema import ServerSettings, Settings
from switchgear.config.template import render_template

DOCS = Path(__file__).parents[2] / "docs" / "reference"
ENVIRON = {"OPENAI_API_KEY": "sk-1", "SWITCHGEAR_SECRET": "ab" * 32, "OTLP_AUTHORIZATION": "Bearer x"} | dict.fromkeys(
    (
        "ANTHROPIC_API_KEY",
        "GEMINI_API_KEY",
        "AZURE_OPENAI_API_KEY",
        "OLLAMA_API_KEY",
        "COHERE_API_KEY",
        "AWS_SECRET_ACCESS_KEY",
    ),
    "k",
)


def uncommented() -> str:
    """The template with every setting in use."""
    lines = render_template().splitlines()
    return "\n".join(line[1:] if line.startswith("#") and not line.startswith("# ") else line for line in lines)


def test_a_new_file_loads_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "switchgear.toml"
    path.write_text(render_template())
    settings = load(path, {})
    assert settings.models["fast"].deployments == (DeploymentSettings(provider="local", model="smollm2"),)
    assert settings.model_copy(update={"models": {}}) == Settings()


def test_a_new_file_loads_with_every_line_uncommented(tmp_path: Path) -> None:
    (tmp_path / "tls").mkdir()
    authority = trustme.CA()
    issued = authority.issue_cert("gateway.test")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "tls" / "cert.pem")
    issued.private_key_pem.write_to_path(tmp_path / "tls" / "key.pem")
    authority.cert_pem.write_to_path(tmp_path / "tls" / "ca.pem")
    path = tmp_path / "switchgear.toml"
    path.write_text(uncommented())
    settings = load(path, ENVIRON)
    assert settings.providers["openai"].api_key == "env:OPENAI_API_KEY"
    assert [each.provider for each in settings.models["fast"].deployments] == ["local", "openai"]
    written = {settings.providers[name].kind for name in ("openai", *(f"my-{kind}" for kind in list(KINDS)[1:]))}
    assert written == set(KINDS)


def test_the_template_names_every_setting() -> None:
    data = tomllib.loads(uncommented())
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            assert set(data[name]) == set(field.annotation.model_fields), name
    assert set(data["health"]["probe"]) == set(ProbeSettings.model_fields)
    assert set(data["providers"]["openai"]) == set(OpenAIProviderSettings.model_fields)
    assert set(data["providers"]["openai"]["timeouts"]) == set(Timeouts.model_fields)
    assert set(data["models"]["fast"]) == set(AliasSettings.model_fields)


@pytest.mark.parametrize("text", [render_template(), uncommented()], ids=["as it is", "uncommented"])
def test_the_template_follows_the_json_schema(text: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator(json_schema()).validate(tomllib.loads(text))


@pytest.mark.parametrize(
    "data",
    [
        {"sever": {}},
        {"server": {"port": 0}},
        {"server": {"port": "4100"}},
        {"providers": {"x": {}}},
        {"providers": {"x": {"base_url": "http://x", "api_key": "sk-1"}}},
        {"providers": {"x": {"kind": "nothing", "base_url": "http://x"}}},
        {"providers": {"x": {"kind": "anthropic", "auth": "cookie"}}},
        {"providers": {"x": {"kind": "azure"}}},
        {"providers": {"x": {"kind": "litellm"}}},
        {"providers": {"x": {"kind": "litellm", "litellm_provider": "bedrock", "params": {"a": []}}}},
        {"models": {"a": {"deployments": [{"provider": "local", "model": "m", "context": 0}]}}},
        {"models": {"a": {"deployments": [{"provider": "local", "model": "m", "price": {"input": -1}}]}}},
        {"models": {"a": {"deployments": [{"provider": "local", "model": "m", "capabilities": {"sees": True}}]}}},
        {"providers": {"Bad Name": {"base_url": "http://x"}}},
        {"models": {"a/b": {"deployments": [{"provider": "local", "model": "m"}]}}},
        {"models": {"a": {"deployments": []}}},
    ],
)
def test_the_json_schema_refuses_what_we_refuse(data: dict[str, Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    with pytest.raises(ValidationError):
        Settings.model_validate(data)
    assert not jsonschema.Draft202012Validator(json_schema()).is_valid(data)


def test_the_json_schema_is_one_of_its_dialect() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(("name", "text"), [(SCHEMA_FILE, schema_text()), (PAGE_FILE, reference_page())])
def test_the_committed_document_is_fresh(name: str, text: str) -> None:
    committed = (DOCS / name).read_text(encoding="utf-8")
    assert committed == text, "stale: run python -m switchgear.config.export"


def test_the_module_rewrites_both_documents(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "switchgear.config.export", str(tmp_path / "new")], check=True)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {SCHEMA_FILE, PAGE_FILE}


def test_every_setting_is_described_on_the_page() -> None:
    page = reference_page()
    of_models = (AliasSettings, DeploymentSettings, PriceSettings, CapabilitySettings)
    for model in (ServerSettings, HealthSettings, ProbeSettings, *KINDS.values(), Timeouts, *of_models):
        for name, field in model.model_fields.items():
            assert field.description
            assert f"| `{name}` |" in page


def test_a_table_that_may_be_left_out_has_a_section_of_its_own_on_the_page() -> None:
    _, _, section = reference_page().partition("\n## [health.probe]\n")
    rows = section.partition("\n## ")[0]
    assert all(f"| `{name}` |" in rows for name in ProbeSettings.model_fields)


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Settings().server.port = 1  # type: ignore[misc]
