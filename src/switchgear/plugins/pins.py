"""What a plugin may offer is what a person accepted: definitions are pinned, and a change of them is quarantined until it was seen.

A server can say something else of a tool tomorrow than it did when it was looked at, and what it says is read by models as if it were
meant for them. So every definition of a tool, a prompt and a resource template is compared with the one that was accepted. What went
away is just gone; it stays pinned, and comes back as it was or as a change.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final, Literal

import msgspec
from msgspec import Raw

from switchgear.core.errors import ReviewOutdated
from switchgear.core.structs import Frozen
from switchgear.plugins.differences import PINNED, differences, same, warnings
from switchgear.plugins.offer import (
    KINDS,
    PROMPTS,
    RESOURCES,
    TEMPLATES,
    TOOLS,
    Definitions,
    Kind,
    Offer,
    of_documents,
)

Pins = Literal["strict", "new", "off"]
"""What an operator lets pass: nothing, definitions that are new, or everything."""
_REMARKS: Final = 40
Standing = Literal["same", "new", "changed"]


class Review(Frozen, frozen=True):
    """How what a plugin offers stands to what was accepted of it.

    ``state`` is "same" where nothing waits for a person, "new" where definitions do that were not there before, and "changed" where one
    that was accepted says something else now: the plugin is quarantined then. Other instructions wait, too, and those that were accepted
    are given meanwhile: some servers write the day or a folder into theirs. ``differences`` are for that person to read and
    ``digest`` is what accepting them names. ``shown`` is what may be offered meanwhile and ``pinned`` what is accepted.
    """

    state: Standing
    differences: tuple[str, ...]
    seen: Offer
    shown: Offer
    pinned: Offer

    @property
    def digest(self) -> str:
        """The SHA-256 of what was seen, in hex."""
        return digest(self.seen)


def review(pinned: Offer, seen: Offer, pins: Pins = "strict") -> Review:
    """Compare what a plugin offers now with what was accepted."""
    news = {kind: _only(seen.of(kind), seen.of(kind).keys() - pinned.of(kind).keys()) for kind in PINNED}
    changed = any(
        not same(pinned.of(kind)[name], seen.of(kind)[name])
        for kind in PINNED
        for name in pinned.of(kind).keys() & seen.of(kind).keys()
    )
    told = tuple(differences(pinned, seen))
    if pins == "off":
        return Review("same", told, seen, seen, seen)
    if changed:
        return Review("changed", told, seen, Offer(), pinned)
    taken = {} if pins == "strict" else news
    accepted = {kind: {**pinned.of(kind), **taken.get(kind, {})} for kind in PINNED}
    rest = {kind: seen.of(kind) for kind in KINDS if kind not in PINNED}
    visible = {kind: _only(seen.of(kind), set(accepted[kind])) for kind in PINNED}
    waiting = (pins == "strict" and any(news.values())) or pinned.instructions != seen.instructions
    return Review(
        "new" if waiting else "same",
        told,
        seen,
        Offer(_filled({**visible, **rest}), seen.faults, pinned.instructions),
        Offer(_filled({**accepted, **rest}), seen.faults, pinned.instructions),
    )


def remarks(before: Offer, now: Offer) -> list[str]:
    """What a person should know who installs a version that offers ``now`` in the place of ``before``, which is empty the first time."""
    told = differences(before, now) if any(before.of(kind) for kind in PINNED) else warnings(now)
    more = len(told) - _REMARKS
    return told if more <= 0 else [*told[:_REMARKS], f"And {more} more differences."]


def accepted(seen: Offer, named: str) -> Offer:
    """What is pinned from now on when a person accepts what has the digest ``named``: all of ``seen``.

    Raises ReviewOutdated when the plugin offers something else by now.
    """
    if digest(seen) != named:
        raise ReviewOutdated("The plugin offers something else by now than what was reviewed.")
    return seen


def digest(offer: Offer) -> str:
    """The SHA-256 of every definition that is pinned and of the instructions, in hex."""
    lines = [f"{kind.field} {one.digest}\n" for kind in PINNED for _, one in sorted(offer.of(kind).items())]
    return sha256("".join([*lines, offer.instructions]).encode("utf-8", "backslashreplace")).hexdigest()


def encode(offer: Offer) -> bytes:
    """The offer as JSON: a list of definitions under the field of each kind, as its server wrote them."""
    lists = {
        kind.field: [Raw(one.document) for one in offer.of(kind).values()] for kind in KINDS if kind in offer.things
    }
    return msgspec.json.encode({**lists, "faults": offer.faults, "instructions": offer.instructions})


def decode(data: bytes) -> Offer:
    """What ``encode`` wrote. Raises ValueError when it is something else."""
    kept = _kept.decode(data)
    lists = {TOOLS: kept.tools, RESOURCES: kept.resources, TEMPLATES: kept.templates, PROMPTS: kept.prompts}
    return Offer(
        {kind: of_documents(kind, found) for kind, found in lists.items() if found is not None},
        kept.faults,
        kept.instructions,
    )


class _Kept(msgspec.Struct):
    tools: list[Raw] | None = None
    resources: list[Raw] | None = None
    templates: list[Raw] | None = msgspec.field(name="resourceTemplates", default=None)
    prompts: list[Raw] | None = None
    faults: tuple[str, ...] = ()
    instructions: str = ""


_kept = msgspec.json.Decoder(_Kept)


def _only(definitions: Definitions, names: set[str]) -> Definitions:
    return {name: one for name, one in definitions.items() if name in names}


def _filled(things: Mapping[Kind, Definitions]) -> Mapping[Kind, Definitions]:
    return {kind: found for kind, found in things.items() if found}
