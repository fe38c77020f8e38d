"""A whole answer as the events of a stream, for models that cannot stream."""

from __future__ import annotations

import time
from typing import Any

from switchgear.providers.litellm.chunks import DONE
from switchgear.providers.litellm.whole import encode, message_of, usage_of


def stream_of(response: Any, model: str) -> bytes:
    """The events of a stream that says all of a ``ModelResponse`` at once."""
    head = {
        "id": response.id or "chatcmpl",
        "object": "chat.completion.chunk",
        "created": response.created or int(time.time()),
        "model": response.model or model,
    }
    events = []
    for place, choice in enumerate(response.choices):
        delta = message_of(choice.message)
        finish = choice.finish_reason or "stop"
        if calls := delta.get("tool_calls"):
            delta["tool_calls"] = [{"index": index, **call} for index, call in enumerate(calls)]
            finish = "tool_calls" if finish == "stop" else finish
        index = choice.index or place
        events.append({"index": index, "delta": delta, "finish_reason": None})
        events.append({"index": index, "delta": {}, "finish_reason": finish})
    documents = [{**head, "choices": [event]} for event in events]
    if (usage := usage_of(getattr(response, "usage", None))) is not None:
        documents.append({**head, "choices": [], "usage": usage})
    return b"".join(b"data: %b\n\n" % encode(document) for document in documents) + DONE
