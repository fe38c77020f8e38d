"""Any OpenAI-compatible API as a provider. Bodies pass through as bytes."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from switchgear.core.errors import ProviderInvalidResponse
from switchgear.core.secrets import Secret
from switchgear.providers.base import Operation
from switchgear.providers.openai_errors import provider_error
from switchgear.providers.transport import Answer, Origin, OriginSettings

_MAX_ERROR_BYTES = 256 * 1024


class _ListedModel(msgspec.Struct):
    id: str


class _ModelList(msgspec.Struct):
    data: list[_ListedModel] = []


class OpenAIProvider:
    """A provider that speaks OpenAI's wire format at ``settings.base_url``.

    ``headers`` are sent with every request, as they are.
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
        fields = "accept-encoding: identity\r\nuser-agent: switchgear\r\n"
        if api_key:
            fields += f"authorization: Bearer {_field(api_key)}\r\n"
        fields += "".join(f"{name.lower()}: {_field(value)}\r\n" for name, value in (headers or {}).items())
        encoded = fields.encode("latin-1")
        self._heads = {
            operation: self._origin.request_line(b"POST", f"{path}/{operation.value}".encode())
            + encoded
            + b"content-type: application/json\r\ncontent-length: "
            for operation in Operation
        }
        self._list_request = self._origin.request_line(b"GET", f"{path}/models".encode()) + encoded + b"\r\n"

    async def send(self, operation: Operation, model: str, body: bytes) -> Answer:
        """Send ``body``; the answer has a 2xx status. Raises ProviderError."""
        answer = await self._origin.send(b"%b%d\r\n\r\n%b" % (self._heads[operation], len(body), body))
        if not 200 <= answer.status < 300:
            with answer:
                raise await self._refusal(answer, model)
        return answer

    async def _refusal(self, answer: Answer, model: str) -> Exception:
        told = await answer.body()
        return provider_error(self.name, answer.status, answer.header, told[:_MAX_ERROR_BYTES], model=model)

    async def list_models(self) -> list[str]:
        """The ids of ``GET /models``. Raises ProviderError."""
        with await self._origin.send(self._list_request) as answer:
            body = await answer.body()
            if not 200 <= answer.status < 300:
                raise provider_error(self.name, answer.status, answer.header, body[:_MAX_ERROR_BYTES])
        try:
            return [model.id for model in msgspec.json.decode(body, type=_ModelList).data]
        except (msgspec.DecodeError, RecursionError) as error:
            raise ProviderInvalidResponse(
                f"Provider {self.name} answered its list of models in a form that is not OpenAI's.",
                provider=self.name, cause=str(error),
            ) from error  # fmt: skip

    def close(self) -> None:
        """Let go of connections."""
        self._origin.close()


def _path(base_url: str) -> str:
    """The path of a base URL without its trailing slash; empty at the root."""
    return urlsplit(base_url).path.rstrip("/")


def _field(value: Secret) -> str:
    """The value as a header field value: line breaks cannot be part of one (RFC 9110 section 5.5)."""
    text = value.reveal().strip()
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise ValueError("a header value must not contain control characters")
    return text
