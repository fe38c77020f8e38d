"""From files to themes: parents and modes are laid over one another, aliases followed, what comes of it judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from switchgear.config.problems import nearest, quoted
from switchgear.core.errors import Problem, ThemeInvalid
from switchgear.themes import vocabulary
from switchgear.themes.colour import Colour, ratio, to_oklch
from switchgear.themes.deriving import moved, stronger
from switchgear.themes.document import Node
from switchgear.themes.drafts import Draft, DraftMode, Raw
from switchgear.themes.theme import Judged, Source, Theme, judge
from switchgear.themes.values import Amiss, Reader, Shadow, Value, alias_in
from switchgear.themes.vocabulary import COLOURS, PAIRS, SCHEMES, TOKENS, Pair, Scheme

MAX_PARENTS = 8
MAX_ALIASES = 16
_MAX_TOLD = 40


@dataclass
class _Merged:
    """A file laid over its parents: raw tokens by scheme, and what else there is."""

    scheme: Scheme
    tokens: dict[Scheme, dict[str, Raw]]
    more: dict[str, Raw] = field(default_factory=dict)
    forced: dict[str, str] = field(default_factory=dict)
    markers: dict[str, str] = field(default_factory=dict)
    pairs: dict[Pair, int] = field(default_factory=dict)
    level: str = "AA"


class Family:
    """Files that may name one another. ``drafts`` are by name; those with mistakes are among them, and no parents."""

    def __init__(self, drafts: Mapping[str, Draft]) -> None:
        self._drafts = drafts
        self._merged: dict[str, _Merged] = {}

    def theme(self, name: str, source: Source) -> Theme:
        """The theme of this name. Raises ThemeInvalid with every mistake of its file, of its contrast too."""
        draft = self._drafts[name]
        if draft.problems:
            raise ThemeInvalid.of(tuple(draft.problems[:_MAX_TOLD]))
        return _Resolving(draft, self._merge(name, (name,), draft, 0)).theme(source)

    def _merge(self, name: str, chain: tuple[str, ...], asker: Draft, line: int) -> _Merged:
        """``chain`` are the names that led here; ``asker`` and ``line`` are where this one is named."""
        if name in self._merged:
            return self._merged[name]
        draft = self._drafts.get(name)
        if draft is None:
            known = [each for each in self._drafts if each != asker.name]
            raise _one(asker, line, "parent", f"{quoted(name)} is not a theme.", nearest(name, known))
        if draft.problems:
            raise _one(asker, line, "parent", f"{quoted(name)} has mistakes of its own.", f"Look at {draft.file}.")
        if len(chain) > MAX_PARENTS:
            raise _one(asker, line, "parent", f"There are more than {MAX_PARENTS} parents above one another.")
        merged = self._merged[name] = self._laid_over(draft, chain)
        return merged

    def _above(self, name: str, chain: tuple[str, ...], draft: Draft, line: int) -> _Merged:
        if name in chain:
            ring = " → ".join((*chain[chain.index(name) :], name))
            raise _one(draft, line, "parent", f"Themes go round in a circle: {ring}.", "Take one of the parents away.")
        return self._merge(name, (*chain, name), draft, line)

    def _laid_over(self, draft: Draft, chain: tuple[str, ...]) -> _Merged:
        scheme = draft.scheme or "light"
        merged = _Merged(scheme, {scheme: {}})
        if draft.parent is not None:
            above = self._above(draft.parent, chain, draft, draft.parent_line)
            scheme = draft.scheme or above.scheme
            below = (
                above.tokens if draft.scheme is None else {scheme: above.tokens.get(scheme, above.tokens[above.scheme])}
            )
            tokens = {each: dict(found) for each, found in below.items()}
            merged = _Merged(scheme, tokens, dict(above.more), dict(above.forced), dict(above.markers))
            merged.level, merged.pairs = above.level, dict.fromkeys(above.pairs, 0)
        merged.tokens[scheme].update(draft.tokens)
        for other in SCHEMES:
            if (mode := draft.modes.get(other)) is not None:
                merged.tokens[other] = self._mode(draft, mode, other, merged, chain)
        if "contrast-more" in draft.modes:
            merged.more.update(draft.modes["contrast-more"].tokens)
        merged.forced.update(draft.forced)
        merged.markers.update(draft.markers)
        merged.pairs.update(draft.pairs)
        merged.level = draft.level or merged.level
        return merged

    def _mode(
        self, draft: Draft, mode: DraftMode, scheme: Scheme, merged: _Merged, chain: tuple[str, ...]
    ) -> dict[str, Raw]:
        ground = merged.tokens.get(scheme, merged.tokens[merged.scheme])
        if mode.source is not None:
            source = self._above(mode.source, chain, draft, mode.source_line)
            ground = source.tokens.get(scheme, source.tokens[source.scheme])
        return {**ground, **mode.tokens}


def _one(draft: Draft, line: int, path: str, message: str, suggestion: str = "") -> ThemeInvalid:
    return ThemeInvalid.of((Problem(draft.file, line or None, path, message, suggestion),))


class _Resolving:
    """Makes one theme of what was laid over one another."""

    def __init__(self, draft: Draft, merged: _Merged) -> None:
        self._draft = draft
        self._merged = merged
        self._problems: dict[Problem, None] = {}

    def theme(self, source: Source) -> Theme:
        draft, merged = self._draft, self._merged
        schemes = tuple(each for each in SCHEMES if each in merged.tokens)
        values = {scheme: self._values(merged.tokens[scheme]) for scheme in schemes}
        self._end_with_problems()
        pairs = (*PAIRS, *merged.pairs)
        colours = {scheme: {path: _colour(values[scheme][path]) for path in COLOURS} for scheme in schemes}
        judged: list[Judged] = []
        more: dict[Scheme, dict[str, Colour]] = {}
        for scheme in schemes:
            judged += judge(colours[scheme], pairs, scheme, "standard", merged.level)
            more[scheme] = stronger(colours[scheme], pairs) | self._more(scheme)
            judged += judge({**colours[scheme], **more[scheme]}, pairs, scheme, "more", merged.level)
        weak = [one for one in judged if one.binding and not one.passes]
        for side in dict.fromkeys((one.scheme, one.pair.foreground) for one in weak):
            self._too_weak(*side, [one for one in judged if one.binding and (one.scheme, one.pair.foreground) == side])
        self._end_with_problems()
        plain = {path: value for path, value in values[merged.scheme].items() if isinstance(value, str)}
        return Theme(
            name=draft.name,
            title=draft.title or draft.name,
            description=draft.description,
            source=source,
            file=draft.file,
            parent=draft.parent,
            level=merged.level,
            schemes=schemes,
            colours=colours,
            more=more,
            shadows={scheme: _shadows(values[scheme]) for scheme in schemes},
            measures=plain,
            markers={group: merged.markers.get(group, "circle") for group in _series()},
            forced={path: merged.forced.get(path, vocabulary.forced(path)) for path in COLOURS if path != "scrim"},
            judged=tuple(judged),
        )

    def _more(self, scheme: Scheme) -> dict[str, Colour]:
        tokens = {**self._merged.tokens[scheme], **self._merged.more}
        return {path: _colour(self._value(path, tokens)) for path in self._merged.more if path in COLOURS}

    def _values(self, tokens: Mapping[str, Raw]) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for path in (*TOKENS, *(each for each in tokens if each not in TOKENS)):
            if path not in tokens:
                message = f"{path} is missing."
                self._problems[Problem(self._draft.file, None, path, message, 'Name a parent: "parent": "light".')] = (
                    None
                )
            else:
                values[path] = self._value(path, tokens)
        return values

    def _value(self, path: str, tokens: Mapping[str, Raw]) -> Value:
        """The value of a token; what stands for one that is amiss is of no use, and its problem is noted."""
        raw = tokens[path]
        kind = TOKENS.get(path, "color")
        try:
            node = _followed(path, raw, tokens)
            return Reader(lambda alias, line: _aliased(alias, line, (path,), tokens)).read(kind, path, node)
        except Amiss as amiss:
            message = f"{path} {amiss.message}"
            self._problems[Problem(raw.file, amiss.line, path, message, amiss.advice)] = None
            return Colour(0, 0, 0) if kind == "color" else () if kind == "shadow" else ""

    def _too_weak(self, scheme: Scheme, path: str, pairs: list[Judged]) -> None:
        """Tell that a colour is not told apart; ``pairs`` are all that it is in front in."""
        weak = sorted((one for one in pairs if not one.passes), key=lambda one: one.ratio / one.need)
        worst = weak[0]
        raws = [self._merged.tokens[scheme][each] for each in (path, worst.pair.background)]
        own = next((raw for raw in raws if raw.file == self._draft.file), raws[0])
        more = f" {len(weak) - 1} more pairs of it are too weak." if len(weak) > 1 else ""
        told = f"{worst.pair.name} is {worst.ratio:.2f}:1 in {scheme}, and has to be {worst.need:g}:1 at least.{more}"
        better = moved(worst.foreground, [(one.background, one.need) for one in pairs])
        lightness, chroma, hue = to_oklch(better)
        passes = all(ratio(better, one.background) >= one.need for one in pairs)
        advice = f"{path} would pass as oklch {lightness:.3f} {chroma:.3f} {hue:.0f}." if passes else "Change both."
        self._problems[Problem(own.file, own.line, path, told, advice)] = None

    def _end_with_problems(self) -> None:
        if self._problems:
            raise ThemeInvalid.of(tuple(self._problems)[:_MAX_TOLD])


def _followed(path: str, raw: Raw, tokens: Mapping[str, Raw]) -> Node:
    alias = alias_in(raw.value)
    return raw.value if alias is None else _aliased(alias, raw.value.line, (path,), tokens)


def _aliased(alias: str, line: int, chain: tuple[str, ...], tokens: Mapping[str, Raw]) -> Node:
    """The value at the end of aliases. ``chain`` are the tokens that led here. Raises Amiss at the line of the first."""
    for _ in range(MAX_ALIASES):
        if alias in chain:
            raise Amiss(line, f"goes round in a circle: {' → '.join((*chain[chain.index(alias) :], alias))}.")
        if alias not in tokens:
            raise Amiss(line, f"stands for {quoted(alias)}, which is not there.", nearest(alias, tokens))
        if TOKENS.get(alias, "color") != TOKENS.get(chain[0], "color") and TOKENS.get(chain[0]) != "shadow":
            raise Amiss(line, f"stands for {quoted(alias)}, which is of another type.")
        chain = (*chain, alias)
        found = tokens[alias].value
        following = alias_in(found)
        if following is None:
            return Node(found.value, line)
        alias = following
    raise Amiss(line, f"stands for more than {MAX_ALIASES} aliases after one another.")


def _colour(value: Value) -> Colour:
    return value if isinstance(value, Colour) else Colour(0, 0, 0)


def _shadows(values: Mapping[str, Value]) -> dict[str, tuple[Shadow, ...]]:
    return {
        path: value
        for path, value in values.items()
        if TOKENS.get(path) == "shadow" and not isinstance(value, str | Colour)
    }


def _series() -> tuple[str, ...]:
    return tuple(f"series.{number}" for number in vocabulary.SERIES)
