"""``switchgear serve``."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Annotated, Final

from cyclopts import App, Parameter

from switchgear.cli import banner
from switchgear.cli.where import HERE, Where
from switchgear.core.errors import ConfigInvalid, Problem

_COMMAND_LINE: Final = "command line"
_ADVICE: Final = {
    "server.port": "Give --port a number from 1 to 65535, or leave it out.",
    "server.workers": 'Give --workers a number from 1 to 256; more than 1 need url = "valkey://host:6379/0" under [state].',
    "server.host": "Leave --host out, or give an address that [server] of the file has tls_cert or trusted_proxy for.",
}
"""What to change on the command line, by the setting it overrides."""

app = App(
    name="serve",
    help_epilogue="""\
Ctrl-C or SIGTERM ends it when the calls under way are answered; SIGHUP reads the configuration again.

Examples
  switchgear serve
  switchgear serve --port 4101
  switchgear serve --workers 4
  switchgear serve --config team.toml --dev""",
)


@app.default
def serve(
    *,
    host: Annotated[str | None, Parameter(metavar="ADDRESS", help="Address to listen on. [127.0.0.1]")] = None,
    port: Annotated[int | None, Parameter(metavar="NUMBER", help="Port to listen on. [4100]")] = None,
    workers: Annotated[
        int | None, Parameter(metavar="NUMBER", help="Processes that serve; more than one need a shared [state]. [1]")
    ] = None,
    dev: Annotated[bool, Parameter(negative="", help="Reload the configuration file when it changes.")] = False,
    where: Where = HERE,
) -> int:
    """Serve models until Ctrl-C or SIGTERM."""
    from switchgear.app.serve import ServeOptions  # noqa: PLC0415 - this module is imported for --help too
    from switchgear.app.serve import serve as start  # noqa: PLC0415 - the same

    worker = (sys.executable, "-P", "-m", "switchgear.cli.worker")
    options = ServeOptions(where.config, where.data_dir, host, port, workers, dev, where.environ, worker)
    try:
        return start(options, banner.announce)
    except ConfigInvalid as error:
        raise _of_the_options(error) from None


def _of_the_options(error: ConfigInvalid) -> ConfigInvalid:
    """``error`` with mistakes of --host and --port told as that, and no word of a file where none is at fault."""
    if not any(each.file == _COMMAND_LINE for each in error.problems):
        return error
    from switchgear.config.problems import report  # noqa: PLC0415 - this module is imported for --help too

    told = report([_of_the_option(each) for each in error.problems])
    alone = all(each.file == _COMMAND_LINE for each in error.problems)
    return ConfigInvalid(told.message, problems=told.problems, hint="" if alone else None)


def _of_the_option(problem: Problem) -> Problem:
    if problem.file != _COMMAND_LINE or problem.path not in _ADVICE:
        return problem
    option = f"--{problem.path.removeprefix('server.')}"
    message = problem.message.replace(f"{problem.path} = ", f"{option} ").replace(problem.path, option)
    return replace(problem, path=option, message=message, suggestion=_ADVICE[problem.path])
