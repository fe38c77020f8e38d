"""What all plugins offer, as one: looked up by name, and listed for who may see it, from bytes that are made once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from switchgear.plugins.naming import parted, parted_uri, prefixed, prefixed_uri
from switchgear.plugins.offer import KINDS, RESOURCES, TEMPLATES, TOOLS, Definition, Kind, Offer
from switchgear.plugins.sight import Sight

REMEMBERED: Final = 512
"""Lists that are kept; more different sights than that are listed anew."""

_BY_URI: Final = (RESOURCES, TEMPLATES)


class Found(NamedTuple):
    """A thing that was looked up: whose it is, and its definition under its own name."""

    plugin: str
    definition: Definition


class Catalogue:
    """The offers of plugins by name. Lists are JSON: the definitions, with commas between them.

    ``revision`` is another number after each change.
    """

    def __init__(self) -> None:
        self.revision = 0
        self._offers: dict[str, Offer] = {}
        self._renamed: dict[tuple[str, Kind], dict[str, bytes]] = {}
        self._lists: dict[tuple[Kind, tuple[str, ...], str], bytes] = {}

    def put(self, plugin: str, offer: Offer) -> frozenset[Kind]:
        """Let ``plugin`` offer this from now on; the kinds in which that changes anything."""
        before = self._offers.get(plugin, Offer())
        changed = frozenset(kind for kind in KINDS if before.of(kind) != offer.of(kind))
        self._offers[plugin] = offer
        self.revision += 1
        self._forget(plugin, changed)
        return changed

    def drop(self, plugin: str) -> frozenset[Kind]:
        """Offer nothing of ``plugin`` any more; the kinds in which that changes anything."""
        changed = self.put(plugin, Offer())
        del self._offers[plugin]
        return changed

    def offer(self, plugin: str) -> Offer | None:
        """What a plugin offers, None for one that is not here."""
        return self._offers.get(plugin)

    @property
    def offers(self) -> Mapping[str, Offer]:
        """What all plugins offer, by their names."""
        return self._offers

    def outward(self, kind: Kind, plugin: str, name: str) -> bytes:
        """The definition of what ``plugin`` offers as ``name``, as it stands among others'. Raises KeyError."""
        return self._under_other_names(plugin, kind)[name]

    def count(self, kind: Kind, sight: Sight) -> int:
        """How many things of a kind are seen."""
        return sum(
            _seen(sight, kind, plugin, name) for plugin, offer in self._offers.items() for name in offer.of(kind)
        )

    def find(self, kind: Kind, name: str, sight: Sight, plugin: str = "") -> Found | None:
        """What is called ``name``: among all plugins, or by its own name in ``plugin``. None for what is not there or not seen."""
        if not plugin:
            plugin, name = parted_uri(name) if kind in _BY_URI else parted(name)
        offer = self._offers.get(plugin)
        definition = None if offer is None else offer.of(kind).get(name)
        if definition is None or not _seen(sight, kind, plugin, name):
            return None
        return Found(plugin, definition)

    def listed(self, kind: Kind, sight: Sight, plugin: str = "") -> bytes:
        """The definitions that are seen: of all plugins under names that tell them apart, or of ``plugin`` under its own."""
        which = kind, sight.patterns, plugin
        found = self._lists.get(which)
        if found is None:
            if len(self._lists) >= REMEMBERED:
                self._lists.clear()
            found = self._lists[which] = self._made(kind, sight, plugin)
        return found

    def _made(self, kind: Kind, sight: Sight, plugin: str) -> bytes:
        if plugin:
            offer = self._offers.get(plugin, Offer())
            things = offer.of(kind).values()
            return b",".join([one.document for one in things if _seen(sight, kind, plugin, one.name)])
        return b",".join(
            [
                document
                for each in sorted(self._offers)
                for name, document in self._under_other_names(each, kind).items()
                if _seen(sight, kind, each, name)
            ]
        )

    def _under_other_names(self, plugin: str, kind: Kind) -> dict[str, bytes]:
        """The definitions of a plugin as they stand among others', by their own names."""
        found = self._renamed.get((plugin, kind))
        if found is None:
            named = prefixed_uri if kind in _BY_URI else prefixed
            things = self._offers[plugin].of(kind)
            found = {name: one.renamed(kind, named(plugin, name)) for name, one in things.items()}
            self._renamed[plugin, kind] = found
        return found

    def _forget(self, plugin: str, changed: frozenset[Kind]) -> None:
        for kind in changed:
            self._renamed.pop((plugin, kind), None)
        if changed:
            self._lists = {which: made for which, made in self._lists.items() if which[0] not in changed}


def _seen(sight: Sight, kind: Kind, plugin: str, name: str) -> bool:
    return sight.tool(plugin, name) if kind is TOOLS else sight.plugin(plugin)
