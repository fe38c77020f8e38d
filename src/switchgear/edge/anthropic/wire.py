"""Anthropic's dialect on the wire."""

from __future__ import annotations

from switchgear.core.errors import SwitchgearError
from switchgear.core.rates import Rates
from switchgear.edge.anthropic.errors import error_document, error_event, error_headers, id_header
from switchgear.edge.anthropic.rates import rate_headers
from switchgear.edge.anthropic.requests import decode_request
from switchgear.edge.exchange import ResponseHeaders
from switchgear.pipeline.call import ModelRequest
from switchgear.providers.base import Operation


class AnthropicWire:
    """Requests and errors of Anthropic's API."""

    def decode(self, operation: Operation, body: bytes, headers: ResponseHeaders) -> ModelRequest:
        """The request in ``body``. Raises InvalidJSON or RequestError."""
        return decode_request(operation, body, headers)

    def error_document(self, error: SwitchgearError, request_id: str) -> bytes:
        """``{"type": "error", …}``."""
        return error_document(error, request_id)

    def error_event(self, error: SwitchgearError, request_id: str) -> bytes:
        """The same as the last event of a stream."""
        return error_event(error, request_id)

    def error_headers(self, error: SwitchgearError, request_id: str) -> bytes:
        """The header lines of an error's answer."""
        return error_headers(error, request_id)

    def id_header(self, request_id: str) -> bytes:
        """``request-id`` and ``x-request-id``."""
        return id_header(request_id)

    def rate_headers(self, rates: Rates) -> bytes:
        """``anthropic-ratelimit-…``."""
        return rate_headers(rates)
