"""Which deployments a call fits into, and how long its answer may be there, found before any is called.

A prompt has no more tokens than bytes, which settles most calls with one comparison; the ratio that the deployment's own usage
taught settles nearly all others. Only what comes near the limit is counted, by the vocabulary of the model's family, and on a
thread where that takes a while. Nothing is left out or shortened for an estimate that a count would correct.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Final, cast

import msgspec

from switchgear.core.canonical import Call
from switchgear.core.errors import ContextLengthExceeded, RequestError
from switchgear.dialects.base import DialectName
from switchgear.dialects.registry import FRONTS
from switchgear.providers.base import Operation
from switchgear.providers.tokens import (
    Content,
    Count,
    Family,
    TokenCounter,
    content_of_call,
    content_of_fields,
    family_of,
)
from switchgear.routing.estimate import Fits, about, by_estimate, judged
from switchgear.routing.size import Size

if TYPE_CHECKING:
    from switchgear.routing.deployment import Deployment
    from switchgear.routing.select import Ask

_SMALL: Final = 16 * 1024
"""Bytes of a request that are counted at once, which takes a millisecond; more go to a thread."""
_encode = msgspec.json.Encoder().encode


class Capacity:
    """Finds what calls fit into. ``counter`` may be shared with others."""

    def __init__(self, counter: TokenCounter) -> None:
        self._counter = counter

    def fit(self, candidates: Sequence[Deployment], ask: Ask) -> Fits | Awaitable[Fits]:
        """What of ``candidates`` holds the prompt and the answer that is asked for.

        Where none holds both, those that hold the prompt are taken, with the answer they have room for. A deployment of unknown
        context holds everything.
        """
        if not ask.dialect and ask.operation != Operation.COMPLETION:
            return Fits(candidates)
        found = by_estimate(candidates, ask)
        return found if found is not None else self._counted(candidates, ask)

    def count(self, ask: Ask, deployment: Deployment) -> Count | Awaitable[Count]:
        """The tokens of the prompt as ``deployment`` counts them, exact where its vocabulary is installed."""
        family = _family(deployment)
        if len(ask.body) <= _SMALL and self._counter.ready(family):
            return self._count(ask, deployment, family)
        return asyncio.to_thread(self._count, ask, deployment, family)

    def count_of(self, call: Call, deployment: Deployment) -> Count | Awaitable[Count]:
        """The tokens of a call as ``deployment`` counts them."""
        family = _family(deployment)
        content = content_of_call(call)
        if content.size <= _SMALL and self._counter.ready(family):
            return self._counter.count(content, family)
        return asyncio.to_thread(self._counter.count, content, family)

    async def _counted(self, candidates: Sequence[Deployment], ask: Ask) -> Fits:
        """The same by count, one for each family."""
        counts: dict[str, Count] = {}
        for each in candidates:
            name = _family(each).name
            if name not in counts:
                counted = self.count(ask, each)
                counts[name] = counted if isinstance(counted, Count) else await counted
        return judged([(each, counts[_family(each).name]) for each in candidates], ask.max_tokens or 0)

    def _count(self, ask: Ask, deployment: Deployment, family: Family) -> Count:
        content = _content(ask)
        if content is None:
            return Count(about(Size(len(ask.body)), deployment), guessed=True)
        return self._counter.count(content, family)


def too_long(name: str, fits: Fits) -> ContextLengthExceeded:
    """The error for a prompt that fits nothing behind the model ``name``: both numbers, and what to do."""
    count = fits.count or Count(0)
    largest = max((one for one, _ in fits.left_out), key=lambda one: one.room.context)
    about_it = "" if count.exact else "about "
    context = largest.room.context
    over = count.tokens - context
    return ContextLengthExceeded(
        f'The messages are {about_it}{count.tokens:,} tokens; the longest context of "{name}" is {context:,} ({largest.id}).',
        provider=largest.provider.name,
        hint=(
            f"Shorten them by {about_it}{max(over, 1):,} tokens and by what the answer needs, use a model with a larger context, "
            "or name one in context_fallbacks."
        ),
        param="messages",
    )


def _family(deployment: Deployment) -> Family:
    return family_of(deployment.model, deployment.card.model if deployment.card is not None else "")


def _content(ask: Ask) -> Content | None:
    """What is counted of the request; None where it cannot be read, which is then for the provider to say."""
    if ask.dialect in FRONTS:
        front = FRONTS[cast("DialectName", ask.dialect)]
        try:
            return content_of_call(front.read_call(ask.body or _encode(ask.fields)))
        except RequestError:
            return None
    return content_of_fields(ask.fields, "prompt" if ask.operation == Operation.COMPLETION else "input")
