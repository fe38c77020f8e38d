"""Any OpenAI-compatible API as a provider. Bodies pass through as bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlsplit

import msgspec

from switchgear.core.errors import ProviderError, ProviderInvalidResponse
from switchgear.core.secrets import Secret
from switchgear.observe.redaction import REDACTED, scrub
from switchgear.providers.base import Operation
from switchgear.providers.openai_errors import provider_error
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


class _ListedModel(msgspec.Struct):
    id: str


class _ModelList(msgspec.Struct):
    data: list[_ListedModel] = []


class OpenAIProvider:
    """A provider that speaks OpenAI's wire format at ``settings.base_url``.

    ``headers`` are sent with every request, as they are; one that we send too is sent as given here. Raises
    ValueError for a name or a value that cannot be one (RFC 9110 sections 5.1 and 5.5), without telling the value.
    """

    embedded = False

    def __init__(
        self,
        settings: OriginSettings,
        api_key: Secret | None = None,
        headers: Mapping[str, Secret] | None = None,
        *,
        stream_usage: bool = True,
    ) -> None:
        self.name = settings.provider
        self.stream_usage = stream_usage
        self._origin = Origin(settings)
        path = _path(settings.base_url)
        fields = {"accept-encoding": "identity", "user-agent": "switchgear"}
        if api_key:
            fields["authorization"] = "Bearer " + _field("authorization", api_key)
        fields |= {name.lower(): _field(name.lower(), value) for name, value in (headers or {}).items()}
        self._secrets = _credentials(value for value in (api_key, *(headers or {}).values()) if value)
        self._heads = {
            operation: self._origin.request_line(b"POST", f"{path}/{operation.value}".encode())
            + _lines({"content-type": "application/json"} | fields)
            + b"content-length: "
            for operation in Operation
        }
        self._list_request = self._origin.request_line(b"GET", f"{path}/models".encode()) + _lines(fields) + b"\r\n"

    async def send(self, operation: Operation, model: str, body: bytes) -> Answer:
        """Send ``body``; the answer has a 2xx status. Raises ProviderError."""
        answer = await self._origin.send(b"%b%d\r\n\r\n%b" % (self._heads[operation], len(body), body))
        if not 200 <= answer.status < 300:
            with answer:
                raise await self._refusal(answer, model)
        return answer

    async def _refusal(self, answer: Answer, model: str = "") -> ProviderError:
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

    async def list_models(self) -> list[str]:
        """The ids of ``GET /models``. Raises ProviderError."""
        with await self._origin.send(self._list_request) as answer:
            if not 200 <= answer.status < 300:
                raise await self._refusal(answer)
            body = await answer.body()
        try:
            told = msgspec.json.decode(body, type=_ModelList | list[_ListedModel])  # the bare list is Together's
            return [model.id for model in (told if isinstance(told, list) else told.data)]
        except (msgspec.DecodeError, RecursionError) as error:
            raise ProviderInvalidResponse(
                f"Provider {self.name} answered its list of models in a form that is not OpenAI's.",
                provider=self.name, cause=str(error),
            ) from error  # fmt: skip

    def close(self) -> None:
        """Let go of connections."""
        self._origin.close()


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
