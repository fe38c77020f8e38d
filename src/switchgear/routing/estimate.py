"""What calls fit into as far as it can be told without counting: by the bytes of the prompt, and by the ratio that usage taught."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from switchgear.core.calls import Usage
from switchgear.core.structs import FrozenLeaf, Leaf
from switchgear.providers.catalogue import cost
from switchgear.providers.tokens import Count
from switchgear.routing.deployment import Deployment
from switchgear.routing.room import BOUNDLESS
from switchgear.routing.select import Ask
from switchgear.routing.size import Size

_NEAR: Final = 1.15
"""An estimate that is this much below a limit is taken for it."""
_MEDIA_TOKENS: Final = 1500
_NOTHING: Final[Mapping[str, int]] = {}


class Fits(Leaf, gc=False):
    """What a call fits into.

    ``candidates`` are in the order they came; those ``left_out`` have a reason: ``context too small: 8192 < 9001``. ``clamps`` has, by
    deployment id, the longest answer that may be asked for where the client asked for more. ``count`` is the prompt's, where it was
    counted.
    """

    candidates: Sequence[Deployment]
    left_out: Sequence[tuple[Deployment, str]] = ()
    clamps: Mapping[str, int] = _NOTHING
    count: Count | None = None


class Estimate(FrozenLeaf, frozen=True, gc=False):
    """What a call will use at most, as far as can be told before it: tokens, and nano-dollars (None: no price is known)."""

    prompt_tokens: int
    output_tokens: int
    cost: int | None


def about(size: Size, deployment: Deployment) -> int:
    """About how many tokens a prompt is for that deployment. Costs no more than a division."""
    return deployment.health.tokens.tokens(size.bytes) + size.media * _MEDIA_TOKENS


def estimate(size: Size, max_tokens: int | None, deployment: Deployment, assumed: int) -> Estimate:
    """What to reserve for a call. ``assumed`` is the length of an answer whose client says nothing of it."""
    prompt = about(size, deployment)
    output = min(max_tokens if max_tokens is not None and max_tokens > 0 else assumed, deployment.room.answer)
    return Estimate(prompt, output, cost(deployment.price, Usage(prompt, output)))


def by_estimate(candidates: Sequence[Deployment], ask: Ask) -> Fits | None:
    """What of ``candidates`` holds the prompt and the answer that is asked for; None where that is for a count to say."""
    wanted = ask.max_tokens or 0
    size = ask.size
    clamped = False
    for each in candidates:
        room = each.room
        if wanted > room.answer:
            clamped = True
        if ask.wider or (room.total is BOUNDLESS and room.prompt is BOUNDLESS):
            continue
        if not size.media and room.holds(size.bytes, wanted):
            continue
        if not room.holds(int(about(size, each) * _NEAR), wanted):
            return None
    if not clamped:
        return Fits(candidates)
    return Fits(candidates, clamps={one.id: one.room.answer for one in candidates if wanted > one.room.answer})


def judged(counted: Iterable[tuple[Deployment, Count]], wanted: int) -> Fits:
    """What fits by the prompt's count for each deployment, when an answer of ``wanted`` tokens is asked for."""
    whole: list[Deployment] = []
    tight: list[Deployment] = []
    left_out: list[tuple[Deployment, str]] = []
    clamps: dict[str, int] = {}
    first: Count | None = None
    for each, count in counted:
        first = first or count
        room = each.room
        if count.at_least > room.prompt or count.at_least >= room.total:
            left_out.append((each, f"context too small: {room.context} < {count.tokens}"))
            continue
        if room.holds(count.tokens, wanted):
            whole.append(each)
            if wanted > room.answer:
                clamps[each.id] = room.answer
            continue
        tight.append(each)
        left = room.total - count.at_most
        if left > 0:  # else an estimate says that there is none, and the provider knows better
            clamps[each.id] = min(left, wanted)
    if not whole:
        return Fits(tight, left_out, clamps, first)
    left_out += [(each, f"context too small for the answer: {each.room.context}") for each in tight]
    return Fits(whole, left_out, clamps, first)
