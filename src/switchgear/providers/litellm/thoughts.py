"""Reasoning between the fields that Chat Completions has for it here and those of LiteLLM.

In chat it is ``reasoning_content``, with ``reasoning_details`` (OpenRouter's shape) where there are signatures. LiteLLM has
``thinking_blocks`` in Anthropic's form, and for Google's function calls a signature that it hides in the call's id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

ANTHROPIC: Final = "anthropic-claude-v1"
GOOGLE: Final = "google-gemini-v1"
_HIDDEN: Final = "__thought__"
"""Between a call's id and its signature, as LiteLLM writes them."""
_NO_SIGNATURE: Final = frozenset({None, "", "mistral"})
"""What LiteLLM writes where a provider signs nothing."""

Json = dict[str, Any]


def details_of_blocks(blocks: Sequence[Json] | None, first: int = 0, *, texts: bool = True) -> list[Json]:
    """``thinking_blocks`` as details that count from ``first``: those that have a signature, or are one.

    Without ``texts`` only the signature is told: a stream gave the text before.
    """
    details: list[Json] = []
    for block in blocks or ():
        index = first + len(details)
        if block.get("type") == "redacted_thinking" and block.get("data"):
            details.append({"type": "reasoning.encrypted", "data": block["data"], "format": ANTHROPIC, "index": index})
        elif block.get("signature") not in _NO_SIGNATURE:
            detail = {
                "type": "reasoning.text",
                "signature": block["signature"],
                "format": ANTHROPIC,
                "index": index,
            }
            if texts:
                detail["text"] = block.get("thinking") or ""
            details.append(detail)
    return details


def shown(call_id: str) -> tuple[str, str]:
    """A tool call's id without what LiteLLM hides in it, and the signature that was hidden."""
    name, _, signature = call_id.partition(_HIDDEN)
    return name, signature


def call_detail(call_id: str, signature: str, index: int) -> Json:
    """The detail for the signature of a tool call."""
    return {"type": "reasoning.encrypted", "data": signature, "format": GOOGLE, "id": call_id, "index": index}


def detail(signature: str, index: int) -> Json:
    """The detail for the signature of a text."""
    return {"type": "reasoning.encrypted", "data": signature, "format": GOOGLE, "index": index}


def signatures_of_text(fields: Json | None, calls: Sequence[str]) -> list[str]:
    """Google's signatures in LiteLLM's fields of its own that belong to the text, and not to one of the ``calls``."""
    found = (fields or {}).get("thought_signatures") or ()
    return [one for one in found if isinstance(one, str) and one not in calls]


def recall(messages: Sequence[Any]) -> None:
    """Put what clients send back as ``reasoning_details`` where LiteLLM looks for it, in place."""
    for message in messages:
        details = message.pop("reasoning_details", None) if isinstance(message, dict) else None
        if not isinstance(details, list):
            continue
        calls = {call.get("id"): call for call in message.get("tool_calls") or () if isinstance(call, dict)}
        blocks: list[Json] = []
        for told in details:
            if not isinstance(told, dict):
                continue
            if (call := calls.get(told.get("id"))) is not None and told.get("data"):
                call["provider_specific_fields"] = {"thought_signature": told["data"]}
            elif told.get("format") != GOOGLE:
                blocks += _block(told)
            elif told.get("data"):
                message["provider_specific_fields"] = {"thought_signatures": [told["data"]]}
        if blocks and not message.get("thinking_blocks"):
            message["thinking_blocks"] = blocks


def _block(detail: Json) -> list[Json]:
    if detail.get("type") == "reasoning.encrypted" and detail.get("data"):
        return [{"type": "redacted_thinking", "data": detail["data"]}]
    if detail.get("type") == "reasoning.text" and detail.get("signature"):
        return [{"type": "thinking", "thinking": detail.get("text") or "", "signature": detail["signature"]}]
    return []
