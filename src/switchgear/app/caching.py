"""From settings to how the answers of models are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from switchgear.cache.policy import policy_of
from switchgear.config.models import AliasSettings, DeploymentSettings
from switchgear.config.providers import AnyProvider
from switchgear.config.schema import Settings
from switchgear.core.caching import CachePolicy
from switchgear.providers.base import Provider

_NO_MATTER: Final = {
    "api_key", "ca_file", "max_connections", "max_response_bytes", "models", "prices", "proxy", "timeouts", "token",
}  # fmt: skip
"""Settings of a provider that do not decide what it answers."""
_NOR: Final = {"concurrency", "deprecated", "price", "quality", "queue", "weight"}
"""The same of a deployment."""


class CachePolicies:
    """Compiles policies. ``chosen`` are the settings of the providers by name."""

    def __init__(self, settings: Settings, chosen: Mapping[str, AnyProvider]) -> None:
        self._general = settings.cache
        self._chosen = chosen
        self._told: dict[str, object] = {}

    def of_alias(self, name: str, alias: AliasSettings, known: Sequence[DeploymentSettings]) -> CachePolicy | None:
        """The policy of an alias that has the ``known`` ones of its deployments."""
        definition = [
            [(self._provider(one.provider), one.model_dump(mode="json", exclude=_NOR)) for one in known],
            alias.answers,
            alias.vision_fallback,
        ]
        return policy_of(self._general, alias.cache, name, definition)

    def of_model(self, provider: Provider, model: str) -> CachePolicy | None:
        """The policy of a provider's model that is called without an alias."""
        return policy_of(self._general, None, f"{provider.name}/{model}", [self._provider(provider.name), model])

    def _provider(self, name: str) -> object:
        if name not in self._told:
            settings = self._chosen.get(name)
            told = None if settings is None else settings.model_dump(mode="json", exclude=_NO_MATTER)
            self._told[name] = [name, told]
        return self._told[name]
