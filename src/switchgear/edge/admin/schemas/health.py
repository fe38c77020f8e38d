"""What the admin API says of the health of deployments."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from switchgear.core.health import BreakerState
from switchgear.edge.admin.schemas.base import Answer


class Probe(Answer):
    """A deployment was asked how it is."""

    at: datetime = Field(description="When.")
    ms: float = Field(description="Milliseconds it took.")
    error: str = Field(description="The code of what went wrong; empty when it answered.")


class DeploymentHealth(Answer):
    """How a deployment is doing, as the process that answers sees it; breakers stand alike in all of them."""

    deployment: str = Field(description="Its id: provider/model.")
    provider: str = Field(description="The provider.")
    model: str = Field(description="The provider's name for the model.")
    aliases: list[str] = Field(description="The aliases that it stands behind.")
    state: BreakerState = Field(
        description="closed: calls go there; open: none do; half_open: one tries it; recovering: it gets a growing share."
    )
    reason: str = Field(description="Why it is in that state; empty when it is closed.")
    retry_at: datetime | None = Field(description="When it is tried again; null when it may be now.")
    share: float = Field(description="The part of its calls that it gets, 0 to 1.")
    in_flight: int = Field(description="Calls under way.")
    first_token_p50_ms: float | None = Field(description="Half of the first tokens of the last minutes came within.")
    first_token_p95_ms: float | None = Field(description="95 of 100 first tokens of the last minutes came within.")
    tokens_per_second: float | None = Field(description="Tokens a second of late.")
    calls: int = Field(description="Calls that ended within the breaker's window.")
    error_rate: float | None = Field(
        description="The share of them that failed by its doing; null when there are none."
    )
    last_probe: Probe | None = Field(description="The last probe by this process.")


class HealthList(Answer):
    """The health of every deployment."""

    data: list[DeploymentHealth] = Field(description="Deployments of aliases first, then others that were called.")


class HealthEvent(Answer):
    """A change of a deployment's breaker."""

    id: str = Field(description="Its id.")
    at: datetime = Field(description="When it happened.")
    before: BreakerState = Field(description="The state before.")
    after: BreakerState = Field(description="The state after.")
    reason: str = Field(description="Why.")
    wait_seconds: float = Field(description="After which time it was to be tried again.")


class HealthHistory(Answer):
    """What happened to a deployment."""

    data: list[HealthEvent] = Field(description="Changes, newest first.")
    next: str | None = Field(description="Send it as before for older ones; null at the end.")
