"""How a deployment is doing: what calls have found out about it."""

from __future__ import annotations

from switchgear.core.errors import SwitchgearError


class DeploymentHealth:
    """What calls to one deployment have met. Times are seconds of a monotonic clock."""

    __slots__ = ("id", "in_flight")

    def __init__(self, deployment_id: str) -> None:
        self.id = deployment_id
        self.in_flight = 0

    @property
    def retry_at(self) -> float:
        """When it may be tried again; 0 when it may be now."""
        return 0.0

    def admits(self, now: float) -> bool:  # noqa: ARG002 - nothing closes it yet
        """Whether it may be called."""
        return True

    def p95_first_token(self) -> float | None:
        """Seconds within which 95 of 100 answers have begun; None while too little is known."""
        return None

    def started(self, now: float) -> None:  # noqa: ARG002 - nothing measures it yet
        """A call was sent."""
        self.in_flight += 1

    def first_token(self, seconds: float) -> None:
        """An answer has begun so long after it was asked for."""

    def succeeded(self, now: float, seconds: float, completion_tokens: int) -> None:  # noqa: ARG002 - nothing measures it yet
        """An answer came whole."""
        self.in_flight -= 1

    def failed(self, now: float, error: SwitchgearError) -> None:  # noqa: ARG002 - nothing measures it yet
        """A call ended with ``error``."""
        self.in_flight -= 1

    def abandoned(self, now: float) -> None:  # noqa: ARG002 - nothing measures it yet
        """A call was given up by us or by the client."""
        self.in_flight -= 1
