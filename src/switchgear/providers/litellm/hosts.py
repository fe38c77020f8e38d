"""The hosts of one provider: LiteLLM names a whole URL for each request, and each host has its own pool of connections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote, urlsplit

import msgspec

from switchgear.core.errors import ProviderError, ProviderInvalidResponse
from switchgear.core.secrets import Secret
from switchgear.observe.redaction import REDACTED, scrub
from switchgear.providers.errors import provider_error
from switchgear.providers.transport import Answer, Origin, OriginSettings

_MAX_ERROR_BYTES: Final = 256 * 1024
_ERROR_BODY_SECONDS: Final = 5.0
_SHORTEST_SECRET: Final = 8
_MOST_HOSTS: Final = 64
_OURS: Final = frozenset(
    {
        "accept", "accept-encoding", "connection", "content-length", "host", "keep-alive", "te", "trailer",
        "transfer-encoding", "upgrade", "user-agent",
    }
)  # fmt: skip
"""Header fields that the gateway sets itself, whatever LiteLLM says."""
_IN_PATHS: Final = "/%:@!$&'()*+,;=~?"
"""What stands in a path or a query as it is (RFC 3986 section 3.3); a model's name may have anything else."""
_ADVERTISING: Final = "litellm"


class Hosts:
    """Sends requests of one provider to whichever host their URL names.

    ``settings`` has the limits; its base URL is not looked at. ``headers`` (lower-case names) are sent with each request and
    replace those of their names. ``secrets`` are never shown: see ``redact``.
    """

    def __init__(self, settings: OriginSettings, headers: Mapping[str, Secret], secrets: Mapping[str, Secret]) -> None:
        self.name = settings.provider
        self._settings = settings
        self._origins: dict[str, Origin] = {}
        self._given = {name.lower(): _line(name, value.reveal()) for name, value in headers.items()}
        self._lines = "".join(self._given.values())
        self._secrets = [secret.reveal() for secret in (*headers.values(), *secrets.values())]
        self._tokens: dict[str, str] = {}

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, model: str = "") -> Answer:
        """POST ``body`` to ``url``; the answer has a 2xx status. Raises ProviderError; ``model`` is for its text."""
        origin, path = self._place(url)
        lines = "".join(_line(name, value) for name, value in headers.items() if self._taken(name, value))
        answer = await origin.send(
            b"%baccept-encoding: identity\r\nuser-agent: switchgear\r\n%b%bcontent-length: %d\r\n\r\n%b"
            % (
                origin.request_line(b"POST", path.encode()),
                self._lines.encode("latin-1"),
                lines.encode("latin-1"),
                len(body),
                body,
            )
        )
        if not 200 <= answer.status < 300:
            with answer:
                raise await self._refusal(answer, model)
        return answer

    async def fetch(self, url: str, headers: Mapping[str, str]) -> bytes:
        """The body of a GET. Raises ProviderError."""
        origin, path = self._place(url)
        lines = "".join(_line(name, value) for name, value in headers.items() if self._taken(name, value))
        head = origin.request_line(b"GET", path.encode()) + (
            f"accept-encoding: identity\r\nuser-agent: switchgear\r\n{self._lines}{lines}\r\n".encode("latin-1")
        )
        with await origin.send(head) as answer:
            if not 200 <= answer.status < 300:
                raise await self._refusal(answer, "")
            return await answer.body()

    def _taken(self, name: str, value: str) -> bool:
        lower = name.lower()
        if lower in self._given or lower in _OURS:
            return False
        return _ADVERTISING not in value.lower()  # it names itself to some providers; the gateway does not

    def _place(self, url: str) -> tuple[Origin, str]:
        """The origin of a URL and the target of a request to it. Raises ProviderError for one that is no web address."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ProviderInvalidResponse(
                f"Provider {self.name} has no address for this: LiteLLM made none.",
                provider=self.name, hint="Set the provider's base_url.",
            )  # fmt: skip
        path = quote(parts.path or "/", safe=_IN_PATHS) + (
            f"?{quote(parts.query, safe=_IN_PATHS)}" if parts.query else ""
        )
        key = f"{parts.scheme}://{parts.netloc}"
        origin = self._origins.get(key)
        if origin is None:
            while len(self._origins) >= _MOST_HOSTS:
                self._origins.pop(next(iter(self._origins))).close()
            origin = self._origins[key] = Origin(msgspec.structs.replace(self._settings, base_url=key))
        return origin, path

    async def _refusal(self, answer: Answer, model: str) -> ProviderError:
        answer.hurry(_ERROR_BODY_SECONDS)
        try:
            told = await answer.body()
        except ProviderError:  # the status is known, and says more than how its body failed
            told = b""
        header: Callable[[bytes], bytes] = answer.header
        return provider_error(self.name, answer.status, header, told[:_MAX_ERROR_BYTES], self.redact, model=model)

    def hide(self, name: str, token: str) -> None:
        """Let ``redact`` know a token that was obtained; a later one of the same name takes its place."""
        self._tokens[name] = token

    def redact(self, text: str) -> str:
        """``text`` without the provider's credentials and whatever looks like a secret."""
        for secret in sorted((*self._secrets, *self._tokens.values()), key=len, reverse=True):
            if len(secret) >= _SHORTEST_SECRET:
                text = text.replace(secret, REDACTED)
        return scrub(text)

    def close(self) -> None:
        """Let go of connections; answers under way end first."""
        for origin in self._origins.values():
            origin.close()


def _line(name: str, value: str) -> str:
    """A header field. A value that would be more than one line is not sent as it is."""
    return f"{name}: {value.translate(_NO_LINES).strip()}\r\n"


_NO_LINES: Final = dict.fromkeys((*range(32), 127))
