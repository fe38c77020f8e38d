"""Traces of calls, sent to an OpenTelemetry collector when one is configured.

Nothing of OpenTelemetry is imported before that: its packages are an extra, and take a third of a second to load.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from switchgear.core.calls import CallRecord
from switchgear.core.errors import ExtraMissing
from switchgear.core.secrets import Secret
from switchgear.core.tool_calls import ToolRecord

if TYPE_CHECKING:
    from switchgear.observe.genai_spans import GenAISpans

ServerOf = Callable[[str], tuple[str, int] | None]
"""Tells the host and port of a provider, for the span's server attributes."""


class Tracer:
    """Makes one span of every call that went to a provider; ``close`` sends what is left."""

    def __init__(self, spans: GenAISpans) -> None:
        self._spans = spans

    @classmethod
    def from_settings(
        cls,
        endpoint: str | None,
        headers: Mapping[str, str | Secret],
        service_name: str,
        *,
        version: str = "",
        server_of: ServerOf | None = None,
    ) -> Tracer | None:
        """A tracer that sends to the OTLP/HTTP ``endpoint``, None when there is none.

        ``endpoint`` is a collector's base URL, to which ``/v1/traces`` is added as the OTLP exporter specification
        says of ``OTEL_EXPORTER_OTLP_ENDPOINT``, or the whole URL ending in it. Raises ExtraMissing when
        OpenTelemetry is not installed.
        """
        if not endpoint:
            return None
        try:
            from switchgear.observe.genai_spans import (  # noqa: PLC0415 - OpenTelemetry is an optional engine
                GenAISpans,
            )
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] not in {"opentelemetry", "requests", "google"}:
                raise
            raise ExtraMissing(
                "observe.otlp_endpoint is set, but OpenTelemetry is not installed: pip install switchgear[otel]"
            ) from error
        base = endpoint.rstrip("/")
        url = base if base.endswith("/v1/traces") else f"{base}/v1/traces"
        plain = {name: value.reveal() if isinstance(value, Secret) else value for name, value in headers.items()}
        return cls(GenAISpans(url, plain, {"service.name": service_name, "service.version": version}, server_of))

    def on_call(self, record: CallRecord) -> None:
        """Queue a span for ``record``. Refused calls have none: no model was asked."""
        if record.outcome != "refused":
            self._spans.add(record)

    def on_tool_call(self, record: ToolRecord) -> None:
        """The same for a call of a plugin."""
        if record.outcome != "refused":
            self._spans.add_tool(record)

    def close(self, deadline: float = 5.0) -> bool:
        """Send what is queued, for at most ``deadline`` seconds. True if all of it was sent.

        Blocks: call it in a thread when the event loop has other work.
        """
        return self._spans.close(deadline)
