"""``switchgear serve``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from switchgear.cli import banner
from switchgear.cli.where import HERE, Where

if TYPE_CHECKING:
    from switchgear.app.serve import Started

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

    def started(told: Started) -> None:
        found = [(variable, provider, banner.example_model(provider)) for variable, provider in told.found]
        key = told.key.reveal() if told.key else None
        banner.render(banner.BannerFacts(told.version, told.url, key, told.models, found, told.config, told.notes))

    return start(ServeOptions(where.config, where.data_dir, host, port, dev, where.environ), started)
