"""Limits that are named and defined nowhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from switchgear.config.checks import Finding
from switchgear.config.problems import Place, nearest, path_text, quoted
from switchgear.config.schema import Settings


def limit_findings(settings: Settings, stored: Collection[str]) -> Iterator[Finding]:
    """Every team, user and model that names limits which neither the file nor the store (``stored``) defines."""
    known = {*settings.limits, *stored}
    for section in ("teams", "users", "models"):
        for name, entry in getattr(settings, section).items():
            limits: str | None = entry.limits
            if limits is None or limits in known:
                continue
            path: Place = (section, name, "limits")
            told = f"{path_text(path)} = {quoted(limits)} is not among the limits."
            yield Finding(path, told, nearest(limits, known), (("limits",),), dangling=True)
