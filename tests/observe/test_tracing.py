import builtins
import contextlib
import gzip
import http.server
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from switchgear.core.calls import CallRecord, Usage
from switchgear.core.errors import ExtraMissing
from switchgear.core.secrets import Secret
from switchgear.core.tool_calls import ToolRecord
from switchgear.observe.tracing import Tracer

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
CALL = CallRecord(
    id="req_1",
    at=1_700_000_000_123,
    key_id="key_1",
    endpoint="chat/completions",
    model="fast",
    provider="openai",
    deployment="gpt-5-mini",
    streamed=True,
    outcome="ok",
    status=200,
    error="",
    usage=Usage(prompt_tokens=100, completion_tokens=20, cached_tokens=40, reasoning_tokens=5),
    cost=1_500_000_000,
    latency_ms=300.5,
    first_token_ms=45.0,
)


class Collector:
    """A real OTLP/HTTP receiver on a loopback port."""

    def __init__(self) -> None:
        self.requests: list[ExportTraceServiceRequest] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                collector.paths.append(self.path)
                collector.headers.append({name.lower(): value for name, value in self.headers.items()})
                collector.requests.append(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.send_header("content-type", "application/x-protobuf")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    with contextlib.closing(collector):
        yield collector


def tracer_for(url: str, **options: Any) -> Tracer:
    tracer = Tracer.from_settings(url, options.pop("headers", {}), "switchgear", **options)
    assert tracer is not None
    return tracer


def sent(collector: Collector, *records: CallRecord, **options: Any) -> list[Span]:
    tracer = tracer_for(collector.url, **options)
    for record in records:
        tracer.on_call(record)
    assert tracer.close(20)
    return collector.spans


def attributes(span: Span) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "") for pair in span.attributes}


def changed(**changes: Any) -> CallRecord:
    return msgspec.structs.replace(CALL, **changes)


def test_a_call_is_a_client_span_with_its_own_times(collector: Collector):
    (span,) = sent(collector, CALL)

    assert span.name == "chat fast"
    assert span.kind == Span.SPAN_KIND_CLIENT
    assert span.start_time_unix_nano == 1_700_000_000_123_000_000
    assert span.end_time_unix_nano == 1_700_000_000_423_500_000
    assert span.parent_span_id == b""
    assert span.status.code == Status.STATUS_CODE_UNSET


def test_its_attributes_are_those_of_the_genai_conventions(collector: Collector):
    (span,) = sent(collector, CALL, server_of=lambda provider: (f"api.{provider}.com", 443))

    assert attributes(span) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "fast",
        "gen_ai.request.stream": True,
        "gen_ai.response.model": "gpt-5-mini",
        "gen_ai.response.time_to_first_chunk": 0.045,
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.cache_read.input_tokens": 40,
        "gen_ai.usage.reasoning.output_tokens": 5,
        "http.response.status_code": 200,
        "server.address": "api.openai.com",
        "server.port": 443,
        "switchgear.request_id": "req_1",
        "switchgear.key_id": "key_1",
        "switchgear.outcome": "ok",
        "switchgear.attempts": 1,
        "switchgear.usage.estimated": False,
        "switchgear.cost_usd": 1.5,
    }


@pytest.mark.parametrize(
    ("endpoint", "operation"),
    [
        ("chat/completions", "chat"),
        ("responses", "chat"),
        ("messages", "chat"),
        ("completions", "text_completion"),
        ("embeddings", "embeddings"),
        ("images/edits", "generate_content"),
        ("audio/speech", "speech"),
        ("rerank", "rerank"),
    ],
)
def test_operations_have_the_conventions_names(collector: Collector, endpoint: str, operation: str):
    (span,) = sent(collector, changed(endpoint=endpoint))

    assert span.name == f"{operation} fast"
    assert attributes(span)["gen_ai.operation.name"] == operation


def test_an_embedding_has_no_output_tokens(collector: Collector):
    (span,) = sent(collector, changed(endpoint="embeddings", usage=Usage(prompt_tokens=3)))

    assert "gen_ai.usage.output_tokens" not in attributes(span)


def test_the_first_chunk_is_told_of_streams_only(collector: Collector):
    (span,) = sent(collector, changed(streamed=False))

    assert "gen_ai.response.time_to_first_chunk" not in attributes(span)
    assert "gen_ai.request.stream" not in attributes(span)


@pytest.mark.parametrize("outcome", ["failed", "cut"])
def test_a_failed_call_is_an_error_of_its_code(collector: Collector, outcome: str):
    (span,) = sent(collector, changed(outcome=outcome, status=504, error="provider_timeout"))

    assert span.status.code == Status.STATUS_CODE_ERROR
    assert attributes(span)["error.type"] == "provider_timeout"


def test_a_call_whose_client_left_is_not_an_error_of_the_provider(collector: Collector):
    (span,) = sent(collector, changed(outcome="abandoned", status=499, error="client_closed_request"))

    assert span.status.code == Status.STATUS_CODE_UNSET
    assert attributes(span)["switchgear.outcome"] == "abandoned"


def test_refused_calls_have_no_span(collector: Collector):
    assert sent(collector, changed(outcome="refused", status=401)) == []


def test_the_callers_span_is_the_parent(collector: Collector):
    (span,) = sent(collector, changed(trace=f"00-{TRACE}-{PARENT}-01"))

    assert span.trace_id.hex() == TRACE
    assert span.parent_span_id.hex() == PARENT


@pytest.mark.parametrize(
    "trace", ["nonsense", f"00-{'0' * 32}-{PARENT}-01", f"ff-{TRACE}-{PARENT}-01", f"00-{TRACE}-{PARENT}", "00-é-1-01"]
)
def test_an_invalid_traceparent_makes_a_trace_of_its_own(collector: Collector, trace: str):
    (span,) = sent(collector, changed(trace=trace))

    assert span.parent_span_id == b""
    assert span.trace_id.hex() != TRACE


def test_a_caller_that_does_not_sample_is_followed(collector: Collector):
    assert sent(collector, changed(trace=f"00-{TRACE}-{PARENT}-00")) == []


def test_the_service_and_the_headers_of_the_settings_are_sent(collector: Collector):
    sent(collector, CALL, headers={"x-team": "search", "authorization": Secret("Bearer abc")}, version="1.2.3")

    (request,) = collector.requests
    resource = {pair.key: pair.value.string_value for pair in request.resource_spans[0].resource.attributes}
    assert resource["service.name"] == "switchgear"
    assert resource["service.version"] == "1.2.3"
    assert collector.headers[0]["x-team"] == "search"
    assert collector.headers[0]["authorization"] == "Bearer abc"


@pytest.mark.parametrize("end", ["", "/", "/v1/traces"])
def test_the_endpoint_is_a_base_url_or_the_whole_one(collector: Collector, end: str):
    tracer = tracer_for(collector.url + end)
    tracer.on_call(CALL)
    tracer.close(20)

    assert collector.paths == ["/v1/traces"]


def test_many_calls_go_in_batches(collector: Collector):
    spans = sent(collector, *[changed(id=f"req_{number}") for number in range(1000)])

    assert len(spans) == 1000
    assert len(collector.requests) < 20


def test_closing_keeps_its_deadline_when_the_collector_does_not_answer():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        tracer = tracer_for(f"http://127.0.0.1:{silent.getsockname()[1]}")
        tracer.on_call(CALL)

        assert tracer.close(0.2) is False


def test_without_an_endpoint_there_is_no_tracer_and_nothing_of_opentelemetry_is_imported():
    code = """
import sys
import switchgear.observe.logs, switchgear.observe.metrics
from switchgear.observe.tracing import Tracer
assert Tracer.from_settings(None, {}, "switchgear") is None
assert Tracer.from_settings("", {}, "switchgear") is None
loaded = [name for name in sys.modules if name.partition(".")[0] in ("opentelemetry", "requests", "google")]
assert not loaded, loaded
assert "prometheus_client" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_without_the_packages_the_error_names_the_command_that_installs_them(monkeypatch: pytest.MonkeyPatch):
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "switchgear.observe.genai_spans":
            raise ModuleNotFoundError("No module named 'opentelemetry'", name="opentelemetry")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(ExtraMissing, match=r"pip install switchgear\[otel\]"):
        Tracer.from_settings("http://127.0.0.1:4318", {}, "switchgear")


def test_a_call_of_a_plugin_is_a_span_of_the_conventions_for_mcp(collector: Collector):
    called = ToolRecord(
        "req_2", 1_700_000_000_123, "key_1", "", "", "files", "1.0", "read", "tools/call", "ok", True, "", 300.5, 10, 20,
        "req_1", 3, f"00-{TRACE}-{PARENT}-01",
    )  # fmt: skip
    tracer = tracer_for(collector.url)
    tracer.on_tool_call(called)
    tracer.on_tool_call(msgspec.structs.replace(called, outcome="refused"))
    tracer.on_tool_call(msgspec.structs.replace(called, method="resources/read", tool="file:///secret", parent=""))
    assert tracer.close(20)
    tool, resource = collector.spans
    assert tool.name == "tools/call read"
    assert tool.trace_id.hex() == TRACE
    assert tool.status.code == Status.STATUS_CODE_ERROR
    assert attributes(tool) == {
        "mcp.method.name": "tools/call",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "read",
        "error.type": "tool_error",
        "switchgear.request_id": "req_2",
        "switchgear.key_id": "key_1",
        "switchgear.outcome": "ok",
        "switchgear.plugin": "files",
        "switchgear.plugin.version": "1.0",
        "switchgear.parent_request_id": "req_1",
        "switchgear.step": 3,
    }
    assert resource.name == "resources/read"
    assert "secret" not in str(attributes(resource))
