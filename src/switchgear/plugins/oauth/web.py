"""What is asked of others in order to sign in: short requests and short answers, each address judged, no redirect followed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from switchgear.core.errors import PluginLoginFailed, PluginUnavailable, ProviderError, ProviderResponseTooLarge
from switchgear.core.structs import Frozen
from switchgear.plugins.oauth.addresses import check
from switchgear.providers.connection import Timeouts
from switchgear.providers.guard import Resolve
from switchgear.providers.transport import Answer, Origin, OriginSettings

T = TypeVar("T")
Pairs = Sequence[tuple[str, str]]

_TIMEOUTS: Final = Timeouts(10.0, 15.0, 10.0, 25.0)
_MOST_BYTES: Final = 256 * 1024
_FORM: Final = "application/x-www-form-urlencoded"


class Page(Frozen, frozen=True):
    """An answer."""

    status: int
    body: bytes

    def json(self, kind: type[T]) -> T | None:
        """The body as what it should be; None where it is not."""
        try:
            return msgspec.json.decode(self.body, type=kind, strict=False)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return None


class Web:
    """Asks on behalf of the plugin at ``url``. Every method raises PluginLoginFailed for what may not be asked or answers with a
    redirect or too much, and PluginUnavailable for who cannot be reached.
    """

    def __init__(self, plugin: str, url: str, guard: Resolve) -> None:
        self.plugin = plugin
        self.url = url
        self._guard = guard

    async def get(self, url: str, what: str, fields: Pairs = ()) -> Page:
        """The document at ``url``, called ``what`` where it cannot be had."""
        return await self._page(b"GET", url, what, [("accept", "application/json"), *fields])

    async def post_form(self, url: str, what: str, form: Pairs, fields: Pairs = ()) -> Page:
        """What is answered to a form."""
        body = urlencode(form).encode()
        return await self._page(
            b"POST", url, what, [("accept", "application/json"), ("content-type", _FORM), *fields], body
        )

    async def post_json(self, url: str, what: str, value: object) -> Page:
        """What is answered to JSON."""
        fields = [("accept", "application/json"), ("content-type", "application/json")]
        return await self._page(b"POST", url, what, fields, msgspec.json.encode(value))

    async def knock(self, method: bytes, fields: Pairs, body: bytes = b"") -> tuple[int, str]:
        """The status of the plugin's answer without our authorization, and its challenge; what comes with it is not read."""
        origin = self._origin(self.url)
        try:
            with await self._sent(origin, self.url, method, fields, body) as answer:
                told = b", ".join(value for name, value in answer.headers if name == b"www-authenticate")
                return answer.status, told.decode("latin-1")
        except ProviderError as error:
            raise self._translated(error, "the plugin") from error
        finally:
            origin.close()

    async def _page(self, method: bytes, url: str, what: str, fields: Pairs, body: bytes = b"") -> Page:
        check(self.plugin, url, what, self.url)
        origin = self._origin(url)
        try:
            with await self._sent(origin, url, method, fields, body) as answer:
                page = Page(answer.status, await answer.body())
        except ProviderError as error:
            raise self._translated(error, what) from error
        finally:
            origin.close()
        if 300 <= page.status < 400:
            host = urlsplit(url).netloc[:200]
            said = (
                f"Plugin {self.plugin}: {what} at {host} leads elsewhere (status {page.status}), which is not followed."
            )
            raise PluginLoginFailed(said, plugin=self.plugin)
        return page

    def _origin(self, url: str) -> Origin:
        parts = urlsplit(url)
        settings = OriginSettings(
            self.plugin, f"{parts.scheme}://{parts.netloc}", timeouts=_TIMEOUTS, max_response_bytes=_MOST_BYTES
        )
        return Origin(settings, self._guard)

    async def _sent(self, origin: Origin, url: str, method: bytes, fields: Pairs, body: bytes) -> Answer:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:  # behind a proxy nobody else asks
            await self._guard(asyncio.get_running_loop(), parts.hostname or "", port)
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or str(error)
            said = f"Plugin {self.plugin}: {parts.hostname} is not asked or cannot be found: {why}."
            raise PluginLoginFailed(said, plugin=self.plugin) from error
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
        length = f"content-length: {len(body)}\r\n" if method == b"POST" else ""
        head = origin.request_line(method, target.encode())
        more = f"{lines}{length}user-agent: switchgear\r\naccept-encoding: identity\r\n\r\n".encode("latin-1")
        return await origin.send(head + more + body, once=True)

    def _translated(self, error: ProviderError, what: str) -> PluginLoginFailed | PluginUnavailable:
        said = error.message.replace(f"Provider {self.plugin}", f"Plugin {self.plugin}: {what}", 1)
        if isinstance(error, ProviderResponseTooLarge):
            said = f"Plugin {self.plugin}: {what} has more than {_MOST_BYTES} bytes."
            return PluginLoginFailed(said, plugin=self.plugin)
        return PluginUnavailable(said, plugin=self.plugin, hint="Check the network, and try again.", cause=error.cause)
