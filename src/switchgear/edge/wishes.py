"""What clients wish of the gateway itself, in fields of their own."""

from __future__ import annotations

from typing import Final

from switchgear.cache.wish import OFF
from switchgear.core.calls import Priority
from switchgear.core.errors import RequestError
from switchgear.pipeline.call import ModelCall

_LONGEST_PATIENCE: Final = 86_400


def take_wish(call: ModelCall, name: bytes, value: bytes) -> bool:
    """Take one ``x-switchgear-`` field; whether it asks for lines at debug level.

    ``-priority`` lowers the priority of the call's key, ``-timeout`` gives the seconds that the client waits at most, ``-explain`` asks
    for the route, ``-forecast`` for what the call is expected to use. ``-cache: off`` leaves the cache out. Unknown ones are passed over. Raises RequestError for a value that makes no sense.
    """
    match name:
        case b"x-switchgear-priority":
            call.priority = _priority(value)
        case b"x-switchgear-timeout":
            call.patience = _patience(value)
        case b"x-switchgear-explain":
            call.explain = bool(value)
        case b"x-switchgear-forecast":
            call.wants_forecast = value not in (b"", b"0")
        case b"x-switchgear-cache":
            call.wish = OFF if value.strip().lower() == b"off" else call.wish
        case b"x-switchgear-debug":
            return bool(value)
    return False


def _priority(value: bytes) -> Priority:
    try:
        return Priority[value.decode("ascii").strip().upper()]
    except (KeyError, UnicodeDecodeError) as error:
        known = ", ".join(one.name.lower() for one in Priority)
        raise RequestError("x-switchgear-priority is not a priority.", hint=f"Known: {known}.") from error


def _patience(value: bytes) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST_PATIENCE:
        raise RequestError(
            "x-switchgear-timeout is not a number of seconds.", hint="Send a number above 0, such as 30."
        )
    return seconds
