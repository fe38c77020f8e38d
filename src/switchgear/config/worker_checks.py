"""Several workers that have nothing to share."""

from __future__ import annotations

from collections.abc import Iterator

from switchgear.config.checks import Finding
from switchgear.config.references import Resolver
from switchgear.config.schema import Settings
from switchgear.core.errors import UnresolvedReference


def worker_findings(settings: Settings, resolver: Resolver) -> Iterator[Finding]:
    """More than one worker on a state that each process has for itself: limits would hold for each of them apart."""
    if settings.server.workers == 1:
        return
    try:
        url = resolver.value(settings.state.url).reveal()
    except UnresolvedReference:
        return  # that is told where it stands
    if url == "memory:":
        yield Finding(
            ("server", "workers"),
            f"server.workers = {settings.server.workers} needs a state that all workers share, or limits would not hold.",
            'Set url = "valkey://host:6379/0" under [state], or workers = 1.',
            (("state", "url"),),
        )
