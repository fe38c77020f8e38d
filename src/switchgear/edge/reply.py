"""Writes the answers of calls, whatever the dialect, and what a client is told with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, get_args

from switchgear.core.calls import CacheResult
from switchgear.core.errors import MethodNotAllowed, SwitchgearError
from switchgear.core.rates import Rates
from switchgear.edge.exchange import Exchange, ResponseHeaders
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.providers.base import Operation
from switchgear.routing.forecast import Forecast

_CACHE_LINES = {told: b"x-switchgear-cache: %b\r\n" % told.encode() for told in get_args(CacheResult)}


class Wire(Protocol):
    """A dialect as it stands on the wire: how requests are read and errors written."""

    def decode(self, operation: Operation, body: bytes, headers: ResponseHeaders) -> ModelRequest:
        """The request in ``body``. Raises InvalidJSON or RequestError, naming place and reason."""
        ...

    def error_document(self, error: SwitchgearError, request_id: str) -> bytes:
        """The body of an error's answer."""
        ...

    def error_event(self, error: SwitchgearError, request_id: str) -> bytes:
        """The last event of a stream that failed."""
        ...

    def error_headers(self, error: SwitchgearError, request_id: str) -> bytes:
        """Whole header lines of an error's answer."""
        ...

    def id_header(self, request_id: str) -> bytes:
        """The header lines that name the request."""
        ...

    def rate_headers(self, rates: Rates) -> bytes:
        """The header lines that tell of the client's rates."""
        ...


class CallReply:
    """Writes one answer in the form of ``wire``."""

    __slots__ = ("_exchange", "_wire", "begun", "write")

    def __init__(self, exchange: Exchange, wire: Wire) -> None:
        self._exchange = exchange
        self._wire = wire
        self.write = exchange.write
        self.begun = False

    def whole(self, call: ModelCall, body: bytes) -> None:
        """The answer at once, with what it cost."""
        kind = call.content_type or b"application/json"
        headers = b"content-type: %b\r\n%b%b" % (kind, self._wire.id_header(call.id), call_headers(call, self._wire))
        if call.cost is not None:
            headers += b"x-switchgear-cost: %b\r\n" % dollars(call.cost).encode()
        self._exchange.reply(200, headers, body)

    def begin(self, call: ModelCall) -> None:
        """A stream begins."""
        self.begun = True
        kind = call.content_type or b"text/event-stream; charset=utf-8"
        self._exchange.start(
            200,
            b"content-type: %b\r\ncache-control: no-cache\r\nx-accel-buffering: no\r\n%b%b"
            % (kind, self._wire.id_header(call.id), call_headers(call, self._wire)),
        )

    def end(self, events: bytes) -> None:
        """The last events of a stream."""
        self._exchange.end(events)

    def listen(self, pressure: Callable[[bool], None] | None) -> None:
        """Say who is to be told when the client cannot keep up."""
        self._exchange.on_pressure = pressure
        if pressure is not None and self._exchange.under_pressure:
            pressure(True)

    def fail(self, call: ModelCall, error: SwitchgearError) -> None:
        """End with an error: as an answer of its own, or as the last event of a stream that has begun."""
        if self.begun and call.content_type and not call.content_type.lower().startswith(b"text/event-stream"):
            self._exchange.abort()  # sound has no place for words: cut short, it must not look whole
            return
        if self.begun:
            self._exchange.end(self._wire.error_event(error, call.id))
            return
        headers = self._wire.error_headers(error, call.id) + call_headers(call, self._wire)
        if isinstance(error, MethodNotAllowed):
            headers += b"allow: POST\r\n"
        self._exchange.reply(error.http_status, headers, self._wire.error_document(error, call.id))


def call_headers(call: ModelCall, wire: Wire) -> bytes:
    """What a client is told of the way its call went: the model and provider, what was left out and lent, what is left of its rates."""
    headers = call.deployment.header if call.deployment is not None else b""
    if call.rates is not None:
        headers += wire.rate_headers(call.rates)
    if call.cache:
        headers += _CACHE_LINES[call.cache]
        if call.age is not None:
            headers += b"age: %d\r\n" % call.age
    if call.dropped:
        headers += b"x-switchgear-dropped: %b\r\n" % _listed(call.dropped)
    if call.forecast is not None:
        headers += _forecast_lines(call.forecast)
    headers += b"x-switchgear-attempts: %d\r\n" % call.attempts
    if call.explain and call.trials:
        headers += b"x-switchgear-route: %b\r\n" % _listed(_reasons(call))
    if call.clamped:
        headers += b"x-switchgear-clamped: %b\r\n" % call.clamped.encode()
    if call.shaped:
        headers += b"x-switchgear-shaped: %b\r\n" % _listed(call.shaped)
    return headers


def _forecast_lines(told: Forecast) -> bytes:
    """Tokens and dollars as they were expected to be (dictionaries as in RFC 9651 section 3.2, but for the number of decimals)."""
    tokens = f"prompt={told.prompt.tokens}" + ("" if told.output is None else f", max-output={told.output}")
    lines = f"x-switchgear-forecast-tokens: {tokens}{'' if told.prompt.exact else ', estimated'}\r\n"
    if told.least is not None:
        most = "" if told.most is None else f", max={dollars(told.most)}"
        lines += f"x-switchgear-forecast-cost: min={dollars(told.least)}{most}\r\n"
    return lines.encode()


def _reasons(call: ModelCall) -> list[str]:
    """Each attempt with the reason for it, and how it ended."""
    told = []
    for trial in call.trials:
        ended = trial.failure.code if trial.failure is not None else trial.outcome
        if call.streamed and ended == "ok" and trial.ended_at is None:
            ended = "answers"  # whether it ends well is not known when this is sent
        told.append(f"{trial.deployment.id} ({trial.why or 'the only one'}): {ended}")
    return told


def _listed(names: list[str]) -> bytes:
    text = ", ".join(names)[:1024].replace("→", "->")
    return "".join(character if " " <= character < "\x7f" else "?" for character in text).encode("ascii")


def dollars(nano: int) -> str:
    """Nano-dollars as a decimal number of US dollars, exact, without trailing zeros."""
    if not nano:
        return "0"
    whole, fraction = divmod(nano, 1_000_000_000)
    return f"{whole}.{fraction:09d}".rstrip("0").rstrip(".")
