"""What goes to the terminal: text, colours where a person sees them, JSON where a program reads."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
from typing import Any, Final, TextIO

from switchgear.cli import colours

_STYLES: Final = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_MARKS: Final = {"ok": ("✓", "+", "green"), "doubt": ("!", "!", "yellow"), "broken": ("✗", "x", "red")}
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_ELSEWHERE: Final = 80


def coloured(stream: TextIO) -> bool:
    """Whether ``stream`` is a terminal that wants colours (https://no-color.org: NO_COLOR set and not empty forbids)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def style(text: str, name: str, stream: TextIO | None = None) -> str:
    """``text`` in one of the styles, in the colours of the theme chosen; plain where colours are not wanted."""
    if not text or not coloured(stream or sys.stdout):
        return text
    return f"\x1b[{colours.chosen().get(name, _STYLES[name])}m{text}\x1b[0m"


def forgiving() -> None:
    """Have both streams show what their encoding lacks as a question mark, instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def mark(name: str, stream: TextIO | None = None) -> str:
    """The sign for ``ok``, ``doubt`` or ``broken``, told apart without colour and in ASCII too."""
    where = stream or sys.stdout
    sign, plain, colour = _MARKS[name]
    try:
        sign.encode(where.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        sign = plain
    return style(sign, colour, where)


def width(stream: TextIO | None = None) -> int | None:
    """Columns of the terminal; ``None`` where output goes to a file or a pipe and need not fit anything."""
    if not (stream or sys.stdout).isatty():
        return None
    return shutil.get_terminal_size((_ELSEWHERE, 24)).columns


def printable(text: str) -> str:
    """``text`` without characters that could paint on the terminal; line breaks and tabs stay."""
    return _CONTROL.sub("", text)


def say(text: str = "") -> None:
    """A line of the command's result, on standard output."""
    sys.stdout.write(text + "\n")


def note(text: str = "") -> None:
    """A line about the result, for the person alone: on standard error."""
    sys.stderr.write(text + "\n")


def passing(text: str, *, detail: bool) -> None:
    """A line of progress on stderr. Details take one another's place on a terminal, and are nowhere else."""
    if sys.stderr.isatty():
        shown = printable(text).replace("\n", " ").replace("\t", " ")[: (width(sys.stderr) or _ELSEWHERE) - 5]
        sys.stderr.write(f"\r\x1b[K  {'  ' if detail else ''}{shown}{'' if detail else chr(10)}")
        sys.stderr.flush()
    elif not detail:
        note(f"  {printable(text)}")


def passed() -> None:
    """Take away the last detail that ``passing`` showed."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def as_json(value: Any) -> str:
    """``value`` as JSON on one line."""
    return json.dumps(value, ensure_ascii=False)


def show_json(value: Any) -> None:
    """``value`` as JSON, on standard output."""
    say(json.dumps(value, indent=2, ensure_ascii=False))
