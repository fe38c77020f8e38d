"""``/api/provider-kinds``: what a provider can be, for whoever fills in a form for one."""

from __future__ import annotations

from functools import cache
from typing import Final, get_args

from fastapi import APIRouter

from switchgear.config.providers import KINDS
from switchgear.edge.admin.context import Admin
from switchgear.edge.admin.schemas import providers as schemas
from switchgear.edge.admin.schemas.base import problems
from switchgear.providers.litellm import engine, known

_TITLES: Final = {
    "openai": "OpenAI or compatible",
    "anthropic": "Anthropic",
    "gemini": "Google Gemini",
    "azure": "Azure OpenAI",
    "ollama": "Ollama",
    "litellm": "Another, by LiteLLM",
}

router = APIRouter(prefix="/provider-kinds", tags=["providers"])


@router.get("", summary="List kinds of providers", operation_id="list_provider_kinds", responses=problems())
async def list_provider_kinds(admin: Admin) -> schemas.ProviderKinds:
    """Every kind with the settings it takes, and the names that LiteLLM has for those it translates for."""
    models = admin.gateway.catalog.providers()
    return schemas.ProviderKinds(
        data=list(_kinds()),
        litellm_installed=engine.installed(),
        litellm=[_named(name, one, models.get(name, 0)) for name, one in sorted(known.providers().items())],
    )


@cache
def _kinds() -> tuple[schemas.ProviderKind, ...]:
    """The kinds, in the order of the configuration."""
    bodies = dict(zip(KINDS, _bodies(), strict=True))
    return tuple(
        schemas.ProviderKind.model_validate(
            {
                "kind": kind,
                "title": _TITLES[kind],
                "about": (KINDS[kind].__doc__ or "").partition("\n")[0],
                "base_url": settings.model_fields["base_url"].get_default() if _optional(settings) else None,
                "settings": settings.model_json_schema(),
            }
        )
        for kind, settings in bodies.items()
    )


def _bodies() -> list[type[schemas.OpenAIBody]]:
    """The bodies that PUT takes, one a kind."""
    union = get_args(schemas.ProviderBody)[0]
    return [get_args(one)[0] for one in get_args(union)]


def _optional(settings: type[schemas.OpenAIBody]) -> bool:
    return not settings.model_fields["base_url"].is_required()


def _named(name: str, one: known.Known, models: int) -> schemas.LiteLLMName:
    roads = {"chat": one.chat, "embeddings": one.embeddings, "rerank": one.rerank}
    return schemas.LiteLLMName(
        name=name,
        title=one.title,
        offers=[what for what, road in roads.items() if road is not None],
        needs=list(one.needs),
        base_url=one.base_url or None,
        kind=one.kind or None,
        models=models,
    )
