"""From settings to how the answers of models are kept."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from switchgear.cache.counts import CacheFacts
from switchgear.cache.exact import Answers
from switchgear.cache.policy import policy_of
from switchgear.config.cache import CacheSettings
from switchgear.config.models import AliasSettings, DeploymentSettings
from switchgear.config.providers import AnyProvider
from switchgear.config.schema import Settings
from switchgear.core.caching import CachePolicy
from switchgear.core.errors import StartupError
from switchgear.pipeline.cached import CachedCalls
from switchgear.pipeline.record import Recorder
from switchgear.providers.base import Provider
from switchgear.providers.local import embedded
from switchgear.providers.local.embedder import LocalEmbedder
from switchgear.providers.local.hosting import ModelHost
from switchgear.providers.local.models import MINILM
from switchgear.routing.directory import Model
from switchgear.state.base import State

_log = logging.getLogger(__name__)
_NO_MATTER: Final = {
    "api_key", "ca_file", "max_connections", "max_response_bytes", "models", "prices", "proxy", "timeouts", "token",
}  # fmt: skip
"""Settings of a provider that do not decide what it answers."""
_NOR: Final = {"concurrency", "deprecated", "price", "quality", "queue", "weight"}
"""The same of a deployment."""


_PATIENCE: Final = 0.5
"""Seconds that a call can spare to be compared with others."""


class Caching:
    """The cache of a gateway: the stage of calls, and what begins and ends with the process.

    ``models`` are the embedded ones with their ``provider``, where there are any.
    """

    def __init__(
        self,
        settings: CacheSettings,
        state: State,
        recorder: Recorder,
        models: ModelHost | None,
        provider: Provider | None,
    ) -> None:
        self.answers = Answers(settings, state)
        self.stage = CachedCalls(self.answers, recorder)
        self._models = models
        self._provider = provider

    def start(self) -> None:
        """Listen to other processes from now on."""
        self.answers.start()

    async def close(self) -> None:
        """End what began."""
        await self.answers.close()
        if self.stage.semantic is not None:
            await self.stage.semantic.close()

    def facts(self) -> CacheFacts:
        """What is kept in this process, and how often it answered."""
        semantic = self.stage.semantic
        return self.answers.facts(len(semantic.meanings) if semantic is not None else 0)

    def serve(self, settings: CacheSettings, models: Iterable[Model], sources: Mapping[str, str]) -> None:
        """Go on with these settings, for these models; ``sources`` tell where each ``models.NAME`` is defined.

        Raises StartupError where a model of the file asks for what is not installed, or switched off.
        """
        semantic = [model.name for model in models if model.cache is not None and model.cache.semantic]
        if semantic and self.stage.semantic is None:
            try:
                self._compare(settings)
            except StartupError as error:
                if any(sources.get(f"models.{name}") == "file" for name in semantic):
                    raise
                _log.warning("Questions are not compared by meaning: %s", error)
        self.answers.configure(settings)

    def _compare(self, settings: CacheSettings) -> None:
        """Compare questions by meaning from now on."""
        if self._models is None or self._provider is None:
            raise StartupError(
                "A model's cache has semantic = true, and the embedded models are switched off.",
                hint="Set enabled = true under [local].",
            )
        embedded.require(MINILM.name)
        from switchgear.cache.semantic import Meanings, SemanticCache  # noqa: PLC0415 - numpy, an optional engine

        embedder = LocalEmbedder(self._models, self._provider, _PATIENCE)
        shared = self.answers.shared
        share = shared.tell_question if shared is not None else None
        semantic = self.stage.semantic = SemanticCache(embedder, Meanings(settings.max_questions), share)
        if shared is not None:
            shared.on_question = semantic.hear


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
