"""Ready-made plans: answers that are right in unusual ways, and everything a bad day brings.

Each function returns a plan for ``FaultUpstream.answer``; steps may be put before or after it::

    upstream.answer(Delay(0.2), faults.retry_after_seconds(3))

Unless it says otherwise a plan reads the request's body first and keeps the connection open after it.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Mapping, Sequence
from email.utils import formatdate
from time import time
from typing import Any, Literal

from .http1 import LAST_CHUNK, Headers, chunk, encode_body, head, last_chunk, response
from .shapes import chat_completion, chat_stream, error_body, sse
from .steps import Close, Delay, Plan, ReadBody, Repeat, Reset, Send, Stall, Trickle

_JSON = {"content-type": "application/json"}
_SSE = {"content-type": "text/event-stream; charset=utf-8"}
_CHUNKED = {"transfer-encoding": "chunked"}
How = Literal["fin", "reset"]


def _answer(body: Any) -> bytes:
    return encode_body(chat_completion() if body is None else body)


def _end(how: How, after: float = 0.05) -> Plan:
    """Leave. A reset waits a moment first, since it may overtake what was sent just before it."""
    return (Delay(after), Reset()) if how == "reset" else (Close(),)


# ---------------------------------------------------------------- right answers, in every framing


def ok(body: Any = None, headers: Mapping[str, str] | None = None) -> Plan:
    """200 with ``content-length``; a chat completion unless ``body`` is given."""
    return (ReadBody(), Send(response(_answer(body), 200, headers)))


def chunked(
    pieces: Sequence[bytes] | None = None, *, trailers: Headers = (), extension: str = "", headers: Headers = ()
) -> Plan:
    """200 with chunked framing, one chunk and one write a piece; ``extension`` as in ``;name=value``."""
    parts = [_answer(None)] if pieces is None else pieces
    top = Send(head(200, dict(headers) or _JSON | _CHUNKED))
    return (ReadBody(), top, *(Send(chunk(p, extension=extension)) for p in parts), Send(last_chunk(trailers)))


def stream(events: Iterable[Any] | None = None, *, gap: float = 0.0, done: bool = True) -> Plan:
    """A streamed answer, one chunk an event, ``gap`` seconds between them."""
    steps: list[Any] = [ReadBody(), Send(head(200, _SSE | _CHUNKED))]
    for event in chat_stream() if events is None else events:
        steps += [Send(chunk(sse([event], done=False))), *([Delay(gap)] if gap else [])]
    if done:
        steps.append(Send(chunk(sse([]))))
    return (*steps, Send(LAST_CHUNK))


def byte_by_byte(data: bytes | None = None, *, size: int = 1, gap: float = 0.0) -> Plan:
    """``data`` (a whole answer by default, head included) in writes of ``size`` bytes."""
    return (ReadBody(), Trickle(response(_answer(None)) if data is None else data, size, gap))


def close_delimited(body: Any = None, headers: Mapping[str, str] | None = None) -> Plan:
    """200 whose end is the end of the connection (RFC 9112 section 6.3, point 8)."""
    return (ReadBody(), Send(head(200, dict(headers or _JSON)) + _answer(body)), Close())


def http10(body: Any = None, *, length: bool = True) -> Plan:
    """200 as HTTP/1.0, closed after it, with or without ``content-length``."""
    data = _answer(body)
    fields = _JSON | ({"content-length": str(len(data))} if length else {})
    return (ReadBody(), Send(head(200, fields, version="1.0") + data), Close())


def continue_first(body: Any = None, *, times: int = 1) -> Plan:
    """``100 Continue``, asked for or not, then 200."""
    return (*(Send(head(100)) for _ in range(times)), *ok(body))


def compressed(encoding: Literal["gzip", "deflate"] = "gzip", body: Any = None, *, framed: bool = False) -> Plan:
    """200 with ``content-encoding``; ``framed`` sends it chunked. ``deflate`` is zlib's form (RFC 9110 section 8.4.1.2)."""
    data = gzip.compress(_answer(body), mtime=0) if encoding == "gzip" else zlib.compress(_answer(body))
    fields = {"content-encoding": encoding}
    return chunked([data], headers=_JSON | _CHUNKED | fields) if framed else ok(data, fields)


# ---------------------------------------------------------------- slow, silent


def slow_head(seconds: float, body: Any = None) -> Plan:
    """200 after ``seconds`` without a byte."""
    return (ReadBody(), Delay(seconds), *ok(body))


def stall_before_first_byte() -> Plan:
    """Read the request, never answer."""
    return (ReadBody(), Stall())


def stall_after_head() -> Plan:
    """The head of a streamed answer, then nothing."""
    return (ReadBody(), Send(head(200, _SSE | _CHUNKED)), Stall())


def stall_mid_stream(events: Iterable[Any] | None = None) -> Plan:
    """A few events (two by default) of a streamed answer, then nothing, the connection left open."""
    return (*_begun(events), Stall())


def never_read_body() -> Plan:
    """Read the head and then nothing at all: the peer's writes come to a halt."""
    return (Stall(),)


def slow_reader(size: int = 1024, gap: float = 0.01, body: Any = None) -> Plan:
    """Read the body ``size`` bytes at a time, ``gap`` seconds apart, then answer 200."""
    return (ReadBody(size=size, gap=gap), *ok(body))


# ---------------------------------------------------------------- cut, truncated


def _begun(events: Iterable[Any] | None) -> Plan:
    first = chat_stream(["Hel", "lo", "."])[:3] if events is None else events
    return (
        ReadBody(),
        Send(head(200, _SSE | _CHUNKED)),
        *(Send(chunk(sse([event], done=False))) for event in first),
    )


def hang_up(how: How = "fin") -> Plan:
    """Read the request and close without a byte: what a kept connection does when its server just gave up on it."""
    return (ReadBody(), *_end(how, 0))


def stale(body: Any = None, *, after: float = 0.0, how: How = "fin") -> Plan:
    """200 that promises to keep the connection, which then closes without a word after ``after`` idle seconds."""
    return (*ok(body), Delay(after), *_end(how))


def cut_mid_stream(events: Iterable[Any] | None = None, *, how: How = "fin") -> Plan:
    """A few events of a streamed answer, then the connection ends."""
    return (*_begun(events), *_end(how))


def truncated(body: Any = None, *, keep: int = 10, how: How = "fin") -> Plan:
    """Only the first ``keep`` bytes of what ``content-length`` promises."""
    data = _answer(body)
    return (ReadBody(), Send(head(200, _JSON | {"content-length": str(len(data))}) + data[:keep]), *_end(how))


def unfinished_chunks(pieces: Sequence[bytes] | None = None, *, how: How = "fin") -> Plan:
    """Chunked framing whose last chunk never comes."""
    return (*chunked(pieces)[:-1], *_end(how))


def unfinished_head(how: How = "fin") -> Plan:
    """Half a head, then the end."""
    return (ReadBody(), Send(b"HTTP/1.1 200 OK\r\ncontent-ty"), *_end(how))


# ---------------------------------------------------------------- nonsense


def garbage(data: bytes = b"\x16\x03\x01 this is not HTTP \xff\xfe\r\n\r\n") -> Plan:
    """Bytes that are no HTTP, then the end."""
    return (ReadBody(), Send(data), Close())


def garbage_chunk() -> Plan:
    """Chunked framing that goes wrong after its first chunk."""
    return (ReadBody(), Send(head(200, _JSON | _CHUNKED) + chunk(b'{"id":') + b"not a size\r\n"), Close())


def garbage_event() -> Plan:
    """A streamed answer with an event that is no JSON, ended in order."""
    return stream([chat_stream()[0], b'{"choices": [{'])


def not_json(body: bytes = b'{"id": "chatcmpl-') -> Plan:
    """200 that says it is JSON and is not."""
    return ok(body)


def wrong_content_type(body: bytes = b"<html><body>Welcome!</body></html>", kind: str = "text/html") -> Plan:
    """200 with something else than an answer: a captive portal, a wrong ``base_url``."""
    return ok(body, {"content-type": kind})


def two_content_lengths() -> Plan:
    """Two ``content-length`` headers that differ (RFC 9112 section 6.3, point 5), then the end."""
    data = _answer(None)
    fields = [*_JSON.items(), ("content-length", str(len(data))), ("content-length", str(len(data) + 7))]
    return (ReadBody(), Send(head(200, fields) + data), Close())


def length_and_chunked() -> Plan:
    """``content-length`` and ``transfer-encoding`` together: the makings of response smuggling."""
    data = _answer(None)
    fields = _JSON | {"content-length": str(len(data))} | _CHUNKED
    return (ReadBody(), Send(head(200, fields) + chunk(data) + LAST_CHUNK))


def garbage_compressed() -> Plan:
    """200 that says it is gzip and is not."""
    return ok(b"\x1f\x8b this is not gzip", {"content-encoding": "gzip"})


# ---------------------------------------------------------------- too much


def oversize_body(size: int = 100 << 20) -> Plan:
    """200 whose ``content-length`` is ``size``, and that many bytes."""
    top = head(200, _JSON | {"content-length": str(size)})
    return (ReadBody(), Send(top), Repeat(b" " * 65_536, size // 65_536), Send(b" " * (size % 65_536)))


def compression_bomb(size: int = 10 << 20) -> Plan:
    """200 of a few KB of gzip that unpack to ``size`` bytes."""
    return compressed("gzip", b" " * size)


def oversize_headers(size: int = 1 << 20) -> Plan:
    """200 with a header of ``size`` bytes."""
    return ok(headers={"x-filler": "x" * size})


def endless_headers() -> Plan:
    """A head that never ends."""
    return (ReadBody(), Send(b"HTTP/1.1 200 OK\r\n"), Repeat(b"x-filler: " + b"x" * 1014 + b"\r\n"))


def endless_body(piece: bytes = b" " * 65_536) -> Plan:
    """Chunked JSON that never ends."""
    return (ReadBody(), Send(head(200, _JSON | _CHUNKED)), Repeat(chunk(piece)))


def endless_stream(event: Any = None) -> Plan:
    """Events that never end, as fast as the peer takes them."""
    one = chat_stream()[1] if event is None else event
    return (ReadBody(), Send(head(200, _SSE | _CHUNKED)), Repeat(chunk(sse([one], done=False))))


# ---------------------------------------------------------------- errors, in order


def status(code: int, body: Any = None, headers: Mapping[str, str] | None = None) -> Plan:
    """Any status; OpenAI's error envelope unless ``body`` is given."""
    shown = error_body(f"The upstream says {code}.") if body is None else body
    return (ReadBody(), Send(response(shown, code, headers)))


def retry_after_seconds(seconds: float, code: int = 429) -> Plan:
    """429 (or another status) with ``Retry-After`` in seconds."""
    return status(code, _limited(), {"retry-after": f"{seconds:g}"})


def retry_after_date(seconds: float, code: int = 429) -> Plan:
    """429 with ``Retry-After`` as the HTTP date ``seconds`` from now (RFC 9110 section 10.2.3), whole seconds."""
    return status(code, _limited(), {"retry-after": formatdate(time() + seconds, usegmt=True)})


def _limited() -> Any:
    return error_body("Rate limit reached.", type="requests", code="rate_limit_exceeded")


def redirect(location: str, code: int = 307) -> Plan:
    """A redirect to ``location``."""
    return status(code, b"", {"location": location})


def early_refusal(code: int = 413) -> Plan:
    """An error sent before the body was read, then the end: if body bytes were on their way, the peer may see a reset."""
    return (Send(response(error_body("Too large."), code, {"connection": "close"})), Close())


def error_mid_stream(message: str = "The model crashed.") -> Plan:
    """A streamed answer that turns into an ``error`` event, as several providers do, and ends without ``[DONE]``."""
    return stream([*chat_stream(["Hel"])[:2], error_body(message)], done=False)
