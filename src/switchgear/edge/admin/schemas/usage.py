"""Usage and the audit log as the admin API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from switchgear.core.calls import CacheResult, Outcome, Tried
from switchgear.edge.admin.schemas.base import Answer

Dimension = Literal[
    "model", "provider", "deployment", "key", "team", "user", "endpoint", "outcome", "cache", "day", "hour"
]

_COST = "US dollars, exact; null where the price is not known."


class Call(Answer):
    """One call: what was asked of which model, what it used and how it ended."""

    id: str = Field(description="The request id, as in x-request-id.")
    at: datetime = Field(description="When it began.")
    key_id: str
    key_name: str | None = Field(description="The key's name; null when it is not known any more.")
    endpoint: str
    model: str = Field(description="The name the client used; empty when it was none.")
    provider: str
    deployment: str = Field(description="The model at the provider.")
    streamed: bool
    outcome: Outcome = Field(
        description="`ok`, `failed` (no answer), `cut` (the provider broke off), `abandoned` (the client left) or "
        "`refused` (the gateway said no)."
    )
    status: int
    error: str = Field(description="The code of the error; empty when there was none.")
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = Field(description="Of the prompt's: read from the provider's cache.")
    cache_write_tokens: int = Field(
        description="Of the prompt's: written to the provider's cache, where that is billed."
    )
    reasoning_tokens: int = Field(description="Of the completion's.")
    estimated: bool = Field(description="Whether the gateway counted the tokens, because the provider did not.")
    cost: str | None = Field(description=_COST, examples=["0.0031"])
    latency_ms: float
    first_token_ms: float | None
    attempts: int
    trace: str = Field(description="The traceparent the client sent.")
    team: str = Field(description="The team of the key; empty for none.")
    user: str = Field(description="The user of the key; empty for none.")
    cache: CacheResult = Field(description="What the cache did; empty where it was not asked.")
    message: str = Field(description="The error in words; empty when there was none.")
    saved: str | None = Field(
        description="US dollars that an answer from the cache would have cost; null where that is not known.",
        examples=["0.0031"],
    )


class Tokens(Answer):
    """The tokens of one attempt."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    reasoning_tokens: int
    cache_write_tokens: int
    estimated: bool


class Step(Answer):
    """What one stage said of a call."""

    stage: str = Field(examples=["key"])
    at_ms: float = Field(description="Milliseconds from the call's start.")
    told: str = Field(examples=['"ci" (team search) allowed'])


class Attempt(Answer):
    """One try at one deployment."""

    provider: str
    deployment: str = Field(description="The model at the provider.")
    at_ms: float = Field(description="When it began, in milliseconds from the call's start.")
    ms: float = Field(description="How long it took.")
    first_token_ms: float | None
    outcome: Tried = Field(
        description="As a call's; or `lost` (another attempt was faster) or `skipped` (passed over, not called)."
    )
    status: int
    error: str
    message: str
    usage: Tokens | None
    cost: str | None = Field(description=_COST)
    why: str = Field(description="Why this deployment, or why it was skipped.")
    waited_ms: float = Field(description="Of its time: in the deployment's queue.")


class Route(Answer):
    """The way a call went."""

    steps: list[Step]
    attempts: list[Attempt] = Field(description="In the order in which they began.")


class RoutedCall(Call):
    """One call and the way it went."""

    route: Route
    hint: str = Field(description="What to do about its error; empty where its code alone does not tell.")
    fallbacks: int = Field(
        description="To how many models it fell back; where it stayed with one, at how many other deployments it went on."
    )


class CallList(Answer):
    """Calls, newest first."""

    data: list[Call]
    next: str | None = Field(description="Send it as `before` for the calls before these; null at the end.")


class Sums(Answer):
    """Sums over calls."""

    calls: int
    errors: int = Field(description="Calls that failed or were cut.")
    refused: int
    abandoned: int
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    cost: str = Field(description="US dollars, exact, over the calls whose price is known.")
    unpriced: int = Field(description="Calls whose price is not known.")
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    first_token_p50_ms: float | None
    tokens_per_second: float | None


class Group(Sums):
    """Sums over the calls of a group."""

    group: dict[str, str] = Field(
        description="A value for each dimension asked for: a day or hour by its first moment, a key by its id.",
        examples=[{"model": "smollm2"}],
    )
    key_name: str | None = Field(None, description="With the dimension `key`: its name.")


class Summary(Answer):
    """Usage summed up."""

    since: datetime | None
    until: datetime | None
    total: Sums
    data: list[Group] = Field(description="Most calls first; by day or hour, oldest first.")


class AuditEntry(Answer):
    """A change, and who made it."""

    id: str
    at: datetime
    actor: str = Field(description="The id of the key that acted.")
    actor_name: str | None = Field(description="That key's name; null when it is not known.")
    action: str = Field(examples=["key.create"])
    target: str = Field(description="The id or name acted on.")
    detail: dict[str, Any]
    ip: str = Field(description="The address the request came from; empty on the same machine without a server.")


class AuditList(Answer):
    """Changes, newest first."""

    data: list[AuditEntry]
    next: str | None = Field(description="Send it as `before` for the changes before these; null at the end.")
