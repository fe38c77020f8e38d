"""One worker of several: takes its orders from the supervisor, serves, and ends with it."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from switchgear.app.crew import Member
from switchgear.app.gateway import Gateway, Options
from switchgear.app.line import Line
from switchgear.app.orders import Orders
from switchgear.app.serving import Serving, Started
from switchgear.config.load import read
from switchgear.core.errors import StartupError
from switchgear.core.secrets import Secret
from switchgear.edge.accepting import Loads
from switchgear.observe import logs

_COUNTED_SECONDS = 5.0
_GRACE_SECONDS = 15.0
_LONGEST_DRAIN = 3600.0


class WorkerProcess:
    """A process that serves as one of several. ``end`` is its end of the line to the supervisor."""

    def __init__(self, end: socket.socket, started: Callable[[Started], None]) -> None:
        self._end = end
        self._started = started
        self._orders: asyncio.Future[Orders] = asyncio.get_running_loop().create_future()
        self._member: Member | None = None
        self._models = ""  # what the supervisor told of the embedded models since its orders
        self._gateway: Gateway | None = None

    async def run(self) -> int:
        """Serve until told to stop; the exit code."""
        watched = _Watched(self._end)
        line = await Line.over(self._end, self._answer)
        reading = asyncio.create_task(line.run(), name="line")
        try:
            orders = await self._orders
            gateway = await self._open(orders, line)
            watched.patience = gateway.settings.server.drain_timeout + _GRACE_SECONDS
            await self._serve(gateway, orders, line)
        except StartupError as error:
            line.tell("failed", json.dumps({"message": error.message, "hint": error.advice}).encode())
            await line.sent()
            return error.exit_code
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        return 0

    async def _open(self, orders: Orders, line: Line) -> Gateway:
        given = orders.options
        options = Options(
            Path(given["data_dir"]),
            Path(given["config"]) if given["config"] else None,
            os.environ,
            given["overrides"],
            orders.text,
        )
        log = read(
            options.config, options.environ, stored=None, overrides=options.overrides, text=orders.text
        ).settings.log
        control = logs.configure(log.level, log.format, fields={"worker": orders.number})
        self._member = Member(orders.number, line, self._models or orders.models)
        gateway = await Gateway.open(options, control, self._member)
        gateway.metrics.before = orders.counted
        self._gateway = gateway
        return gateway

    async def _serve(self, gateway: Gateway, orders: Orders, line: Line) -> None:
        def started(told: Started) -> None:
            self._started(told._replace(key=Secret(orders.key) if orders.key else None))
            line.tell("told")

        counting = asyncio.create_task(_counting(gateway, line), name="counted")
        try:
            with socket.socket(fileno=orders.listener) as listener:
                serving = Serving(gateway, listener, lambda: line.tell("ready"), started if orders.tell else None)
                await serving.run(Loads(orders.loads, orders.number))
        finally:
            counting.cancel()
            await gateway.close()
            line.tell("counted", gateway.metrics.counted())
            await line.sent()

    async def _answer(self, kind: str, body: bytes) -> bytes:
        if kind == "orders":
            self._orders.set_result(Orders.unpacked(body))
        elif kind == "models":
            self._models = body.decode()  # it may come with the orders, before there is anybody to take it
            if self._member is not None and self._member.shared_models is not None:
                self._member.shared_models.take(body)
        elif self._gateway is not None:
            return await self._gateway.host.answer(kind, body)
        return b""


async def _counting(gateway: Gateway, line: Line) -> None:
    """Tell what was counted now and then, so that it stays counted when this process is killed."""
    while True:
        await asyncio.sleep(_COUNTED_SECONDS)
        line.tell("counted", await asyncio.to_thread(gateway.metrics.counted))


class _Watched:
    """Ends this process when its supervisor is gone: in order, and by force after ``patience`` seconds.

    A thread watches the line, so that not even a process that hangs is left behind.
    """

    def __init__(self, end: socket.socket) -> None:
        self.patience = _LONGEST_DRAIN
        self._descriptor = os.dup(end.fileno())
        threading.Thread(target=self._watch, name="supervisor watch", daemon=True).start()

    def _watch(self) -> None:
        hung_up = select.poll()
        hung_up.register(self._descriptor, 0)  # hanging up is always told of
        hung_up.poll()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(self.patience)
        os._exit(1)
