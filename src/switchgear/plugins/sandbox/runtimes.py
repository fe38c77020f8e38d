"""Which files an interpreter needs to run, so that a sandbox shows those and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_LINKS: Final = 40
_BESIDE: Final = (
    "pyvenv.cfg",
    "lib/python3*",
    "lib64/python3*",
    "lib/libpython3*",
    "lib64/libpython3*",
    "lib/node_modules",
    "lib/nodejs",
    "share/nodejs",
)
"""Under the folder that ``bin`` is in: what Python and Node are made of. The rest of such a folder can be anything, a home even."""


def runtime_of(program: Path) -> tuple[Path, ...]:
    """The files and folders that ``program``, an absolute path of an interpreter or a binary, needs besides the system's libraries.

    Those are the program, whatever it links to, and the libraries of Python or Node beside each, a virtual environment's included.
    Raises FileNotFoundError when it is not there.
    """
    found: dict[Path, None] = {}
    for _ in range(_LINKS):
        found[program] = None
        prefix = program.parent.parent
        if program.parent.name == "bin":
            found |= {place: None for pattern in _BESIDE for place in sorted(prefix.glob(pattern))}
        if not program.is_symlink():
            break
        program = program.parent / program.readlink()
        program = program.parent.resolve() / program.name
    if not program.is_file():
        raise FileNotFoundError(f"{program} is not there")
    return tuple(found)
