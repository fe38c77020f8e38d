"""What a log line looks like: JSON for machines, columns for people, tracebacks for both."""

from __future__ import annotations

import json
import re
import sys
import traceback
from collections.abc import Iterator
from datetime import datetime
from types import TracebackType
from typing import Any

import msgspec

from switchgear.core.errors import SwitchgearError

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

_FRAMES_AT_THE_START = 3
_FRAMES_AT_THE_END = 12
_ERRORS_LIMIT = 10

_DIM, _BOLD, _RESET = "\x1b[2m", "\x1b[1m", "\x1b[0m"
_COLOURS = {
    "debug": "\x1b[34m",
    "info": "\x1b[32m",
    "warning": "\x1b[33m",
    "error": "\x1b[31m",
    "critical": "\x1b[1;31m",
}
_FIXED = ("time", "level", "event", "logger", "exception")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_CONTROL_BUT_NEWLINE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_PLAIN = re.compile(r"[^\s\"'=]+")

_encode = msgspec.json.Encoder(enc_hook=repr).encode


def as_json(fields: dict[str, Any]) -> str:
    """One JSON object on one line."""
    try:
        return _encode(fields).decode()
    except (ValueError, OverflowError, TypeError):  # lone surrogates, integers of more than 64 bits
        return json.dumps(fields, default=repr)


def as_columns(fields: dict[str, Any], *, colour: bool) -> str:
    """One line for a terminal: local time, level, what happened, ``name=value`` and dimmed the logger.

    Control characters are shown as escapes, so that what a client sends cannot paint on the operator's terminal.
    """
    level = str(fields.get("level", ""))
    clock = datetime.fromisoformat(fields["time"]).astimezone().strftime("%H:%M:%S.%f")[:-3]
    pairs = " ".join(f"{_inline(name)}={_shown(value)}" for name, value in fields.items() if name not in _FIXED)
    event, logger = _inline(str(fields.get("event", ""))), _inline(str(fields.get("logger", "")))
    if colour:
        head = f"{_DIM}{clock}{_RESET} {_COLOURS.get(level, '')}{level:<8}{_RESET} {_BOLD}{event}{_RESET}"
        line = f"{head}{'  ' if pairs else ''}{pairs}  {_DIM}{logger}{_RESET}"
    else:
        line = f"{clock} {level:<8} {event}{'  ' if pairs else ''}{pairs}  ({logger})"
    exception = fields.get("exception")
    if exception:
        line += "\n    " + _CONTROL_BUT_NEWLINE.sub(_escape, str(exception)).replace("\n", "\n    ")
    return line


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and not _CONTROL.search(value) else json.dumps(value, ensure_ascii=True)
    if isinstance(value, dict | list):
        return _inline(json.dumps(value, default=repr, ensure_ascii=False))
    return str(value)


def _inline(text: str) -> str:
    return _CONTROL.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def exc_info_of(value: object) -> ExcInfo | None:
    """What was given as ``exc_info`` (True, an exception, ``sys.exc_info()``) as a triple, or None."""
    if isinstance(value, BaseException):
        return type(value), value, value.__traceback__
    if isinstance(value, tuple) and len(value) == 3:
        return None if value[0] is None else value
    if value:
        kind, error, trace = sys.exc_info()
        if kind is not None and error is not None:
            return kind, error, trace
    return None


def compact_traceback(info: ExcInfo) -> str:
    """The exception and where it came from, a line a frame, causes after it; never the values of variables."""
    summary = traceback.TracebackException(*info, lookup_lines=False, capture_locals=False, compact=True)
    return "\n".join(_exception_lines(summary, info[1], _ERRORS_LIMIT))


def _exception_lines(summary: traceback.TracebackException, error: BaseException | None, left: int) -> Iterator[str]:
    yield "".join(summary.format_exception_only()).rstrip("\n")
    if isinstance(error, SwitchgearError) and error.cause:
        yield f"  cause: {error.cause}"
    yield from _frame_lines(summary.stack)
    if left <= 0:
        return
    members = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for part, member in zip(summary.exceptions or (), members, strict=False):
        for line in "\n".join(_exception_lines(part, member, left // 2)).split("\n"):
            yield f"  | {line}"
    if summary.__cause__ is not None:
        cause = error.__cause__ if error is not None else None
        yield "caused by " + "\n".join(_exception_lines(summary.__cause__, cause, left - 1))
    elif summary.__context__ is not None and not summary.__suppress_context__:
        context = error.__context__ if error is not None else None
        yield "while handling " + "\n".join(_exception_lines(summary.__context__, context, left - 1))


def _frame_lines(stack: traceback.StackSummary) -> Iterator[str]:
    """Innermost frame first: the line that failed stands next to what failed."""
    frames = list(reversed(stack))
    skipped = len(frames) - _FRAMES_AT_THE_END - _FRAMES_AT_THE_START
    for number, frame in enumerate(frames):
        if skipped > 0 and number == _FRAMES_AT_THE_END:
            yield f"  … {skipped} more"
        if skipped > 0 and _FRAMES_AT_THE_END <= number < _FRAMES_AT_THE_END + skipped:
            continue
        yield f"  at {_short(frame.filename)}:{frame.lineno} {frame.name}"


def _short(filename: str) -> str:
    """The path from the package on: the folders before it are the same on every line."""
    for marker in ("/site-packages/", "/src/"):
        _, found, rest = filename.rpartition(marker)
        if found:
            return rest
    return re.sub(r".*/lib/python[0-9.]+/", "", filename)
