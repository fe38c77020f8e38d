"""Analytics and errors as the admin API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from switchgear.edge.admin.schemas.base import Answer

Dimension = Literal["model", "key", "team", "provider", "deployment"]
Granularity = Literal["minute", "hour", "day"]
Measure = Literal[
    "count",
    "ok",
    "errors",
    "failed",
    "cut",
    "abandoned",
    "refused",
    "lost",
    "skipped",
    "attempts",
    "fallbacks",
    "cache_hits",
    "cache_misses",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "cost",
    "unpriced",
    "saved",
    "latency_p50_ms",
    "latency_p90_ms",
    "latency_p95_ms",
    "latency_p99_ms",
    "first_token_p50_ms",
    "first_token_p90_ms",
    "first_token_p95_ms",
    "first_token_p99_ms",
    "tokens_per_second",
]
Value = int | float | str | None


class Measures(Answer):
    """Everything that is measured. Percentiles are within 1 %, in milliseconds; null where there was nothing to measure.

    Of calls, times are those of all but refused ones; of attempts, of those that answered.
    """

    count: int = Field(description="Calls, or attempts where these are counted.")
    ok: int
    errors: int = Field(description="Failed and cut ones.")
    failed: int
    cut: int
    abandoned: int
    refused: int = Field(description="Calls that the gateway refused.")
    lost: int = Field(description="Attempts of calls that another attempt answered first.")
    skipped: int = Field(description="Deployments that were passed over.")
    attempts: int = Field(description="Attempts that calls took together.")
    fallbacks: int = Field(description="How often calls went on at another deployment because one had failed.")
    cache_hits: int
    cache_misses: int
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int
    cost: str = Field(description="US dollars, exact, where the price is known.", examples=["0.0031"])
    unpriced: int = Field(description="Those that used tokens whose price is not known.")
    saved: str = Field(description="US dollars that answers from the cache would have cost.")
    latency_p50_ms: float | None
    latency_p90_ms: float | None
    latency_p95_ms: float | None
    latency_p99_ms: float | None
    first_token_p50_ms: float | None
    first_token_p90_ms: float | None
    first_token_p95_ms: float | None
    first_token_p99_ms: float | None
    tokens_per_second: float | None


Series = dict[Measure, list[Value]]


class AnalyticsGroup(Answer):
    """The numbers of a group."""

    group: dict[str, str] = Field(
        description="A value for each dimension asked for, a key by its id; `*` stands for all that were too many to be kept.",
        examples=[{"model": "smollm2"}],
    )
    key_name: str | None = Field(None, description="With the dimension `key`: its name.")
    total: Measures
    series: Series


class Analytics(Answer):
    """Numbers over a span of whole periods, in all and by group."""

    since: datetime = Field(description="The beginning of the first period.")
    until: datetime = Field(description="The end of the last period.")
    granularity: Granularity
    counts: Literal["calls", "attempts"] = Field(
        description="What is counted: attempts where providers or deployments are asked about. A call that a fallback saved is `ok`, "
        "and its first attempt `failed`."
    )
    periods: list[datetime] = Field(
        description="The beginnings of the periods, which the values of every series belong to."
    )
    total: Measures
    series: Series
    groups: list[AnalyticsGroup] = Field(description="The largest first.")
    left_out: int = Field(description="Groups beyond the limit.")


class ErrorGroup(Answer):
    """Errors that are alike: of one code, at one place, with the same message but for numbers, ids and what is quoted."""

    fingerprint: str
    code: str
    status: int
    provider: str = Field(description="Empty for errors that no provider made.")
    deployment: str
    endpoint: str
    pattern: str = Field(
        description="What their messages have in common.", examples=["Provider openai did not answer in # s."]
    )
    message: str = Field(description="The newest one's message.")
    hint: str = Field(description="What to do about errors of this code; empty where the code alone does not tell.")
    example_id: str = Field(description="The newest one's request id, as in x-request-id.")
    first_seen: datetime
    last_seen: datetime
    count: int = Field(description="How many came in the span asked about.")
    saved: int = Field(description="Of these: how many met a call that was answered all the same.")
    keys: int = Field(description="Keys that met one, ever; 100 stands for 100 or more.")


class ErrorList(Answer):
    """Groups of errors."""

    since: datetime
    until: datetime
    data: list[ErrorGroup]
    others: int = Field(description="Errors in groups that were too many to be kept.")


class AffectedKey(Answer):
    """A key that met an error."""

    id: str
    name: str | None = Field(description="Null when it is not known any more.")


class ErrorDetail(ErrorGroup):
    """A group of errors, whom it met and when."""

    since: datetime
    until: datetime
    granularity: Granularity
    affected: list[AffectedKey]
    periods: list[datetime]
    counts: list[int] = Field(description="How many came in each period.")
