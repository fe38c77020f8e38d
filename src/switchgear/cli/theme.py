"""``switchgear theme``."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from cyclopts import App, Parameter

from switchgear.cli import colours, screen, tables
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.config import paths
from switchgear.config.console import THEME_NAME
from switchgear.core.errors import DataFolderUnusable, Problem, ThemeInvalid, UsageError
from switchgear.themes.colour import Colour, to_oklch
from switchgear.themes.shelf import FOLDER, Shelved, find_theme, read_shelf, read_theme, shipped_names
from switchgear.themes.theme import Judged, Theme
from switchgear.themes.vocabulary import EXTENSION, SERIES, Scheme

app = App(
    name="theme",
    help="List, make, check and preview themes.",
    help_epilogue="""\
Themes are files in the data folder's themes/, and those of the package. A running gateway takes a file over as soon as
it is written, into pages that are open too; one with mistakes changes nothing. [console] theme in the configuration
chooses the one for those who chose none, and the terminal's colours.""",
)
_FEWEST: Final = 12
_SHOWN: Final = (
    (
        "surface",
        ("surface.base", "surface.raised", "surface.sunken", "surface.overlay", "surface.hover", "surface.selected"),
    ),
    ("text", ("text.default", "text.muted", "text.faint", "text.link")),
    ("border", ("border.hairline", "border.default", "border.strong")),
    ("action", ("action.surface", "danger.surface", "focus.ring", "signal.live")),
    ("status", tuple(f"status.{status}.mark" for status in ("ok", "warn", "error", "info"))),
    ("code", tuple(f"code.{role}" for role in ("text", "comment", "keyword", "string", "number", "function", "type"))),
    ("series", tuple(f"series.{number}.color" for number in SERIES)),
)
_STARTED: Final = ("surface.base", "surface.raised", "text.default", "text.link", "action.surface", "signal.live")
Named = Annotated[str, Parameter(name="THEME", help="A theme's name, or a file.")]


@app.command(
    name="list",
    help_epilogue="""\
Example
  switchgear theme list""",
)
def list_themes(*, as_json: AsJson = False, where: Where = HERE) -> None:
    """List themes: how well each is read, and what is wrong with its file."""
    shelf = read_shelf(where.folder())
    if as_json:
        screen.show_json([_summary(one) for one in shelf.values()])
        return
    columns = (
        tables.Column("theme"),
        tables.Column("title", cut=True),
        tables.Column("schemes"),
        tables.Column("level"),
        tables.Column("weakest pair", right=True),
        tables.Column("from"),
    )
    tables.show(columns, [_row(one) for one in shelf.values()], nothing="There are no themes.")
    for one in shelf.values():
        _tell(one.problems)


@app.command(
    help_epilogue="""\
Its parent gives everything that the file does not say. An existing file is never overwritten.

Examples
  switchgear theme new night-shift --parent dark
  switchgear theme new acme --title "Acme" """.rstrip(),
)
def new(
    name: Annotated[str, Parameter(name="NAME", help="What it is called: small letters, digits and dashes.")],
    /,
    *,
    parent: Annotated[str, Parameter(help="The theme that it changes.")] = "light",
    title: Annotated[str | None, Parameter(help="What people see.")] = None,
    where: Where = HERE,
) -> None:
    """Write a theme's file into the data folder, with the colours that are changed first."""
    if not re.fullmatch(THEME_NAME, name) or name in shipped_names():
        raise UsageError(
            f'"{name}" cannot be the name of a theme.'
            if name not in shipped_names()
            else f'"{name}" is shipped already.',
            hint="Use small letters, digits and dashes, such as night-shift.",
        )
    folder = paths.open_data_folder(where.folder()) / FOLDER
    base = find_theme(parent, where.folder())
    target = folder / f"{name}.json"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(_beginning(title or name.replace("-", " ").capitalize(), parent, base))
    except FileExistsError:
        raise UsageError(f"{target} exists already and was left as it is.", hint="Choose another name.") from None
    except OSError as error:
        raise DataFolderUnusable(f"{target} cannot be written: {(error.strerror or 'error').lower()}.") from None
    screen.say(f"{screen.mark('ok')} {target}")
    screen.say(f"  Change it, and look at it:  switchgear theme preview {name}")
    screen.say("  What there is to change:    docs/reference/themes.md")


@app.command(
    help_epilogue="""\
Exits with 2 when there is a mistake.

Examples
  switchgear theme check
  switchgear theme check night-shift
  switchgear theme check ./acme.json""",
)
def check(
    theme: Annotated[tuple[str, ...], Parameter(name="THEME", help="Names or files. [all of the data folder]")] = (),
    /,
    *,
    as_json: AsJson = False,
    where: Where = HERE,
) -> int:
    """List every mistake of themes, with its line and what to do: contrast that is too weak, too."""
    if theme:
        found = [_checked(each, where.folder()) for each in theme]
    else:
        found = [one for one in read_shelf(where.folder()).values() if one.source == "file"]
    wrong = any(one.problems for one in found)
    if as_json:
        screen.show_json({"ok": not wrong, "themes": [_summary(one) for one in found]})
        return ThemeInvalid.exit_code if wrong else 0
    if not found:
        screen.say("The data folder has no themes of its own. Make one: switchgear theme new NAME")
    for one in found:
        if one.problems:
            _tell(one.problems)
        elif one.theme is not None:
            screen.say(
                f"{screen.mark('ok')} {one.name}  {len(one.theme.judged)} pairs, {one.theme.level}, weakest {_weakest(one.theme)}"
            )
    return ThemeInvalid.exit_code if wrong else 0


@app.command(
    help_epilogue="""\
Examples
  switchgear theme preview warm
  switchgear theme preview system --scheme dark
  switchgear theme preview ./acme.json --all""",
)
def preview(
    theme: Named,
    /,
    *,
    scheme: Annotated[Literal["light", "dark"] | None, Parameter(help="Of a theme of both.")] = None,
    every: Annotated[bool, Parameter(name="--all", negative="", help="Every pair, not the weakest alone.")] = False,
    where: Where = HERE,
) -> None:
    """Show a theme's colours, and the pairs that are seen together with their ratios."""
    found = _resolved(theme, where.folder())
    shown: Scheme = scheme if scheme in found.schemes else found.schemes[0]
    screen.say(f"{screen.style(found.title, 'bold')} · {shown} · {found.level}")
    if found.description:
        screen.say(screen.style(screen.printable(found.description), "dim"))
    for label, tokens in _SHOWN:
        screen.say()
        screen.say(screen.style(label, "dim"))
        for token in tokens:
            colour = found.colours[shown][token]
            screen.say(f" {_swatch(colour)} {colour.hex}  {token}")
    pairs = sorted(
        (one for one in found.judged if one.scheme == shown and one.contrast == "standard"),
        key=lambda one: one.ratio / one.need,
    )
    screen.say()
    for one in pairs if every else pairs[:_FEWEST]:
        screen.say(f" {_sample(one)} {one.ratio:5.2f}:1  needs {one.need:g}  {screen.mark('ok')} {one.pair.name}")
    if not every and len(pairs) > _FEWEST:
        screen.say(screen.style(f" … {len(pairs) - _FEWEST} more: --all", "dim"))


def _resolved(theme: str, folder: Path) -> Theme:
    """The theme of a name or a file. Raises ThemeInvalid."""
    if theme.endswith(".json") or "/" in theme:
        return read_theme(Path(theme), folder)
    return find_theme(theme, folder)


def _checked(theme: str, folder: Path) -> Shelved:
    try:
        found = _resolved(theme, folder)
    except ThemeInvalid as error:
        return Shelved(theme, "file", theme, None, None, error.problems)
    return Shelved(found.name, found.source, found.file, found, None)


def _row(one: Shelved) -> tuple[str, ...]:
    theme = one.theme
    if theme is None:
        return one.name, "", "", "", "has mistakes", one.file
    return (
        one.name,
        theme.title,
        " and ".join(theme.schemes),
        theme.level,
        f"{theme.worst.ratio:.2f}:1",
        "the package" if one.source == "shipped" else one.file,
    )


def _summary(one: Shelved) -> dict[str, Any]:
    theme = one.theme
    return {
        "name": one.name,
        "title": theme.title if theme else None,
        "source": one.source,
        "file": one.file,
        "parent": theme.parent if theme else None,
        "schemes": list(theme.schemes) if theme else [],
        "level": theme.level if theme else None,
        "weakest": {"pair": theme.worst.pair.name, "ratio": round(theme.worst.ratio, 2)} if theme else None,
        "problems": [
            {
                "file": each.file,
                "line": each.line,
                "path": each.path,
                "message": each.message,
                "suggestion": each.suggestion,
            }
            for each in one.problems
        ],
    }


def _tell(problems: tuple[Problem, ...]) -> None:
    for each in problems:
        line = f":{each.line}" if each.line else ""
        screen.say(f"{screen.mark('broken')} {screen.printable(f'{each.file}{line}: {each.message}')}")
        if each.suggestion:
            screen.say(f"  {screen.printable(each.suggestion)}")


def _weakest(theme: Theme) -> str:
    return f"{theme.worst.pair.name} {theme.worst.ratio:.2f}:1"


def _swatch(colour: Colour) -> str:
    if not screen.coloured(sys.stdout):
        return "  "
    return f"\x1b[{colours.background(colour, os.environ)}m      \x1b[0m"


def _sample(one: Judged) -> str:
    if not screen.coloured(sys.stdout):
        return f"{one.foreground.hex} on {one.background.hex}"
    front, back = colours.foreground(one.foreground, os.environ), colours.background(one.background, os.environ)
    return f"\x1b[{front};{back}m {'Aa 12' if one.pair.use == 'text' else ' ━━━ '} \x1b[0m"


def _beginning(title: str, parent: str, base: Theme) -> str:
    """A file that changes nothing yet: a few colours as the parent has them."""
    document: dict[str, Any] = {
        "$description": f"Like {base.title}, but with colours of its own.",
        "$extensions": {EXTENSION: {"title": title, "parent": parent}},
    }
    scheme = base.schemes[0]
    for token in _STARTED:
        group, _, name = token.partition(".")
        lightness, chroma, hue = to_oklch(base.colours[scheme][token])
        components = [round(lightness, 3), round(chroma, 3), round(hue)]
        document.setdefault(group, {"$type": "color"})[name] = {
            "$value": {"colorSpace": "oklch", "components": components}
        }
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return re.sub(r"\[\s+([\d.]+),\s+([\d.]+),\s+([\d.]+)\s+\]", r"[\1, \2, \3]", text) + "\n"
