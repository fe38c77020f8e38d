"""What clouds' own variables say, for providers of the file that name no credentials."""

from __future__ import annotations

from typing import Any

import pytest

from switchgear.app.ambient import with_ambient
from switchgear.config.providers import LiteLLMProviderSettings, parse_provider
from switchgear.config.references import Resolver

AMAZON = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "eu-west-1"}


def params(environ: dict[str, str], **document: Any) -> dict[str, Any]:
    settings = parse_provider({"kind": "litellm", **document})
    found = with_ambient(settings, Resolver(environ, None))
    assert isinstance(found, LiteLLMProviderSettings)
    return found.params


def test_amazons_variables_stand_in_as_references() -> None:
    assert params(AMAZON, litellm_provider="bedrock") == {
        "aws_region_name": "env:AWS_DEFAULT_REGION",
        "aws_access_key_id": "env:AWS_ACCESS_KEY_ID",
        "aws_secret_access_key": "env:AWS_SECRET_ACCESS_KEY",
    }


def test_what_the_file_says_wins() -> None:
    own = {"aws_access_key_id": "env:OTHER_ID", "aws_secret_access_key": "env:OTHER", "aws_region_name": "us-east-1"}
    assert params(AMAZON, litellm_provider="bedrock", params=own) == own
    assert "aws_access_key_id" not in params(AMAZON, litellm_provider="bedrock", api_key="env:KEY")


def test_googles_key_file_stands_in() -> None:
    environ = {"GOOGLE_APPLICATION_CREDENTIALS": "/run/google.json", "GOOGLE_CLOUD_PROJECT": "project"}
    assert params(environ, litellm_provider="vertex_ai") == {
        "vertex_project": "env:GOOGLE_CLOUD_PROJECT",
        "vertex_credentials": "file:/run/google.json",
    }


@pytest.mark.parametrize("document", [{"kind": "anthropic"}, {"kind": "litellm", "litellm_provider": "groq"}])
def test_other_providers_are_left_as_they_are(document: dict[str, Any]) -> None:
    settings = parse_provider(document)
    assert with_ambient(settings, Resolver(AMAZON, None)) is settings
