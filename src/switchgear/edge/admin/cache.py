"""``/api/cache``: answers that are kept to be given again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from switchgear.edge.admin.context import Admin
from switchgear.edge.admin.models import check_model
from switchgear.edge.admin.schemas import cache as schemas
from switchgear.edge.admin.schemas.base import problems
from switchgear.edge.reply import dollars

router = APIRouter(prefix="/cache", tags=["cache"])


@router.get("", summary="Show the cache", operation_id="get_cache", responses=problems())
async def get_cache(admin: Admin) -> schemas.CacheStatus:
    """What is kept, how often that answered, and what it saved."""
    gateway = admin.gateway
    facts = await gateway.host.cache()
    counts = facts.counts
    return schemas.CacheStatus(
        entries=facts.entries,
        questions=facts.questions,
        bytes=facts.size,
        max_bytes=gateway.settings.cache.max_bytes * gateway.settings.server.workers,
        evicted=facts.evicted,
        shared=gateway.state.shared,
        answered=schemas.Answered(hit=counts.hits, shared=counts.shared, semantic=counts.semantic, stale=counts.stale),
        misses=counts.misses,
        bypassed=counts.bypassed,
        saved=dollars(counts.saved),
        saved_tokens=counts.saved_tokens,
    )


@router.delete("", summary="Purge the cache", operation_id="purge_cache", responses=problems(404))
async def purge_cache(admin: Admin, which: Annotated[schemas.Which, Query()]) -> schemas.Purged:
    """Forget answers, in every process: all, or those of a model, of a tenant, or of both together.

    Answers under way that were asked for before are not kept either.
    """
    if which.model is not None:
        check_model(admin.gateway, which.model)
    dropped = await admin.gateway.caching.answers.purge(which.model or "", which.tenant or "")
    detail = {"model": which.model, "tenant": which.tenant, "dropped": dropped}
    await admin.audited("cache.purge", which.model or "*", detail)
    return schemas.Purged(dropped=dropped)
