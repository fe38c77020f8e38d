"""The embedded models as a provider: the same OpenAI client, on the loopback address of a child process."""

from __future__ import annotations

import msgspec

from switchgear.core.capabilities import Capabilities
from switchgear.core.errors import ProviderDisconnected, ProviderRefused, ProviderUnreachable
from switchgear.dialects.base import DialectName
from switchgear.observe.redaction import scrub
from switchgear.providers.base import Answer, Operation, Outgoing
from switchgear.providers.connection import Timeouts
from switchgear.providers.local.child import Endpoint
from switchgear.providers.local.hosting import ModelHost
from switchgear.providers.local.questions import bounded, check_kind
from switchgear.providers.openai import OpenAIProvider
from switchgear.providers.transport import OriginSettings

_TIMEOUTS = Timeouts(connect=2.0, first_byte=120.0, between_bytes=60.0, total=600.0)
_WAIT_SECONDS = 30.0
_NOTICE_SECONDS = 1.0
"""Within which the supervisor has seen the end of a process; it takes milliseconds."""
_ENGINES_ADVICE = ", try increasing it"
"""What llama.cpp says of its context to whoever started it; a caller cannot."""


_ABILITIES = Capabilities(
    tools="prompted", schema="native", vision=False, audio_input=False, pdf_input=False, reasoning=False
)


class EmbeddedProvider:
    """Sends calls to whichever process serves the model now, and waits for one that is starting.

    ``context`` is the tokens that a chat may have, prompt and answer together.
    """

    kind = "local"
    embedded = True
    dialects: tuple[DialectName, ...] = ("chat",)
    operations = frozenset({Operation.COMPLETION, Operation.EMBEDDING})
    stream_usage = True

    def __init__(self, name: str, models: ModelHost, context: int | None = None) -> None:
        self.name = name
        self.capabilities = msgspec.structs.replace(_ABILITIES, context=context)
        self._models = models
        self._clients: dict[Endpoint, OpenAIProvider] = {}

    async def send(self, outgoing: Outgoing) -> Answer:
        """Send a request to the model's process.

        When the process ends before it has answered anything, the request is sent to the next one, once.
        Raises ModelUnavailable when none is ready in time, and RequestError for what the model cannot be asked: its
        kind does not do that, or there is nothing to answer.
        """
        model = outgoing.model
        check_kind(outgoing.operation, model)
        outgoing = msgspec.structs.replace(outgoing, body=bounded(outgoing.operation, outgoing.body))
        endpoint = self._models.endpoint(model)
        if endpoint is None:
            endpoint = await self._models.ready(model, _WAIT_SECONDS)
        try:
            try:
                return await self._client(endpoint).send(outgoing)
            except (ProviderUnreachable, ProviderDisconnected):  # not a byte was answered: did the process end?
                if not await self._models.gone(model, endpoint, _NOTICE_SECONDS):
                    raise
                endpoint = await self._models.ready(model, _WAIT_SECONDS)
                return await self._client(endpoint).send(outgoing)
        except ProviderRefused as error:
            raise _in_our_words(error, model) from error

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


def _in_our_words(error: ProviderRefused, model: str) -> ProviderRefused:
    """The refusal without talk of a provider and its status: there is none that the user has set up."""
    if not error.cause:
        return error
    said = error.cause.removesuffix(_ENGINES_ADVICE).rstrip(".")
    return type(error)(
        f"{model}: {said}.",
        provider=error.provider,
        upstream_status=error.upstream_status,
        hint="" if type(error) is ProviderRefused else None,  # the sentence says what to correct
        param=error.param,
        retry_after=error.retry_after,
        cause=error.cause,
    )
