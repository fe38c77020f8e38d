"""Anthropic's API as a provider (https://platform.claude.com/docs/en/api), and what else speaks its Messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote, urlsplit

import msgspec

from switchgear.core.capabilities import Capabilities
from switchgear.core.errors import ProviderInvalidResponse
from switchgear.core.secrets import Secret
from switchgear.dialects.base import DialectName
from switchgear.providers.account import Account, bearer
from switchgear.providers.anthropic_batches import AnthropicBatches
from switchgear.providers.base import Answer, Operation, Outgoing
from switchgear.providers.batches import BatchAPI
from switchgear.providers.transport import OriginSettings

VERSION = "2023-06-01"
"""The one version there is (``/api/versioning``)."""

_OAUTH_TOKEN = "sk-ant-oat"  # noqa: S105 - how one begins
_OAUTH_BETA = "oauth-2025-04-20"
"""The beta that tokens of people, in place of keys, are taken under."""
_MOST_PAGES = 50
_OWN_HOST = "api.anthropic.com"


class _Model(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: list[_Model]
    has_more: bool | None = None
    last_id: str | None = None


_models = msgspec.json.Decoder(_Models)


class AnthropicProvider:
    """A provider that speaks Anthropic's Messages below ``settings.base_url``.

    ``auth`` is how the key is sent: ``key`` as ``x-api-key``, ``bearer`` as a bearer token. ``version`` is sent as
    ``anthropic-version``. ``batches`` tells whether it has Message Batches; None: where the host is Anthropic's own. Raises ValueError for headers that cannot be (see ``Account``).
    """

    kind = "anthropic"
    embedded = False
    dialects: tuple[DialectName, ...] = ("messages",)
    operations = frozenset({Operation.COUNT_TOKENS})
    capabilities = Capabilities(image_urls=True)
    stream_usage = False

    def __init__(
        self,
        settings: OriginSettings,
        api_key: Secret | None = None,
        headers: Mapping[str, Secret] | None = None,
        *,
        auth: Literal["key", "bearer"] = "key",
        version: str = VERSION,
        batches: bool | None = None,
    ) -> None:
        self.name = settings.provider
        plain = {"anthropic-version": version}
        if api_key and api_key.reveal().strip().startswith(_OAUTH_TOKEN):
            plain["anthropic-beta"] = _OAUTH_BETA
            auth = "bearer"
        credentials = bearer(api_key) if auth == "bearer" else {"x-api-key": api_key} if api_key else {}
        self.account = Account(settings, credentials, headers, plain)
        host = (urlsplit(settings.base_url).hostname or "").lower()
        has_batches = host == _OWN_HOST if batches is None else batches
        self.batches: BatchAPI | None = AnthropicBatches(self.account) if has_batches else None
        self._messages = self.account.head(b"POST", "/messages")
        self._count = self.account.head(b"POST", "/messages/count_tokens")

    async def send(self, outgoing: Outgoing) -> Answer:
        """Send a request; the answer has a 2xx status. Raises ProviderError."""
        head = self._count if outgoing.operation is Operation.COUNT_TOKENS else self._messages
        return await self.account.post(head, outgoing.body, outgoing.model, outgoing.headers)

    async def list_models(self) -> list[str]:
        """The ids of ``GET /models``, page by page. Raises ProviderError."""
        names: list[str] = []
        after = ""
        for _ in range(_MOST_PAGES):
            body = await self.account.fetch(
                "/models?limit=1000" + (f"&after_id={quote(after, safe='')}" if after else "")
            )
            try:
                told = _models.decode(body)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise ProviderInvalidResponse(
                    f"Provider {self.name} answered its list of models in a form that is not Anthropic's.",
                    provider=self.name, cause=str(error),
                ) from error  # fmt: skip
            names += [model.id for model in told.data]
            after = told.last_id or ""
            if not told.has_more or not after:
                break
        return names

    def redact(self, text: str) -> str:
        """``text`` without credentials and whatever looks like a secret."""
        return self.account.redact(text)

    def close(self) -> None:
        """Let go of connections."""
        self.account.close()
