"""``switchgear serve``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import App, Parameter

from switchgear.cli import banner
from switchgear.cli.where import HERE, Where

if TYPE_CHECKING:
    from switchgear.app.serve import Started

_PATIENCE: Final = 5.0
"""Seconds that the banner waits for the embedded model, which most often takes less than one."""

app = App(
    name="serve",
    help_epilogue="""\
Ctrl-C or SIGTERM ends it when the calls under way are answered; SIGHUP reads the configuration again.

Examples
  switchgear serve
  switchgear serve --port 4101
  switchgear serve --config team.toml --dev""",
)


@app.default
def serve(
    *,
    host: Annotated[str | None, Parameter(metavar="ADDRESS", help="Address to listen on. [127.0.0.1]")] = None,
    port: Annotated[int | None, Parameter(metavar="NUMBER", help="Port to listen on. [4100]")] = None,
    dev: Annotated[bool, Parameter(negative="", help="Reload the configuration file when it changes.")] = False,
    where: Where = HERE,
) -> int:
    """Serve models until Ctrl-C or SIGTERM."""
    from switchgear.app.serve import ServeOptions  # noqa: PLC0415 - this module is imported for --help too
    from switchgear.app.serve import serve as start  # noqa: PLC0415 - the same

    announcing: list[asyncio.Task[None]] = []

    def started(told: Started) -> None:
        announcing.append(asyncio.get_running_loop().create_task(_announce(told), name="banner"))

    return start(ServeOptions(where.config, where.data_dir, host, port, dev, where.environ), started)


async def _announce(told: Started) -> None:
    """Print the banner as soon as the state of the embedded models is known, or has been waited for long enough."""
    key = told.key.reveal() if told.key else None
    deadline = asyncio.get_running_loop().time() + _PATIENCE
    while _loading(told) and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - states are asked for
        await asyncio.sleep(0.05)
    found = [(each.variable, each.name, banner.example_model(each.name)) for each in told.gateway.loaded.found]
    banner.render(banner.BannerFacts(told.version, told.url, key, _models(told), found, told.config, told.notes))


def _loading(told: Started) -> bool:
    embedded = told.gateway.embedded
    return embedded is not None and any(one["state"] == "starting" for one in embedded.states().values())


def _models(told: Started) -> list[tuple[str, str, float | None]]:
    embedded = told.gateway.embedded
    rows: list[tuple[str, str, float | None]] = []
    for name, one in embedded.states().items() if embedded is not None else ():
        seconds = one["since"] - told.gateway.started_at if one["state"] == "ready" else None
        state = one["state"] if not one["reason"] or one["state"] in {"ready", "starting"} else one["reason"]
        rows.append((name, state, seconds))
    return rows
