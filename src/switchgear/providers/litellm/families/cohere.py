"""Cohere's Chat, version 2. LiteLLM writes its requests and reads whole answers; of its streams it misses tools and the end.

Source: https://docs.cohere.com/v2/docs/streaming.
"""

from __future__ import annotations

from typing import Any, Final

from switchgear.providers.litellm.answers import Parse
from switchgear.providers.litellm.chat import Asked, ConfigChat, Json, Raw

_FINISH: Final = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "TOOL_CALL": "tool_calls",
    "ERROR_TOXIC": "content_filter",
}
_FORMS: Final = frozenset({"json_object", "json_schema"})
_CHOICES: Final = {"auto": "", "none": "NONE", "required": "REQUIRED"}


class Cohere(ConfigChat):
    """Chats of one of Cohere's models."""

    def add_fields(self, call: Json, optional: Json, dropped: list[str]) -> None:
        """The choice of a tool, as far as there is one, and the form of the answer (https://docs.cohere.com/v2/reference/chat)."""
        form = call.get("response_format") or {}
        if form.get("type") in _FORMS and "response_format" in dropped:
            dropped.remove("response_format")
            schema = (form.get("json_schema") or {}).get("schema")
            optional["response_format"] = {"type": "json_object"} | ({"schema": schema} if schema else {})
        choice = _CHOICES.get(call["tool_choice"]) if isinstance(call.get("tool_choice"), str) else None
        if choice is not None and "tool_choice" in dropped:
            dropped.remove("tool_choice")
            if choice and call.get("tools"):
                optional["tool_choice"] = choice

    def document(self, messages: list[Json], optional: Json, headers: dict[str, str]) -> Json:
        """With what was thought before a tool was called where Cohere has it; other thoughts have no place."""
        for message in messages:
            thought = message.pop("reasoning_content", None)
            if thought and message.get("tool_calls"):
                message["tool_plan"] = thought
        return super().document(messages, optional, headers)

    def parser(self, asked: Asked) -> Parse:  # noqa: ARG002 - what was asked makes no difference
        """Ours."""
        return chunk_of

    def read(self, raw: Raw, asked: Asked) -> Any:
        """LiteLLM's object for a whole answer, with the thoughts that it leaves out."""
        response = super().read(raw, asked)
        message = raw.json().get("message") or {}
        parts = message.get("content") or ()
        thought = "".join(part.get("thinking") or "" for part in parts if part.get("type") == "thinking")
        if thought or message.get("tool_plan"):
            response.choices[0].message.reasoning_content = thought or message["tool_plan"]
        return response


def chunk_of(event: Json) -> Json | None:
    """LiteLLM's plain chunk for an event; None for one that says nothing."""
    told = event.get("delta") or {}
    message = told.get("message") or {}
    match event.get("type"):
        case "content-delta":
            content = message.get("content") or {}
            return {"text": content.get("text"), "reasoning": content.get("thinking")}
        case "tool-plan-delta":
            return {"reasoning": message.get("tool_plan")}
        case "tool-call-start" | "tool-call-delta":
            return {"tool_use": {**(message.get("tool_calls") or {}), "index": event.get("index") or 0}}
        case "message-end":
            tokens = (told.get("usage") or {}).get("tokens") or {}
            usage = {"prompt_tokens": tokens.get("input_tokens"), "completion_tokens": tokens.get("output_tokens")}
            return {"finish_reason": _FINISH.get(told.get("finish_reason", ""), "stop"), "usage": usage}
    return None
