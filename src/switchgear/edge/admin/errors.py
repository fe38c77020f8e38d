"""``/api/errors``: errors in groups of what is alike."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Path, Query

from switchgear.core.errors import advice_for
from switchgear.edge.admin.analytics import moments, span_of, up_to_date
from switchgear.edge.admin.context import Admin
from switchgear.edge.admin.schemas import analytics as schemas
from switchgear.edge.admin.schemas.base import PRINTABLE, moment, problems
from switchgear.edge.admin.usage import Filter, key_names
from switchgear.observe.analytics import Analytics, Span
from switchgear.observe.tally import OTHERS
from switchgear.store.error_groups import ErrorGroup

router = APIRouter(prefix="/errors", tags=["usage"])


def _where(
    code: Filter = None, provider: Filter = None, deployment: Filter = None, endpoint: Filter = None
) -> dict[str, str]:
    """Which errors a query asks about."""
    given = {"code": code, "provider": provider, "deployment": deployment, "endpoint": endpoint}
    return {name: value for name, value in given.items() if value is not None}


@router.get("", summary="List errors", operation_id="list_errors", responses=problems())
async def list_errors(
    admin: Admin,
    span: Annotated[Span, Depends(span_of)],
    where: Annotated[dict[str, str], Depends(_where)],
    sort: Annotated[Literal["count", "last_seen"], Query(description="What comes first.")] = "count",
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many groups.")] = 100,
) -> schemas.ErrorList:
    """Errors of calls that failed, and of attempts whose calls were saved by another, in groups of what is alike."""
    await up_to_date(admin)
    store = admin.gateway.store
    counts = await Analytics(store.rollups).failures(span)
    found = [
        _shown(group, *counts[group.fingerprint])
        for group in await store.errors.list(span.since, span.until)
        if group.fingerprint in counts and all(getattr(group, name) == value for name, value in where.items())
    ]
    found.sort(key=lambda one: (getattr(one, sort), one.count, one.last_seen, one.fingerprint), reverse=True)
    return schemas.ErrorList(
        since=moment(span.since),
        until=moment(span.until),
        data=found[:limit],
        others=counts.get(OTHERS, (0, 0))[0],
    )


@router.get("/{fingerprint}", summary="Show errors of a kind", operation_id="get_error", responses=problems(404))
async def get_error(
    admin: Admin,
    span: Annotated[Span, Depends(span_of)],
    fingerprint: Annotated[
        str,
        Path(max_length=64, pattern=PRINTABLE, description="The group's fingerprint, or its first eight characters."),
    ],
) -> schemas.ErrorDetail:
    """A group of errors: what they are, whom they met, and when they came in a span."""
    await up_to_date(admin)
    store = admin.gateway.store
    group = await store.errors.get(fingerprint)
    course = await Analytics(store.rollups).failure(span, group.fingerprint)
    names = await key_names(admin)
    return schemas.ErrorDetail(
        **_members(group, course.total.count, course.total.ok),
        since=moment(span.since),
        until=moment(span.until),
        granularity=span.granularity,
        affected=[schemas.AffectedKey(id=key, name=names.get(key)) for key in group.keys],
        periods=moments(span),
        counts=[course.periods[start].count if start in course.periods else 0 for start in span.periods],
    )


def _shown(group: ErrorGroup, count: int, saved: int) -> schemas.ErrorGroup:
    return schemas.ErrorGroup(**_members(group, count, saved))


def _members(group: ErrorGroup, count: int, saved: int) -> dict[str, Any]:
    members: dict[str, Any] = msgspec.structs.asdict(group)
    return members | {
        "message": members.pop("example"),
        "hint": advice_for(group.code),
        "first_seen": moment(group.first_seen),
        "last_seen": moment(group.last_seen),
        "keys": len(group.keys),
        "count": count,
        "saved": saved,
    }
