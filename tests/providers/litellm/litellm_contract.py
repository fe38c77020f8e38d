"""The contract with LiteLLM: what each family's requests and answers become. Written to ``recorded/`` by running this file.

An answer goes through the same objects as in a call, only the transport is not there.
"""

from __future__ import annotations

import asyncio
import copy
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import litellm_shapes as shapes

from switchgear.core.errors import RequestError
from switchgear.core.secrets import Secret
from switchgear.providers.litellm.chat import ConfigChat, Exchange
from switchgear.providers.litellm.embedding import Embeddings
from switchgear.providers.litellm.engine import Engine, Library
from switchgear.providers.litellm.families.choice import chat_of
from switchgear.providers.litellm.hosts import Hosts
from switchgear.providers.litellm.rerank import Rerank
from switchgear.providers.litellm.settings import LiteLLMSettings
from switchgear.providers.transport import OriginSettings

RECORDED = Path(__file__).parent / "recorded"
Json = dict[str, Any]
AMAZON = {
    "aws_access_key_id": "AKIDEXAMPLE",
    "aws_secret_access_key": Secret("wJalrXUtnFEMI"),
    "aws_region_name": "us-east-1",
}
VERTEX = {"vertex_project": "project", "vertex_location": "us-east5"}
KEY = Secret("sk-test")
_MADE = re.compile(
    r"(chatcmpl-|call_|rerank-|gen-)?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}|chatcmpl-[0-9a-f]{15,}"
)

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
CALLS: dict[str, Json] = {
    "plain": {
        "messages": [{"role": "system", "content": "Be terse."}, {"role": "user", "content": "The capital of France?"}],
        "max_tokens": 100, "temperature": 0.5, "top_p": 0.9, "stop": ["END"], "seed": 7, "logit_bias": {"50256": -100},
    },
    "tools": {
        "messages": [
            {"role": "user", "content": "Weather in Paris?"},
            {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": shapes.CITY}}]},
            {"role": "tool", "tool_call_id": "call_1", "content": "Sun."},
            {"role": "user", "content": "And tomorrow?"},
        ],
        "tools": [WEATHER], "tool_choice": "auto", "parallel_tool_calls": False, "max_tokens": 100,
    },
    "forced": {
        "messages": [{"role": "user", "content": "Weather in Paris?"}],
        "tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "weather"}}, "max_tokens": 100,
    },
    "image": {
        "messages": [{"role": "user", "content": [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": shapes.IMAGE}}]}],
        "max_tokens": 100,
    },
    "stream": {
        "messages": [{"role": "user", "content": "The capital of France?"}],
        "max_completion_tokens": 100, "stream": True, "stream_options": {"include_usage": True},
    },
    "schema": {
        "messages": [{"role": "user", "content": "The capital of France?"}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "capital", "schema": SCHEMA, "strict": True}},
        "max_tokens": 100,
    },
    "reasoning": {
        "messages": [
            {"role": "user", "content": "Weather in Paris?"},
            {
                "role": "assistant", "content": None,
                "reasoning_details": [
                    {"type": "reasoning.text", "text": "I look.", "signature": shapes.SIGNED, "format": "anthropic-claude-v1", "index": 0},
                    {"type": "reasoning.encrypted", "data": shapes.SIGNED, "id": "call_1", "format": "google-gemini-v1", "index": 1},
                ],
                "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": shapes.CITY}}],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": "Sun."},
        ],
        "tools": [WEATHER], "reasoning_effort": "low", "max_tokens": 4096,
    },
}  # fmt: skip
PLAIN_STREAM = {"plain": shapes.OPENAI_STREAM, "tools": shapes.OPENAI_TOOL_STREAM}
PLAIN_WHOLE = {"plain": shapes.OPENAI_TEXT, "tools": shapes.OPENAI_TOOL}
SSE, NDJSON, AMAZON_STREAM = "text/event-stream", "application/x-ndjson", "application/vnd.amazon.eventstream"
ANTHROPIC_WHOLE = {"plain": shapes.ANTHROPIC_TEXT, "tools": shapes.ANTHROPIC_TOOL}
GEMINI_WHOLE = {"plain": shapes.GEMINI_TEXT, "tools": shapes.GEMINI_TOOL}
GEMINI_STREAM = {"plain": shapes.sse(*shapes.GEMINI_EVENTS), "tools": shapes.sse(*shapes.GEMINI_TOOL_EVENTS)}


@dataclass
class Family:
    """One family: an account, a model, and what its API answers, by the call that it answers."""

    name: str
    provider: str
    model: str
    params: Json = field(default_factory=dict)
    base_url: str | None = None
    key: Secret | None = KEY
    whole: dict[str, Json] = field(default_factory=lambda: PLAIN_WHOLE)
    streams: dict[str, bytes] = field(default_factory=lambda: PLAIN_STREAM)
    stream_type: str = SSE

    @property
    def settings(self) -> LiteLLMSettings:
        """Its account's settings."""
        origin = OriginSettings(self.name, "https://litellm.invalid")
        return LiteLLMSettings(origin, self.provider, self.base_url, self.key, self.params)


FAMILIES = [
    Family("anthropic", "anthropic", "claude-sonnet-4-5", whole=ANTHROPIC_WHOLE, streams={"tools": shapes.sse(*shapes.ANTHROPIC_EVENTS, named=True)}),
    Family("azure_ai", "azure_ai", "Llama-4-Scout", base_url="https://resource.services.ai.azure.com"),
    Family("bedrock_converse", "bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", AMAZON, key=None, whole={"plain": shapes.CONVERSE_TEXT, "tools": shapes.CONVERSE_TOOL}, streams={"tools": shapes.amazon(*shapes.CONVERSE_EVENTS)}, stream_type=AMAZON_STREAM),
    Family("bedrock_nova", "bedrock", "amazon.nova-pro-v1:0", AMAZON, key=None, whole={"tools": shapes.CONVERSE_TOOL}, streams={"tools": shapes.amazon(*shapes.CONVERSE_EVENTS[4:])}, stream_type=AMAZON_STREAM),
    Family("bedrock_invoke", "bedrock", "invoke/anthropic.claude-sonnet-4-5-20250929-v1:0", AMAZON, key=None, whole=ANTHROPIC_WHOLE, streams={"tools": shapes.amazon_chunks(*shapes.INVOKE_EVENTS)}, stream_type=AMAZON_STREAM),
    Family("cerebras", "cerebras", "gpt-oss-120b"),
    Family("cloudflare", "cloudflare", "@cf/meta/llama-4-scout", {"account_id": "account"}),
    Family("cohere", "cohere", "command-a-03-2025", whole={"plain": shapes.COHERE_TEXT, "tools": shapes.COHERE_TOOL}, streams={"plain": shapes.sse(*shapes.COHERE_EVENTS, named=True), "tools": shapes.sse(*shapes.COHERE_TOOL_EVENTS, named=True)}),
    Family("databricks", "databricks", "databricks-claude-sonnet-4-5", base_url="https://workspace.cloud.databricks.com/serving-endpoints", whole={"plain": shapes.DATABRICKS_TEXT, "tools": shapes.OPENAI_TOOL}, streams={"plain": shapes.DATABRICKS_STREAM}),
    Family("deepinfra", "deepinfra", "meta-llama/Llama-4-Scout"),
    Family("deepseek", "deepseek", "deepseek-reasoner", whole={"plain": shapes.DEEPSEEK_TEXT}),
    Family("fireworks_ai", "fireworks_ai", "accounts/fireworks/models/kimi-k2", whole={"plain": shapes.FIREWORKS_TEXT, "tools": shapes.OPENAI_TOOL}),
    Family("gemini", "gemini", "gemini-2.5-flash", whole=GEMINI_WHOLE, streams=GEMINI_STREAM),
    Family("groq", "groq", "openai/gpt-oss-120b", whole={"plain": shapes.GROQ_TEXT, "tools": shapes.OPENAI_TOOL}, streams={"plain": shapes.GROQ_STREAM, "tools": shapes.OPENAI_TOOL_STREAM}),
    Family("hosted_vllm", "hosted_vllm", "qwen3", base_url="http://127.0.0.1:8000/v1", key=None),
    Family("huggingface", "huggingface", "together/deepseek-ai/DeepSeek-R1"),
    Family("mistral", "mistral", "magistral-medium-latest", whole={"plain": shapes.MISTRAL_TEXT, "tools": shapes.OPENAI_TOOL}, streams={"plain": shapes.MISTRAL_STREAM, "tools": shapes.OPENAI_TOOL_STREAM}),
    Family("nvidia_nim", "nvidia_nim", "meta/llama-4-scout"),
    Family("ollama_chat", "ollama_chat", "qwen3", key=None, whole={"plain": shapes.OLLAMA_TEXT}, streams={"plain": shapes.lines(*shapes.OLLAMA_LINES), "tools": shapes.lines(*shapes.OLLAMA_TOOL_LINES)}, stream_type=NDJSON),
    Family("openrouter", "openrouter", "anthropic/claude-sonnet-4.5", whole={"plain": shapes.OPENROUTER_TEXT, "tools": shapes.OPENAI_TOOL}, streams={"plain": shapes.OPENROUTER_STREAM}),
    Family("perplexity", "perplexity", "sonar-pro", whole={"plain": shapes.PERPLEXITY_TEXT}, streams={"plain": shapes.OPENAI_STREAM}),
    Family("sagemaker_chat", "sagemaker_chat", "endpoint-1", AMAZON, key=None, streams={name: shapes.amazon_payloads(told) for name, told in PLAIN_STREAM.items()}, stream_type=AMAZON_STREAM),
    Family("sambanova", "sambanova", "Meta-Llama-3.3-70B-Instruct"),
    Family("snowflake", "snowflake", "mistral-large2", {"account_id": "account"}),
    Family("snowflake_claude", "snowflake", "claude-sonnet-4-5", {"account_id": "account"}, whole=ANTHROPIC_WHOLE, streams={"tools": shapes.sse(*shapes.ANTHROPIC_EVENTS, named=True)}),
    Family("together_ai", "together_ai", "meta-llama/Llama-4-Scout"),
    Family("vercel_ai_gateway", "vercel_ai_gateway", "openai/gpt-5-mini"),
    Family("vertex_ai_claude", "vertex_ai", "claude-sonnet-4-5@20250929", VERTEX, whole=ANTHROPIC_WHOLE, streams={"tools": shapes.sse(*shapes.ANTHROPIC_EVENTS, named=True)}),
    Family("vertex_ai_gemini", "vertex_ai", "gemini-2.5-flash", VERTEX, whole=GEMINI_WHOLE, streams=GEMINI_STREAM),
    Family("vertex_ai_llama", "vertex_ai", "meta/llama-4-scout-17b-16e-instruct-maas", VERTEX),
    Family("vertex_ai_mistral", "vertex_ai", "mistral-medium-3@001", VERTEX),
    Family("volcengine", "volcengine", "doubao-seed-1-6"),
    Family("watsonx", "watsonx", "ibm/granite-4-h-small", {"project_id": "project", "token": Secret("token")}, "https://us-south.ml.cloud.ibm.com", whole={"plain": shapes.WATSONX_TEXT}),
    Family("xai", "xai", "grok-4", whole={"plain": shapes.XAI_TEXT, "tools": shapes.OPENAI_TOOL}),
    Family("zai", "zai", "glm-4.6"),
]  # fmt: skip
EMBEDDINGS = [
    (Family("cohere_embeddings", "cohere", "embed-v4.0"), shapes.COHERE_EMBEDDING),
    (Family("mistral_embeddings", "mistral", "mistral-embed"), shapes.OPENAI_EMBEDDING),
    (Family("together_embeddings", "together_ai", "BAAI/bge-base-en-v1.5"), shapes.OPENAI_EMBEDDING),
    (Family("voyage_embeddings", "voyage", "voyage-3.5"), shapes.VOYAGE_EMBEDDING),
    (Family("watsonx_embeddings", "watsonx", "ibm/slate", {"project_id": "project", "token": Secret("token")}, "https://us-south.ml.cloud.ibm.com"), shapes.WATSONX_EMBEDDING),
]  # fmt: skip
RERANKS = [
    (Family("cohere_rerank", "cohere", "rerank-v3.5"), shapes.COHERE_RERANK),
    (Family("jina_rerank", "jina_ai", "jina-reranker-v2"), {**shapes.COHERE_RERANK, "usage": {"total_tokens": 26}}),
    (Family("voyage_rerank", "voyage", "rerank-2.5"), shapes.VOYAGE_RERANK),
]
EMBEDDING_CALL = {"model": "m", "input": ["Hello"], "dimensions": 2, "encoding_format": "float", "user": "u"}
RERANK_CALL = {"model": "m", "query": "Hello?", "documents": ["Goodbye", "Hello"], "top_n": 2}


class Arrived:
    """An answer of the transport whose body comes in pieces of ``size`` bytes; all at once when 0."""

    status = 200

    def __init__(self, kind: str, content: bytes, size: int = 0) -> None:
        self._kind = kind
        self._content = content
        self._size = size or max(len(content), 1)
        self.headers = [(b"content-type", kind.encode())]

    def header(self, name: bytes) -> bytes:
        return self._kind.encode() if name == b"content-type" else b""

    async def body(self) -> bytes:
        return self._content

    async def pipe(self, sink: Callable[[bytes], None]) -> None:
        for at in range(0, len(self._content), self._size):
            sink(self._content[at : at + self._size])


def chat(library: Library, family: Family) -> ConfigChat:
    """What translates chats of a family."""
    settings = family.settings
    return chat_of(library, settings, family.model, Hosts(settings.origin, {}, {}), str)


async def exchange(library: Library, family: Family, case: str, *, stream: bool = False) -> Exchange:
    """The request that a call of ``CALLS`` becomes."""
    call = {**copy.deepcopy(CALLS[case]), "model": family.model}
    return await chat(library, family).exchange(call, stream=stream or bool(call.get("stream")))


def shown(told: Exchange) -> Json:
    """A request as it is recorded: without the moment it was signed at."""
    headers = {name.lower(): value for name, value in told.headers.items() if name.lower() != "x-amz-date"}
    if headers.get("authorization", "").startswith("AWS4"):
        headers["authorization"] = re.sub(r"/\d{8}/|Signature=.*", "…", headers["authorization"])
    recorded = {"url": told.url, "headers": dict(sorted(headers.items())), "body": json.loads(told.body)}
    return recorded | ({"dropped": list(told.dropped)} if told.dropped else {})


def steady(document: Any, given: str) -> Any:
    """A document without the ids and the times that are made anew for each answer."""
    text = json.dumps(document, ensure_ascii=False)
    text = _MADE.sub(lambda made: made.group() if made.group() in given else "(made)", text)
    return json.loads(
        re.sub(r'"created": (\d+)', lambda at: at.group() if at.group(1) in given else '"created": 0', text)
    )


async def whole(library: Library, family: Family, case: str, body: Json) -> Json:
    """The Chat Completion that a whole answer becomes."""
    content = json.dumps(body).encode()
    asked = await exchange(library, family, case)
    told = await asked.answer(Arrived("application/json", content)).body()  # type: ignore[arg-type]
    return steady(json.loads(told), content.decode())


async def streamed(library: Library, family: Family, case: str, content: bytes, size: int = 0) -> list[Any]:
    """The events that a stream becomes."""
    asked = await exchange(library, family, case, stream=True)
    parts: list[bytes] = []
    await asked.answer(Arrived(family.stream_type, content, size)).pipe(parts.append)  # type: ignore[arg-type]
    told = b"".join(parts)
    events = [event.removeprefix("data: ") for event in told.decode().split("\n\n") if event.strip()]
    return [event if event == "[DONE]" else steady(json.loads(event), content.decode("latin-1")) for event in events]


async def record(library: Library, family: Family) -> Json:
    """Everything that is recorded of a family."""
    found: Json = {"requests": {}, "answers": {}, "streams": {}}
    for case in CALLS:
        try:
            found["requests"][case] = shown(await exchange(library, family, case))
        except RequestError as error:
            found["requests"][case] = {"refused": error.message, "param": error.param}
    for case, body in family.whole.items():
        found["answers"][case] = await whole(library, family, case, body)
    for case, content in family.streams.items():
        found["streams"][case] = await streamed(library, family, case, content)
    return found


async def record_other(
    library: Library, kind: type[Embeddings | Rerank], family: Family, call: Json, body: Json
) -> Json:
    """Everything that is recorded of embeddings or rerank."""
    settings = family.settings
    translator = kind(library, settings, family.model, Hosts(settings.origin, {}, {}), str)
    asked = await translator.exchange(copy.deepcopy(call))
    content = json.dumps(body).encode()
    told = await asked.answer(Arrived("application/json", content)).body()  # type: ignore[arg-type]
    return {"request": shown(asked), "answer": steady(json.loads(told), content.decode())}


def others() -> list[tuple[type[Embeddings | Rerank], Family, Json, Json]]:
    """Every family of embeddings and of rerank."""
    return [(Embeddings, family, EMBEDDING_CALL, body) for family, body in EMBEDDINGS] + [
        (Rerank, family, RERANK_CALL, body) for family, body in RERANKS
    ]


async def main() -> None:
    library = Engine().load()
    RECORDED.mkdir(exist_ok=True)
    for family in FAMILIES:
        _write(family.name, await record(library, family))
    for kind, family, call, body in others():
        _write(family.name, await record_other(library, kind, family, call, body))


def _write(name: str, document: Json) -> None:
    (RECORDED / f"{name}.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
