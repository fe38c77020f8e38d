"""Which family a model is of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from switchgear.providers.base import Redact
from switchgear.providers.litellm.chat import ConfigChat, NotTranslatableError
from switchgear.providers.litellm.engine import Library
from switchgear.providers.litellm.families import amazon, cohere, google, simple
from switchgear.providers.litellm.hosts import Hosts
from switchgear.providers.litellm.settings import LiteLLMSettings

_FAMILIES: Final[Mapping[str, type[ConfigChat]]] = {
    "anthropic": simple.Anthropic,
    "azure_ai": simple.AzureAI,
    "cloudflare": simple.Cloudflare,
    "cohere": cohere.Cohere,
    "cohere_chat": cohere.Cohere,
    "databricks": simple.Databricks,
    "gemini": google.Gemini,
    "groq": simple.OpenAIForm,
    "huggingface": simple.HuggingFace,
    "ollama_chat": simple.OllamaChat,
    "openrouter": simple.OpenAIForm,
    "sagemaker_chat": amazon.SageMaker,
    "sagemaker_nova": amazon.SageMaker,
    "snowflake": simple.Snowflake,
    "watsonx": simple.WatsonX,
}
_BY_MODEL: Final[Mapping[str, Callable[[Any, LiteLLMSettings, str], type[ConfigChat]]]] = {
    "bedrock": amazon.bedrock,
    "vertex_ai": google.vertex,
}


def chat_of(library: Library, settings: LiteLLMSettings, model: str, hosts: Hosts, redact: Redact) -> ConfigChat:
    """What translates chats of ``model``. May import more of LiteLLM: on a thread.

    Raises NotTranslatableError, or whatever LiteLLM raises of a provider that it cannot translate for.
    """
    provider = settings.litellm_provider
    if provider in _BY_MODEL:
        kind = _BY_MODEL[provider](library, settings, model)
    else:
        kind = _FAMILIES.get(provider, ConfigChat)
    found = kind(library, settings, model, hosts, redact)
    if provider != "openai" and _goes_to_openai(found):
        raise NotTranslatableError("base_url must be set")
    return found


def _goes_to_openai(chat: ConfigChat) -> bool:
    """Whether LiteLLM has no address for the API: then it takes OpenAI's, which would be sent another provider's key."""
    try:
        return "//api.openai.com/" in chat.url({}, key=chat.key, stream=False)
    except Exception:  # noqa: BLE001 - LiteLLM raises anything; a call will tell what is missing
        return False
