"""Azure OpenAI as a provider: OpenAI's wire format at a resource of one's own, whose models are called by their deployments.

Sources: https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle (the v1 API, which has no version) and
https://learn.microsoft.com/azure/ai-foundry/openai/reference (the dated one).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import msgspec

from switchgear.core.capabilities import Capabilities
from switchgear.core.secrets import Secret
from switchgear.dialects.base import DialectName
from switchgear.providers.account import Account, bearer
from switchgear.providers.base import Answer, Operation, Outgoing
from switchgear.providers.batches import BatchAPI
from switchgear.providers.files import ProviderFiles
from switchgear.providers.openai import model_ids
from switchgear.providers.openai_batches import OpenAIBatches
from switchgear.providers.transport import OriginSettings

_FIRST_WITH_RESPONSES = "2025-03-01-preview"
_MOST_HEADS = 256


class AzureProvider:
    """A resource of Azure OpenAI at ``settings.base_url``, its endpoint with or without ``/openai/v1``.

    Without ``api_version`` it is called by the v1 API, with one by the dated API. Credentials are ``api_key``, or a ``token`` of
    Microsoft Entra ID. ``dialects`` are the forms of chat its deployments take, the preferred one first; empty means what the
    API's version offers. Raises ValueError for headers that cannot be (see ``Account``).
    """

    kind = "azure"
    embedded = False
    operations = frozenset(
        {
            Operation.COMPLETION,
            Operation.EMBEDDING,
            Operation.IMAGE,
            Operation.IMAGE_EDIT,
            Operation.SPEECH,
            Operation.TRANSCRIPTION,
            Operation.TRANSLATION,
        }
    )
    capabilities = Capabilities()

    def __init__(
        self,
        settings: OriginSettings,
        api_key: Secret | None = None,
        headers: Mapping[str, Secret] | None = None,
        *,
        token: Secret | None = None,
        api_version: str = "",
        stream_usage: bool = True,
        dialects: tuple[DialectName, ...] = (),
    ) -> None:
        self.name = settings.provider
        self.stream_usage = stream_usage
        self.dialects = dialects or _dialects_of(api_version)
        endpoint = settings.base_url.rstrip("/").removesuffix("/v1").removesuffix("/openai")
        credentials = ({"api-key": api_key} if api_key else {}) | bearer(token)
        self.account = Account(msgspec.structs.replace(settings, base_url=endpoint), credentials, headers)
        self._version = f"?api-version={quote(api_version, safe='')}" if api_version else ""
        self._heads: dict[tuple[str, str], bytes] = {}
        self.files = ProviderFiles(self.account, self._path)
        self.batches: BatchAPI | None = None

    def offer_batches(self) -> None:
        """Its deployments are made for batches."""
        self.batches = OpenAIBatches(self.account, self.files, self._path, "" if self._version else "/v1")

    async def send(self, outgoing: Outgoing) -> Answer:
        """Send a request; the answer has a 2xx status. Raises ProviderError."""
        operation = Operation.RESPONSES if outgoing.dialect == "responses" else outgoing.operation
        if outgoing.dialect == "chat":
            operation = Operation.CHAT
        if outgoing.upload is not None:
            path = self._path(operation.value, outgoing.model if self._version else "")
            return await self.account.upload(path, outgoing.upload, outgoing.model, outgoing.headers)
        return await self.account.post(
            self._head(operation, outgoing.model), outgoing.body, outgoing.model, outgoing.headers
        )

    def _head(self, operation: Operation, model: str) -> bytes:
        """The head of a request. The dated API has the deployment in the path; the latest of these are kept."""
        deployment = model if self._version and operation is not Operation.RESPONSES else ""
        head = self._heads.get((operation, deployment))
        if head is None:
            if len(self._heads) >= _MOST_HEADS:
                self._heads.clear()
            head = self.account.head(b"POST", self._path(operation.value, deployment))
            self._heads[operation, deployment] = head
        return head

    def _path(self, below: str, deployment: str = "") -> str:
        if not self._version:
            return f"/openai/v1/{below}"
        if not deployment:
            return f"/openai/{below}{self._version}"
        return f"/openai/deployments/{quote(deployment, safe='')}/{below}{self._version}"

    async def list_models(self) -> list[str]:
        """The models the resource may deploy; the API does not tell what was deployed. Raises ProviderError."""
        return model_ids(self.name, await self.account.fetch(self._path("models")))

    def redact(self, text: str) -> str:
        """``text`` without credentials and whatever looks like a secret."""
        return self.account.redact(text)

    def close(self) -> None:
        """Let go of connections."""
        self.account.close()


def _dialects_of(api_version: str) -> tuple[DialectName, ...]:
    """The forms of chat that a version of the API takes; versions are dates, and sort as text."""
    if not api_version:
        return ("responses", "chat")
    return ("chat", "responses") if api_version >= _FIRST_WITH_RESPONSES else ("chat",)
