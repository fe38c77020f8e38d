"""What was used: the records of calls, one by one and summed up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Label,
    Row,
    and_,
    case,
    cast,
    delete,
    desc,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from switchgear.core.calls import CacheResult, CallRecord, Outcome, Usage
from switchgear.core.errors import NotFound, RequestError
from switchgear.store import kept_since, partitions, routes, tables
from switchgear.store.engine import Database
from switchgear.store.pages import cursor_of, position

Dimension = Literal[
    "model", "provider", "deployment", "key", "team", "user", "endpoint", "outcome", "cache", "day", "hour"
]
"""What calls can be grouped by. Days and hours are those of UTC, named by their first millisecond."""

_HOUR = 3_600_000
_CHUNK = 5_000
_table = tables.usage
_columns = tables.usage.c
_BRIEF = [column for column in tables.usage.c if column.name != "route"]


class UsageFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which calls: those that match everything given. ``since`` is included, ``until`` is not; milliseconds."""

    since: int | None = None
    until: int | None = None
    key_id: str | None = None
    model: str | None = None
    provider: str | None = None
    team: str | None = None
    user: str | None = None
    cache: CacheResult | None = None
    deployment: str | None = None
    endpoint: str | None = None
    error: str | None = None
    outcomes: tuple[Outcome, ...] = ()

    def conditions(self) -> list[ColumnElement[bool]]:
        """The filter in SQL."""
        found: list[ColumnElement[bool]] = []
        if self.since is not None:
            found.append(_columns.at >= self.since)
        if self.until is not None:
            found.append(_columns.at < self.until)
        for column, value in (
            (_columns.key_id, self.key_id),
            (_columns.model, self.model),
            (_columns.provider, self.provider),
            (_columns.team, self.team),
            (_columns.user, self.user),
            (_columns.cache, self.cache),
            (_columns.deployment, self.deployment),
            (_columns.endpoint, self.endpoint),
            (_columns.error, self.error),
        ):
            if value is not None:
                found.append(column == value)
        if self.outcomes:
            found.append(_columns.outcome.in_(self.outcomes))
        return found


class UsagePage(msgspec.Struct, frozen=True):
    """Calls, newest first; ``before`` is the cursor of the next, older page, or None at the end."""

    calls: list[CallRecord]
    before: str | None


class UsageSummary(msgspec.Struct, frozen=True):
    """The sum of a group of calls. ``group`` has a value for each dimension asked for.

    ``errors`` are the calls that failed or were cut; refused and abandoned ones are counted apart. ``cost`` is
    nano-dollars over the calls whose price is known; ``unpriced`` counts the others. Percentiles are values that
    occurred, milliseconds. ``tokens_per_second`` is completion tokens over the time from the first token (from
    the start, where that is not known) to the end.
    """

    group: dict[str, str | int]
    calls: int
    errors: int
    refused: int
    abandoned: int
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    cost: int
    unpriced: int
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    first_token_p50_ms: float | None
    tokens_per_second: float | None


class UsageLog:
    """Reads records of calls, and forgets old ones. Every method raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, which: UsageFilter | None = None, *, limit: int = 100, before: str | None = None) -> UsagePage:
        """Up to ``limit`` calls, newest first, older than the cursor ``before``, without their routes.

        Raises RequestError for a bad cursor.
        """
        conditions = which.conditions() if which else []
        if before is not None:
            at, call_id = position(before)
            conditions.append(tuple_(_columns.at, _columns.id) < tuple_(literal(at, BigInteger), literal(call_id)))
        asked = (
            select(*_BRIEF)
            .where(and_(True, *conditions))
            .order_by(desc(_columns.at), desc(_columns.id))
            .limit(limit + 1)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(asked)).all()
        calls = [record_of(row) for row in rows[:limit]]
        return UsagePage(calls, cursor_of(calls[-1].at, calls[-1].id) if len(rows) > limit and calls else None)

    async def get(self, call_id: str) -> CallRecord:
        """The record of one call, with its route. Raises NotFound."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(_table).where(_columns.id == call_id))).first()
        if row is None:
            raise NotFound(f'No call has the id "{call_id}".', hint="Records appear up to 250 ms after a call ended.")
        return record_of(row)

    async def summary(
        self, which: UsageFilter | None = None, *, group_by: Sequence[Dimension] = ()
    ) -> tuple[UsageSummary, ...]:
        """Sums of the calls, one for each group, most calls first; with times among the groups, oldest first."""
        for name in group_by:
            if name not in get_args(Dimension):
                raise RequestError(
                    f'Usage cannot be grouped by "{name}". Known: {", ".join(get_args(Dimension))}.', param="group_by"
                )
        groups = [_dimension(name) for name in group_by]
        ranked = _ranked(groups, which.conditions() if which else [])
        names = [ranked.c[group.name] for group in groups]
        asked = select(*names, *_sums(ranked.c)).group_by(*names)
        async with self._database.read() as connection:
            rows = (await connection.execute(asked)).all()
        found = [_summary(row, group_by) for row in rows if row.calls]
        times = [name for name in group_by if name in {"day", "hour"}]
        return tuple(sorted(found, key=lambda one: (*(one.group[name] for name in times), -one.calls)))

    async def prune(self, before: int) -> int:
        """Forgets the calls from before ``before`` (milliseconds); how many they were.

        Whole days go at once on PostgreSQL; on SQLite pieces go one after another, so that writers get their turn.
        """
        count = 0
        async with self._database.write() as connection:
            await kept_since.move(connection, "usage", before)  # first: what was forgotten half is not whole any more
        if self._database.kind == "postgresql":
            async with self._database.write() as connection:
                count += await partitions.drop_before(connection, before)
            async with self._database.write() as connection:
                rest = await connection.execute(delete(_table).where(_columns.at < before))
                return count + rest.rowcount
        oldest = select(_columns.at, _columns.id).where(_columns.at < before).order_by(_columns.at).limit(_CHUNK)
        while True:
            async with self._database.write() as connection:
                gone = await connection.execute(delete(_table).where(tuple_(_columns.at, _columns.id).in_(oldest)))
            count += gone.rowcount
            if gone.rowcount < _CHUNK:
                return count


def _dimension(name: Dimension) -> Label[Any]:
    match name:
        case "day":
            return (_columns.at - _columns.at % partitions.DAY).label("group_day")
        case "hour":
            return (_columns.at - _columns.at % _HOUR).label("group_hour")
        case "key":
            return _columns.key_id.label("group_key")
        case _:
            return _columns[name].label(f"group_{name}")


def _ranked(groups: Sequence[Label[Any]], conditions: Sequence[ColumnElement[bool]]) -> Any:
    """The calls with their places by latency and first token within their group: SQLite has no percentiles."""
    by = [group.element for group in groups]
    answered = _columns.first_token_ms.is_not(None)
    return (
        select(
            *groups,
            _columns.outcome,
            _columns.prompt_tokens,
            _columns.completion_tokens,
            _columns.cached_tokens,
            _columns.cache_write_tokens,
            _columns.cost,
            _columns.latency_ms,
            _columns.first_token_ms,
            func.row_number().over(partition_by=by, order_by=_columns.latency_ms).label("place"),
            func.count().over(partition_by=by).label("places"),
            func.row_number().over(partition_by=[*by, answered], order_by=_columns.first_token_ms).label("first_place"),
            func.count().over(partition_by=[*by, answered]).label("first_places"),
        )
        .where(and_(True, *conditions))
        .subquery()
    )


def _sums(calls: Any) -> list[Label[Any]]:
    def total(value: ColumnElement[Any]) -> ColumnElement[Any]:
        return cast(func.coalesce(func.sum(value), 0), BigInteger)

    def counted(condition: ColumnElement[bool]) -> ColumnElement[Any]:
        return total(case((condition, 1), else_=0))

    wrote = calls.completion_tokens > 0
    first = func.coalesce(calls.first_token_ms, 0.0)
    writing = func.sum(case((wrote, calls.latency_ms - first), else_=0.0))
    p50, p95 = calls.place * 2 >= calls.places, calls.place * 100 >= calls.places * 95
    p50_first = and_(calls.first_token_ms.is_not(None), calls.first_place * 2 >= calls.first_places)
    return [
        func.count().label("calls"),
        counted(or_(calls.outcome == "failed", calls.outcome == "cut")).label("errors"),
        counted(calls.outcome == "refused").label("refused"),
        counted(calls.outcome == "abandoned").label("abandoned"),
        total(calls.prompt_tokens).label("prompt_tokens"),
        total(calls.completion_tokens).label("completion_tokens"),
        total(calls.cached_tokens).label("cached_tokens"),
        total(calls.cache_write_tokens).label("cache_write_tokens"),
        total(calls.cost).label("cost"),
        counted(calls.cost.is_(None)).label("unpriced"),
        func.min(case((p50, calls.latency_ms))).label("latency_p50_ms"),
        func.min(case((p95, calls.latency_ms))).label("latency_p95_ms"),
        func.min(case((p50_first, calls.first_token_ms))).label("first_token_p50_ms"),
        writing.label("writing_ms"),
    ]


def _summary(row: Row[Any], group_by: Sequence[Dimension]) -> UsageSummary:
    values = row._asdict()
    writing = values["writing_ms"]
    return UsageSummary(
        group={name: values[f"group_{name}"] for name in group_by},
        calls=row.calls,
        errors=row.errors,
        refused=row.refused,
        abandoned=row.abandoned,
        prompt_tokens=row.prompt_tokens,
        completion_tokens=row.completion_tokens,
        cached_tokens=row.cached_tokens,
        cache_write_tokens=row.cache_write_tokens,
        cost=row.cost,
        unpriced=row.unpriced,
        latency_p50_ms=row.latency_p50_ms,
        latency_p95_ms=row.latency_p95_ms,
        first_token_p50_ms=row.first_token_p50_ms,
        tokens_per_second=row.completion_tokens * 1000 / writing if writing and writing > 0 else None,
    )


def record_of(row: Row[Any]) -> CallRecord:
    """The record that a row of ``usage`` holds; without a route where that was not asked for."""
    return CallRecord(
        id=row.id,
        at=row.at,
        key_id=row.key_id,
        endpoint=row.endpoint,
        model=row.model,
        provider=row.provider,
        deployment=row.deployment,
        streamed=row.streamed,
        outcome=row.outcome,
        status=row.status,
        error=row.error,
        usage=Usage(
            row.prompt_tokens,
            row.completion_tokens,
            row.cached_tokens,
            row.reasoning_tokens,
            row.cache_write_tokens,
            estimated=row.estimated,
        ),
        cost=row.cost,
        latency_ms=row.latency_ms,
        first_token_ms=row.first_token_ms,
        attempts=row.attempts,
        trace=row.trace,
        team=row.team,
        user=row.user,
        cache=row.cache,
        message=row.message,
        route=routes.read(getattr(row, "route", None)),
        saved=row.saved,
    )
