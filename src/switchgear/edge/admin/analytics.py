"""``/api/analytics``: usage over any span, from what it adds up to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, Final, get_args

from fastapi import APIRouter, Depends, Query

from switchgear.core.errors import StoreUnavailable
from switchgear.edge.admin.context import Admin, Administration
from switchgear.edge.admin.moments import milliseconds
from switchgear.edge.admin.schemas import analytics as schemas
from switchgear.edge.admin.schemas.base import moment, problems
from switchgear.edge.admin.usage import Filter, Moment, key_id, key_names, settle
from switchgear.edge.reply import dollars
from switchgear.observe.analytics import Analytics, Course, Question, Span, Told
from switchgear.store.rollups import Dimension, Numbers

router = APIRouter(prefix="/analytics", tags=["usage"])

_DAY: Final = 86_400_000
_SHARES: Final = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
_MEASURES: Final = get_args(schemas.Measure)
_USUAL: Final[tuple[schemas.Measure, ...]] = (
    "count",
    "errors",
    "cost",
    "prompt_tokens",
    "completion_tokens",
    "latency_p50_ms",
    "latency_p95_ms",
    "first_token_p50_ms",
)
_BY: Final[dict[schemas.Dimension, tuple[Dimension, ...]]] = {
    "model": ("model",),
    "key": ("key_id",),
    "team": ("team",),
    "provider": ("provider",),
    "deployment": ("provider", "deployment"),
}
_NAMES: Final[dict[Dimension, str]] = {"key_id": "key"}


async def span_of(
    admin: Admin,
    since: Moment = None,
    until: Moment = None,
    granularity: Annotated[
        schemas.Granularity | None,
        Query(description="The length of the periods; one that suits the span when left out."),
    ] = None,
) -> Span:
    """The span that a query asks about: the last day when it does not say, in whole periods."""
    begin = milliseconds(since, admin.now, "since")
    end = milliseconds(until, admin.now, "until") or admin.now
    analytics = Analytics(admin.gateway.store.rollups)
    return await analytics.span(max(end - _DAY, 0) if begin is None else begin, end, granularity)


async def _where(
    admin: Admin,
    model: Filter = None,
    provider: Filter = None,
    deployment: Filter = None,
    key: Filter = None,
    team: Filter = None,
) -> dict[Dimension, str]:
    """Which calls or attempts a query asks about."""
    found: dict[Dimension, str | None] = {
        "model": model,
        "provider": provider,
        "deployment": deployment,
        "key_id": await key_id(admin, key),
        "team": team,
    }
    return {name: value for name, value in found.items() if value is not None}


@router.get("", summary="Analyse usage", operation_id="analyse_usage", responses=problems())
async def analyse(
    admin: Admin,
    span: Annotated[Span, Depends(span_of)],
    where: Annotated[dict[Dimension, str], Depends(_where)],
    group_by: Annotated[
        list[schemas.Dimension] | None, Query(max_length=3, description="What to group by; may be given several times.")
    ] = None,
    measure: Annotated[
        list[schemas.Measure] | None,
        Query(max_length=len(_MEASURES), description="What to show over time; may be given several times."),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="At most so many groups.")] = 20,
) -> schemas.Analytics:
    """Calls, attempts, outcomes, tokens, cost and percentiles of times: in all, by group, and over time.

    With providers or deployments among what is asked, attempts are counted, else calls.
    """
    by = tuple(dict.fromkeys(name for each in group_by or () for name in _BY[each]))
    await up_to_date(admin)
    told = await Analytics(admin.gateway.store.rollups).answer(Question(span, by, where, limit))
    names = await key_names(admin) if "key_id" in by else {}
    return await asyncio.to_thread(_shown, told, span, by, (tuple(measure or _USUAL), names))


async def up_to_date(admin: Administration) -> None:
    """Take in what has happened until now; where that does not work, what is known already is shown."""
    await settle(admin)
    with suppress(StoreUnavailable):
        await admin.gateway.rollups.freshen()


def moments(span: Span) -> list[datetime]:
    """The beginnings of the periods of a span."""
    return [moment(start) for start in span.periods]


def _shown(
    told: Told, span: Span, by: Sequence[Dimension], shown: tuple[Sequence[schemas.Measure], dict[str, str]]
) -> schemas.Analytics:
    measures, names = shown
    return schemas.Analytics(
        since=moment(span.since),
        until=moment(span.until),
        granularity=span.granularity,
        counts=told.counts,
        periods=moments(span),
        total=schemas.Measures(**_measured(told.whole.total)),
        series=_series(told.whole, span, measures),
        groups=[
            schemas.AnalyticsGroup(
                group={_NAMES.get(name, name): value for name, value in zip(by, values, strict=True)},
                key_name=names.get(values[by.index("key_id")]) if "key_id" in by else None,
                total=schemas.Measures(**_measured(course.total)),
                series=_series(course, span, measures),
            )
            for values, course in told.groups
        ],
        left_out=told.left_out,
    )


def _series(course: Course, span: Span, measures: Sequence[schemas.Measure]) -> schemas.Series:
    nothing = _measured(Numbers())
    rows = [_measured(course.periods[start]) if start in course.periods else nothing for start in span.periods]
    return {name: [row[name] for row in rows] for name in dict.fromkeys(measures)}


def _measured(numbers: Numbers) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(numbers, name) for name in _MEASURES if hasattr(numbers, name)}
    found["errors"] = numbers.failed + numbers.cut
    found["cost"], found["saved"] = dollars(numbers.cost), dollars(numbers.saved)
    for what, sketch in (("latency", numbers.latency), ("first_token", numbers.first_token)):
        for name, value in zip(_SHARES, sketch.quantiles(tuple(_SHARES.values())), strict=True):
            found[f"{what}_{name}_ms"] = None if value is None else round(value, 3)
    writing = numbers.writing_ms
    found["tokens_per_second"] = numbers.completion_tokens * 1000 / writing if writing > 0 else None
    return found
