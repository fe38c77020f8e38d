"""What is known of a model: its price, what it can do, how long it is there."""

from __future__ import annotations

from typing import Final

import msgspec

from switchgear.core.capabilities import Capabilities, Schema, Tools
from switchgear.providers.catalogue.entries import Record
from switchgear.providers.catalogue.prices import Price, UnitPrices, nano, rates

_TALKING: Final = frozenset({"chat", "responses", "completion"})
_SPARSE: Final = frozenset({"perplexity"})
"""Providers of whose models the map tells so little that what it does not say means nothing."""
_CLAUDE: Final = "claude"


class Card(msgspec.Struct, frozen=True):
    """What is known of a model at a provider.

    ``model`` is its name in the map, ``""`` when it is not of the map. ``mode`` is what it is for (``chat``, ``embedding``,
    ``image_generation`` …), ``""`` when not known. ``price`` is None when not known. ``deprecated`` is the day on which it
    is taken away (ISO 8601), ``""`` when none is known. ``caching`` and ``search`` are whether its provider caches prompts and
    can search the web for it.
    """

    model: str = ""
    mode: str = ""
    price: Price | None = None
    capabilities: Capabilities = Capabilities()
    deprecated: str = ""
    caching: bool | None = None
    search: bool | None = None


FREE: Final = Card(price=Price(((0, rates(nano(0.0), nano(0.0))),)))
"""A model that costs nothing."""


def card_of(name: str, record: Record, family: str, base: Record | None = None) -> Card:
    """The card of the entry ``name``. ``base`` is the entry of the model that a fine-tuned one was made of."""
    return Card(
        model=name,
        mode=record.mode,
        price=_price(record) if record.priced else None,
        capabilities=_capabilities(name, record, family, base),
        deprecated=record.deprecated,
        caching=record.ability("prompt_caching"),
        search=record.ability("web_search"),
    )


def _price(record: Record) -> Price:
    tiers = tuple(
        (above, rates(nano(prompt), nano(output), nano(cached), nano(written), nano(reasoning)))
        for above, prompt, output, cached, written, reasoning in record.tiers
    )
    units = UnitPrices(nano(record.image), nano(record.second), nano(record.character), nano(record.query))
    return Price(tiers, units)


def _capabilities(name: str, record: Record, family: str, base: Record | None) -> Capabilities:
    limits = Capabilities(context=record.context, max_output=record.max_output)
    if record.mode not in _TALKING:
        return limits
    known = _Said(record, base, family)
    return Capabilities(
        tools=_tools(known),
        parallel_tools=known("parallel_function_calling"),
        tool_choice=known("tool_choice"),
        schema=_schema(name, known),
        vision=known("vision", else_no=True),
        audio_input=known("audio_input"),
        pdf_input=known("pdf_input"),
        reasoning=known("reasoning"),
        prefill=known("assistant_prefill"),
        # of models for Responses the map says no where it means that they have instructions
        system=known("system_messages") if record.mode == "chat" else None,
        context=record.context,
        max_output=record.max_output,
    )


class _Said:
    """What an entry says, or that of the base model. One that tells of tools tells of the rest too: there, silence is a no."""

    def __init__(self, record: Record, base: Record | None, family: str) -> None:
        self._records = [record] if base is None else [record, base]
        told = any(
            each.ability(name) is not None for each in self._records for name in ("function_calling", "tool_choice")
        )
        self.thorough = told and family not in _SPARSE

    def __call__(self, ability: str, *, else_no: bool = False) -> bool | None:
        said = next((known for each in self._records if (known := each.ability(ability)) is not None), None)
        return False if said is None and else_no and self.thorough else said


def _tools(known: _Said) -> Tools | None:
    said = known("function_calling")
    return None if said is None else "native" if said else "prompted"


def _schema(name: str, known: _Said) -> Schema | None:
    """Of Claude the map says that it takes schemas where they are lent to it as a tool; only ``native`` is what it takes itself."""
    if _CLAUDE in name:
        return "native" if known("native_structured_output") else "checked"
    said = known("native_structured_output") or known("response_schema", else_no=True)
    return None if said is None else "native" if said else "checked"
