"""Rerank by LiteLLM's configuration for the provider: Cohere's form in front of us, the provider's behind.

Source: https://docs.cohere.com/reference/rerank.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from switchgear.core.errors import RequestError
from switchgear.providers.base import Answer, Redact
from switchgear.providers.litellm import answers
from switchgear.providers.litellm.chat import NO_KEY, Exchange, Json, Raw, Silent, of_account
from switchgear.providers.litellm.engine import Library
from switchgear.providers.litellm.hosts import Hosts
from switchgear.providers.litellm.login import login_of
from switchgear.providers.litellm.settings import LiteLLMSettings
from switchgear.providers.litellm.whole import encode
from switchgear.providers.transport import Answer as Received

_FIELDS: Final = (
    "query", "documents", "top_n", "rank_fields", "return_documents", "max_chunks_per_doc", "max_tokens_per_doc",
    "instruction",
)  # fmt: skip
_COHERES: Final = {
    "cohere": "https://api.cohere.com",
    "cohere_chat": "https://api.cohere.com",
    "together_ai": "https://api.together.ai",
}
"""Where APIs in Cohere's form are, before the version."""
_BASES: Final = {**_COHERES, "deepinfra": "https://api.deepinfra.com/v1/openai"}


class Rerank:
    """Rerank with one model. Making it may raise anything."""

    def __init__(self, library: Library, settings: LiteLLMSettings, model: str, hosts: Hosts, redact: Redact) -> None:
        self.library = library
        self.settings = settings
        self.provider = settings.litellm_provider
        self.redact = redact
        key = settings.api_key.reveal().strip() if settings.api_key else NO_KEY
        self.model, _, self.key = library.place(self.provider, model, settings.base_url, key)
        self.base = settings.base_url or _BASES.get(self.provider)
        if self.provider in _COHERES and self.base:
            self.base = self.base.removesuffix("/v1")
        self.account = {name: value for name, value in settings.plain().items() if of_account(name)}
        self.config = library.utils.ProviderConfigManager.get_provider_rerank_config(
            model=self.model, provider=library.member(self.provider), api_base=settings.base_url,
            present_version_params=[],
        )  # fmt: skip
        self._login = login_of(settings, hosts)
        self._response = library.module("litellm.types.rerank").RerankResponse
        library.seal()

    async def exchange(self, call: Json) -> Exchange:
        """The request that ``call``, a decoded rerank request, becomes. Raises RequestError."""
        for name in ("query", "documents"):
            if not call.get(name):
                raise RequestError(f"{name} is missing.", param=name)
        places: Json = {}
        if self._login is not None:
            places = {"token": (await self._login.header()).removeprefix("Bearer "), **self._login.places}
        with answers.asking(self.settings.origin.provider, self.provider):
            return self._translated(call, places)

    def _translated(self, call: Json, places: Json) -> Exchange:
        wished = {name: call[name] for name in _FIELDS if call.get(name) is not None}
        supported = frozenset(self.config.get_supported_cohere_rerank_params(self.model))
        dropped = tuple(name for name in wished if name not in supported and name not in ("query", "documents"))
        optional: Json = self.config.map_cohere_rerank_params(
            non_default_params=dict(wished), model=self.model, drop_params=True,
            custom_llm_provider=self.provider, **{"return_documents": None, **wished},
        )  # fmt: skip
        optional |= places
        headers = self.config.validate_environment(
            headers={}, model=self.model, api_key=self.key, optional_params=optional, litellm_params=dict(self.account)
        )
        url = self.config.get_complete_url(api_base=self.base, model=self.model, optional_params=optional)
        document = self.config.transform_rerank_request(
            model=self.model, optional_rerank_params=optional, headers=headers, litellm_params=dict(self.account)
        )
        kept = {name: str(value) for name, value in headers.items() if value and NO_KEY not in str(value)}
        return Exchange(url, kept, encode(document), dropped, partial(self._answer, document, optional, dropped))

    def _answer(self, document: Json, optional: Json, dropped: tuple[str, ...], received: Received) -> Answer:
        def translate(body: bytes) -> bytes:
            told = self.config.transform_rerank_response(
                model=self.model, raw_response=Raw(body, received), model_response=self._response(),
                logging_obj=Silent(optional), api_key=NO_KEY, request_data=document, optional_params=optional,
                litellm_params=dict(self.account),
            )  # fmt: skip
            return ranking(told, self.model)

        through = partial(answers.whole, self.settings.origin.provider, self.redact, translate)
        return answers.WholeAnswer(received, dropped, through)


def ranking(response: Any, model: str) -> bytes:
    """The results that a ``RerankResponse`` holds."""
    document: Json = {"model": model, "results": list(response.results or ())}
    for name in ("id", "meta"):
        if value := getattr(response, name, None):
            document[name] = value
    return encode(document)
