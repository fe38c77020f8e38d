"""The command tree, and the one place where a command starts and ends.

Commands are named here and imported when they are called: ``switchgear serve`` pays for nothing it does not need.
"""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final

from cyclopts import App, CycloptsError, Group

from switchgear import __version__
from switchgear.cli import failures, screen
from switchgear.cli.help import Plain
from switchgear.cli.where import LEADING
from switchgear.core.errors import SwitchgearError

_START: Final = Group("Start", sort_key=1)
_USE: Final = Group("Use", sort_key=2)
_MANAGE: Final = Group("Manage", sort_key=3)
_LOOK: Final = Group("Look after", sort_key=4)
_OPTIONS: Final = Group("Options", sort_key=5)

COMMANDS: Final = (
    (_START, "serve", "Serve models, at http://127.0.0.1:4100 unless told otherwise."),
    (_START, "login-link", "Open the console: make a link that signs you in once."),
    (_START, "init", "Write a commented configuration file."),
    (_START, "check", "List every mistake of the configuration."),
    (_USE, "chat", "Ask a model, once or in a conversation."),
    (_USE, "feedback", "Say how good an answer was."),
    (_USE, "batches", "Send files of requests, and follow them."),
    (_USE, "usage", "Show calls, tokens and cost."),
    (_USE, "why", "Show what happened to a call."),
    (_USE, "errors", "Show errors in groups of what is alike."),
    (_MANAGE, "keys", "Create, list, rotate and revoke keys."),
    (_MANAGE, "limits", "Limit calls, tokens and money; show how much is used."),
    (_MANAGE, "teams", "Define teams and their limits."),
    (_MANAGE, "users", "Define users and their limits."),
    (_MANAGE, "models", "List, show, test and fetch models."),
    (_MANAGE, "catalogue", "Look up what models cost and can do."),
    (_MANAGE, "providers", "List and test providers."),
    (_MANAGE, "plugin", "Install, run, make and sign plugins."),
    (_MANAGE, "secrets", "Keep secrets that the configuration refers to."),
    (_LOOK, "doctor", "Find and explain what is wrong."),
    (_LOOK, "cache", "Show, purge and evaluate the answers that are kept."),
    (_LOOK, "config", "Show and reload the configuration."),
    (_LOOK, "db", "Upgrade, back up and restore the database."),
    (_LOOK, "theme", "List, make, check and preview themes."),
    (_LOOK, "log", "Change what the running gateway logs."),
    (_LOOK, "version", "Show versions."),
)
_EXAMPLES: Final = """\
Examples
  switchgear serve
  switchgear chat "Name three rivers"
  switchgear keys create ci --model "openai/*" --json
  switchgear usage --since 1h
  switchgear why REQUEST_ID

--config, --data-dir, --url and --debug go with every command.

Exit codes
"""


def build() -> App:
    """The whole command tree; a command is imported when it is called or asked for help."""
    app = App(
        name="switchgear",
        help="One gateway for every model and every tool.",
        usage="Usage: switchgear COMMAND [OPTIONS]",
        help_formatter=Plain(),
        help_format="plaintext",
        help_epilogue=_EXAMPLES + failures.exit_code_table(),
        version=f"switchgear {__version__}",
        group_commands=_OPTIONS,
        suppress_keyboard_interrupt=False,
        result_action="return_value",
    )
    for order, (group, name, told) in enumerate(COMMANDS):
        app.command(f"switchgear.cli.{name.replace('-', '_')}:app", name=name, help=told, group=group, sort_key=order)
    return app


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command that ``arguments`` (the process's own when left out) name; the exit code.

    Nothing is raised: an error becomes one message on standard error, with a traceback only under ``--debug``.
    """
    screen.forgiving()
    tokens = _hoist(list(sys.argv[1:] if arguments is None else arguments))
    debug = "--debug" in tokens[: tokens.index("--") if "--" in tokens else None]
    try:
        code = _called(tokens, debug=debug)
        sys.stdout.flush()
    except BrokenPipeError:
        with contextlib.suppress(OSError, ValueError):  # what is still buffered has nowhere to go
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return failures.BROKEN_PIPE
    return code


def _called(tokens: list[str], *, debug: bool) -> int:
    try:
        result = build()(tokens, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        return failures.tell_mistake(error)
    except SwitchgearError as error:
        if debug:
            traceback.print_exc()
        return failures.tell(error)
    except KeyboardInterrupt:
        return failures.INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the end of the road: no traceback at a user who did not ask
        if debug:
            traceback.print_exc()
        return failures.tell_defect(error)
    return result if isinstance(result, int) else 0


def _hoist(tokens: list[str]) -> list[str]:
    """Options that every command takes may stand before it: they move behind it, where they are read.

    Without a command they mean nothing: the help is shown, as it is for no arguments at all.
    """
    leading: list[str] = []
    rest = tokens
    while rest:
        name, given, _ = rest[0].partition("=")
        if name not in LEADING:
            break
        take = 2 if LEADING[name] and not given else 1
        leading, rest = leading + rest[:take], rest[take:]
    if not rest:
        return []
    at = next((index for index, token in enumerate(rest) if token.startswith("-")), len(rest))
    return rest[:at] + leading + rest[at:]
