"""What providers really answer, family by family: whole answers, and the events of streams.

The shapes are those of each API's reference and of answers that were seen; numbers and texts are made up.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import Any

Json = dict[str, Any]

TEXT = "The capital of France is Paris."
CITY = '{"city":"Paris"}'
SIGNED = "EqQBCkgIARABGAIiQL2bXtpBw5Q="
IMAGE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

# ---------------------------------------------------------------- framing


def sse(*documents: Json, done: bool = False, named: bool = False) -> bytes:
    """Server-sent events; ``named`` ones carry their type as Anthropic's do."""
    lines = []
    for document in documents:
        name = f"event: {document['type']}\n" if named else ""
        lines.append(f"{name}data: {json.dumps(document, separators=(',', ':'))}\n\n")
    return ("".join(lines) + ("data: [DONE]\n\n" if done else "")).encode()


def lines(*documents: Json) -> bytes:
    """A document a line."""
    return b"".join(json.dumps(document).encode() + b"\n" for document in documents)


def message(payload: bytes, **headers: str) -> bytes:
    """One message of Amazon's event stream; ``_`` in a header's name stands for the hyphen."""
    fields = b""
    for name, value in headers.items():
        key = f":{name.replace('_', '-')}".encode()
        fields += bytes([len(key)]) + key + b"\x07" + struct.pack(">H", len(value)) + value.encode()
    total = 16 + len(fields) + len(payload)
    prelude = struct.pack(">II", total, len(fields))
    start = prelude + struct.pack(">I", zlib.crc32(prelude)) + fields + payload
    return start + struct.pack(">I", zlib.crc32(start))


def amazon(*events: tuple[str, Json]) -> bytes:
    """Events by their type."""
    return b"".join(
        message(json.dumps(document).encode(), message_type="event", event_type=kind, content_type="application/json")
        for kind, document in events
    )


def amazon_chunks(*documents: Json) -> bytes:
    """Events that each wrap a document of the model's maker."""
    return amazon(*(("chunk", {"bytes": base64.b64encode(json.dumps(one).encode()).decode()}) for one in documents))


def amazon_payloads(content: bytes, size: int = 97) -> bytes:
    """Events that each carry a piece of what the server inside sent, cut anywhere."""
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(message(piece, message_type="event", event_type="PayloadPart") for piece in pieces)


# ---------------------------------------------------------------- OpenAI's own form, as others speak it

_USAGE = {"prompt_tokens": 24, "completion_tokens": 8, "total_tokens": 32}


def chat(message: Json, finish: str = "stop", **more: Any) -> Json:
    """A whole answer in OpenAI's form."""
    return {
        "id": "chatcmpl-123", "object": "chat.completion", "created": 1760000000, "model": "served-model",
        "choices": [{"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}],
        "usage": _USAGE, **more,
    }  # fmt: skip


def deltas(*all_of_them: Json, finish: str = "stop", **more: Any) -> list[Json]:
    """The events of a stream in OpenAI's form."""
    head = {"id": "chatcmpl-123", "object": "chat.completion.chunk", "created": 1760000000, "model": "served-model"}
    told = [{**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in all_of_them]
    told.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    return [*told, {**head, "choices": [], "usage": _USAGE, **more}]


_CALL = {"id": "call_abc", "type": "function", "function": {"name": "weather", "arguments": CITY}}
OPENAI_TEXT = chat({"content": TEXT})
OPENAI_TOOL = chat({"content": None, "tool_calls": [_CALL]}, "tool_calls")
OPENAI_STREAM = sse(
    *deltas({"role": "assistant", "content": ""}, {"content": "The capital "}, {"content": "is Paris."}), done=True
)
OPENAI_TOOL_STREAM = sse(
    *deltas(
        {"role": "assistant", "content": None},
        {"tool_calls": [{"index": 0, "id": "call_abc", "type": "function", "function": {"name": "weather", "arguments": ""}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"city"'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": ':"Paris"}'}}]},
        finish="tool_calls",
    ),
    done=True,
)  # fmt: skip
GROQ_TEXT = chat(
    {"content": TEXT, "reasoning": "France, so Paris."},
    usage={**_USAGE, "queue_time": 0.01, "prompt_time": 0.001, "completion_time": 0.05, "total_time": 0.051},
    usage_breakdown=None, system_fingerprint="fp_1", x_groq={"id": "req_01"}, service_tier="on_demand",
)  # fmt: skip
GROQ_STREAM = sse(
    *deltas({"role": "assistant", "content": ""}, {"reasoning": "France, "}, {"reasoning": "so Paris."}, {"content": TEXT})[:-2],
    {
        "id": "chatcmpl-123", "object": "chat.completion.chunk", "created": 1760000000, "model": "served-model",
        "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "x_groq": {"id": "req_01", "usage": _USAGE},
    },
    done=True,
)  # fmt: skip
MISTRAL_TEXT = chat(
    {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "France, so Paris."}]}, {"type": "text", "text": TEXT}]}
)  # fmt: skip
MISTRAL_STREAM = sse(
    *deltas(
        {"role": "assistant", "content": ""},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "France."}]}]},
        {"content": "The capital "}, {"content": "is Paris."},
    )[:-2],
    {
        "id": "chatcmpl-123", "object": "chat.completion.chunk", "created": 1760000000, "model": "served-model",
        "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "stop"}], "usage": _USAGE,
    },
    done=True,
)  # fmt: skip
OPENROUTER_TEXT = chat(
    {
        "content": TEXT, "reasoning": "France, so Paris.",
        "reasoning_details": [{"type": "reasoning.text", "text": "France, so Paris.", "format": "anthropic-claude-v1", "signature": SIGNED, "index": 0}],
    },
    provider="Anthropic", usage={**_USAGE, "cost": 0.0012},
)  # fmt: skip
OPENROUTER_STREAM = sse(
    *deltas(
        {"role": "assistant", "content": "", "reasoning": "France.", "reasoning_details": [{"type": "reasoning.text", "text": "France.", "format": "anthropic-claude-v1", "index": 0}]},
        {"role": "assistant", "content": "", "reasoning": None, "reasoning_details": [{"type": "reasoning.text", "signature": SIGNED, "format": "anthropic-claude-v1", "index": 0}]},
        {"role": "assistant", "content": TEXT},
        provider="Anthropic",
    ),
    done=True,
)  # fmt: skip
PERPLEXITY_TEXT = chat(
    {"content": "Paris [1]."}, citations=["https://en.wikipedia.org/wiki/Paris"],
    search_results=[{"title": "Paris", "url": "https://en.wikipedia.org/wiki/Paris", "date": "2026-01-01"}],
    usage={**_USAGE, "search_context_size": "low", "num_search_queries": 1},
)  # fmt: skip
XAI_TEXT = chat(
    {"content": TEXT, "reasoning_content": "France, so Paris.", "refusal": None},
    usage={
        "prompt_tokens": 24, "completion_tokens": 8, "total_tokens": 132, "num_sources_used": 0,
        "prompt_tokens_details": {"text_tokens": 24, "audio_tokens": 0, "image_tokens": 0, "cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 100, "audio_tokens": 0},
    },
)  # fmt: skip
DEEPSEEK_TEXT = chat(
    {"content": TEXT, "reasoning_content": "France, so Paris."},
    usage={**_USAGE, "prompt_cache_hit_tokens": 20, "prompt_cache_miss_tokens": 4, "completion_tokens_details": {"reasoning_tokens": 5}},
)  # fmt: skip
FIREWORKS_TEXT = chat({"content": TEXT}, usage={**_USAGE, "prompt_tokens_details": {"cached_tokens": 16}})
DATABRICKS_TEXT = chat(
    {
        "content": [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "France, so Paris.", "signature": SIGNED}]},
            {"type": "text", "text": TEXT},
        ]
    }
)  # fmt: skip
DATABRICKS_STREAM = sse(
    *deltas(
        {"role": "assistant", "content": [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "France.", "signature": ""}]}]},
        {"role": "assistant", "content": [{"type": "text", "text": "Paris."}]},
        {"role": "assistant", "content": " It is."},
    ),
    done=True,
)  # fmt: skip
WATSONX_TEXT = {
    "id": "chatcmpl-123", "object": "chat.completion", "model_id": "ibm/granite", "model": "ibm/granite",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}],
    "created": 1760000000, "model_version": "1.1.0", "created_at": "2025-10-09T08:53:20.000Z", "usage": _USAGE,
}  # fmt: skip

# ---------------------------------------------------------------- Anthropic

ANTHROPIC_TEXT = {
    "id": "msg_01", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5-20250929",
    "content": [
        {"type": "thinking", "thinking": "France, so Paris.", "signature": SIGNED},
        {"type": "redacted_thinking", "data": "EmwKAhgBEgy3va3p"},
        {"type": "text", "text": TEXT},
    ],
    "stop_reason": "end_turn", "stop_sequence": None,
    "usage": {"input_tokens": 20, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 4, "output_tokens": 8, "service_tier": "standard"},
}  # fmt: skip
ANTHROPIC_TOOL = {
    **ANTHROPIC_TEXT,
    "content": [
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "id": "toolu_01", "name": "weather", "input": {"city": "Paris"}},
    ],
    "stop_reason": "tool_use",
}  # fmt: skip
ANTHROPIC_EVENTS: list[Json] = [
    {"type": "message_start", "message": {
        "id": "msg_01", "type": "message", "role": "assistant", "content": [], "model": "claude-sonnet-4-5-20250929",
        "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 20, "cache_read_input_tokens": 4, "output_tokens": 1},
    }},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}},
    {"type": "ping"},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "France, so Paris."}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": SIGNED}},
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "I look."}},
    {"type": "content_block_stop", "index": 1},
    {"type": "content_block_start", "index": 2, "content_block": {"type": "tool_use", "id": "toolu_01", "name": "weather", "input": {}}},
    {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": '{"city":'}},
    {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": '"Paris"}'}},
    {"type": "content_block_stop", "index": 2},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": None}, "usage": {"output_tokens": 8}},
    {"type": "message_stop"},
]  # fmt: skip

# ---------------------------------------------------------------- Amazon

CONVERSE_TEXT = {
    "metrics": {"latencyMs": 612},
    "output": {"message": {"role": "assistant", "content": [
        {"reasoningContent": {"reasoningText": {"text": "France, so Paris.", "signature": SIGNED}}},
        {"text": TEXT},
    ]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 20, "outputTokens": 8, "totalTokens": 32, "cacheReadInputTokens": 4, "cacheWriteInputTokens": 0},
}  # fmt: skip
CONVERSE_TOOL = {
    **CONVERSE_TEXT,
    "output": {"message": {"role": "assistant", "content": [
        {"text": "I look."}, {"toolUse": {"toolUseId": "tooluse_1", "name": "weather", "input": {"city": "Paris"}}},
    ]}},
    "stopReason": "tool_use",
}  # fmt: skip
CONVERSE_EVENTS: list[tuple[str, Json]] = [
    ("messageStart", {"p": "abcdef", "role": "assistant"}),
    ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "France, so Paris."}}, "p": "ab"}),
    ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": SIGNED}}, "p": "ab"}),
    ("contentBlockStop", {"contentBlockIndex": 0, "p": "abc"}),
    ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"text": "I look."}, "p": "abcd"}),
    ("contentBlockStop", {"contentBlockIndex": 1, "p": "abc"}),
    ("contentBlockStart", {"contentBlockIndex": 2, "start": {"toolUse": {"name": "weather", "toolUseId": "tooluse_1"}}, "p": "ab"}),
    ("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"toolUse": {"input": '{"city":'}}, "p": "abcd"}),
    ("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"toolUse": {"input": '"Paris"}'}}, "p": "abcd"}),
    ("contentBlockStop", {"contentBlockIndex": 2, "p": "abc"}),
    ("messageStop", {"p": "abcdefghij", "stopReason": "tool_use"}),
    ("metadata", {"metrics": {"latencyMs": 612}, "p": "a", "usage": {"inputTokens": 20, "outputTokens": 8, "totalTokens": 28}}),
]  # fmt: skip
INVOKE_EVENTS: list[Json] = [
    *ANTHROPIC_EVENTS[:-1],
    {"type": "message_stop", "amazon-bedrock-invocationMetrics": {"inputTokenCount": 24, "outputTokenCount": 8, "invocationLatency": 900, "firstByteLatency": 300}},
]  # fmt: skip

# ---------------------------------------------------------------- Google

_GEMINI_USAGE = {"promptTokenCount": 24, "candidatesTokenCount": 8, "totalTokenCount": 52, "thoughtsTokenCount": 20}
GEMINI_TEXT = {
    "candidates": [{
        "content": {"parts": [{"text": "France, so Paris.", "thought": True}, {"text": TEXT, "thoughtSignature": SIGNED}], "role": "model"},
        "finishReason": "STOP", "index": 0,
    }],
    "usageMetadata": _GEMINI_USAGE, "modelVersion": "gemini-2.5-flash", "responseId": "resp-1",
}  # fmt: skip
GEMINI_TOOL = {
    **GEMINI_TEXT,
    "candidates": [{
        "content": {"parts": [{"functionCall": {"name": "weather", "args": {"city": "Paris"}, "id": "fc_1"}, "thoughtSignature": SIGNED}], "role": "model"},
        "finishReason": "STOP", "index": 0,
    }],
}  # fmt: skip
GEMINI_EVENTS: list[Json] = [
    {"candidates": [{"content": {"parts": [{"text": "France.", "thought": True}], "role": "model"}, "index": 0}], "usageMetadata": {"promptTokenCount": 24, "totalTokenCount": 24}, "modelVersion": "gemini-2.5-flash", "responseId": "resp-1"},
    {"candidates": [{"content": {"parts": [{"text": "The capital "}], "role": "model"}, "index": 0}], "modelVersion": "gemini-2.5-flash", "responseId": "resp-1"},
    {"candidates": [{"content": {"parts": [{"text": "is Paris."}], "role": "model"}, "finishReason": "STOP", "index": 0}], "usageMetadata": _GEMINI_USAGE, "modelVersion": "gemini-2.5-flash", "responseId": "resp-1"},
]  # fmt: skip
GEMINI_TOOL_EVENTS: list[Json] = [
    {"candidates": [{"content": {"parts": [{"functionCall": {"name": "weather", "args": {"city": "Paris"}, "id": "fc_1"}, "thoughtSignature": SIGNED}], "role": "model"}, "index": 0}], "modelVersion": "gemini-2.5-flash", "responseId": "resp-1"},
    {"candidates": [{"content": {"parts": [{"text": ""}], "role": "model"}, "finishReason": "STOP", "index": 0}], "usageMetadata": _GEMINI_USAGE, "modelVersion": "gemini-2.5-flash", "responseId": "resp-1"},
]  # fmt: skip

# ---------------------------------------------------------------- Cohere

COHERE_TEXT = {
    "id": "c14c80c3", "finish_reason": "COMPLETE",
    "message": {"role": "assistant", "content": [{"type": "text", "text": TEXT}]},
    "usage": {"billed_units": {"input_tokens": 5, "output_tokens": 8}, "tokens": {"input_tokens": 24, "output_tokens": 8}},
}  # fmt: skip
COHERE_TOOL = {
    "id": "c14c80c3", "finish_reason": "TOOL_CALL",
    "message": {"role": "assistant", "tool_plan": "I will look.", "tool_calls": [
        {"id": "weather_a1", "type": "function", "function": {"name": "weather", "arguments": CITY}},
    ]},
    "usage": {"billed_units": {"input_tokens": 5, "output_tokens": 8}, "tokens": {"input_tokens": 24, "output_tokens": 8}},
}  # fmt: skip
COHERE_EVENTS: list[Json] = [
    {"type": "message-start", "id": "29f14a5a", "delta": {"message": {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}}},
    {"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}}},
    {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "The capital "}}}},
    {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "is Paris."}}}},
    {"type": "content-end", "index": 0},
    {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": {"billed_units": {"input_tokens": 5, "output_tokens": 8}, "tokens": {"input_tokens": 24, "output_tokens": 8}}}},
]  # fmt: skip
COHERE_TOOL_EVENTS: list[Json] = [
    COHERE_EVENTS[0],
    {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "I will look."}}},
    {"type": "tool-call-start", "index": 0, "delta": {"message": {"tool_calls": {"id": "weather_a1", "type": "function", "function": {"name": "weather", "arguments": ""}}}}},
    {"type": "tool-call-delta", "index": 0, "delta": {"message": {"tool_calls": {"function": {"arguments": '{"city":'}}}}},
    {"type": "tool-call-delta", "index": 0, "delta": {"message": {"tool_calls": {"function": {"arguments": '"Paris"}'}}}}},
    {"type": "tool-call-end", "index": 0},
    {"type": "message-end", "delta": {"finish_reason": "TOOL_CALL", "usage": {"billed_units": {"input_tokens": 5, "output_tokens": 8}, "tokens": {"input_tokens": 24, "output_tokens": 8}}}},
]  # fmt: skip

# ---------------------------------------------------------------- Ollama

_OLLAMA_END = {
    "done": True,
    "done_reason": "stop",
    "total_duration": 5,
    "load_duration": 1,
    "prompt_eval_count": 24,
    "eval_count": 8,
}
OLLAMA_TEXT = {
    "model": "qwen3",
    "created_at": "2025-10-09T08:53:20Z",
    "message": {"role": "assistant", "content": TEXT, "thinking": "France."},
    **_OLLAMA_END,
}
OLLAMA_LINES: list[Json] = [
    {"model": "qwen3", "created_at": "2025-10-09T08:53:20Z", "message": {"role": "assistant", "content": "", "thinking": "France."}, "done": False},
    {"model": "qwen3", "created_at": "2025-10-09T08:53:20Z", "message": {"role": "assistant", "content": "The capital "}, "done": False},
    {"model": "qwen3", "created_at": "2025-10-09T08:53:20Z", "message": {"role": "assistant", "content": "is Paris."}, "done": False},
    {"model": "qwen3", "created_at": "2025-10-09T08:53:20Z", "message": {"role": "assistant", "content": ""}, **_OLLAMA_END},
]  # fmt: skip
OLLAMA_TOOL_LINES: list[Json] = [
    {"model": "qwen3", "created_at": "2025-10-09T08:53:20Z", "message": {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "weather", "arguments": {"city": "Paris"}}}]}, "done": False},
    OLLAMA_LINES[-1],
]  # fmt: skip

# ---------------------------------------------------------------- the rest

VOYAGE_EMBEDDING = {
    "object": "list",
    "data": [{"object": "embedding", "embedding": [0.25, -0.5], "index": 0}],
    "model": "voyage-3.5",
    "usage": {"total_tokens": 3},
}
COHERE_EMBEDDING = {
    "id": "5807ee2e",
    "texts": ["Hello"],
    "embeddings": {"float": [[0.25, -0.5]]},
    "meta": {"api_version": {"version": "2"}, "billed_units": {"input_tokens": 3}},
    "response_type": "embeddings_by_type",
}
OPENAI_EMBEDDING = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5]}],
    "model": "m",
    "usage": {"prompt_tokens": 3, "total_tokens": 3},
}
WATSONX_EMBEDDING = {
    "model_id": "ibm/slate",
    "results": [{"embedding": [0.25, -0.5]}],
    "created_at": "2025-10-09T08:53:20.000Z",
    "input_token_count": 3,
}
COHERE_RERANK = {
    "id": "07734bd2",
    "results": [{"index": 1, "relevance_score": 0.98}, {"index": 0, "relevance_score": 0.25}],
    "meta": {"api_version": {"version": "2"}, "billed_units": {"search_units": 1}},
}
VOYAGE_RERANK = {
    "object": "list",
    "data": [{"relevance_score": 0.98, "index": 1}, {"relevance_score": 0.25, "index": 0}],
    "model": "rerank-2.5",
    "usage": {"total_tokens": 26},
}
