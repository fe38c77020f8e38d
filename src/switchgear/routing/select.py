"""Which deployment is tried first, and in which order the others follow: one type a policy, one protocol."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from switchgear.routing.directory import Deployment


class Ask(msgspec.Struct):
    """What policies and filters may know of a call.

    ``prompt_tokens`` is an estimate; ``max_tokens`` what the client allows for the answer, None where it does not say. ``fields`` and
    ``body`` are the request's, as they came; ``dialect`` is ``""`` for what is no chat.
    """

    prompt_tokens: int
    max_tokens: int | None
    fields: Mapping[str, msgspec.Raw]
    body: bytes
    dialect: str
    key_id: str
    operation: str
    stream: bool = False


class Ranking(msgspec.Struct):
    """Deployments in the order in which they are to be tried, and in a few words why."""

    order: Sequence[Deployment]
    why: str = ""


class Policy(Protocol):
    """Ranks the deployments that can answer a call."""

    name: str

    def rank(self, candidates: Sequence[Deployment], ask: Ask) -> Ranking | Awaitable[Ranking]:
        """All of ``candidates``, the best first."""
        ...


class Ordered:
    """As the configuration has them."""

    name = "ordered"

    def rank(self, candidates: Sequence[Deployment], ask: Ask) -> Ranking:  # noqa: ARG002 - the protocol's
        """As they come."""
        return Ranking(candidates)
