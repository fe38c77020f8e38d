"""``/api/themes``: themes, how well they are read, and what is wrong with their files."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path

from switchgear.config.problems import nearest
from switchgear.core.errors import NotFound
from switchgear.edge.admin.context import Admin
from switchgear.edge.admin.schemas import themes as schemas
from switchgear.edge.admin.schemas.base import PRINTABLE, problems
from switchgear.themes.css import properties
from switchgear.themes.shelf import Shelved
from switchgear.themes.theme import Judged

router = APIRouter(prefix="/themes", tags=["themes"])
_SWATCHES: Final = (
    "surface.base",
    "surface.raised",
    "border.default",
    "text.default",
    "text.muted",
    "action.surface",
    "signal.live",
    *(f"status.{status}.mark" for status in ("ok", "warn", "error", "info")),
)


@router.get("", summary="List themes", operation_id="list_themes", responses=problems())
async def list_themes(admin: Admin) -> schemas.ThemeList:
    """All themes: those of the package, then those of the data folder, with what is wrong with their files."""
    themes = admin.gateway.console.themes
    shelf = await themes.shelf()
    return schemas.ThemeList(chosen=themes.chosen, data=[schemas.Theme(**_members(one)) for one in shelf.values()])


@router.get("/{name}", summary="Show a theme", operation_id="get_theme", responses=problems(404))
async def get_theme(
    admin: Admin, name: Annotated[str, Path(max_length=64, pattern=PRINTABLE, description="The theme's name.")]
) -> schemas.ThemeReport:
    """A theme with its report card: every pair that is seen together, its ratio and what it needs."""
    shelf = await admin.gateway.console.themes.shelf()
    found = shelf.get(name)
    if found is None:
        raise NotFound(f'There is no theme "{name}".', hint=nearest(name, shelf))
    theme = found.theme
    return schemas.ThemeReport(
        **_members(found),
        card=[_pair(one) for one in theme.judged] if theme else [],
        properties={
            scheme: {f"--{key}": value for key, value in properties(theme, scheme).items()} for scheme in theme.schemes
        }
        if theme
        else {},
    )


def _members(one: Shelved) -> dict[str, Any]:
    theme = one.theme
    return {
        "name": one.name,
        "title": theme.title if theme else one.name,
        "description": theme.description if theme else "",
        "source": one.source,
        "file": one.file,
        "parent": theme.parent if theme else None,
        "schemes": list(theme.schemes) if theme else [],
        "level": theme.level if theme else None,
        "href": one.sheet.href if one.sheet else None,
        "pairs": len(theme.judged) if theme else 0,
        "worst": _pair(theme.worst) if theme else None,
        "swatches": {scheme: {path: theme.colours[scheme][path].hex for path in _SWATCHES} for scheme in theme.schemes}
        if theme
        else {},
        "problems": [
            schemas.ThemeProblem(
                file=each.file, line=each.line, path=each.path, message=each.message, suggestion=each.suggestion
            )
            for each in one.problems
        ],
    }


def _pair(one: Judged) -> schemas.ThemePair:
    return schemas.ThemePair(
        foreground=one.pair.foreground,
        background=one.pair.background,
        use=one.pair.use,
        scheme=one.scheme,
        contrast=one.contrast,
        foreground_colour=one.foreground.hex,
        background_colour=one.background.hex,
        ratio=round(one.ratio, 2),
        need=one.need,
        binding=one.binding,
        passes=one.passes,
        lc=round(one.lc, 1),
    )
