"""What cannot work of the caches of models."""

from __future__ import annotations

from collections.abc import Iterator

from switchgear.config.checks import Finding
from switchgear.config.problems import path_text
from switchgear.config.schema import Settings


def cache_findings(settings: Settings) -> Iterator[Finding]:
    """Models that compare questions by meaning while there is nothing to compare them with."""
    if settings.local.enabled:
        return
    for name, model in settings.models.items():
        if model.cache is not None and model.cache.enabled and model.cache.semantic:
            path = ("models", name, "cache", "semantic")
            told = f"{path_text(path)} needs the embedded models, and they are switched off."
            yield Finding(path, told, "Set enabled = true under [local].", (("local",),))
