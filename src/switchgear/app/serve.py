"""``switchgear serve``: bind, open the gateway, listen, and end cleanly; or become the supervisor of several workers."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

import msgspec
import uvloop

from switchgear.app.gateway import Gateway, Options
from switchgear.app.notice import Notice
from switchgear.app.orders import Plan
from switchgear.app.ports import bind
from switchgear.app.serving import Serving, Started, leave, url_of
from switchgear.config import paths
from switchgear.config.load import read, read_text
from switchgear.config.schema import Settings
from switchgear.observe import logs

_log = logging.getLogger(__name__)


class ServeOptions(msgspec.Struct, frozen=True):
    """What the command line gave. ``dev`` reloads the configuration when its file changes.

    ``worker`` is the command that starts a worker, to which the number of a descriptor is added.
    """

    config: Path | None = None
    data_dir: Path | None = None
    host: str | None = None
    port: int | None = None
    workers: int | None = None
    dev: bool = False
    environ: Mapping[str, str] = {}
    worker: tuple[str, ...] = ()


def serve(options: ServeOptions, started: Callable[[Started], None]) -> NoReturn:
    """Serve until SIGTERM or SIGINT. ``started`` is told when the gateway listens. Raises StartupError.

    It does not return: the process ends, or becomes the supervisor of several workers.
    """
    given = {"server.host": options.host, "server.port": options.port, "server.workers": options.workers}
    overrides: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    config = paths.config_file(options.config, options.environ)
    text = read_text(config) if config is not None else None
    settings = read(config, options.environ, stored=None, overrides=overrides, text=text).settings
    control = logs.configure(settings.log.level, settings.log.format)
    listener = bind(settings.server)
    folder = paths.data_folder(options.data_dir, options.environ)
    where = Options(folder, config, options.environ, overrides, text)
    try:
        if settings.server.workers > 1:
            _become_supervisor(where, settings, listener, control, options)
        uvloop.run(_serve(where, listener, control, options.dev, started))
    finally:
        listener.close()
    leave(0)


async def _serve(
    where: Options, listener: socket.socket, control: logs.LogControl, dev: bool, started: Callable[[Started], None]
) -> None:
    with paths.held_folder(paths.open_data_folder(where.data_dir)):
        notice = Notice(where.data_dir)
        gateway = await Gateway.open(where, control)

        def listening() -> None:
            trouble = notice.put_up(gateway.url)
            if trouble:
                _log.warning("%s: the CLI needs --url to find this gateway", trouble)

        try:
            await Serving(gateway, listener, listening, started).run(dev=dev)
        finally:
            notice.withdraw()
            await gateway.close()


def _become_supervisor(
    where: Options, settings: Settings, listener: socket.socket, control: logs.LogControl, options: ServeOptions
) -> None:
    """Make and check everything once, then let the supervisor take this process's place. Raises StartupError."""
    with paths.held_folder(paths.open_data_folder(where.data_dir)) as lock:
        key = asyncio.run(_prepare(where, control))
        local = settings.local
        plan = Plan(
            workers=settings.server.workers,
            listener=listener.fileno(),
            lock=lock,
            options={
                "data_dir": str(where.data_dir),
                "config": str(where.config) if where.config is not None else None,
                "overrides": where.overrides,
            },
            text=where.text,
            local={"memory_mb": local.memory_mb, "context": local.context, "threads": local.threads}
            if local.enabled
            else None,
            drain=settings.server.drain_timeout,
            url=url_of(listener, tls=settings.server.tls_cert is not None),
            key=key,
            log=(settings.log.level, settings.log.format),
            dev=options.dev,
            worker=list(options.worker),
        )
        for descriptor in (listener.fileno(), lock):
            os.set_inheritable(descriptor, True)
        descriptor = plan.hand_over()
        sys.stdout.flush()
        sys.stderr.flush()
        program = [sys.executable, "-P", "-m", "switchgear.app.supervisor", str(descriptor)]
        os.execv(sys.executable, program)  # noqa: S606 - our own module


async def _prepare(where: Options, control: logs.LogControl) -> str | None:
    """Check the configuration, bring the store up to date and make the first keys; the admin key where it is new."""
    gateway = await Gateway.open(where, control)
    key = gateway.first_key
    await gateway.close()
    return key.reveal() if key is not None else None
