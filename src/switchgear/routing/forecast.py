"""What a call is going to use and cost, told before it is made: the prompt by count, the answer from nothing up to its longest."""

from __future__ import annotations

import msgspec

from switchgear.core.calls import Usage
from switchgear.providers.catalogue import cost
from switchgear.providers.tokens import Count
from switchgear.routing.capacity import Capacity
from switchgear.routing.deployment import Deployment
from switchgear.routing.room import BOUNDLESS
from switchgear.routing.select import Ask


class Forecast(msgspec.Struct, frozen=True):
    """``output`` is the longest answer in tokens, None where nothing bounds it. Costs are nano-dollars, None where they are not known."""

    prompt: Count
    output: int | None
    least: int | None
    most: int | None


async def forecast(capacity: Capacity, ask: Ask, deployment: Deployment) -> Forecast:
    """The forecast for a call at that deployment. Counting a large prompt is done on a thread."""
    found = capacity.count(ask, deployment)
    prompt = found if isinstance(found, Count) else await found
    output = _longest(ask, deployment, prompt)
    least = cost(deployment.price, Usage(prompt.tokens))
    most = cost(deployment.price, Usage(prompt.tokens, output)) if output is not None else None
    return Forecast(prompt, output, least, most)


def _longest(ask: Ask, deployment: Deployment, prompt: Count) -> int | None:
    """The longest answer: what the client allows, what the model can do, what the context has left."""
    room = deployment.room
    bounds = [bound for bound in (ask.max_tokens, ask.clamps.get(deployment.id)) if bound is not None and bound >= 0]
    if room.answer is not BOUNDLESS:
        bounds.append(room.answer)
    if room.total is not BOUNDLESS:
        bounds.append(max(room.total - prompt.tokens, 0))
    return min(bounds, default=None)
