"""A provider that LiteLLM translates for: in front OpenAI's Chat Completions, embeddings and rerank, behind its own API."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from switchgear.core.capabilities import Capabilities
from switchgear.core.errors import NotSupported, ProviderMisconfigured, RequestError
from switchgear.dialects.base import DialectName
from switchgear.providers.base import Answer, Operation, Outgoing, Redact
from switchgear.providers.litellm import known
from switchgear.providers.litellm.chat import ConfigChat, NotTranslatableError
from switchgear.providers.litellm.embedding import Embeddings
from switchgear.providers.litellm.engine import INSTALL, Engine, Library, installed
from switchgear.providers.litellm.families.choice import chat_of
from switchgear.providers.litellm.families.simple import OpenAIForm
from switchgear.providers.litellm.hosts import Hosts
from switchgear.providers.litellm.known import Road
from switchgear.providers.litellm.own import OwnTransport
from switchgear.providers.litellm.places import check_model_name
from switchgear.providers.litellm.rerank import Rerank
from switchgear.providers.litellm.settings import LiteLLMSettings
from switchgear.providers.openai import model_ids

_MOST_MODELS: Final = 512
"""Models whose translations are kept; the one not used for longest goes first."""

Translator = ConfigChat | Embeddings | Rerank


class LiteLLMProvider:
    """An account at a provider that LiteLLM knows as ``settings.litellm_provider``.

    Nothing is imported before the first call, or before ``warm``. Raises ValueError when LiteLLM is not installed or has no such
    provider.
    """

    kind = "litellm"
    embedded = False
    stream_usage = True

    def __init__(self, settings: LiteLLMSettings, engine: Engine) -> None:
        if not installed():
            raise ValueError(f"it needs LiteLLM; install it with: {INSTALL}")
        self._row = known.find(settings.litellm_provider)
        self.name = settings.origin.provider
        self.litellm_provider = settings.litellm_provider
        self.dialects: tuple[DialectName, ...] = ("chat",) if self._row.chat else ()
        roads = {Operation.EMBEDDING: self._row.embeddings, Operation.RERANK: self._row.rerank}
        self.roads: dict[str, Road] = {"chat": self._row.chat} if self._row.chat else {}
        """How each thing that it can be asked for goes, by dialect or operation."""
        self.roads |= {operation.value: road for operation, road in roads.items() if road}
        self.operations = frozenset(operation for operation, road in roads.items() if road)
        self.capabilities = Capabilities(image_urls=self._row.image_urls)
        self._settings = settings
        self._engine = engine
        self._hosts = Hosts(settings.origin, settings.headers, settings.secrets)
        self._own = OwnTransport(settings, self.redact)
        self._translators: OrderedDict[tuple[Operation, str], Translator | None] = OrderedDict()
        self._making: dict[tuple[Operation, str], asyncio.Lock] = {}

    async def warm(self) -> None:
        """Load LiteLLM now, on a thread. Raises ProviderError."""
        await self._engine.ready()

    async def send(self, outgoing: Outgoing) -> Answer:
        """Send a request; the answer has a 2xx status and OpenAI's form. Raises RequestError, ProviderError.

        ``answer.dropped`` names the fields that the model does not take, which were left out.
        """
        call = _decoded(outgoing)
        road = self.roads.get("chat" if outgoing.operation is Operation.CHAT else outgoing.operation.value)
        check_model_name(outgoing.model, quoted=road != "own")
        library = await self._engine.ready()
        key = (outgoing.operation, outgoing.model)
        if key in self._translators:
            self._translators.move_to_end(key)
            translator = self._translators[key]
        else:
            translator = await self._make(library, key)
        if translator is None:
            return await self._own.send(library, outgoing.operation, outgoing.model, call, stream=outgoing.stream)
        if isinstance(translator, ConfigChat):
            exchange = await translator.exchange(call, stream=outgoing.stream)
        else:
            exchange = await translator.exchange(call)
        received = await self._hosts.post(exchange.url, exchange.headers, exchange.body, outgoing.model)
        return exchange.answer(received)

    async def _make(self, library: Library, key: tuple[Operation, str]) -> Translator | None:
        """The translator for a model, made on a thread: LiteLLM imports more of itself for each provider."""
        async with self._making.setdefault(key, asyncio.Lock()):
            if key not in self._translators:
                self._translators[key] = await asyncio.to_thread(self._made, library, *key)
                while len(self._translators) > _MOST_MODELS:
                    self._translators.popitem(last=False)
        self._making.pop(key, None)
        return self._translators[key]

    def _made(self, library: Library, operation: Operation, model: str) -> Translator | None:
        """Raises ProviderError for a model that cannot be called with these settings."""
        settings, redact = self._settings, self.redact
        kind: Callable[[Library, LiteLLMSettings, str, Hosts, Redact], Translator]
        try:
            if operation is Operation.EMBEDDING:
                kind, road = Embeddings, self._row.embeddings
            elif operation is Operation.RERANK:
                kind, road = Rerank, self._row.rerank
            else:
                kind, road = chat_of, self._row.chat
            return None if road == "own" else kind(library, settings, model, self._hosts, redact)
        except NotTranslatableError as error:
            raise ProviderMisconfigured(
                f"Provider {self.name} cannot be called for {model}: {error}.",
                provider=self.name, hint="Correct the provider's settings; docs/reference/providers.md has what each needs.",
            ) from error  # fmt: skip
        except Exception as error:  # LiteLLM raises anything while it looks a model up
            raise ProviderMisconfigured(
                f"Provider {self.name} cannot be called for {model}: LiteLLM does not know how.",
                provider=self.name, cause=f"{type(error).__name__}",
            ) from error  # fmt: skip

    async def list_models(self) -> list[str]:
        """The models of ``GET /models``, of an API in OpenAI's form. Raises ProviderError, NotSupported for others."""
        library = await self._engine.ready()
        chat = await self._make(library, (Operation.CHAT, "models")) if self._row.chat else None
        if not isinstance(chat, ConfigChat) or chat.base is None or type(chat) not in (ConfigChat, OpenAIForm):
            raise NotSupported(
                f"Provider {self.name} has no list of models that can be asked for.",
                hint=f"Try one of its models: switchgear models test {self.name}/MODEL",
            )
        headers = chat.headers([], {}, await chat.credentials())
        return model_ids(self.name, await self._hosts.fetch(f"{chat.base}/models", headers))

    def redact(self, text: str) -> str:
        """``text`` without the provider's credentials and whatever looks like a secret."""
        return self._hosts.redact(text)

    def close(self) -> None:
        """Let go of connections."""
        self._hosts.close()
        self._own.close()


def _decoded(outgoing: Outgoing) -> dict[str, Any]:
    try:
        call = msgspec.json.decode(outgoing.body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RequestError("The body is not JSON.", cause=str(error)) from error
    if not isinstance(call, Mapping):
        raise RequestError("The body must be one JSON object.")
    if outgoing.operation is Operation.CHAT and not isinstance(call.get("messages"), list):
        raise RequestError("messages must be a list.", param="messages")
    return dict(call)
