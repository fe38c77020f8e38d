"""What the configuration says of a model, before what the map says."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from switchgear.config.models import CapabilitySettings, DeploymentSettings, PriceSettings
from switchgear.core.capabilities import Capabilities
from switchgear.providers.catalogue.cards import Card
from switchgear.providers.catalogue.prices import NANO, Price, UnitPrices, rates

_MILLION = Decimal(1_000_000)


def overridden(card: Card | None, settings: DeploymentSettings) -> Card | None:
    """``card`` with what ``settings`` say; a price that is set there replaces the whole of the map's."""
    told = (settings.price, settings.capabilities, settings.context, settings.max_output, settings.deprecated)
    if all(each is None for each in told):
        return card
    known = card or Card()
    return msgspec.structs.replace(
        known,
        price=known.price if settings.price is None else _price(settings.price, known.mode),
        capabilities=_capabilities(settings).over(known.capabilities),
        deprecated=known.deprecated if settings.deprecated is None else settings.deprecated.isoformat(),
    )


def _capabilities(settings: DeploymentSettings) -> Capabilities:
    own = settings.capabilities or CapabilitySettings()
    return Capabilities(
        tools=own.tools,
        parallel_tools=own.parallel_tools,
        tool_choice=own.tool_choice,
        schema=own.json_schema,
        vision=own.vision,
        audio_input=own.audio_input,
        pdf_input=own.pdf_input,
        image_urls=own.image_urls,
        reasoning=own.reasoning,
        prefill=own.prefill,
        system=own.system,
        context=settings.context,
        max_output=settings.max_output,
    )


def _price(settings: PriceSettings, mode: str) -> Price:
    output = settings.output if settings.output is not None or mode != "embedding" else 0.0
    by_token = rates(
        _each(settings.input, _MILLION),
        _each(output, _MILLION),
        _each(settings.cached_input, _MILLION),
        _each(settings.cache_write, _MILLION),
        _each(settings.reasoning, _MILLION),
    )
    one = Decimal(1)
    units = UnitPrices(
        _each(settings.image, one),
        _each(settings.second, one),
        _each(settings.characters, _MILLION),
        _each(settings.query, one),
    )
    return Price(((0, by_token),), units)


def _each(dollars: float | None, count: Decimal) -> Decimal | None:
    """Nano-dollars for one of the ``count`` that cost so many dollars."""
    return None if dollars is None else Decimal(repr(dollars)) * NANO / count
