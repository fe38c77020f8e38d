"""How streams are cut into events: server-sent events, a JSON document a line, and Amazon's binary event stream."""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from typing import Any, Final, Protocol

import msgspec

from switchgear.core.errors import ProviderInvalidResponse, ProviderResponseTooLarge
from switchgear.providers.sse import MAX_EVENT_BYTES, EventCutter, event_data, split_events

_PRELUDE: Final = struct.Struct(">III")
_CHECKSUM: Final = struct.Struct(">I")
_OVERHEAD: Final = _PRELUDE.size + _CHECKSUM.size
_FIXED_SIZES: Final = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
_BYTES, _STRING = 6, 7
_STATUS_OF: Final = {
    "throttlingException": 429,
    "serviceQuotaExceededException": 429,
    "validationException": 400,
    "accessDeniedException": 403,
    "resourceNotFoundException": 404,
    "modelTimeoutException": 408,
    "modelNotReadyException": 503,
    "serviceUnavailableException": 503,
    "modelStreamErrorException": 424,
}
"""Exceptions of Bedrock's and SageMaker's streams and the status that each has as an answer of its own
(https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html)."""


class Framing(Protocol):
    """Cuts one stream."""

    def feed(self, data: bytes) -> list[bytes]:
        """The contents of the events that ``data`` completes. Raises ProviderError."""
        ...

    def finish(self) -> list[bytes]:
        """What the end of the stream completes. Raises ProviderError for an event that is cut off."""
        ...


class ServerSent:
    """Server-sent events."""

    __slots__ = ("_cutter",)

    def __init__(self, provider: str) -> None:
        self._cutter = EventCutter(provider)

    def feed(self, data: bytes) -> list[bytes]:
        """The data of each event; those without any are left out."""
        events = self._cutter.feed(data)
        return [found for event in split_events(events) if (found := event_data(event))] if events else []

    def finish(self) -> list[bytes]:
        """What had no empty line behind it, which some servers leave out at the end, counts as an event."""
        rest, unfinished = self._cutter.finish()
        return [found for event in (*split_events(rest), unfinished) if (found := event_data(event))]


class Lines:
    """A JSON document a line (https://github.com/ndjson/ndjson-spec)."""

    __slots__ = ("_provider", "_rest")

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Each whole line that is not empty."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MAX_EVENT_BYTES:
            raise _endless(self._provider)
        return [found for line in lines if (found := line.strip())]

    def finish(self) -> list[bytes]:
        """The last line, if nothing ended it."""
        rest, self._rest = self._rest.strip(), b""
        return [rest] if rest else []


class AmazonEvents:
    """Amazon's event stream: messages of headers and a payload, each with two checksums.

    An exception becomes a document with an ``error`` in OpenAI's form. The payload of an event named ``chunk`` is unwrapped.
    Source: https://docs.aws.amazon.com/lexv2/latest/dg/event-stream-encoding.html.
    """

    __slots__ = ("_provider", "_rest")

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The payload of each message that is there whole."""
        rest = self._rest
        rest += data
        found = []
        while len(rest) >= _OVERHEAD:
            total, headers, checksum = _PRELUDE.unpack_from(rest)
            if zlib.crc32(rest[:8]) != checksum or total < _OVERHEAD + headers:
                raise self._broken("a message whose length does not match its checksum")
            if total > MAX_EVENT_BYTES:
                raise _endless(self._provider)
            if len(rest) < total:
                break
            message = bytes(rest[:total])
            del rest[:total]
            if payload := self._payload(message, headers):
                found.append(payload)
        return found

    def finish(self) -> list[bytes]:
        """Nothing; what is left over was cut off."""
        if self._rest:
            raise self._broken("a message that ends before its end")
        return []

    def _payload(self, message: bytes, header_bytes: int) -> bytes:
        end = len(message) - _CHECKSUM.size
        if zlib.crc32(message[:end]) != _CHECKSUM.unpack_from(message, end)[0]:
            raise self._broken("a message that does not match its checksum")
        body = _PRELUDE.size + header_bytes
        headers = self._headers(message[_PRELUDE.size : body])
        payload = message[body:end]
        kind = headers.get(":message-type", "event")
        if kind == "exception":
            return _error(headers.get(":exception-type", ""), _told(payload))
        if kind == "error":
            return _error(headers.get(":error-code", ""), headers.get(":error-message", ""))
        return self._unwrapped(payload) if headers.get(":event-type") == "chunk" else payload

    def _unwrapped(self, payload: bytes) -> bytes:
        try:
            return base64.b64decode(msgspec.json.decode(payload, type=_Wrapped).bytes)
        except (msgspec.DecodeError, binascii.Error) as error:
            raise self._broken("a chunk that holds no data") from error

    def _headers(self, data: bytes) -> dict[str, str]:
        """The headers that are text."""
        found = {}
        place = 0
        try:
            while place < len(data):
                size = data[place]
                name = data[place + 1 : place + 1 + size].decode()
                place += 2 + size
                kind = data[place - 1]
                if kind in (_BYTES, _STRING):
                    length = int.from_bytes(data[place : place + 2], "big")
                    if kind == _STRING:
                        found[name] = data[place + 2 : place + 2 + length].decode()
                    place += 2 + length
                else:
                    place += _FIXED_SIZES[kind]
        except (IndexError, KeyError, UnicodeDecodeError) as error:
            raise self._broken("a message with headers that are none") from error
        return found

    def _broken(self, what: str) -> ProviderInvalidResponse:
        return ProviderInvalidResponse(f"Provider {self._provider} sent {what}.", provider=self._provider)


class AmazonPayloads:
    """Amazon's event stream around server-sent events, as SageMaker's endpoints stream what a model's server sends."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, provider: str) -> None:
        self._outer = AmazonEvents(provider)
        self._inner = ServerSent(provider)

    def feed(self, data: bytes) -> list[bytes]:
        """The data of each event inside, and errors of the stream around them."""
        found = []
        for payload in self._outer.feed(data):
            found += [payload] if payload.startswith(_ERROR) else self._inner.feed(payload)
        return found

    def finish(self) -> list[bytes]:
        """What the end completes."""
        self._outer.finish()
        return self._inner.finish()


class _Wrapped(msgspec.Struct):
    bytes: str


_ERROR: Final = b'{"error":{'


def _error(kind: str, message: str) -> bytes:
    document: dict[str, Any] = {"error": {"message": message, "type": kind, "code": _STATUS_OF.get(kind, 500)}}
    return msgspec.json.encode(document)


def _told(payload: bytes) -> str:
    try:
        document = msgspec.json.decode(payload)
    except msgspec.DecodeError:
        return ""
    message = document.get("message") or document.get("Message") if isinstance(document, dict) else None
    return message if isinstance(message, str) else ""


def _endless(provider: str) -> ProviderResponseTooLarge:
    return ProviderResponseTooLarge(
        f"Provider {provider} sent an event of more than {MAX_EVENT_BYTES} bytes.", provider=provider
    )
