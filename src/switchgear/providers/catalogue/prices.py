"""What calls cost: rates by token, prices of other units, and the sum of both."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from switchgear.core.calls import Usage
from switchgear.core.structs import Frozen, FrozenLeaf

NANO: Final = Decimal(1_000_000_000)
_WEIGHT: Final = 10**12

Weight = int | None


class Rates(Frozen, frozen=True):
    """Nano-dollars (1e-9 USD) a token, exact; None where nothing is known.

    ``weights`` is what ``cost`` multiplies with, in 1e-21 USD: input, cached input, cache write, output, reasoning, each with
    the price that stands in for a missing one.
    """

    input: Decimal | None
    cached_input: Decimal | None
    cache_write: Decimal | None
    output: Decimal | None
    reasoning: Decimal | None
    weights: tuple[Weight, Weight, Weight, Weight, Weight]


class UnitPrices(Frozen, frozen=True):
    """Nano-dollars a unit that is not a token: an image made, a second of audio, a character spoken, a query ranked."""

    image: Decimal | None = None
    second: Decimal | None = None
    character: Decimal | None = None
    query: Decimal | None = None


class Price(Frozen, frozen=True):
    """What a model costs.

    ``tiers`` are (prompt tokens above which the rates hold, rates), rising, the first at 0.
    """

    tiers: tuple[tuple[int, Rates], ...]
    units: UnitPrices = UnitPrices()

    @property
    def rates(self) -> Rates:
        """The rates of a short call."""
        return self.tiers[0][1]


class Units(FrozenLeaf, frozen=True, gc=False):
    """What a call used that is not tokens: images made, seconds of audio heard or made, characters spoken, queries ranked."""

    images: int = 0
    seconds: float = 0.0
    characters: int = 0
    queries: int = 0


def cost(price: Price | None, usage: Usage, units: Units | None = None) -> int | None:
    """What a call costs in nano-dollars, to the nearest; None when a price that is needed is not known.

    Tokens that were read from or written to a cache cost what others do where they have no price of their own, and so do those
    of reasoning. An embedding has no output, and a price for it is not needed; neither is one for tokens that were not used.
    ``units`` count where the tokens cost nothing: a model is priced by the one or by the other.
    """
    if price is None:
        return None
    prompt, completion = usage.prompt_tokens, usage.completion_tokens
    tiers = price.tiers
    rates = tiers[0][1]
    plain = not (usage.cached_tokens or usage.reasoning_tokens or usage.cache_write_tokens)
    if plain and units is None and len(tiers) == 1:  # most calls, at a third of the cost
        weights = rates.weights
        inward, outward = weights[0], weights[3]
        if inward is not None and outward is not None:
            return (prompt * inward + completion * outward + _WEIGHT // 2) // _WEIGHT
    for above, others in tiers[1:]:
        if prompt > above:
            rates = others
    by_token = _of_tokens(rates, usage)
    if units is None or by_token:
        return by_token
    by_unit = _of_units(price.units, units)
    return by_token if by_unit is None and (prompt or completion) else by_unit


def rates(
    prompt: Decimal | None,
    completion: Decimal | None,
    cached: Decimal | None = None,
    written: Decimal | None = None,
    reasoning: Decimal | None = None,
) -> Rates:
    """Rates from nano-dollars a token."""
    used = (prompt, _or(cached, prompt), _or(written, prompt), completion, _or(reasoning, completion))
    first, second, third, fourth, fifth = (None if rate is None else int(rate * _WEIGHT) for rate in used)
    return Rates(prompt, cached, written, completion, reasoning, (first, second, third, fourth, fifth))


def nano(dollars: float | None) -> Decimal | None:
    """The number as it is written (a float's shortest form), in nano-dollars."""
    return None if dollars is None else Decimal(repr(dollars)) * NANO


def _of_tokens(used: Rates, usage: Usage) -> int | None:
    prompt, completion = usage.prompt_tokens, usage.completion_tokens
    cached = min(usage.cached_tokens, prompt)
    written = min(usage.cache_write_tokens, prompt - cached)
    reasoning = min(usage.reasoning_tokens, completion)
    tokens = (prompt - cached - written, cached, written, completion - reasoning, reasoning)
    total = 0
    for count, weight in zip(tokens, used.weights, strict=True):
        if count:
            if weight is None:
                return None
            total += count * weight
    return (total + _WEIGHT // 2) // _WEIGHT


def _of_units(prices: UnitPrices, units: Units) -> int | None:
    """What the units cost; None when one that was used has no price."""
    used: Iterable[tuple[Decimal | None, float]] = (
        (prices.image, units.images),
        (prices.second, units.seconds),
        (prices.character, units.characters),
        (prices.query, units.queries),
    )
    total = Decimal(0)
    for price, count in used:
        if count:
            if price is None:
                return None
            total += price * Decimal(repr(count))
    return int(total.to_integral_value())


def _or(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    return second if first is None else first
