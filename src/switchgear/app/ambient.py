"""Credentials that clouds' own tools find by themselves, for providers of the configuration file that name none.

Only the file's: a provider of the store may name neither the environment nor files of the gateway.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from switchgear.config.providers import AnyProvider, LiteLLMProviderSettings
from switchgear.config.references import Resolver
from switchgear.core.errors import UnresolvedReference

_AMAZON: Final = {
    "aws_access_key_id": ("AWS_ACCESS_KEY_ID",),
    "aws_secret_access_key": ("AWS_SECRET_ACCESS_KEY",),
    "aws_session_token": ("AWS_SESSION_TOKEN",),
    "aws_bearer_token_bedrock": ("AWS_BEARER_TOKEN_BEDROCK",),
}
_REGION: Final = {"aws_region_name": ("AWS_REGION", "AWS_DEFAULT_REGION")}
_GOOGLE: Final = {"vertex_project": ("GOOGLE_CLOUD_PROJECT",), "vertex_location": ("GOOGLE_CLOUD_LOCATION",)}
_KEY_FILE: Final = "GOOGLE_APPLICATION_CREDENTIALS"


def with_ambient(settings: AnyProvider, resolver: Resolver) -> AnyProvider:
    """``settings`` with references to what the environment holds of its cloud's account, where they name no credentials.

    Sources: AWS' and Google's lists of environment variables
    (https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html, https://google.aip.dev/auth/4110).
    """
    if not isinstance(settings, LiteLLMProviderSettings):
        return settings
    found: dict[str, str] = {}
    if settings.litellm_provider in ("bedrock", "sagemaker_chat", "sagemaker_nova"):
        found = _named(_REGION, resolver)
        if settings.api_key is None and "aws_access_key_id" not in settings.params:
            found |= _named(_AMAZON, resolver)
    elif settings.litellm_provider == "vertex_ai":
        found = _named(_GOOGLE, resolver)
        if settings.api_key is None and "vertex_credentials" not in settings.params:
            path = _value(f"env:{_KEY_FILE}", resolver)
            found |= {"vertex_credentials": f"file:{path}"} if path else {}
    return settings.model_copy(update={"params": {**found, **settings.params}}) if found else settings


def _named(names: Mapping[str, tuple[str, ...]], resolver: Resolver) -> dict[str, str]:
    found = {}
    for param, variables in names.items():
        set_ones = [f"env:{variable}" for variable in variables if _value(f"env:{variable}", resolver)]
        if set_ones:
            found[param] = set_ones[0]
    return found


def _value(reference: str, resolver: Resolver) -> str:
    try:
        return resolver.resolve(reference).reveal()
    except UnresolvedReference:
        return ""
