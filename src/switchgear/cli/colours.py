"""The terminal's colours, of the theme that ``[console] theme`` names; its own palette where that is none or ``system``."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from switchgear.config import paths
from switchgear.core.errors import SwitchgearError

if TYPE_CHECKING:
    from switchgear.themes.colour import Colour
    from switchgear.themes.theme import Theme

_TOKENS: Final = {
    "green": "status.ok.text",
    "yellow": "status.warn.text",
    "red": "status.error.text",
    "cyan": "status.info.text",
}
_LARGEST: Final = 1024 * 1024
_STEPS: Final = (0, 95, 135, 175, 215, 255)
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,47}")


@lru_cache(maxsize=1)
def chosen() -> Mapping[str, str]:
    """What the styles of ``screen`` are in the theme chosen, as numbers of SGR (ECMA-48); empty where none is.

    A configuration or a theme with mistakes chooses none: those are told by the commands that are about them.
    """
    try:
        name = _name(_option(sys.argv, "--config"), os.environ)
        if name is None:
            return {}
        return of_theme(_theme(name, paths.data_folder(_option(sys.argv, "--data-dir"), os.environ)), os.environ)
    except (SwitchgearError, OSError, ValueError):
        return {}


def of_theme(theme: Theme, environ: Mapping[str, str]) -> Mapping[str, str]:
    """The styles in a theme's colours, in the scheme that is nearer to the terminal's ground where it has both."""
    scheme = theme.schemes[-1 if dark(environ) else 0]
    return {style: foreground(theme.colours[scheme][token], environ) for style, token in _TOKENS.items()}


def dark(environ: Mapping[str, str]) -> bool:
    """Whether the terminal's ground is dark, as COLORFGBG says; most are."""
    ground = environ.get("COLORFGBG", "").rpartition(";")[2]
    return ground not in ("7", "9", "10", "11", "12", "13", "14", "15")


def foreground(colour: Colour, environ: Mapping[str, str]) -> str:
    """SGR for text in a colour: exactly where the terminal says that it can, else the nearest of 256."""
    return f"38;{_numbers(colour, environ)}"


def background(colour: Colour, environ: Mapping[str, str]) -> str:
    """SGR for what is behind text."""
    return f"48;{_numbers(colour, environ)}"


def _numbers(colour: Colour, environ: Mapping[str, str]) -> str:
    channels = [round(channel * 255) for channel in colour[:3]]
    if environ.get("COLORTERM", "") in ("truecolor", "24bit"):
        return "2;" + ";".join(map(str, channels))
    near = [min(range(6), key=lambda step: abs(_STEPS[step] - channel)) for channel in channels]
    return f"5;{16 + 36 * near[0] + 6 * near[1] + near[2]}"


def _option(arguments: Sequence[str], name: str) -> Path | None:
    """The value of an option that every command takes, however it was written."""
    for at, argument in enumerate(arguments):
        if argument == name and at + 1 < len(arguments):
            return Path(arguments[at + 1])
        if argument.startswith(f"{name}="):
            return Path(argument.partition("=")[2])
    return None


def _name(config: Path | None, environ: Mapping[str, str]) -> str | None:
    """The theme that the configuration names, unless it is the system's; read without checking the rest of the file."""
    file = paths.config_file(config, environ)
    if file is None or not file.is_file() or file.stat().st_size > _LARGEST:
        return None
    console = tomllib.loads(file.read_text("utf-8")).get("console", {})
    name = console.get("theme") if isinstance(console, dict) else None
    return name if isinstance(name, str) and name != "system" and _NAME.fullmatch(name) else None


def _theme(name: str, folder: Path) -> Theme:
    from switchgear.themes.shelf import find_theme  # noqa: PLC0415 - most terminals keep their own colours

    return find_theme(name, folder)
