"""``/api/usage``: calls one by one and summed up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query

from switchgear.core.attempts import attempts_of, fallbacks_used
from switchgear.core.calls import Attempt, CacheResult, CallRecord, Outcome, Step
from switchgear.core.errors import RequestError, advice_for
from switchgear.edge.admin.context import Admin, Administration
from switchgear.edge.admin.moments import milliseconds
from switchgear.edge.admin.schemas import usage as schemas
from switchgear.edge.admin.schemas.base import PRINTABLE, Cursor, moment, moment_or_none, problems
from switchgear.edge.reply import dollars
from switchgear.store.usage import UsageFilter, UsageSummary

router = APIRouter(prefix="/usage", tags=["usage"])
Moment = Annotated[str | None, Query(max_length=40, description="ISO 8601, milliseconds since 1970, or an age: `1h`.")]
Filter = Annotated[str | None, Query(max_length=256, pattern=PRINTABLE, description="Only calls with it.")]


def _span(admin: Admin, since: Moment = None, until: Moment = None) -> tuple[int | None, int | None]:
    """From when to when a query asks, in milliseconds."""
    return milliseconds(since, admin.now, "since"), milliseconds(until, admin.now, "until")


async def _owner(
    admin: Admin,
    key: Annotated[
        str | None, Query(max_length=128, pattern=PRINTABLE, description="Only calls of this key: its id or name.")
    ] = None,
    team: Filter = None,
    user: Filter = None,
) -> UsageFilter:
    """Whose calls a query asks for."""
    return UsageFilter(key_id=await key_id(admin, key), team=team, user=user)


def _place(
    model: Filter = None,
    provider: Filter = None,
    deployment: Filter = None,
    endpoint: Filter = None,
) -> UsageFilter:
    """At which place a query asks for calls."""
    return UsageFilter(model=model, provider=provider, deployment=deployment, endpoint=endpoint)


def _filter(
    span: Annotated[tuple[int | None, int | None], Depends(_span)],
    owner: Annotated[UsageFilter, Depends(_owner)],
    place: Annotated[UsageFilter, Depends(_place)],
    cache: Annotated[CacheResult | None, Query(description="Only calls of which the cache says so.")] = None,
    outcome: Annotated[
        list[Outcome] | None, Query(max_length=5, description="Only calls that ended so; may be given several times.")
    ] = None,
    error: Annotated[
        str | None,
        Query(max_length=128, pattern=PRINTABLE, description="Only calls that ended with this error's code."),
    ] = None,
) -> UsageFilter:
    """Which calls a query asks for."""
    return msgspec.structs.replace(
        place,
        key_id=owner.key_id,
        team=owner.team,
        user=owner.user,
        since=span[0],
        until=span[1],
        cache=cache,
        error=error,
        outcomes=tuple(outcome or ()),
    )


Which = Annotated[UsageFilter, Depends(_filter)]


@router.get("", summary="List calls", operation_id="list_usage", responses=problems())
async def list_usage(
    admin: Admin,
    which: Which,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 100,
    before: Annotated[Cursor | None, Query(description="`next` of the list before.")] = None,
) -> schemas.CallList:
    """Calls, newest first: also failed, cut, abandoned and refused ones."""
    await settle(admin)
    page = await admin.gateway.store.usage.list(which, limit=limit, before=before)
    names = await key_names(admin)
    return schemas.CallList(data=[_call(record, names) for record in page.calls], next=page.before)


@router.get("/summary", summary="Sum up usage", operation_id="sum_usage", responses=problems())
async def sum_usage(
    admin: Admin,
    which: Which,
    group_by: Annotated[
        list[schemas.Dimension] | None,
        Query(
            max_length=3, description="What to group by; may be given several times. Without it there is only total."
        ),
    ] = None,
) -> schemas.Summary:
    """Calls, errors, tokens, cost and times, in all and by group."""
    await settle(admin)
    usage = admin.gateway.store.usage
    dimensions = list(dict.fromkeys(group_by or ()))
    totals = await usage.summary(which)
    groups = await usage.summary(which, group_by=dimensions) if dimensions else ()
    names = await key_names(admin)
    return schemas.Summary(
        since=moment_or_none(which.since),
        until=moment_or_none(which.until),
        total=schemas.Sums(**_sums(totals[0])) if totals else _nothing(),
        data=[_group(one, names) for one in groups],
    )


@router.get("/{call_id}", summary="Show a call", operation_id="get_usage", responses=problems(404))
async def get_usage(
    admin: Admin, call_id: Annotated[str, Path(max_length=64, pattern=PRINTABLE, description="The call's id.")]
) -> schemas.RoutedCall:
    """One call by its request id, with the way it went: what each stage said, and every attempt with its reason."""
    await settle(admin)
    record = await admin.gateway.store.usage.get(call_id)
    attempts = attempts_of(record)
    return schemas.RoutedCall(
        **_members(record, await key_names(admin)),
        route=_route(record.route.steps if record.route is not None else (), attempts),
        hint=advice_for(record.error),
        fallbacks=fallbacks_used(attempts),
    )


async def key_names(admin: Administration) -> dict[str, str]:
    """The names of all keys by their ids."""
    return {row.id: row.name for row in await admin.gateway.store.keys.all(consoles=True)}


async def key_id(admin: Administration, key: str | None) -> str | None:
    """The id of the key that a query names by id or name; of several of a name the one not revoked, or the newest."""
    if key is None:
        return None
    rows = await admin.gateway.store.keys.all(consoles=True)
    named = [row for row in rows if key in (row.id, row.name)]
    if not named:
        raise RequestError(f'No key has the id or name "{key}".', param="key", hint="GET /api/keys lists them.")
    return max(named, key=lambda row: (row.id == key, row.revoked_at is None, row.created_at)).id


async def settle(admin: Administration) -> None:
    """Let records that are on their way arrive first, unless the store has trouble taking them."""
    await admin.gateway.host.flush()


def _call(record: CallRecord, names: dict[str, str]) -> schemas.Call:
    return schemas.Call(**_members(record, names))


def _members(record: CallRecord, names: dict[str, str]) -> dict[str, Any]:
    members: dict[str, Any] = msgspec.structs.asdict(record)
    del members["route"]
    members |= msgspec.structs.asdict(members.pop("usage"))
    return members | {
        "at": moment(record.at),
        "key_name": names.get(record.key_id),
        "cost": _dollars(record.cost),
        "saved": _dollars(record.saved),
    }


def _route(steps: Sequence[Step], attempts: Sequence[Attempt]) -> schemas.Route:
    return schemas.Route(
        steps=[schemas.Step(**msgspec.structs.asdict(step)) for step in steps],
        attempts=[_attempt(attempt) for attempt in attempts],
    )


def _attempt(attempt: Attempt) -> schemas.Attempt:
    members: dict[str, Any] = msgspec.structs.asdict(attempt)
    usage = attempt.usage
    tokens = None if usage is None else schemas.Tokens(**msgspec.structs.asdict(usage))
    return schemas.Attempt(**members | {"usage": tokens, "cost": _dollars(attempt.cost)})


def _dollars(nano: int | None) -> str | None:
    return None if nano is None else dollars(nano)


def _sums(summary: UsageSummary) -> dict[str, Any]:
    members: dict[str, Any] = msgspec.structs.asdict(summary)
    del members["group"]
    return members | {"cost": dollars(summary.cost)}


def _nothing() -> schemas.Sums:
    return schemas.Sums(
        calls=0,
        errors=0,
        refused=0,
        abandoned=0,
        prompt_tokens=0,
        completion_tokens=0,
        cached_tokens=0,
        cache_write_tokens=0,
        cost="0",
        unpriced=0,
        latency_p50_ms=None,
        latency_p95_ms=None,
        first_token_p50_ms=None,
        tokens_per_second=None,
    )


def _group(summary: UsageSummary, names: dict[str, str]) -> schemas.Group:
    group = {
        name: moment(value).isoformat().replace("+00:00", "Z") if isinstance(value, int) else value
        for name, value in summary.group.items()
    }
    return schemas.Group(**_sums(summary), group=group, key_name=names.get(group.get("key", "")))
