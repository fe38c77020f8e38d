"""Tries every provider of the installed LiteLLM and writes what each supports to providers/litellm/known.json.

For each, the request that LiteLLM itself would send is captured and compared with the one that our translation makes. Where
both are alike the provider is called over our own transport, else LiteLLM calls it. tests/providers/litellm holds the written
table to what this finds, so an upgrade of LiteLLM that changes a row is seen.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import msgspec

from switchgear.core.secrets import Secret
from switchgear.providers.litellm import known
from switchgear.providers.litellm.chat import BASES, ConfigChat
from switchgear.providers.litellm.embedding import Embeddings
from switchgear.providers.litellm.engine import Engine, Library
from switchgear.providers.litellm.families.choice import chat_of
from switchgear.providers.litellm.hosts import Hosts
from switchgear.providers.litellm.known import Known, Road
from switchgear.providers.litellm.rerank import Rerank
from switchgear.providers.litellm.settings import LiteLLMSettings
from switchgear.providers.transport import OriginSettings

TARGET = Path(known.__file__).parent / "known.json"
AMAZON = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "wJalrXUtnFEMI", "aws_region_name": "us-east-1"}
PARAMS: dict[str, dict[str, str]] = {
    "bedrock": AMAZON,
    "sagemaker_chat": AMAZON,
    "sagemaker_nova": AMAZON,
    "sagemaker": AMAZON,
    "snowflake": {"account_id": "account"},
    "vertex_ai": {"vertex_project": "project", "vertex_location": "us-central1"},
    "watsonx": {"project_id": "project", "token": "sk-test"},
    "watsonx_text": {"project_id": "project", "token": "sk-test"},
    "predibase": {"tenant_id": "tenant"},
}
"""An account of each provider that needs more than a key."""
ADDRESSES = {
    "ai21": "https://api.ai21.com/studio/v1",
    "azure": "https://resource.openai.azure.com",
    "azure_ai": "https://resource.services.ai.azure.com",
    "cloudflare": "https://api.cloudflare.com/client/v4/accounts/account/ai/v1",
    "custom_openai": "http://127.0.0.1:8000/v1",
    "databricks": "https://workspace.cloud.databricks.com/serving-endpoints",
    "heroku": "https://us.inference.heroku.com",
    "hosted_vllm": "http://127.0.0.1:8000/v1",
    "infinity": "http://127.0.0.1:7997",
    "langflow": "http://127.0.0.1:7860",
    "litellm_proxy": "http://127.0.0.1:4000",
    "lm_studio": "http://127.0.0.1:1234/v1",
    "oobabooga": "http://127.0.0.1:5000",
    "triton": "http://127.0.0.1:8000/v2/models/model/generate",
    "watsonx": "https://us-south.ml.cloud.ibm.com",
    "watsonx_text": "https://us-south.ml.cloud.ibm.com",
    "xinference": "http://127.0.0.1:9997/v1",
}
MODELS = {
    "anthropic": "claude-sonnet-4-5",
    "bedrock": "anthropic.claude-sonnet-4-5-20250929-v1:0",
    "cohere": "command-r-plus",
    "gemini": "gemini-2.5-flash",
    "huggingface": "together/deepseek-ai/DeepSeek-R1",
    "openai": "gpt-4o",
    "ragflow": "chat/1/model",
    "replicate": "meta/meta-llama-3-70b-instruct",
    "vertex_ai": "gemini-2.5-flash",
}
EMBEDDING_MODELS = {"bedrock": "amazon.titan-embed-text-v2:0", "cohere": "embed-v4.0", "voyage": "voyage-3.5"}
NEEDS = {
    "cloudflare": ("params.account_id",),
    "snowflake": ("params.account_id",),
    "vertex_ai": ("params.vertex_project", "params.vertex_credentials"),
    "watsonx": ("base_url or params.region_name", "params.project_id or params.space_id"),
    "bedrock": ("params.aws_region_name",),
    "sagemaker_chat": ("params.aws_region_name", "params.aws_access_key_id", "params.aws_secret_access_key"),
    "sagemaker_nova": ("params.aws_region_name", "params.aws_access_key_id", "params.aws_secret_access_key"),
    "predibase": ("params.tenant_id",),
}
"""What else must be set. Those with an address above need ``base_url``."""
NATIVE = {"anthropic": "anthropic", "azure": "azure", "gemini": "gemini", "ollama_chat": "ollama", "openai": "openai"}
LEFT_OUT = {
    "aiohttp_openai": "OpenAI's API over another HTTP client",
    "anthropic_text": "an API that Anthropic retired",
    "auto_router": "a router, no provider",
    "azure_text": "text completions",
    "chatgpt": "signs a person in",
    "custom": "a server of LiteLLM's own form",
    "github_copilot": "signs a person in",
    "litellm_agent": "an agent",
    "openai_like": 'kind = "openai" is the same',
    "ollama": "text generation; ollama_chat is the one",
    "petals": "runs the model in the process",
    "sagemaker": "text generation; sagemaker_chat is the one",
    "text-completion-codestral": "text completions",
    "text-completion-inception": "text completions",
    "text-completion-openai": "text completions",
    "vertex_ai_beta": "the former name of vertex_ai",
    "vllm": "runs the model in the process; hosted_vllm is a server",
}
"""Names that are no providers to call, or that another row serves."""
FETCHES_IMAGES = frozenset({"anthropic", "openai"})
"""APIs of another form that fetch images; those in OpenAI's form do."""
CHAT = {
    "messages": [{"role": "system", "content": "Be terse."}, {"role": "user", "content": "Hello"}],
    "max_tokens": 50,
}
EMBEDDING = {"input": ["Hello"]}
RERANK = {"query": "Hello", "documents": ["Hello", "Goodbye"]}
METHODS = {"chat": "acompletion", "embeddings": "aembedding", "rerank": "arerank"}
CALLS = {"chat": CHAT, "embeddings": EMBEDDING, "rerank": RERANK}
RERANKERS = frozenset(
    {
        "azure_ai", "bedrock", "cohere", "cohere_chat", "dashscope", "deepinfra", "fireworks_ai", "hosted_vllm",
        "huggingface", "infinity", "jina_ai", "nvidia_nim", "qwen_ai_platform", "qwencloud", "scaleway", "together_ai",
        "voyage", "watsonx",
    }
)  # fmt: skip
"""LiteLLM would take every other name for a Cohere of its own."""


CHAT_ALONE = frozenset({"oobabooga", "vertex_ai", "watsonx_text"})
"""What LiteLLM can do with the rest of these needs google-auth, or does not work."""


class Captured(BaseException):
    """A request that LiteLLM was about to send. No Exception, or it would be handled as one of a provider's."""

    def __init__(self, request: httpx.Request) -> None:
        super().__init__(str(request.url))
        self.request = request


@contextmanager
def capturing(library: Library) -> Iterator[None]:
    """Inside, LiteLLM's requests raise Captured and nothing is sent."""

    async def asend(_: object, request: httpx.Request, **__: object) -> None:
        await request.aread()
        raise Captured(request)

    def send(_: object, request: httpx.Request, **__: object) -> None:
        request.read()
        raise Captured(request)

    async def token(*_: object, **__: object) -> tuple[str, str]:
        return "sk-test", "project"

    vertex = library.module("litellm.llms.vertex_ai.vertex_llm_base").VertexBase
    with (
        mock.patch.object(httpx.AsyncClient, "send", asend),
        mock.patch.object(httpx.Client, "send", send),
        mock.patch.object(vertex, "_ensure_access_token_async", token),
        mock.patch.object(vertex, "_ensure_access_token", return_value=("sk-test", "project")),
        mock.patch.object(library.litellm, "aresponses", side_effect=Captured),
    ):
        yield


def settings_of(provider: str) -> LiteLLMSettings:
    """Settings of an account at a provider."""
    params = PARAMS.get(provider, {})
    key = None if "aws_access_key_id" in params else Secret("sk-test")
    origin = OriginSettings(provider, "https://litellm.invalid")
    return LiteLLMSettings(origin, provider, ADDRESSES.get(provider), key, params)


def model_of(provider: str, what: str) -> str:
    """A model to ask."""
    return (EMBEDDING_MODELS if what == "embeddings" else MODELS).get(provider, "some-model")


async def theirs(
    library: Library, provider: str, what: str, model: str, *, stream: bool = False, **call: Any
) -> httpx.Request | None:
    """The request that LiteLLM sends by itself, or None when it sends none."""
    settings = settings_of(provider)
    given: dict[str, Any] = {**settings.plain(), **json.loads(json.dumps(call or CALLS[what]))}
    if what == "chat":
        given |= {"stream": stream, "_skip_mcp_handler": True}
    key = settings.api_key.reveal() if settings.api_key else None
    try:
        with library.own_transport():
            method = getattr(library.litellm, METHODS[what])
            answer = await method(
                model=f"{provider}/{model}",
                api_key=key,
                api_base=settings.base_url,
                num_retries=0,
                max_retries=0,
                **given,
            )
            if stream:
                await anext(answer, None)
        return None
    except Captured as captured:
        return captured.request
    except Exception as error:  # noqa: BLE001 - LiteLLM raises anything
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, Captured):
            cause = cause.__cause__ or cause.__context__
        return cause.request if isinstance(cause, Captured) else None


async def ours(
    library: Library, provider: str, what: str, model: str, *, stream: bool = False, **call: Any
) -> tuple[Any, Any]:
    """The translator for a model and the request that it makes. Raises anything."""
    settings = settings_of(provider)
    hosts = Hosts(settings.origin, {}, {})
    given = {"model": model, **json.loads(json.dumps(call or CALLS[what]))}
    if what == "chat":
        chat = chat_of(library, settings, model, hosts, str)
        return chat, await chat.exchange(given, stream=stream)
    kind = Embeddings if what == "embeddings" else Rerank
    translator = kind(library, settings, model, hosts, str)
    return translator, await translator.exchange(given)


def alike(provider: str, request: httpx.Request, exchange: Any) -> bool:
    """Whether two requests ask the same of the same place. What LiteLLM leaks of an account is not looked at."""
    secret = {*PARAMS.get(provider, {}), "watsonx_token", "stream_options"}

    def document(body: bytes) -> Any:
        told = json.loads(body)
        return {name: value for name, value in told.items() if name not in secret and value not in (None, False)}

    return str(request.url).replace("//chat/", "/chat/") == exchange.url and document(request.content) == document(
        exchange.body
    )


async def road(library: Library, provider: str, what: str, *, stream: bool = False) -> Road | None:
    """How calls go."""
    if (what == "rerank" and provider not in RERANKERS) or (what != "chat" and provider in CHAT_ALONE):
        return None
    model = model_of(provider, what)
    request = await theirs(library, provider, what, model, stream=stream)
    sends = request is not None and request.method == "POST"
    try:
        translator, exchange = await ours(library, provider, what, model, stream=stream)
    except Exception:  # noqa: BLE001 - LiteLLM raises anything
        return "own" if sends else None
    if not exchange.url.startswith("http"):
        return "own" if sends else None
    if sends and request is not None and not alike(provider, request, exchange) and provider not in DIFFERENT:
        return "own"
    if what == "chat":
        return _chat_road(translator, stream=stream)
    if what == "embeddings" and translator.config is None:
        return "passed" if sends and str(request.url).endswith("/embeddings") else None  # type: ignore[union-attr]
    return "translated" if sends else None


DIFFERENT = frozenset({"docker_model_runner", "huggingface", "ollama_chat", "watsonx"})
"""Where LiteLLM asks the hub or the server something first, or leaves out part of the path."""


def _chat_road(chat: ConfigChat, *, stream: bool) -> Road:
    if stream:
        return "passed" if chat.passes_stream else "translated" if chat.can_stream() else "own"
    return "passed" if chat.passes else "translated"


async def survey(library: Library) -> dict[str, Known]:
    """Every provider that can be called."""
    titles = _titles()
    found: dict[str, Known] = {}
    with capturing(library), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in sorted(getattr(one, "value", one) for one in library.litellm.provider_list):
            if name in LEFT_OUT:
                continue
            chat = await road(library, name, "chat")
            stream = await road(library, name, "chat", stream=True) if chat else None
            if stream in (None, "own"):
                chat = stream = "own" if chat else None
            embeddings = await road(library, name, "embeddings")
            rerank = await road(library, name, "rerank")
            if chat or embeddings or rerank:
                needs = NEEDS.get(name, ("base_url",) if name in ADDRESSES else ())
                found[name] = Known(
                    titles.get(name, name), chat, stream, embeddings, rerank, needs, _base(library, name),
                    NATIVE.get(name, ""), image_urls=chat == "passed" or name in FETCHES_IMAGES,
                )  # fmt: skip
    return found


def _base(library: Library, name: str) -> str:
    if name in ADDRESSES:
        return ""
    try:
        return library.place(name, MODELS.get(name, "some-model"), None, "sk-test")[1] or BASES.get(name, "")
    except Exception:  # noqa: BLE001 - LiteLLM raises anything
        return BASES.get(name, "")


def _titles() -> dict[str, str]:
    folder = Path(importlib.util.find_spec("litellm").origin).parent  # type: ignore[union-attr, arg-type]
    told = json.loads((folder / "provider_endpoints_support_backup.json").read_text("utf-8"))
    return {name: row["display_name"].split(" (`")[0].strip() for name, row in told["providers"].items()}


def written(found: dict[str, Known]) -> bytes:
    """The table as it is written."""
    document = {"litellm": version("litellm"), "providers": found}
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def main() -> int:
    """Write the table; 0 when all went well."""
    library = Engine().load()
    TARGET.write_bytes(written(asyncio.run(survey(library))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
