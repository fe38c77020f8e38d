"""Embeddings by LiteLLM's configuration for the provider; APIs in OpenAI's own form pass as bytes."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from switchgear.providers.base import Answer, Redact
from switchgear.providers.litellm import answers
from switchgear.providers.litellm.chat import (
    BASES,
    NO_KEY,
    Exchange,
    Json,
    NotTranslatableError,
    Raw,
    Silent,
    of_account,
)
from switchgear.providers.litellm.engine import Library
from switchgear.providers.litellm.fields import callers_may, nameable
from switchgear.providers.litellm.hosts import Hosts
from switchgear.providers.litellm.login import login_of
from switchgear.providers.litellm.settings import LiteLLMSettings
from switchgear.providers.litellm.whole import encode, usage_of
from switchgear.providers.transport import Answer as Received

_FIELDS: Final = frozenset({"model", "input"})
_PASSED: Final = frozenset({"dimensions", "encoding_format", "input", "user"})


class Embeddings:
    """Embeddings of one model. Raises NotTranslatableError, or anything."""

    def __init__(self, library: Library, settings: LiteLLMSettings, model: str, hosts: Hosts, redact: Redact) -> None:
        self.library = library
        self.settings = settings
        self.provider = settings.litellm_provider
        self.redact = redact
        key = settings.api_key.reveal().strip() if settings.api_key else NO_KEY
        self.model, self.base, self.key = library.place(self.provider, model, settings.base_url, key)
        self.base = self.base or (BASES.get(self.provider) if self.provider == "openai" else None)
        self.account = {name: value for name, value in settings.plain().items() if of_account(name)}
        manager = library.utils.ProviderConfigManager
        self.config = manager.get_provider_embedding_config(model=self.model, provider=library.member(self.provider))
        if self.config is None and self.base is None:
            raise NotTranslatableError("base_url must be set")
        self._login = login_of(settings, hosts)
        library.seal()

    async def exchange(self, call: Json) -> Exchange:
        """The request that ``call``, a decoded embeddings request, becomes. Raises RequestError."""
        header = await self._login.header() if self._login is not None else ""
        with answers.asking(self.settings.origin.provider, self.provider):
            return self._passed(call) if self.config is None else self._translated(call, header)

    def _passed(self, call: Json) -> Exchange:
        headers = {"content-type": "application/json"}
        if self.key != NO_KEY:
            headers["authorization"] = f"Bearer {self.key}"
        named = {name for name in call if name != "model" and callers_may(name, _PASSED, in_body=True)}
        dropped = nameable(name for name in call if name not in named and name != "model")
        body = encode({"model": self.model} | {name: call[name] for name in named})
        url = f"{(self.base or '').rstrip('/')}/embeddings"
        return Exchange(url, headers, body, dropped, lambda received: answers.PassedAnswer(received, dropped))

    def _translated(self, call: Json, header: str) -> Exchange:
        known = frozenset(self.config.get_supported_openai_params(model=self.model))
        supported = frozenset(name for name in known if callers_may(name, known, in_body=False))
        wished = {name: value for name, value in call.items() if name in supported and value is not None}
        dropped = nameable(name for name in call if name not in supported and name not in _FIELDS and name != "user")
        optional: Json = self.config.map_openai_params(wished, {}, self.model, True)
        account = dict(self.account)
        if self._login is not None:
            optional |= self._login.places
        if self.provider == "snowflake":  # which looks for its account here alone
            optional |= {name: account[name] for name in ("account_id",) if name in account}
        headers = self.config.validate_environment(
            headers={"Authorization": header} if header else {}, model=self.model, messages=[], optional_params=optional, litellm_params=account,
            api_key=self.key, api_base=self.base,
        )  # fmt: skip
        url = self.config.get_complete_url(
            api_base=self.base, api_key=self.key, model=self.model, optional_params=optional, litellm_params=account
        )
        text = call["input"]
        given = [text] if isinstance(text, str) else text
        document = self.config.transform_embedding_request(
            model=self.model, input=given, optional_params=optional, headers=headers
        )
        kept = {name: str(value) for name, value in headers.items() if value and NO_KEY not in str(value)}
        return Exchange(url, kept, encode(document), dropped, partial(self._answer, document, optional, dropped))

    def _answer(self, document: Json, optional: Json, dropped: tuple[str, ...], received: Received) -> Answer:
        def translate(body: bytes) -> bytes:
            told = self.config.transform_embedding_response(
                model=self.model, raw_response=Raw(body, received),
                model_response=self.library.types.EmbeddingResponse(), logging_obj=Silent(optional, document.get("texts") or document.get("input")),
                api_key=NO_KEY, request_data=document, optional_params=optional, litellm_params=dict(self.account),
            )  # fmt: skip
            return embeddings(told, self.model)

        through = partial(answers.whole, self.settings.origin.provider, self.redact, translate)
        return answers.WholeAnswer(received, dropped, through)


def embeddings(response: Any, model: str) -> bytes:
    """The list of embeddings that an ``EmbeddingResponse`` holds, in OpenAI's form."""
    listed = [
        {"object": "embedding", "index": place, "embedding": one["embedding"]}
        for place, one in enumerate(response.data)
    ]
    document: Json = {"object": "list", "data": listed, "model": response.model or model}
    usage = usage_of(getattr(response, "usage", None))
    if usage is not None:
        document["usage"] = {"prompt_tokens": usage["prompt_tokens"], "total_tokens": usage["total_tokens"]}
    return encode(document)
