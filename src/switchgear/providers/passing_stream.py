"""A stream that passes as bytes, whatever its dialect: cut at event boundaries, looked into where that matters, and whole at its end."""

from __future__ import annotations

from abc import ABC, abstractmethod

from switchgear.core.calls import Usage
from switchgear.core.errors import ProviderDisconnected, ProviderError, ProviderInvalidResponse
from switchgear.providers.base import Redact
from switchgear.providers.sse import EventCutter, event_data, split_events


class PassingStream(ABC):
    """One stream on its way through. ``feed`` takes what arrives and gives back what the client gets.

    The last event is never given back by ``feed``: ``ending`` gives it, once the call is settled. What an error inside shows went
    through ``redact``.

    A dialect's ``feed`` hands on at once what needs no look while ``_aligned``, and gives the rest to ``_cut``. That is so once
    ``_regular``: when the dialect has seen what it needs to count events without reading them. ``_seen`` is set at the first event.
    """

    __slots__ = (
        "_aligned",
        "_cutter",
        "_end",
        "_failure",
        "_provider",
        "_redact",
        "_regular",
        "_seen",
        "done",
        "usage",
    )

    _reads_on = False
    """Whether what comes after the end is looked at still."""

    def __init__(self, provider: str, redact: Redact, *, end: bytes = b"", regular: bool = False) -> None:
        self._provider = provider
        self._redact = redact
        self._cutter = EventCutter(provider)
        self._aligned = False
        self._regular = regular
        self._seen = False
        self._end = end
        self._failure: ProviderError | None = None
        self.done = False
        self.usage: Usage | None = None

    @abstractmethod
    def feed(self, data: bytes) -> bytes:
        """Whole events for the client, possibly none. Raises ProviderError for an error sent as an event."""

    def _cut(self, data: bytes) -> bytes:
        """``feed`` for what may end in the middle of an event, or hold several."""
        if self._failure is not None:
            raise self._failure
        events = self._cutter.feed(data)
        if not events:
            self._aligned = False
            return b""
        given = self._pass(events)
        self._aligned = self._regular and not self.done and self._cutter.empty
        return given

    @abstractmethod
    def _pass(self, events: bytes) -> bytes:
        """Whole events as the client gets them. Raises ProviderError."""

    def _inspect(self, events: bytes) -> bytes:
        """The same, each looked at by itself."""
        kept: list[bytes] = []
        for event in split_events(events):
            if self._failure is not None or (self.done and not self._reads_on):
                break  # nothing counts after the end
            try:
                kept.append(self._look(event))
            except ProviderError as error:
                if not self.done or any(kept):
                    self._failure = error  # finish raises it too
                self.done = True
                if not any(kept):
                    raise
                # what came before it still goes to the client; the next feed raises it
        return b"".join(kept)

    @abstractmethod
    def _look(self, event: bytes) -> bytes:
        """One event as the client gets it. Raises ProviderError."""

    @abstractmethod
    def _ends_whole(self, data: bytes) -> bool:
        """Whether ``data``, of an event that no empty line ended, is one all the same: some servers leave out the last."""

    def _complete(self) -> bool:
        """Whether the answer is whole although its end was not said."""
        return False

    def finish(self) -> bytes:
        """What was held back, once the provider's answer ended.

        Raises the error that came as an event after others, ProviderDisconnected if the stream neither ended nor said why it
        would, and ProviderInvalidResponse if it held no event at all.
        """
        rest, unfinished = self._cutter.finish()
        kept = self._inspect(rest)
        if self._failure is not None:
            raise self._failure
        if not self.done and self._ends_whole(event_data(unfinished).strip()):
            kept += self._inspect(unfinished.rstrip() + b"\n\n")
        if not self._seen:
            raise ProviderInvalidResponse(
                f"Provider {self._provider} answered with an empty stream.", provider=self._provider
            )
        if not self.done and not self._complete():
            raise ProviderDisconnected(
                f"Provider {self._provider} ended the stream before its answer was complete.", provider=self._provider
            )
        self.done = True
        return kept

    def ending(self, usage: Usage) -> bytes:  # noqa: ARG002 - the client was told it with the provider's events
        """The last event."""
        return self._end
