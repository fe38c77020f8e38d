"""What differs between two offers of a plugin, in sentences for a person who has to judge it.

A sentence shows what changed whole as far as it is short, and says how much it leaves out; characters that are not seen are shown by
their numbers. Descriptions are addressed to a model, so that each word of one counts as much as a parameter's type.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, Literal

from switchgear.core.nesting import nests_deeper
from switchgear.core.structs import Frozen
from switchgear.plugins.offer import PROMPTS, TEMPLATES, TOOLS, Definition, Kind, Offer
from switchgear.plugins.unseen import shown, unseen

PINNED: Final = (TOOLS, PROMPTS, TEMPLATES)
"""The kinds that are pinned. Lists of resources are what a server has, not what it can do, and change by themselves."""

MOST: Final = 300
"""Sentences of one comparison."""
LONGEST: Final = 65_536
"""Characters of a definition that are shown as it was and is."""
EXCERPT: Final = 600
"""Characters of a text that are shown."""

_AROUND: Final = 40
_DEEPEST: Final = 12
_DEEPEST_READ: Final = 100
_GROWTH: Final = 500
_LONG: Final = 4_000
_UNREADABLE: Final = (ValueError, RecursionError)
_NOUNS: Final = {TOOLS: "", PROMPTS: "prompt ", TEMPLATES: "resource template "}
_KINDS: Final[Mapping[Kind, Literal["tool", "prompt", "resource template"]]] = {
    TOOLS: "tool",
    PROMPTS: "prompt",
    TEMPLATES: "resource template",
}
_HINTS: Final = {
    "readOnlyHint": ("it is read-only", "it changes things"),
    "destructiveHint": ("it may destroy", "it destroys nothing"),
    "idempotentHint": ("calling it again changes nothing more", "calling it again does it again"),
    "openWorldHint": ("it reaches the outside world", "it stays within itself"),
}
"""What a tool says of itself (2026-07-28, Tool annotations), where a hint is true and where it is false."""


def differences(old: Offer, new: Offer) -> list[str]:
    """What ``new`` changes, adds and takes away, in this order; at most ``MOST`` sentences, the last of which says that there are more."""
    found = [*islice(_differences(old, new), MOST + 1)]
    if len(found) > MOST:
        found[MOST - 1 :] = ["There are more differences than are shown here."]
    return found


class Change(Frozen, frozen=True):
    """A definition that two offers do not have alike: what it says in either, as indented JSON; None where it is not there."""

    kind: Literal["tool", "prompt", "resource template", "instructions"]
    name: str
    before: str | None
    after: str | None


def changed(old: Offer, new: Offer) -> list[Change]:
    """The definitions that differ, whole, up to ``MOST`` of them; a very long one is cut."""
    found = []
    if old.instructions != new.instructions:
        found.append(Change("instructions", "", old.instructions[:LONGEST], new.instructions[:LONGEST]))
    for kind in PINNED:
        before, after = old.of(kind), new.of(kind)
        for name in sorted(before.keys() | after.keys()):
            was, now = before.get(name), after.get(name)
            if was is None or now is None or not same(was, now):
                found.append(Change(_KINDS[kind], name, _lines(was), _lines(now)))
    return found[:MOST]


def _lines(one: Definition | None) -> str | None:
    if one is None:
        return None
    said = _read(one)
    text = said if isinstance(said, str) else json.dumps(said, indent=2, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n… {len(text) - LONGEST:,} more characters"


def warnings(offer: Offer) -> list[str]:
    """What of an offer a person should look at before it is accepted the first time; at most ``MOST`` sentences."""
    found = [f"The instructions: {told}" for told in _suspected([offer.instructions])]
    found += islice(
        (
            f"{_called(kind, name)}: {told}"
            for kind in PINNED
            for name, one in offer.of(kind).items()
            for told in _suspicions(one)
        ),
        MOST,
    )
    return found[:MOST]


def same(one: Definition, other: Definition) -> bool:
    """Whether both say the same."""
    return one.document == other.document or one.digest == other.digest


def _differences(old: Offer, new: Offer) -> Iterator[str]:
    if old.instructions != new.instructions:
        yield from (
            f"The instructions: {told}" for told in _values("what they say", old.instructions, new.instructions)
        )
        yield from (f"The instructions: {told}" for told in _suspected([new.instructions]))
    for kind in PINNED:
        before, after = old.of(kind), new.of(kind)
        for name in sorted(before.keys() & after.keys()):
            if not same(before[name], after[name]):
                changes = [*_changes(before[name], after[name])] or [_rewritten(before[name], after[name])]
                yield from (f"{_called(kind, name)}: {one}" for one in changes)
    for kind in PINNED:
        before, after = old.of(kind), new.of(kind)
        for name in sorted(after.keys() - before.keys()):
            yield f"{_called(kind, name)}: new, {_destroys(kind, after[name])}{_excerpt(_written(_read(after[name])))}"
            for told in _suspicions(after[name]):
                yield f"{_called(kind, name)}: {told}"
        for name in sorted(before.keys() - after.keys()):
            yield f"{_called(kind, name)}: gone"


def _called(kind: Kind, name: str) -> str:
    return _NOUNS[kind] + shown(name)


def _destroys(kind: Kind, one: Definition) -> str:
    return "may destroy: " if kind is TOOLS and one.destructive else ""


# ------------------------------------------------------------ one definition


def _changes(old: Definition, new: Definition) -> Iterator[str]:
    before, after = _read(old), _read(new)
    if not isinstance(before, dict) or not isinstance(after, dict):
        yield _rewritten(old, new)
        return
    for field in _order(before, after):
        was, now = before.get(field), after.get(field)
        if was == now and (field in before) == (field in after):
            continue
        if field == "inputSchema" and isinstance(was, dict) and isinstance(now, dict):
            yield from _schemas(was, now, "parameter")
        elif field == "outputSchema" and isinstance(was, dict) and isinstance(now, dict):
            yield from _schemas(was, now, "field of its result")
        elif field == "annotations":
            yield from _annotations(was if isinstance(was, dict) else {}, now if isinstance(now, dict) else {})
        elif field == "arguments" and isinstance(was, list) and isinstance(now, list):
            yield from _arguments(was, now)
        else:
            yield from _values(field, was, now)
    known = {*_suspicions(old)}
    yield from (told for told in _suspicions(new) if told not in known)


def _order(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """All fields: what matters most first."""
    first = ("annotations", "description", "inputSchema", "arguments")
    rest = sorted((before.keys() | after.keys()) - set(first))
    return [*(one for one in first if one in before or one in after), *rest]


def _values(what: str, was: object, now: object) -> Iterator[str]:
    if was is None:
        yield f"{what} added: {_excerpt(_written(now))}"
    elif now is None:
        yield f"{what} taken away, it was: {_excerpt(_written(was))}"
    else:
        old, new = _written(was), _written(now)
        yield _changed(what, old, new)
        if len(new) > len(old) + _GROWTH and len(new) > 2 * len(old):
            yield f"{what} grew from {len(old):,} to {len(new):,} characters"


def _annotations(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for hint in sorted(was.keys() | now.keys()):
        old, new = was.get(hint), now.get(hint)
        if old == new:
            continue
        words = _HINTS.get(hint)
        if words is None or not isinstance(old, bool | None) or not isinstance(new, bool | None):
            yield from _values(f"annotation {shown(hint)}", old, new)
            continue
        if old is not None:
            yield f"no longer says that {words[0] if old else words[1]}"
        if new is not None:
            yield f"says now that {words[0] if new else words[1]}"


def _arguments(was: list[Any], now: list[Any]) -> Iterator[str]:
    """Arguments of a prompt, as the parameters of a schema."""
    yield from _schemas(_as_schema(was), _as_schema(now), "argument")


def _as_schema(arguments: list[Any]) -> dict[str, Any]:
    named = {str(one.get("name")): one for one in arguments if isinstance(one, dict)}
    plain = {name: {field: value for field, value in one.items() if field != "required"} for name, one in named.items()}
    return {"properties": plain, "required": [name for name, one in named.items() if one.get("required") is True]}


# ------------------------------------------------------------ schemas


def _schemas(was: dict[str, Any], now: dict[str, Any], noun: str, path: str = "", depth: int = 0) -> Iterator[str]:
    """What differs between two schemas; ``path`` is the parameter that they describe, empty for all of them."""
    what = f'{noun} "{shown(path)}"' if path else f"its {noun}s".replace("fields of its results", "result")
    for keyword in sorted(was.keys() | now.keys()):
        old, new = was.get(keyword), now.get(keyword)
        if old == new:
            continue
        if keyword == "properties" and isinstance(old, dict) and isinstance(new, dict) and depth < _DEEPEST:
            yield from _properties(old, new, noun, path, depth)
        elif keyword == "required":
            yield from _required(old, new, noun, path)
        elif keyword == "items" and isinstance(old, dict) and isinstance(new, dict) and depth < _DEEPEST:
            yield from _schemas(old, new, noun, f"{path}[]", depth + 1)
        elif keyword == "enum" and isinstance(old, list) and isinstance(new, list):
            yield from _choices(what, old, new)
        else:
            yield from _values(f"{what}: {shown(keyword)}", old, new)


def _properties(was: dict[str, Any], now: dict[str, Any], noun: str, path: str, depth: int) -> Iterator[str]:
    for name in sorted(was.keys() | now.keys()):
        at = f"{path}.{name}" if path else name
        old, new = was.get(name), now.get(name)
        if name not in was:
            yield f'new {noun} "{shown(at)}": {_excerpt(_written(new))}'
        elif name not in now:
            yield f'{noun} "{shown(at)}" is gone'
        elif isinstance(old, dict) and isinstance(new, dict):
            yield from _schemas(old, new, noun, at, depth + 1)
        elif old != new:
            yield from _values(f'{noun} "{shown(at)}"', old, new)


def _required(was: object, now: object, noun: str, path: str) -> Iterator[str]:
    old = {str(one) for one in was} if isinstance(was, list) else set()
    new = {str(one) for one in now} if isinstance(now, list) else set()
    for name in sorted(old ^ new):
        at = shown(f"{path}.{name}" if path else name)
        yield f'{noun} "{at}" is {"now required" if name in new else "not required any more"}'


def _choices(what: str, was: list[Any], now: list[Any]) -> Iterator[str]:
    old, new = ({json.dumps(one, sort_keys=True): one for one in choices} for choices in (was, now))
    more, fewer = [new[one] for one in new if one not in old], [old[one] for one in old if one not in new]
    if more:
        yield f"{what} may now also be {_excerpt(_written(more)[1:-1])}"
    if fewer:
        yield f"{what} may no longer be {_excerpt(_written(fewer)[1:-1])}"
    if not more and not fewer:
        yield f"{what}: its choices stand in another order"


# ------------------------------------------------------------ texts


def _suspicions(one: Definition) -> list[str]:
    """What of a definition is not there for a person to read."""
    return _suspected([*_texts(_read(one))])


def _suspected(texts: Sequence[str]) -> list[str]:
    told = [f"has {each}" for each in unseen(" ".join(texts))]
    longest = max(map(len, texts), default=0)
    if longest > _LONG:
        told.append(f"has a text of {longest:,} characters")
    return told


def _texts(value: object) -> Iterator[str]:
    """Every text in a value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from _texts(one)


def _read(one: Definition) -> Any:
    """What the definition says; its text where that cannot be told, or is nested too deeply for a person."""
    try:
        said = json.loads(one.document)
    except _UNREADABLE:
        return _text(one)
    return _text(one) if nests_deeper(said, _DEEPEST_READ) else said


def _rewritten(old: Definition, new: Definition) -> str:
    return _changed("what it says", _text(old), _text(new))


def _text(one: Definition) -> str:
    return one.document.decode("utf-8", "backslashreplace")


def _written(value: object) -> str:
    """A text between quotation marks, anything else as JSON."""
    return f'"{value}"' if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _changed(what: str, old: str, new: str) -> str:
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    start, end = max(0, start - _AROUND), max(0, end - _AROUND)
    was, now = (
        f"{'…' if start else ''}{_excerpt(one[start : len(one) - end])}{'…' if end else ''}" for one in (old, new)
    )
    return f"{what} changed: {was} → {now}"


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    few, most = 0, min(len(one), len(other))
    while few < most:
        middle = (few + most + 1) // 2
        if one[few:middle] == other[few:middle]:
            few = middle
        else:
            most = middle - 1
    return few


def _excerpt(text: str) -> str:
    """The text as it can be shown: its beginning and its end where it is long."""
    if len(text) <= EXCERPT:
        return shown(text)
    head, tail = text[: EXCERPT * 2 // 3], text[-EXCERPT // 3 :]
    return f"{shown(head)} [{len(text) - len(head) - len(tail):,} more characters] {shown(tail)}"
