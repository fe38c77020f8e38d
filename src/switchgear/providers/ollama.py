"""Ollama as a provider, by its own API (https://docs.ollama.com/api)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from switchgear.core.capabilities import Capabilities
from switchgear.core.errors import ProviderInvalidResponse
from switchgear.core.secrets import Secret
from switchgear.dialects.base import DialectName
from switchgear.providers.account import Account, bearer
from switchgear.providers.base import Answer, Operation, Outgoing
from switchgear.providers.embeddings import read_wanted, unreadable, write_vectors
from switchgear.providers.held import HeldAnswer
from switchgear.providers.transport import OriginSettings


class _Embeddings(msgspec.Struct):
    embeddings: list[msgspec.Raw]
    prompt_eval_count: int | None = None


class _Model(msgspec.Struct):
    name: str


class _Models(msgspec.Struct):
    models: list[_Model] | None = None


_embeddings = msgspec.json.Decoder(_Embeddings)
_models = msgspec.json.Decoder(_Models)
_encode = msgspec.json.Encoder().encode


class OllamaProvider:
    """An Ollama server at ``settings.base_url``; its key, if it asks for one, is a bearer token.

    Raises ValueError for headers that cannot be (see ``Account``).
    """

    kind = "ollama"
    embedded = False
    dialects: tuple[DialectName, ...] = ("ollama",)
    operations = frozenset({Operation.EMBEDDING})
    capabilities = Capabilities(tool_choice=False, image_urls=False, audio_input=False, pdf_input=False)
    stream_usage = False

    def __init__(
        self, settings: OriginSettings, api_key: Secret | None = None, headers: Mapping[str, Secret] | None = None
    ) -> None:
        self.name = settings.provider
        self.account = Account(settings, bearer(api_key), headers)
        self._chat = self.account.head(b"POST", "/api/chat")
        self._embedding = self.account.head(b"POST", "/api/embed")

    async def send(self, outgoing: Outgoing) -> Answer:
        """Send a request; the answer has a 2xx status, and for embeddings OpenAI's form. Raises ProviderError."""
        if outgoing.operation is Operation.EMBEDDING:
            return await self._embed(outgoing)
        return await self.account.post(self._chat, outgoing.body, outgoing.model, outgoing.headers)

    async def _embed(self, outgoing: Outgoing) -> Answer:
        """Embed. Texts over the model's context are cut by Ollama, as it does unless told otherwise."""
        wanted = read_wanted(outgoing.body)
        size = {} if wanted.dimensions is None else {"dimensions": wanted.dimensions}
        body = _encode({"model": outgoing.model, "input": wanted.texts, **size})
        with await self.account.post(self._embedding, body, outgoing.model, outgoing.headers) as answer:
            told = await answer.body()
        try:
            found = _embeddings.decode(told)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise unreadable(self.name, str(error)) from error
        vectors = write_vectors(self.name, outgoing.model, wanted, found.embeddings, found.prompt_eval_count)
        return HeldAnswer(vectors)

    async def list_models(self) -> list[str]:
        """The names of ``GET /api/tags``. Raises ProviderError."""
        body = await self.account.fetch("/api/tags")
        try:
            return [model.name for model in _models.decode(body).models or ()]
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ProviderInvalidResponse(
                f"Provider {self.name} answered its list of models in a form that is not Ollama's.",
                provider=self.name, cause=str(error),
            ) from error  # fmt: skip

    def redact(self, text: str) -> str:
        """``text`` without credentials and whatever looks like a secret."""
        return self.account.redact(text)

    def close(self) -> None:
        """Let go of connections."""
        self.account.close()
