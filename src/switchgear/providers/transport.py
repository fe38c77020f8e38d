"""The HTTP client on the way to providers: one pool an origin, TLS, proxies, and one retry that is safe.

Measured against the libraries that could do this (see docs/decisions): a bare protocol on llhttp costs a
fifth of the next best. Nothing else in the project opens sockets by hand.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections import deque
from collections.abc import Callable
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import msgspec

from switchgear.core.errors import ProviderDisconnected, ProviderTimeout, ProviderUnreachable
from switchgear.providers.base import Upload
from switchgear.providers.connection import Connection, Headers, Sink, StaleConnectionError, Timeouts
from switchgear.providers.guard import Resolve, resolve
from switchgear.providers.sending import Sending
from switchgear.providers.tunnel import open_tunnel

IDLE_SECONDS = 55.0
"""How long an unused connection is kept; under the common 60 s at which servers and load balancers close."""


class OriginSettings(msgspec.Struct, frozen=True):
    """Where a provider is and how to reach it. ``proxy`` is a URL, ``"none"``, or None for the environment's."""

    provider: str
    base_url: str
    timeouts: Timeouts = Timeouts()
    proxy: str | None = None
    ca_file: str | None = None
    max_response_bytes: int = 64 * 1024 * 1024
    max_connections: int = 1000


class Answer:
    """A provider's answer in progress. Use as a context manager: leaving it frees or ends the connection."""

    __slots__ = ("_closed", "_connection", "_origin")

    def __init__(self, connection: Connection, origin: Origin) -> None:
        self._connection = connection
        self._origin = origin
        self._closed = False

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._connection.status

    @property
    def headers(self) -> Headers:
        """Header fields in order, names in lower case."""
        return self._connection.headers

    def header(self, name: bytes) -> bytes:
        """The first field of that (lower-case) name, or nothing."""
        for key, value in self._connection.headers:
            if key == name:
                return value
        return b""

    async def body(self) -> bytes:
        """The whole body. Raises ProviderError."""
        return await self._connection.body()

    async def pipe(self, sink: Sink) -> None:
        """Hand the body to ``sink`` as it arrives. Raises ProviderError, or what the sink raised."""
        await self._connection.pipe(sink)

    def pause(self) -> None:
        """Make the provider wait."""
        self._connection.pause()

    def resume(self) -> None:
        """Take more from the provider."""
        self._connection.resume()

    def hurry(self, seconds: float) -> None:
        """Give the answer at most this long to end."""
        self._connection.hurry(seconds)

    def close(self) -> None:
        """Give the connection back if the answer is whole, end it if not. A second time has no effect."""
        if not self._closed:  # given back twice, it would carry two calls at once
            self._closed = True
            self._origin.release(self._connection)

    def __enter__(self) -> Answer:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class Origin:
    """A pool of connections to one scheme, host and port, and the way of sending over them.

    ``resolve`` is the guard that names the addresses to dial.
    """

    def __init__(self, settings: OriginSettings, resolve: Resolve = resolve) -> None:
        self._resolve = resolve
        self.settings = settings
        parts = urlsplit(settings.base_url)
        self._host = parts.hostname or ""
        self._tls = parts.scheme == "https"
        self._port = parts.port or (443 if self._tls else 80)
        self._proxy = _proxy_for(parts, settings.proxy)
        self._context: ssl.SSLContext | None = None
        self._idle: list[Connection] = []
        self._open = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._sweep: asyncio.TimerHandle | None = None
        self._closed = False
        host = f"[{self._host}]" if ":" in self._host else self._host
        default_port = self._port == (443 if self._tls else 80)
        self.authority = host if default_port else f"{host}:{self._port}"
        self._absolute = b""
        self._proxy_header = b""
        if self._proxy is not None and not self._tls:
            self._absolute = f"http://{self.authority}".encode()
            self._proxy_header = _proxy_authorization(self._proxy)

    def request_line(self, method: bytes, path: bytes) -> bytes:
        """Request line and the fields every request has, ending before further fields (RFC 9112 section 3)."""
        return b"%b %b%b HTTP/1.1\r\nhost: %b\r\n%b" % (
            method, self._absolute, path, self.authority.encode(), self._proxy_header,
        )  # fmt: skip

    async def send(
        self, request: bytes, timeouts: Timeouts | None = None, *, limit: int | None = None, once: bool = False
    ) -> Answer:
        """Send ``request`` and wait for the head of its answer, whose body may have ``limit`` bytes.

        A request that met a kept connection the provider had already closed is sent again, once, over a new
        connection, and only when not one byte was answered; with ``once`` a new connection is taken from the start. Raises ProviderError.
        """
        limits = timeouts or self.settings.timeouts
        connection = (None if once else self._take()) or await self._connect(limits.connect)
        while True:
            try:
                connection.begin(request, limits, limit or self.settings.max_response_bytes)
                await connection.head()
                return Answer(connection, self)
            except StaleConnectionError:
                self.release(connection)
            except BaseException:  # cancelled or failed: the connection is ended, the reason goes on
                self.release(connection)
                raise
            # a new one, which is never stale, into the place that just came free: another kept one could end the
            # same way, and a request that makes its server fall over would go round them all
            connection = await self._connect(limits.connect)

    async def send_body(
        self, head: bytes, body: Upload, timeouts: Timeouts | None = None, *, once: bool = False
    ) -> Answer:
        """Send ``head`` (without the field that frames the body) and ``body`` as it comes, and wait for the answer's head.

        An answer that is no 2xx may come before the body is through, which is then not sent to its end. The limits of time
        count from the end of the body. ``once`` as in ``send``. Raises ProviderError, or what the body's source raised.
        """
        limits = timeouts or self.settings.timeouts
        sending = Sending(head, body, limits)
        connection = (None if once else self._take()) or await self._connect(limits.connect)
        try:
            while True:
                try:
                    sending.over(connection, self.settings.max_response_bytes)
                    await connection.head()
                    await sending.answered()
                    return Answer(connection, self)
                except StaleConnectionError as error:
                    self.release(connection)
                    if not sending.again:
                        name = self.settings.provider
                        raise ProviderDisconnected(
                            f"Provider {name} closed the connection before it had the whole request.", provider=name
                        ) from error
                except BaseException:
                    self.release(connection)
                    raise
                connection = await self._connect(limits.connect)
        finally:
            await sending.close()

    # ------------------------------------------------------------ the pool

    def _take(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable:
                return connection
            self._forget(connection)
        return None

    def release(self, connection: Connection) -> None:
        """Keep the connection for the next request if it can carry one, else end it."""
        if connection.reusable and not self._closed:
            loop = asyncio.get_running_loop()
            connection.idle_since = loop.time()
            self._idle.append(connection)
            if self._sweep is None:
                self._sweep = loop.call_later(IDLE_SECONDS, self._close_old)
            self._admit_next()
        else:
            self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        connection.abort()
        self._open -= 1
        self._admit_next()

    def _idle_closed(self, connection: Connection) -> None:
        if connection in self._idle:
            self._idle.remove(connection)
            self._open -= 1
            self._admit_next()

    def _admit_next(self) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    def _close_old(self) -> None:
        loop = asyncio.get_running_loop()
        oldest_kept = loop.time() - IDLE_SECONDS
        old = [connection for connection in self._idle if connection.idle_since <= oldest_kept]
        self._idle = [connection for connection in self._idle if connection.idle_since > oldest_kept]
        for connection in old:
            self._forget(connection)
        self._sweep = loop.call_later(IDLE_SECONDS / 4, self._close_old) if self._idle else None

    def close(self) -> None:
        """End idle connections now and the others when their answers are done."""
        self._closed = True
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        idle, self._idle = self._idle, []
        for connection in idle:
            self._forget(connection)

    # ------------------------------------------------------------ connecting

    async def _connect(self, seconds: float) -> Connection:
        """A new connection, or a kept one that came free while waiting for a place."""
        name = self.settings.provider
        try:
            async with asyncio.timeout(seconds):
                if self._open >= self.settings.max_connections and (kept := await self._place()) is not None:
                    return kept
                return await self._open_one()
        except TimeoutError as error:
            what, hint = "could not be connected to within", None
            if self._open >= self.settings.max_connections:
                what = f"has all of its {self.settings.max_connections} connections in use, and none came free within"
                hint = "Try again, or raise the provider's max_connections."
            said = f"Provider {name} {what} {seconds:g} s (connect)."
            late = ProviderTimeout(said, provider=name, hint=hint)
            late.reached = False
            raise late from error
        except ssl.SSLError as error:
            raise ProviderUnreachable(
                f"Provider {name}: no secure connection to {self.authority}: {_tls_reason(error)}.",
                provider=name, cause=str(error),
            ) from error  # fmt: skip
        except (OSError, UnicodeError) as error:  # UnicodeError: a host name that IDNA cannot encode
            where = f"the proxy {self._proxy.hostname}" if self._proxy else self.authority
            raise ProviderUnreachable(
                f"Provider {name} cannot be reached at {where}: {_os_reason(error)}.", provider=name, cause=str(error)
            ) from error

    async def _place(self) -> Connection | None:
        """Wait until one more connection may be opened (None), or until a kept one is free."""
        enter = self._waiting.append
        while True:
            waiter = asyncio.get_running_loop().create_future()
            enter(waiter)
            enter = self._waiting.appendleft  # who was called and found the place taken again stays in front
            try:
                await waiter
            except BaseException:
                if not waiter.cancelled():  # a place offered to one who left goes to the next
                    self._admit_next()
                elif waiter in self._waiting:
                    self._waiting.remove(waiter)
                raise
            if (kept := self._take()) is not None:
                return kept
            if self._open < self.settings.max_connections:
                return None

    async def _open_one(self) -> Connection:
        self._open += 1
        try:
            made = await self._dial()
        except BaseException:  # the place is given back whatever happened
            self._open -= 1
            self._admit_next()
            raise
        if made.transport.is_closing():  # nothing would ever tell a request sent now that it is lost
            self._forget(made)
            raise ConnectionResetError("it closed the connection at once")
        return made

    async def _dial(self) -> Connection:
        loop = asyncio.get_running_loop()

        def protocol() -> Connection:
            return Connection(loop, self.settings.provider, self._idle_closed)

        context = await self._tls_context() if self._tls else None
        if self._proxy is None:
            return await self._dial_direct(loop, protocol, context)
        if self._proxy.scheme not in ("http", "https"):
            raise ConnectionError(f"a proxy of kind {self._proxy.scheme}: is not supported, only http: and https: are")
        proxy_tls = await self._tls_context() if self._proxy.scheme == "https" else None
        proxy_port = self._proxy.port or (443 if proxy_tls else 80)
        proxy_host = self._proxy.hostname or ""
        if context is None:
            _, made = await loop.create_connection(protocol, proxy_host, proxy_port, ssl=proxy_tls)
            return made
        authority = f"{self.authority}:443" if self._port == 443 else self.authority
        raw = await open_tunnel(loop, (proxy_host, proxy_port, proxy_tls), authority, _proxy_authorization(self._proxy))
        made = protocol()
        made.connection_made(raw)  # the provider's first bytes can come before start_tls is back
        secure = await loop.start_tls(raw, made, context, server_hostname=self._host)
        if secure is None:
            raise ConnectionError("the connection closed during the TLS handshake")
        made.connection_made(secure)
        return made

    async def _dial_direct(
        self, loop: asyncio.AbstractEventLoop, protocol: Callable[[], Connection], context: ssl.SSLContext | None
    ) -> Connection:
        """Connect to the first address that answers, of those the guard lets through."""
        server_name = self._host if context else None
        failure: OSError | None = None
        for address in await self._resolve(loop, self._host, self._port):
            try:
                _, made = await loop.create_connection(
                    protocol, address, self._port, ssl=context, server_hostname=server_name
                )
                return made
            except ssl.SSLError:
                raise
            except OSError as error:
                failure = error
        raise failure or ConnectionError("it has no address")

    async def _tls_context(self) -> ssl.SSLContext:
        """The context, made at the first need and off the loop: reading the system's authorities takes a while."""
        if self._context is None:
            try:
                context = await asyncio.to_thread(ssl.create_default_context, cafile=self.settings.ca_file)
            except OSError as error:  # ssl.SSLError is one
                raise ProviderUnreachable(
                    f"Provider {self.settings.provider}: its ca_file {self.settings.ca_file} cannot be used: {_os_reason(error)}.",
                    provider=self.settings.provider, hint="Correct the provider's ca_file.", cause=str(error),
                ) from error  # fmt: skip
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.set_alpn_protocols(["http/1.1"])
            self._context = context
        return self._context


def _proxy_for(target: SplitResult, setting: str | None) -> SplitResult | None:
    """The proxy for a target: the setting, else the environment's HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY."""
    if setting == "none":
        return None
    if setting is None:
        proxies = getproxies_environment()
        found = proxies.get(target.scheme) or proxies.get("all")
        if not found or proxy_bypass(target.netloc.rpartition("@")[2]):
            return None
        setting = found if "://" in found else f"http://{found}"
    return urlsplit(setting)


def _proxy_authorization(proxy: SplitResult) -> bytes:
    """The Proxy-Authorization field for credentials in the proxy's URL (RFC 7617), or nothing."""
    if proxy.username is None:
        return b""
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}".encode()
    return b"proxy-authorization: Basic %b\r\n" % base64.b64encode(pair)


def _tls_reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    return (error.reason or "TLS failed").replace("_", " ").lower()


def _os_reason(error: OSError | UnicodeError) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return text.rstrip(".").lower() if text[:1].isupper() and not text[:2].isupper() else text.rstrip(".")
