"""Probes of what is not there."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from switchgear.config.checks import Finding
from switchgear.config.problems import Place, nearest, path_text, quoted
from switchgear.config.schema import Settings


def health_findings(settings: Settings, providers: Collection[str]) -> Iterator[Finding]:
    """Every name under ``health.probe.only`` of which no provider, here or in the store, is known."""
    probe = settings.health.probe
    for index, name in enumerate(probe.only if probe is not None else ()):
        if name.partition("/")[0] in providers:
            continue
        path: Place = ("health", "probe", "only", index)
        told = f"{path_text(path)} = {quoted(name)} is neither a provider nor a deployment of one."
        yield Finding(path, told, nearest(name, providers), (("providers",),), dangling=True)
