"""The themes there are: those of the package and those of the data folder, with the last good one where a file has mistakes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from switchgear.config.console import THEME_NAME
from switchgear.config.problems import nearest, quoted
from switchgear.core.errors import ConfigInvalid, Problem, ThemeInvalid
from switchgear.themes.css import Sheet, compiled
from switchgear.themes.document import mistake, parse, read_text
from switchgear.themes.drafts import Draft, draft_of
from switchgear.themes.resolving import Family
from switchgear.themes.theme import Source, Theme

FOLDER: Final = "themes"
"""Below the data folder."""
MAX_FILES: Final = 100
_SHIPPED: Final = Path(__file__).parent / "shipped"
_ORDER: Final = ("system", "light", "dark", "high-contrast-light", "high-contrast-dark", "colour-blind", "warm")


@dataclass(frozen=True)
class Shelved:
    """One theme. ``theme`` and ``sheet`` are those of the last file that was right; ``problems`` are of the file as it is now."""

    name: str
    source: Source
    file: str
    theme: Theme | None
    sheet: Sheet | None
    problems: tuple[Problem, ...] = ()


Shelf = Mapping[str, Shelved]
"""Themes by name, the shipped ones first."""


def shipped_names() -> tuple[str, ...]:
    """The names of the themes in the package."""
    return _ORDER


def names_in(data_dir: Path) -> tuple[str, ...]:
    """The names of all themes, of those too whose files have mistakes."""
    return (*_ORDER, *(path.stem for path in _files(data_dir / FOLDER)[0]))


def check_chosen(name: str, data_dir: Path) -> None:
    """Raise ConfigInvalid unless there is a theme, right or not, of the name that ``console.theme`` has."""
    known = names_in(data_dir)
    if name not in known:
        problem = Problem("[console]", None, "console.theme", f"{quoted(name)} is not a theme.", nearest(name, known))
        raise ConfigInvalid(f"console.theme = {quoted(name)} is not a theme. {problem.suggestion}", problems=(problem,))


def read_shelf(data_dir: Path | None, before: Shelf | None = None) -> Shelf:
    """Read everything. What has mistakes keeps the theme that it had in ``before``. Raises nothing for what is in files."""
    drafts: dict[str, Draft] = {}
    for name in _ORDER:
        drafts[name] = _draft(_SHIPPED / f"{name}.json", f"{name}.json")
    own: list[str] = []
    strays: dict[str, Shelved] = {}
    found, refused = _files(data_dir / FOLDER) if data_dir is not None else ([], [])
    for path in found:
        if path.stem in _ORDER:
            refused.append(
                (path, f'"{path.stem}" is the name of a shipped theme.', "Choose another name, and name it as parent.")
            )
            continue
        own.append(path.stem)
        drafts[path.stem] = _draft(path, f"{FOLDER}/{path.name}")
    for path, message, suggestion in refused:
        file = f"{FOLDER}/{path.name}"
        problem = Problem(file, None, "", message, suggestion)
        strays[file] = Shelved(file, "file", file, None, None, (problem,))
    family = Family(drafts)
    shelf = {name: _shelved(family, drafts[name], "shipped", before) for name in _ORDER}
    shelf |= {name: _shelved(family, drafts[name], "file", before) for name in own}
    return shelf | strays


def find_theme(name: str, data_dir: Path | None) -> Theme:
    """The theme of a name, without reading more than it takes. Raises ThemeInvalid."""
    drafts: dict[str, Draft] = {}
    waiting = [name]
    while waiting:
        each = waiting.pop()
        path = _SHIPPED / f"{each}.json" if each in _ORDER else (data_dir or Path()) / FOLDER / f"{each}.json"
        if each in drafts or len(drafts) > MAX_FILES or (each not in _ORDER and not path.exists()):
            continue
        drafts[each] = draft = _draft(path, path.name if each in _ORDER else f"{FOLDER}/{path.name}")
        waiting += [one for one in (draft.parent, *(mode.source for mode in draft.modes.values())) if one]
    if name not in drafts:
        known = names_in(data_dir) if data_dir is not None else _ORDER
        raise mistake(name, None, f"There is no theme {quoted(name)}.", nearest(name, known))
    return Family(drafts).theme(name, "shipped" if name in _ORDER else "file")


def read_theme(path: Path, data_dir: Path | None) -> Theme:
    """The theme of one file, wherever it is; parents are looked for among those there are. Raises ThemeInvalid."""
    drafts = {name: _draft(_SHIPPED / f"{name}.json", f"{name}.json") for name in _ORDER}
    for each in _files(data_dir / FOLDER)[0] if data_dir is not None else []:
        drafts.setdefault(each.stem, _draft(each, f"{FOLDER}/{each.name}"))
    name = path.stem if re.fullmatch(THEME_NAME, path.stem) else "theme"
    return Family({**drafts, name: _draft(path, str(path), name)}).theme(name, "file")


def _draft(path: Path, shown: str, name: str | None = None) -> Draft:
    name = name or path.stem
    try:
        return draft_of(name, shown, parse(read_text(path, shown), shown))
    except ThemeInvalid as error:
        return Draft(name, shown, problems=list(error.problems))


def _shelved(family: Family, draft: Draft, source: Source, before: Shelf | None) -> Shelved:
    try:
        theme = family.theme(draft.name, source)
    except ThemeInvalid as error:
        kept = (before or {}).get(draft.name)
        return Shelved(
            draft.name, source, draft.file, kept.theme if kept else None, kept.sheet if kept else None, error.problems
        )
    sheet = compiled(theme)
    old = (before or {}).get(draft.name)
    if old is not None and old.sheet == sheet and old.theme == theme and not old.problems:
        return old
    return Shelved(draft.name, source, draft.file, theme, sheet)


def _files(folder: Path) -> tuple[list[Path], list[tuple[Path, str, str]]]:
    """Theme files by name, and what looks like one and is none, with the reason and what to do."""
    try:
        listed = sorted(path for path in folder.iterdir() if path.suffix == ".json" and not path.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return [], []
    except OSError as error:
        return [], [(folder, f"The folder cannot be read: {error.strerror or error}.", "")]
    good = [path for path in listed if re.fullmatch(THEME_NAME, path.stem)]
    refused = [
        (path, "Its name is none for a theme.", "Use small letters, digits and dashes, such as night-shift.json.")
        for path in listed
        if path not in good
    ]
    if len(good) > MAX_FILES:
        refused.append((folder, f"There are more than {MAX_FILES} themes; the rest is not read.", "Take some away."))
    return good[:MAX_FILES], refused


def named(shelf: Shelf, name: str) -> Shelved | None:
    """The theme of this name, when there is one that can be shown."""
    found = shelf.get(name)
    return found if found is not None and found.sheet is not None else None
