"""Which fields of a request a configuration of LiteLLM really has words for.

Some configurations list a field as supported and then leave it out without a word. Each is tried once for a model: a field whose
mapping changes nothing counts as one that the model does not take, and is named as such.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from typing import Any, Final

from switchgear.core.errors import RequestError

Json = dict[str, Any]

_TOOL: Final = {
    "type": "function",
    "function": {"name": "a", "description": "b", "parameters": {"type": "object", "properties": {}}},
}
_SCHEMA: Final = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
_TRIED: Final[Json] = {
    "frequency_penalty": 0.5,
    "logit_bias": {"1": 1},
    "logprobs": True,
    "max_completion_tokens": 5,
    "max_tokens": 5,
    "n": 2,
    "parallel_tool_calls": False,
    "presence_penalty": 0.5,
    "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": _SCHEMA, "strict": True}},
    "seed": 1,
    "stop": ["a"],
    "temperature": 0.5,
    "tool_choice": "required",
    "tools": [_TOOL],
    "top_logprobs": 2,
    "top_p": 0.5,
}
_BESIDE: Final[dict[str, Json]] = {
    "parallel_tool_calls": {"tools": [_TOOL]},
    "tool_choice": {"tools": [_TOOL]},
    "top_logprobs": {"logprobs": True},
}
"""What a field means nothing without."""
_PARTS: Final = frozenset(
    {
        "document", "file", "guarded_text", "image_url", "input_audio", "redacted_thinking", "refusal", "text", "thinking",
        "video_url",
    }
)  # fmt: skip
"""Parts of a message that LiteLLM knows; it would leave out any other without a word."""


_LONGEST_NAME: Final = 64
_MOST_NAMES: Final = 32
_NOT_CALLERS: Final = frozenset(
    {
        "additional_drop_params", "allowed_openai_params", "custom_llm_provider", "deployment_id", "drop_params", "extra_body",
        "extra_headers", "extra_query", "fake_stream", "fallbacks", "headers", "max_retries", "messages", "model", "modelId",
        "model_id", "models", "num_retries", "organization", "preset", "timeout",
    }
)  # fmt: skip
_ACCOUNTS: Final = re.compile(
    r"(aws|azure|vertex|oci|watsonx|gigachat|sagemaker|snowflake|databricks|cloudflare|api|litellm)_.*"
    r"|(account|project|space|tenant|client|deployment)(_id)?|region.*|.*region_name|.*_(base|url|uri|host|token|key|secret)"
    r"|base_url|token|url|.*endpoint.*|.*credential.*|.*password.*",
    re.IGNORECASE,
)
"""Names of addresses, accounts, credentials and regions, whoever's: a caller may send none, in whatever place."""
_EXTRA: Final = frozenset(
    {
        "citation_options", "documents", "enable_thinking", "guardrailConfig", "keep_alive", "labels", "min_p",
        "performanceConfig", "random_seed", "reasoning", "repetition_penalty", "requestMetadata", "safe_prompt",
        "safety_mode", "safety_settings", "search_domain_filter", "search_recency_filter", "strict_tools", "think", "top_a",
        "top_k", "typical_p",
    }
)  # fmt: skip
"""Fields of providers' own that a caller may send on to them.

By LiteLLM's own names, which it looks for in the same place, a caller could choose another address, account or model.
"""


def callers_may(name: str, known: frozenset[str], *, in_body: bool) -> bool:
    """Whether a caller's field may reach LiteLLM. ``known`` are those of Chat Completions; ``in_body`` says that all others are
    put into the body of the request alone, where LiteLLM does not look."""
    if name in _NOT_CALLERS:
        return False
    if name in known:
        return name != "api_version"
    if _ACCOUNTS.fullmatch(name):
        return False
    return in_body or name in _EXTRA


def check_model(document: Json, model: str) -> None:
    """Raises RequestError for a request whose body names another model than the one that was chosen."""
    for field in ("model", "model_id", "modelId"):
        name = document.get(field)
        if name is None:
            continue
        if not isinstance(name, str) or not (name in model or model in name or name.partition(":")[0] in model):
            raise RequestError("A field of the request would send it to another model.", param=field)
    if "models" in document:
        raise RequestError("A request goes to one model.", param="models")


def nameable(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names of fields that can stand in a header: a caller's may be anything."""
    plain = [name for name in names if len(name) <= _LONGEST_NAME and name.isascii() and name.isidentifier()]
    return tuple(plain[:_MOST_NAMES])


def check_parts(messages: list[Json]) -> None:
    """Raises RequestError for a part of a message that cannot be translated, with its place."""
    for place, message in enumerate(messages):
        content = message.get("content")
        for at, part in enumerate(content if isinstance(content, list) else ()):
            kind = part.get("type") if isinstance(part, dict) else None
            if kind not in _PARTS:
                told = f'of type "{kind}"' if isinstance(kind, str) else "without a type"
                where = f"messages[{place}].content[{at}]"
                raise RequestError(f"{where}: a part {told} cannot be sent to this model.", param=where)


def effective(config: Any, supported: frozenset[str], model: str) -> frozenset[str]:
    """Those of ``supported`` that make a difference, and all that are not tried."""
    return frozenset(name for name in supported if name not in _TRIED or _matters(config, name, model))


def _matters(config: Any, name: str, model: str) -> bool:
    beside = _BESIDE.get(name, {})
    try:
        without = config.map_openai_params(copy.deepcopy(beside), {}, model, True)
        mapped = config.map_openai_params(copy.deepcopy({**beside, name: _TRIED[name]}), {}, model, True)
    except Exception:  # noqa: BLE001 - LiteLLM raises anything; then the call itself will tell
        return True
    return bool(mapped != without)


def keep_meaning(call: Json, optional: Json, dropped: list[str], *, as_openai: bool) -> None:
    """Deal with the fields without which a request means something else, of those that LiteLLM would leave out.

    An API in OpenAI's form (``as_openai``) is sent them all the same, and decides itself. Raises RequestError where another
    cannot be asked.
    """
    if "n" in dropped:
        raise RequestError("This model gives one answer to a request.", param="n", hint="Ask it several times.")
    if as_openai:
        for name in ("tools", "tool_choice"):
            if name in dropped:
                dropped.remove(name)
                optional[name] = call[name]
        return
    if "tools" in dropped:
        raise RequestError("This model takes no tools.", param="tools", hint="Use a model that calls tools.")
    if "tool_choice" in dropped and (choice := call["tool_choice"]) != "auto":
        if choice != "none":
            raise RequestError("This model cannot be made to call a tool.", param="tool_choice", hint='Send "auto".')
        dropped.remove("tool_choice")
        optional.pop("tools", None)
