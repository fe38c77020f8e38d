"""Handing a stream on while it comes.

Its first events say nothing yet: they are held back, so that a provider that fails after them can still be replaced unseen.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Final

import msgspec

from switchgear.core.errors import ProviderInvalidResponse
from switchgear.dialects.surrogates import Halves
from switchgear.pipeline.crossing import ended_unsaid
from switchgear.pipeline.reply import Reply
from switchgear.pipeline.silence import Silence
from switchgear.providers.base import Answer
from switchgear.providers.passing import Passage
from switchgear.providers.sse import event_data, split_events

_AFTER_END_SECONDS: Final = 1.0
_HELD_SECONDS: Final = 5.0
"""How long events are held back where the model's first token has no limit: a client should not take a model that thinks for a while
for a dead connection."""
_HELD_BYTES = 4096
_DONE: Final = b"[DONE]"

_SAYS: dict[str, re.Pattern[bytes]] = {
    "chat": re.compile(
        rb'"(?:content|text|refusal|arguments|name|reasoning|reasoning_content|finish_reason|data)":\s*"[^"]'
        rb'|"(?:usage|audio|error|reasoning_details|images)":\s*[{\[]'
    ),
    "messages": re.compile(rb"content_block_delta|message_delta|message_stop|event: error"),
    "responses": re.compile(rb'\.delta"|\.done"|response\.(?:completed|failed|incomplete)|"type":\s*"error"'),
}

_REASONS: dict[str, re.Pattern[bytes]] = {
    "chat": re.compile(rb'"finish_reason"\s*:\s*"[^"]'),
    "messages": re.compile(rb'"stop_reason"\s*:\s*"[^"]'),
}


def says_something(dialect: str, events: bytes) -> bool:
    """Whether there is more in ``events`` than the announcement of an answer; what is not known to be that counts as more."""
    pattern = _SAYS.get(dialect)
    return pattern is None or len(events) > _HELD_BYTES or pattern.search(events) is not None


def readable(events: bytes) -> bool:
    """Whether the data of every event is JSON, be it with halves of characters, or the mark of the end."""
    for event in split_events(events):
        data = event_data(event)
        if data and data.strip() != _DONE and not _is_json(data):
            mended = Halves().mended(data)
            if mended == data or not _is_json(mended):
                return False
    return True


def _is_json(data: bytes) -> bool:
    try:
        msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return True


class Holding:
    """The first events of a stream: kept until they say something, or until the end where the ``whole`` of it is held back.

    ``begin`` is called with the first bytes before they go to the client; it raises when they must not. ``patient`` is whether what says nothing is
    kept for as long as it takes, since the first token has a limit after which another deployment is asked.
    """

    __slots__ = ("_begin", "_dialect", "_parts", "_patient", "_timer", "_whole", "over")

    def __init__(self, begin: Callable[[bytes], None], dialect: str, *, whole: bool, patient: bool = False) -> None:
        self._begin = begin
        self._patient = patient
        self._dialect = dialect
        self._whole = whole
        self._parts: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None
        self.over = False

    @property
    def all_of_it(self) -> bool:
        """Whether the whole stream is kept, in a dialect that is known."""
        return self._whole and self._dialect in _SAYS

    def said(self, events: bytes) -> bool:
        """Whether the model says something with ``events``, which came by themselves."""
        return says_something(self._dialect, events)

    @property
    def held(self) -> bytes:
        """What is kept."""
        return b"".join(self._parts)

    def tells_why(self, rest: bytes) -> bool:
        """Whether what is kept, with the ``rest`` that ends it, says why the answer ended."""
        pattern = _REASONS.get(self._dialect)
        return pattern is None or pattern.search(self.held + rest) is not None

    def more(self, events: bytes, write: Callable[[bytes], None]) -> None:
        """Keep ``events``, or write them with all that was kept before."""
        if self.over:
            write(events)
            return
        self._parts.append(events)
        if self._whole:
            return
        if says_something(self._dialect, self.held):
            self._release(write)
        elif self._timer is None and not self._patient:
            self._timer = asyncio.get_running_loop().call_later(_HELD_SECONDS, self._release, write)

    def _release(self, write: Callable[[bytes], None]) -> None:
        if self.over:
            return
        held = self.held
        self._begin(held)
        self.over = True
        write(held)

    def close(self) -> None:
        """Nothing more comes."""
        self.over = True
        if self._timer is not None:
            self._timer.cancel()


class Forwarding:
    """Hands one stream on: called with what the provider sends, it writes whole events to the client.

    ``begun`` tells whether anything went to the client, ``heard`` whether anything came from the provider. ``words`` counts what the model
    has said, where that is known better than by what goes on to the client.
    """

    __slots__ = (
        "_answer",
        "_checked",
        "_feed",
        "_garbled",
        "_holding",
        "_provider",
        "_reader",
        "_silence",
        "_words",
        "_write",
        "begun",
        "heard",
    )

    def __init__(
        self,
        provider: str,
        ends: tuple[Passage, Answer, Reply],
        holding: Holding,
        silence: Silence | None,
        words: Callable[[], int] | None = None,
    ) -> None:
        self._provider = provider
        self._reader, self._answer, reply = ends
        self._feed = self._reader.feed
        self._write = reply.write
        self._holding = holding
        self._silence = silence
        self._words = words
        self._checked = words is None and holding.all_of_it  # what crosses was read
        self._garbled = False
        self.begun = False
        self.heard = False

    def __call__(self, data: bytes) -> None:
        """Called by the connection with what arrived. Raises ProviderError for what is wrong with it."""
        events = self._feed(data) if self._silence is None else self._listen(data, self._silence)
        if events:
            if self.begun:
                self._write(events)
            else:
                self.heard = True
                self.check(events)
                self._holding.more(events, self._write)
                self.begun = self._holding.over
        if self._reader.done:
            self._answer.hurry(_AFTER_END_SECONDS)

    def _listen(self, data: bytes, silence: Silence) -> bytes:
        """Feed what arrived, and note whether the model said something with it: comments and pings are no words."""
        words = self._words
        before = words() if words is not None else 0
        events = self._feed(data)
        if words() > before if words is not None else self._holding.said(events):
            silence.spoke()
        return events

    def pressed(self, much: bool) -> None:
        """The client cannot keep up, or it can again."""
        if self._silence is not None:
            self._silence.held_up = much
        if much:
            self._answer.pause()
        else:
            self._answer.resume()

    @property
    def held(self) -> bytes:
        """What was not handed on yet."""
        return self._holding.held

    def check(self, events: bytes) -> None:
        """Raises ProviderInvalidResponse when these, or any before, are bytes that no client can read, in a stream that is held back whole.

        What raises while the stream comes ends it there: nobody pays for the rest of it.
        """
        if self._checked and (self._garbled or not readable(events)):
            self._garbled = True
            raise ProviderInvalidResponse(
                f"Provider {self._provider} streamed an event that is no JSON.", provider=self._provider
            )

    def finished(self, rest: bytes) -> None:
        """Check the end. Of a stream that is held back whole it must tell why: one that does not may be half an answer.

        Raises ProviderInvalidResponse, ProviderDisconnected.
        """
        self.check(rest)
        if self._checked and not self._holding.tells_why(rest):
            raise ended_unsaid(self._provider)

    def close(self) -> None:
        """The stream has ended, well or not."""
        self.begun = self._holding.over
        self._holding.close()
        if self._silence is not None:
            self._silence.ended()
