"""OpenAI's dialect on the wire."""

from __future__ import annotations

from switchgear.core.errors import SwitchgearError
from switchgear.core.rates import Rates
from switchgear.edge.exchange import ResponseHeaders
from switchgear.edge.openai.errors import error_document, error_event, error_headers
from switchgear.edge.openai.media import decode_media
from switchgear.edge.openai.rates import rate_headers
from switchgear.edge.openai.requests import decode
from switchgear.pipeline.call import ModelRequest
from switchgear.providers.base import Operation
from switchgear.providers.media import MEDIA


class OpenAIWire:
    """Requests and errors of OpenAI's API."""

    def decode(self, operation: Operation, body: bytes, headers: ResponseHeaders) -> ModelRequest:  # noqa: ARG002 - the protocol's
        """The request in ``body``. Raises InvalidJSON or RequestError."""
        return decode_media(operation, body) if operation in MEDIA else decode(operation, body)

    def error_document(self, error: SwitchgearError, request_id: str) -> bytes:
        """``{"error": {…}}``."""
        return error_document(error, request_id)

    def error_event(self, error: SwitchgearError, request_id: str) -> bytes:
        """The same as the last event of a stream."""
        return error_event(error, request_id)

    def error_headers(self, error: SwitchgearError, request_id: str) -> bytes:
        """The header lines of an error's answer."""
        return error_headers(error, request_id)

    def id_header(self, request_id: str) -> bytes:
        """``x-request-id``."""
        return b"x-request-id: %b\r\n" % request_id.encode()

    def rate_headers(self, rates: Rates) -> bytes:
        """``x-ratelimit-…``."""
        return rate_headers(rates)
