"""Calls as spans of OpenTelemetry's GenAI conventions, exported in batches over OTLP/HTTP.

Attributes follow https://github.com/open-telemetry/semantic-conventions-genai (model spans). The names are written
here because ``opentelemetry.semconv`` has deprecated its copies in favour of that repository.

One call is one span of kind CLIENT, as the conventions want inference spans to be, under the caller's own span when
it sent a ``traceparent``. There is no SERVER span around it: a call's record has one interval, so that span would
have the same times and say nothing more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from switchgear.core.calls import CallRecord
from switchgear.core.tool_calls import ToolRecord

OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
REQUEST_STREAM = "gen_ai.request.stream"
RESPONSE_MODEL = "gen_ai.response.model"
FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
CACHED_TOKENS = "gen_ai.usage.cache_read.input_tokens"
REASONING_TOKENS = "gen_ai.usage.reasoning.output_tokens"
ERROR_TYPE = "error.type"
SERVER_ADDRESS = "server.address"
SERVER_PORT = "server.port"

_QUEUE = 8192
_NANO_PER_MILLI = 1_000_000

_UNNAMED = frozenset({"speech", "transcriptions", "translations", "moderations", "rerank", "files"})
"""Endpoints whose work the conventions have no name for."""

# What the conventions call providers that are often named otherwise in a configuration.
_WELL_KNOWN = {
    "azure": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "claude": "anthropic",
    "gemini": "gcp.gemini",
    "mistral": "mistral_ai",
    "vertex_ai": "gcp.vertex_ai",
    "xai": "x_ai",
}


class GenAISpans:
    """Turns call records into spans and sends them in batches from a thread of its own.

    When the collector does not keep up, the newest spans over ``_QUEUE`` are dropped; calls never wait for it.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        resource: Mapping[str, str],
        server_of: Callable[[str], tuple[str, int] | None] | None = None,
    ) -> None:
        self._exporter = OTLPSpanExporter(endpoint=url, headers=dict(headers))
        self._processor = BatchSpanProcessor(self._exporter, max_queue_size=_QUEUE)
        provider = TracerProvider(resource=Resource.create(dict(resource)), shutdown_on_exit=False)
        provider.add_span_processor(self._processor)
        self._tracer = provider.get_tracer("switchgear", resource.get("service.version"))
        self._propagator = TraceContextTextMapPropagator()
        self._server_of = server_of

    def add(self, record: CallRecord) -> None:
        """Queue the span of one call."""
        operation = _operation(record.endpoint)
        parent = Context()
        if record.trace:  # an invalid traceparent gives a root span (W3C Trace Context, section 4.3)
            parent = self._propagator.extract({"traceparent": record.trace}, parent)
        start = record.at * _NANO_PER_MILLI
        span = self._tracer.start_span(
            f"{operation} {record.model}".rstrip(),
            context=parent,
            kind=SpanKind.CLIENT,
            attributes=self._attributes(record, operation),
            start_time=start,
        )
        if record.outcome in {"failed", "cut"}:
            span.set_status(Status(StatusCode.ERROR, record.error))
        span.end(start + int(record.latency_ms * _NANO_PER_MILLI))

    def add_tool(self, record: ToolRecord) -> None:
        """Queue the span of one call of a plugin: a client's call of an MCP server."""
        parent = Context()
        if record.trace:
            parent = self._propagator.extract({"traceparent": record.trace}, parent)
        start = record.at * _NANO_PER_MILLI
        tool = record.tool if record.method == "tools/call" else ""
        span = self._tracer.start_span(
            f"{record.method} {tool}".rstrip(),
            context=parent,
            kind=SpanKind.CLIENT,
            attributes=_of_tool(record, tool),
            start_time=start,
        )
        if record.outcome == "failed" or record.is_error:
            span.set_status(Status(StatusCode.ERROR, record.error or "tool_error"))
        span.end(start + int(record.ms * _NANO_PER_MILLI))

    def close(self, deadline: float) -> bool:
        """Send what is queued, for at most ``deadline`` seconds; whether that was enough."""
        flush = threading.Thread(target=self._processor.shutdown, name="traces-close", daemon=True)
        flush.start()
        flush.join(deadline)
        if not flush.is_alive():
            return True
        self._exporter.shutdown()  # type: ignore[no-untyped-call]  # the SDK leaves it unannotated
        return False

    def _attributes(self, record: CallRecord, operation: str) -> dict[str, str | int | float | bool]:
        usage = record.usage
        found: dict[str, str | int | float | bool] = {
            OPERATION: operation,
            PROVIDER: _WELL_KNOWN.get(record.provider, record.provider),
            REQUEST_MODEL: record.model,
            INPUT_TOKENS: usage.prompt_tokens,
            "http.response.status_code": record.status,
            "switchgear.request_id": record.id,
            "switchgear.key_id": record.key_id,
            "switchgear.outcome": record.outcome,
            "switchgear.attempts": record.attempts,
            "switchgear.usage.estimated": usage.estimated,
        }
        if operation != "embeddings":
            found[OUTPUT_TOKENS] = usage.completion_tokens
        if record.deployment:
            found[RESPONSE_MODEL] = record.deployment.removeprefix(f"{record.provider}/")
        if record.streamed:
            found[REQUEST_STREAM] = True
            if record.first_token_ms is not None:
                found[FIRST_CHUNK] = record.first_token_ms / 1000
        if usage.cached_tokens:
            found[CACHED_TOKENS] = usage.cached_tokens
        if usage.reasoning_tokens:
            found[REASONING_TOKENS] = usage.reasoning_tokens
        if record.cost is not None:
            found["switchgear.cost_usd"] = record.cost / 1e9
        if record.error:
            found[ERROR_TYPE] = record.error
        server = self._server_of(record.provider) if self._server_of is not None else None
        if server is not None:
            found[SERVER_ADDRESS], found[SERVER_PORT] = server
        return found


def _of_tool(record: ToolRecord, tool: str) -> dict[str, str | int | float | bool]:
    """Attributes of the conventions for MCP. A resource's URI is not told: it may hold what is nobody else's business."""
    found: dict[str, str | int | float | bool] = {
        "mcp.method.name": record.method,
        "switchgear.request_id": record.id,
        "switchgear.key_id": record.key_id,
        "switchgear.outcome": record.outcome,
        "switchgear.plugin": record.plugin,
        "switchgear.plugin.version": record.version,
    }
    if tool:
        found |= {OPERATION: "execute_tool", "gen_ai.tool.name": tool}
    if record.error or record.is_error:
        found[ERROR_TYPE] = record.error or "tool_error"
    if record.parent:
        found |= {"switchgear.parent_request_id": record.parent, "switchgear.step": record.step}
    return found


def _operation(endpoint: str) -> str:
    """The convention's name of what an endpoint does (``gen_ai.operation.name``)."""
    endpoint = endpoint.removeprefix("batches/")
    if "embedding" in endpoint:
        return "embeddings"
    if endpoint == "completions":
        return "text_completion"
    if endpoint.startswith("images/"):
        return "generate_content"
    name = endpoint.rpartition("/")[2]
    return name if name in _UNNAMED else "chat"
