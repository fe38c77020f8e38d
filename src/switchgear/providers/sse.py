"""Server-sent events as bytes: cutting a stream at event boundaries without reading what is inside.

WHATWG HTML, section 9.2.6: lines end with CRLF, LF or CR; an empty line ends an event.
"""

from __future__ import annotations

import re

from switchgear.core.errors import ProviderResponseTooLarge

MAX_EVENT_BYTES = 8 * 1024 * 1024

_END_OF_LINE = rb"(?:\r\n|\n|\r(?!\n))"
_BOUNDARY = re.compile(_END_OF_LINE + _END_OF_LINE)
_LINE = re.compile(_END_OF_LINE)


class EventCutter:
    """Gives back whole events only; what is incomplete waits inside for its rest.

    The concatenation of everything ``feed`` and ``finish`` return is the input up to the last boundary.
    ``provider`` names the source in errors; ``limit`` is what an event may have in bytes.
    """

    __slots__ = ("_carriage_returns", "_limit", "_provider", "_rest")

    def __init__(self, provider: str, limit: int = MAX_EVENT_BYTES) -> None:
        self._provider = provider
        self._limit = limit
        self._rest = bytearray()
        self._carriage_returns = False

    @property
    def empty(self) -> bool:
        """Whether nothing is held back, and what comes next can be read on its own."""
        return not self._rest and not self._carriage_returns

    def feed(self, data: bytes) -> bytes:
        """The events that ``data`` completes, or nothing. Raises ProviderResponseTooLarge for an endless event."""
        rest = self._rest
        if not rest and data.endswith(b"\n\n") and not self._carriage_returns and b"\r" not in data:
            return data
        searched = max(len(rest) - 3, 0)
        rest += data
        if not self._carriage_returns and b"\r" in data:
            self._carriage_returns = True
        cut = self._last_boundary(searched)
        if cut <= 0:
            if len(rest) > self._limit:
                raise self._too_large()
            return b""
        events = bytes(rest[:cut])
        del rest[:cut]
        return events

    def lines(self, data: bytes) -> list[bytes]:
        """The whole lines that ``data`` completes, without their ends and empty ones: newline-delimited JSON.

        Raises ProviderResponseTooLarge for an endless line.
        """
        rest = self._rest
        rest += data
        cut = rest.rfind(b"\n") + 1
        if not cut:
            if len(rest) > self._limit:
                raise self._too_large()
            return []
        whole = bytes(rest[:cut])
        del rest[:cut]
        return [line for line in whole.splitlines() if line.strip()]

    def _too_large(self) -> ProviderResponseTooLarge:
        return ProviderResponseTooLarge(
            f"Provider {self._provider} sent an event of more than {self._limit} bytes.", provider=self._provider
        )

    def _last_boundary(self, start: int) -> int:
        """Where the last whole event ends, or 0."""
        rest = self._rest
        if not self._carriage_returns:
            found = rest.rfind(b"\n\n", start)
            return found + 2 if found >= 0 else 0
        # a CR at the very end may be the first half of a CRLF: it is looked at again with the next byte
        end = len(rest) - 1 if rest.endswith(b"\r") else len(rest)
        cut = 0
        for match in _BOUNDARY.finditer(rest, start, end):
            cut = match.end()
        return cut

    def finish(self) -> tuple[bytes, bytes]:
        """The last events if their boundary was held back because it ended in a CR, and what no boundary ended.

        The latter is no event (section 9.2.6).
        """
        rest = bytes(self._rest)
        self._rest.clear()
        cut = 0
        for match in _BOUNDARY.finditer(rest):
            cut = match.end()
        return rest[:cut], rest[cut:]


def split_events(events: bytes) -> list[bytes]:
    """Each event of whole events with its boundary, as it was."""
    if b"\r" not in events:
        return [part + b"\n\n" for part in events.split(b"\n\n") if part.strip(b"\n")]
    found: list[bytes] = []
    start = 0
    for match in _BOUNDARY.finditer(events):
        if match.end() > start:
            found.append(events[start : match.end()])
            start = match.end()
    return [event for event in found if event.strip(b"\r\n")]


def event_data(event: bytes) -> bytes:
    """The event's data: its ``data`` fields joined by LF, one leading space of each removed."""
    if b"\r" not in event and event.endswith(b"\n\n"):
        if event.startswith(b"data: "):
            start = 6
        elif event.startswith(b"event: "):
            found = event.find(b"\ndata: ", 7, 80)
            start = found + 7 if found > 0 else 0
        else:
            start = 0
        if start > 5 and event.find(b"\n", start) == len(event) - 2 and event.rfind(b"\n", 0, start) < start:
            return event[start:-2]
    lines = []
    for line in _LINE.split(event.removeprefix(b"\xef\xbb\xbf")):
        name, _, value = line.partition(b":")
        if name == b"data":
            lines.append(value.removeprefix(b" "))
    return b"\n".join(lines)
