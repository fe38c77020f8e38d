"""What is known of models: what they cost, what they can do, how long they are there."""

from switchgear.providers.catalogue.cards import Card
from switchgear.providers.catalogue.catalogue import LISTED, LOCAL, Catalog
from switchgear.providers.catalogue.names import provider_for
from switchgear.providers.catalogue.overrides import overridden
from switchgear.providers.catalogue.prices import Price, Rates, UnitPrices, Units, cost

__all__ = [
    "LISTED",
    "LOCAL",
    "Card",
    "Catalog",
    "Price",
    "Rates",
    "UnitPrices",
    "Units",
    "cost",
    "overridden",
    "provider_for",
]
