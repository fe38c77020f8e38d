"""What a newer map changes: models that come and go, prices and limits that move, days on which models are taken away."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import msgspec

from switchgear.providers.catalogue.catalogue import Catalog
from switchgear.providers.catalogue.entries import Record, unpacked
from switchgear.providers.catalogue.prices import nano

_TOKENS: Final = ("input", "output", "cached_input", "cache_write", "reasoning")
_UNITS: Final = ("image", "second", "character", "query")
_PLAIN: Final = ("mode", "context", "max_output", "deprecated")


class Change(msgspec.Struct, frozen=True):
    """One field of one model: what it was and what it is now, ``""`` for nothing.

    Prices of tokens are US dollars a million, ``input`` … ``reasoning``, with ``above N`` for long prompts; those of units are
    US dollars a unit.
    """

    model: str
    provider: str
    field: str
    before: str
    after: str


class Changes(msgspec.Struct, frozen=True):
    """The names of models that are new, those that are gone, and what is different of the others."""

    added: list[str]
    removed: list[str]
    changed: list[Change]

    @property
    def none(self) -> bool:
        """Whether nothing changes."""
        return not (self.added or self.removed or self.changed)


def changes(before: Catalog, after: Catalog) -> Changes:
    """What ``after`` says that ``before`` did not."""
    old, new = before.entries(), after.entries()
    changed = [
        change
        for name in sorted(old.keys() & new.keys())
        if old[name] != new[name]
        for change in _of_model(name, unpacked(old[name]), unpacked(new[name]))
    ]
    return Changes(sorted(new.keys() - old.keys()), sorted(old.keys() - new.keys()), changed)


def _of_model(name: str, old: Record, new: Record) -> Iterator[Change]:
    before, after = dict(_fields(old)), dict(_fields(new))
    for field in {**before, **after}:
        if before.get(field, "") != after.get(field, ""):
            yield Change(name, new.provider, field, before.get(field, ""), after.get(field, ""))


def _fields(record: Record) -> Iterator[tuple[str, str]]:
    for above, *amounts in record.tiers:
        suffix = f" above {above}" if above else ""
        for field, amount in zip(_TOKENS, amounts, strict=True):
            if amount is not None:
                yield field + suffix, million(nano(amount))
    for field in _UNITS:
        amount = getattr(record, field)
        if amount is not None:
            yield field, one(nano(amount))
    for field in _PLAIN:
        value = getattr(record, field)
        yield field, "" if value is None else str(value)


def million(price: Decimal | None) -> str:
    """Nano-dollars a token as US dollars a million tokens; ``""`` for None."""
    return "" if price is None else _plain(price / 1000)


def one(price: Decimal | None) -> str:
    """Nano-dollars a unit as US dollars a unit; ``""`` for None."""
    return "" if price is None else _plain(price / 1_000_000_000)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
