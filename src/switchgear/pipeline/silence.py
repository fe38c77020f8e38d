"""How long a stream may be silent: keep-alive bytes of a provider are no words of its model."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from switchgear.core.errors import ProviderTimeout


class Silence:
    """Watches one attempt at a stream. ``first`` and ``between`` are seconds, None for no limit; the first one runs from ``over`` on.

    One timer a stream: it looks when a limit may have passed, and arms itself again while none has.
    """

    __slots__ = ("_between", "_clock", "_first", "_last", "_loop", "_provider", "_said", "_timer", "held_up")

    def __init__(self, provider: str, first: float | None, between: float | None) -> None:
        self._provider = provider
        self._first = first
        self._between = between
        self._said = False
        self._loop = asyncio.get_running_loop()
        self._last = 0.0
        self._clock: asyncio.Timeout | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.held_up = False
        """Whether the provider has to wait, because the client does not read."""

    def spoke(self) -> None:
        """The model said something."""
        self._said = True
        self._last = self._loop.time()

    def ended(self) -> None:
        """The model has said all it had to say."""
        self._clock = None

    async def over(self, attempt: Awaitable[None]) -> None:
        """Wait for ``attempt``. Raises ProviderTimeout when the model was silent for too long."""
        self._last = self._loop.time()
        try:
            async with asyncio.timeout(None) as self._clock:
                self._look()
                await attempt
        except TimeoutError as error:
            raise self._too_long() from error
        finally:
            if self._timer is not None:
                self._timer.cancel()

    def _look(self) -> None:
        now = self._loop.time()
        limit = self._between if self._said else self._first
        if self._clock is None:
            return
        if self.held_up or limit is None:
            self._last = now
        wait = limit or self._between
        if wait is None:
            return
        if self._last + wait <= now:
            self._clock.reschedule(now)
        else:
            self._timer = self._loop.call_at(self._last + wait, self._look)

    def _too_long(self) -> ProviderTimeout:
        if self._said:
            what = f"said nothing more for {self._between:g} s (between_tokens)"
        else:
            what = f"said nothing for {self._first:g} s (first_token)"
        return ProviderTimeout(
            f"Provider {self._provider} {what}.",
            provider=self._provider,
            hint="Try again, or raise the limit named in the message under the model's timeouts.",
        )
