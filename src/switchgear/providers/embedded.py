"""The embedded models as a provider: the same OpenAI client, on the loopback address of a child process."""

from __future__ import annotations

from switchgear.observe.redaction import scrub
from switchgear.providers.base import Operation
from switchgear.providers.connection import Timeouts
from switchgear.providers.local.child import Endpoint
from switchgear.providers.local.embedded import EmbeddedModels
from switchgear.providers.openai import OpenAIProvider
from switchgear.providers.transport import Answer, OriginSettings

_TIMEOUTS = Timeouts(connect=2.0, first_byte=120.0, between_bytes=60.0, total=600.0)
_WAIT_SECONDS = 30.0


class EmbeddedProvider:
    """Sends calls to whichever process serves the model now, and waits for one that is starting."""

    embedded = True
    stream_usage = True

    def __init__(self, name: str, models: EmbeddedModels) -> None:
        self.name = name
        self._models = models
        self._clients: dict[Endpoint, OpenAIProvider] = {}

    async def send(self, operation: Operation, model: str, body: bytes) -> Answer:
        """Send a request to the model's process. Raises ModelUnavailable when it is not ready in time."""
        endpoint = self._models.endpoint(model)
        if endpoint is None:
            endpoint = await self._models.ready(model, _WAIT_SECONDS)
        return await self._client(endpoint).send(operation, model, body)

    def _client(self, endpoint: Endpoint) -> OpenAIProvider:
        client = self._clients.get(endpoint)
        if client is None:
            alive = {known for name in self._models.names if (known := self._models.endpoint(name)) is not None}
            for gone in [known for known in self._clients if known not in alive]:
                self._clients.pop(gone).close()
            settings = OriginSettings(provider=self.name, base_url=endpoint.base_url, timeouts=_TIMEOUTS, proxy="none")
            client = self._clients[endpoint] = OpenAIProvider(settings, endpoint.key)
        return client

    async def list_models(self) -> list[str]:
        """The names of the embedded models."""
        return list(self._models.names)

    def redact(self, text: str) -> str:
        """``text`` without the keys of the processes, and whatever looks like a secret."""
        for client in self._clients.values():
            text = client.redact(text)
        return scrub(text)

    def close(self) -> None:
        """Let go of connections."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()
