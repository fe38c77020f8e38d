"""``/api/config/values``: every setting as it runs, and where its value comes from."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from fastapi import APIRouter
from pydantic import BaseModel

from switchgear.config.lines import LineIndex
from switchgear.config.load import Loaded
from switchgear.config.problems import Place, path_text
from switchgear.edge.admin.context import Admin
from switchgear.edge.admin.redaction import shown
from switchgear.edge.admin.schemas import system as schemas
from switchgear.edge.admin.schemas.base import problems

_DEEPEST: Final = 8
Source = Literal["file", "command line", "environment", "default"]

router = APIRouter(prefix="/config", tags=["config"])


@router.get("/values", summary="List settings", operation_id="list_config_values", responses=problems())
async def list_config_values(admin: Admin) -> schemas.ConfigValues:
    """Every setting of the configuration as it runs, by its dotted name: its value, where that comes from, what it means.

    Secrets are redacted. What is kept in the store is listed where it belongs: providers, models, limits.
    """
    loaded = admin.gateway.loaded
    origins = _Origins(loaded)
    settings = admin.gateway.settings
    return schemas.ConfigValues(
        file=str(loaded.path) if loaded.path is not None else None,
        data=[
            schemas.ConfigValue(name=path_text(place), value=value, about=about, source=source, line=line)
            for place, value, about in _leaves((), shown(settings), type(settings))
            for source, line in [origins.of(place)]
        ],
    )


class _Origins:
    """Tells of each setting who gave it its value."""

    def __init__(self, loaded: Loaded) -> None:
        self._lines = LineIndex(loaded.text)
        self._overrides = [tuple(name.split(".")) for name in loaded.overrides]
        self._found = {("providers", each.name) for each in loaded.found}

    def of(self, place: Place) -> tuple[Source, int | None]:
        """Where the value at ``place`` comes from, and its line in the file, from 1."""
        if any(place[: len(one)] == one for one in self._overrides):
            return "command line", None
        if place[:2] in self._found:
            return "environment", None
        line = self._lines.exact(place)
        return ("default", None) if line is None else ("file", line)


def _leaves(place: Place, value: Any, kind: Any) -> Iterator[tuple[Place, Any, str]]:
    """Every value below ``place`` that is no table, with its description; ``kind`` is the type at ``place``."""
    models = list(_models(kind))
    if not isinstance(value, dict) or not value or len(place) > _DEEPEST:
        return
    for name, inner in value.items():
        field = next((one.model_fields[name] for one in models if name in one.model_fields), None)
        below = field.annotation if field is not None else kind
        about = (field.description or "") if field is not None else ""
        if isinstance(inner, dict) and inner:
            yield from _leaves((*place, name), inner, below)
        else:
            yield (*place, name), inner, about


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    """The sections that a type may be, those of a table's entries too."""
    origin = get_origin(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    elif origin is Annotated:
        yield from _models(get_args(kind)[0])
    elif origin in (Union, types.UnionType, dict):
        for one in get_args(kind):
            yield from _models(one)
