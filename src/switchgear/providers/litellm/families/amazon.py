"""Amazon: Bedrock's own form (Converse), its models' forms (InvokeModel), and SageMaker's endpoints.

A request is signed with an access key, or carries a Bedrock API key as a bearer token.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from switchgear.providers.litellm import thoughts
from switchgear.providers.litellm.answers import Parse
from switchgear.providers.litellm.chat import NO_KEY, Asked, ConfigChat, Json, NotTranslatableError, Raw, Silent
from switchgear.providers.litellm.framing import AmazonEvents, AmazonPayloads
from switchgear.providers.litellm.places import arn_region, is_amazon_region
from switchgear.providers.litellm.settings import LiteLLMSettings
from switchgear.providers.litellm.signing import AmazonKeys, AmazonSigner

_JSON: Final = {"content-type": "application/json"}


def region_of(settings: LiteLLMSettings, model: str = "") -> str:
    """The region: the setting's, or that of the model's ARN. Raises NotTranslatableError without one."""
    region = settings.text("aws_region_name") or arn_region(model)
    if not region:
        raise NotTranslatableError("params.aws_region_name must be set")
    if not is_amazon_region(region):
        raise NotTranslatableError("params.aws_region_name must be the name of a region, like us-east-1")
    return region


def signer_of(settings: LiteLLMSettings, region: str, service: str) -> AmazonSigner | None:
    """What signs the account's requests; None where there is no access key."""
    access, secret = settings.text("aws_access_key_id"), settings.secret("aws_secret_access_key")
    if not access or secret is None:
        return None
    return AmazonSigner(AmazonKeys(access, secret, settings.secret("aws_session_token")), region, service)


class Amazon(ConfigChat):
    """What all of them have: a region, and a signature."""

    service = "bedrock"

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.region = region_of(self.settings, self.model)
        self._signer = signer_of(self.settings, self.region, self.service)
        self.bearer = self.settings.text("aws_bearer_token_bedrock") or (self.key if self.key != NO_KEY else "")
        if self._signer is None and not self.bearer:
            raise NotTranslatableError("params.aws_access_key_id and aws_secret_access_key, or api_key, must be set")

    def place(self, model: str) -> tuple[str, str | None, str]:
        """As it is called: the rest follows from the region."""
        return model, self.settings.base_url, self.key

    @property
    def endpoint(self) -> str:
        """The region's address, or the one that is set."""
        given = self.settings.base_url or self.settings.text("aws_bedrock_runtime_endpoint")
        return (given or f"https://bedrock-runtime.{self.region}.amazonaws.com").rstrip("/")

    def headers(self, messages: list[Json], optional: Json, key: str) -> dict[str, str]:  # noqa: ARG002 - the base's
        """The type; what LiteLLM adds beside it is added while it writes the body."""
        return dict(_JSON)

    def sign(self, url: str, headers: dict[str, str], body: bytes) -> dict[str, str]:
        """With the signature, or the bearer token."""
        lower = {name.lower(): str(value) for name, value in headers.items()}
        if self._signer is None:
            return lower | {"authorization": f"Bearer {self.bearer}"}
        return lower | self._signer.sign(url, body, lower)


class Converse(Amazon):
    """Bedrock's own form of a chat, the same for all of its models."""

    framing = AmazonEvents

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        common = self.library.module("litellm.llms.bedrock.common_utils")
        self._decoder = self.library.module("litellm.llms.bedrock.chat.invoke_handler").AWSEventStreamDecoder
        self.model = common.without_bedrock_route_prefix(self.model)
        self._path = f"/model/{quote(_without_spec(self.model), safe='')}/converse"

    def url(self, optional: Json, *, key: str, stream: bool) -> str:  # noqa: ARG002 - the base's
        """The model's path."""
        return f"{self.endpoint}{self._path}{'-stream' if stream else ''}"

    def document(self, messages: list[Json], optional: Json, headers: dict[str, str]) -> Json:
        """LiteLLM's translation, which is not the configuration's public one."""
        thoughts.recall(messages)
        optional.pop("stream", None)
        found: Json = self.config._transform_request(  # noqa: SLF001 - the public one does not exist for this route
            model=self.model, messages=messages, optional_params=optional,
            litellm_params=dict(self.account), headers=headers,
        )  # fmt: skip
        return found

    def fakes_stream(self, optional: Json) -> bool:
        """Whether the model cannot stream."""
        wished = optional.pop("fake_stream", False)
        return bool(
            self.config.should_fake_stream(
                model=self.model, custom_llm_provider=self.provider, stream=True, fake_stream=wished
            )
        )

    def finish_document(self, document: Json, *, stream: bool) -> Json:  # noqa: ARG002 - the path says it
        """As it is."""
        return document

    def parser(self, asked: Asked) -> Parse:
        """The decoder's."""
        parse: Parse = self._decoder(model=self.model, json_mode=asked.json_mode).chunk_parser
        return parse

    def read(self, raw: Raw, asked: Asked) -> Any:
        """LiteLLM's object for a whole answer."""
        optional = {**asked.optional, "json_mode": asked.json_mode}
        return self.config._transform_response(  # noqa: SLF001 - as above
            model=self.model, response=raw, model_response=self.library.litellm.ModelResponse(), stream=False,
            logging_obj=Silent(optional), optional_params=optional, api_key="", data=asked.document,
            messages=asked.messages, encoding=None,
        )  # fmt: skip


class Invoke(Amazon):
    """A model of Bedrock in its maker's form."""

    framing = AmazonEvents
    _DECODERS: Final = {
        "anthropic": "AmazonAnthropicClaudeStreamDecoder",
        "deepseek_r1": "AmazonDeepSeekR1StreamDecoder",
        "openai": "AmazonOpenAICompatibleStreamDecoder",
    }

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._handler = self.library.module("litellm.llms.bedrock.chat.invoke_handler")
        base = self.library.module("litellm.llms.bedrock.base_aws_llm").BaseAWSLLM
        self._maker = base.get_bedrock_invoke_provider(model=self.model)
        self.passes = False

    def url(self, optional: Json, *, key: str, stream: bool) -> str:
        """The model's path."""
        with_region = {**optional, "aws_region_name": self.region, "aws_bedrock_runtime_endpoint": self.endpoint}
        return super().url(with_region, key=key, stream=stream)

    def headers(self, messages: list[Json], optional: Json, key: str) -> dict[str, str]:
        """With what the model's maker wants."""
        return super().headers(messages, optional, key) | ConfigChat.headers(self, messages, optional, key)

    def document(self, messages: list[Json], optional: Json, headers: dict[str, str]) -> Json:
        """With the thoughts that come back put where LiteLLM looks for them."""
        thoughts.recall(messages)
        return super().document(messages, optional, headers)

    def parser(self, asked: Asked) -> Parse:
        """The decoder of the model's maker."""
        kind = getattr(self._handler, self._DECODERS.get(self._maker, "AWSEventStreamDecoder"))
        if self._maker == "anthropic":
            decoder = kind(model=self.model, sync_stream=True, json_mode=asked.json_mode)
        elif self._maker in self._DECODERS:
            decoder = kind(model=self.model, sync_stream=True)
        else:
            decoder = kind(model=self.model, json_mode=asked.json_mode)
        parse: Parse = decoder.chunk_parser
        return parse


class BedrockChat(Amazon):
    """Models of OpenAI and xAI on Bedrock, which take OpenAI's own form."""

    def url(self, optional: Json, *, key: str, stream: bool) -> str:
        """Bedrock's path for it."""
        with_region = {**optional, "aws_region_name": self.region, "aws_bedrock_runtime_endpoint": self.endpoint}
        return super().url(with_region, key=key, stream=stream)


class SageMaker(Amazon):
    """An endpoint whose server takes OpenAI's own form. The model is the endpoint's name."""

    service = "sagemaker"
    framing = AmazonPayloads

    def url(self, optional: Json, *, key: str, stream: bool) -> str:  # noqa: ARG002 - the base's
        """The endpoint's path."""
        base = (self.settings.base_url or f"https://runtime.sagemaker.{self.region}.amazonaws.com").rstrip("/")
        return f"{base}/endpoints/{quote(self.model, safe='')}/invocations{'-response-stream' if stream else ''}"

    def document(self, messages: list[Json], optional: Json, headers: dict[str, str]) -> Json:
        """LiteLLM writes JSON text for some endpoints."""
        found: Any = super().document(messages, optional, headers)
        document: Json = json.loads(found) if isinstance(found, str) else found
        return document

    def finish_document(self, document: Json, *, stream: bool) -> Json:
        """The server inside has to be told, too."""
        return {**document, "stream": True} if stream else document


def _without_spec(model: str) -> str:
    """A model's id without the prefix by which LiteLLM is told how an imported Nova is asked."""
    for prefix in ("nova-2/", "nova/"):
        model = model.removeprefix(prefix)
    return model


_ROUTES: Final[Mapping[str, type[Amazon]]] = {
    "converse": Converse,
    "chat_completions": BedrockChat,
    "invoke": Invoke,
    "openai": Invoke,
}


def bedrock(library: Any, settings: LiteLLMSettings, model: str) -> type[Amazon]:
    """The family of one of Bedrock's models. Raises NotTranslatableError."""
    common = library.module("litellm.llms.bedrock.common_utils")
    if not settings.text("aws_region_name"):
        region_of(settings, model)
    route = common.BedrockModelInfo.get_bedrock_route(model)
    found = _ROUTES.get(route)
    if found is None:
        raise NotTranslatableError(f"LiteLLM's translation for Bedrock's {route} needs its own HTTP client")
    return found
