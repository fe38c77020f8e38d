"""A chat of one model by LiteLLM's configuration for its provider.

The request is decoded once, mapped field by field, put into the provider's form and encoded. Answers of APIs that are OpenAI's
own form pass as bytes; the others go through LiteLLM's objects. ``families`` holds what differs from this for one API.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import msgspec

from switchgear.core.errors import RequestError
from switchgear.providers.base import Answer, Redact
from switchgear.providers.litellm import answers
from switchgear.providers.litellm.chunks import ChunkWriter
from switchgear.providers.litellm.engine import Library
from switchgear.providers.litellm.fields import callers_may, check_model, check_parts, effective, keep_meaning, nameable
from switchgear.providers.litellm.framing import Framing, ServerSent
from switchgear.providers.litellm.hosts import Hosts
from switchgear.providers.litellm.settings import LiteLLMSettings
from switchgear.providers.litellm.stream_of import stream_of
from switchgear.providers.litellm.whole import completion, encode
from switchgear.providers.transport import Answer as Received

Json = dict[str, Any]

NO_KEY: Final = "no-key-is-configured"
"""Given to LiteLLM where a provider has none, which would else look for one; headers that hold it are not sent."""

BASES: Final = {
    "amazon_nova": "https://api.nova.amazon.com/v1",
    "cohere": "https://api.cohere.com/v2/chat",
    "cohere_chat": "https://api.cohere.com/v2/chat",
    "compactifai": "https://api.compactif.ai/v1",
    "maritalk": "https://chat.maritaca.ai/api",
    "openai": "https://api.openai.com/v1",
    "openrouter": "https://openrouter.ai/api/v1",
}
"""Where APIs are for which LiteLLM knows it only inside its own call."""
_PASSED: Final = frozenset({"OpenAIGPTConfig", "OpenAILikeChatConfig"})
"""Classes whose ``transform_response`` leaves an answer in OpenAI's form as it is."""
_OPENAI: Final = frozenset({"OpenAIGPTConfig", "OpenAIConfig"})
_PASSED_STREAM: Final = "OpenAIChatCompletionStreamingHandler"
_NEVER_NAMED: Final = frozenset({"stream", "stream_options", "user"})
"""Fields that are left out without a word: the gateway's own, and one that is no wish."""
_ACCOUNT: Final = ("aws_", "vertex_", "azure_", "oci_", "gigachat_", "watsonx_")
_ACCOUNT_NAMES: Final = frozenset({"api_version", "account_id", "project_id", "space_id", "token", "zen_api_key"})


class NotTranslatableError(ValueError):
    """LiteLLM has no translation for the provider that can be used without its own HTTP client."""


class Asked(msgspec.Struct):
    """What a call became on its way through LiteLLM, for reading the answer to it."""

    messages: list[Json]
    optional: Json
    document: Json
    json_mode: bool
    faked: bool
    """Whether the client wants a stream that the model cannot give."""


class Exchange(msgspec.Struct):
    """One request in the provider's form. ``answer`` makes the answer in OpenAI's form of what the transport gave."""

    url: str
    headers: dict[str, str]
    body: bytes
    dropped: tuple[str, ...]
    answer: Callable[[Received], Answer]


class ConfigChat:
    """Chats of one model. Making it may import more of LiteLLM: on a thread. Raises NotTranslatableError, or anything."""

    framing: Callable[[str], Framing] = ServerSent

    def __init__(self, library: Library, settings: LiteLLMSettings, model: str, hosts: Hosts, redact: Redact) -> None:
        self.library = library
        self.settings = settings
        self.hosts = hosts
        self.provider = settings.litellm_provider
        self.redact = redact
        self.key = settings.api_key.reveal().strip() if settings.api_key else NO_KEY
        self.model, self.base, self.key = self.place(model)
        self.base = self.base or BASES.get(self.provider)
        self.config = self.find_config()
        if self.config is None:
            raise NotTranslatableError(f"LiteLLM has no configuration for {self.provider}")
        self._fix_lookups()
        self.supported = effective(self.config, library.supported(self.provider, self.model), self.model)
        parser: object = self.config.get_model_response_iterator(
            streaming_response=iter(()), sync_stream=True, json_mode=False
        )
        self.passes = _owner(self.config, "transform_response") in _PASSED
        self.passes_stream = type(parser).__name__ == _PASSED_STREAM and type(self).framing is ServerSent
        self.in_openai_form = not _OPENAI.isdisjoint(kind.__name__ for kind in type(self.config).__mro__)
        self.extra_in_body = self.provider in library.litellm.openai_compatible_providers or self.passes
        self.account = {name: value for name, value in settings.plain().items() if of_account(name)}
        self.defaults = {name: value for name, value in settings.plain().items() if not of_account(name)}
        self._urls: dict[bool, tuple[str, str]] = {}
        library.seal()

    # ------------------------------------------------------------ what families change

    def place(self, model: str) -> tuple[str, str | None, str]:
        """The model's name there, the API's base URL, and the key."""
        return self.library.place(self.provider, model, self.settings.base_url, self.key)

    def find_config(self) -> Any:
        """LiteLLM's configuration for the model; the general one for an API in OpenAI's form that has none."""
        found = self.library.chat_config(self.provider, self.model)
        if found is None and self.provider in self.library.litellm.openai_compatible_providers:
            found = self.library.litellm.OpenAILikeChatConfig()
        return found

    async def credentials(self) -> str:
        """The key to call with, which may have to be obtained. Raises ProviderError."""
        return self.key

    def add_fields(self, call: Json, optional: Json, dropped: list[str]) -> None:
        """Put into ``optional`` what the API has words for and LiteLLM does not."""

    def url(self, optional: Json, *, key: str, stream: bool) -> str:
        """Where the request goes."""
        found: str = self.config.get_complete_url(
            api_base=self.base, api_key=key, model=self.model, optional_params=optional,
            litellm_params=dict(self.account), stream=stream,
        )  # fmt: skip
        return found.replace("//chat/", "/chat/")  # a base URL that ends in a slash

    def headers(self, messages: list[Json], optional: Json, key: str) -> dict[str, str]:
        """The header fields of the request, credentials among them."""
        found: dict[str, str] = self.config.validate_environment(
            headers={}, model=self.model, messages=messages, optional_params=optional,
            litellm_params=dict(self.account), api_key=key, api_base=self.base,
        )  # fmt: skip
        return found

    def document(self, messages: list[Json], optional: Json, headers: dict[str, str]) -> Json:
        """The body of the request."""
        found: Json = self.config.transform_request(
            model=self.model, messages=messages, optional_params=optional,
            litellm_params=dict(self.account), headers=headers,
        )  # fmt: skip
        return found

    def fakes_stream(self, optional: Json) -> bool:
        """Whether the model cannot stream what is asked for."""
        wished = optional.pop("fake_stream", False)
        asked = self.config.should_fake_stream(model=self.model, custom_llm_provider=self.provider, stream=True)
        return bool(wished) or bool(asked)

    def finish_document(self, document: Json, *, stream: bool) -> Json:
        """The body with the wish for a stream, where it stands in the body."""
        if stream and self.config.supports_stream_param_in_request_body:
            document["stream"] = True
        return document

    def sign(self, url: str, headers: dict[str, str], body: bytes) -> dict[str, str]:  # noqa: ARG002 - for families
        """The header fields with what signs the request."""
        return headers

    def parser(self, asked: Asked) -> answers.Parse:
        """LiteLLM's parser for the events of one stream."""
        iterator = self.config.get_model_response_iterator(
            streaming_response=iter(()), sync_stream=True, json_mode=asked.json_mode
        )
        if iterator is None:
            raise NotTranslatableError(f"LiteLLM reads streams of {self.provider} in its own call alone")
        parse: answers.Parse = iterator.chunk_parser
        return parse

    def can_stream(self) -> bool:
        """Whether its streams can be read, or are made of whole answers."""
        if self.fakes_stream({}):
            return True
        if self.config.has_custom_stream_wrapper and type(self).framing is ServerSent:
            return False
        try:
            self.parser(Asked([], {}, {}, json_mode=False, faked=False))
        except NotTranslatableError:
            return False
        return True

    # ------------------------------------------------------------ one call

    async def exchange(self, call: Json, *, stream: bool) -> Exchange:
        """The request that ``call``, a decoded Chat Completions request, becomes. Raises RequestError, ProviderError."""
        key = await self.credentials()
        with answers.asking(self.settings.origin.provider, self.provider):
            return self._translate(call, key, stream=stream)

    def _translate(self, call: Json, key: str, *, stream: bool) -> Exchange:
        messages = [_without_nulls(message) for message in call["messages"]]
        if not self.in_openai_form:
            check_parts(messages)
        messages = self.config.translate_developer_role_to_system_role(messages)
        optional, dropped = self._optional(call, stream=stream)
        json_mode = bool(optional.pop("json_mode", False))
        more = optional.pop("extra_body", None)
        faked = self.fakes_stream(optional) and stream
        headers = self.headers(messages, optional, key)
        url = self._own_url(optional, key=key, stream=stream and not faked)
        document = self.document(messages, optional, headers)
        if more:
            document = {**document, **more}
        check_model(document, self.model)
        if faked:
            document.pop("stream", None)
        body = encode(self.finish_document(document, stream=stream and not faked))
        headers = {name: str(value) for name, value in headers.items() if value and NO_KEY not in value}
        headers = self.sign(url, headers, body)
        asked = Asked(messages, optional, document, json_mode, faked)
        answer = self._stream if stream and not faked else self._whole
        return Exchange(url, headers, body, dropped, partial(answer, asked, dropped))

    def _own_url(self, optional: Json, *, key: str, stream: bool) -> str:
        """Where the request goes, which is where one without a caller's fields would. Raises RequestError where they change it."""

        def by(fields: Json) -> str:
            return self.url(fields, key=key, stream=stream)

        made_with, own = self._urls.get(stream, ("", ""))
        if made_with != key:
            own = by(dict(self.defaults) | ({"stream": True} if stream else {}))
            self._urls[stream] = (key, own)
        url = by(optional)
        if url != own:
            name = next((name for name in optional if by({name: optional[name]}) != own), None)
            raise RequestError("A field of the request would send it to another address.", param=name)
        return url

    def _optional(self, call: Json, *, stream: bool) -> tuple[Json, tuple[str, ...]]:
        """The fields as LiteLLM maps them for the provider, and the names of those that it has no words for."""
        wished, extra, dropped = self._sorted(call)
        if stream:
            wished["stream"] = True
        optional: Json = self.config.map_openai_params(wished, {}, self.model, True)
        self.add_fields(call, optional, dropped)
        keep_meaning(call, optional, dropped, as_openai=self.in_openai_form)
        if extra and self.extra_in_body:
            optional["extra_body"] = {**(optional.get("extra_body") or {}), **extra}
        elif extra:
            optional.update(extra)
        return optional, nameable(dropped)

    def _sorted(self, call: Json) -> tuple[Json, Json, list[str]]:
        """The fields of a call: those of Chat Completions that the model takes, the provider's own, and what is left out."""
        wished: Json = {}
        extra: Json = dict(self.defaults)
        dropped: list[str] = []
        for name, value in call.items():
            if value is None or name in ("messages", "model", "stream"):
                continue
            if not callers_may(name, self.library.openai_fields, in_body=self.extra_in_body):
                dropped.append(name)
            elif name in self.supported or name == "user":
                extra.pop(name, None)
                wished[name] = value
            elif name == "max_completion_tokens" and "max_tokens" in self.supported:
                wished.setdefault("max_tokens", value)
            elif name not in self.library.openai_fields:
                extra[name] = value
            elif name not in _NEVER_NAMED and (name, value) != ("n", 1):
                dropped.append(name)
        return wished, extra, dropped

    def _stream(self, asked: Asked, dropped: tuple[str, ...], received: Received) -> Answer:
        if not received.header(b"content-type").lower().startswith(_STREAM_TYPES):
            return answers.PassedAnswer(received, dropped)  # an error, or no stream: the pipeline tells
        if self.passes_stream and not asked.json_mode:
            return answers.PassedAnswer(received, dropped)
        provider = self.settings.origin.provider
        writer = ChunkWriter(self.model, self.library.finish_of)
        translation = answers.Translation(provider, self.framing(provider), self.parser(asked), writer)
        return answers.StreamedAnswer(received, dropped, translation)

    def _whole(self, asked: Asked, dropped: tuple[str, ...], received: Received) -> Answer:
        if self.passes and not asked.json_mode and not asked.faked:
            return answers.PassedAnswer(received, dropped)

        def translate(body: bytes) -> bytes:
            response = self.read(Raw(body, received), asked)
            return stream_of(response, self.model) if asked.faked else completion(response, self.model)

        through = partial(answers.whole, self.settings.origin.provider, self.redact, translate)
        return answers.WholeAnswer(received, dropped, through, streamed=asked.faked)

    def read(self, raw: Raw, asked: Asked) -> Any:
        """LiteLLM's object for a whole answer."""
        return self.config.transform_response(
            model=self.model, raw_response=raw, model_response=self.library.litellm.ModelResponse(),
            logging_obj=Silent(asked.optional), request_data=asked.document, messages=asked.messages,
            optional_params=asked.optional, litellm_params=dict(self.account), encoding=None, api_key=NO_KEY,
            json_mode=asked.json_mode,
        )  # fmt: skip

    def _fix_lookups(self) -> None:
        """Let the configuration remember what it would look up again for every call."""
        told = list(self.config.get_supported_openai_params(model=self.model))
        self.config.get_supported_openai_params = lambda model: list(told)  # noqa: ARG005 - LiteLLM's signature


_STREAM_TYPES: Final = (b"text/event-stream", b"application/x-ndjson", b"application/vnd.amazon.eventstream")


class Raw:
    """A whole answer as LiteLLM's translations look at it: the few members of ``httpx.Response`` that they use."""

    status_code = 200

    def __init__(self, content: bytes, received: Received) -> None:
        self.content = content
        self._received = received

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")

    @property
    def headers(self) -> dict[str, str]:
        """Header fields by their names in lower case."""
        return {name.decode("latin-1"): value.decode("latin-1") for name, value in self._received.headers}

    def json(self) -> Any:
        """The body decoded."""
        return msgspec.json.decode(self.content)

    def read(self) -> bytes:
        """The body."""
        return self.content


class Silent:
    """In the place of LiteLLM's log of one call: takes everything, keeps nothing."""

    def __init__(self, optional: Mapping[str, Any], asked: Any = None) -> None:
        self.optional_params = optional
        self.model_call_details: Json = {"input": asked}
        self.call_type = "acompletion"
        self.litellm_trace_id = ""
        self.stream = False

    def post_call(self, *given: object, **named: object) -> None:
        """Nothing."""

    pre_call = post_call


def _without_nulls(message: Json) -> Json:
    """A message without the fields that say nothing; some APIs refuse ``content`` for being null."""
    if None in message.values():
        return {name: value for name, value in message.items() if value is not None}
    return message


def _owner(config: Any, method: str) -> str:
    return next(kind.__name__ for kind in type(config).__mro__ if method in kind.__dict__)


def of_account(name: str) -> bool:
    """Whether a parameter is about the account, and not a field of every request."""
    return name in _ACCOUNT_NAMES or name.startswith(_ACCOUNT)
