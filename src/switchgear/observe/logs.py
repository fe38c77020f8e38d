"""Logging: one pipeline for structlog and for the standard library, one level that can change while serving.

Lines are columns on a terminal and JSON elsewhere, with ``time`` (ISO 8601, UTC), ``level``, ``event`` and
``logger`` first. Secrets never appear (``observe.redaction``), and what people say to models only at debug level.

On the hot path ask first, which costs an attribute::

    if control.debug_enabled:
        log.debug("routed", request_id=call.id, deployment=deployment.name)
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal, TextIO, cast, get_args

import structlog
from structlog.contextvars import merge_contextvars
from structlog.typing import EventDict, Processor

from switchgear.core.calls import CallRecord
from switchgear.core.errors import RequestError
from switchgear.core.tool_calls import ToolRecord
from switchgear.observe import lines
from switchgear.observe.redaction import redact, scrub

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["auto", "pretty", "json"]

_LEVELS: dict[str, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
_CANONICAL = {"exception": "error", "warn": "warning", "fatal": "critical"}
_QUIET = ("aiosqlite", "alembic", "asyncio", "hpack", "httpcore", "httpx", "urllib3", "watchfiles")
"""Libraries whose lines below warning tell of their own work for every call we make, not of ours."""

_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}

_debugged: ContextVar[str | None] = ContextVar("switchgear_debugged_request", default=None)


class LogControl:
    """The level, which every logger follows at once, and requests that are logged at debug level on their own.

    ``debug_enabled`` is a plain attribute: whether any debug line can be shown now.
    """

    def __init__(self, level: Level = "info") -> None:
        self.debug_enabled = False
        self._lock = threading.Lock()
        self._requests = 0
        self._threshold = logging.INFO
        self._root: logging.Logger | None = None
        self._undo: Callable[[], None] | None = None
        self.level = level

    @property
    def level(self) -> Level:
        """The lowest level that is shown of every request."""
        return cast("Level", logging.getLevelName(self._threshold).lower())

    @level.setter
    def level(self, level: Level) -> None:
        """Follow ``level`` from the next line on. Raises RequestError when there is no such level."""
        if level not in _LEVELS:
            raise RequestError(
                f'"{level}" is not a log level.', hint=f"Known: {', '.join(get_args(Level))}.", param="level"
            )
        with self._lock:
            self._threshold = _LEVELS[level]
            self._apply()

    @contextlib.contextmanager
    def debug_for(self, request_id: str) -> Iterator[None]:
        """Show every line of this context, and of tasks made in it, from debug up, with its ``request_id``."""
        token = _debugged.set(request_id)
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)
            _debugged.reset(token)

    def allows(self, level: int) -> bool:
        """Whether a line of this (standard library's) level is shown here and now."""
        return level >= self._threshold or (self._requests > 0 and _debugged.get() is not None)

    def attach(self, root: logging.Logger, undo: Callable[[], None]) -> None:
        """Keep ``root``'s level in step; ``undo`` is called by ``close``."""
        with self._lock:
            self._root, self._undo = root, undo
            self._apply()

    def close(self) -> None:
        """Put logging back as it was before ``configure``."""
        with self._lock:
            undo, self._undo, self._root = self._undo, None, None
        if undo is not None:
            undo()

    def _count(self, change: int) -> None:
        with self._lock:
            self._requests += change
            self._apply()

    def _apply(self) -> None:
        self.debug_enabled = self._threshold <= logging.DEBUG or self._requests > 0
        if self._root is not None:
            wanted = logging.DEBUG if self.debug_enabled else self._threshold
            if self._root.level != wanted:
                self._root.setLevel(wanted)


class CallLog:
    """Logs what became of calls: failed and cut ones as warnings, the others at debug level.

    The usage records tell of every call already; a line for each would cost as much as serving it.
    """

    def __init__(self, control: LogControl) -> None:
        self._control = control
        self._log = structlog.get_logger("switchgear.calls")

    def on_call(self, record: CallRecord) -> None:
        """Log a finished call; never its contents."""
        if record.outcome in {"failed", "cut"}:
            self._log.warning(f"call {record.outcome}", **_about(record))
        elif self._control.debug_enabled:
            self._log.debug(f"call {record.outcome}", **_about(record))


class ToolCallLines:
    """The same for calls of plugins; neither arguments nor results are told."""

    def __init__(self, control: LogControl) -> None:
        self._control = control
        self._log = structlog.get_logger("switchgear.tools")

    def on_call(self, record: ToolRecord) -> None:
        """Log a finished call."""
        if record.outcome == "failed" or self._control.debug_enabled:
            tell = self._log.warning if record.outcome == "failed" else self._log.debug
            tell(
                f"tool call {record.outcome}",
                request_id=record.id,
                plugin=record.plugin,
                tool=record.tool if record.method == "tools/call" else "",
                method=record.method,
                error=record.error,
                ms=round(record.ms, 1),
                key_id=record.key_id,
            )


def _about(record: CallRecord) -> dict[str, Any]:
    return {
        "request_id": record.id,
        "endpoint": record.endpoint,
        "model": record.model,
        "deployment": record.deployment,
        "status": record.status,
        "error": record.error,
        "ms": round(record.latency_ms, 1),
        "key_id": record.key_id,
    }


def configure(
    level: Level = "info",
    format: Format = "auto",  # noqa: A002 - the setting's name
    stream: TextIO | None = None,
    fields: Mapping[str, object] | None = None,
) -> LogControl:
    """Send all logging of the process to ``stream`` (standard error) and return the control of its level.

    ``auto`` is pretty on a terminal and JSON elsewhere. ``fields`` are shown on every line. Calling it again replaces the
    earlier set-up.
    """
    target = sys.stderr if stream is None else stream
    control = LogControl(level)
    sink = _Sink(target, control, dict(fields or {}))
    pretty = format == "pretty" or (format == "auto" and target.isatty())
    render = _render_columns(target.isatty() and not os.environ.get("NO_COLOR")) if pretty else _render_json
    processors: list[Processor] = [merge_contextvars, _compose, render]
    structlog.configure(
        processors=processors,
        wrapper_class=BoundLog,
        logger_factory=sink.logger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler, _Handler)]:
        root.removeHandler(old)
    handler = _Handler(sink, processors)
    before = root.level
    root.addHandler(handler)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)

    def undo() -> None:
        root.removeHandler(handler)
        root.setLevel(before)
        logging.captureWarnings(False)
        structlog.reset_defaults()

    control.attach(root, undo)
    return control


class _Sink:
    """Where lines go: one write a line, from any thread. A stream that is gone is not a reason to stop serving."""

    def __init__(self, stream: TextIO, control: LogControl, fields: dict[str, object]) -> None:
        self._stream = stream
        self.fields = fields
        self._lock = threading.Lock()
        self.control = control

    def logger(self, name: str = "switchgear", *_: object) -> _Line:
        return _Line(name, self)

    def write(self, line: str) -> None:
        with self._lock, contextlib.suppress(OSError, ValueError):
            try:
                self._stream.write(line + "\n")
            except UnicodeEncodeError:
                self._stream.write(line.encode("ascii", "backslashreplace").decode() + "\n")
            self._stream.flush()


class _Line:
    """What structlog calls at the end of its pipeline."""

    __slots__ = ("control", "critical", "debug", "error", "exception", "fields", "info", "name", "warning")

    def __init__(self, name: str, sink: _Sink) -> None:
        self.name = name
        self.control = sink.control
        self.fields = sink.fields
        self.debug = self.info = self.warning = self.error = self.critical = self.exception = sink.write


class BoundLog(structlog.BoundLoggerBase):
    """What ``structlog.get_logger(name)`` returns: the usual methods, silent below the level of the moment."""

    _logger: _Line

    def debug(self, event: str | None = None, *args: object, **fields: Any) -> None:
        """Log for whoever looks into one request."""
        if self._logger.control.allows(logging.DEBUG):
            self._send("debug", event, args, fields)

    def info(self, event: str | None = None, *args: object, **fields: Any) -> None:
        """Log what an operator wants to know on a good day."""
        if self._logger.control.allows(logging.INFO):
            self._send("info", event, args, fields)

    def warning(self, event: str | None = None, *args: object, **fields: Any) -> None:
        """Log what went wrong and was coped with."""
        if self._logger.control.allows(logging.WARNING):
            self._send("warning", event, args, fields)

    def error(self, event: str | None = None, *args: object, **fields: Any) -> None:
        """Log what went wrong and cost somebody something."""
        self._send("error", event, args, fields)

    def exception(self, event: str | None = None, *args: object, **fields: Any) -> None:
        """Log an error with the exception being handled."""
        fields.setdefault("exc_info", True)
        self._send("exception", event, args, fields)

    def critical(self, event: str | None = None, *args: object, **fields: Any) -> None:
        """Log what keeps the gateway from serving."""
        self._send("critical", event, args, fields)

    warn = warning
    fatal = critical

    def _send(self, method: str, event: str | None, args: tuple[object, ...], fields: dict[str, Any]) -> None:
        text = event % args if args and event is not None else event
        self._proxy_to_logger(method, text, **fields)


class _Handler(logging.Handler):
    """Takes the standard library's records into the same pipeline."""

    def __init__(self, sink: _Sink, processors: list[Processor]) -> None:
        super().__init__()
        self._sink = sink
        self._processors = tuple(processors)

    def emit(self, record: logging.LogRecord) -> None:
        if not self._sink.control.allows(record.levelno):
            return
        try:
            self._sink.write(self._line(record))
        except Exception as error:  # noqa: BLE001 - as the standard library: a bad line must not break who logs it
            self._sink.write(
                lines.as_json(
                    {"level": "error", "event": f"A log line was lost: {type(error).__name__}", "logger": record.name}
                )
            )

    def _line(self, record: logging.LogRecord) -> str:
        event: Any = {name: value for name, value in vars(record).items() if name not in _STANDARD_FIELDS}
        event["event"] = record.getMessage()
        if record.exc_info:
            event["exc_info"] = record.exc_info
        method = record.levelname.lower()
        for processor in self._processors:
            event = processor(self._sink.logger(record.name), method, event)
        return cast("str", event)


def _compose(logger: Any, method: str, event: EventDict) -> EventDict:
    """The line's fields in their order, redacted, with the exception as text."""
    level = _CANONICAL.get(method, method)
    info = lines.exc_info_of(event.pop("exc_info", None))
    text = event.pop("event", None)
    composed: EventDict = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": level,
        "event": scrub(text if isinstance(text, str) else repr(text)),
        "logger": logger.name,
        **logger.fields,
    }
    request_id = _debugged.get()
    if request_id is not None:
        composed["request_id"] = request_id
    composed.update(redact(event, contents=level == "debug"))
    if info is not None:
        composed["exception"] = scrub(lines.compact_traceback(info))
    return composed


def _render_json(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
    return lines.as_json(dict(event))


def _render_columns(colour: bool) -> Processor:
    def render(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
        return lines.as_columns(dict(event), colour=colour)

    return render
