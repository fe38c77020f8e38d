"""A whole answer, from LiteLLM's objects to the bytes of a Chat Completion.

LiteLLM's objects are read field by field: dumping them costs more than all the rest of a call.
Source: https://platform.openai.com/docs/api-reference/chat/object.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from switchgear.providers.litellm import thoughts

Json = dict[str, Any]

_DETAILS: Final = (
    ("prompt_tokens_details", ("cached_tokens", "cache_write_tokens", "audio_tokens", "image_tokens")),
    ("completion_tokens_details", ("reasoning_tokens", "audio_tokens", "image_tokens")),
)


def _foreign(value: Any) -> Any:
    """What is no JSON of its own: LiteLLM's models, where it leaves some inside."""
    if hasattr(value, "model_dump"):
        return value.model_dump(exclude_none=True)
    if isinstance(value, Mapping):
        return dict(value)
    raise NotImplementedError(f"a {type(value).__name__} in an answer")


encode: Final = msgspec.json.Encoder(enc_hook=_foreign).encode


def completion(response: Any, model: str) -> bytes:
    """The Chat Completion that a ``ModelResponse`` holds. ``model`` is what was asked for, where the answer tells none."""
    document: Json = {
        "id": response.id or "chatcmpl",
        "object": "chat.completion",
        "created": response.created or int(time.time()),
        "model": response.model or model,
        "choices": [_choice(choice, place) for place, choice in enumerate(response.choices)],
    }
    usage = usage_of(getattr(response, "usage", None))
    if usage is not None:
        document["usage"] = usage
    if tier := getattr(response, "service_tier", None):
        document["service_tier"] = tier
    return encode(document)


def _choice(choice: Any, place: int) -> Json:
    message = message_of(choice.message)
    finish = choice.finish_reason or "stop"
    if finish == "stop" and "tool_calls" in message:
        finish = "tool_calls"
    told: Json = {"index": choice.index or place, "message": message, "finish_reason": finish}
    if logprobs := getattr(choice, "logprobs", None):
        told["logprobs"] = logprobs
    return told


def message_of(message: Any) -> Json:
    """A message, or a delta, that LiteLLM made, as one of Chat Completions; ``content`` may be None."""
    said = fields_of(message)
    told: Json = {"role": "assistant", "content": said.get("content")}
    if (reasoning := said.get("reasoning_content")) is not None:
        told["reasoning_content"] = reasoning
    details = thoughts.details_of_blocks(said.get("thinking_blocks"))
    calls, signed = [], []
    for call in said.get("tool_calls") or ():
        told_call, signature = tool_call(call)
        calls.append(told_call)
        if signature:
            signed.append(signature)
            details.append(thoughts.call_detail(told_call["id"], signature, len(details)))
    for signature in thoughts.signatures_of_text(said.get("provider_specific_fields"), signed):
        details.append(thoughts.detail(signature, len(details)))
    if calls:
        told["tool_calls"] = calls
    if details:
        told["reasoning_details"] = details
    for name in ("refusal", "annotations", "audio", "images"):
        if value := said.get(name):
            told[name] = value
    return told


def fields_of(model: Any) -> Json:
    """What one of LiteLLM's models holds, without asking it attribute by attribute, which is slow."""
    return {**(model.__pydantic_extra__ or {}), **model.__dict__}


def tool_call(call: Any) -> tuple[Json, str]:
    """A tool call, and the signature that LiteLLM hid in its id."""
    name, signature = thoughts.shown(call.id or "")
    custom = getattr(call, "custom", None)
    if custom is not None:
        return {"id": name, "type": "custom", "custom": custom}, signature
    function = {"name": call.function.name or "", "arguments": call.function.arguments or "{}"}
    return {"id": name, "type": "function", "function": function}, signature


def usage_of(usage: Any) -> Json | None:
    """Usage as OpenAI tells it; None where nothing was counted."""
    if usage is None:
        return None
    get = usage.get if isinstance(usage, dict) else lambda name, other=None: getattr(usage, name, other)
    prompt, made = get("prompt_tokens") or 0, get("completion_tokens") or 0
    if not prompt and not made:
        return None
    told: Json = {
        "prompt_tokens": prompt,
        "completion_tokens": made,
        "total_tokens": get("total_tokens") or prompt + made,
    }
    for group, names in _DETAILS:
        details = get(group)
        if details is None:
            continue
        ask = details.get if isinstance(details, dict) else lambda name, of=details: getattr(of, name, None)
        if found := {name: number for name in names if (number := ask(name))}:
            told[group] = found
    return told
