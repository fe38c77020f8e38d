"""``/api/usage``: calls one by one and summed up."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query

from switchgear.core.calls import CallRecord, Outcome
from switchgear.core.errors import RequestError, StoreUnavailable
from switchgear.edge.admin.context import Admin, Administration
from switchgear.edge.admin.moments import milliseconds
from switchgear.edge.admin.schemas import usage as schemas
from switchgear.edge.admin.schemas.base import PRINTABLE, Cursor, moment, moment_or_none, problems
from switchgear.edge.calls import dollars
from switchgear.store.usage import UsageFilter, UsageSummary

router = APIRouter(prefix="/usage", tags=["usage"])
Moment = Annotated[str | None, Query(max_length=40, description="ISO 8601, milliseconds since 1970, or an age: `1h`.")]
Filter = Annotated[str | None, Query(max_length=256, pattern=PRINTABLE, description="Only calls with it.")]


async def _filter(
    admin: Admin,
    since: Moment = None,
    until: Moment = None,
    model: Filter = None,
    provider: Filter = None,
    key: Annotated[
        str | None, Query(max_length=128, pattern=PRINTABLE, description="Only calls of this key: its id or name.")
    ] = None,
    outcome: Annotated[
        list[Outcome] | None, Query(max_length=5, description="Only calls that ended so; may be given several times.")
    ] = None,
) -> UsageFilter:
    """Which calls a query asks for."""
    return UsageFilter(
        since=milliseconds(since, admin.now, "since"),
        until=milliseconds(until, admin.now, "until"),
        key_id=await _key_id(admin, key),
        model=model,
        provider=provider,
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
    await _settle(admin)
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
    await _settle(admin)
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
) -> schemas.Call:
    """One call by its request id."""
    await _settle(admin)
    return _call(await admin.gateway.store.usage.get(call_id), await key_names(admin))


async def key_names(admin: Administration) -> dict[str, str]:
    """The names of all keys by their ids."""
    return {row.id: row.name for row in await admin.gateway.store.keys.all()}


async def _key_id(admin: Administration, key: str | None) -> str | None:
    """The id of the key that a query names by id or name; of several of a name the one not revoked, or the newest."""
    if key is None:
        return None
    rows = await admin.gateway.store.keys.all()
    named = [row for row in rows if key in (row.id, row.name)]
    if not named:
        raise RequestError(f'No key has the id or name "{key}".', param="key", hint="GET /api/keys lists them.")
    return max(named, key=lambda row: (row.id == key, row.revoked_at is None, row.created_at)).id


async def _settle(admin: Administration) -> None:
    """Let records that are on their way arrive first, unless the store has trouble taking them."""
    writer = admin.gateway.store.writer
    if writer.health.state == "ok":
        with suppress(StoreUnavailable):
            await writer.flush()


def _call(record: CallRecord, names: dict[str, str]) -> schemas.Call:
    members: dict[str, Any] = msgspec.structs.asdict(record)
    members |= msgspec.structs.asdict(members.pop("usage"))
    members = {name: value for name, value in members.items() if name in schemas.Call.model_fields}
    members |= {
        "at": moment(record.at),
        "key_name": names.get(record.key_id),
        "cost": None if record.cost is None else dollars(record.cost),
    }
    return schemas.Call(**members)


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
