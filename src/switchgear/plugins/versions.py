"""Versions and ranges of them, as npm writes both, and which versions of plugins go together.

https://semver.org/spec/v2.0.0.html, https://github.com/npm/node-semver#ranges
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Final

import msgspec

from switchgear.core.errors import DependencyConflict
from switchgear.core.structs import Frozen

_LONGEST: Final = 256
_STEPS: Final = 10_000
"""Choices that are tried before versions count as not going together."""
_SHOWN: Final = 5
_VERSION: Final = re.compile(
    r"[vV]?(?P<numbers>\d{1,15}(?:\.\d{1,15}){0,3})"
    r"(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)|(?P<python>(?:a|b|rc|\.dev)\d{1,15})|\.post(?P<post>\d{1,15}))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?",
    re.ASCII,
)
_HYPHEN: Final = re.compile(r"(?P<low>\S+)\s+-\s+(?P<high>\S+)")
_COMPARATOR: Final = re.compile(r"(?P<sign>[<>]=?|=|~>?|\^)?\s*(?P<version>[^\s<>=~^]+)")
_PARTIAL: Final = re.compile(
    r"[vV]?(?P<major>\d{1,15}|[xX*])(?:\.(?P<minor>\d{1,15}|[xX*]))?(?:\.(?P<patch>\d{1,15}|[xX*]))?"
    r"(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?",
    re.ASCII,
)
_Order = tuple[tuple[int, ...], int, tuple[tuple[int, int, str], ...]]


class Version(Frozen, frozen=True):
    """A version, ordered by precedence (SemVer section 11). ``text`` is as it was written and takes no part in comparing.

    ``numbers`` are four: what is missing is 0, and a fourth one is told apart though SemVer has none.
    """

    text: str
    numbers: tuple[int, int, int, int]
    pre: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._order == other._order

    def __lt__(self, other: Version) -> bool:
        return self._order < other._order

    def __le__(self, other: Version) -> bool:
        return self._order <= other._order

    def __gt__(self, other: Version) -> bool:
        return self._order > other._order

    def __ge__(self, other: Version) -> bool:
        return self._order >= other._order

    def __hash__(self) -> int:
        return hash(self._order)

    @property
    def _order(self) -> _Order:
        # Numeric identifiers are lower than others, and having any is lower than having none.
        pre = tuple((0, int(each), "") if each.isdecimal() else (1, 0, each) for each in self.pre)
        return self.numbers, 0 if pre else 1, pre


def parse(text: str) -> Version:
    """The version that ``text`` is: SemVer, with ``v`` in front or numbers left out, or a usual Python one (``1.2rc1``).

    Raises ValueError with what is wrong, as the end of a sentence that begins with the text.
    """
    found = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise ValueError("is no version; write it as 1.2.3 or 1.2.3-beta.1")
    pre = tuple(found["pre"].split(".")) if found["pre"] else ()
    if found["python"]:
        letters = found["python"].rstrip("0123456789")
        pre = ("0" if letters == ".dev" else letters, found["python"][len(letters) :])
    if any(each.isdecimal() and len(each) > 15 for each in pre):
        raise ValueError("has a number too large")
    numbers = [int(each) for each in found["numbers"].split(".")]
    four = (*numbers, 0, 0, 0)[:4]
    if found["post"]:
        four = (*four[:3], four[3] + int(found["post"]))
    return Version(text, (four[0], four[1], four[2], four[3]), pre)


class _Bound(Frozen, frozen=True):
    """Whether versions from (``low``) or up to ``version`` are in; ``closed`` when it is in itself."""

    version: Version
    low: bool
    closed: bool

    def holds(self, version: Version) -> bool:
        if version == self.version:
            return self.closed
        return (version > self.version) is self.low


class Range(Frozen, frozen=True):
    """Versions that will do: one of ``alternatives``, of which every bound holds. ``text`` is as it was written."""

    text: str
    alternatives: tuple[tuple[_Bound, ...], ...]

    def __str__(self) -> str:
        return self.text

    def holds(self, version: Version) -> bool:
        """Whether ``version`` will do. A prerelease does only where one of the same three numbers is named, as with npm."""
        return any(
            all(bound.holds(version) for bound in bounds)
            and (
                not version.pre
                or any(bound.version.pre and bound.version.numbers == version.numbers for bound in bounds)
            )
            for bounds in self.alternatives
        )


def parse_range(text: str) -> Range:
    """The range that ``text`` is: ``^1.2``, ``~1.2.3``, ``>=1 <3``, ``1.x``, ``1.2 - 2.3``, ``*``, alternatives between ``||``.

    Raises ValueError as ``parse`` does.
    """
    if len(text) > _LONGEST:
        raise ValueError("is too long for a range of versions")
    return Range(text, tuple(tuple(_alternative(part.strip())) for part in text.split("||")))


def _alternative(text: str) -> Iterator[_Bound]:
    between = _HYPHEN.fullmatch(text)
    if between is not None:
        yield from _bounds(">=", between["low"])
        yield from _bounds("<=", between["high"])
        return
    rest = text
    while rest:
        found = _COMPARATOR.match(rest)
        if found is None:
            raise ValueError("is no range of versions; write it as ^1.2.3 or >=1.2 <3")
        yield from _bounds(found["sign"] or "=", found["version"])
        rest = rest[found.end() :].lstrip()


def _bounds(sign: str, text: str) -> Iterator[_Bound]:
    """The bounds of one comparator; a part that is left out or ``x`` stands for all its values."""
    found = _PARTIAL.fullmatch(text)
    if found is None:
        raise ValueError("is no range of versions; write it as ^1.2.3 or >=1.2 <3")
    known = _known(found["major"], found["minor"], found["patch"])
    pre = tuple(found["pre"].split(".")) if found["pre"] and len(known) == 3 else ()
    if any(each.isdecimal() and len(each) > 15 for each in pre):
        raise ValueError("has a number too large")
    base = _version(known, pre)
    if not known:
        if sign in {"<", ">"}:  # nothing is below or above everything
            yield _Bound(_version([0], ("0",)), low=False, closed=False)
        return
    if sign in {">=", "<"} or len(known) == 3:
        yield from _exact(sign, base, known)
        return
    after = _version([*known[:-1], known[-1] + 1], ("0",))
    if sign == ">":
        yield _Bound(_version([*known[:-1], known[-1] + 1]), low=True, closed=True)
        return
    if sign != "<=":
        yield _Bound(base, low=True, closed=True)
    if sign == "^" and len(known) == 2 and known[0]:
        after = _version([known[0] + 1], ("0",))
    yield _Bound(after, low=False, closed=False)


def _known(*parts: str | None) -> list[int]:
    """The numbers before the first part that is left out."""
    given = takewhile(lambda part: part is not None and part.isdecimal(), parts)
    return [int(part) for part in given if part is not None]


def _exact(sign: str, base: Version, known: list[int]) -> Iterator[_Bound]:
    """The bounds of a comparator whose version is whole, or needs not be."""
    if sign in {">", ">=", "<", "<="}:
        # Below 1.2 is not 1.2.0-beta either.
        below = _version(known, ("0",)) if sign == "<" and len(known) < 3 else base
        yield _Bound(below, low=sign[0] == ">", closed=sign.endswith("="))
        return
    yield _Bound(base, low=True, closed=True)
    if sign == "=":
        yield _Bound(base, low=False, closed=True)
        return
    place = 1
    if sign == "^":  # the first number that is not 0 stays
        place = next((at for at, number in enumerate(known) if number), 2)
    yield _Bound(_version([*known[:place], known[place] + 1], ("0",)), low=False, closed=False)


def _version(known: Sequence[int], pre: tuple[str, ...] = ()) -> Version:
    major, minor, patch = (*known, 0, 0, 0)[:3]
    text = f"{major}.{minor}.{patch}" + ("-" + ".".join(pre) if pre else "")
    return Version(text, (major, minor, patch, 0), pre)


class Candidate(Frozen, frozen=True):
    """A version of a plugin that could be chosen, and what it needs: ranges by the plugin's name."""

    version: Version
    needs: Mapping[str, Range] = msgspec.field(default_factory=dict)


class Need(Frozen, frozen=True):
    """Who needs which versions of ``plugin``: ``by`` is in words, such as ``"weather" 1.2.0``."""

    plugin: str
    range: Range
    by: str


def resolve(needs: Sequence[Need], candidates: Callable[[str], Sequence[Candidate]]) -> dict[str, Version]:
    """A version of every plugin that is needed, by name, of those that ``candidates`` gives; the newest that go together.

    Raises DependencyConflict, which names who needs what and what there is.
    """
    return _Resolver(candidates).solve(needs)


class _Resolver:
    """Goes through the choices depth first, newest first, and remembers the first contradiction it met."""

    def __init__(self, candidates: Callable[[str], Sequence[Candidate]]) -> None:
        self._candidates = candidates
        self._known: dict[str, list[Candidate]] = {}
        self._steps = 0
        self._conflict = ""

    def solve(self, needs: Sequence[Need]) -> dict[str, Version]:
        chosen: dict[str, Version] = {}
        if self._choose(chosen, tuple(needs)):
            return chosen
        raise DependencyConflict(self._conflict)

    def _choose(self, chosen: dict[str, Version], needs: tuple[Need, ...]) -> bool:
        """Extend ``chosen`` until every need is met; as it was where that is not possible.

        A stack of alternatives instead of recursion: who wrote the manifests decides how deep this goes.
        """
        stack = [(dict(chosen), needs, self._options(chosen, needs))]
        while stack:
            so_far, open_needs, options = stack[-1]
            self._steps += 1
            if self._steps > _STEPS:
                self._conflict = (
                    self._conflict or "What the plugins need of each other is too intricate to be resolved."
                )
                return False
            try:
                plugin, candidate = next(options)
            except StopIteration:
                stack.pop()
                continue
            if plugin == "":
                chosen.update(so_far)
                return True
            further = tuple(
                Need(name, wanted, f'"{plugin}" {candidate.version}') for name, wanted in candidate.needs.items()
            )
            after = so_far | {plugin: candidate.version}
            everything = open_needs + further
            stack.append((after, everything, self._options(after, everything)))
        return False

    def _options(self, chosen: Mapping[str, Version], needs: tuple[Need, ...]) -> Iterator[tuple[str, Candidate]]:
        """What can be chosen next; an option without a name when nothing is left to choose."""
        for need in needs:
            version = chosen.get(need.plugin)
            if version is not None and not need.range.holds(version):
                self._note(need.plugin, needs)
                return
        missing = next((need.plugin for need in needs if need.plugin not in chosen), None)
        if missing is None:
            yield "", Candidate(_version([0]))
            return
        wanted = [need.range for need in needs if need.plugin == missing]
        fitting = [each for each in self._of(missing) if all(one.holds(each.version) for one in wanted)]
        if not fitting:
            self._note(missing, needs)
        for each in fitting:
            yield missing, each

    def _of(self, plugin: str) -> list[Candidate]:
        if plugin not in self._known:
            self._known[plugin] = sorted(self._candidates(plugin), key=lambda each: each.version, reverse=True)
        return self._known[plugin]

    def _note(self, plugin: str, needs: tuple[Need, ...]) -> None:
        if self._conflict:
            return
        wanted = dict.fromkeys(f'{need.by} needs "{plugin}" {need.range}' for need in needs if need.plugin == plugin)
        there = [str(each.version) for each in self._of(plugin)]
        listed = ", ".join(there[:_SHOWN]) + (", …" if len(there) > _SHOWN else "")
        found = f"There is {listed}." if there else f'There is no plugin "{plugin}".'
        self._conflict = f"{' and '.join(wanted)}. {found}"
