"""Selection policies: one type each, all alike. A policy says in which order the deployments of an alias are tried.

What cannot serve a call, for want of context or ability, is gone before a policy is asked. What is not healthy goes last,
that which returns first before the others: whoever tries them passes over those that do not admit the call.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from random import Random
from typing import Final, Protocol

import msgspec

from switchgear.core.calls import Priority, Usage
from switchgear.core.structs import Leaf
from switchgear.providers.catalogue import cost
from switchgear.routing.deployment import Deployment
from switchgear.routing.estimates import answer_tokens, waits
from switchgear.routing.health import Clock
from switchgear.routing.size import Size

_NAMED: Final = 4
"""How many deployments a reason names."""
_ALL_COMPARED: Final = 16
"""Where an alias has more deployments than this, those that come after the first two are in no order of their own."""


class Ask(Leaf, gc=False):
    """What policies and filters may know of a call.

    ``prompt_tokens`` is an estimate; ``max_tokens`` what the client allows for the answer, None where it does not say. ``fields`` and
    ``body`` are the request's, as they came; ``dialect`` is ``""`` for what is no chat. ``size`` is what the prompt weighs.
    ``clamps`` has the longest answer that may be asked for, by deployment id, where the client asked for more than there is room for.
    ``wider`` is whether it asks the provider for a larger context than the model usually has, which nobody here knows the size of;
    ``images`` whether there are images in it.
    """

    prompt_tokens: int
    max_tokens: int | None
    fields: Mapping[str, msgspec.Raw]
    body: bytes
    dialect: str
    key_id: str
    operation: str
    stream: bool = False
    priority: Priority = Priority.NORMAL
    size: Size = Size(0)
    call_id: str = ""
    clamps: dict[str, int] = {}  # noqa: RUF012 - msgspec makes a new one each time
    wider: bool = False
    images: bool = False


class Ranking(Leaf, gc=False):
    """Deployments in the order in which they are to be tried, and why: ``latency: openai 240 ms, claude 310 ms → openai``."""

    order: Sequence[Deployment]
    why: str = ""


class Policy(Protocol):
    """Orders deployments. ``name`` is its name in the configuration."""

    name: str

    def rank(self, candidates: Sequence[Deployment], ask: Ask) -> Ranking | Awaitable[Ranking]:
        """The order for one call. ``candidates`` has at least one; all of them are in the order."""
        ...


class Ordered:
    """As they stand in the configuration."""

    name = "ordered"

    def __init__(self, clock: Clock = time.perf_counter, random: Random | None = None) -> None:  # noqa: ARG002 - all policies are made alike
        self._clock = clock

    def rank(self, candidates: Sequence[Deployment], ask: Ask) -> Ranking:  # noqa: ARG002 - nothing of the call matters here
        """The first that is healthy."""
        well, ill = parted(candidates, self._clock())
        return _ranking(self.name, (), well, ill)


class Weighted:
    """By chance, each by its weight; those behind it too, so that a failing one's calls are shared out alike."""

    name = "weighted"

    def __init__(self, clock: Clock = time.perf_counter, random: Random | None = None) -> None:
        self._clock = clock
        self._random = (random or Random()).random

    def rank(self, candidates: Sequence[Deployment], ask: Ask) -> Ranking:  # noqa: ARG002 - nothing of the call matters here
        """A weighted shuffle (Efraimidis and Spirakis, 2006)."""
        well, ill = parted(candidates, self._clock())
        if len(well) > 1:
            draw = self._random
            drawn = {id(one): draw() ** (1.0 / one.weight) for one in well}
            well = sorted(well, key=lambda one: drawn[id(one)], reverse=True)
        return _ranking(self.name, (f"{label} {one.weight}" for label, one in labelled(candidates)), well, ill)


class LeastBusy:
    """The one with the fewest calls under way, of several the fastest."""

    name = "least_busy"

    def __init__(self, clock: Clock = time.perf_counter, random: Random | None = None) -> None:
        self._clock = clock
        self._random = (random or Random()).random

    def rank(self, candidates: Sequence[Deployment], ask: Ask) -> Ranking:
        """By calls under way, by expected time, by chance."""
        now = self._clock()
        well, ill = parted(candidates, now)
        if len(well) > 1:
            expected = waits(well, answer_tokens(well, ask.max_tokens), now)
            draw = self._random
            places = sorted(range(len(well)), key=lambda place: (well[place].health.in_flight, expected[place], draw()))
            well = [well[place] for place in places]
        told = (f"{label} {one.health.in_flight}" for label, one in labelled(well))
        return _ranking(self.name, told, well, ill)


class Latency:
    """The sooner of two taken by chance (Mitzenmacher, 2001): what it took lately, times what it has under way.

    Two and not all, so that several gateways do not all run to the same one.
    """

    name = "latency"

    def __init__(self, clock: Clock = time.perf_counter, random: Random | None = None) -> None:
        self._clock = clock
        self._random = (random or Random()).random

    def rank(self, candidates: Sequence[Deployment], ask: Ask) -> Ranking:
        """The sooner of two, the other, then the rest by the same measure."""
        now = self._clock()
        well, ill = parted(candidates, now)
        if len(well) < 2:
            return _ranking(self.name, (), well, ill)
        expected = waits(well, answer_tokens(well, ask.max_tokens), now)
        count = len(well)
        first, second = 0, 1
        if count > 2:
            first = int(self._random() * count)
            second = (first + 1 + int(self._random() * (count - 1))) % count
        elif self._random() < 0.5:
            first, second = 1, 0
        if expected[second] < expected[first]:
            first, second = second, first
        sooner, later = well[first], well[second]
        order = [sooner, later]
        if count > 2:
            rest = [place for place in range(count) if place not in {first, second}]
            if count <= _ALL_COMPARED:
                rest.sort(key=expected.__getitem__)
            order += [well[place] for place in rest]
        one, other = _names(sooner, later)
        told = f"{one} {_duration(expected[first])}, {other} {_duration(expected[second])}"
        if not ill:
            return Ranking(order, f"latency: {told} → {one}")
        return _ranking(self.name, (told,), order, ill)


class Cheapest:
    """The one that the call is expected to cost least at; those without a price come last."""

    name = "cost"

    def __init__(self, clock: Clock = time.perf_counter, random: Random | None = None) -> None:  # noqa: ARG002 - all policies are made alike
        self._clock = clock

    def rank(self, candidates: Sequence[Deployment], ask: Ask) -> Ranking:
        """By expected cost, then by calls under way, then as configured."""
        well, ill = parted(candidates, self._clock())
        usage = Usage(ask.prompt_tokens, round(answer_tokens(candidates, ask.max_tokens)))
        prices = {id(one): cost(one.price, usage) for one in well}
        if len(well) > 1:
            well = sorted(well, key=lambda one: _cost_key(prices[id(one)], one.health.in_flight))
        told = (f"{label} {money(prices[id(one)])}" for label, one in labelled(well))
        return _ranking(self.name, told, well, ill)


POLICIES: Final[Mapping[str, Callable[[Clock, Random], Policy]]] = {
    "ordered": Ordered,
    "weighted": Weighted,
    "least_busy": LeastBusy,
    "latency": Latency,
    "cost": Cheapest,
}
"""The policies by their names in the configuration."""


def policy_named(name: str, clock: Clock = time.perf_counter, random: Random | None = None) -> Policy:
    """The policy of that name. ``clock`` is the one of the deployments' health."""
    return POLICIES[name](clock, random or Random())


_retry_at = attrgetter("health.retry_at")


def parted(candidates: Sequence[Deployment], now: float) -> tuple[Sequence[Deployment], Sequence[Deployment]]:
    """Those that can take a call, and those that cannot, the first to return first."""
    for one in candidates:
        if not one.health.available(now):
            break
    else:
        return candidates, ()
    well = [one for one in candidates if one.health.available(now)]
    ill = sorted((one for one in candidates if one not in well), key=_retry_at)
    return well, ill


def _ranking(name: str, told: Iterable[str], well: Sequence[Deployment], ill: Sequence[Deployment]) -> Ranking:
    order = (*well, *ill) if ill else well
    parts: list[str] = []
    for part in told:
        if len(parts) == _NAMED:
            parts.append("…")
            break
        parts.append(part)
    if ill:
        parts.append(unwell(ill, well))
    if not parts:
        return Ranking(order, name)
    return Ranking(order, f"{name}: {', '.join(parts)} → {first_of(order)}")


def unwell(ill: Sequence[Deployment], well: Sequence[Deployment]) -> str:
    """Which are not healthy, and how."""
    named = ", ".join(f"{label} {one.health.state.replace('_', '-')}" for label, one in labelled(ill[:_NAMED]))
    return named if well else f"none is healthy: {named}"


def first_of(order: Sequence[Deployment]) -> str:
    """What tells the first from the others."""
    return next(iter(labelled(order)))[0]


def labelled(deployments: Sequence[Deployment]) -> Iterable[tuple[str, Deployment]]:
    """Each with its provider's name, or its id where several are of one provider."""
    names = [one.provider.name for one in deployments]
    if len(set(names)) == len(names):
        return zip(names, deployments, strict=True)
    return ((one.id, one) for one in deployments)


def _names(one: Deployment, other: Deployment) -> tuple[str, str]:
    """What tells two from each other."""
    name, second = one.provider.name, other.provider.name
    return (name, second) if name != second else (one.id, other.id)


def _duration(seconds: float) -> str:
    return f"{int(seconds * 1000 + 0.5)} ms" if seconds < 10 else f"{int(seconds + 0.5)} s"


def _cost_key(price: int | None, in_flight: int) -> tuple[bool, int, int]:
    return price is None, price or 0, in_flight


def money(nano_dollars: int | None) -> str:
    """Nano-dollars as dollars, to the sixth place; ``?`` where they are not known."""
    return "?" if nano_dollars is None else f"${nano_dollars / 1e9:.6f}".rstrip("0").rstrip(".")
