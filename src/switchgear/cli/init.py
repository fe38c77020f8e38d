"""``switchgear init``."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from switchgear.cli import screen
from switchgear.cli.where import HERE, Where
from switchgear.config.paths import CONFIG_FILE
from switchgear.core.errors import StartupError, UsageError

app = App(
    name="init",
    help_epilogue="""\
An existing file is never overwritten.

Examples
  switchgear init
  switchgear init /etc/switchgear/switchgear.toml""",
)


@app.default
def init(
    path: Annotated[Path | None, Parameter(help="Where to write it. [./switchgear.toml]")] = None,
    /,
    *,
    where: Where = HERE,
) -> None:
    """Write a configuration file in which every setting stands with its default and its meaning."""
    from switchgear.config.template import render_template  # noqa: PLC0415 - pydantic is slow to import

    target = path or where.file() or Path(CONFIG_FILE)
    if target.is_dir():
        target /= CONFIG_FILE
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(render_template())
    except FileExistsError:
        raise UsageError(
            f"{target} exists already and was left as it is.", hint="Name another: switchgear init PATH"
        ) from None
    except OSError as error:
        reason = "its folder does not exist" if error.errno == errno.ENOENT else (error.strerror or "error").lower()
        raise StartupError(
            f"{target} cannot be written: {reason}.", hint="Name another: switchgear init PATH"
        ) from None
    screen.say(f"Wrote {target}: every setting with its default, and one model that works.")
    named = "" if target == Path(CONFIG_FILE) else f" --config {target}"
    screen.say(f"Change what you need, then: switchgear check{named}")
