"""Google's Gemini API as a provider (https://ai.google.dev/api, v1beta)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import msgspec

from switchgear.core.capabilities import Capabilities
from switchgear.core.errors import ProviderInvalidResponse
from switchgear.core.secrets import Secret
from switchgear.dialects.base import DialectName
from switchgear.providers import gemini_images
from switchgear.providers.account import Account
from switchgear.providers.base import Answer, Operation, Outgoing
from switchgear.providers.embeddings import read_wanted, unreadable, write_vectors
from switchgear.providers.held import HeldAnswer
from switchgear.providers.transport import OriginSettings

_BATCH = 100
"""Texts that one ``batchEmbedContents`` takes."""
_MOST_PAGES = 50
_MOST_HEADS = 256
_METHODS = {False: "generateContent", True: "streamGenerateContent?alt=sse"}
_ANSWERING = frozenset({"generateContent", "embedContent", "batchEmbedContents", "predict"})


class _Counted(msgspec.Struct):
    promptTokenCount: int | None = None  # noqa: N815 - Google's word


class _Embedding(msgspec.Struct):
    values: msgspec.Raw


class _Embeddings(msgspec.Struct):
    embeddings: list[_Embedding]
    usageMetadata: _Counted | None = None  # noqa: N815 - Google's word


class _Model(msgspec.Struct):
    name: str
    supportedGenerationMethods: list[str] | None = None  # noqa: N815 - Google's word


class _Models(msgspec.Struct):
    models: list[_Model] = []
    nextPageToken: str = ""  # noqa: N815 - Google's word


_embeddings = msgspec.json.Decoder(_Embeddings)
_models = msgspec.json.Decoder(_Models)
_encode = msgspec.json.Encoder().encode


class GeminiProvider:
    """A provider that speaks Google's ``generateContent`` below ``settings.base_url``; embeddings and images are translated.

    Raises ValueError for headers that cannot be (see ``Account``).
    """

    kind = "gemini"
    embedded = False
    dialects: tuple[DialectName, ...] = ("gemini",)
    operations = frozenset({Operation.EMBEDDING, Operation.IMAGE})
    capabilities = Capabilities(image_urls=False)
    stream_usage = False

    def __init__(
        self, settings: OriginSettings, api_key: Secret | None = None, headers: Mapping[str, Secret] | None = None
    ) -> None:
        self.name = settings.provider
        self.account = Account(settings, {"x-goog-api-key": api_key} if api_key else {}, headers)
        self._heads: dict[tuple[str, str], bytes] = {}

    async def send(self, outgoing: Outgoing) -> Answer:
        """Send a request; the answer has a 2xx status, and for embeddings and images OpenAI's form. Raises ProviderError."""
        if outgoing.operation is Operation.EMBEDDING:
            return await self._embed(outgoing)
        if outgoing.operation is Operation.IMAGE:
            return await self._draw(outgoing)
        head = self._head(outgoing.model, _METHODS[outgoing.stream])
        return await self.account.post(head, outgoing.body, outgoing.model, outgoing.headers)

    def _head(self, model: str, method: str) -> bytes:
        """The head of a request to a model, whose name stands in the path; the latest are kept."""
        head = self._heads.get((model, method))
        if head is None:
            if len(self._heads) >= _MOST_HEADS:
                self._heads.clear()
            kind, _, name = resource(model).partition("/")
            head = self.account.head(b"POST", f"/{kind}/{quote(name, safe='')}:{method}")
            self._heads[model, method] = head
        return head

    async def _draw(self, outgoing: Outgoing) -> Answer:
        method = gemini_images.method_of(outgoing.model)
        body = gemini_images.write_request(method, outgoing.body)
        with await self.account.post(self._head(outgoing.model, method), body, outgoing.model) as answer:
            return HeldAnswer(gemini_images.read_answer(self.name, await answer.body()))

    async def _embed(self, outgoing: Outgoing) -> Answer:
        wanted = read_wanted(outgoing.body)
        name = resource(outgoing.model)
        head = self._head(outgoing.model, "batchEmbedContents")
        size = {} if wanted.dimensions is None else {"outputDimensionality": wanted.dimensions}
        vectors: list[msgspec.Raw] = []
        tokens: int | None = None
        for first in range(0, len(wanted.texts), _BATCH):
            texts = wanted.texts[first : first + _BATCH]
            requests = [{"model": name, "content": {"parts": [{"text": text}]}, **size} for text in texts]
            body = _encode({"requests": requests})
            with await self.account.post(head, body, outgoing.model, outgoing.headers) as answer:
                told = self._vectors(await answer.body())
            vectors += [embedding.values for embedding in told.embeddings]
            if told.usageMetadata is not None and told.usageMetadata.promptTokenCount is not None:
                tokens = (tokens or 0) + told.usageMetadata.promptTokenCount
        return HeldAnswer(write_vectors(self.name, outgoing.model, wanted, vectors, tokens))

    def _vectors(self, body: bytes) -> _Embeddings:
        try:
            return _embeddings.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise unreadable(self.name, str(error)) from error

    async def list_models(self) -> list[str]:
        """The names of ``GET /models``, page by page, of models that answer, embed or draw. Raises ProviderError."""
        names: list[str] = []
        page = ""
        for _ in range(_MOST_PAGES):
            body = await self.account.fetch(
                "/models?pageSize=1000" + (f"&pageToken={quote(page, safe='')}" if page else "")
            )
            try:
                told = _models.decode(body)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise ProviderInvalidResponse(
                    f"Provider {self.name} answered its list of models in a form that is not Gemini's.",
                    provider=self.name, cause=str(error),
                ) from error  # fmt: skip
            names += [
                model.name.removeprefix("models/")
                for model in told.models
                if model.supportedGenerationMethods is None
                or not _ANSWERING.isdisjoint(model.supportedGenerationMethods)
            ]
            page = told.nextPageToken
            if not page:
                break
        return names

    def redact(self, text: str) -> str:
        """``text`` without credentials and whatever looks like a secret."""
        return self.account.redact(text)

    def close(self) -> None:
        """Let go of connections."""
        self.account.close()


def resource(model: str) -> str:
    """A model's resource name: ``models/gemini-2.5-pro``, or that of a tuned model as it is."""
    return model if model.startswith(("models/", "tunedModels/")) else f"models/{model}"
