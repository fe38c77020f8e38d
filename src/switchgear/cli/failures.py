"""How a command ends when it does not end well: one message, one hint, one exit code."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from typing import Final, NamedTuple

from cyclopts import CycloptsError, UnusedCliTokensError

from switchgear.cli import screen
from switchgear.cli.wording import at_the_command_line
from switchgear.core.errors import SwitchgearError, UsageError, every_error

INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141
_LINE: Final = 100
_AVAILABLE: Final = " Available commands: "
"""Where cyclopts begins to list some of the commands there are."""


_FEW: Final = 6
_ANYWHERE: Final = frozenset({"--config", "--data-dir", "--url", "--debug"})
"""Options that go with every command."""


class ExitCode(NamedTuple):
    """An exit code and when a command ends with it."""

    code: int
    meaning: str


def exit_codes() -> Iterator[ExitCode]:
    """Every exit code, in order."""
    yield ExitCode(0, "It worked.")
    yield ExitCode(1, "It did not work; the message says why. doctor: something is broken.")
    yield ExitCode(2, "The command or the configuration has a mistake.")
    told = {0, 1, 2}
    for kind in sorted(every_error(), key=lambda each: each.exit_code):
        if kind.exit_code not in told:
            told.add(kind.exit_code)
            yield ExitCode(kind.exit_code, (kind.__doc__ or "").strip().partition("\n")[0])
    yield ExitCode(INTERRUPTED, "Ctrl-C stopped it.")
    yield ExitCode(BROKEN_PIPE, "Whoever read its output stopped reading.")


def exit_code_table() -> str:
    """The exit codes as ``--help`` shows them."""
    return "\n".join(
        textwrap.fill(meaning, 78, initial_indent=f"  {code:>3}  ", subsequent_indent=" " * 7)
        for code, meaning in exit_codes()
    )


def tell(error: SwitchgearError) -> int:
    """Say what went wrong and what to do next on standard error; the exit code to end with."""
    text = screen.printable(at_the_command_line(error.message))
    advice = screen.printable(at_the_command_line(error.advice))
    if advice and advice not in text:
        one_line = "\n" not in text and len(text) + len(advice) < _LINE
        text += f" {advice}" if one_line else "\n" + screen.style(advice, "dim", sys.stderr)
    screen.note(text)
    return error.exit_code


def tell_mistake(error: CycloptsError) -> int:
    """Say how the command was misspelt, with the nearest name."""
    told = _left_over(error) if isinstance(error, UnusedCliTokensError) else str(error)
    text, _, others = screen.printable(told).partition(_AVAILABLE)
    screen.note(text)
    if others and "Did you mean" not in text and error.app is not None:
        known = ", ".join(name for name in error.app if not name.startswith("-"))
        screen.note(textwrap.fill(f"Commands: {known}.", _LINE))
    command = " ".join(["switchgear", *(error.command_chain or ())])
    screen.note(screen.style(f"{command} --help shows what there is.", "dim", sys.stderr))
    return UsageError.exit_code


def _left_over(error: UnusedCliTokensError) -> str:
    """Words that a command does not take, and the options that they may be meant for."""
    words = error.unused_tokens or []
    told = f"{' '.join(['switchgear', *(error.command_chain or ())])} does not take {', '.join(map(_quoted, words))}."
    options = [option for option in _options(error) if option not in _ANYWHERE]
    meant = [option for option in options if option.removeprefix("--") in words]
    told += f" Did you mean {', '.join(meant)}?" if meant else ""
    return told + (f" Options: {', '.join(options)}." if 0 < len(options) <= _FEW else "")


def _options(error: UnusedCliTokensError) -> list[str]:
    if error.app is None or error.app.default_command is None:
        return []
    return [name for one in error.app.assemble_argument_collection() for name in one.names if name.startswith("--")]


def _quoted(word: str) -> str:
    return f'"{word[:80]}"'


def tell_defect(error: BaseException) -> int:
    """Own up to a defect."""
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    screen.note(f"This is a defect in Switchgear: {screen.printable(what)}")
    screen.note("Run the command again with --debug and report what it shows.")
    return 1
