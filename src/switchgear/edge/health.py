"""``/healthz``, ``/readyz`` and ``/metrics``: for probes and scrapers, without a key, telling nothing secret.

Metrics name models and providers, and how much they are used. Where only this machine is listened for they are for its names alone: a page of
another site, whose name was made to lead here, is not told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from switchgear.config.schema import ServerSettings
from switchgear.core.errors import PermissionDenied
from switchgear.core.ids import RequestIds
from switchgear.edge.exchange import Exchange
from switchgear.edge.origins import check_host

_encode = msgspec.json.Encoder().encode
_TEXT = b"content-type: text/plain; charset=utf-8\r\ncache-control: no-store\r\n"
_JSON = b"content-type: application/json\r\ncache-control: no-store\r\n"


class Readiness(msgspec.Struct, frozen=True):
    """``ready`` is whether calls can be served; ``parts`` tells of each part its state and the reason.

    ``draining``: it is ending, and takes no new connections.
    """

    ready: bool
    parts: dict[str, dict[str, str]]
    draining: bool = False

    @property
    def status(self) -> str:
        """In one word."""
        if self.draining:
            return "draining"
        return "ready" if self.ready else "not_ready"


class Health:
    """The probes. ``readiness`` and ``metrics`` are asked at every request; ``server`` gives the settings as they are."""

    def __init__(
        self,
        readiness: Callable[[], Awaitable[Readiness]],
        metrics: Callable[[str], Awaitable[tuple[bytes, str]]],
        ids: RequestIds,
        server: Callable[[], ServerSettings],
    ) -> None:
        self._ids = ids
        self._server = server
        self._readiness = readiness
        self._metrics = metrics

    async def healthz(self, exchange: Exchange) -> None:
        """The process serves."""
        if self._reads(exchange):
            exchange.reply(200, _JSON + self._id(), b'{"status":"ok"}')

    async def readyz(self, exchange: Exchange) -> None:
        """The process can take calls: 200, or 503 with what is missing."""
        if self._reads(exchange):
            now = await self._readiness()
            body = _encode({"status": now.status, "parts": now.parts})
            exchange.reply(200 if now.ready else 503, _JSON + self._id(), body)

    async def metrics(self, exchange: Exchange) -> None:
        """Prometheus metrics, as text or OpenMetrics; 403 for who calls a gateway of this machine by another name."""
        if self._reads(exchange):
            try:
                check_host(exchange.header(b"host").decode("latin-1"), self._server())
            except PermissionDenied as error:
                exchange.reply(403, _TEXT + self._id(), f"{error.message} {error.advice}\n".encode())
                return
            body, kind = await self._metrics(exchange.header(b"accept").decode("latin-1"))
            exchange.reply(200, b"content-type: %b\r\n%b" % (kind.encode("ascii"), self._id()), body)

    def _id(self) -> bytes:
        return b"x-request-id: %b\r\n" % self._ids.next().encode()

    def _reads(self, exchange: Exchange) -> bool:
        if exchange.method in ("GET", "HEAD"):
            return True
        exchange.reply(405, b"allow: GET, HEAD\r\n" + self._id(), b"")
        return False
