"""Any OpenAI-compatible API as a provider. Bodies pass through as bytes."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from switchgear.core.capabilities import Capabilities
from switchgear.core.errors import ProviderInvalidResponse
from switchgear.core.secrets import Secret
from switchgear.dialects.base import DialectName
from switchgear.providers.account import Account, bearer
from switchgear.providers.base import OPENAI_OPERATIONS, Answer, Operation, Outgoing
from switchgear.providers.batches import BatchAPI
from switchgear.providers.files import ProviderFiles
from switchgear.providers.held import HeldAnswer
from switchgear.providers.openai_batches import OpenAIBatches
from switchgear.providers.rerank import read_answer, write_request
from switchgear.providers.transport import OriginSettings

_PATHS: dict[str, str] = {"chat": "/chat/completions", "responses": "/responses"}
_WITH_RESPONSES = frozenset({"api.openai.com"})
"""Hosts that are known to speak Responses as well; every other compatible API may be told to by its setting."""
_WITH_BATCHES = frozenset({"api.openai.com"})
"""Hosts that are known to have the Batch API; the same."""


class _ListedModel(msgspec.Struct):
    id: str


class _ModelList(msgspec.Struct):
    data: list[_ListedModel] = []


class OpenAIProvider:
    """A provider that speaks OpenAI's wire format at ``settings.base_url``.

    ``dialects`` are the forms of chat it takes, the preferred one first; empty means: chat, and Responses where the host is
    known for it. ``batches`` tells whether it has OpenAI's Batch API; None leaves that to the host too. Raises ValueError for headers that cannot be (see ``Account``).
    """

    kind = "openai"
    embedded = False
    operations = OPENAI_OPERATIONS
    capabilities = Capabilities()

    def __init__(
        self,
        settings: OriginSettings,
        api_key: Secret | None = None,
        headers: Mapping[str, Secret] | None = None,
        *,
        stream_usage: bool = True,
        dialects: tuple[DialectName, ...] = (),
        batches: bool | None = None,
    ) -> None:
        self.name = settings.provider
        self.stream_usage = stream_usage
        self.dialects = dialects or dialects_at(settings.base_url)
        self._host = (urlsplit(settings.base_url).hostname or "").lower()
        self.account = Account(settings, bearer(api_key), headers)
        self.files = ProviderFiles(self.account, "/{}".format)
        has_batches = self._host in _WITH_BATCHES if batches is None else batches
        self.batches: BatchAPI | None = OpenAIBatches(self.account, self.files, "/{}".format) if has_batches else None
        paths = {operation: f"/{operation.value}" for operation in OPENAI_OPERATIONS} | _PATHS
        self._heads = {name: self.account.head(b"POST", path) for name, path in paths.items()}

    async def send(self, outgoing: Outgoing) -> Answer:
        """Send a request; the answer has a 2xx status. Raises ProviderError."""
        if not outgoing.dialect:
            if outgoing.upload is not None:
                path = f"/{outgoing.operation.value}"
                return await self.account.upload(path, outgoing.upload, outgoing.model, outgoing.headers)
            if outgoing.operation is Operation.RERANK:
                return await self._rank(outgoing)
        head = self._heads[outgoing.dialect or outgoing.operation]
        return await self.account.post(head, outgoing.body, outgoing.model, outgoing.headers)

    async def _rank(self, outgoing: Outgoing) -> Answer:
        """A ranking; compatible servers differ more in these than in anything else."""
        body = write_request(self._host, outgoing.body)
        with await self.account.post(self._heads[Operation.RERANK], body, outgoing.model, outgoing.headers) as answer:
            return HeldAnswer(read_answer(self.name, outgoing.body, await answer.body()))

    async def list_models(self) -> list[str]:
        """The ids of ``GET /models``. Raises ProviderError."""
        return model_ids(self.name, await self.account.fetch("/models"))

    def redact(self, text: str) -> str:
        """``text`` without credentials and whatever looks like a secret."""
        return self.account.redact(text)

    def close(self) -> None:
        """Let go of connections."""
        self.account.close()


def dialects_at(base_url: str) -> tuple[DialectName, ...]:
    """The forms of chat an OpenAI-compatible API takes, as far as its host tells."""
    return ("responses", "chat") if (urlsplit(base_url).hostname or "").lower() in _WITH_RESPONSES else ("chat",)


def model_ids(provider: str, body: bytes) -> list[str]:
    """The ids in a list of models in OpenAI's form. Raises ProviderInvalidResponse."""
    try:
        told = msgspec.json.decode(body, type=_ModelList | list[_ListedModel])  # the bare list is Together's
        return [model.id for model in (told if isinstance(told, list) else told.data)]
    except (msgspec.DecodeError, RecursionError) as error:
        raise ProviderInvalidResponse(
            f"Provider {provider} answered its list of models in a form that is not OpenAI's.",
            provider=provider, cause=str(error),
        ) from error  # fmt: skip
