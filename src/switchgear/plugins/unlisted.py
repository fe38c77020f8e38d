"""Arguments that no list of processes shows: for a manifest that puts a secret among them.

The arguments go into a variable, as JSON; a few lines in front of the server's own program put them back before it looks, and take the variable
away. That is possible for what Python and Node run, and for nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from switchgear.core.structs import Frozen

VARIABLE: Final = "SWITCHGEAR_ARGUMENTS"
_PYTHON: Final = f"""\
import json, os, runpy, sys
told = json.loads(os.environ.pop("{VARIABLE}"))
if sys.argv[1] == "-m":
    sys.argv[:] = [sys.argv[2], *told]
    sys.path[0] = os.getcwd()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
else:
    sys.argv[:] = [sys.argv[1], *told]
    sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
    runpy.run_path(sys.argv[0], run_name="__main__")
"""
_NODE: Final = (
    f"data:text/javascript,process.argv.push(...JSON.parse(process.env.{VARIABLE}));delete process.env.{VARIABLE};"
)


class Unlisted(Frozen, frozen=True):
    """A command without its arguments, and the value of ``VARIABLE`` that has them."""

    argv: tuple[str, ...]
    told: str


def unlisted(argv: Sequence[str], runs_on: str) -> Unlisted | None:
    """The same command with its arguments out of sight; None where that cannot be done. ``runs_on``: as in ``Prepared``."""
    program, *rest = argv
    kind = runs_on.partition(" ")[0]
    named = 2 if kind == "python" and rest[:1] == ["-m"] else 1
    if len(rest) <= named or (rest[0].startswith("-") and named == 1):  # an option of the interpreter's own
        return None
    told = json.dumps(rest[named:])
    if kind == "python":
        return Unlisted((program, "-c", _PYTHON, *rest[:named]), told)
    if kind == "node":
        return Unlisted((program, "--import", _NODE, *rest[:named]), told)
    return None
