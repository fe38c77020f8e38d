"""Models that others fall back to, and that are nowhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from switchgear.config.checks import Finding
from switchgear.config.models import AliasSettings
from switchgear.config.problems import Place, nearest, path_text, quoted
from switchgear.config.schema import EMBEDDED_MODEL, LOCAL_PROVIDER, Settings

_LISTS = ("fallbacks", "context_fallbacks", "content_fallbacks")


def route_findings(settings: Settings, providers: Collection[str], others: Collection[str]) -> Iterator[Finding]:
    """Every fallback of a model that is neither a model here or elsewhere (``others``) nor ``provider/model`` of ``providers``."""
    known = {*settings.models, *others, *([EMBEDDED_MODEL] if settings.local.enabled else [])}
    for name, alias in settings.models.items():
        for path, named in _named(name, alias):
            if named == name:
                yield Finding(path, f"{path_text(path)} = {quoted(named)} is the model itself.", "Name another one.")
            elif named not in known and named.partition("/")[0] not in {*providers, LOCAL_PROVIDER}:
                told = f"{path_text(path)} = {quoted(named)} is not a model."
                yield Finding(path, told, nearest(named, known), (("models",), ("providers",)), dangling=True)


def _named(name: str, alias: AliasSettings) -> Iterator[tuple[Place, str]]:
    for field in _LISTS:
        for index, other in enumerate(getattr(alias, field)):
            yield ("models", name, field, index), other
