"""An account at an API: where it is, the credentials that open it, and what its refusals mean.

Every kind of provider that speaks HTTP is one of these and the paths and forms of its dialect.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlsplit

from switchgear.core.errors import ProviderError
from switchgear.core.secrets import Secret
from switchgear.observe.redaction import REDACTED, scrub
from switchgear.providers.base import Upload
from switchgear.providers.errors import provider_error
from switchgear.providers.transport import Answer, Origin, OriginSettings

_MAX_ERROR_BYTES = 256 * 1024
_ERROR_BODY_SECONDS = 5.0
"""How long the body of a refusal is waited for: its status says most of it."""
_SHORTEST_SECRET = 8
"""Characters below which a header's value is not looked for in what the provider says."""
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FRAMING = frozenset(
    {"connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)


class Account:
    """Sends to the origin of ``settings.base_url`` with the credentials and headers of one provider.

    ``credentials`` are header fields; ``headers`` are sent as they are and replace what we would send under their names.
    ``plain`` are header fields that are no secret, which what a provider says may name.
    Raises ValueError for a name or a value that cannot be one (RFC 9110 sections 5.1 and 5.5), without telling the value.
    """

    def __init__(
        self,
        settings: OriginSettings,
        credentials: Mapping[str, Secret] | None = None,
        headers: Mapping[str, Secret] | None = None,
        plain: Mapping[str, str] | None = None,
    ) -> None:
        self.name = settings.provider
        self.origin = Origin(settings)
        self._path = _path(settings.base_url)
        given = [*(credentials or {}).items(), *(headers or {}).items()]
        fields = {"accept-encoding": "identity", "user-agent": "switchgear", **(plain or {})}
        fields |= {name.lower(): _field(name.lower(), value) for name, value in given}
        self._fields = fields
        self._secrets = _credentials(value for _, value in given if value)

    def head(self, method: bytes, path: str, content_type: str = "application/json") -> bytes:
        """The head of a request for ``path`` below the base URL, without the empty line that ends it.

        The path may have a query; it is sent as it is given, so what is not ours in it must be encoded.
        """
        fields = self._fields if method in (b"GET", b"DELETE") else {"content-type": content_type} | self._fields
        target = f"{self._path}{path}" or "/"
        return self.origin.request_line(method, target.encode()) + _lines(fields)

    async def post(
        self, head: bytes, body: bytes, model: str = "", headers: bytes = b"", *, once: bool = False
    ) -> Answer:
        """Send ``body`` behind ``head``, with further field lines; the answer has a 2xx status. Raises ProviderError.

        ``model`` is for the error's text; with ``once`` nothing is ever sent a second time, whatever the connection does.
        """
        request = b"%b%bcontent-length: %d\r\n\r\n%b" % (head, headers, len(body), body)
        answer = await self.origin.send(request, once=once)
        if not 200 <= answer.status < 300:
            with answer:
                raise await self.refusal(answer, model)
        return answer

    async def upload(
        self, path: str, body: Upload, model: str = "", headers: bytes = b"", *, once: bool = False
    ) -> Answer:
        """Send ``body`` to ``path`` as it comes; the rest as in ``post``."""
        answer = await self.origin.send_body(self.head(b"POST", path, body.content_type) + headers, body, once=once)
        if not 200 <= answer.status < 300:
            with answer:
                raise await self.refusal(answer, model)
        return answer

    async def ask(self, method: bytes, path: str, limit: int | None = None) -> Answer:
        """Send a request without a body; the answer has a 2xx status, and at most ``limit`` bytes. Raises ProviderError."""
        answer = await self.origin.send(self.head(method, path) + b"\r\n", limit=limit)
        if not 200 <= answer.status < 300:
            with answer:
                raise await self.refusal(answer)
        return answer

    async def fetch(self, path: str) -> bytes:
        """The body of ``GET path``. Raises ProviderError."""
        with await self.ask(b"GET", path) as answer:
            return await answer.body()

    async def refusal(self, answer: Answer, model: str = "") -> ProviderError:
        """What an answer with another status than 2xx means."""
        answer.hurry(_ERROR_BODY_SECONDS)
        try:
            told = await answer.body()
        except ProviderError:  # the status is known, and says more than how its body failed
            told = b""
        return provider_error(
            self.name, answer.status, answer.header, told[:_MAX_ERROR_BYTES], self.redact, model=model
        )

    def redact(self, text: str) -> str:
        """``text`` without the key, the values of the headers, and whatever looks like a secret."""
        for secret in self._secrets:
            text = text.replace(secret.reveal(), REDACTED)
        return scrub(text)

    def close(self) -> None:
        """Let go of connections; answers under way end first."""
        self.origin.close()


def bearer(key: Secret | None) -> dict[str, Secret]:
    """The credentials of a bearer token (RFC 6750 section 2.1); none without one."""
    return {"authorization": Secret(f"Bearer {key.reveal().strip()}")} if key else {}


def _credentials(values: Iterable[Secret]) -> list[Secret]:
    """What may be quoted of the values: each whole, and what follows a scheme (``Bearer …``); the longest first.

    One that is part of another would else leave the rest of it standing.
    """
    whole = [value.reveal().strip() for value in values]
    found = {text for value in whole for text in (value, value.partition(" ")[2].strip())}
    return [Secret(text) for text in sorted(found, key=len, reverse=True) if len(text) >= _SHORTEST_SECRET]


def _path(base_url: str) -> str:
    """The path of a base URL without its trailing slash; empty at the root. What cannot stand in one is encoded."""
    return quote(urlsplit(base_url).path.rstrip("/"), safe="/%!$&'()*+,;=:@~")


def _lines(fields: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode("latin-1")


def _field(name: str, value: Secret) -> str:
    """The value as one of the header field ``name``."""
    if not _TOKEN.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a header")
    if name in _FRAMING:
        raise ValueError(f"the header {name} is set by the gateway itself")
    text = value.reveal().strip()
    if any(not 32 <= ord(character) < 256 or ord(character) == 127 for character in text):
        raise ValueError(f"the header {name} must be one line of plain characters")
    return text
