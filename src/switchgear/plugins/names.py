"""Names of files in bundles: which are safe everywhere, and which are the same somewhere."""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST: Final = 512
"""Bytes of a whole path."""
DEEPEST: Final = 32
_LONGEST_STEP: Final = 255


def fault(name: str) -> str:
    """What is wrong with a relative path with ``/`` between its steps, as the end of a sentence; ``""`` when nothing is.

    A name that passes stays where it is put, on any system, and prints as one line.
    """
    if not name:
        return "is empty"
    if not name.isprintable():
        return "has characters that cannot be shown"
    if "\\" in name or ":" in name:
        return "has a backslash or a colon"
    if name.startswith("/"):
        return "is an absolute path"
    if len(name.encode()) > LONGEST:
        return f"is longer than {LONGEST} bytes"
    steps = name.split("/")
    if len(steps) > DEEPEST:
        return f"is more than {DEEPEST} folders deep"
    return next((found for step in steps if (found := _step_fault(step))), "")


def _step_fault(step: str) -> str:
    if step in {"", ".", ".."}:
        return f'has "{step}" for a step'
    if step != step.strip(" ") or step.endswith("."):
        return "has a step that ends in a blank or a dot, or begins with a blank"
    return "has a step longer than 255 bytes" if len(step.encode()) > _LONGEST_STEP else ""


def folded(name: str) -> str:
    """The same for names that some file system takes for one: upper and lower case, and forms of the same letters."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
