"""One file as it was written: its tokens by path, and what it says of itself. Nothing is resolved yet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from switchgear.config.console import THEME_NAME
from switchgear.config.problems import nearest, quoted
from switchgear.core.errors import Problem
from switchgear.themes.document import Node
from switchgear.themes.vocabulary import (
    COLOURS,
    EXTENSION,
    GROUPS,
    LEVELS,
    MARKERS,
    PALETTE,
    SCHEMES,
    SYSTEM_COLOURS,
    TOKENS,
    Pair,
    Scheme,
)

SYSTEM: Final = "system"
MAX_PALETTE: Final = 500
MAX_PAIRS: Final = 200
_SETTINGS: Final = ("title", "parent", "scheme", "level", "modes", "pairs")
_MEMBERS: Final = ("$value", "$type", "$description", "$extensions", "$deprecated")
_UNSUPPORTED: Final = ("$root", "$extends", "$ref")
_MODES: Final = (*SCHEMES, "contrast-more", "forced")
_STEP: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class Raw(NamedTuple):
    """A token's value as written, and where."""

    value: Node
    file: str
    line: int


@dataclass
class DraftMode:
    """What a file says of a mode: take the tokens of the theme ``source`` first, then these."""

    source: str | None = None
    source_line: int = 0
    tokens: dict[str, Raw] = field(default_factory=dict)


@dataclass
class Draft:
    """A theme file. ``file`` is its name as mistakes show it; ``problems`` are those found while reading it."""

    name: str
    file: str
    title: str = ""
    description: str = ""
    parent: str | None = None
    parent_line: int = 0
    scheme: Scheme | None = None
    level: str | None = None
    tokens: dict[str, Raw] = field(default_factory=dict)
    modes: dict[str, DraftMode] = field(default_factory=dict)
    forced: dict[str, str] = field(default_factory=dict)
    markers: dict[str, str] = field(default_factory=dict)
    pairs: list[tuple[Pair, int]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, line: int, path: str, message: str, suggestion: str = "") -> None:
        """Note a mistake."""
        self.problems.append(Problem(self.file, line, path, message, suggestion))


def draft_of(name: str, file: str, document: Node) -> Draft:
    """What the document says. Mistakes are in the draft's ``problems``, and what they are about is left out."""
    draft = Draft(name, file)
    members = dict(document.value)
    members.pop("$schema", None)
    draft.description = _text(draft, members.get("$description"), "$description", 500) or ""
    _Tokens(draft, draft.tokens).group(Node(members, document.line), "", None)
    own = _extension(draft, document)
    if own is not None:
        _Settings(draft).read(own)
    return draft


def _extension(draft: Draft, node: Node) -> dict[str, Node] | None:
    """What stands for us under ``$extensions``; what stands there for others is theirs."""
    extensions = node.value.get("$extensions")
    if extensions is None:
        return None
    own = extensions.value.get(EXTENSION) if isinstance(extensions.value, dict) else None
    if own is None and isinstance(extensions.value, dict):
        return None
    if own is None or not isinstance(own.value, dict):
        draft.wrong(extensions.line, "$extensions", f'$extensions must be an object, and "{EXTENSION}" in it one too.')
        return None
    members: dict[str, Node] = own.value
    return members


def _text(draft: Draft, node: Node | None, path: str, most: int) -> str | None:
    if node is None:
        return None
    if not isinstance(node.value, str) or len(node.value) > most:
        draft.wrong(node.line, path, f"{path} must be text in quotes, of at most {most} characters.")
        return None
    return "".join(character if character.isprintable() else " " for character in node.value)


def _choice(draft: Draft, node: Node | None, path: str, known: Iterable[str]) -> str | None:
    if node is None:
        return None
    if node.value not in tuple(known):
        shown = f" = {quoted(node.value)}" if isinstance(node.value, str) else ""
        draft.wrong(node.line, path, f"{path}{shown} is not known.", nearest(str(node.value), known))
        return None
    return str(node.value)


class _Tokens:
    """Reads groups and tokens (Design Tokens Format Module 2025.10, sections 5 and 6) into ``found``."""

    def __init__(self, draft: Draft, found: dict[str, Raw], *, colours_only: bool = False) -> None:
        self._draft = draft
        self._found = found
        self._colours_only = colours_only

    def group(self, node: Node, path: str, kind: str | None) -> None:
        """Read what is in a group; ``kind`` is the type that groups above gave."""
        if not isinstance(node.value, dict):
            self._draft.wrong(node.line, path, f"{path} must be a group or a token in braces.")
            return
        kind = self._type(node, path) or kind
        for name, child in node.value.items():
            if name.startswith("$"):
                self._reserved(name, child, path)
                continue
            self._child(child, f"{path}.{name}" if path else name, name, kind)
        self._marker(node, path)

    def _child(self, child: Node, path: str, name: str, kind: str | None) -> None:
        in_palette = path == PALETTE or path.startswith(f"{PALETTE}.")
        if not _STEP.fullmatch(name):
            self._draft.wrong(child.line, path, f"{quoted(name)} is no name.", "Use letters, digits and dashes.")
        elif isinstance(child.value, dict) and "$value" in child.value:
            self._token(child, path, kind)
        elif in_palette or path in GROUPS:
            self.group(child, path, kind)
        elif path in TOKENS:
            message = f"{path} is a token and has no $value."
            self._draft.wrong(child.line, path, message, 'Write it like { "$value": … }.')
        else:
            self._unknown(child, path)

    def _unknown(self, child: Node, path: str) -> None:
        above = path.rpartition(".")[0]
        siblings = {one for one in (*TOKENS, *GROUPS, PALETTE) if one.rpartition(".")[0] == above}
        self._draft.wrong(
            child.line,
            path,
            f"{path} is not a token.",
            nearest(path, siblings or COLOURS) + ("" if above else "  Colours of your own belong under palette."),
        )

    def _token(self, node: Node, path: str, kind: str | None) -> None:
        in_palette = path.startswith(f"{PALETTE}.")
        expected = "color" if in_palette else TOKENS.get(path)
        if expected is None or (self._colours_only and expected != "color"):
            if expected is None:
                self._unknown(node, path)
            else:
                self._draft.wrong(node.line, path, f"{path} is no colour.", "Modes change colours alone.")
            return
        kind = self._type(node, path) or kind
        if kind is not None and kind != expected:
            self._draft.wrong(node.line, path, f"{path} is of the type {quoted(kind)}.", f'It has to be "{expected}".')
            return
        for name, child in node.value.items():
            if name not in _MEMBERS:
                self._draft.wrong(child.line, path, f"{path} has {quoted(name)}.", nearest(name, _MEMBERS))
        if in_palette and sum(one.startswith(f"{PALETTE}.") for one in self._found) >= MAX_PALETTE:
            self._draft.wrong(node.line, path, f"The palette has more than {MAX_PALETTE} colours.")
            return
        self._found[path] = Raw(node.value["$value"], self._draft.file, node.line)

    def _type(self, node: Node, path: str) -> str | None:
        found = node.value.get("$type")
        return None if found is None else _choice(self._draft, found, f"{path}.$type", sorted(set(TOKENS.values())))

    def _reserved(self, name: str, node: Node, path: str) -> None:
        if name in _UNSUPPORTED:
            self._draft.wrong(node.line, path, f"{name} is not supported in themes.", "Use an alias, or a parent.")
        elif name not in _MEMBERS or name == "$value":
            self._draft.wrong(node.line, path, f"{quoted(name)} is not known here.", nearest(name, _MEMBERS))

    def _marker(self, node: Node, path: str) -> None:
        """The sign of a series, which the format has no type for."""
        if not path.startswith("series.") or path not in GROUPS:
            return
        own = _extension(self._draft, node) or {}
        for name, child in own.items():
            if name != "marker":
                self._draft.wrong(child.line, path, f"{path} has no {quoted(name)}.", nearest(name, ["marker"]))
        if marker := _choice(self._draft, own.get("marker"), f"{path}.marker", MARKERS):
            self._draft.markers[path] = marker


class _Settings:
    """Reads what a file says of itself under ``$extensions``."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    def read(self, own: dict[str, Node]) -> None:
        draft = self._draft
        for name, node in own.items():
            if name not in _SETTINGS:
                draft.wrong(node.line, name, f"{quoted(name)} is not a setting of a theme.", nearest(name, _SETTINGS))
        draft.title = _text(draft, own.get("title"), "title", 80) or ""
        if (parent := own.get("parent")) is not None:
            draft.parent, draft.parent_line = self._name(parent, "parent"), parent.line
        scheme = _choice(draft, own.get("scheme"), "scheme", SCHEMES)
        draft.scheme = "light" if scheme == "light" else "dark" if scheme == "dark" else None
        draft.level = _choice(draft, own.get("level"), "level", LEVELS)
        if (modes := own.get("modes")) is not None:
            self._modes(modes)
        if (pairs := own.get("pairs")) is not None:
            self._pairs(pairs)

    def _name(self, node: Node, path: str) -> str | None:
        if isinstance(node.value, str) and re.fullmatch(THEME_NAME, node.value):
            return node.value
        self._draft.wrong(node.line, path, f"{path} must be a theme's name.", 'Write it like "dark".')
        return None

    def _modes(self, modes: Node) -> None:
        if not isinstance(modes.value, dict):
            self._draft.wrong(modes.line, "modes", "modes must be an object in braces.")
            return
        for name, node in modes.value.items():
            path = f"modes.{name}"
            if name not in _MODES:
                self._draft.wrong(node.line, path, f"{quoted(name)} is not a mode.", nearest(name, _MODES))
            elif not isinstance(node.value, dict):
                self._draft.wrong(node.line, path, f"{path} must be an object in braces.")
            elif name == "forced":
                self._forced(node)
            else:
                self._draft.modes[name] = self._mode(node, path)

    def _mode(self, node: Node, path: str) -> DraftMode:
        mode = DraftMode()
        for name, child in node.value.items():
            if name == "tokens":
                _Tokens(self._draft, mode.tokens, colours_only=True).group(child, "", None)
            elif name == "theme" and path != "modes.contrast-more":
                mode.source, mode.source_line = self._name(child, f"{path}.theme"), child.line
            else:
                self._draft.wrong(
                    child.line, path, f"{path} has no {quoted(name)}.", nearest(name, ["theme", "tokens"])
                )
        return mode

    def _forced(self, node: Node) -> None:
        """System colours by the path of the token that they stand for."""
        for path, child in node.value.items():
            if path not in COLOURS:
                self._draft.wrong(child.line, path, f"{quoted(path)} is not a colour token.", nearest(path, COLOURS))
            elif found := _choice(self._draft, child, f"modes.forced.{path}", SYSTEM_COLOURS):
                self._draft.forced[path] = found

    def _pairs(self, pairs: Node) -> None:
        if not isinstance(pairs.value, list) or len(pairs.value) > MAX_PAIRS:
            self._draft.wrong(pairs.line, "pairs", f"pairs must be a list of at most {MAX_PAIRS}.")
            return
        for at, node in enumerate(pairs.value):
            self._pair(node, f"pairs[{at}]")

    def _pair(self, node: Node, path: str) -> None:
        members = node.value if isinstance(node.value, dict) else {}
        for name, child in members.items():
            if name not in ("foreground", "background", "ratio"):
                known = ["foreground", "background", "ratio"]
                self._draft.wrong(child.line, path, f"{path} has no {quoted(name)}.", nearest(name, known))
        sides = []
        for side in ("foreground", "background"):
            found = members.get(side)
            if found is None:
                self._draft.wrong(node.line, path, f"{path}.{side} is missing.", 'Write a token: "text.default".')
                return
            sides.append(_choice(self._draft, found, f"{path}.{side}", COLOURS))
        need = members.get("ratio", Node(4.5, node.line))
        if isinstance(need.value, bool) or not isinstance(need.value, int | float) or not 1 <= need.value <= 21:
            self._draft.wrong(need.line, path, f"{path}.ratio must be a number from 1 to 21.")
            return
        if sides[0] and sides[1]:
            use = "text" if need.value >= 4.5 else "ui"
            self._draft.pairs.append(
                (Pair(sides[0], sides[1], "text" if use == "text" else "ui", float(need.value)), node.line)
            )
