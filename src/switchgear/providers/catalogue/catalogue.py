"""What models cost and can do, from LiteLLM's public map.

The map is a file in the ``litellm`` package, ``model_prices_and_context_window_backup.json``, or a newer one that was
fetched and kept. It is read as data: the package is found, never imported (importing it takes seconds and most of two hundred
megabytes). What the map says is not checked here; a price it does not know is unknown, never zero.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from switchgear.providers.catalogue.cards import FREE, Card, card_of
from switchgear.providers.catalogue.entries import Record, packed, unpacked
from switchgear.providers.catalogue.kept import KEPT_FILE, Kept, read_kept
from switchgear.providers.catalogue.names import FINE_TUNED, callable_name, family, spellings
from switchgear.providers.catalogue.prices import Price

LOCAL: Final = "local"
"""The provider of the embedded models: they cost nothing."""

LISTED: Final = frozenset(
    {
        "chat",
        "completion",
        "embedding",
        "responses",
        "image_generation",
        "audio_transcription",
        "audio_speech",
        "moderation",
        "rerank",
    }
)
"""What the models are for that can be called here."""

_FILE: Final = "model_prices_and_context_window_backup.json"
_BY_TOKEN: Final = frozenset({"chat", "completion", "embedding", "responses"})
_REMEMBERED: Final = 4096


class Catalog:
    """Prices, limits and abilities of models by provider and name.

    ``note`` says in one sentence why the catalogue is empty, or not the one that was kept; it is "" when all is well.
    ``origin`` is where the map was fetched from and when (ISO 8601); both are "" for the one of the package.
    """

    def __init__(self, entries: Mapping[str, bytes], note: str = "", origin: tuple[str, str] = ("", "")) -> None:
        self.note = note
        self.origin = origin
        self._entries = entries
        self._cards: dict[tuple[str, str], Card | None] = {}
        self._families: dict[str, list[str]] | None = None

    def __len__(self) -> int:
        return len(self._entries)

    @classmethod
    def load(cls, path: Path | None = None, *, kept_in: Path | None = None) -> Catalog:
        """Read the map at ``path``, or the one kept in the folder ``kept_in``, or that of the installed ``litellm`` package.

        Never raises: without a readable map the catalogue is empty and ``note`` says why; calls are served all the
        same, their cost is unknown.
        """
        note = ""
        if path is None and kept_in is not None and (kept_in / KEPT_FILE).exists():
            try:
                kept = read_kept(kept_in)
                return cls(_packed(kept.models), origin=(kept.source, kept.at))
            except (OSError, msgspec.DecodeError) as error:
                note = f"The catalogue that was kept cannot be read ({_why(error)}); the one of the package holds."
        return cls._of_package(path, note)

    @classmethod
    def _of_package(cls, path: Path | None, note: str) -> Catalog:
        if path is None:
            spec = importlib.util.find_spec("litellm")
            if spec is None or not spec.submodule_search_locations:
                return cls({}, "Costs are unknown: the price map is not installed (pip install 'switchgear[litellm]').")
            path = Path(spec.submodule_search_locations[0]) / _FILE
        try:
            return cls(_packed(msgspec.json.decode(path.read_bytes(), type=dict[str, msgspec.Raw])), note)
        except OSError as error:
            return cls({}, f"Costs are unknown: the price map cannot be read ({_why(error)}: {path}).")
        except msgspec.DecodeError as error:
            return cls({}, f"Costs are unknown: the price map is not valid ({error}: {path}).")

    @classmethod
    def of_kept(cls, kept: Kept) -> Catalog:
        """The catalogue of a map that was fetched."""
        return cls(_packed(kept.models), origin=(kept.source, kept.at))

    def find(self, provider: str, model: str) -> Card | None:
        """What is known of ``model`` at ``provider`` (a name of the map's, or ``local``), None when nothing is.

        The map's spellings are bridged: with and without the provider in front, dated releases of a model that is
        listed without a date, fine-tuned models, upper case.
        """
        key = (provider, model)
        try:
            return self._cards[key]
        except KeyError:
            found = self._look_up(provider, model)
            # names come from clients, and any date or suffix finds a card: remembered while there is room
            if len(self._cards) < _REMEMBERED:
                self._cards[key] = found
            return found

    def price(self, provider: str, model: str) -> Price | None:
        """The price of ``model`` at ``provider``, None when not known."""
        card = self.find(provider, model)
        return card.price if card is not None else None

    def models(self, provider: str, modes: Collection[str] = LISTED) -> list[str]:
        """The names of ``provider``'s models that have a price, as the provider writes them, sorted."""
        name_of_family = family(provider)
        found = {
            plain
            for name in self._by_family().get(name_of_family, ())
            if _is_listed(unpacked(self._entries[name]), modes)
            and (plain := callable_name(name_of_family, name)) is not None
        }
        return sorted(found)

    def providers(self) -> dict[str, int]:
        """How many entries each provider has, by its name."""
        return {name: len(entries) for name, entries in sorted(self._by_family().items())}

    def cards(self, provider: str | None = None) -> Iterator[tuple[str, Card]]:
        """Every entry with its provider, or those of one provider, by name."""
        families = self._by_family()
        for name_of_family in sorted(families) if provider is None else (family(provider),):
            for name in sorted(families.get(name_of_family, ())):
                yield name_of_family, self._card(name, name_of_family)

    def entries(self) -> Mapping[str, bytes]:
        """The packed entries by their names in the map."""
        return self._entries

    def _look_up(self, provider: str, model: str) -> Card | None:
        if provider == LOCAL:
            return FREE
        name_of_family = family(provider)
        for name in spellings(name_of_family, model):
            kept = self._entries.get(name)
            if kept is not None and family(unpacked(kept).provider) == name_of_family:
                return self._card(name, name_of_family)
        return None

    def _card(self, name: str, name_of_family: str) -> Card:
        base = self._entries.get(name.removeprefix(FINE_TUNED)) if name.startswith(FINE_TUNED) else None
        return card_of(name, unpacked(self._entries[name]), name_of_family, None if base is None else unpacked(base))

    def _by_family(self) -> dict[str, list[str]]:
        if self._families is None:
            self._families = {}
            for name, kept in self._entries.items():
                self._families.setdefault(family(unpacked(kept).provider), []).append(name)
        return self._families


def _is_listed(record: Record, modes: Collection[str]) -> bool:
    if record.mode not in modes:
        return False
    return record.tiers[0][1] is not None if record.mode in _BY_TOKEN else record.priced


def _packed(models: Mapping[str, msgspec.Raw]) -> dict[str, bytes]:
    """The map's entries as they are kept; one that has another shape than we know is left out."""
    return {name: kept for name, raw in models.items() if (kept := packed(raw)) is not None}


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
