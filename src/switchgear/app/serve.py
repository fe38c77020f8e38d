"""``switchgear serve``: bind, open the gateway, listen, and end cleanly."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import uvloop

from switchgear.app.gateway import Gateway, Options
from switchgear.app.ports import bind
from switchgear.app.serving import Serving, Started
from switchgear.config import paths
from switchgear.config.load import read
from switchgear.observe import logs


class ServeOptions(msgspec.Struct, frozen=True):
    """What the command line gave. ``dev`` reloads the configuration when its file changes."""

    config: Path | None = None
    data_dir: Path | None = None
    host: str | None = None
    port: int | None = None
    dev: bool = False
    environ: Mapping[str, str] = {}


def serve(options: ServeOptions, started: Callable[[Started], None]) -> int:
    """Serve until SIGTERM or SIGINT. ``started`` is told when the gateway listens. Raises StartupError."""
    overrides: dict[str, object] = {}
    if options.host is not None:
        overrides["server.host"] = options.host
    if options.port is not None:
        overrides["server.port"] = options.port
    config = paths.config_file(options.config, options.environ)
    settings = read(config, options.environ, stored=None, overrides=overrides).settings
    control = logs.configure(settings.log.level, settings.log.format)
    listener = bind(settings.server)
    where = Options(paths.data_folder(options.data_dir, options.environ), config, options.environ, overrides)
    try:
        uvloop.run(_serve(where, listener, control, options.dev, started))
    finally:
        listener.close()
    return 0


async def _serve(
    where: Options, listener: socket.socket, control: logs.LogControl, dev: bool, started: Callable[[Started], None]
) -> None:
    with paths.held_folder(paths.open_data_folder(where.data_dir)):
        gateway = await Gateway.open(where, control)
        try:
            await Serving(gateway, listener, where, started).run(dev)
        finally:
            await gateway.close()
