"""The search for tools as the gateway has it: over what its plugins offer, by meaning too where the embedded model is there."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from switchgear.config.plugins import PluginSettings
from switchgear.plugins.catalogue import Catalogue
from switchgear.plugins.search import Meanings, Search, SearchRules
from switchgear.providers.base import Provider
from switchgear.providers.local.embedder import LocalEmbedder
from switchgear.providers.local.hosting import ModelHost
from switchgear.providers.local.models import MINILM

_PATIENCE: Final = 0.3
"""Seconds that a search can spare for the vector of its question."""


def search_of(
    catalogue: Catalogue, settings: PluginSettings, models: ModelHost | None, provider: Provider | None
) -> Search:
    """The search of a gateway. ``models`` are the embedded ones with their ``provider``, where there are any."""

    def meanings() -> Meanings | None:
        if models is None or provider is None or MINILM.missing() or find_spec("numpy") is None:
            return None
        from switchgear.plugins.nearness import Nearness  # noqa: PLC0415 - numpy, an optional engine

        return Nearness(LocalEmbedder(models, provider, _PATIENCE))

    return Search(catalogue, search_rules(settings), meanings)


def search_rules(settings: PluginSettings) -> SearchRules:
    """What the configuration says of the search."""
    return SearchRules(settings.search_above, settings.search_always)
