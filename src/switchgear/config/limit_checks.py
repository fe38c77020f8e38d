"""Limits that are named and defined nowhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from switchgear.config.checks import Finding
from switchgear.config.problems import Place, nearest, path_text, quoted
from switchgear.config.schema import Settings


def limit_findings(settings: Settings, stored: Collection[str]) -> Iterator[Finding]:
    """Every team, user, model and plugin that names limits which neither the file nor the store (``stored``) defines."""
    known = {*settings.limits, *stored}
    for path, limits in _named(settings):
        if limits is not None and limits not in known:
            told = f"{path_text(path)} = {quoted(limits)} is not among the limits."
            yield Finding(path, told, nearest(limits, known), (("limits",),), dangling=True)


def _named(settings: Settings) -> Iterator[tuple[Place, str | None]]:
    for section in ("teams", "users", "models"):
        for name, entry in getattr(settings, section).items():
            yield (section, name, "limits"), entry.limits
    for name, plugin in settings.plugins.of.items():
        yield ("plugins", "of", name, "limits"), plugin.limits
        yield ("plugins", "of", name, "key_limits"), plugin.key_limits
